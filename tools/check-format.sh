#!/usr/bin/env bash
# check-format.sh [CLANG_FORMAT]: exit code 1 and a list when a source is not as clang-format would write it; 77 (skipped)
# when clang-format is not version 14, whose output the sources follow. To put them right: the same with --fix.
set -euo pipefail
cd "$(dirname "$0")/.."
mode="--dry-run --Werror"
if [[ ${1:-} == --fix ]]; then
  mode="-i"
  shift
fi
clang_format=${1:-clang-format}
"$clang_format" --version | grep -q 'version 14\.' || { echo "needs clang-format 14"; exit 77; }
find src include tests examples bench -name node_modules -prune -o -regex '.*\.[ch]\(pp\)?' -print0 | xargs -0 "$clang_format" $mode

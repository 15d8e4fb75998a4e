#!/usr/bin/env bash
# fuzz.sh [--build FOLDER] [SECONDS] [FUZZER...]: runs the fuzzers (default: all) of that build (default: build/fuzz) side by side for
# so many seconds each (default 60) and reports executions, coverage and findings. Exit code 1 when there is a new finding.
# Build before: cmake --preset fuzz && cmake --build --preset fuzz. What was learnt stays in the build's folder corpus, inputs
# that failed and logs in its folder findings. FOVEA_FUZZ_SEED: the seed of random numbers (default 0: another one each time).
# FOVEA_FUZZ_FINDINGS=report: findings are listed, and the exit code is 0.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$PWD/build/fuzz
if [[ ${1:-} == --build ]]; then
  build=$2
  shift 2
fi
seconds=${1:-60}
shift || true
fuzzers=("$@")
[[ $# -gt 0 ]] || fuzzers=(fuzz_onnx fuzz_image fuzz_npy_csv_json_xml fuzz_studio)
mkdir -p "$build"
TMPDIR=$(mktemp -d -p "$build")
export TMPDIR OMP_NUM_THREADS=1 UBSAN_OPTIONS=print_stacktrace=1
export ASAN_OPTIONS=symbolize=0  # or libFuzzer names each new function, which takes longer than the fuzzing
trap 'rm -rf "$TMPDIR"' EXIT
touch "$TMPDIR/start"

# Folders of inputs beside the corpus.
more() { case $1 in fuzz_image) echo tests/data/image tests/data/bmp_webp tests/data/tiff ;; esac; }

run() {
  local name=$1 corpus=$build/corpus/$1 findings=$build/findings/$1
  mkdir -p "$corpus" "$findings"
  # -fork: a finding ends one process, not the run.
  "$build/tests/fuzz/$name" -seed="${FOVEA_FUZZ_SEED:-0}" -fork=1 -ignore_crashes=1 -ignore_ooms=1 -ignore_timeouts=1 -max_total_time="$seconds" \
    -timeout=60 -report_slow_units=60 -rss_limit_mb=2048 -malloc_limit_mb=2048 -max_len=4096 -artifact_prefix="$findings/" \
    "$corpus" "tests/fuzz/corpus/$name" "tests/fuzz/regressions/$name" $(more "$name") >"$findings/log" 2>&1 || true
}

for name in "${fuzzers[@]}"; do run "$name" & done
wait

failed=0
for name in "${fuzzers[@]}"; do
  findings=$build/findings/$name
  last=$(grep '^#[0-9]' "$findings/log" | tail -1 || true)
  found=$(find "$findings" -type f ! -name log -newer "$TMPDIR/start" | wc -l)
  echo "$name: ${last:-nothing was run, see $findings/log}; $found new inputs in $findings"
  [[ -n $last && ($found -eq 0 || ${FOVEA_FUZZ_FINDINGS:-fail} == report) ]] || failed=1
done
exit $failed

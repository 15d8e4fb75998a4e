#!/usr/bin/env bash
# Installs what is missing (Debian), builds fovea twice and runs its tests: the fast ones under the address and
# undefined-behaviour sanitizers, the slow ones, which begin programs many times, without. Where clang is installed, the
# fuzzers are built, too, and look for new inputs for a minute each.
set -euo pipefail
cd "$(dirname "$0")"
jobs=$(nproc)

tools/install-packages.sh build test
command -v npm >/dev/null || tools/install-packages.sh javascript
command -v chromium >/dev/null || tools/install-packages.sh browser
for folder in tests/onnxruntime tests/browser examples/browser; do
  npm ci --prefix $folder --ignore-scripts --no-audit --no-fund --silent ||
    echo "npm could not install what $folder needs: its tests are skipped"
done
if command -v ccache >/dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache
  export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime  # or it leaves precompiled headers alone
fi

build() {
  echo "== $1: configure and build"
  cmake --preset "$1" >/dev/null
  cmake --build --preset "$1" -j "$jobs"
}

build asan-ubsan
build ci
# One list of all tests: each is in one of the builds.
builds='"asan-ubsan" "ci"'
if command -v clang++-14 >/dev/null; then
  tools/install-packages.sh fuzz
  build fuzz
  builds+=' "fuzz"'
fi
echo "subdirs($builds)" >build/CTestTestfile.cmake
ctest --test-dir build -j "$jobs" --output-on-failure

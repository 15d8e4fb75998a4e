#!/usr/bin/env bash
# Installs what is missing (Debian), builds fovea twice and runs its tests: the fast ones under the address and
# undefined-behaviour sanitizers, the slow ones, which begin programs many times, without. The build with sanitizers is
# clang's, where the release has one that is known here, and holds the fuzzers, too, which look for new inputs for 20 seconds each.
set -euo pipefail
cd "$(dirname "$0")"
jobs=$(nproc)

tools/install-packages.sh build test fuzz || tools/install-packages.sh build test  # without clang: g++, and no fuzzers
command -v npm >/dev/null || tools/install-packages.sh javascript
command -v chromium >/dev/null || tools/install-packages.sh browser
tools/install-packages.sh cluster || echo "the packages of clusters cannot be installed: their tests are skipped"
for folder in tests/onnxruntime tests/browser examples/browser; do
  npm ci --prefix $folder --ignore-scripts --no-audit --no-fund --silent ||
    echo "npm could not install what $folder needs: its tests are skipped"
done
if command -v ccache >/dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache
  export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime  # or it leaves precompiled headers alone
fi

# build PRESET [OPTION...]
build() {
  echo "== $1: configure and build"
  cmake --preset "$@" >/dev/null
  cmake --build --preset "$1" -j "$jobs"
}

sanitized=()
for version in 14 19; do
  if command -v clang++-$version >/dev/null; then
    sanitized=(-DCMAKE_CXX_COMPILER=clang++-$version -DCMAKE_C_COMPILER=clang-$version -DFOVEA_BUILD_FUZZERS=ON)
    break
  fi
done
build asan-ubsan "${sanitized[@]}"
build ci
# One list of all tests: each is in one of the builds.
echo 'subdirs("asan-ubsan" "ci")' >build/CTestTestfile.cmake
ctest --test-dir build -j "$jobs" --output-on-failure

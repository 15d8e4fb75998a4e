#!/usr/bin/env bash
# Installs what is missing (Debian), builds fovea and explains the bundled network's answers on the bundled pictures.
set -euo pipefail
cd "$(dirname "$0")"
build=build/quickstart pictures=out

tools/install-packages.sh build
cmake -S . -B $build -G Ninja -DCMAKE_BUILD_TYPE=Release -DFOVEA_BUILD_TESTS=OFF -DFOVEA_BUILD_EXAMPLES=OFF -DFOVEA_WERROR=OFF \
      -DFOVEA_PRECOMPILE_HEADERS=ON -DFOVEA_UNITE_SOURCES=ON
cmake --build $build --target fovea_cli

$build/fovea saliency samples/*.jpg --figure -o $pictures
$build/fovea class-model --class church --class "golf ball" --class parachute --sheet -o $pictures
echo
echo "Done. Look at $PWD/$pictures: *-figure.png show photo, saliency map and both together, sheet.png what the"
echo "network has learnt of three classes. The program is $PWD/$build/fovea; '--help' lists what it can do."

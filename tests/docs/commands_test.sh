#!/usr/bin/env bash
# commands_test.sh SOURCE FOVEA WORK: runs the commands of README.md and docs/studio.md that follow a line "<!-- tested -->" as they stand, in
# an empty folder with `fovea` on the PATH, and checks that docs/cli.md is what the program writes of its command line.
set -euo pipefail
source_dir=$1 fovea=$2 work=$3

rm -rf "$work" && mkdir -p "$work/bin" "$work/run"
ln -s "$fovea" "$work/bin/fovea"
export PATH="$work/bin:$PATH"
cd "$work/run"
# The files that readers supply: a network of their own, its labels, a photo.
cp "$source_dir/models/imagenette-resnet-plain.onnx" my-network.onnx
cp "$source_dir/samples/golf-ball.jpg" photo.jpg
printf 'tench\ndog\nplayer\nsaw\nchurch\nhorn\ntruck\npump\ngolf ball\nparachute\n' > my-labels.txt
ln -s "$source_dir/samples" samples

for page in README.md docs/studio.md; do
  awk '/^<!-- tested -->$/ {armed = 1; next}
       armed && /^```sh$/ {inside = 1; next}
       /^```$/ {inside = 0; armed = 0}
       inside' "$source_dir/$page" > commands.sh
  test -s commands.sh || { echo "$page marks no commands as tested"; exit 1; }
  # A server that a page's commands start ends with them, however they end.
  { echo 'trap "kill \$(jobs -p) 2>/dev/null || true" EXIT'; cat commands.sh; } > all_commands.sh
  bash -euxo pipefail all_commands.sh
done

fovea man --markdown reference >/dev/null
diff -u "$source_dir/docs/cli.md" reference/cli.md || {
  echo "docs/cli.md is not what the program says of itself: write it anew with 'fovea man docs --markdown'"
  exit 1
}

#!/usr/bin/env bash
# draw_docs_images.sh FOVEA [SQUEEZENET]: draws the pictures of README.md and docs/ anew, with the bundled networks and sample
# pictures. diversity.png needs the file of SqueezeNet 1.1, whose preprocessing is caffe's. The page (report.png) is a screenshot of
# Chromium, where that is installed. The plots of docs/trust.md come from evaluations of photos: the page tells the commands.
set -euo pipefail
fovea=$(realpath "$1")
cd "$(dirname "$0")/.."
images=$PWD/docs/images
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
options=(--dpi 96 --force)  # small files: browsers show figures no larger

for photo in golf-ball church parachute; do
  "$fovea" saliency samples/$photo.jpg "${options[@]}" -o "$images/saliency-$photo.png"
  "$fovea" saliency samples/$photo.jpg -m models/imagenette-resnet-plain.onnx "${options[@]}" -o "$images/two-networks-plain-$photo.png"
  "$fovea" localize samples/$photo.jpg "${options[@]}" -o "$images/localize-$photo.png"
done
"$fovea" saliency samples/golf-ball.jpg --with-class-model "${options[@]}" -o "$images/three-parts-golf-ball.png"
"$fovea" saliency samples/church.jpg --method grad-cam,guided,gradient "${options[@]}" -o "$images/methods-church.png"
/usr/bin/python3 tools/draw_methods_sheet.py "$fovea" samples/church.jpg "$images/methods-all.jpg"
"$fovea" class-model --class all --sheet "${options[@]}" -o "$work/all" >/dev/null
cp "$work/all/sheet.png" "$images/class-models.png"
"$fovea" class-model --class all --sheet -m models/imagenette-resnet-plain.onnx "${options[@]}" -o "$work/plain" >/dev/null
cp "$work/plain/sheet.png" "$images/two-networks-plain-class-models.png"
"$fovea" class-model --class church --class "golf ball" --fourier --sheet "${options[@]}" -o "$images/class-models-fourier.png"
"$fovea" deconv samples/church.jpg --layer /stages/stages.1/stages.1.0/relu2/Relu --top 2 --compare "${options[@]}" -o "$images/relation-church.png"

if [[ $# -gt 1 ]]; then
  cp "$2" "$work/squeezenet1.1.onnx"
  "$fovea" class-model -m "$work/squeezenet1.1.onnx" --preprocess caffe --layer fire6/concat_1 --channel 77 --fourier --diversity 4 \
    "${options[@]}" -o "$images/diversity.png"
fi

browser=$(command -v chromium-headless-shell || command -v chromium || true)
if [[ -n $browser ]]; then
  "$fovea" report samples --methods gradient,guided,grad-cam --top 3 --title "What the bundled network looks at" -o "$work/report.html"
  "$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1180,1240 --screenshot="$images/report.png" \
    "file://$work/report.html" >/dev/null 2>&1
fi

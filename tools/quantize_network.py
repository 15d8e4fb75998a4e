#!/usr/bin/env python3
"""Quantise a float32 network to int8 (QDQ) by ONNX Runtime, calibrated on photos.

    pip install onnx onnxruntime pillow sympy
    python3 tools/quantize_network.py FLOAT.onnx INT8.onnx PHOTOS... --preprocess caffe

writes INT8.onnx: weights of each output channel and activations as int8, with QuantizeLinear and DequantizeLinear around
each operator. PHOTOS are files or folders; up to 100 of them, evenly spaced, give the ranges of activations. --bits 4 or 6
rounds the weights more coarsely first, for an example of a network that is quantised too far.
"""
import argparse
import os
import tempfile

import numpy as np
import onnx
from onnx import numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from PIL import Image

# As `fovea --preprocess` names them: channel order, mean and deviation of pixels from 0 to 255.
CONVENTIONS = {
    "torchvision": ("RGB", (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)),
    "caffe": ("BGR", (103.939, 116.779, 123.68), (1, 1, 1)),
    "tf": ("RGB", (127.5, 127.5, 127.5), (127.5, 127.5, 127.5)),
}
MOST_PHOTOS = 100


def photos_of(paths):
    files = []
    for path in paths:
        names = [os.path.join(path, name) for name in sorted(os.listdir(path))] if os.path.isdir(path) else [path]
        files += [name for name in names if name.lower().endswith((".jpg", ".jpeg", ".png", ".webp"))]
    count = min(len(files), MOST_PHOTOS)
    return [files[i * len(files) // count] for i in range(count)]


def prepared(path, side, convention):
    order, mean, deviation = CONVENTIONS[convention]
    photo = Image.open(path).convert("RGB")
    scale = side * 256 / 224 / min(photo.size)
    photo = photo.resize([max(round(length * scale), side) for length in photo.size], Image.BILINEAR)
    left, top = (photo.width - side) // 2, (photo.height - side) // 2
    pixels = np.asarray(photo.crop((left, top, left + side, top + side)), np.float32)
    if order == "BGR":
        pixels = pixels[:, :, ::-1]
    return ((pixels - mean) / deviation).astype(np.float32).transpose(2, 0, 1)[None]


class Photos(CalibrationDataReader):
    def __init__(self, name, side, files, convention):
        self.inputs = iter({name: prepared(file, side, convention)} for file in files)

    def get_next(self):
        return next(self.inputs, None)


def coarser(path, bits):
    """Rounds the weights of convolutions and matrix products, each output channel to 2^bits levels."""
    model = onnx.load(path)
    for weight in model.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.ndim < 2 or values.dtype != np.float32:
            continue
        axes = tuple(range(1, values.ndim))
        step = np.maximum(np.abs(values).max(axis=axes, keepdims=True) / (2 ** (bits - 1) - 1), 1e-12)
        weight.CopyFrom(numpy_helper.from_array((np.round(values / step) * step).astype(np.float32), weight.name))
    onnx.save(model, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("output")
    parser.add_argument("photos", nargs="+")
    parser.add_argument("--preprocess", choices=list(CONVENTIONS), default="torchvision")
    parser.add_argument("--bits", type=int, choices=range(2, 9), default=8)
    args = parser.parse_args()
    files = photos_of(args.photos)
    with tempfile.TemporaryDirectory() as folder:
        ready = os.path.join(folder, "ready.onnx")
        quant_pre_process(args.model, ready, skip_symbolic_shape=True)
        if args.bits < 8:
            coarser(ready, args.bits)
        picture = onnx.load(ready, load_external_data=False).graph.input[0]
        side = picture.type.tensor_type.shape.dim[2].dim_value or 224
        quantize_static(ready, args.output, Photos(picture.name, side, files, args.preprocess),
                        quant_format=QuantFormat.QDQ, per_channel=True, weight_type=QuantType.QInt8,
                        activation_type=QuantType.QInt8)
    print(args.output, "calibrated on", len(files), "photos")


if __name__ == "__main__":
    main()

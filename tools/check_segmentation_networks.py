#!/usr/bin/env python3
"""Compares maps of torchvision's segmentation networks, over a class's own mask and over a rectangle, with PyTorch's gradients.

    apt install python3-torch python3-torchvision python3-onnx
    python3 tools/check_segmentation_networks.py build/release/fovea photo.jpg [--networks lraspp_mobilenet_v3_large ...]

The networks have random weights of a seed, batch normalisation that fits the photo, and the photo's size without any
resizing. For each network and region the norm of the difference from PyTorch's float64 gradient is printed, over its norm, for
fovea and for PyTorch in float32, which fall on other sides of some kinks than float64; and the largest difference of the
classes' shares of the photo.
"""
import argparse
import copy
import json
import os
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import torch
import torchvision
from PIL import Image

NETWORKS = ("lraspp_mobilenet_v3_large", "deeplabv3_mobilenet_v3_large", "fcn_resnet50")
HEIGHT, WIDTH = 160, 224
BOX = (40, 30, 150, 120)
CLASSES = 21


class Scores(torch.nn.Module):
    """The network's scores alone, [N,21,H,W]."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, pictures):
        return self.network(pictures)["out"]


def made(name, picture):
    torch.manual_seed(7)
    network = getattr(torchvision.models.segmentation, name)(weights=None, weights_backbone=None, num_classes=CLASSES)
    # Random weights leave the activations so small that the scores hardly differ: let the normalisations fit the photo.
    network.train()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None
        if isinstance(module, torch.nn.Dropout):
            module.p = 0
    with torch.no_grad():
        network(torch.cat([picture, picture.flip(3), picture.flip(2), picture.roll(40, 3)]))
    return Scores(network).eval()


def torch_gradient(network, picture, best, target, region):
    """The gradient of the scores of a class, summed over its own mask in `best`, or over a box; and the sum."""
    pixels = picture.clone().requires_grad_(True)
    scores = network(pixels)
    if region == "own":
        inside = best == target
    else:
        x0, y0, x1, y1 = region
        inside = torch.zeros(HEIGHT, WIDTH, dtype=torch.bool)
        inside[y0:y1, x0:x1] = True
    total = scores[0, target][inside].sum()
    total.backward()
    return pixels.grad[0].numpy(), float(total)


def fovea_map(fovea, common, target, region, folder):
    text = region if region == "own" else ",".join(map(str, region))
    done = subprocess.run(
        [fovea, "saliency", *common, "--class", str(target), "--region", text, "-o", folder, "--json", "-q"],
        check=True, capture_output=True, text=True)
    entry = json.loads(done.stdout)[0]
    return np.load(entry["files"]["gradient"]), entry["score"]


def check(fovea, name, photo, picture):
    network = made(name, picture)
    worst = 0
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = os.path.join(folder, name + ".onnx")
        torch.onnx.export(network, picture, model, opset_version=13, input_names=["input"], output_names=["out"])
        common = [photo, "-m", model, "--crops", "whole", "--preprocess", "none", "--scale", str(1 / 255)]
        with torch.no_grad():
            best = network(picture).argmax(1)[0]
        said = subprocess.run([fovea, "classify", *common, "--region", "own", "--top", "21", "--json", "-q"],
                              check=True, capture_output=True, text=True)
        shares = {guess["index"]: guess["share"] for guess in json.loads(said.stdout)[0]["predictions"]}
        counts = torch.bincount(best.flatten(), minlength=CLASSES).numpy() / best.numel()
        apart = max(abs(shares.get(k, 0) - counts[k]) for k in range(CLASSES))
        precise = copy.deepcopy(network).double()
        print("{}: {} classes have a mask; shares differ by at most {:.1e}".format(name, len(shares), apart))
        for target in np.argsort(-counts)[:2]:
            for region in ("own", BOX):
                in_float, total = torch_gradient(network, picture, best, int(target), region)
                expected, _ = torch_gradient(precise, picture.double(), best, int(target), region)
                found, score = fovea_map(fovea, common, int(target), region, os.path.join(folder, "maps"))
                error, usual = (np.linalg.norm(one - expected) / np.linalg.norm(expected) for one in (found, in_float))
                worst = max(worst, error / max(usual, 1e-4))
                print("    class {:>2} over {}: score {:.4g} (PyTorch {:.4g}), gradient off by {:.1e} (PyTorch {:.1e})".format(
                    target, "its own mask" if region == "own" else "a rectangle", score, total, error, usual))
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fovea")
    parser.add_argument("photo")
    parser.add_argument("--networks", nargs="+", default=NETWORKS)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        photo = os.path.join(folder, "photo.png")
        image = Image.open(arguments.photo).convert("RGB").resize((WIDTH, HEIGHT), Image.BILINEAR)
        image.save(photo)
        picture = torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1)[None].float() / 255
        worst = max(check(arguments.fovea, name, photo, picture) for name in arguments.networks)
    sys.exit(int(worst > 3))


if __name__ == "__main__":
    main()

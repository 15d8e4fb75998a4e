#!/usr/bin/env python3
"""Compare fovea's maps of ViT-B/16 and Swin-T with those that PyTorch's own modules and hooks give.

    /usr/bin/python3 tools/check_attention_maps.py build/release/fovea        needs python3-torch and python3-torchvision

torchvision builds both networks with seeded random weights and exports them. For each method the token values, attention and
gradients are taken from the modules in float64 and turned into a map as the paper says, with no code of fovea; fovea reads the
ONNX file and explains the same picture of 224 x 224 pixels, in float32. Printed is the largest difference of two maps as a share
of the map's largest value. The exit code is 1 if one is above --tolerance.

What is compared, by the network's modules:
    vit_b_16    attention-rollout (three settings), generic-attention and legrad (all blocks and the last 4), grad-cam and layer-cam at the
                input of the last block's attention
    swin_t      grad-cam at the last normalised tokens; grad-cam and layer-cam within shifted windows, at the output of an attention
"""
import argparse
import os
import subprocess
import sys
import tempfile

import numpy as np
import torch
import torch.nn.functional as F
import torchvision

SIDE, TARGET = 224, 17
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def make_network(name):
    torch.manual_seed(0)
    network = getattr(torchvision.models, name)(weights=None).eval()
    for head in [module for module in network.modules() if isinstance(module, torch.nn.Linear) and module.out_features == 1000]:
        torch.nn.init.normal_(head.weight, std=head.in_features ** -0.5)  # a ViT begins with zeros
    return network


def make_picture():
    """Waves of all colours, as bytes [H,W,3]."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    waves = [np.sin(9 * x + 4 * y * y), np.cos(11 * y - 5 * x * y), np.sin(13 * x * y + 3)]
    return (127.5 + 120 * np.stack(waves, -1)).astype(np.uint8)


class ExplicitAttention(torch.nn.Module):
    """A torch.nn.MultiheadAttention written out, which keeps its probabilities."""

    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, query, key, value, need_weights=False):
        m, (n, tokens, channels) = self.module, query.shape
        size = channels // m.num_heads
        q, k, v = F.linear(query, m.in_proj_weight, m.in_proj_bias).reshape(n, tokens, 3, m.num_heads, size).permute(2, 0, 3, 1, 4)
        self.probabilities = torch.softmax(q @ k.transpose(-1, -2) / size ** 0.5, -1)
        mixed = (self.probabilities @ v).transpose(1, 2).reshape(n, tokens, channels)
        return m.out_proj(mixed), None


def enlarged(patches):
    return F.interpolate(patches[None, None], size=(SIDE, SIDE), mode="bilinear", align_corners=False)[0, 0]


def of_patches(tokens):
    """Values of 1 + 14 * 14 tokens as a map."""
    return enlarged(tokens[1:].reshape(14, 14))


def rollout(probabilities, fuse, discard, residual):
    joint = None
    for a in probabilities:
        a = {"mean": lambda: a.mean(1), "max": lambda: a.amax(1), "min": lambda: a.amin(1)}[fuse]()[0].detach().clone()
        smallest = a.flatten().argsort()[:int(discard * a.numel())]
        a.view(-1)[smallest] = 0
        a = (1 - residual) * a + residual * torch.eye(len(a), dtype=a.dtype)
        a = a / a.sum(-1, keepdim=True)
        joint = a if joint is None else a @ joint
    return of_patches(joint[0])


def generic_attention(score, probabilities):
    gradients = torch.autograd.grad(score, probabilities, retain_graph=True)
    relevance = torch.eye(probabilities[0].shape[-1], dtype=torch.float64)
    for a, g in zip(probabilities, gradients):
        relevance = relevance + (g * a).clamp(min=0)[0].mean(0).detach() @ relevance
    return of_patches(relevance[0])


def legrad(network, outputs, probabilities):
    maps = []
    for tokens, a in zip(outputs, probabilities):
        score = network.heads(network.encoder.ln(tokens)[:, 0])[0, TARGET]
        gradient, = torch.autograd.grad(score, a, retain_graph=True)
        maps.append(gradient.clamp(min=0)[0].mean((0, 1)))
    return of_patches(torch.stack(maps).mean(0))


def cam(values, gradient, method):
    """Of [positions, channels]."""
    weights = gradient.mean(0, keepdim=True) if method == "grad-cam" else gradient.clamp(min=0)
    return (weights * values).sum(-1).clamp(min=0)


def maps_of_vit(network, x):
    """(method, options, map) of all that is compared."""
    kept = {"outputs": [], "tokens": None}
    for layer in network.encoder.layers:
        layer.self_attention = ExplicitAttention(layer.self_attention)
        layer.register_forward_hook(lambda module, inputs, output: kept["outputs"].append(output))
    network.encoder.layers[-1].ln_1.register_forward_hook(lambda module, inputs, output: kept.update(tokens=output))
    score = network(x)[0, TARGET]
    probabilities = [layer.self_attention.probabilities for layer in network.encoder.layers]
    for fuse, discard, residual in (("mean", 0, 0.5), ("max", 0.9, 0.5), ("min", 0.5, 0.2)):
        yield "attention-rollout", ["--heads", fuse, "--discard", str(discard), "--residual", str(residual)], \
            rollout(probabilities, fuse, discard, residual)
    for count in (12, 4):
        blocks = ["--blocks", str(count)]
        yield "generic-attention", blocks, generic_attention(score, probabilities[-count:])
        yield "legrad", blocks, legrad(network, kept["outputs"][-count:], probabilities[-count:])
    gradient, = torch.autograd.grad(score, kept["tokens"], retain_graph=True)
    for method in ("grad-cam", "layer-cam"):
        yield method, [], enlarged(cam(kept["tokens"][0, 1:], gradient[0, 1:], method).reshape(14, 14))


def layer_in_windows(model, scope):
    """The name of the value behind the second dense layer of an attention: that of its bias."""
    weights = {tensor.name for tensor in model.graph.initializer}
    products = [node for node in model.graph.node
                if node.name.startswith(scope) and node.op_type == "MatMul" and node.input[1] in weights]
    return next(node.output[0] for node in model.graph.node if node.op_type == "Add" and products[1].output[0] in node.input)


def maps_of_swin(network, x, path):
    import onnx
    block, window, shift = network.features[1][1], 7, 3
    kept = {}
    linear = F.linear

    def keeping(value, weight, bias=None):
        result = linear(value, weight, bias)
        if weight is block.attn.proj.weight:
            kept["windows"] = result
        return result

    F.linear = keeping
    network.norm.register_forward_hook(lambda module, inputs, output: kept.update(last=output))
    score = network(x)[0, TARGET]
    F.linear = linear
    last, windows = torch.autograd.grad(score, [kept["last"], kept["windows"]])
    yield "grad-cam", [], enlarged(cam(kept["last"][0].flatten(0, 1), last[0].flatten(0, 1), "grad-cam").reshape(7, 7))
    side = int(kept["windows"].shape[0] ** 0.5) * window
    places = torch.arange(side * side).reshape(side, side).roll((-shift, -shift), (0, 1))  # of the rolled picture's positions
    places = places.reshape(side // window, window, side // window, window).transpose(1, 2).flatten()
    layer = layer_in_windows(onnx.load(path), "/features/features.1/features.1.1/attn/")
    for method in ("grad-cam", "layer-cam"):
        found = torch.zeros(side * side, dtype=torch.float64)
        found[places] = cam(kept["windows"].flatten(0, 1), windows.flatten(0, 1), method)
        yield method, ["--layer", layer], enlarged(found.reshape(side, side))


def fovea_map(fovea, path, picture, folder, method, options):
    photo = os.path.join(folder, "picture.ppm")
    with open(photo, "wb") as file:
        file.write(b"P6\n%d %d\n255\n" % (SIDE, SIDE) + picture.tobytes())
    subprocess.run([fovea, "saliency", photo, "-m", path, "--method", method, "--class", str(TARGET), "--crops", "whole",
                    "--preprocess", "torchvision", *options, "-o", folder + "/", "--force", "-q"], check=True, stdout=subprocess.DEVNULL)
    return np.load(os.path.join(folder, "picture-gradient.npy"))[0].astype(np.float64)


def check(options, name, folder):
    network, picture = make_network(name), make_picture()
    path = os.path.join(folder, name + ".onnx")
    torch.onnx.export(network, torch.zeros(1, 3, SIDE, SIDE), path, opset_version=14, input_names=["x"], output_names=["y"])
    x = (torch.tensor(picture, dtype=torch.float64).permute(2, 0, 1) / 255 - torch.tensor(MEAN, dtype=torch.float64)[:, None, None]) \
        / torch.tensor(STD, dtype=torch.float64)[:, None, None]
    network = network.double().requires_grad_(False)
    x = x[None].requires_grad_(True)
    maps = maps_of_vit(network, x) if name == "vit_b_16" else maps_of_swin(network, x, path)
    good = True
    for method, arguments, expected in maps:
        expected = expected.detach().numpy()
        found = fovea_map(options.fovea, path, picture, folder, method, arguments)
        error = np.abs(found - expected).max() / np.abs(expected).max()
        good = good and error <= options.tolerance
        print("| %s | `%s` | %s | %.1e |" % (name, method, " ".join(arguments) or "default layer" * ("cam" in method), error), flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("fovea", help="the program")
    parser.add_argument("--networks", default="vit_b_16,swin_t")
    parser.add_argument("--tolerance", type=float, default=1e-4)
    options = parser.parse_args()
    print("| network | method | options | largest difference |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        good = [check(options, name, folder) for name in options.networks.split(",")]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Compares fovea's LRP with Zennit's composites of the same names, on torchvision's AlexNet and VGG-11.

    check_against_zennit.py FOVEA PHOTO      # FOVEA: the program

Prints for each network and composite the relative L2 difference of the relevance of the best guess at the centre crop,
from Zennit's in float64: that of fovea, which computes in float32, and that of Zennit in float32. The networks have
seeded random weights: whether maps agree does not depend on training, and nothing is downloaded. Zennit has the
stabilisers of fovea, 1e-12; of w-square, the bias takes nothing. On Debian:

    /usr/bin/python3 -m venv --system-site-packages venv  # python3-torch, python3-torchvision, python3-onnx, python3-pil
    venv/bin/pip install --no-deps zennit==0.5.1
"""

import copy
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import PIL.Image
import torch
import torchvision
from torchvision import transforms
from zennit import composites, rules, types

E = 1e-12
LOW, HIGH = [torch.tensor([(end - mean) / std for mean, std in zip((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))],
                          dtype=torch.float64).reshape(1, 3, 1, 1) for end in (0.0, 1.0)]


def composite(name, dtype):
    given = {"epsilon": E, "stabilizer": E}
    if name == "lrp":
        return composites.EpsilonPlus(**given)
    if name == "lrp-epsilon-gamma-box":
        return composites.EpsilonGammaBox(low=LOW.to(dtype), high=HIGH.to(dtype), **given)
    if name == "lrp-epsilon-plus-flat":
        return composites.EpsilonPlusFlat(**given)
    if name == "lrp-epsilon-alpha2-beta1":
        return composites.EpsilonAlpha2Beta1(**given)
    if name == "lrp-epsilon-alpha2-beta1-flat":
        return composites.EpsilonAlpha2Beta1Flat(**given)
    if name == "lrp-epsilon-plus-w-square":
        first = [(types.Linear, rules.WSquare(stabilizer=E, zero_params="bias"))]
        return composites.SpecialFirstLayerMapComposite(
            composites.layer_map_base(E) + [(types.Convolution, rules.ZPlus(stabilizer=E)),
                                            (torch.nn.Linear, rules.Epsilon(epsilon=E))], first)
    rule = rules.Epsilon(epsilon=E) if name == "lrp-epsilon" else rules.Gamma(stabilizer=E)
    return composites.LayerMapComposite(composites.layer_map_base(E) + [(types.Linear, rule)])


NAMES = ("lrp", "lrp-epsilon", "lrp-gamma", "lrp-epsilon-gamma-box", "lrp-epsilon-plus-flat", "lrp-epsilon-plus-w-square",
         "lrp-epsilon-alpha2-beta1", "lrp-epsilon-alpha2-beta1-flat")


def zennits(net, x, name):
    leaf = x.clone().requires_grad_()
    with composite(name, x.dtype).context(net) as changed:
        scores = changed(leaf)
        seed = torch.zeros_like(scores)
        best = scores.argmax().item()
        seed[0, best] = scores[0, best].detach()
        found, = torch.autograd.grad(scores, leaf, seed)
    return found[0].numpy().astype(np.float64), best


def foveas(fovea, model, photo, name, folder):
    subprocess.run([fovea, "saliency", photo, "-m", model, "--preprocess", "torchvision", "--crops", "1", "--method", name,
                    "-o", folder, "--force", "-q"], check=True, stdout=subprocess.DEVNULL)
    found, = pathlib.Path(folder).glob("*-gradient.npy")
    return np.load(found).astype(np.float64)


def main():
    fovea, photo = sys.argv[1:]
    prepare = transforms.Compose([transforms.Resize(256), transforms.CenterCrop(224), transforms.ToTensor(),
                                  transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))])
    x = prepare(PIL.Image.open(photo).convert("RGB"))[None]
    for architecture in ("alexnet", "vgg11"):
        torch.manual_seed(1)
        net = getattr(torchvision.models, architecture)(weights=None).eval()
        with tempfile.TemporaryDirectory() as folder:
            model = folder + "/net.onnx"
            torch.onnx.export(net, x, model)
            exact = copy.deepcopy(net).double()
            for name in NAMES:
                expected, best = zennits(exact, x.double(), name)
                found = foveas(fovea, model, photo, name, folder + "/maps"), zennits(net, x, name)[0]
                ours, theirs = (np.linalg.norm(one - expected) / np.linalg.norm(expected) for one in found)
                print(f"{architecture:8} {name:30} class {best:3}  {ours:.1e}  {theirs:.1e}", flush=True)


if __name__ == "__main__":
    main()

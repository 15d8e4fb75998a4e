#!/usr/bin/env python3
"""Compares the reference maps of tests/data/networks, which fovea's tests hold its maps to, with pytorch-grad-cam and Captum.

    check_against_peers.py [--data tests/data/networks]

Peers run on the same networks in PyTorch. Where a peer computes something else than the paper by intent, the line says
what. Needs torch, captum and grad-cam; on Debian:

    /usr/bin/python3 -m venv --system-site-packages venv   # python3-torch, python3-torchvision
    venv/bin/pip install --no-deps captum==0.7.0 grad-cam==1.5.4 ttach tqdm opencv-python-headless==4.8.1.78 \\
        scikit-learn scipy joblib threadpoolctl narwhals
"""
import argparse
import os
import warnings

import numpy as np
import torch

from make_method_goldens import PARTS, double_networks, enlarged

LAYERS = {"plain": lambda net: net.features, "residual": lambda net: net.blocks}
REMARKS = {
    "eigen-cam": "it centres the channels",
    "eigen-grad-cam": "it centres the channels",
    "score-cam": "its masks are enlarged with corners aligned",
    "full-grad": "it stretches every channel by itself",
    "deep-lift": "where pooling windows overlap, it keeps one of their shares",
}


def report(network, method, peer, stored, theirs):
    """Up to a factor: peers stretch some of their maps to 0..1."""
    a, b = np.asarray(stored, np.float64).ravel(), np.asarray(theirs, np.float64).ravel()
    a, b = a / np.abs(a).max(), b / np.abs(b).max()
    remark = REMARKS.get(method, "")
    print("{:<9} {:<22} {:<17} correlation {:.5f}, largest difference {:.1e}{}".format(
        network, method, peer, np.corrcoef(a, b)[0, 1], np.abs(a - b).max(), remark and "  (" + remark + ")"))


def class_activation_maps(name, net, x, stored):
    from pytorch_grad_cam import (AblationCAM, EigenCAM, EigenGradCAM, FullGrad, GradCAM, HiResCAM, ScoreCAM, XGradCAM)
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    layer = LAYERS[name](net)
    for method, peer in (("grad-cam", GradCAM), ("xgrad-cam", XGradCAM), ("hires-cam", HiResCAM), ("eigen-cam", EigenCAM),
                         ("eigen-grad-cam", EigenGradCAM), ("ablation-cam", AblationCAM), ("score-cam", ScoreCAM)):
        cam, kept = peer(model=net, target_layers=[layer]), []
        inner = cam.get_cam_image  # gives the map before it is stretched and enlarged
        cam.get_cam_image = lambda *args, **options: kept.append(inner(*args, **options)) or kept[-1]
        cam(input_tensor=x.clone(), targets=[ClassifierOutputTarget(0)])
        values, ours = torch.as_tensor(np.array(kept[-1], np.float64)), stored(method)
        if method == "hires-cam":
            theirs = enlarged(values, x)[0].numpy()
        else:  # a principal component's sign is left to chance there
            both = [enlarged(torch.relu(sign * values), x)[0].numpy() for sign in (1, -1)]
            theirs = both[int(method.startswith("eigen") and (both[0] * ours).sum() < (both[1] * ours).sum())]
        report(name, method, "pytorch-grad-cam", ours, theirs)
    cam = FullGrad(model=net, target_layers=[])
    report(name, "full-grad", "pytorch-grad-cam", stored("full-grad"), cam(x.clone(), [ClassifierOutputTarget(0)])[0])


def deep_lift(name, net, x, stored):
    from captum.attr import DeepLift

    found = DeepLift(net).attribute(x, torch.zeros_like(x), target=0).detach()[0]
    difference = (net(x) - net(torch.zeros_like(x)))[0, 0].item()
    report(name, "deep-lift", "Captum", stored("deep-lift"), found)
    print("{:<9} sum of relevance: fovea {:.6f}, Captum {:.6f}, difference of scores {:.6f}".format(
        name, stored("deep-lift").sum(), found.sum().item(), difference))


def main():
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--data", default=os.path.join(here, "..", "tests", "data", "networks"))
    data = parser.parse_args().data
    assert set(LAYERS) == set(PARTS)
    for name, net, x in double_networks(data):
        def stored(method):
            return np.load(os.path.join(data, "{}.{}.npy".format(name, method)))
        for compare in (class_activation_maps, deep_lift):
            try:
                compare(name, net, x, stored)
            except Exception as error:  # a peer that does not take the network
                print(name, compare.__name__, "failed:", error)


if __name__ == "__main__":
    main()

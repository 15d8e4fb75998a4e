#!/usr/bin/env python3
"""Make the reference values of methods that perturb pictures: tests/data/perturbation/*.npy, as float32.

    python3 tools/make_perturbation_goldens.py [--out tests/data/perturbation]

lime.*: masks of 9 regions, values of a function of them, and the coefficients that LIME's own library gives them with the
distances and the kernel of its LimeImageExplainer (lime 0.2.0.1, scikit-learn's Ridge).
shapley.*: the values of a game of 6 players for all 64 coalitions (bit k of the index: player k takes part), and the
Shapley values that the library shap gives by its KernelExplainer (0.51.0).
smooth-max.*: the parameters of a mask, the mask that TorchRay's MaskGenerator makes of them (1.0.0.2; 20 x 26 pixels, step
2, sigma 6), weights of its pixels, and the gradient of the weighted sum by PyTorch.

Needs lime, shap, scikit-learn, torch and torchray from PyPI. TorchRay is imported from its folder of attribution methods,
since the whole package needs more than that.
"""
import argparse
import importlib
import os
import sys
import types

import numpy as np
import torch


def save(folder, name, values):
    values = np.asarray(values, dtype=np.float32)
    np.save(os.path.join(folder, name + ".npy"), values)
    print("%-24s %s" % (name, values.shape))


def lime_coefficients(folder, random):
    from lime.lime_base import LimeBase
    from sklearn.metrics import pairwise_distances

    masks = random.integers(0, 2, (60, 9)).astype(float)
    masks[0], masks[7] = 1, 0
    values = np.float32(masks @ random.normal(size=9) + 0.7 * masks[:, 1] * masks[:, 4] + 0.3)
    distances = pairwise_distances(masks, masks[:1], metric="cosine").ravel()
    base = LimeBase(lambda d: np.sqrt(np.exp(-(d ** 2) / 0.25 ** 2)))
    found = base.explain_instance_with_data(masks, values[:, None].astype(float), distances, 0, 9, feature_selection="none")[1]
    save(folder, "lime.masks", masks)
    save(folder, "lime.values", values)
    save(folder, "lime.coefficients", [dict(found)[k] for k in range(9)])


def shapley_values(folder, random):
    import shap

    values = np.float32(random.normal(size=64))

    def game(players):
        return values[(np.asarray(players) > 0.5).astype(int) @ (1 << np.arange(6))].astype(float)

    explainer = shap.KernelExplainer(game, np.zeros((1, 6)))
    found = explainer.shap_values(np.ones((1, 6)), nsamples=64, l1_reg=False, silent=True)
    save(folder, "shapley.values", values)
    save(folder, "shapley.phi", found[0])


def smooth_max(folder, random):
    try:
        import torchray
        path = os.path.dirname(torchray.__file__)
    except ImportError:
        sys.exit("torchray is not installed")
    sys.modules["torchray"] = types.ModuleType("torchray")  # without what its __init__ imports
    sys.modules["torchray"].__path__ = [path]
    module = importlib.import_module("torchray.attribution.extremal_perturbation")
    generator = module.MaskGenerator((20, 26), 2, 6)
    parameters = np.float32(random.uniform(size=(10, 13)) * (random.uniform(size=(10, 13)) < 0.4))
    weights = np.float32(random.normal(size=(20, 26)))
    leaf = torch.tensor(parameters[None, None], requires_grad=True)
    mask = generator.generate(leaf)[0][0, 0]
    gradient, = torch.autograd.grad((mask * torch.tensor(weights)).sum(), leaf)
    save(folder, "smooth-max.parameters", parameters)
    save(folder, "smooth-max.mask", mask.detach())
    save(folder, "smooth-max.weights", weights)
    save(folder, "smooth-max.gradient", gradient[0, 0])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--out", default=os.path.join(here, "..", "tests", "data", "perturbation"))
    args = parser.parse_args()
    os.makedirs(args.out, exist_ok=True)
    for make in (lime_coefficients, shapley_values, smooth_max):
        make(args.out, np.random.default_rng(7))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Make reference maps of methods on networks of tests/data/networks: NAME.METHOD.npy, of the first picture and class 0.

    python3 tools/make_method_goldens.py [--out tests/data/networks]

Class activation maps of the last layer with positions, FullGrad, and DeepLIFT from a baseline of zeros, each from its
paper's formula, in PyTorch alone and in float64; stored as float32. Guided IG in 20 steps from zeros is what its authors'
library gives (saliency 0.2.1, from PyPI; without it that file stays as it is). The networks, their weights and inputs are
those of make_network_goldens.py; BatchNorm is merged into the convolution before it, as the exporter does. Needs
torch >= 1.13 and numpy.
"""
import argparse
import json
import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import make_network_goldens as networks
from make_relevance_goldens import merge_batch_norms

PARTS = {  # the network up to its last layer with positions, and behind it
    "plain": (lambda net: net.features, lambda net: lambda a: net.classifier(torch.flatten(a, 1))),
    "residual": (lambda net: lambda x: net.blocks(net.stem(x)), lambda net: net.head),
}


def enlarged(values, like):
    """[K,h,w] at the size of the picture."""
    return F.interpolate(values[None], like.shape[2:], mode="bilinear", align_corners=False)[0]


def principal(a):
    """The positions' coordinates along the first right singular vector, in the direction of the channels' sum."""
    matrix = a.flatten(1).t()
    component = matrix @ torch.linalg.svd(matrix, full_matrices=False)[2][0]
    return (component * torch.sign((component * matrix.sum(1)).sum())).reshape(a.shape[1:])


def layer_maps(features, head, x):
    a = features(x).detach().requires_grad_()
    score = head(a)[0, 0]
    g, = torch.autograd.grad(score, a)
    a, g = a[0].detach(), g[0]
    score = score.detach()
    with torch.no_grad():
        maps = {"hires-cam": (a * g).sum(0)}
        weights = {"grad-cam": g.mean((1, 2)), "xgrad-cam": (a * g).sum((1, 2)) / a.sum((1, 2))}
        weights["xgrad-cam"][a.sum((1, 2)) == 0] = 0
        masks = enlarged(a, x)
        low, high = masks.amin((1, 2), keepdim=True), masks.amax((1, 2), keepdim=True)
        shown = (high > low).flatten()
        scores = torch.stack([head(features(x * ((m - l) / (h - l))))[0, 0] if s else torch.tensor(-np.inf).double()
                              for m, l, h, s in zip(masks, low, high, shown)])
        weights["score-cam"] = torch.softmax(scores - head(features(torch.zeros_like(x)))[0, 0], 0)
        without = []
        for k in range(len(a)):
            ablated = a.clone()
            ablated[k] = 0
            without.append(head(ablated[None])[0, 0])
        weights["ablation-cam"] = (score - torch.stack(without)) / score.abs()
        for name, w in weights.items():
            maps[name] = F.relu((w[:, None, None] * a).sum(0))
        maps["eigen-cam"], maps["eigen-grad-cam"] = F.relu(principal(a)), F.relu(principal(a * g))
        return {name: enlarged(m[None], x)[0] for name, m in maps.items()}


def full_grad(net, x):
    """The authors' post-processing of a layer: magnitudes, stretched to 0..1, enlarged, summed over channels."""
    outputs, handles = [], []
    for module in net.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            handles.append(module.register_forward_hook(lambda m, _, y: outputs.append((m, y)) or y * 1))
    leaf = x.clone().requires_grad_()
    score = net(leaf)[0, 0]
    for handle in handles:
        handle.remove()
    gradients = torch.autograd.grad(score, [leaf] + [y for _, y in outputs])
    terms = [leaf.detach() * gradients[0]]
    terms += [m.bias.detach().reshape(1, -1, *[1] * (y.dim() - 2)) * g for (m, y), g in zip(outputs, gradients[1:])]
    assert abs(sum(t.sum() for t in terms) - score) < 1e-9 * abs(score), "the terms do not sum to the score"
    total = 0
    for term in terms:
        if term.dim() == 4:
            size = term[0].abs()
            total = total + enlarged((size - size.min()) / (size.max() - size.min()), x).sum(0)
    return total


class Rescaled(torch.autograd.Function):
    """A ReLU of the picture and of the baseline, stacked: the multiplier of the first is that of both."""

    @staticmethod
    def forward(ctx, both):
        ctx.save_for_backward(both)
        return both.clamp(min=0)

    @staticmethod
    def backward(ctx, dy):
        x, b = ctx.saved_tensors[0]
        near = (x - b).abs() < 1e-7
        quotient = (x.clamp(min=0) - b.clamp(min=0)) / torch.where(near, torch.ones_like(x), x - b)
        m = dy[0] * torch.where(near, (x > 0).double(), quotient)
        return torch.stack([m, torch.zeros_like(m)])


class RescaledPool(torch.autograd.Function):
    @staticmethod
    def forward(ctx, both, kernel, stride, padding):
        y, places = F.max_pool2d(both, kernel, stride, padding, return_indices=True)
        ctx.save_for_backward(both, y, places)
        return y

    @staticmethod
    def backward(ctx, dy):
        both, y, places = ctx.saved_tensors
        larger = torch.maximum(y[0], y[1])
        sent = torch.zeros_like(both).flatten(2)
        amounts = torch.stack([dy[0] * (larger - y[1]), dy[0] * (y[0] - larger)])
        sent.scatter_add_(2, places.flatten(2), amounts.flatten(2))
        plain = torch.zeros_like(both[0]).flatten(1).scatter_add_(1, places[0].flatten(1), dy[0].flatten(1))
        difference = (both[0] - both[1]).flatten(1)
        near = difference.abs() < 1e-7
        m = torch.where(near, plain, sent.sum(0) / torch.where(near, torch.ones_like(difference), difference))
        return torch.stack([m.reshape(both[0].shape), torch.zeros_like(both[0])]), None, None, None


def deep_lift(net, x):
    both = torch.cat([x, torch.zeros_like(x)]).requires_grad_()
    saved = nn.ReLU.forward, nn.MaxPool2d.forward
    nn.ReLU.forward = lambda self, v: Rescaled.apply(v)
    nn.MaxPool2d.forward = lambda self, v: RescaledPool.apply(v, self.kernel_size, self.stride, self.padding)
    try:
        scores = net(both)[:, 0]
        multipliers, = torch.autograd.grad(scores[0], both)
    finally:
        nn.ReLU.forward, nn.MaxPool2d.forward = saved
    relevance = (multipliers[0] * x[0]).detach()
    assert abs(relevance.sum() - (scores[0] - scores[1])) < 1e-6 * abs(scores[0] - scores[1]), "not complete"
    return relevance


def guided_ig(net, x):
    try:
        import saliency.core as saliency
    except ImportError:
        return {}

    def gradients(images, call_model_args=None, expected_keys=None):
        leaf = torch.as_tensor(np.asarray(images)).permute(0, 3, 1, 2).requires_grad_()
        gradient, = torch.autograd.grad(net(leaf)[0, 0], leaf)
        return {saliency.INPUT_OUTPUT_GRADIENTS: gradient.permute(0, 2, 3, 1).numpy()}

    picture = x[0].permute(1, 2, 0).numpy()
    mask = saliency.GuidedIG().GetMask(picture, gradients, x_steps=20, x_baseline=np.zeros_like(picture), max_dist=0.02,
                                       fraction=0.25)
    return {"guided-ig": torch.as_tensor(mask).permute(2, 0, 1)}


def double_networks(folder):
    """(name, network, first picture), in float64."""
    seeds = {entry["name"]: entry["seed"] for entry in json.load(open(os.path.join(folder, "index.json")))}
    for name in PARTS:
        net, x = networks.make(networks.CASES[name], seeds[name])
        stored = np.load(os.path.join(folder, name + ".input.npy"))
        assert np.array_equal(stored, x.numpy()), "another version of torch: remake the networks"
        net = merge_batch_norms(net.double())
        for module in net.modules():
            if isinstance(module, nn.ReLU):
                module.inplace = False
        yield name, net, x[:1].double()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--out", default=os.path.join(here, "..", "tests", "data", "networks"))
    args = parser.parse_args()
    torch.set_num_threads(1)
    for name, net, x in double_networks(args.out):
        features, head = PARTS[name]
        path = os.path.join(args.out, name)
        maps = layer_maps(features(net), head(net), x)
        maps["full-grad"], maps["deep-lift"] = full_grad(net, x), deep_lift(net, x)
        maps.update(guided_ig(net, x))
        for method, values in maps.items():
            np.save("%s.%s.npy" % (path, method), values.detach().numpy().astype(np.float32))
            print("%-10s %-15s %s, largest %.4g" % (name, method, tuple(values.shape), values.abs().max()))


if __name__ == "__main__":
    main()

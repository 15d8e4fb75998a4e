#!/usr/bin/env python3
"""Make the reference relevance maps of tests/data/networks: NAME.RULE.npy for each rule of relevance, and
plain.concepts-*.npy of the channels of a layer.

    python3 tools/make_relevance_goldens.py [--out tests/data/networks]

Layer-wise relevance propagation (Bach et al. 2015; Montavon et al. 2019) and excitation back-propagation (Zhang et al.
2016) of the score of class 0, in PyTorch alone: while a network runs, its layers, ReLUs, poolings and sums are replaced
by autograd functions whose backward pass shares out a relevance in the place of a derivative. The networks, their
weights and inputs are those of make_network_goldens.py; BatchNorm is merged into the convolution before it, as the
exporter does. Relevance is computed in float64 and stored as float32. Needs torch >= 1.13 and numpy.
"""
import argparse
import contextlib
import json
import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval

import make_network_goldens as networks

NETWORKS = ("plain", "residual", "inception")
# Of each rule: at dense layers, at convolutions, at the layers that read the picture (None: as at the others).
RULES = {"lrp-epsilon": ("epsilon", "epsilon", None), "lrp-alpha-beta": ("alpha-beta", "alpha-beta", None),
         "lrp": ("epsilon", "z-plus", None), "excitation": ("z-plus", "z-plus", None),
         "lrp-gamma": ("gamma", "gamma", None), "lrp-epsilon-gamma-box": ("epsilon", "gamma", "z-box"),
         "lrp-epsilon-plus-flat": ("epsilon", "z-plus", "flat"),
         "lrp-epsilon-plus-w-square": ("epsilon", "z-plus", "w-square"),
         "lrp-epsilon-alpha2-beta1": ("epsilon", "alpha-beta", None),
         "lrp-epsilon-alpha2-beta1-flat": ("epsilon", "alpha-beta", "flat")}
STABILISER = 1e-12
GAMMA = 0.25
LOWEST, HIGHEST = -4.0, 5.0      # of the z-box rule, for every channel


def quotient(a, b):
    return torch.where(b == 0, torch.zeros_like(a), a / torch.where(b == 0, torch.ones_like(b), b))


def send(f, x, w, q):
    """The contribution of each element of x to f(x, w), times its output's q."""
    with torch.enable_grad():
        leaf = x.detach().requires_grad_()
        back, = torch.autograd.grad(f(leaf, w), leaf, q)
    return x * back


def epsilon(f, x, w, b, r):
    z = f(x, w) + b
    return send(f, x, w, r / (z + STABILISER * torch.where(z >= 0, 1.0, -1.0)))


def signed(f, x, w, b, sign):
    """The sum of the contributions of one sign, and how a quotient is sent back along them."""
    above, below = x.clamp(min=0), x.clamp(max=0)
    same, other = (w.clamp(min=0), w.clamp(max=0)) if sign > 0 else (w.clamp(max=0), w.clamp(min=0))
    z = f(above, same) + f(below, other) + (b.clamp(min=0) if sign > 0 else b.clamp(max=0))
    return z, lambda q: send(f, above, same, q) + send(f, below, other, q)


def share(rule, f, x, w, b, r):
    """The relevance of x, whose layer f(x, w) + b has relevance r."""
    if rule == "epsilon":
        return epsilon(f, x, w, b, r)
    if rule in ("flat", "w-square"):
        one, weight = torch.ones_like(x), torch.ones_like(w) if rule == "flat" else w * w
        return send(f, one, weight, quotient(r, f(one, weight)))
    if rule == "z-box":
        parts = [(x, w), (torch.full_like(x, -LOWEST), w.clamp(min=0)), (torch.full_like(x, -HIGHEST), w.clamp(max=0))]
        q = quotient(r, sum(f(*part) for part in parts))
        return sum(send(f, *part, q) for part in parts)
    if rule == "gamma":
        z = f(x, w) + b
        raised = [(signed(f, x, w, b, sign), sign * z > 0) for sign in (+1, -1)]
        given = [(q := quotient(torch.where(active, r, 0.0), z + GAMMA * part), send(f, x, w, q) + GAMMA * back(q))[1]
                 for (part, back), active in raised]
        return sum(given)
    plus, back_plus = signed(f, x, w, b, +1)
    if rule == "z-plus":
        return back_plus(quotient(r, plus))
    minus, back_minus = signed(f, x, w, b, -1)
    if rule == "z-plus or minus":      # sums and poolings lose nothing where all terms are negative
        return back_plus(quotient(r, plus)) + back_minus(quotient(torch.where(plus == 0, r, 0.0), minus))
    assert rule == "alpha-beta"
    alpha = torch.where(minus == 0, 1.0, 2.0)
    beta = torch.where(minus == 0, 0.0, torch.where(plus == 0, -1.0, 1.0))
    return back_plus(quotient(alpha * r, plus)) - back_minus(quotient(beta * r, minus))


class Layer(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, rule, f, w, b):
        ctx.save_for_backward(x, w, b)
        ctx.rule, ctx.f = rule, f
        return f(x, w) + b

    @staticmethod
    def backward(ctx, r):
        x, w, b = ctx.saved_tensors
        return share(ctx.rule, ctx.f, x, w, b, r), None, None, None, None


class Sum(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b, rule):
        ctx.save_for_backward(a, b)
        ctx.rule = rule
        return a + b

    @staticmethod
    def backward(ctx, r):
        both = torch.stack(ctx.saved_tensors)
        zero = torch.zeros((), dtype=r.dtype)
        given = share(ctx.rule, lambda x, w: (x * w).sum(0), both, torch.ones_like(both), zero, r)
        return given[0], given[1], None


class Unchanged(torch.autograd.Function):
    """A ReLU that hands its relevance on."""

    @staticmethod
    def forward(ctx, x):
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, r):
        return r


@contextlib.contextmanager
def relevance(rule, picture, rectified=None):
    """Networks run inside the block share out relevance in their backward pass, down to the picture. What their ReLUs
    give is put into the list `rectified`."""
    dense, filters, first = RULES[rule]
    mean = "epsilon" if rule == "lrp-epsilon" else "z-plus or minus"
    average, adaptive = F.avg_pool2d, F.adaptive_avg_pool2d

    def rule_at(x, rule_of_others):
        return first if first and x is picture else rule_of_others

    def bias(module):
        if module.bias is None or rule == "excitation":
            return torch.zeros(1, dtype=torch.float64)
        return module.bias

    def restore(module, y):      # the bias that excitation leaves out still belongs to the value
        if rule != "excitation" or module.bias is None:
            return y
        return y + module.bias.reshape(-1, *[1] * (y.dim() - 2)).detach()

    def conv(self, x):
        b = bias(self)
        y = Layer.apply(x, rule_at(x, filters), lambda x, w: F.conv2d(x, w, None, self.stride, self.padding,
                                                                      self.dilation, self.groups),
                        self.weight, b.reshape(-1, 1, 1))
        return restore(self, y)

    def linear(self, x):
        return restore(self, Layer.apply(x, rule_at(x, dense), F.linear, self.weight, bias(self)))

    def pooled(pool):
        def run(x, *args, **options):
            one = torch.ones((), dtype=x.dtype)
            return Layer.apply(x, mean, lambda x, w: pool(x * w, *args, **options), one, one * 0)
        return run

    def relu(x, inplace=False):
        y = Unchanged.apply(x)
        if rectified is not None:
            rectified.append(y)
        return y

    def add_in_place(a, b):
        return Sum.apply(a, b, mean)

    places = [(nn.Conv2d, "forward", conv), (nn.Linear, "forward", linear), (F, "relu", relu),
              (nn.ReLU, "forward", lambda self, x: relu(x)), (torch.Tensor, "__iadd__", add_in_place),
              (F, "avg_pool2d", pooled(average)), (F, "adaptive_avg_pool2d", pooled(adaptive))]
    saved = [(owner, name, getattr(owner, name)) for owner, name, _ in places]
    for owner, name, function in places:
        setattr(owner, name, function)
    try:
        yield
    finally:
        for owner, name, function in saved:
            setattr(owner, name, function)


def merge_batch_norms(module):
    for name, child in module.named_children():
        if isinstance(child, nn.Sequential) and len(child) == 2 and isinstance(child[1], nn.BatchNorm2d):
            setattr(module, name, fuse_conv_bn_eval(child[0], child[1]))
        else:
            merge_batch_norms(child)
    if isinstance(module, nn.Sequential):
        for i, child in enumerate(module):
            if isinstance(child, nn.Sequential) and len(child) == 2 and isinstance(child[1], nn.BatchNorm2d):
                module[i] = fuse_conv_bn_eval(child[0], child[1])
    return module


def concepts(net, leaf, path):
    """Concept relevance propagation (Achtibat et al. 2023) by epsilon-plus-flat for class 0: the relevance of the last
    layer with positions, and of the picture by the channel of it that matters most."""
    rectified = []
    with relevance("lrp-epsilon-plus-flat", leaf, rectified):
        score = net(leaf)[:, 0]
    layer = [y for y in rectified if y.dim() == 4][-1]
    of_layer, = torch.autograd.grad(score, layer, score.detach(), retain_graph=True)
    best = of_layer.sum((2, 3)).argmax(1)
    seed = of_layer * torch.nn.functional.one_hot(best, of_layer.shape[1])[:, :, None, None]
    of_picture, = torch.autograd.grad(layer, leaf, seed)
    np.save(path + ".concepts-layer.npy", of_layer.numpy().astype(np.float32))
    np.save(path + ".concepts-map.npy", of_picture.numpy().astype(np.float32))
    print("channels", best.numpy(), "have", seed.sum((1, 2, 3)).numpy().round(4), "of", score.detach().numpy().round(4))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--out", default=os.path.join(here, "..", "tests", "data", "networks"))
    args = parser.parse_args()
    torch.set_num_threads(1)
    seeds = {entry["name"]: entry["seed"] for entry in json.load(open(os.path.join(args.out, "index.json")))}
    for name in NETWORKS:
        net, x = networks.make(networks.CASES[name], seeds[name])
        path = os.path.join(args.out, name)
        assert np.array_equal(np.load(path + ".input.npy"), x.numpy()), "another version of torch: remake the networks"
        net, leaf = merge_batch_norms(net.double()), x.double().requires_grad_()
        for rule in RULES:
            with relevance(rule, leaf):
                scores = net(leaf)
            assert np.allclose(scores.detach().numpy(), np.load(path + ".scores.npy"), rtol=1e-9, atol=1e-9), (name, rule)
            score = scores[:, 0]
            seed = torch.ones_like(score) if rule == "excitation" else score.detach()
            found, = torch.autograd.grad(score, leaf, seed)
            np.save("%s.%s.npy" % (path, rule), found.numpy().astype(np.float32))
            print("%-10s %-15s sums %s of %s" % (name, rule, found.sum((1, 2, 3)).numpy().round(4),
                                                seed.numpy().round(4)))
        if name == "plain":
            concepts(net, leaf, path)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Make tests/data/operators/cases.jsonl: values and input gradients of single operators, by PyTorch in float64.

    python3 tools/make_operator_goldens.py [--out tests/data/operators]

One JSON object a line: "problem" (the operator, its operands' shapes, its attributes), "inputs" (name: values in
row-major order), "output", "dy" and "dx", the gradient of sum(dy * output) with respect to x. PyTorch pads pools
and convolutions alike on both sides, so uneven pads are put around x beforehand. Inputs and dy have few decimals,
so that they are exact in the file, and keep away from kinks (except the ties of max-pools), where conventions
differ. Needs torch >= 1.13; the same version gives the same file.
"""
import argparse
import json
import os
import zlib

import torch
import torch.nn.functional as F

PROBLEMS = """
Conv x=1x3x9x7 w=4x3x3x3:const b=4:const
Conv x=2x3x9x7 w=4x3x3x3:const strides=2,2 pads=1,1,1,1
Conv x=2x4x9x7 w=6x2x3x3:const b=6:const strides=2,1 pads=1,1,1,1 groups=2
Conv x=1x4x8x11 w=4x1x3x3:const pads=0,0,1,1 strides=2,2 groups=4
Conv x=1x3x9x7 w=2x3x3x2:const b=2:const strides=1,2 pads=1,2,3,0 dilations=2,3
Conv x=1x4x10x9 w=8x1x3x3:const pads=2,2,2,2 dilations=2,2 groups=4
Conv x=1x6x7x9 w=3x2x5x1:const pads=2,0,2,0 strides=3,2 groups=3
Conv x=1x3x7x8 w=5x3x1x1:const strides=2,2
Conv x=1x2x3x3 w=2x2x3x3:const pads=2,2,2,2 strides=4,4
ConvTranspose x=1x3x5x4 w=3x2x3x3:const
ConvTranspose x=2x3x5x4 w=3x2x4x3:const b=2:const strides=2,3 pads=1,1,1,1 output_padding=1,2
ConvTranspose x=1x4x5x3 w=4x2x3x3:const groups=2 dilations=2,1 pads=1,1,2,0
ConvTranspose x=1x6x3x4 w=6x1x2x2:const b=6:const strides=2,2 groups=6
ConvTranspose x=1x2x4x3 w=2x3x3x2:const strides=3,2 pads=0,1,1,0 dilations=1,2 output_padding=2,1
MaxPool x=2x3x9x7:ties kernel=3,2
MaxPool x=1x3x9x8:ties kernel=3,3 strides=2,2 pads=1,1,1,1
MaxPool x=1x3x9x8:ties kernel=3,3 strides=2,2 pads=1,0,0,1
MaxPool x=1x3x9x8:ties kernel=3,3 strides=1,1 pads=1,1,1,1
MaxPool x=1x2x8x6 kernel=3,2 strides=3,3 pads=1,1,1,1 ceil_mode=1
MaxPool x=1x2x10x9:ties kernel=2,2 strides=2,2 ceil_mode=1
MaxPool x=1x2x7x7 kernel=3,3 strides=2,2 ceil_mode=1
MaxPool x=1x2x8x7 kernel=1,1 strides=3,3 ceil_mode=1
MaxPool x=1x2x6x5 kernel=2,2 strides=3,3 pads=1,1,1,1 ceil_mode=1
MaxPool x=1x2x11x10:ties kernel=3,2 strides=2,1 pads=1,1,1,1 dilations=2,3
MaxPool x=1x2x11x10 kernel=3,2 strides=2,3 pads=1,0,1,0 dilations=2,3 ceil_mode=1
AveragePool x=2x3x9x7 kernel=3,2
AveragePool x=1x2x9x8 kernel=3,3 strides=2,2 pads=1,1,1,1
AveragePool x=1x2x9x8 kernel=3,3 strides=2,2 pads=1,1,1,1 count_include_pad=1
AveragePool x=1x2x9x8 kernel=3,3 strides=2,2 pads=1,0,2,1
AveragePool x=1x2x9x8 kernel=3,3 strides=2,2 pads=1,0,2,1 count_include_pad=1
AveragePool x=1x2x8x6 kernel=3,2 strides=3,3 pads=1,1,1,1 ceil_mode=1
AveragePool x=1x2x8x6 kernel=3,2 strides=3,3 pads=1,1,1,1 ceil_mode=1 count_include_pad=1
AveragePool x=1x2x10x9 kernel=3,3 strides=2,2 ceil_mode=1
AveragePool x=1x2x10x9 kernel=3,3 strides=2,2 ceil_mode=1 count_include_pad=1
AveragePool x=1x2x6x5 kernel=2,2 strides=3,3 pads=1,1,1,1 ceil_mode=1 count_include_pad=1
AveragePool x=1x2x9x8 kernel=3,2 strides=1,2 pads=2,1,2,1 dilations=2,3
AveragePool x=1x2x9x8 kernel=3,2 strides=1,2 pads=2,1,2,1 dilations=2,3 count_include_pad=1
GlobalAveragePool x=2x3x5x7
LRN x=2x7x3x2 size=5 alpha=0.7 beta=0.75 bias=1
LRN x=1x6x3x3 size=4 alpha=1.5 beta=0.5 bias=2
LRN x=1x3x2x4 size=9 alpha=0.9 beta=0.75 bias=0.5
LRN x=1x5x3x2 size=5 alpha=0.0001 beta=0.75 bias=1
BatchNormalization x=2x3x5x4 scale=3:const bias=3:const mean=3:const variance=3:positive:const
BatchNormalization x=3x4 scale=4:const bias=4:const mean=4:const variance=4:positive:const epsilon=0.1
LayerNormalization x=3x7 scale=7:const bias=7:const axis=1
LayerNormalization x=2x3x37 scale=37:const axis=2 epsilon=0.01
LayerNormalization x=2x3x5x4 scale=3x5x4:const bias=3x5x4:const axis=1
Softmax x=3x7 axis=1
Softmax x=2x5x3x2 axis=1
Softmax x=4x3x2 axis=0
Softmax x=2x3x5:large axis=2
LogSoftmax x=3x7 axis=1
LogSoftmax x=2x5x3x2 axis=1
LogSoftmax x=4x3x2 axis=0
LogSoftmax x=2x3x5:large axis=2
Sigmoid x=4x9:wide
Tanh x=4x9:wide
HardSigmoid x=4x9:wide
HardSigmoid x=4x9:wide alpha=0.25 beta=0.4
HardSwish x=4x9:wide
Elu x=4x9:wide
Elu x=4x9:wide alpha=0.3
LeakyRelu x=4x9 alpha=0.2
PRelu x=2x3x4x2 slope=3x1x1:const
PRelu x=3x5 slope=1:const
Clip x=4x9:wide min=0 max=6
Clip x=4x9:wide min=-0.55
Softplus x=4x9:wide
Softplus x=2x5:large
Erf x=4x9:wide
Exp x=4x9
Relu x=4x9
Pad x=1x2x4x5 pads=0,0,1,2,0,0,3,0 value=1.5
Pad x=1x2x4x5 pads=0,0,-1,2,0,0,1,-3
Pad x=1x2x4x5 pads=0,0,3,1,0,0,2,4 mode=reflect
Pad x=1x2x4x5 pads=0,0,3,0,0,0,1,6 mode=edge
""".split("\n")


def draw(shape, distribution, generator):
    x = torch.randn(shape, generator=generator, dtype=torch.float64)
    if distribution == "ties":
        return torch.randint(-2, 3, shape, generator=generator).double()
    if distribution == "positive":
        x = 0.5 + x.abs()
    if distribution == "wide":        # both sides of every kink and the flat ends
        x = x * 4
    if distribution == "large":       # exp overflows
        x = x * 600
    x = torch.round(x * 1000) / 1000
    return torch.where((x * 20 - torch.round(x * 20)).abs() < 1e-9, x + 0.017, x)     # off 0, -3, 3, 6, ...


def parse(problem, generator):
    words = problem.split()
    operands, attributes = {}, {}
    for word in words[1:]:
        name, value = word.split("=")
        if name in ("x", "w", "b", "slope", "scale", "variance") or (name in ("mean", "bias") and words[0] != "LRN"):
            parts = value.split(":")
            kind = [p for p in parts[1:] if p != "const"]
            operands[name] = draw([int(n) for n in parts[0].split("x")], kind[0] if kind else "", generator)
        elif value.replace(",", "").replace("-", "").isdigit():
            numbers = [int(n) for n in value.split(",")]
            attributes[name] = numbers if len(numbers) > 1 else numbers[0]
        else:
            attributes[name] = value if value.isalpha() else float(value)
    return words[0], operands, attributes


def around(x, pads, value=0.0):
    top, left, bottom, right = pads
    return F.pad(x, (left, right, top, bottom), value=value)


def split_pads(a, ceil_mode=0):
    """Pads that PyTorch takes as they are, and those to put around x beforehand."""
    pads = a.get("pads", [0] * 4)
    if pads[:2] == pads[2:]:
        return pads[:2], [0] * 4
    assert not ceil_mode, "with uneven pads the last window would see them as input"
    return [0, 0], pads


def conv(x, a, w, b=None):
    return F.conv2d(around(x, a.get("pads", [0] * 4)), w, b, a.get("strides", 1), 0, a.get("dilations", 1),
                    a.get("groups", 1))


def conv_transpose(x, a, w, b=None):
    y = F.conv_transpose2d(x, w, b, a.get("strides", 1), 0, 0, a.get("groups", 1), a.get("dilations", 1))
    top, left, bottom, right = a.get("pads", [0] * 4)
    rows, columns = a.get("output_padding", [0, 0])
    if (top, left) == (bottom, right):
        return F.conv_transpose2d(x, w, b, a.get("strides", 1), (top, left), (rows, columns), a.get("groups", 1),
                                  a.get("dilations", 1))
    assert b is None                              # output padding beyond the full result is zero only without one
    return F.pad(y, (-left, columns - right, -top, rows - bottom))


def max_pool(x, a):
    own, before = split_pads(a, a.get("ceil_mode", 0))
    return F.max_pool2d(around(x, before, -float("inf")), a["kernel"], a.get("strides", 1), own, a.get("dilations", 1),
                        bool(a.get("ceil_mode", 0)))


def average_pool(x, a):
    ceil, include = bool(a.get("ceil_mode", 0)), bool(a.get("count_include_pad", 0))
    strides = a.get("strides", [1, 1])
    own, before = split_pads(a, ceil)
    if "dilations" not in a and before == [0] * 4:
        return F.avg_pool2d(x, a["kernel"], strides, own, ceil, include)
    assert not ceil                                    # by hand: the sum of every window over its count

    dilations = a.get("dilations", [1, 1])
    taps = a["kernel"][0] * a["kernel"][1]

    def sums(t):
        n, c = t.shape[:2]
        t = around(t, a["pads"])
        columns = F.unfold(t, a["kernel"], dilations, 0, strides).reshape(n, c, taps, -1)
        extents = [(t.shape[2 + i] - dilations[i] * (a["kernel"][i] - 1) - 1) // strides[i] + 1 for i in (0, 1)]
        return columns.sum(2).reshape(n, c, *extents)

    return sums(x) / (taps if include else sums(torch.ones_like(x)))


def lrn(x, a):
    if a["size"] % 2:
        return F.local_response_norm(x, a["size"], a["alpha"], a["beta"], a["bias"])
    squares = F.pad(x * x, (0, 0, 0, 0, (a["size"] - 1) // 2, a["size"] // 2))
    total = sum(squares[:, k:k + x.shape[1]] for k in range(a["size"]))
    return x / (a["bias"] + a["alpha"] / a["size"] * total) ** a["beta"]


def pad(x, a):
    n = x.dim()
    pairs = [p for i in reversed(range(n)) for p in (a["pads"][i], a["pads"][n + i])]
    if a.get("mode", "constant") == "constant":
        return F.pad(x, pairs, value=a.get("value", 0.0))
    return F.pad(x, pairs[:4], mode={"reflect": "reflect", "edge": "replicate"}[a["mode"]])


OPERATORS = {
    "Conv": conv, "ConvTranspose": conv_transpose, "MaxPool": max_pool, "AveragePool": average_pool,
    "LRN": lrn, "Pad": pad,
    "GlobalAveragePool": lambda x, a: F.adaptive_avg_pool2d(x, 1),
    "BatchNormalization": lambda x, a, scale, bias, mean, variance: F.batch_norm(
        x, mean, variance, scale, bias, False, 0.0, a.get("epsilon", 1e-5)),
    "LayerNormalization": lambda x, a, scale=None, bias=None: F.layer_norm(
        x, x.shape[a["axis"]:], scale, bias, a.get("epsilon", 1e-5)),
    "Softmax": lambda x, a: torch.softmax(x, a["axis"]),
    "LogSoftmax": lambda x, a: torch.log_softmax(x, a["axis"]),
    "Sigmoid": lambda x, a: torch.sigmoid(x),
    "Tanh": lambda x, a: torch.tanh(x),
    "HardSigmoid": lambda x, a: torch.clamp(a.get("alpha", 0.2) * x + a.get("beta", 0.5), 0, 1),
    "HardSwish": lambda x, a: F.hardswish(x),
    "Elu": lambda x, a: F.elu(x, a.get("alpha", 1.0)),
    "LeakyRelu": lambda x, a: F.leaky_relu(x, a["alpha"]),
    "PRelu": lambda x, a, slope: torch.where(x >= 0, x, slope * x),
    "Clip": lambda x, a: torch.clamp(x, a.get("min"), a.get("max")),
    "Softplus": lambda x, a: torch.logaddexp(x, torch.zeros_like(x)),
    "Erf": lambda x, a: torch.erf(x),
    "Exp": lambda x, a: torch.exp(x),
    "Relu": lambda x, a: F.relu(x),
}


def numbers(tensor):
    return "[%s]" % ",".join("%.15g" % value for value in tensor.detach().reshape(-1).tolist())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--out", default=os.path.join(here, "..", "tests", "data", "operators"))
    args = parser.parse_args()
    os.makedirs(args.out, exist_ok=True)
    torch.set_num_threads(1)
    lines = []
    for problem in filter(None, PROBLEMS):
        generator = torch.Generator().manual_seed(zlib.crc32(problem.encode()))
        name, operands, attributes = parse(problem, generator)
        x = operands["x"].requires_grad_()
        y = OPERATORS[name](x, attributes, **{k: v for k, v in operands.items() if k != "x"})
        dy = draw(y.shape, "", generator)
        dx, = torch.autograd.grad(y, x, dy)
        assert torch.isfinite(y).all() and torch.isfinite(dx).all(), problem
        # the distributions `wide` and `large` are this script's own: the values are in the file
        text = problem.replace(":wide", "").replace(":large", "")
        inputs = ",".join("%s:%s" % (json.dumps(k), numbers(v)) for k, v in operands.items())
        lines.append('{"problem":%s,"inputs":{%s},"shape":%s,"output":%s,"dy":%s,"dx":%s}\n' % (
            json.dumps(text), inputs, json.dumps(list(y.shape), separators=(",", ":")), numbers(y), numbers(dy),
            numbers(dx)))
        json.loads(lines[-1])
    path = os.path.join(args.out, "cases.jsonl")
    with open(path, "w") as f:
        f.writelines(lines)
    print("%d cases, %d bytes" % (len(lines), os.path.getsize(path)))


if __name__ == "__main__":
    main()

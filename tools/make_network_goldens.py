#!/usr/bin/env python3
"""Make the small networks and reference gradients of tests/data/networks.

    python3 tools/make_network_goldens.py [--only NAME ...] [--out tests/data/networks]

For each network: NAME.onnx, the input NAME.input.npy (float32), the scores NAME.scores.npy and, for each ReLU rule,
the gradient of the target class with respect to the input, NAME.RULE.npy (float64). index.json lists them, and so
does the table at the end of README.md.

The references do not come from hooks on modules. `relu_rule` puts one autograd function in the place of every
entrance to ReLU that PyTorch has, so that modules, functions, methods, in-place and re-used ReLUs obey the rule
alike. A function max(x, 0) with an upper bound is one of them: nn.ReLU6 and clamp from 0, which become Clip; F.relu6
becomes Relu and Clip. LeakyReLU, PReLU and the others keep their gradient. The number of calls must be that of Relu
nodes and of Clip nodes from 0 that do not follow a Relu. Weights and inputs are float32 numbers; the references are computed from them in float64. A
network whose float32 gradient is further than TOLERANCE from the float64 one is badly conditioned (a value next to
a kink); another seed is taken. Needs torch >= 1.13, onnx and numpy; the same versions give the same files.
"""
import argparse
import collections
import contextlib
import copy
import io
import json
import os
import sys
import warnings

import numpy as np
import onnx
import torch
import torch.nn as nn
import torch.nn.functional as F

import exporter_styles as styles

RULES = ("gradient", "deconvnet", "guided")
TOLERANCE = 1e-5
OPERATORS = set("""Conv ConvTranspose Gemm MatMul Add Sub Mul Div Neg Pow Sqrt Exp Log Abs Max Min Relu LeakyRelu PRelu
    Clip Sigmoid Tanh HardSigmoid HardSwish Softplus Elu Erf Softmax LogSoftmax MaxPool AveragePool GlobalAveragePool
    GlobalMaxPool BatchNormalization LRN Concat Split Slice Pad Reshape Flatten Squeeze Unsqueeze Transpose Expand
    Gather ReduceMean ReduceSum ReduceMax ReduceL2 Mish Gelu Where Cast Shape Constant ConstantOfShape Identity Dropout Range Equal
    Celu ReduceLogSumExp InstanceNormalization Resize LayerNormalization CumSum DepthToSpace Einsum
    QuantizeLinear DequantizeLinear TopK GatherElements Col2Im Scan QLinearConv QLinearAdd QLinearMul QLinearSigmoid
    QLinearLeakyRelu QLinearConcat QLinearAveragePool QLinearGlobalAveragePool QGemm""".split())


# ---------------------------------------------------------------- the three rules

class RuleRelu(torch.autograd.Function):
    """ReLU whose backward pass is dx = dy * 1(x > 0), dy * 1(dy > 0) or both masks."""

    @staticmethod
    def forward(ctx, x, rule):
        ctx.save_for_backward(x)
        ctx.rule = rule
        return torch.where(x > 0, x, torch.zeros_like(x))

    @staticmethod
    def backward(ctx, dy):
        x, = ctx.saved_tensors
        if ctx.rule != "deconvnet":
            dy = dy * (x > 0)
        if ctx.rule != "gradient":
            dy = dy * (dy > 0)
        return dy, None


@contextlib.contextmanager
def relu_rule(rule):
    """Every ReLU called inside the block goes backward by the rule. Gives a list of one item: the number of calls."""
    calls = [0]

    def relu(x, inplace=False):
        calls[0] += 1
        return RuleRelu.apply(x, rule)

    # F.relu(x, inplace=True) and nn.ReLU(inplace=True) give a new tensor here, which is the same to a caller who uses
    # the result; main() compares with unpatched PyTorch, so another caller would not go unnoticed.
    def relu_in_place(x):
        calls[0] += 1
        return x.copy_(RuleRelu.apply(x.clone(), rule))

    # An upper bound keeps its own derivative, under every rule.
    def relu6(x, inplace=False):
        return original_clamp(relu(x), None, 6)

    def hardtanh(x, min_val=-1.0, max_val=1.0, inplace=False):
        return clamp(x, min_val, max_val) if min_val == 0 else original_hardtanh(x, min_val, max_val)

    def clamp(x, min=None, max=None):
        if min != 0:
            return original_clamp(x, min, max)
        y = relu(x)
        return y if max is None else original_clamp(y, None, max)

    original_hardtanh, original_clamp = F.hardtanh, torch.clamp
    places = [(F, "relu6", relu6), (F, "hardtanh", hardtanh), (torch, "clamp", clamp), (torch.Tensor, "clamp", clamp),
              (torch, "relu", relu), (torch, "relu_", relu_in_place), (torch.Tensor, "relu", relu),
              (torch.Tensor, "relu_", relu_in_place), (F, "relu", relu), (F, "relu_", relu_in_place),
              (nn.ReLU, "forward", lambda self, x: relu(x))]
    missing = object()
    saved = [(owner, name, vars(owner).get(name, missing)) for owner, name, _ in places]
    for owner, name, function in places:
        setattr(owner, name, function)
    try:
        yield calls
    finally:
        for owner, name, function in saved:
            delattr(owner, name) if function is missing else setattr(owner, name, function)


def reference(net, x, target, rule, dtype=torch.float64):
    """Scores and d(sum over the batch of the target class's score)/dx. A picture's score depends on it alone, so each
    gets its own gradient. `net.scores`, where there is one, stops before a final Softmax."""
    net = copy.deepcopy(net).to(dtype).eval()
    x = x.to(dtype, copy=True).requires_grad_()
    with relu_rule(rule) as calls:
        scores = getattr(net, "scores", net)(x)
        dx, = torch.autograd.grad(scores[:, target].sum(), x)
    return scores.detach().numpy(), dx.numpy(), calls[0]


def relative_error(a, b):
    return float(np.linalg.norm(np.asarray(a, np.float64) - b) / max(np.linalg.norm(b), 1e-300))


# ---------------------------------------------------------------- the networks

def conv_bn(inputs, outputs, kernel, **options):
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, bias=False, **options), nn.BatchNorm2d(outputs))


class Plain(nn.Module):
    """Conv, ReLU, MaxPool, Flatten, Gemm."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                                      nn.Conv2d(8, 12, (3, 5), stride=(2, 1), padding=(1, 2)), nn.ReLU(),
                                      nn.MaxPool2d(3, 2, 1))
        self.classifier = nn.Sequential(nn.Linear(12 * 3 * 4, 10), nn.ReLU(), nn.Linear(10, 5))

    def forward(self, x):
        return self.classifier(torch.flatten(self.features(x), 1))


class Residual(nn.Module):
    """Basic blocks: BatchNorm, in-place ReLU, one ReLU module used twice, identity and projected shortcuts."""

    class Block(nn.Module):
        def __init__(self, inputs, outputs, stride):
            super().__init__()
            self.first = conv_bn(inputs, outputs, 3, stride=stride, padding=1)
            self.second = conv_bn(outputs, outputs, 3, padding=1)
            self.shortcut = conv_bn(inputs, outputs, 1, stride=stride) if stride > 1 else nn.Identity()
            self.relu = nn.ReLU(inplace=True)

        def forward(self, x):
            y = self.second(self.relu(self.first(x)))
            y += self.shortcut(x)
            return self.relu(y)

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(conv_bn(3, 6, 5, stride=2, padding=2), nn.ReLU(inplace=True),
                                  nn.MaxPool2d(3, 2, 1))
        self.blocks = nn.Sequential(self.Block(6, 6, 1), self.Block(6, 10, 2))
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(10, 7))

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)))


class Dense(nn.Module):
    """Preactivation BatchNorm-ReLU-Conv that a fold into the preceding convolution cannot remove; growing concat."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 3, padding=1, bias=False)
        self.layers = nn.ModuleList(nn.Sequential(nn.BatchNorm2d(6 + 4 * i), nn.ReLU(inplace=True),
                                                  nn.Conv2d(6 + 4 * i, 4, 3, padding=1, bias=False))
                                    for i in range(3))
        self.transition = nn.Sequential(nn.BatchNorm2d(18), nn.ReLU(inplace=True), nn.Conv2d(18, 8, 1, bias=False),
                                        nn.AvgPool2d(2, 2))
        self.last = nn.BatchNorm2d(8)
        self.classifier = nn.Linear(8, 6)

    def forward(self, x):
        features = [self.stem(x)]
        for layer in self.layers:
            features.append(layer(torch.cat(features, 1)))
        x = F.relu(self.last(self.transition(torch.cat(features, 1))), inplace=True)
        return self.classifier(torch.flatten(F.adaptive_avg_pool2d(x, (1, 1)), 1))


class Inception(nn.Module):
    """Branches of unequal kernels joined by Concat, AveragePool that counts its padding and one that does not, a
    strided branch next to a max-pool without padding."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 3, stride=2)
        self.a = nn.Conv2d(6, 4, 1)
        self.b = nn.ModuleList([nn.Conv2d(6, 3, 1), nn.Conv2d(3, 4, (1, 5), padding=(0, 2)),
                                nn.Conv2d(4, 4, (5, 1), padding=(2, 0))])
        self.pool = PaddedAveragePool()
        self.c = nn.Conv2d(6, 3, 1)
        self.d = nn.Conv2d(6, 3, 3, padding=1)
        self.reduce = nn.Conv2d(14, 6, 3, stride=2)
        self.classifier = nn.Linear(20, 6)

    def forward(self, x):
        x = F.relu(self.stem(x))
        b = x
        for layer in self.b:
            b = F.relu(layer(b))
        c = F.relu(self.c(self.pool(x)))
        d = F.relu(self.d(F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)))
        x = torch.cat([F.relu(self.a(x)), b, c, d], 1)
        x = torch.cat([F.relu(self.reduce(x)), F.max_pool2d(x, 3, 2)], 1)
        return self.classifier(F.dropout(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1), 0.5, self.training))


class SqueezeExcite(nn.Module):
    """Channel gates from the pooled map: Sigmoid, HardSigmoid; HardSwish and SiLU (x * Sigmoid(x)) between."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.gates = nn.ModuleList(nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(8, 4, 1), nn.ReLU(),
                                                 nn.Conv2d(4, 8, 1)) for _ in range(2))
        self.middle = nn.Conv2d(8, 8, 3, padding=1, groups=2)
        self.head = nn.Sequential(nn.Linear(8, 12), nn.Hardswish(), nn.Linear(12, 5))

    def forward(self, x):
        x = F.hardswish(self.stem(x))
        x = x * torch.sigmoid(self.gates[0](x))
        x = F.silu(self.middle(x))
        x = F.hardsigmoid(self.gates[1](x)) * x
        return self.head(x.mean((2, 3)))


class Depthwise(nn.Module):
    """Depthwise convolutions after a lopsided ZeroPad, nn.ReLU6 (Clip), F.relu6 (Relu and Clip) and ReLU, an
    inverted residual, dilation."""

    def __init__(self):
        super().__init__()
        self.pad = nn.ZeroPad2d((0, 1, 0, 1))
        self.stem = nn.Conv2d(3, 8, 3, stride=2)
        self.depthwise = nn.Conv2d(8, 8, 3, stride=2, groups=8, bias=False)
        self.expand = nn.Conv2d(8, 12, 1)
        self.dilated = nn.Conv2d(12, 12, 3, padding=2, dilation=2, groups=12)
        self.constant = nn.ConstantPad2d((2, 1, 0, 1), 0.5)
        self.project = nn.Conv2d(12, 8, 3, groups=4)
        self.clip = nn.ReLU6(inplace=True)
        self.classifier = nn.Linear(8, 6)

    def forward(self, x):
        x = self.clip(self.stem(self.pad(x)) * 3)
        x = self.clip(self.depthwise(F.pad(x, (0, 1, 0, 1))))
        y = F.relu(self.dilated(F.relu6(self.expand(x))))
        y = self.project(self.constant(y))
        y = y + F.pad(x, (0, 1, 0, -1))
        return self.classifier(F.relu(y).mean((2, 3)))


class LocalResponse(nn.Module):
    """AlexNet's order: Conv, ReLU, LRN, MaxPool; grouped convolution; Dropout before the linear layers."""

    def __init__(self, second_size=4):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 8, 5, stride=2, padding=2), nn.ReLU(inplace=True),
                                      LRN(5, 0.3, 0.75, 2.0), nn.MaxPool2d(3, 2),
                                      nn.Conv2d(8, 10, 3, padding=1, groups=2),
                                      nn.ReLU(inplace=True), LRN(second_size, 0.5, 0.5, 1.0), nn.MaxPool2d(2, 2))
        self.classifier = nn.Sequential(Dropout(), nn.Linear(10 * 2 * 2, 12), nn.ReLU(inplace=True), Dropout(),
                                        nn.Linear(12, 6))

    def forward(self, x):
        return self.classifier(torch.flatten(self.features(x), 1))


class LRNFunction(torch.autograd.Function):
    """Exports one LRN node; PyTorch's own exporter writes F.local_response_norm out as pads and pools."""

    @staticmethod
    def symbolic(g, x, size, alpha, beta, bias):
        return g.op("LRN", x, size_i=size, alpha_f=alpha, beta_f=beta, bias_f=bias)

    @staticmethod
    def forward(ctx, x, size, alpha, beta, bias):
        return x.clone()      # only traced, and the exporter fails on more than one node here


class DropoutFunction(torch.autograd.Function):
    """Exports a Dropout node at rest, as training frameworks and older exporters leave behind."""

    @staticmethod
    def symbolic(g, x):
        before_12 = torch.onnx._globals.GLOBALS.export_onnx_opset_version < 12
        return g.op("Dropout", x, ratio_f=0.5) if before_12 else g.op("Dropout", x)

    @staticmethod
    def forward(ctx, x):
        return x.clone()


class Dropout(nn.Module):
    def forward(self, x):
        return DropoutFunction.apply(x) if torch.onnx.is_in_onnx_export() else x


def local_response_norm(x, size, alpha, beta, bias):
    """As ONNX defines it: channels c - floor((size-1)/2) .. c + ceil((size-1)/2). PyTorch's differs for even sizes."""
    squares = F.pad(x * x, (0, 0, 0, 0, (size - 1) // 2, size // 2))
    total = sum(squares[:, k:k + x.shape[1]] for k in range(size))
    return x / (bias + alpha / size * total) ** beta


class PaddedAveragePoolFunction(torch.autograd.Function):
    """Exports AveragePool with count_include_pad=1, where PyTorch's own exporter writes a Pad before it."""

    @staticmethod
    def symbolic(g, x):
        return g.op("AveragePool", x, kernel_shape_i=[3, 3], pads_i=[1, 1, 1, 1], count_include_pad_i=1)

    @staticmethod
    def forward(ctx, x):
        return F.avg_pool2d(x, 3, 1, 1)


class PaddedAveragePool(nn.Module):
    def forward(self, x):
        return PaddedAveragePoolFunction.apply(x) if torch.onnx.is_in_onnx_export() else F.avg_pool2d(x, 3, 1, 1)


class GlobalMaxPoolFunction(torch.autograd.Function):
    """Exports GlobalMaxPool, where PyTorch's own exporter writes a MaxPool of the map's size."""

    @staticmethod
    def symbolic(g, x):
        return g.op("GlobalMaxPool", x)

    @staticmethod
    def forward(ctx, x):
        return F.adaptive_max_pool2d(x, 1)


class GlobalMaxPool(nn.Module):
    def forward(self, x):
        return GlobalMaxPoolFunction.apply(x) if torch.onnx.is_in_onnx_export() else F.adaptive_max_pool2d(x, 1)


class LRN(nn.Module):
    def __init__(self, *parameters):
        super().__init__()
        self.parameters_ = parameters

    def forward(self, x):
        function = LRNFunction.apply if torch.onnx.is_in_onnx_export() else local_response_norm
        return function(x, *self.parameters_)


class Functional(nn.Module):
    """ReLUs that hooks on modules miss: one module for all layers, F.relu, torch.relu, Tensor.relu, Tensor.relu_,
    F.relu(inplace=True), and one whose input is used again."""

    def __init__(self):
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv2d(3 if i == 0 else 6, 6, 3, padding=1) for i in range(8))
        self.relu = nn.ReLU()
        self.classifier = nn.Linear(6, 5)

    def forward(self, x):
        x = self.relu(self.convs[0](x))
        x = self.relu(self.convs[1](x))
        x = F.relu(self.convs[2](x))
        x = torch.relu(self.convs[3](x))
        x = F.max_pool2d(x, 2)
        x = self.convs[4](x).relu()
        x = self.convs[5](x).relu_()
        x = F.relu(self.convs[6](x), inplace=True)
        y = self.convs[7](x)
        x = y + self.relu(y) + self.relu(-y)
        return self.classifier(self.relu(x).mean((2, 3)))


class Shuffle(nn.Module):
    """Channel split, depthwise branch, concat, and the shuffle by Reshape, Transpose, Reshape."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(conv_bn(3, 8, 3, stride=2, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1))
        self.branches = nn.ModuleList(nn.Sequential(conv_bn(4, 4, 1), nn.ReLU(inplace=True),
                                                    conv_bn(4, 4, 3, padding=1, groups=4), conv_bn(4, 4, 1),
                                                    nn.ReLU(inplace=True)) for _ in range(3))
        self.grouped = nn.Conv2d(8, 12, 1, groups=4)
        self.classifier = nn.Linear(12, 6)

    @staticmethod
    def shuffle(x, groups):
        n, c, h, w = x.shape
        return x.view(n, groups, c // groups, h, w).transpose(1, 2).contiguous().view(n, c, h, w)

    def forward(self, x):
        x = self.stem(x)
        for i, branch in enumerate(self.branches):
            left, right = x.split(4, dim=1) if i else x.chunk(2, dim=1)
            x = self.shuffle(torch.cat([left, branch(right)], 1), 2)
        x = self.shuffle(F.relu(self.grouped(x)), 3)
        return self.classifier(x[:, :, 1:, :-1].mean([2, 3]))


class Transposed(nn.Module):
    """ConvTranspose: strides, output padding, groups, dilation; a skip connection cropped by Slice."""

    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(3, 6, 3, stride=2, padding=1)
        self.deeper = nn.Conv2d(6, 8, 3, stride=(2, 3), padding=1)
        self.up = nn.ConvTranspose2d(8, 6, 3, stride=(2, 3), padding=1, output_padding=(1, 2))
        self.grouped = nn.ConvTranspose2d(6, 4, (3, 2), stride=2, groups=2, dilation=(1, 2), padding=(0, 1), bias=False)
        self.last = nn.Conv2d(4, 5, 3)

    def forward(self, x):
        skip = F.relu(self.down(x))
        x = F.relu(self.up(F.relu(self.deeper(skip))))
        x = x[:, :, :skip.shape[2], :skip.shape[3]] + skip
        x = self.last(F.relu(self.grouped(x)))
        return x.amax((2, 3)) + x.mean((2, 3))


class Ending(nn.Module):
    """A classifier that ends in Softmax or LogSoftmax; the scores are what goes into it."""

    def __init__(self, ending):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2), nn.ReLU(), nn.Conv2d(8, 8, 3, stride=2), nn.ReLU(),
                                      nn.AdaptiveAvgPool2d((1, 1)))
        self.classifier = nn.Conv2d(8, 6, 1)
        self.ending = ending

    def scores(self, x):
        return self.classifier(self.features(x)).squeeze(3).squeeze(2)

    def forward(self, x):
        return self.ending(self.scores(x))


class Smooth(nn.Module):
    """No ReLU and no other kink: the three rules agree."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(3, 6, 3, padding=1), nn.AvgPool2d(3, 2, 1), nn.BatchNorm2d(6),
                                    nn.Conv2d(6, 8, 3, stride=2), nn.AvgPool2d((2, 3), (1, 2)), nn.Flatten(1),
                                    nn.Linear(8 * 4 * 2, 5))

    def forward(self, x):
        return self.layers(x)


class Kinked(nn.Module):
    """The other activations, one plain ReLU among them; only that one is subject to the rule."""

    def __init__(self):
        super().__init__()
        activations = [nn.LeakyReLU(0.2), nn.PReLU(6, init=0.3), nn.ELU(0.7), nn.Softplus(), nn.ReLU(), nn.Tanh(),
                       nn.PReLU(1)]
        layers = []
        for i, activation in enumerate(activations):
            layers += [nn.Conv2d(3 if i == 0 else 6, 6, 3 if i < 4 else 1, padding=1 if i % 2 else 0), activation]
        self.layers = nn.Sequential(*layers)
        self.pool = GlobalMaxPool()
        self.register_buffer("mask", (torch.arange(6) % 3 == 0).reshape(6, 1, 1))
        self.classifier = nn.Linear(12, 5)

    def forward(self, x):
        x = self.layers(x)
        x = torch.max(x, -0.5 * x) + torch.min(x.abs(), x.exp()) + torch.log(x * x + 1) + x.clamp(-0.8, 0.7)
        x = torch.where(self.mask, x, x / 2)
        return self.classifier(torch.cat([self.pool(x).flatten(1), x.sum((2, 3)) / 50], 1))


class Attention(nn.Module):
    """A small vision transformer: patches by convolution, class token, positions, layer norm written out, multi-head
    attention by MatMul and Softmax, GELU by Erf, and one block with ReLU."""

    class Block(nn.Module):
        def __init__(self, width, heads, activation):
            super().__init__()
            self.heads = heads
            self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
            self.qkv, self.project = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.mlp = nn.Sequential(nn.Linear(width, 2 * width), activation, nn.Linear(2 * width, width))

        def forward(self, x):
            n, t, c = x.shape
            qkv = self.qkv(self.first(x)).reshape(n, t, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4)
            q, k, v = qkv[0], qkv[1], qkv[2]
            a = (q @ k.transpose(-2, -1) / (c // self.heads) ** 0.5).softmax(-1)
            x = x + self.project((a @ v).transpose(1, 2).reshape(n, t, c))
            return x + self.mlp(self.second(x))

    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, 12, (7, 5), stride=(7, 5))
        self.token = nn.Parameter(torch.randn(1, 1, 12) * 0.5)
        self.positions = nn.Parameter(torch.randn(1, 10, 12) * 0.5)
        self.blocks = nn.Sequential(self.Block(12, 3, nn.GELU()), self.Block(12, 2, nn.ReLU()))
        self.norm = nn.LayerNorm(12)
        self.head = nn.Linear(12, 6)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.positions
        return self.head(self.norm(self.blocks(x))[:, 0])


class Ties(nn.Module):
    """Max-pools over integer inputs with flat regions, overlapping and padded: ties go to the first window position."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 1, bias=True)
        self.classifier = nn.Linear(6 * 2 * 2, 5)

    def forward(self, x):
        x = F.max_pool2d(x, 3, 1, 1)
        x = F.relu(self.conv(x))
        x = F.max_pool2d(x, 2, 2, ceil_mode=True)
        x = F.max_pool2d(x, (3, 2), (2, 3), (1, 0), dilation=(2, 1))
        return self.classifier(torch.flatten(F.max_pool2d(x, 2, 1, 0, ceil_mode=True), 1))


class Modern(nn.Module):
    """Newer operators: layer, group and instance normalization as operators, resizing, pixel shuffle, Einsum, gates."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.group = nn.GroupNorm(4, 8)
        self.shrink = nn.Conv2d(2, 6, 3)
        self.instance = nn.InstanceNorm2d(6, affine=True)
        self.mix = nn.Conv2d(6, 6, 1)
        self.layer = nn.LayerNorm(6)
        self.classifier = nn.Linear(6, 5)

    def forward(self, x):
        x = F.silu(self.group(self.stem(x)))
        x = F.interpolate(x, size=(9, 10), mode="bilinear", align_corners=False)
        x = F.pixel_shuffle(x, 2)
        x = F.celu(self.instance(self.shrink(x)), 0.7)
        x = F.interpolate(x, size=(7, 6), mode="bicubic", align_corners=True)
        x = F.relu(self.mix(x)) + F.interpolate(x[:, :, :4, :3], size=(7, 6), mode="nearest")
        x = x.flatten(2).transpose(1, 2)
        x = self.layer(x)
        x = x + torch.einsum("bnc,bmc,bmd->bnd", x, x, x) / 42
        x = F.normalize(x, dim=2) + F.softsign(x) + torch.cumsum(x, 1) / 10
        return self.classifier(torch.logsumexp(x, 1))


class Quantised(nn.Module):
    """QuantizeLinear and DequantizeLinear around every layer; gradients go straight through, cut at the ranges."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 6, 3, stride=2)
        self.second = nn.Conv2d(6, 8, 3)
        self.classifier = nn.Linear(8, 5)

    def forward(self, x):
        x = torch.fake_quantize_per_tensor_affine(x, 0.0213, 3, -128, 127)
        x = F.relu(self.first(x))
        x = torch.fake_quantize_per_tensor_affine(x, 0.0119, 0, 0, 255)
        x = F.relu(self.second(x))
        x = torch.fake_quantize_per_tensor_affine(x, 0.0171, 5, 0, 255)
        return self.classifier(x.mean((2, 3)))


class Volume(nn.Module):
    """Convolutions over three axes: with a kernel of 1 along one of them, as in LambdaNet, and general ones."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 3, stride=2)
        self.flat = nn.Conv3d(2, 4, (3, 3, 1), stride=(1, 1, 2), padding=(1, 1, 0))
        self.grouped = nn.Conv3d(4, 6, (3, 3, 2), stride=(2, 1, 1), padding=(1, 2, 1), dilation=(1, 2, 1), groups=2)
        self.last = nn.Conv3d(6, 4, (2, 4, 3), bias=False)
        self.classifier = nn.Linear(4, 5)

    def forward(self, x):
        x = F.relu(self.stem(x)).reshape(-1, 2, 3, 7, 8)
        x = self.grouped(F.relu(self.flat(x)))
        return self.classifier(torch.sigmoid(self.last(x)).mean((2, 3, 4)))


class Chosen(nn.Module):
    """TopK on the way to the scores: the largest along the last axis, the smallest along another, and other values at
    the places of the largest."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 7, 3, stride=2)
        self.other = nn.Conv2d(3, 7, 3, stride=2)
        self.classifier = nn.Linear(14, 5)

    def forward(self, x):
        y, z = self.conv(x).flatten(2), self.other(x).flatten(2)
        values, places = y.topk(5, 2)
        few = y.topk(3, 1, largest=False)[0]
        weighted = (torch.tanh(values) * z.gather(2, places)).sum(2)
        return self.classifier(torch.cat([weighted, few.mean(2), z.topk(4, 1)[0].mean(2)], 1))


# ---------------------------------------------------------------- the list

Case = collections.namedtuple("Case", "build opset shape target notes dynamic keep_bn input write",
                              defaults=(False, False, "normal", None))
CASES = {
    "plain": Case(Plain, 9, (2, 3, 21, 17), 3, "Conv, Relu, MaxPool, Gemm"),
    "residual": Case(Residual, 13, (2, 3, 23, 18), 4, "BatchNorm folded by the exporter, shortcuts", dynamic=True),
    "residual_bn": Case(Residual, 11, (1, 3, 23, 26), 4, "the same structure with BatchNormalization nodes",
                        keep_bn=True),
    "dense": Case(Dense, 13, (2, 3, 15, 18), 2, "preactivation BatchNormalization, Concat", dynamic=True),
    "inception": Case(Inception, 11, (2, 3, 19, 17), 5, "branches, AveragePool with and without counted padding"),
    "squeeze_excite": Case(SqueezeExcite, 14, (2, 3, 17, 21), 1,
                           "broadcast Mul by channel gates, HardSwish, HardSigmoid", dynamic=True),
    "squeeze_excite_9": Case(SqueezeExcite, 9, (1, 3, 17, 21), 2, "the same written out in opset 9"),
    "depthwise": Case(Depthwise, 11, (2, 3, 21, 17), 0, "groups, Clip, lopsided Pad, negative Pad"),
    "depthwise_9": Case(Depthwise, 9, (1, 3, 22, 19), 4, "Clip and Pad with attributes (before opset 11)"),
    "lrn": Case(LocalResponse, 13, (2, 3, 23, 24), 2, "LRN of odd and even size, Dropout nodes", dynamic=True),
    "lrn_9": Case(lambda: LocalResponse(3), 9, (1, 3, 23, 24), 4,
                  "LRN of odd sizes; Dropout with an attribute (before opset 12)"),
    "functional": Case(Functional, 16, (2, 3, 11, 14), 1, "functional, in-place and re-used ReLUs"),
    "shuffle": Case(Shuffle, 13, (1, 3, 25, 23), 3, "Split, Reshape, Transpose, Slice"),
    "shuffle_dynamic": Case(Shuffle, 11, (2, 3, 15, 22), 5, "the same with shapes computed in the graph", dynamic=True),
    "transposed": Case(Transposed, 13, (2, 3, 14, 17), 2, "ConvTranspose, Slice, ReduceMax"),
    "softmax": Case(lambda: Ending(nn.Softmax(1)), 9, (2, 3, 15, 19), 2, "ends in Softmax; scores are before it"),
    "log_softmax": Case(lambda: Ending(nn.LogSoftmax(1)), 13, (2, 3, 15, 19), 4,
                        "ends in LogSoftmax; scores are before it", dynamic=True),
    "smooth": Case(Smooth, 13, (1, 3, 22, 25), 0, "no ReLU: the rules agree", keep_bn=True),
    "kinked": Case(Kinked, 13, (2, 3, 13, 15), 1, "LeakyRelu, PRelu, Elu, Softplus, Max, Min, Abs, Where; one Relu"),
    "attention": Case(Attention, 13, (2, 3, 21, 15), 5, "transformer blocks; LayerNorm written out, Erf, Gather",
                      dynamic=True),
    "attention_16": Case(Attention, 16, (1, 3, 21, 15), 0, "the same with a fixed batch in opset 16"),
    "ties": Case(Ties, 11, (2, 3, 13, 16), 3, "max-pools with ties, ceil_mode, dilation", input="integers"),
    "mxnet": Case(lambda: styles.Mxnet(local_response_norm), 8, (2, 3, 19, 15), 3,
                  "MXNet's style: BatchNormalization on the picture, weights listed as inputs", write=styles.write_mxnet),
    "keras": Case(styles.Keras, 13, (2, 23, 17, 3), 1,
                  "Keras's style: channels last, SAME_UPPER, HardSwish written out", dynamic=True,
                  write=styles.write_keras),
    "half": Case(styles.Half, 13, (2, 3, 15, 18), 2, "weights and activations in float16, Casts", input="half",
                 write=styles.write_half),
    "newer": Case(styles.Newer, 20, (2, 3, 14, 11), 4, "forms of opsets 18 to 20", dynamic=True,
                  write=styles.write_newer),
    "modern": Case(Modern, 17, (2, 3, 13, 16), 2,
                   "LayerNormalization, InstanceNormalization, GroupNorm, Resize, DepthToSpace, Einsum", dynamic=True),
    "quantised": Case(Quantised, 13, (2, 3, 13, 16), 1, "QuantizeLinear and DequantizeLinear, straight through"),
    "volume": Case(Volume, 13, (2, 3, 15, 17), 2, "Conv over three axes", dynamic=True),
    "chosen": Case(Chosen, 13, (2, 3, 13, 16), 4, "TopK on the way to the scores", dynamic=True),
    "folded": Case(styles.Folded, 18, (2, 3, 11, 13), 3, "Col2Im, of overlapping blocks and of a signal",
                   write=styles.write_folded),
    "scanned": Case(styles.Scanned, 16, (2, 3, 14, 13), 1, "Scan in both directions, with two states", dynamic=True,
                    write=styles.write_scanned),
    "quantised_operators": Case(styles.QuantisedOperators, 13, (2, 3, 13, 16), 0,
                                "the operators of ONNX Runtime's quantizer (QLinearAdd, QGemm, ...)",
                                write=styles.write_quantised_operators),
}


def initialise(net, generator):
    """He-scaled weights; BatchNorm with statistics away from 0 and 1."""
    def normal(shape, scale, shift=0.0):
        return torch.randn(shape, generator=generator) * scale + shift

    with torch.no_grad():
        for module in net.modules():
            if isinstance(module, (nn.Conv2d, nn.Conv3d, nn.Linear, nn.ConvTranspose2d)):
                fan = module.weight[0].numel()
                module.weight.copy_(normal(module.weight.shape, (2 / fan) ** 0.5))
                if module.bias is not None:
                    module.bias.copy_(normal(module.bias.shape, 0.1))
            elif isinstance(module, (nn.BatchNorm2d, nn.LayerNorm)):
                module.weight.copy_(normal(module.weight.shape, 0.2, 1.0))
                module.bias.copy_(normal(module.bias.shape, 0.2))
                if isinstance(module, nn.BatchNorm2d):
                    module.running_mean.copy_(normal(module.running_mean.shape, 0.3))
                    module.running_var.copy_(normal(module.running_var.shape, 0.3).exp())
    return net.eval()


def make(case, seed):
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    net = initialise(case.build(), generator)
    getattr(net, "prepare", lambda: None)()
    x = torch.randn(case.shape, generator=generator)
    if case.input == "half":
        x = x.half().float()
    if case.input == "integers":
        x = torch.round(x * 1.5)
        x[:, :, 2:7, 3:9] = 1
    return net, x


def rectifiers(model):
    """The number of nodes of a model that the rules act on, and how many of these do not just repeat the one before them, as
    the Clip(0, 6) behind a Relu does."""
    weights = {w.name: onnx.numpy_helper.to_array(w) for w in model.graph.initializer}
    made_by = {node.output[0]: node for node in model.graph.node}
    for node in model.graph.node:
        if node.op_type == "Constant" and node.attribute[0].name == "value":
            weights[node.output[0]] = onnx.numpy_helper.to_array(node.attribute[0].t)

    def obeys(node):
        if node.op_type == "QuantizeLinear":  # saturates at the zero point: a Clip from 0
            point = weights[node.input[2]]
            return point.size == 1 and point.reshape(-1)[0] == np.iinfo(point.dtype).min
        if node.op_type != "Clip":
            return node.op_type == "Relu"
        bounds = {a.name: a.f for a in node.attribute}
        value = node.input[0]
        low = bounds.get("min", weights.get(next(iter(node.input[1:2]), None)))
        return low == 0 and (value not in made_by or made_by[value].op_type != "Add")  # an Add before it: a gate

    obeying = [node for node in model.graph.node if obeys(node)]
    return len(obeying), sum(made_by.get(node.input[0]) not in obeying for node in obeying)


def export(net, x, case, path):
    if case.write:
        model = case.write(net, list(case.shape))
        if case.opset <= onnx.defs.onnx_opset_version():
            onnx.checker.check_model(model, full_check=True)
        onnx.save(model, path)
        return collections.Counter(node.op_type for node in model.graph.node)
    buffer = io.BytesIO()
    mode = torch.onnx.TrainingMode.PRESERVE if case.keep_bn else torch.onnx.TrainingMode.EVAL
    axes = {"image": {0: "N"}, "scores": {0: "N"}} if case.dynamic else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(net, x, buffer, opset_version=case.opset, training=mode, do_constant_folding=True,
                          input_names=["image"], output_names=["scores"], dynamic_axes=axes)
    model = onnx.load_model_from_string(buffer.getvalue())
    model.doc_string = ""
    for node in model.graph.node:
        node.doc_string = ""
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)
    return collections.Counter(node.op_type for node in model.graph.node)


def write_table(path, index, folder):
    """The last section of the page."""
    heading = "## The networks\n"
    with open(path) as f:
        page = f.read().split(heading)[0]
    rows = ["", "| network | opset | input | target | ONNX bytes | notes | operators |",
            "|---|---|---|---|---|---|---|"]
    for entry in index:
        shape = "x".join(map(str, entry["shape"])) + (", any N" if entry["dynamic_batch"] else "")
        rows.append("| %s | %d | %s | %d of %d | %d | %s | %s |" % (
            entry["name"], entry["opset"], shape, entry["target"], entry["classes"],
            os.path.getsize(os.path.join(folder, entry["onnx"])), entry["notes"],
            ", ".join("%s %d" % item for item in entry["operators"].items())))
    with open(path, "w") as f:
        f.write(page + heading + "\n".join(rows) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--out", default=os.path.join(here, "..", "tests", "data", "networks"))
    parser.add_argument("--only", nargs="*", choices=list(CASES), help="these networks; index.json is left alone")
    args = parser.parse_args()
    os.makedirs(args.out, exist_ok=True)
    torch.set_num_threads(1)
    index, total = [], 0
    for number, (name, case) in enumerate(CASES.items()):
        if args.only and name not in args.only:
            continue
        for attempt in range(20):
            seed = 100 * number + attempt + 1
            net, x = make(case, seed)
            results = {rule: reference(net, x, case.target, rule) for rule in RULES}
            _, single, _ = reference(net, x, case.target, "gradient", torch.float32)
            scores, gradient, relus = results["gradient"]
            error = relative_error(single, gradient)
            differ = {rule: relative_error(results[rule][1], gradient) for rule in RULES[1:]}
            lively = all(np.abs(dx).reshape(len(dx), -1).max(1).min() > 1e-6 for _, dx, _ in results.values())
            if error < TOLERANCE and lively and all((d > 1e-3) == (relus > 0) for d in differ.values()):
                break
        else:
            sys.exit("%s: no seed is well conditioned" % name)
        # the rule's own gradient must be the one of unpatched PyTorch
        wide, leaf = copy.deepcopy(net).double(), x.double().requires_grad_()
        plain, = torch.autograd.grad(getattr(wide, "scores", wide)(leaf)[:, case.target].sum(), leaf)
        assert relative_error(plain, gradient) < 1e-12, name
        path = os.path.join(args.out, name)
        operators = export(net, x, case, path + ".onnx")
        unknown = set(operators) - OPERATORS
        assert not unknown, (name, unknown)
        hits, distinct = rectifiers(onnx.load(path + ".onnx"))
        assert distinct == relus, (name, operators, distinct, relus)
        arrays = {"input": x.numpy(), "scores": scores, **{rule: results[rule][1] for rule in RULES}}
        for key, array in arrays.items():
            np.save("%s.%s.npy" % (path, key), np.ascontiguousarray(array))
        size = os.path.getsize(path + ".onnx")
        total += size + sum(os.path.getsize("%s.%s.npy" % (path, key)) for key in arrays)
        index.append({"name": name, "onnx": name + ".onnx", "opset": case.opset, "shape": list(case.shape),
                      "classes": scores.shape[1], "target": case.target, "dynamic_batch": case.dynamic, "relus": hits,
                      "seed": seed, "float32_error": float("%.2e" % error), "notes": case.notes,
                      "operators": dict(sorted(operators.items()))})
        print("%-17s opset %2d %6d bytes  seed %4d  float32 %.1e  deconvnet %.2g guided %.2g  %s" % (
            name, case.opset, size, seed, error, differ["deconvnet"], differ["guided"],
            " ".join("%s:%d" % item for item in sorted(operators.items()))), flush=True)
    print("%d bytes in all" % total)
    if not args.only:
        with open(os.path.join(args.out, "index.json"), "w") as f:
            f.write("[\n%s\n]\n" % ",\n".join(json.dumps(entry) for entry in index))
        write_table(os.path.join(args.out, "README.md"), index, args.out)


if __name__ == "__main__":
    main()

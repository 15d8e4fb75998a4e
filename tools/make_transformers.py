#!/usr/bin/env python3
"""Write a ViT-Ti/16, a ViT-B/16 and a ConvNeXt-T with random weights, for benchmarks.

    python3 tools/make_transformers.py FOLDER          needs the Python package onnx

The graphs are those that PyTorch's exporter writes for opset 17: GELU by Erf, attention by MatMul and Softmax. ViT-Ti and ConvNeXt have
LayerNormalization written out by ReduceMean, Sub, Pow, Sqrt and Div, ViT-B has the operator.
"""
import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Graph:
    """Nodes and weights as they are added; each call returns the name of its value."""

    def __init__(self):
        self.nodes, self.weights, self.count, self.random = [], [], 0, np.random.default_rng(0)

    def name(self):
        self.count += 1
        return "v%d" % self.count

    def constant(self, values, dtype=np.float32):
        name = self.name()
        self.weights.append(numpy_helper.from_array(np.array(values, dtype), name))
        return name

    def shape(self, *extents):
        return self.constant(extents, np.int64)

    def normal(self, *shape, scale=0.02):
        return self.constant(self.random.standard_normal(shape) * scale)

    def add(self, operator, *inputs, **attributes):
        name = self.name()
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def linear(self, x, inputs, outputs):
        product = self.add("MatMul", x, self.normal(inputs, outputs, scale=inputs ** -0.5))
        return self.add("Add", product, self.normal(outputs))

    def conv(self, x, outputs, inputs, side, **attributes):
        w = self.normal(outputs, inputs, side, side, scale=(inputs * side * side) ** -0.5)
        return self.add("Conv", x, w, self.normal(outputs), kernel_shape=[side, side], **attributes)

    def layer_norm(self, x, channels, written_out):
        scale, bias = self.constant(np.ones(channels)), self.normal(channels, scale=0.1)
        if not written_out:
            return self.add("LayerNormalization", x, scale, bias, axis=-1, epsilon=1e-6)
        centred = self.add("Sub", x, self.add("ReduceMean", x, axes=[-1]))
        variance = self.add("ReduceMean", self.add("Pow", centred, self.constant(2)), axes=[-1])
        deviation = self.add("Sqrt", self.add("Add", variance, self.constant(1e-6)))
        return self.add("Add", self.add("Mul", self.add("Div", centred, deviation), scale), bias)

    def gelu(self, x):
        erf = self.add("Erf", self.add("Div", x, self.constant(2 ** 0.5)))
        return self.add("Mul", self.add("Mul", x, self.add("Add", erf, self.constant(1))), self.constant(0.5))

    def mlp(self, x, channels):
        return self.linear(self.gelu(self.linear(x, channels, 4 * channels)), 4 * channels, channels)

    def save(self, features, channels, path):
        scores = self.add("Gemm", features, self.normal(channels, 1000, scale=channels ** -0.5), self.normal(1000))
        graph = helper.make_graph(
            self.nodes, "graph", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 224, 224])],
            [helper.make_tensor_value_info(scores, TensorProto.FLOAT, [1, 1000])], self.weights)
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


def attention(g, x, channels, heads):
    size = channels // heads
    qkv = g.add("Reshape", g.linear(x, channels, 3 * channels), g.shape(1, 197, 3, heads, size))
    qkv = g.add("Transpose", qkv, perm=[2, 0, 3, 1, 4])
    q, k, v = [g.add("Gather", qkv, g.constant(i, np.int64), axis=0) for i in range(3)]
    q = g.add("Mul", q, g.constant(size ** -0.5))
    weights = g.add("Softmax", g.add("MatMul", q, g.add("Transpose", k, perm=[0, 1, 3, 2])), axis=-1)
    joined = g.add("Transpose", g.add("MatMul", weights, v), perm=[0, 2, 1, 3])
    return g.linear(g.add("Reshape", joined, g.shape(1, 197, channels)), channels, channels)


def vit(channels, heads, written_out, path):
    g = Graph()
    x = g.add("Reshape", g.conv("x", channels, 3, 16, strides=[16, 16]), g.shape(1, channels, 196))
    x = g.add("Concat", g.normal(1, 1, channels), g.add("Transpose", x, perm=[0, 2, 1]), axis=1)
    x = g.add("Add", x, g.normal(1, 197, channels))
    for _ in range(12):
        x = g.add("Add", x, attention(g, g.layer_norm(x, channels, written_out), channels, heads))
        x = g.add("Add", x, g.mlp(g.layer_norm(x, channels, written_out), channels))
    token = g.add("Gather", g.layer_norm(x, channels, written_out), g.constant(0, np.int64), axis=1)
    g.save(token, channels, path)


def convnext(path):
    g = Graph()

    def norm_of_picture(x, channels):
        rows = g.layer_norm(g.add("Transpose", x, perm=[0, 2, 3, 1]), channels, True)
        return g.add("Transpose", rows, perm=[0, 3, 1, 2])

    x, before = "x", 3
    for stage, (channels, blocks) in enumerate(((96, 3), (192, 3), (384, 9), (768, 3))):
        if stage == 0:
            x = norm_of_picture(g.conv(x, channels, 3, 4, strides=[4, 4]), channels)
        else:
            x = g.conv(norm_of_picture(x, before), channels, before, 2, strides=[2, 2])
        for _ in range(blocks):
            y = g.conv(x, channels, 1, 7, pads=[3] * 4, group=channels)
            y = g.layer_norm(g.add("Transpose", y, perm=[0, 2, 3, 1]), channels, True)
            y = g.add("Mul", g.mlp(y, channels), g.normal(channels, scale=0.1))
            x = g.add("Add", x, g.add("Transpose", y, perm=[0, 3, 1, 2]))
        before = channels
    features = g.add("Flatten", g.add("GlobalAveragePool", x))
    g.save(g.layer_norm(features, before, True), before, path)


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    vit(192, 3, True, os.path.join(folder, "vit-ti.onnx"))
    vit(768, 12, False, os.path.join(folder, "vit-b.onnx"))
    convnext(os.path.join(folder, "convnext-t.onnx"))


if __name__ == "__main__":
    main()

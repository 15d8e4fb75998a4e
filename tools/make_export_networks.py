#!/usr/bin/env python3
"""Make the networks and reference gradients of tests/data/exports.

    python3 tools/make_export_networks.py [--out tests/data/exports]      needs torch >= 1.13, onnx and NumPy

Small networks whose gradients ask for something of an exported file that trained networks rarely do: strides of 2 and 3 over odd
sizes, other pads on each side, dilations, output_padding, windows and classes with several largest elements. For each: NAME.onnx,
the input NAME.input.npy (float32) and NAME.gradient.npy (float64), the gradient by PyTorch of the score of each picture's highest
class, the first of equal ones, with respect to the picture. index.json lists them.
"""
import argparse
import json
import os

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper


class Network:
    """Builds the ONNX nodes and PyTorch's function side by side, layer by layer."""

    def __init__(self, seed, shape, classes=4):
        self.random = np.random.default_rng(seed)
        self.shape, self.classes = shape, classes
        self.nodes, self.weights, self.steps = [], [], []
        self.value, self.channels = "image", shape[1]

    def weight(self, *shape):
        values = self.random.uniform(-1, 1, shape).astype(np.float32)
        name = "w%d" % len(self.weights)
        self.weights.append(numpy_helper.from_array(values, name))
        return name, torch.from_numpy(values).double()

    def add(self, operator, step, inputs=(), **attributes):
        name = "v%d" % len(self.nodes)
        self.nodes.append(helper.make_node(operator, [self.value, *inputs], [name], **attributes))
        self.value = name
        self.steps.append(step)
        return self

    def relu(self):
        return self.add("Relu", torch.relu)

    def conv(self, channels, kernel, stride, pads, dilation=1, group=1):
        w, tw = self.weight(channels, self.channels // group, *kernel)
        b, tb = self.weight(channels)
        top, left, bottom, right = pads

        def step(x):
            padded = F.pad(x, (left, right, top, bottom))
            return F.conv2d(padded, tw, tb, stride=stride, dilation=dilation, groups=group)

        self.channels = channels
        return self.add("Conv", step, [w, b], kernel_shape=kernel, strides=stride, pads=pads, dilations=[dilation] * 2, group=group)

    def conv_transpose(self, channels, kernel, stride, pads, extra=(0, 0)):
        w, tw = self.weight(self.channels, channels, *kernel)
        b, tb = self.weight(channels)
        top, left, bottom, right = pads

        def step(x):
            full = F.conv_transpose2d(x, tw, None, stride=stride)
            full = F.pad(full, (-left, extra[1] - right, -top, extra[0] - bottom))
            return full + tb.reshape(1, -1, 1, 1)

        self.channels = channels
        return self.add("ConvTranspose", step, [w, b], kernel_shape=kernel, strides=stride, pads=pads, output_padding=list(extra))

    def max_pool(self, kernel, stride, pads, dilation=1):
        top, left, bottom, right = pads

        def step(x):
            padded = F.pad(x, (left, right, top, bottom), value=-1e30)
            return F.max_pool2d(padded, kernel, stride, dilation=dilation)

        return self.add("MaxPool", step, kernel_shape=kernel, strides=stride, pads=pads, dilations=[dilation] * 2)

    def classify(self, equal_classes=()):
        self.add("GlobalAveragePool", lambda x: x.mean((2, 3), keepdim=True))
        self.add("Flatten", lambda x: x.flatten(1))
        values = self.random.uniform(-1, 1, (self.classes, self.channels)).astype(np.float32)
        if equal_classes:
            values[list(equal_classes)] = np.abs(values[equal_classes[0]]) + 1
        name = "w%d" % len(self.weights)
        self.weights.append(numpy_helper.from_array(values, name))
        tw = torch.from_numpy(values).double()
        return self.add("Gemm", lambda x: x @ tw.T, [name], transB=1)

    def model(self):
        port = helper.make_tensor_value_info
        graph = helper.make_graph(self.nodes, "network", [port("image", TensorProto.FLOAT, self.shape)],
                                  [port(self.value, TensorProto.FLOAT, [self.shape[0], self.classes])], self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="fovea")
        model.ir_version = 7
        onnx.checker.check_model(model)
        return model

    def gradient(self, picture):
        leaf = torch.from_numpy(picture).double().requires_grad_()
        y = leaf
        for step in self.steps:
            y = step(y)
        top = [int(np.argmax(row)) for row in y.detach().numpy()]
        return torch.autograd.grad(sum(y[i, t] for i, t in enumerate(top)), leaf)[0].numpy()


def networks():
    yield "strides", Network(1, (2, 3, 19, 16)).conv(4, [3, 3], [2, 2], [0, 0, 1, 1]).relu().conv(
        5, [2, 3], [3, 2], [1, 0, 0, 2]).relu().classify()
    yield "dilations", Network(2, (2, 3, 23, 17)).conv(6, [3, 2], [3, 3], [2, 1, 0, 3], dilation=2, group=3).relu().conv(
        4, [3, 3], [1, 1], [2, 0, 1, 1]).relu().classify()
    yield "unused_pads", Network(3, (1, 2, 15, 14)).conv(4, [3, 3], [3, 3], [3, 2, 1, 2]).relu().conv(
        4, [1, 1], [2, 2], [0, 0, 0, 0]).relu().classify()
    yield "transposed", Network(4, (2, 3, 5, 7)).conv_transpose(4, [4, 3], [3, 2], [0, 1, 2, 0], (1, 0)).relu().conv_transpose(
        3, [3, 3], [2, 3], [1, 1, 0, 0]).relu().conv_transpose(4, [2, 2], [3, 3], [0, 0, 0, 0], (2, 1)).relu().classify()
    yield "equal_elements", Network(5, (2, 3, 17, 14)).max_pool([3, 3], [2, 2], [1, 1, 1, 1]).conv(
        4, [3, 3], [1, 1], [1, 1, 1, 1]).max_pool([2, 3], [2, 3], [0, 0, 0, 0]).max_pool([2, 2], [1, 1], [0, 1, 1, 0]).classify()
    yield "equal_dilated", Network(6, (1, 2, 16, 19)).max_pool([3, 2], [1, 3], [2, 0, 0, 1], dilation=2).conv(
        3, [3, 3], [2, 2], [0, 1, 1, 0]).relu().classify()
    yield "equal_classes", Network(7, (3, 3, 9, 8)).conv(5, [3, 3], [2, 2], [1, 1, 1, 1]).relu().classify(equal_classes=(1, 3))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--out", default=os.path.join(here, "..", "tests", "data", "exports"))
    folder = parser.parse_args().out
    os.makedirs(folder, exist_ok=True)
    torch.set_num_threads(1)
    index = []
    for number, (name, network) in enumerate(networks()):
        random = np.random.default_rng(100 + number)
        # A few levels, so that windows have several largest elements.
        levels = 3 if name.startswith("equal_e") or name.startswith("equal_d") else 1000
        picture = (random.integers(0, levels, network.shape) / 4).astype(np.float32) % 7
        stem = os.path.join(folder, name)
        onnx.save(network.model(), stem + ".onnx")
        np.save(stem + ".input.npy", picture)
        np.save(stem + ".gradient.npy", np.ascontiguousarray(network.gradient(picture)))
        index.append({"name": name, "operators": sorted({node.op_type for node in network.nodes})})
    with open(os.path.join(folder, "index.json"), "w") as file:
        file.write("[\n%s\n]\n" % ",\n".join(json.dumps(entry) for entry in index))


if __name__ == "__main__":
    main()

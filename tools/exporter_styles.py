"""Small networks written the way that exporters other than PyTorch's write them.

Each function takes a torch module and gives the ONNX model that such an exporter would make of it; the module computes
the same and is the reference. make_network_goldens.py lists the cases. What the styles are:

- MXNet: IR version 3, every weight also listed as an input, an explicit BatchNormalization on the picture with a gamma
  of ones (fix_gamma), LRN, Dropout with a ratio, Flatten and Gemm;
- Keras through tf2onnx: a picture with channels last, Transpose to channels first and back, Pad nodes before strided
  convolutions, auto_pad = SAME_UPPER, ReLU6 as Clip, HardSwish written out, ReduceMean over axes 1 and 2, MatMul and
  Add, a final Softmax;
- float16: weights, picture and activations in float16, Cast nodes around what is kept in float32;
- opset 18 to 21: axes as inputs of ReduceMean and Pad, Split by num_outputs, Mish, Gelu and others of those opsets;
- Col2Im, as PyTorch's newest exporter writes F.fold;
- Scan, as converters write a recurrent layer of their own;
- ONNX Runtime's quantizer in its format of operators: QLinearConv and what com.microsoft has beside it.
"""
import numpy as np
import onnx
import torch
import torch.nn as nn
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper


class Writer:
    """Collects the nodes and weights of one graph."""

    def __init__(self, element_type=np.float32):
        self.nodes, self.weights, self.element_type = [], [], element_type

    def constant(self, name, values, dtype=None):
        array = values.detach().numpy() if isinstance(values, torch.Tensor) else np.asarray(values)
        self.weights.append(numpy_helper.from_array(array.astype(dtype or self.element_type), name))
        return name

    def add(self, op, inputs, output, **attributes):
        self.nodes.append(helper.make_node(op, inputs, [output] if isinstance(output, str) else output,
                                           name=output if isinstance(output, str) else output[0], **attributes))
        return output

    def conv(self, module, x, name, **attributes):
        inputs = [x, self.constant(name + "_weight", module.weight)]
        if module.bias is not None:
            inputs.append(self.constant(name + "_bias", module.bias))
        return self.add("Conv", inputs, name, kernel_shape=list(module.kernel_size), strides=list(module.stride),
                        group=module.groups, **attributes)

    def batch_norm(self, module, x, name, **attributes):
        inputs = [x, self.constant(name + "_gamma", module.weight), self.constant(name + "_beta", module.bias),
                  self.constant(name + "_moving_mean", module.running_mean),
                  self.constant(name + "_moving_var", module.running_var)]
        return self.add("BatchNormalization", inputs, name, epsilon=module.eps, **attributes)

    def model(self, shape, scores, classes, opset, ir_version, producer, element_type=TensorProto.FLOAT,
              weights_are_inputs=False, domains=()):
        inputs = [helper.make_tensor_value_info("image", element_type, shape)]
        if weights_are_inputs:
            inputs += [helper.make_tensor_value_info(w.name, w.data_type, list(w.dims)) for w in self.weights]
        output = helper.make_tensor_value_info(scores, element_type, [shape[0], classes])
        graph = helper.make_graph(self.nodes, producer, inputs, [output], self.weights)
        opsets = [helper.make_opsetid("", opset)] + [helper.make_opsetid(domain, 1) for domain in domains]
        return helper.make_model(graph, opset_imports=opsets, ir_version=ir_version,
                                 producer_name=producer)


# ---------------------------------------------------------------- MXNet

class Mxnet(nn.Module):
    """BatchNorm on the picture with gamma fixed at 1, LRN, overlapping pooling, a flattened head."""

    def __init__(self, local_response_norm):
        super().__init__()
        self.local_response_norm = local_response_norm
        self.bn_data, self.bn = nn.BatchNorm2d(3, eps=2e-5), nn.BatchNorm2d(8, eps=2e-5)
        self.first = nn.Conv2d(3, 8, 5, stride=2, padding=2, bias=False)
        self.second = nn.Conv2d(8, 8, 3, padding=1)
        self.fc1, self.fc2 = nn.Linear(8 * 5 * 4, 12), nn.Linear(12, 6)

    def prepare(self):
        nn.init.ones_(self.bn_data.weight)

    def forward(self, x):
        x = F.relu(self.bn(self.first(self.bn_data(x))))
        x = F.max_pool2d(self.local_response_norm(x, 5, 2e-4, 0.75, 2.0), 3, 2, 1)
        x = F.relu(self.second(x))
        return self.fc2(F.relu(self.fc1(torch.flatten(x, 1))))


def write_mxnet(net, shape):
    w = Writer()
    x = w.batch_norm(net.bn_data, "image", "bn_data", momentum=0.9, spatial=1)
    x = w.conv(net.first, x, "conv0", pads=[2, 2, 2, 2], dilations=[1, 1])
    x = w.batch_norm(net.bn, x, "bn0", momentum=0.9, spatial=1)
    x = w.add("LRN", [w.add("Relu", [x], "relu0")], "lrn0", size=5, alpha=2e-4, beta=0.75, bias=2.0)
    x = w.add("MaxPool", [x], "pool0", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    x = w.add("Relu", [w.conv(net.second, x, "conv1", pads=[1, 1, 1, 1], dilations=[1, 1])], "relu1")
    x = w.add("Flatten", [x], "flatten0", axis=1)
    for number, layer in enumerate((net.fc1, net.fc2), 1):
        name = "fullyconnected%d" % number
        x = w.add("Gemm", [x, w.constant(name + "_weight", layer.weight), w.constant(name + "_bias", layer.bias)],
                  name, alpha=1.0, beta=1.0, transA=0, transB=1)
        x = w.add("Dropout", [w.add("Relu", [x], "relu_fc")], "dropout0", ratio=0.5) if number == 1 else x
    return w.model(shape, x, net.fc2.out_features, 8, 3, "MXNet", weights_are_inputs=True)


# ---------------------------------------------------------------- Keras

class Keras(nn.Module):
    """A MobileNet's beginning, with TensorFlow's padding. Pictures are [N,H,W,C]."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2)
        self.depthwise = nn.Conv2d(8, 8, 3, stride=2, groups=8)
        self.project = nn.Conv2d(8, 10, 1)
        self.bn = nn.BatchNorm2d(10, eps=1e-3)
        self.head = nn.Linear(10, 6)

    @staticmethod
    def same_upper(x, kernel, stride):
        pads = []
        for extent in (x.shape[3], x.shape[2]):
            total = max((-(-extent // stride) - 1) * stride + kernel - extent, 0)
            pads += [total // 2, total - total // 2]
        return pads

    @staticmethod
    def hard_swish(x):       # as a graph computes it: neither F.relu6 nor clamp, which obey the rules
        return x * (torch.minimum(torch.maximum(x + 3, torch.zeros(())), torch.full((), 6.0)) * (1 / 6))

    def scores(self, x):
        x = F.pad(x.permute(0, 3, 1, 2), (0, 1, 0, 1))
        x = F.hardtanh(self.stem(x), 0.0, 6.0)
        x = F.hardtanh(self.depthwise(F.pad(x, self.same_upper(x, 3, 2))), 0.0, 6.0)
        x = self.hard_swish(self.bn(self.project(x)))
        x = F.max_pool2d(F.pad(x, self.same_upper(x, 3, 2), value=-np.inf), 3, 2)
        return self.head(x.mean((2, 3)))

    def forward(self, x):
        return self.scores(x).softmax(1)


def write_keras(net, shape):
    w = Writer()
    bounds = [w.constant("zero", 0.0), w.constant("six", 6.0)]
    x = w.add("Transpose", ["image"], "image__1", perm=[0, 3, 1, 2])
    x = w.add("Pad", [x, w.constant("pads", [0, 0, 0, 0, 0, 0, 1, 1], np.int64), "zero"], "Conv1_pad", mode="constant")
    x = w.add("Clip", [w.conv(net.stem, x, "Conv1", auto_pad="VALID"), *bounds], "Conv1_relu")
    x = w.add("Clip", [w.conv(net.depthwise, x, "expanded_conv_depthwise", auto_pad="SAME_UPPER"), *bounds], "relu6")
    x = w.batch_norm(net.bn, w.conv(net.project, x, "project", auto_pad="SAME_UPPER"), "project_BN")
    gate = w.add("Clip", [w.add("Add", [x, w.constant("three", 3.0)], "plus_three"), *bounds], "hard_sigmoid_relu6")
    gate = w.add("Mul", [gate, w.constant("sixth", 1 / 6)], "hard_sigmoid")
    x = w.add("MaxPool", [w.add("Mul", [x, gate], "hard_swish")], "pool", kernel_shape=[3, 3], strides=[2, 2],
              auto_pad="SAME_UPPER")
    x = w.add("Transpose", [x], "pool__2", perm=[0, 2, 3, 1])
    x = w.add("ReduceMean", [x], "global_average_pooling2d", axes=[1, 2], keepdims=0)
    x = w.add("MatMul", [x, w.constant("kernel", net.head.weight.T)], "predictions/MatMul")
    x = w.add("Add", [x, w.constant("bias", net.head.bias)], "predictions/BiasAdd")
    x = w.add("Softmax", [x], "predictions", axis=-1)
    return w.model(["unk__%d" % 7, *shape[1:]], x, net.head.out_features, 13, 7, "tf2onnx")


# ---------------------------------------------------------------- float16

class Half(nn.Module):
    """Weights that are float16 numbers."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.bn = nn.BatchNorm2d(8, eps=1e-5)
        self.second = nn.Conv2d(8, 8, 3, padding=1)
        self.head = nn.Linear(8, 5)

    def prepare(self):
        for tensor in [*self.parameters(), self.bn.running_mean, self.bn.running_var]:
            tensor.data.copy_(tensor.data.half().float())

    def scores(self, x):
        x = F.relu(self.first(x))
        x = F.relu(self.second(F.relu(self.bn(x))) + x)
        return self.head(x.mean((2, 3)) * 0.5)

    def forward(self, x):
        return self.scores(x).softmax(1)


def write_half(net, shape):
    w = Writer(np.float16)
    x = w.add("Relu", [w.conv(net.first, "image", "conv1", pads=[1, 1, 1, 1])], "relu1")
    y = w.add("Cast", [x], "bn_in_float", to=TensorProto.FLOAT)
    w.element_type = np.float32
    y = w.add("Cast", [w.batch_norm(net.bn, y, "bn")], "bn_in_half", to=TensorProto.FLOAT16)
    w.element_type = np.float16
    y = w.conv(net.second, w.add("Relu", [y], "relu2"), "conv2", pads=[1, 1, 1, 1])
    x = w.add("Relu", [w.add("Add", [y, x], "sum")], "relu3")
    x = w.add("Flatten", [w.add("GlobalAveragePool", [x], "pool")], "flat")
    x = w.add("Mul", [x, w.constant("half", 0.5)], "scaled")
    x = w.add("Gemm", [x, w.constant("head_weight", net.head.weight), w.constant("head_bias", net.head.bias)], "logits",
              transB=1)
    x = w.add("Cast", [x], "logits_in_float", to=TensorProto.FLOAT)
    x = w.add("Cast", [w.add("Softmax", [x], "softmax", axis=-1)], "scores", to=TensorProto.FLOAT16)
    return w.model(shape, x, net.head.out_features, 13, 7, "onnxmltools", TensorProto.FLOAT16)


# ---------------------------------------------------------------- opsets 18 to 21

class Newer(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 9, 3, stride=2)
        self.bn = nn.BatchNorm2d(9)
        self.branches = nn.ModuleList(nn.Conv2d(3, 4, 1) for _ in range(3))
        self.head = nn.Linear(12, 6)

    def forward(self, x):
        x = F.relu(self.bn(self.first(F.pad(x, (1, 2, 0, 1)))))
        parts = [f(branch(part)) for f, branch, part in zip((F.mish, F.gelu, F.relu), self.branches, x.split(3, 1))]
        x = torch.cat(parts, 1)
        deviation = ((x - x.mean((2, 3), keepdim=True)) ** 2).sum((2, 3)).sqrt()
        return self.head(x.mean((2, 3)) + 0.1 * deviation + 0.1 * x.amax((2, 3)))


def write_newer(net, shape, opset=20):
    w = Writer()

    def integers(name, values):
        return w.constant(name, values, np.int64)

    x = w.add("Pad", ["image", integers("pads", [0, 1, 1, 2]), "", integers("spatial", [2, 3])], "padded")
    x = w.add("Relu", [w.batch_norm(net.bn, w.conv(net.first, x, "first"), "bn", training_mode=0)], "relu")
    parts = w.add("Split", [x], ["part0", "part1", "part2"], axis=1, num_outputs=3)
    ends = []
    for op, branch, part in zip(("Mish", "Gelu", "Relu"), net.branches, parts):
        ends.append(w.add(op, [w.conv(branch, part, part + "_conv")], part + "_" + op.lower()))
    x = w.add("Concat", ends, "joined", axis=1)
    spatial = integers("last_two", [-2, -1])
    mean = w.add("ReduceMean", [x, spatial], "mean", keepdims=1)
    deviation = w.add("ReduceL2", [w.add("Sub", [x, mean], "centred"), spatial], "deviation", keepdims=0)
    largest = w.add("ReduceMax", [x, spatial], "largest", keepdims=0)
    x = w.add("Squeeze", [mean, spatial], "flat")
    tenth = w.constant("tenth", 0.1)
    for name, term in (("with_deviation", deviation), ("with_largest", largest)):
        x = w.add("Add", [x, w.add("Mul", [term, tenth], name + "_term")], name)
    x = w.add("Gemm", [x, w.constant("weight", net.head.weight), w.constant("bias", net.head.bias)], "scores", transB=1)
    return w.model(["N", *shape[1:]], x, net.head.out_features, opset, 9, "pytorch")


# ---------------------------------------------------------------- Col2Im

class Folded(nn.Module):
    def __init__(self):
        super().__init__()
        self.columns = nn.Conv2d(3, 12, (3, 4), stride=2)
        self.widen = nn.Conv2d(12, 12, 1)
        self.last = nn.Conv2d(2, 6, 3, stride=2)
        self.head = nn.Linear(6 + 4, 5)

    def forward(self, x):
        x = F.relu(self.columns(F.pad(x, (0, 2))))                  # [N,12,5,6]: 30 blocks
        image = F.fold(self.widen(x).flatten(2), (10, 8), (3, 2), stride=(2, 1), dilation=(1, 2), padding=(1, 0))
        signal = F.fold(x.flatten(2), (1, 32), (1, 3))
        return self.head(torch.cat([torch.tanh(self.last(image)).mean((2, 3)), torch.tanh(signal).mean((2, 3))], 1))


def write_folded(net, shape):
    w = Writer()

    def integers(name, values):
        return w.constant(name, values, np.int64)

    x = w.add("Pad", ["image", integers("pads", [0, 2]), "", integers("width", [3])], "padded")
    x = w.add("Relu", [w.conv(net.columns, x, "columns")], "relu")
    flat = integers("flat", [0, 12, -1])
    y = w.add("Reshape", [w.conv(net.widen, x, "widen"), flat], "blocks")
    y = w.add("Col2Im", [y, integers("image_shape", [10, 8]), integers("block_shape", [3, 2])], "folded",
              strides=[2, 1], dilations=[1, 2], pads=[1, 0, 1, 0])
    y = w.add("Tanh", [w.conv(net.last, y, "last")], "tanh")
    y = w.add("ReduceMean", [y, integers("spatial", [2, 3])], "mean", keepdims=0)
    z = w.add("Col2Im", [w.add("Reshape", [x, flat], "signal_blocks"), integers("signal_shape", [32]),
                         integers("signal_block", [3])], "signal")
    z = w.add("ReduceMean", [w.add("Tanh", [z], "signal_tanh"), integers("line", [2])], "signal_mean", keepdims=0)
    x = w.add("Concat", [y, z], "joined", axis=1)
    x = w.add("Gemm", [x, w.constant("weight", net.head.weight), w.constant("bias", net.head.bias)], "scores", transB=1)
    return w.model(shape, x, net.head.out_features, 18, 8, "pytorch")


# ---------------------------------------------------------------- Scan

class Scanned(nn.Module):
    """Gates read the rows from the first on, candidates from the last on."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, stride=2)
        self.start, self.gate, self.candidate = nn.Linear(4, 5), nn.Linear(4, 5), nn.Linear(4, 5)
        self.gate_state, self.state = nn.Linear(5, 5), nn.Linear(5, 5)
        self.head = nn.Linear(65, 5)

    def forward(self, x):
        x = F.relu(self.conv(x)).mean(3)                            # [N,4,6]
        h = c = self.start(x.mean(2))
        states, gated = [], []
        for t in range(6):
            gate = torch.sigmoid(self.gate(x[:, :, t]) + self.gate_state(h))
            c = gate * c + (1 - gate) * torch.tanh(self.candidate(x[:, :, 5 - t]))
            h = torch.tanh(c + self.state(h))
            states.append(h)
            gated.append(c * gate)
        return self.head(torch.cat([h, torch.stack(states, 1).flatten(1), torch.stack(gated[::-1], 2).flatten(1)], 1))


def write_scanned(net, shape, opset=16):
    w = Writer()

    def linear(writer, module, x, name):
        names = [w.constant(name + "_weight", module.weight), w.constant(name + "_bias", module.bias)]
        return writer.add("Gemm", [x, *names], name, transB=1)

    x = w.add("Relu", [w.conv(net.conv, "image", "conv")], "relu")
    x = w.add("ReduceMean", [x], "features", axes=[3], keepdims=0)
    start = linear(w, net.start, w.add("ReduceMean", [x], "mean", axes=[2], keepdims=0), "start")
    body = Writer()
    gate = body.add("Add", [linear(body, net.gate, "forward", "gate_input"),
                            linear(body, net.gate_state, "h", "gate_state")], "gate_sum")
    gate = body.add("Sigmoid", [gate], "gate")
    kept = body.add("Mul", [gate, "c"], "kept")
    rest = body.add("Sub", [body.constant("one", 1.0), gate], "rest")
    new = body.add("Mul", [rest, body.add("Tanh", [linear(body, net.candidate, "backward", "candidate")], "tanh")], "new")
    c = body.add("Add", [kept, new], "c_out")
    h = body.add("Tanh", [body.add("Add", [c, linear(body, net.state, "h", "state")], "sum")], "h_out")
    h_scanned = body.add("Identity", [h], "h_scanned")
    gated = body.add("Mul", [c, gate], "gated")

    def ports(names):
        return [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names]

    graph = helper.make_graph(body.nodes, "step", ports(["h", "c", "forward", "backward"]),
                              ports([h, c, h_scanned, gated]), body.weights)
    last, _, states, all_gated = w.add("Scan", [start, start, x, x], ["last", "last_c", "states", "all_gated"], body=graph,
                                       num_scan_inputs=2, scan_input_axes=[2, -1], scan_input_directions=[0, 1],
                                       scan_output_axes=[1, -1], scan_output_directions=[0, 1])
    x = w.add("Concat", [last, w.add("Flatten", [states], "flat_states"), w.add("Flatten", [all_gated], "flat_gated")],
              "joined", axis=1)
    x = w.add("Gemm", [x, w.constant("weight", net.head.weight), w.constant("bias", net.head.bias)], "scores", transB=1)
    model = w.model(["N", *shape[1:]], x, net.head.out_features, opset, 8, "converter")
    return onnx.shape_inference.infer_shapes(model)


# ---------------------------------------------------------------- ONNX Runtime's quantizer

class QuantisedOperators(nn.Module):
    """Every value is rounded to its scale and zero point, and gradients go straight through, cut at the ranges. No zero
    point is 0, so none acts as a ReLU."""
    POINTS = {"image": (0.0213, 128), "first": (0.0271, 120), "leaky": (0.0253, 60), "second": (0.0311, 131),
              "gate": (0.0041, 3), "product": (0.0193, 71), "sum": (0.0373, 125), "joined": (0.0331, 119),
              "pooled": (0.0213, 117), "mean": (0.0131, 122)}
    WEIGHTS = {"first": 0.0111, "second": 0.0137, "head": (0.0091, 0.0117, 0.0123, 0.0087, 0.0109)}
    INPUTS = {"first": "image", "second": "leaky", "head": "mean"}

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 6, 3, stride=2)
        self.second = nn.Conv2d(6, 6, 1)
        self.head = nn.Linear(12, 5)

    def units(self, name):
        """The scales of a layer's weights and of its bias."""
        scales = np.asarray(self.WEIGHTS[name], np.float32).astype(np.float64)
        return scales, scales * np.float64(np.float32(self.POINTS[self.INPUTS[name]][0]))

    def whole(self, name):
        """A layer's weights and bias as whole numbers."""
        module, (scales, units) = getattr(self, name), self.units(name)
        weights = module.weight.detach().double().numpy()
        weights = np.round(weights / scales.reshape([-1] + [1] * (weights.ndim - 1)))
        return np.clip(weights, -127, 127), np.round(module.bias.detach().double().numpy() / units)

    def prepare(self):
        with torch.no_grad():
            for name in self.INPUTS:
                module, (scales, units), (weights, bias) = getattr(self, name), self.units(name), self.whole(name)
                module.weight.copy_(torch.from_numpy(weights * scales.reshape([-1] + [1] * (weights.ndim - 1))))
                module.bias.copy_(torch.from_numpy(bias * units))

    def rounded(self, x, name):
        return torch.fake_quantize_per_tensor_affine(x, *self.POINTS[name], 0, 255)

    def forward(self, x):
        x = self.rounded(self.first(self.rounded(x, "image")), "first")
        x = self.rounded(F.leaky_relu(x, 0.1), "leaky")
        y = self.rounded(self.second(x), "second")
        z = self.rounded(x * self.rounded(torch.sigmoid(y), "gate"), "product")
        y = self.rounded(torch.cat([z, self.rounded(z + y, "sum")], 1), "joined")
        y = self.rounded(F.avg_pool2d(y, (2, 3), 2, (0, 1), count_include_pad=False), "pooled")
        return self.head(self.rounded(y.mean((2, 3)), "mean"))


def write_quantised_operators(net, shape):
    w = Writer()

    def points(name):
        scale, zero = net.POINTS[name]
        if not any(weight.name == name + "_scale" for weight in w.weights):
            w.constant(name + "_scale", scale)
            w.constant(name + "_zero", zero, np.uint8)
        return [name + "_scale", name + "_zero"]

    def value(name):
        return [name, *points(name)]

    def weights(name):
        whole, bias = net.whole(name)
        scales = np.asarray(net.WEIGHTS[name], np.float32)
        return [w.constant(name + "_weight", whole, np.int8), w.constant(name + "_weight_scale", scales),
                w.constant(name + "_weight_zero", np.zeros_like(scales), np.int8)], w.constant(name + "_bias", bias, np.int32)

    def microsoft(op, inputs, output, **attributes):
        return w.add(op, inputs, output, domain="com.microsoft", **attributes)

    w.add("QuantizeLinear", ["image", *points("image")], "image_q")
    for name, x in (("first", ["image_q", *points("image")]), ("second", value("leaky"))):
        if name == "second":
            microsoft("QLinearLeakyRelu", [*value("first"), *points("leaky")], "leaky", alpha=0.1)
        w_inputs, bias = weights(name)
        w.add("QLinearConv", [*x, *w_inputs, *points(name), bias], name, strides=list(getattr(net, name).stride))
    microsoft("QLinearSigmoid", [*value("second"), *points("gate")], "gate")
    microsoft("QLinearMul", [*value("leaky"), *value("gate"), *points("product")], "product")
    microsoft("QLinearAdd", [*value("product"), *value("second"), *points("sum")], "sum")
    microsoft("QLinearConcat", [*points("joined"), *value("product"), *value("sum")], "joined", axis=1)
    microsoft("QLinearAveragePool", [*value("joined"), *points("pooled")], "pooled", kernel_shape=[2, 3], strides=[2, 2],
              pads=[0, 1, 0, 1])
    microsoft("QLinearGlobalAveragePool", [*value("pooled"), *points("mean")], "mean", channels_last=0)
    w_inputs, bias = weights("head")
    x = microsoft("QGemm", [w.add("Flatten", ["mean"], "flat"), *points("mean"), *w_inputs, bias], "scores", transB=1)
    return w.model(shape, x, net.head.out_features, 13, 7, "onnx.quantize", domains=["com.microsoft"])

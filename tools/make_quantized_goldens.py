#!/usr/bin/env python3
"""Print the values that tests/onnx/translate_quantize_test.cpp expects of com.microsoft's quantised operators, by onnxruntime.

    python3 tools/make_quantized_goldens.py

The k-th element of the n-th quantised tensor of a node is ((k + n) * 73 mod 251), less 125 where it is int8. Each line has the
name of a case and the result. Needs onnx and onnxruntime.
"""
import numpy as np
import onnxruntime
from onnx import helper, numpy_helper

P, Q, R = (0.021, 120), (0.034, 131), (0.0517, 90)


def tensor(shape, n, dtype=np.uint8):
    values = (np.arange(np.prod(shape)) + n) * 73 % 251 - (125 if dtype == np.int8 else 0)
    return values.astype(dtype).reshape(shape)


def scale(point, dtype=np.uint8):
    return [np.float32(point[0]), np.array(point[1], dtype)]


CASES = {
    "QLinearAdd": ("QLinearAdd", [tensor((1, 2, 3), 0), *scale(P), tensor((2, 1), 1), *scale(Q), *scale(R)], {}),
    "QLinearAdd of int8": ("QLinearAdd", [tensor((1, 6), 0, np.int8), *scale((0.021, -5), np.int8), tensor((1, 6), 1, np.int8),
                                          *scale((0.034, 7), np.int8), *scale((0.0517, 3), np.int8)], {}),
    "QLinearMul": ("QLinearMul", [tensor((1, 6), 0), *scale(P), tensor((1, 6), 1), *scale(Q), *scale(R)], {}),
    "QLinearSigmoid": ("QLinearSigmoid", [tensor((1, 6), 0), *scale(P), *scale((0.0042, 2))], {}),
    "QLinearLeakyRelu": ("QLinearLeakyRelu", [tensor((1, 6), 0), *scale(P), *scale(R)], {"alpha": 0.25}),
    "QLinearSoftmax": ("QLinearSoftmax", [tensor((2, 3), 0), *scale(P), *scale((0.0039, 0))], {"axis": -1, "opset": 13}),
    "QLinearSoftmax of rows": ("QLinearSoftmax", [tensor((1, 2, 3), 0), *scale(P), *scale((0.0039, 0))], {"axis": 1, "opset": 11}),
    "QLinearConcat": ("QLinearConcat", [*scale(R), tensor((1, 2), 0), *scale(P), tensor((1, 3), 1), *scale(Q)], {"axis": 1}),
    "QLinearWhere": ("QLinearWhere", [np.array([[True, False, True, False]]), tensor((1, 4), 0), *scale(P), tensor((1, 4), 1),
                                      *scale(Q), *scale(R)], {}),
    "QLinearAveragePool": ("QLinearAveragePool", [tensor((1, 2, 3, 4), 0), *scale(P), *scale(Q)],
                           {"kernel_shape": [2, 3], "strides": [1, 2], "pads": [0, 1, 1, 0]}),
    "QLinearAveragePool, channels last": ("QLinearAveragePool", [tensor((1, 3, 4, 2), 0), *scale(P), *scale(Q)],
                                          {"kernel_shape": [2, 2], "channels_last": 1, "count_include_pad": 1,
                                           "pads": [1, 0, 0, 1]}),
    "QLinearGlobalAveragePool": ("QLinearGlobalAveragePool", [tensor((1, 2, 2, 3), 0), *scale(P), *scale(Q)],
                                 {"channels_last": 0}),
    "QLinearGlobalAveragePool, channels last": ("QLinearGlobalAveragePool", [tensor((1, 2, 3, 2), 0), *scale(P), *scale(Q)],
                                                {"channels_last": 1}),
    "QGemm": ("QGemm", [tensor((2, 3), 0), *scale(P), tensor((3, 2), 1), *scale(Q), np.array([900, -700], np.int32),
                        *scale((0.31, 128))], {"alpha": 1.5}),
    "QGemm of columns": ("QGemm", [tensor((3, 2), 0), *scale(P), tensor((2, 3), 1, np.int8),
                                   np.array([0.03, 0.05], np.float32), np.array([4, -3], np.int8), None, None, None],
                         {"transA": 1, "transB": 1}),
}


def run(op, inputs, attributes):
    names = ["" if value is None else "in%d" % i for i, value in enumerate(inputs)]
    weights = [numpy_helper.from_array(np.asarray(value), name) for name, value in zip(names, inputs) if value is not None]
    while names[-1] == "":
        names.pop()
    # Quantised kernels do not run nodes that are folded, so the first tensor is an input.
    first = next(i for i, value in enumerate(inputs) if np.ndim(value) > 1)
    fed = inputs[first]
    graph_input = helper.make_tensor_value_info(names[first], helper.np_dtype_to_tensor_dtype(fed.dtype), fed.shape)
    node = helper.make_node(op, names, ["y"], domain="com.microsoft", **attributes)
    graph = helper.make_graph([node], "g", [graph_input], [helper.make_empty_tensor_value_info("y")],
                              [w for w in weights if w.name != names[first]])
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)])
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {names[first]: fed})[0]


for case, (op, inputs, attributes) in CASES.items():
    y = run(op, inputs, attributes)
    print("%s: %s {%s}" % (case, y.shape, ", ".join("%g" % value for value in y.reshape(-1))))

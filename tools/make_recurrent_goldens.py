#!/usr/bin/env python3
"""Print the values that tests/onnx/recurrent_test.cpp expects of LSTM, GRU and RNN, computed by onnxruntime.

    python3 tools/make_recurrent_goldens.py

x has 3 steps of 2 rows of 2 numbers, the state 2. The k-th number of the n-th input is ((k + n) * 7 mod 11 - 5) / 10.
Each line has a layer and the sums over Y weighted by 1, 2, 3, ..., then Y_h and (of an LSTM) Y_c. Needs onnx and onnxruntime.
"""
import onnx
import onnxruntime
import numpy as np
from onnx import TensorProto, helper, numpy_helper

T, N, I, H = 3, 2, 2, 2
CASES = [("LSTM", {"direction": "bidirectional"}, 8), ("LSTM", {"direction": "reverse"}, 3), ("GRU", {"direction": "bidirectional"}, 6),
         ("GRU", {"linear_before_reset": 1}, 6), ("GRU", {}, 3), ("RNN", {"direction": "bidirectional", "activations": ["Relu", "Tanh"]}, 6)]


def values(shape, n):
    return (((np.arange(np.prod(shape)) + n) * 7 % 11 - 5) / 10).astype(np.float32).reshape(shape)


def layer(op, attributes, count):
    gates = {"LSTM": 4, "GRU": 3, "RNN": 1}[op]
    D = 2 if attributes.get("direction") == "bidirectional" else 1
    shapes = [(T, N, I), (D, gates * H, I), (D, gates * H, H), (D, 2 * gates * H), None, (D, N, H), (D, N, H), (D, 3 * H)][:count]
    names = ["" if shape is None else "in%d" % i for i, shape in enumerate(shapes)]
    outputs = ["y", "y_h", "y_c"][:3 if op == "LSTM" else 2]
    node = helper.make_node(op, names, outputs, hidden_size=H, **attributes)
    weights = [numpy_helper.from_array(values(shape, i), names[i]) for i, shape in enumerate(shapes) if i and shape]
    graph = helper.make_graph([node], "g", [helper.make_tensor_value_info("in0", TensorProto.FLOAT, [T, N, I])],
                              [helper.make_tensor_value_info(o, TensorProto.FLOAT, None) for o in outputs], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"in0": values((T, N, I), 0)})


for case in CASES:
    y, *states = layer(*case)
    weighted = float((y.reshape(-1) * (np.arange(y.size) + 1)).sum(dtype=np.float64))
    print(*case, y.shape, "%.6f" % weighted, [["%.6f" % v for v in state.reshape(-1)] for state in states])

#!/usr/bin/env python3
"""Run the official ONNX node tests against `fovea forward`.

    python3 tools/run_onnx_node_tests.py build/release/fovea [--only PATTERN] [--markdown FILE] [--jobs 2] [--verbose]

The cases come from the onnx package: onnx.backend.test.case.node makes models, inputs and expected outputs in memory, each
for the opset in which its operator last changed; onnx/backend/test/data has small networks that PyTorch and others wrote for
opsets 1 to 9. Debian's python3-onnx 1.12 has opsets up to 17, the package on PyPI newer ones. Each case is written to a folder, run and compared with the
case's own tolerances. Inputs that fovea wants as constants (shapes, axes, pads, scales, ...) are made initializers:
the tests pass them at run time, files of networks hold them. The table says for every ONNX operator how many cases
passed, failed or are unsupported, and why. The exit code is 1 when a case fails that is not in KNOWN_FAILURES.
"""
import argparse
import collections
import concurrent.futures
import fnmatch
import os
import re
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

# Inputs that fovea takes as constants only, by position. "all" where the whole result is folded.
CONSTANT_INPUTS = {
    "Attention": [6], "CenterCropPad": [1], "Clip": [1, 2], "Col2Im": [1, 2], "ConstantOfShape": [0], "CumSum": [1], "DequantizeLinear": [2], "Dropout": [1, 2], "Expand": [1], "GRU": [4],
    "If": [0], "Loop": [0, 1], "LSTM": [4], "NonZero": [0], "OneHot": [1], "Pad": [1, 2, 3], "QuantizeLinear": [2], "QLinearMatMul": [7], "RNN": [4], "Range": [0, 1, 2],
    "ReduceL1": [1], "ReduceL2": [1], "ReduceLogSum": [1], "ReduceLogSumExp": [1], "ReduceMax": [1], "ReduceMean": [1],
    "ReduceMin": [1], "ReduceProd": [1], "ReduceSum": [1], "ReduceSumSquare": [1], "Reshape": [1],
    "Resize": [1, 2, 3], "SequenceAt": [1], "SequenceErase": [1], "SequenceInsert": [2], "Slice": [1, 2, 3, 4], "Split": [1],
    "SplitToSequence": [1], "Squeeze": [1], "Tile": [1], "TopK": [1], "Trilu": [1],
    "Unsqueeze": [1], "Upsample": [1],
}

# Cases of other opsets, or of other domains alone, are left out.
FIRST_OPSET, LAST_OPSET = 1, 24

DATA_FOLDERS = ("simple", "pytorch-operator", "pytorch-converted")

LOGARITHM = "oneDNN's logarithm is off by 3e-6 near 1, where it is 0"

# Cases that disagree on purpose: name, why.
KNOWN_FAILURES = {
    "test_resize_downsample_scales_linear_align_corners":
        "for scales that do not divide the extent, fovea takes the result's whole extent, as PyTorch and onnxruntime "
        "do; the test takes scale * extent with its fraction",
    "test_resize_downsample_scales_cubic_align_corners": "the same",
    "test_log_example": LOGARITHM, "test_acosh_example": LOGARITHM, "test_asinh_example": LOGARITHM,
    "test_atanh_example": LOGARITHM,
}

# Operators that are left out, and why.
LEFT_OUT = [
    (("Adagrad", "Adam", "Momentum", "Gradient"), "training"),
    (("NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss"), "training: a loss has no place in a classifier"),
    (("Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"),
     "random results"),
    (("SequenceMap",), "the operator is not supported"),
    (("ReverseSequence",), "batches of sequences of several lengths"),
    (("StringNormalizer", "TfIdfVectorizer"), "text"),
    (("BlackmanWindow", "HammingWindow", "HannWindow", "DFT", "STFT", "MelWeightMatrix"), "sound"),
    (("NonMaxSuppression", "RoiAlign", "MaxUnpool", "MaxRoiPool"), "detection and segmentation heads"),
    (("BitShift", "Det", "GridSample"), "the operator is not supported"),
    (("Compress", "Unique"), "its result's shape depends on values"),
    (("OptionalGetElement", "OptionalHasElement", "Optional"), "optional values"),
]


def collect():
    warnings.filterwarnings("ignore")
    for name, type_ in (("float", float), ("int", int), ("bool", bool), ("object", object)):
        if not hasattr(np, name):       # onnx 1.12 uses names that NumPy 1.24 dropped
            setattr(np, name, type_)
    from onnx.backend.test.case.node import collect_testcases
    return collect_testcases(None)


DataCase = collections.namedtuple("DataCase", "name model data_sets rtol atol folder")


def collect_data():
    """The cases of onnx/backend/test/data that are stored as files, but those of whole networks."""
    top = os.path.join(os.path.dirname(onnx.__file__), "backend", "test", "data")
    cases = []
    for kind in ("simple", "pytorch-operator", "pytorch-converted"):
        folder = os.path.join(top, kind)
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            data = os.path.join(folder, name, "test_data_set_0")
            if not os.path.isdir(data):
                continue
            model = onnx.load(os.path.join(folder, name, "model.onnx"))
            values = [[read_value(os.path.join(data, "%s_%d.pb" % (what, i))) for i in range(count)]
                      for what, count in (("input", len([f for f in os.listdir(data) if f.startswith("input_")])),
                                          ("output", len(model.graph.output)))]
            cases.append(DataCase(name, model, [tuple(values)], 1e-3, 1e-6, kind))
    return cases


def read_value(path):
    """The tensor of a file, or None where it is something else."""
    tensor = TensorProto()
    with open(path, "rb") as f:
        try:
            tensor.ParseFromString(f.read())
            return numpy_helper.to_array(tensor)
        except Exception:
            return None


def opset_of(case):
    return next((o.version for o in case.model.opset_import if o.domain in ("", "ai.onnx")), 0)


def operator_of(case):
    """The operator that a case is about; its expansion into simpler ones counts for it, too."""
    if isinstance(case, DataCase):
        return case.folder
    if case.name.endswith("_expanded"):
        name = re.match(r"(\w+?)_" + re.escape(case.name[:-len("_expanded")]), next(
            (o for n in case.model.graph.node for o in list(n.output) + list(n.input) if "_expanded_function_" in o), ""))
        return name.group(1) if name else case.model.graph.node[-1].op_type
    return case.model.graph.node[-1].op_type


def to_array(value):
    if isinstance(value, TensorProto):
        value = numpy_helper.to_array(value)
    return value if isinstance(value, np.ndarray) else np.array(value)


def make_constants(model, inputs):
    """Turns the inputs that are wanted as constants into initializers. Returns the names of the rest."""
    graph = model.graph
    names = {name for node in graph.node for i in CONSTANT_INPUTS.get(node.op_type, [])
             if i < len(node.input) for name in [node.input[i]]}
    rest = []
    for info, value in zip(list(graph.input), inputs):
        if info.name in names:
            tensor = numpy_helper.from_array(value, info.name)
            tensor.data_type = info.type.tensor_type.elem_type
            graph.initializer.append(tensor)
            graph.input.remove(info)
        else:
            shape = info.type.tensor_type.shape
            shape.ClearField("dim")                 # some cases declare another shape than they pass
            for extent in value.shape:
                shape.dim.add().dim_value = extent
            if info.type.tensor_type.elem_type == TensorProto.BFLOAT16:
                value = widened(value)
            rest.append((info.name, value))
    return rest


def widened(value):
    """bfloat16 numbers, which NumPy knows only as their 16 bits."""
    return (value.astype(np.uint32) << 16).view(np.float32) if value.dtype == np.uint16 else value


def is_plain(value):
    return not isinstance(value, (list, tuple)) and value is not None and to_array(value).dtype.kind in "fiub"


def compare(found, expected, case, element_type):
    """Empty when they agree."""
    expected = to_array(expected)
    is_bfloat = expected.dtype == np.uint16 and element_type == TensorProto.BFLOAT16
    if is_bfloat:
        expected = widened(expected)
    if found.shape != expected.shape:
        return "shape %s instead of %s" % (found.shape, expected.shape)
    if expected.dtype == bool and found.dtype != bool:
        return "type %s instead of bool" % found.dtype
    rtol, atol = 1e-2 if is_bfloat else case.rtol, case.atol
    if expected.dtype == np.float16:
        atol = max(atol, 1e-3)
    try:
        np.testing.assert_allclose(found.astype(np.float64), expected.astype(np.float64), rtol, atol)
    except AssertionError as error:
        return " ".join(str(error).split())[:160]
    return ""


def reason_of(message):
    """The part of an error message that says what is missing."""
    reason = re.split(r"\([\w.]+\): ", message)[-1]       # after the last node's operator
    return reason.split(": expected")[0]


def run_case(case, program):
    """(state, why): state is passed, failed or unsupported."""
    operator = operator_of(case)
    for operators, why in LEFT_OUT:
        if operator in operators:
            return "unsupported", why
    inputs, expected = case.data_sets[0]
    if not all(map(is_plain, inputs)) or not all(map(is_plain, expected)):
        return "unsupported", "strings, sequences or optional values"
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    rest = make_constants(model, [to_array(v) for v in inputs])
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.onnx")
        with open(path, "wb") as f:
            f.write(model.SerializeToString())
        command = [program, "forward", path, "--threads", "1"]
        if any(v.size == 0 for _, v in rest):
            return "unsupported", "empty inputs"
        if any(v.dtype == np.float64 for _, v in rest):
            command += ["--precision", "f64"]
        for i, (name, value) in enumerate(rest):
            np.save(os.path.join(folder, "in%d.npy" % i), value)
            command += ["--input", "%s=%s" % (name, os.path.join(folder, "in%d.npy" % i))]
        outputs = [o.name for o in model.graph.output]
        for i, name in enumerate(outputs):
            command += ["-o", "%s=%s" % (name, os.path.join(folder, "out%d.npy" % i))]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60,
                                env=dict(os.environ, OMP_NUM_THREADS="1"))
        if result.returncode != 0:
            message = result.stderr.strip().split("\n")[-1] if result.stderr.strip() else "exit %d" % result.returncode
            if result.returncode == 1 and re.search(r"support|only images|training|must be a constant", message):
                return "unsupported", reason_of(message)
            return "failed", message
        for i in range(len(outputs)):
            why = compare(np.load(os.path.join(folder, "out%d.npy" % i)), expected[i], case,
                          model.graph.output[i].type.tensor_type.elem_type)
            if why:
                return "failed", "%s: %s" % (outputs[i], why)
    return "passed", ""


def table(results):
    """Rows (operator, passed, failed, unsupported, reasons, opsets)."""
    rows = collections.defaultdict(lambda: [0, 0, 0, collections.Counter(), set()])
    for case, (state, why) in results:
        row = rows[operator_of(case)]
        if state == "failed" and case.name in KNOWN_FAILURES:
            why = "%s: %s" % (case.name, KNOWN_FAILURES[case.name])
        row[["passed", "failed", "unsupported"].index(state)] += 1
        row[4].add(opset_of(case))
        if why:
            row[3][why] += 1
    return sorted(rows.items())


def markdown(rows, results, path, appended):
    counts = collections.Counter(state for _, (state, _) in results)
    supported = [r for r in rows if r[1][0] + r[1][1] > 0]
    others = [r for r in rows if r[1][0] + r[1][1] == 0]
    with open(path, "a" if appended else "w") as f:
        if not appended:
            f.write("# The official ONNX node tests\n\n"
                    "Made by `python3 tools/run_onnx_node_tests.py build/release/fovea --markdown docs/onnx-node-tests.md`, "
                    "once with Debian's onnx, whose cases are for opsets 1 to 17, and once with a newer one and `--append`. "
                    "Expansions of an operator into simpler ones count for that operator. Shapes, axes, pads, scales and the "
                    "like, which the tests pass at run time, are stored in the models as constants.\n")
        f.write("\n**With onnx %s**: %d cases: %d pass, %d fail for a stated reason, %d are unsupported.\n\n"
                % (onnx.__version__, len(results), counts["passed"], counts["failed"], counts["unsupported"]))
        for title, chosen in (("Operators that fovea runs", [r for r in supported if r[0] not in DATA_FOLDERS]),
                              ("Networks that other programs wrote", [r for r in supported if r[0] in DATA_FOLDERS])):
            f.write("%s## %s\n\n| %s | opsets | passed | failed | unsupported | why |\n|---|---|---|---|---|---|\n"
                    % ("" if chosen and chosen[0][0] not in DATA_FOLDERS else "\n", title,
                       "operator" if chosen and chosen[0][0] not in DATA_FOLDERS else "folder"))
            for name, (passed, failed, unsupported, reasons, opsets) in chosen:
                why = "; ".join(reasons).replace("|", "\\|")
                f.write("| `%s` | %s | %d | %s | %s | %s |\n" % (name, ", ".join(map(str, sorted(opsets))), passed,
                                                              failed or "", unsupported or "", why))
        f.write("\n## Operators that it does not\n\n| operator | cases | why |\n|---|---|---|\n")
        for name, (_, _, unsupported, reasons, _) in others:
            f.write("| `%s` | %d | %s |\n" % (name, unsupported, "; ".join(reasons).replace("|", "\\|")))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the fovea program")
    parser.add_argument("--only", default="*", help="run the cases whose name (or operator) matches this pattern")
    parser.add_argument("--markdown", help="write the table to this file")
    parser.add_argument("--append", action="store_true", help="add the table to the file's end")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--verbose", action="store_true", help="print every case that did not pass")
    args = parser.parse_args()
    cases = [c for c in collect() + collect_data() if FIRST_OPSET <= opset_of(c) <= LAST_OPSET]
    cases = [c for c in cases if fnmatch.fnmatch(c.name, args.only) or fnmatch.fnmatch(operator_of(c), args.only)]
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        results = list(zip(cases, pool.map(lambda case: run_case(case, args.program), cases)))
    rows = table(results)
    for name, (passed, failed, unsupported, reasons, _) in rows:
        print("%-28s %3d passed %3d failed %3d unsupported  %s" % (name, passed, failed, unsupported, "; ".join(reasons)[:150]))
    if args.verbose:
        for case, (state, why) in results:
            if state != "passed":
                print("%s %s: %s" % (state, case.name, why))
    if args.markdown:
        markdown(rows, results, args.markdown, args.append)
    counts = collections.Counter(state for _, (state, _) in results)
    unexpected = [c.name for c, (state, _) in results if state == "failed" and c.name not in KNOWN_FAILURES]
    stale = [c.name for c, (state, _) in results if state == "passed" and c.name in KNOWN_FAILURES]
    print("%d cases: %d passed, %d failed, %d unsupported" % (
        len(results), counts["passed"], counts["failed"], counts["unsupported"]))
    for name in stale:
        print("passes, but is listed as a known failure: %s" % name)
    for name in unexpected:
        print("FAILED %s" % name)
    sys.exit(1 if unexpected or stale else 0)


if __name__ == "__main__":
    main()

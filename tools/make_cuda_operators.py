#!/usr/bin/env python3
"""Makes src/onnx/export/cuda_operators.csv: which operators ONNX Runtime's CUDA provider runs, in which operator sets, and for
which element types.

    python3 -m venv venv && venv/bin/pip install onnx
    venv/bin/python tools/make_cuda_operators.py SOURCE --version 1.21.0 --date 2025-03-06 --last-opset 22

SOURCE is an unpacked source of ONNX Runtime, of which docs/OperatorKernels.md is read: the list of registered kernels that each
release publishes (the sources of Debian's package onnxruntime are such a folder). `--date` is that of the release, `--last-opset`
the newest operator set that it knows.

A kernel of ONNX Runtime is for a range of versions of an operator, and one "from 13 on" is for version 13 alone until the operator
changes: a node of a newer version then has no kernel. So each operator set's version of an operator is looked up in the list, with
the operators' history from the Python package onnx. Operators of ONNX that have a kernel on neither device, and that ONNX defines by
others which all have one, are marked as functions: ONNX Runtime replaces their nodes by those.
"""
import argparse
import re
from pathlib import Path

import onnx.defs

FIRST_OPSET = 7  # the oldest that ONNX Runtime runs
SHORT = {"float": "float32", "double": "float64"}


def types_of(text):
    """{"T": ["float32", ...]} of "**T** = tensor(float), tensor(double)<br/> **I** = ..."."""
    found = {}
    for part in text.split("<br/>"):
        match = re.match(r"\s*\*\*(\w+)\*\* = (.*)", part)
        if match:
            plain = re.findall(r"(?<!seq\()(?<!optional\()\btensor\((\w+)\)", match[2])
            found[match[1]] = sorted({SHORT.get(name, name) for name in plain})
    return found


def range_of(text):
    """(13, None) of "13+", (7, 12) of "[7, 12]", (13, 13) of "13"."""
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    return (numbers[0], None) if text.endswith("+") else (numbers[0], numbers[-1])


def kernels(document, provider):
    """{domain: {operator: [(first, last, types)]}} of a provider."""
    begin = document.index(f"## Operators implemented by {provider}")
    end = document.find("\n## ", begin + 1)
    result, domain, operator = {}, None, None
    for line in document[begin:end].splitlines():
        if match := re.match(r"\|\*\*Operator Domain:\*\* \*([\w.]+)\*", line):
            domain = result.setdefault("" if match[1] == "ai.onnx" else match[1], {})
        cells = line.split("|")
        if domain is None or len(cells) < 6 or not re.search(r"\d", cells[3]):
            continue
        operator = cells[1] or operator
        domain.setdefault(operator, []).append((*range_of(cells[3].strip()), types_of(cells[4])))
    return result


def matching(rows, version):
    """The types of the kernel for a version of an operator; None: there is none."""
    for first, last, types in rows:
        if version == first or (last is not None and first <= version <= last):
            return types
    return None


def parameters(formal):
    """"T T* tensor(int64)": the types of inputs or outputs; "*": that one and all that follow."""
    words = []
    for one in formal:
        word = one.type_str.replace("tensor(", "").rstrip(")")
        words.append(SHORT.get(word, word) + ("*" if one.option == onnx.defs.OpSchema.FormalParameterOption.Variadic else ""))
    return " ".join(words)


def constraints(schema, types):
    """"T=float16 float32;I=int64" for the types that the signature names and the kernel restricts."""
    named = {one.type_str for one in list(schema.inputs) + list(schema.outputs)}
    return ";".join(f"{name}={' '.join(types[name])}" for name in sorted(named) if types.get(name))


def is_function_of(schema, opset, cuda):
    """Whether ONNX defines the operator by others that all have a kernel in that operator set."""
    try:
        body = schema.get_function_with_opset_version(schema.since_version) if schema.has_function else None
    except Exception:  # the body depends on the node
        return False
    if not body:
        return False
    proto = onnx.FunctionProto()
    proto.ParseFromString(body)
    for node in proto.node:
        if node.op_type == "Constant":
            continue
        version = onnx.defs.get_schema(node.op_type, opset).since_version
        if matching(cuda.get(node.op_type, []), version) is None:
            return False
    return True


def row_of(name, opset, cuda, cpu):
    """The row of an operator in an operator set without its opsets; None: it has no kernel there."""
    try:
        schema = onnx.defs.get_schema(name, opset)
    except onnx.defs.SchemaError:
        return None
    if schema.deprecated:
        return None
    types = matching(cuda.get(name, []), schema.since_version)
    if types is not None:
        return "kernel", parameters(schema.inputs), parameters(schema.outputs), constraints(schema, types)
    if matching(cpu.get(name, []), schema.since_version) is None and is_function_of(schema, opset, cuda):
        return "function", "", "", ""
    return None


def onnx_rows(cuda, cpu, last_opset):
    names = {schema.name for schema in onnx.defs.get_all_schemas() if schema.domain == ""}
    for name in sorted(names):
        runs = []  # [first, last, row]
        for opset in range(FIRST_OPSET, last_opset + 1):
            row = row_of(name, opset, cuda, cpu)
            if row and runs and runs[-1][1] == opset - 1 and runs[-1][2] == row:
                runs[-1][1] = opset
            elif row:
                runs.append([opset, opset, row])
        for first, last, row in runs:
            yield (name, first, last, *row)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("--version", required=True)
    parser.add_argument("--date", required=True)
    parser.add_argument("--last-opset", type=int, required=True)
    here = Path(__file__).resolve().parent.parent / "src/onnx/export/cuda_operators.csv"
    parser.add_argument("-o", "--output", type=Path, default=here)
    options = parser.parse_args()
    document = (options.source / "docs/OperatorKernels.md").read_text()
    cuda, cpu = kernels(document, "CUDAExecutionProvider"), kernels(document, "CPUExecutionProvider")
    lines = [f"version,{options.version}", f"date,{options.date}", f"last_opset,{options.last_opset}",
             "domain,operator,first_opset,last_opset,kind,inputs,outputs,types"]
    # The NumPy-like Constant needs no kernel: it is folded into the network's weights.
    lines.append(f",Constant,{FIRST_OPSET},{options.last_opset},kernel,,,")
    for row in onnx_rows(cuda[""], cpu[""], options.last_opset):
        if row[0] != "Constant":
            lines.append("," + ",".join(str(cell) for cell in row))
    for name in sorted(cuda["com.microsoft"]):
        lines.append(f"com.microsoft,{name},1,1,kernel,,,")
    options.output.write_text("\n".join(lines) + "\n")
    print(f"{options.output}: {len(lines)} lines")


if __name__ == "__main__":
    main()

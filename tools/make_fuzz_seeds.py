#!/usr/bin/env python3
"""Write what the fuzzers begin with: small inputs that reach most of the code.

    python3 tools/make_fuzz_seeds.py FOLDER

makes FOLDER/fuzz_onnx, FOLDER/fuzz_image and FOLDER/fuzz_npy_csv_json_xml. Networks come from the official node tests (onnx
package, as tools/run_onnx_node_tests.py reads them), each as it is and, where its first input is floating, behind a picture, so
that gradients flow through it; and from tests/data/networks, with large weights written as ConstantOfShape. Pictures and arrays
come from tests/data/image. docs/fuzzing.md describes how the corpora of the repository are made from these.
"""
import argparse
import hashlib
import pathlib
import shutil

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import run_onnx_node_tests as node_tests

MOST_BYTES = 2048
DATA = pathlib.Path(__file__).resolve().parent.parent / "tests" / "data"
PICTURE = (1, 3, 4, 4)

# The first byte chooses the reader, as in tests/fuzz/fuzz_npy_csv_json_xml.cpp.
NPY, LABELS, TRUTH, ANNOTATION, LISTS, SIDECAR = range(6)
TEXTS = [
    (LABELS, "cat\ndog\n"), (LABELS, "n02007558 flamingo\nn02123045 tabby, tabby cat\n"),
    (LABELS, 'index,wnid,name\n0,n02007558,flamingo\n1,n02123045,"tabby, ""tiger"" cat"\n'), (LABELS, "index,name\n1,b\n0,a\n"),
    (TRUTH, "file,wnid,x0,y0,x1,y1\na.jpg,n02007558,0,0,10,10.5\na.jpg,n02007558,1e1,2,30,40\n"),
    (TRUTH, "file,class_index,width,height,box,x0,y0,x1,y1\nb.png,130,64,48,1,0,0,10,10\nb.png,130,64,48,2,5,5,64,48\n"),
    (ANNOTATION, "<annotation><filename>a</filename><size><width>50</width><height>40</height></size><object>"
                 "<name>n02007558</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>30</xmax><ymax>39</ymax></bndbox></object>"
                 "</annotation>"),
    (LISTS, "ILSVRC2012_val_00000001 1\nILSVRC2012_val_00000002.JPEG 2\n"), (LISTS, "n02119789 1 kit_fox\nn02100735 2 setter\n"),
    (LISTS, "1\n2\n3\n"),
    (SIDECAR, '{"labels": "/a/labels.txt", "preprocessing": {"preset": "caffe", "resize": 256, "crop": 224}}'),
    (SIDECAR, '{"preprocessing": {"scale": 0.0039, "mean": [0.4, 0.5, 0.6], "std": 0.2, "channel_order": "BGR"}, "networks": '
              '[{"name": "resnet152", "preprocessing": {"mean": 127.5}}], "aliases": ["a", "b\\u00e9"], "top1": 7e1, "bytes": 4}'),
]


def behind_picture(case):
    """The case's nodes with everything but the first input constant, fed with a picture and read as scores."""
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    graph = model.graph
    if not case.data_sets or not graph.node or not graph.input:
        return None
    arrays = [node_tests.to_array(value) if node_tests.is_plain(value) else None for value in case.data_sets[0][0]]
    first = arrays[0] if arrays else None
    if first is None or first.dtype not in (np.float32, np.float64) or not 0 < first.size <= 48 * 4 or any(a is None for a in arrays):
        return None
    for info, array in list(zip(graph.input, arrays))[1:]:
        tensor = numpy_helper.from_array(array, info.name)
        tensor.data_type = info.type.tensor_type.elem_type
        graph.initializer.append(tensor)
    name, result = graph.input[0].name, graph.output[0].name
    del graph.input[:]
    side = int(np.ceil(np.sqrt(first.size / PICTURE[1])))
    graph.input.append(helper.make_tensor_value_info("picture", TensorProto.FLOAT, (1, PICTURE[1], side, side)))
    lists = {"fz_starts": [0], "fz_ends": [first.size], "fz_axes": [1], "fz_shape": list(first.shape), "fz_scores": [1, -1]}
    for key, values in lists.items():
        graph.initializer.append(numpy_helper.from_array(np.array(values, np.int64), key))
    before = [helper.make_node("Flatten", ["picture"], ["fz_flat"]),
              helper.make_node("Slice", ["fz_flat", "fz_starts", "fz_ends", "fz_axes"], ["fz_cut"]),
              helper.make_node("Reshape", ["fz_cut", "fz_shape"], [name])]
    nodes = before + list(graph.node) + [helper.make_node("Reshape", [result, "fz_scores"], ["scores"])]
    del graph.node[:]
    graph.node.extend(nodes)
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info("scores", TensorProto.FLOAT, None))
    return model if model.opset_import[0].version >= 10 else None


def as_it_is(case):
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    if case.data_sets:
        node_tests.make_constants(model, [node_tests.to_array(v) if node_tests.is_plain(v) else v for v in case.data_sets[0][0]])
    return model


def thin(model):
    """Weights of more than 8 elements as ConstantOfShape: the same structure in a few bytes."""
    graph, nodes = model.graph, []
    for tensor in list(graph.initializer):
        if np.prod(tensor.dims) > 8 and tensor.data_type == TensorProto.FLOAT:
            graph.initializer.remove(tensor)
            shape = numpy_helper.from_array(np.array(tensor.dims, np.int64), tensor.name + "_s")
            graph.initializer.append(shape)
            nodes.append(helper.make_node("ConstantOfShape", [shape.name], [tensor.name],
                                          value=numpy_helper.from_array(np.array([0.1], np.float32))))
    old = list(graph.node)
    del graph.node[:]
    graph.node.extend(nodes + old)
    del graph.value_info[:]
    for node in graph.node:
        node.doc_string = ""
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    folder = parser.parse_args().folder
    folders = {name: folder / name for name in ("fuzz_onnx", "fuzz_image", "fuzz_npy_csv_json_xml")}
    for path in folders.values():
        path.mkdir(parents=True, exist_ok=True)

    def write(fuzzer, content):
        (folders[fuzzer] / hashlib.sha1(content).hexdigest()).write_bytes(content)

    for case in node_tests.collect():
        for make in (as_it_is, behind_picture):
            try:
                model = make(case)
            except Exception:                # values that fovea has no use for: sequences, texts
                continue
            if model is not None and model.ByteSize() <= MOST_BYTES:
                write("fuzz_onnx", model.SerializeToString())
    for path in sorted((DATA / "networks").glob("*.onnx")):
        write("fuzz_onnx", thin(onnx.load(path)).SerializeToString())
    for path in sorted(path for name in ("image", "bmp_webp", "tiff") for path in (DATA / name).iterdir()):
        if path.suffix == ".npy" and path.name.startswith("array_"):
            write("fuzz_npy_csv_json_xml", bytes([NPY]) + path.read_bytes())
        elif path.suffix in (".png", ".jpg", ".webp", ".tif", ".tiff", ".bmp", ".pbm", ".pgm", ".ppm", ".gif"):
            shutil.copy(path, folders["fuzz_image"])
    for reader, text in TEXTS:
        write("fuzz_npy_csv_json_xml", bytes([reader]) + text.encode())


if __name__ == "__main__":
    main()

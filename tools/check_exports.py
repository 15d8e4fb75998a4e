#!/usr/bin/env python3
"""Checks exported explanations of many networks: validity, results in ONNX Runtime, operators, and what a GPU runs of them.

    python3 -m venv venv && venv/bin/pip install onnx onnxruntime
    venv/bin/python tools/check_exports.py build/FOVEA NETWORK.onnx... [--methods gradient lrp] [--opsets 13 17] [--markdown]

For each network, method and operator set: `fovea export explanation` writes a file, whose form the package onnx checks, with the
shapes of every value; ONNX Runtime runs it on the CPU on noise, at `--class input` and at the best guess. Its results must be equal
to rounding to those of `fovea gradient` (gradient, deconvnet, guided), and of the same file written in the other operator sets.
`fovea export check` says which nodes the GPU would not run. Prints a line for each network and method, and with --markdown the
table of operators of docs/export.md. Exit code 1 if anything differs.
"""
import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime

RULES = ("gradient", "deconvnet", "guided")  # those that `fovea gradient` knows
METHODS = ("gradient", "gradient-x-input", "deconvnet", "guided", "lrp", "lrp-epsilon", "lrp-alpha-beta", "excitation")
SIDE = 64  # of pictures whose size the network leaves open
TOLERANCE = 1e-4


def run(*command):
    """Standard output of a command and its exit code."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    return done.stdout, done.stderr.strip(), done.returncode


def difference(found, expected):
    size = np.abs(expected).max()
    return float(np.abs(found - expected).max() / size) if size > 0 else float(np.abs(found).max())


class Network:
    def __init__(self, fovea, path, folder):
        self.fovea, self.path, self.folder = fovea, path, folder
        self.name = os.path.splitext(os.path.basename(path))[0]

    def export(self, method, opset, *options):
        """The path of the written file and what `--check` says of it; None and the reason where it cannot be written."""
        target = os.path.join(self.folder, "explained.onnx")
        command = [self.fovea, "export", "explanation", self.path, "--method", method, "--map", "gradient", "--opset", opset]
        for size in ([], ["--size", SIDE]):
            out, error, _ = run(*command, *size, *options, "--check", "--json", "-o", target, "--force", "--quiet")
            if out:
                return target, json.loads(out)
        return None, error

    def explain(self, file, label):
        session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
        feeds = {}
        for port in session.get_inputs():
            if port.name == "class":
                feeds["class"] = np.full(port.shape, label, np.int64)
            elif self.picture is None or list(self.picture.shape) != list(port.shape):
                self.picture = np.random.default_rng(0).uniform(-1, 1, port.shape).astype(np.float32)
            if port.name != "class":
                feeds[port.name] = self.picture
        return session.run(["scores", "gradient"], feeds)

    picture = None

    def reference(self, rule, label):
        x, g = os.path.join(self.folder, "x.npy"), os.path.join(self.folder, "g.npy")
        np.save(x, self.picture)
        _, error, code = run(self.fovea, "gradient", self.path, "--input", x, "--class", label, "--rule", rule, "-o", g, "--force")
        if code:
            raise RuntimeError(error)
        return np.load(g)


def check(network, method, opsets):
    """(problems, operators of the newest set, nodes without a GPU) of one network and method; a text where it cannot be written."""
    problems, first, operators, gaps = [], None, {}, []
    for opset in opsets:
        file, said = network.export(method, opset, "--class", "input")
        if file is None:
            return said
        model = onnx.load(file)
        onnx.checker.check_model(model, full_check=True)
        operators = collections.Counter(node.op_type for node in model.graph.node)
        gaps = [node for node in said["nodes"] if not node["on_gpu"]]
        _, map_of_class = network.explain(file, 1)
        if first is None:
            first = map_of_class
            if method in RULES:
                off = difference(map_of_class, network.reference(method, 1))
                if not off <= TOLERANCE:
                    problems.append("differs from fovea gradient by %.1e" % off)
        off = difference(map_of_class, first)
        if not off <= TOLERANCE:
            problems.append("opset %d differs by %.1e" % (opset, off))
    # The best guess, in the newest operator set.
    top, _ = network.export(method, opsets[-1])
    scores, map_of_top = network.explain(top, None)
    best = scores.reshape(len(scores), -1).argmax(1)
    if len(best) == 1:
        file, _ = network.export(method, opsets[-1], "--class", "input")
        off = difference(map_of_top, network.explain(file, int(best[0]))[1])
        if not off <= TOLERANCE:
            problems.append("the map of the best guess differs by %.1e" % off)
    return problems, operators, gaps


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fovea")
    parser.add_argument("networks", nargs="+")
    parser.add_argument("--methods", nargs="+", default=METHODS)
    parser.add_argument("--opsets", nargs="+", type=int, default=[13, 14, 15, 16, 17])
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    onnxruntime.set_default_logger_severity(3)
    used, networks_of, failed, refused, left = collections.Counter(), collections.defaultdict(set), 0, 0, collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        for path in options.networks:
            network = Network(options.fovea, path, folder)
            for method in options.methods:
                outcome = check(network, method, options.opsets)
                if isinstance(outcome, str):
                    refused += 1
                    print("%-28s %-16s not written: %s" % (network.name, method, outcome.splitlines()[-1][:100]), flush=True)
                    continue
                problems, operators, gaps = outcome
                failed += len(problems)
                used.update(operators)
                for operator in operators:
                    networks_of[operator].add(network.name)
                left.update("%s: %s" % (node["operator"], node["reason"]) for node in gaps)
                print("%-28s %-16s %5d nodes, %3d not on a GPU%s" % (network.name, method, sum(operators.values()), len(gaps),
                                                                 "".join("; " + problem for problem in problems)), flush=True)
    print("\n%d problems, %d not written; not on a GPU: %s" % (failed, refused, dict(left) or "none"))
    if options.markdown:
        print("\n| operator | nodes | networks |\n|---|---|---|")
        for operator, count in used.most_common():
            print("| %s | %d | %d |" % (operator, count, len(networks_of[operator])))
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()

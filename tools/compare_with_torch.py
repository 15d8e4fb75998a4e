#!/usr/bin/env python3
"""Compare fovea's scores and input gradients with PyTorch in float64.

    python3 tools/compare_with_torch.py build/release/fovea
    python3 tools/compare_with_torch.py build/release/fovea --only plain dense --precision f64 --tolerance 1e-6

Every network of tests/data/networks against the references stored there; PyTorch itself is not needed. For whole
networks of torchvision see zoo_check.py. For each network and ReLU rule the program is called as a user would:

    fovea forward  MODEL --input X.npy -o Y.npy
    fovea gradient MODEL --input X.npy --class K --rule RULE -o G.npy

and the relative L2 errors ||found - expected|| / ||expected|| are printed. The exit code is 1 if a call fails or an
error is above --tolerance.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
NETWORKS = os.path.join(HERE, "..", "tests", "data", "networks")
RULES = ("gradient", "deconvnet", "guided")


def relative_error(found, expected):
    if found.shape != expected.shape or not np.isfinite(found).all():
        return float("inf")
    return float(np.linalg.norm(found.astype(np.float64) - expected) / max(np.linalg.norm(expected), 1e-300))


def call(command, result):
    """The array the command wrote, or its diagnostics."""
    if os.path.exists(result):
        os.remove(result)
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0 or not os.path.exists(result):
        lines = done.stderr.strip().splitlines()
        return None, lines[-1] if lines else "exit code %d, nothing written" % done.returncode
    return np.load(result), None


def stored(folder, only):
    """(name, model, input file, target, {scores and rules: expected})"""
    with open(os.path.join(folder, "index.json")) as f:
        index = json.load(f)
    unknown = set(only or []) - {entry["name"] for entry in index}
    if unknown:
        sys.exit("no such network: %s" % ", ".join(sorted(unknown)))
    for entry in index:
        if only and entry["name"] not in only:
            continue
        base = os.path.join(folder, entry["name"])
        expected = {key: np.load("%s.%s.npy" % (base, key)) for key in ("scores",) + RULES}
        yield entry["name"], os.path.join(folder, entry["onnx"]), base + ".input.npy", entry["target"], expected


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fovea", help="the program")
    parser.add_argument("--networks", default=NETWORKS, help="folder with index.json")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these of the stored networks")
    parser.add_argument("--precision", choices=["f32", "f64"], help="handed to fovea gradient")
    parser.add_argument("--tolerance", type=float, default=1e-4)
    args = parser.parse_args()

    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        networks = stored(args.networks, args.only)
        print("%-20s %10s %10s %10s %10s" % (("network", "scores") + RULES))
        for name, model, picture, target, expected in networks:
            cells, notes = [], []
            for what in ("scores",) + RULES:
                result = os.path.join(folder, "result.npy")
                if what == "scores":
                    command = [args.fovea, "forward", model, "--input", picture, "-o", result]
                else:
                    command = [args.fovea, "gradient", model, "--input", picture, "--class", str(target)]
                    command += ["--rule", what]
                    command += (["--precision", args.precision] if args.precision else []) + ["-o", result]
                found, message = call(command, result)
                if message:
                    cells.append("failed")
                    notes.append("%s: %s" % (what, message))
                    continue
                if found.shape != expected[what].shape:
                    notes.append("%s: shape %s, expected %s" % (what, found.shape, expected[what].shape))
                error = relative_error(found, expected[what])
                if what == "scores" and error > args.tolerance and found.shape == expected[what].shape:
                    error = min(error, after_softmax(found, expected[what]))
                cells.append("%.1e%s" % (error, "" if error <= args.tolerance else " !"))
                failed += not error <= args.tolerance
            failed += cells.count("failed")
            print("%-20s %10s %10s %10s %10s" % (name, *cells), flush=True)
            for note in dict.fromkeys(notes):
                print("    " + note)
    print("%d above %g or failed" % (failed, args.tolerance) if failed else "all within %g" % args.tolerance)
    return 1 if failed else 0


def after_softmax(found, scores):
    """The error of an output that kept its final Softmax or LogSoftmax, which `fovea forward` may run and the
    references leave out."""
    shifted = scores - scores.max(1, keepdims=True)
    log = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
    return min(relative_error(found, log), relative_error(found, np.exp(log)))


if __name__ == "__main__":
    sys.exit(main())

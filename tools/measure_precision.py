#!/usr/bin/env python3
"""Measures how close saliency maps of reduced precision are to those in float32, on a real network and real photos.

    /usr/bin/python3 tools/measure_precision.py build/release/fovea PHOTOS... -- -m MODEL --preprocess torchvision

What stands behind `--` goes to `fovea saliency`. For each precision the maps of all photos are made with the class that
float32 takes for the best guess. Printed are, over the photos, the median and the worst Spearman rank correlation of the
map (one value a pixel) with the float32 map, the median relative L2 difference of the signed gradient, and on how many
photos the best guess is another.
"""
import argparse
import json
import subprocess
import sys
import tempfile

import numpy as np


def ranks(values):
    """Ranks with ties averaged."""
    flat = values.ravel()
    _, inverse, counts = np.unique(flat, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return ((ends - counts + ends - 1) / 2.0)[inverse]


def spearman(a, b):
    a, b = ranks(a), ranks(b)
    a, b = a - a.mean(), b - b.mean()
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))


def maps(fovea, photo, options, extra):
    """(index of the class, map, signed gradient) of one photo."""
    with tempfile.TemporaryDirectory() as folder:
        command = [fovea, "saliency", photo, "--json", "-o", folder] + options + extra
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            sys.exit("%s: %s" % (" ".join(command), done.stderr.strip()))
        answer, = json.loads(done.stdout)
        return answer["class"]["index"], np.load(answer["files"]["raw_map"]), np.load(answer["files"]["gradient"])


def main():
    arguments = sys.argv[1:]
    split = arguments.index("--") if "--" in arguments else len(arguments)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fovea")
    parser.add_argument("photos", nargs="+")
    parser.add_argument("--precisions", default="bf16,mixed")
    args = parser.parse_args(arguments[:split])
    options = arguments[split + 1:]
    results = {precision: [] for precision in args.precisions.split(",")}
    for photo in args.photos:
        chosen, exact, exact_gradient = maps(args.fovea, photo, options, ["--precision", "f32"])
        for precision, rows in results.items():
            own, found, gradient = maps(args.fovea, photo, options, ["--precision", precision])
            if own != chosen:
                _, found, gradient = maps(args.fovea, photo, options,
                                          ["--precision", precision, "--class", str(chosen)])
            difference = np.linalg.norm(gradient - exact_gradient) / max(np.linalg.norm(exact_gradient), 1e-30)
            rows.append((spearman(found, exact), float(difference), own != chosen))
    print("%-8s %28s %26s %16s" % ("", "rank correlation of maps", "difference of gradients", "other best guess"))
    print("%-8s %14s %13s %26s" % ("", "median", "worst", "median"))
    for precision, rows in results.items():
        correlations = [row[0] for row in rows]
        print("%-8s %14.4f %13.4f %26.4f %9d of %d" % (precision, np.median(correlations), min(correlations),
                                                        np.median([row[1] for row in rows]),
                                                        sum(row[2] for row in rows), len(rows)))


if __name__ == "__main__":
    main()

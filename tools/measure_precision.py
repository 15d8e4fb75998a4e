#!/usr/bin/env python3
"""How near saliency maps of reduced precision come to those in float32, on a real network and real photos.

    /usr/bin/python3 tools/measure_precision.py build/release/fovea PHOTOS... -- -m MODEL --preprocess torchvision

What stands behind `--` goes to `fovea saliency`. For each precision the maps of all photos are made with the class that
float32 takes for the best guess. Printed are, over the photos, the median and the worst Spearman rank correlation of the
map (one value a pixel) with the float32 map, the median relative L2 difference of the signed gradient, and on how many
photos the best guess is another.
"""
import argparse
import json
import os
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


def maps(fovea, photo, options, folder, extra):
    """(best class or None, map, signed gradient) of one photo."""
    command = [fovea, "saliency", photo, "--json", "-o", folder] + options + extra
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit("%s: %s" % (" ".join(command), done.stderr.strip()))
    names = sorted(os.listdir(folder))
    gradient = next(name for name in names if name.endswith("gradient.npy") or name.endswith("signed.npy"))
    saliency = next(name for name in names if name.endswith(".npy") and name != gradient)
    return json.loads(done.stdout), np.load(os.path.join(folder, saliency)), np.load(os.path.join(folder, gradient))


def best_class(answer):
    rows = answer if isinstance(answer, list) else [answer]
    text = json.dumps(rows[0])
    for key in ("index", "class_index", "class"):
        found = find(rows[0], key)
        if isinstance(found, int):
            return found
    sys.exit("no class index in %s" % text[:200])


def find(value, key):
    if isinstance(value, dict):
        if key in value:
            return value[key]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            found = find(item, key)
            if found is not None:
                return found
    return None


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
        with tempfile.TemporaryDirectory() as folder:
            answer, exact, exact_gradient = maps(args.fovea, photo, options, folder, ["--precision", "f32"])
        chosen = best_class(answer)
        for precision, rows in results.items():
            with tempfile.TemporaryDirectory() as folder:
                _, found, gradient = maps(args.fovea, photo, options, folder,
                                          ["--precision", precision, "--class", str(chosen)])
            with tempfile.TemporaryDirectory() as folder:
                own, _, _ = maps(args.fovea, photo, options, folder, ["--precision", precision])
            difference = np.linalg.norm(gradient - exact_gradient) / max(np.linalg.norm(exact_gradient), 1e-30)
            rows.append((spearman(found, exact), float(difference), best_class(own) != chosen))
    print("%-8s %28s %26s %16s" % ("", "rank correlation of maps", "difference of gradients", "other best guess"))
    print("%-8s %14s %13s %26s" % ("", "median", "worst", "median"))
    for precision, rows in results.items():
        correlations = [row[0] for row in rows]
        print("%-8s %14.4f %13.4f %26.4f %9d of %d" % (precision, np.median(correlations), min(correlations),
                                                        np.median([row[1] for row in rows]),
                                                        sum(row[2] for row in rows), len(rows)))


if __name__ == "__main__":
    main()

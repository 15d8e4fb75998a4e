#!/usr/bin/env python3
"""Compare masks of `fovea localize` with masks of the truth, and with OpenCV's grabCut from the same seeds.

    python3 tools/measure_masks.py build/release/fovea masks.csv FOLDER --strokes STROKES
    python3 tools/measure_masks.py build/release/fovea masks.csv FOLDER -m network.onnx --preprocess caffe

masks.csv has the columns `file`, `mask` and `class_index`; FOLDER holds `images/` and `masks/` (PNG, 0 and 255). With `--strokes`,
seeds are the pictures of STROKES, named as the masks are (tools/make_strokes.py draws them). Without it they come from the map of
class_index by the network, and all further arguments go to `fovea localize`; pictures without a class are left out. Rows are sets of
options: one cut and several, with a star and without, then grabCut after 1, 3 and 5 iterations, its unknown pixels called
probable background and probable foreground.

Prints the mean IoU of the masks with its 95 % interval by bootstrap over pictures, the mean of the two halves (even and odd rows of the
table), and the difference to the best row of grabCut, picture by picture. `--save FILE` writes all IoUs.
"""
import argparse
import csv
import os
import subprocess
import sys
import tempfile

import cv2
import numpy as np

FOVEA = (
    ("one cut", ("--cuts", "1", "--no-star")),
    ("five cuts", ("--cuts", "5", "--no-star")),
    ("one cut, star", ("--cuts", "1", "--star")),
    ("five cuts, star", ("--cuts", "5", "--star")),
)
ITERATIONS = (1, 3, 5)


def iou(mask, truth):
    return (mask & truth).sum() / max((mask | truth).sum(), 1)


def run_fovea(program, photo, arguments, out):
    command = [program, "localize", photo, "-o", out, *arguments]
    done = subprocess.run(command, stdout=subprocess.DEVNULL)
    if done.returncode != 0:
        sys.exit("%s: exit code %d" % (" ".join(command), done.returncode))
    base = os.path.join(out, os.path.splitext(os.path.basename(photo))[0])
    return cv2.imread(base + "-mask.png", cv2.IMREAD_GRAYSCALE) > 127


def grab_cuts(photo, foreground, background, unknown):
    """Masks after each number of ITERATIONS."""
    picture = cv2.imread(photo)
    labels = np.full(picture.shape[:2], unknown, np.uint8)
    labels[foreground], labels[background] = cv2.GC_FGD, cv2.GC_BGD
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)
    for i in range(1, max(ITERATIONS) + 1):
        cv2.grabCut(picture, labels, None, *models, 1, cv2.GC_INIT_WITH_MASK if i == 1 else cv2.GC_EVAL)
        if i in ITERATIONS:
            yield i, (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)


def measure(row, arguments, rest, out):
    photo = os.path.join(arguments.folder, "images", row["file"])
    truth = cv2.imread(os.path.join(arguments.folder, "masks", row["mask"]), cv2.IMREAD_GRAYSCALE) > 127
    if arguments.strokes:
        strokes = os.path.join(arguments.strokes, row["mask"])
        common = ["--strokes", strokes, *rest]
        picture = cv2.imread(strokes).astype(int)
        near = lambda colour: (abs(picture - colour) <= 60).all(2)
        foreground, background = near((0, 0, 255)), near((255, 0, 0))
    else:
        common = ["--class", row["class_index"], *rest]
        run_fovea(arguments.program, photo, [*common, "--stages"], out)
        base = os.path.join(out, os.path.splitext(os.path.basename(photo))[0])
        seeds = cv2.imread(base + "-seeds.png", cv2.IMREAD_GRAYSCALE)
        seeds = cv2.resize(seeds, truth.shape[::-1], interpolation=cv2.INTER_NEAREST)
        foreground, background = seeds == 255, seeds == 0
    found = {"fovea, as it is": iou(run_fovea(arguments.program, photo, common, out), truth)}
    for name, options in FOVEA:
        found["fovea, " + name] = iou(run_fovea(arguments.program, photo, [*common, *options], out), truth)
    for name, unknown in (("background", cv2.GC_PR_BGD), ("foreground", cv2.GC_PR_FGD)):
        for count, mask in grab_cuts(photo, foreground, background, unknown):
            found["grabCut, probable %s, %d" % (name, count)] = iou(mask, truth)
    return found


def interval(values, dice):
    means = values[dice.integers(len(values), size=(10000, len(values)))].mean(1)
    return np.percentile(means, (2.5, 97.5))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("table")
    parser.add_argument("folder")
    parser.add_argument("--strokes")
    parser.add_argument("--save")
    arguments, rest = parser.parse_known_args()
    cv2.setNumThreads(1)
    with open(arguments.table, newline="") as f:
        rows = [row for row in csv.DictReader(f) if arguments.strokes or row["class_index"]]
    results = []
    with tempfile.TemporaryDirectory() as out:
        for row in rows:
            results.append(measure(row, arguments, rest, out))
            print("\r%d of %d" % (len(results), len(rows)), end="", file=sys.stderr)
    print(file=sys.stderr)
    table = {name: np.array([found[name] for found in results]) for name in results[0]}
    if arguments.save:
        with open(arguments.save, "w", newline="") as f:
            writer = csv.writer(f)
            writer.writerow(["file", *table])
            writer.writerows([row["file"], *("%.4f" % found[name] for name in table)] for row, found in zip(rows, results))
    best = max((name for name in table if name.startswith("grabCut")), key=lambda name: table[name].mean())
    print("%d pictures; mean IoU in %%, its 95 %% interval; halves; difference to '%s'" % (len(rows), best))
    for name, values in table.items():
        dice = np.random.default_rng(0)
        low, high = 100 * interval(values, dice)
        apart = 100 * (values - table[best])
        less, more = interval(apart, dice)
        print("%-34s %5.1f  %5.1f..%5.1f   %5.1f %5.1f   %+5.1f  %+5.1f..%+5.1f" %
              (name, 100 * values.mean(), low, high, 100 * values[::2].mean(), 100 * values[1::2].mean(),
               apart.mean(), less, more))


main()

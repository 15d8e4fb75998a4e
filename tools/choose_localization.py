#!/usr/bin/env python3
"""Measure sets of options of `fovea localize` on pictures with known boxes, and choose among them by cross-validation.

    python3 tools/choose_localization.py build/release/fovea IMAGES TRUTH OUT SETS... \\
        -- -m network.onnx --preprocess caffe -- -m another.onnx --preprocess tf

SETS are names of SETTINGS below:

    parts        the default, and the default with one part of it left out or changed: what each part buys
    grid         neighbours of the default: what is chosen among
    steps        from the map of gradient and guided back-propagation to the default, step by step
    thresholds   the default's map above a threshold, without a cut: quantiles, and multiples of the self-weighted mean
    gradient     the ten-crop gradient's map above quantiles, without a cut

What stands behind each `--` is a network, and goes to every `fovea evaluate localization IMAGES --truth TRUTH --guesses 0`, which finds
the box of the true class. Each setting has a folder in OUT for each network; what is finished there is not done again. Needs nothing but
Python.

Printed for each set and network: the share of images whose box has an IoU of at least 0.3, 0.5, 0.7 with a known box, and the mean of the
three, with the difference to the default at 0.5 and its 95 % interval (bootstrap over images). Then, where there is something to choose,
one setting is chosen for all networks, by the mean of their shares: the share that is right when each class's setting is the best one on all
other classes, and when each tenth of the images, drawn at random twenty times, gets the best one of the other nine tenths. The first number
is of the criterion "accuracy at 0.5", the second of "mean of the three". Nothing that was tried may be missing from a set, or its
cross-validated numbers are too good.
"""
import argparse
import csv
import itertools
import os
import random
import subprocess
import sys

LEVELS = (0.3, 0.5, 0.7)
DEFAULT = "default"
# A threshold is a cut that nothing but the map decides: every pixel is a seed, or colours and neighbours weigh nothing.
MAP_ALONE = "--colour-weight 0 --smoothness 0"
BLURS = (0, 0.025, 0.05, 0.1)


def parts():
    yield DEFAULT, ""
    yield "the mask's box alone", "--box-level 0"
    yield "the map's box alone, above 0.75", MAP_ALONE + " --box-level 0"
    yield "maps of gradient and guided", "--method product"
    yield "LayerCAM of the last layer", "--method layer-cam"
    yield "no prior", "--prior 0"
    yield "no colours", "--colour-weight 0"
    yield "no neighbours", "--smoothness 0"
    yield "no mirror image", "--crops whole"
    yield "no blur", "--smoothing 0"
    yield "twice the blur", "--smoothing 0.04"
    yield "largest component", "--box largest"
    yield "the paper's preset", "--preset paper"
    yield "star", "--star"
    yield "five cuts", "--cuts 5"
    yield "ten crops", "--crops 10"


def grid():
    for level, box_level in itertools.product((0.65, 0.75, 0.8), (0.9, 1, 1.1)):
        yield "level %g, box above %g" % (level, box_level), "--level %g --box-level %g" % (level, box_level)


def steps():
    yield DEFAULT, ""
    before = "--level 0.65 --box-level 0 --smoothing"
    yield "gradient and guided, the mask's box", "--method product %s 0.025" % before
    yield "fused LayerCAM, the mask's box", "%s 0.02" % before
    yield "fused LayerCAM, the mean of two boxes", "--level 0.65"


def thresholds():
    for blur in BLURS:
        for quantile in range(50, 90, 5):
            yield ("blur %g, %d %%" % (blur, quantile),
                   "--prior 0 --quantiles %d,%d --smoothing %g" % (quantile, quantile, blur))
        for level in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0):
            yield "blur %g, level %g" % (blur, level), "--level %g --smoothing %g %s" % (level, blur, MAP_ALONE)


def gradient():
    for blur in BLURS:
        for quantile in (55, 65, 75):
            yield ("blur %g, %d %%" % (blur, quantile),
                   "--method gradient --crops 10 --prior 0 --quantiles %d,%d --smoothing %g" % (quantile, quantile, blur))


SETTINGS = {f.__name__: f for f in (parts, grid, steps, thresholds, gradient)}


def folder_of(out, options):
    return os.path.join(out, options.replace("--", "").replace(" ", "_").replace(",", "-") or DEFAULT)


def evaluate(args, options):
    """{image: (class, IoUs of all networks)} of one setting."""
    found = {}
    for k, network in enumerate(args.networks):
        folder = folder_of(os.path.join(args.out, str(k)), options)
        command = [args.fovea, "evaluate", "localization", args.images, "--truth", args.truth, "--guesses", "0", "--resume", "-o",
                   folder, *options.split(), *network]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            sys.exit("%s: %s" % (" ".join(command), done.stderr.strip()))
        with open(os.path.join(folder, "images.csv"), newline="") as f:
            for row in csv.DictReader(f):
                found.setdefault(row["image"], (row["class"], []))[1].append(float(row["known_overlap"]))
    return found


def scores(found, images, networks):
    """Shares at LEVELS, then their mean, over all these networks."""
    overlaps = [found[image][1][k] for image in images for k in networks]
    shares = [sum(overlap >= level for overlap in overlaps) / len(overlaps) for level in LEVELS]
    return shares + [sum(shares) / len(shares)]


def interval(found, base, images, k):
    """Bootstrap over images of the difference at 0.5 for network k."""
    dice = random.Random(0)
    apart = [(found[i][1][k] >= 0.5) - (base[i][1][k] >= 0.5) for i in images]
    means = sorted(sum(dice.choices(apart, k=len(apart))) / len(apart) for _ in range(2000))
    return means[49], means[1949]


def cross_validated(table, folds, criterion, networks):
    """For each network its scores over all folds, each with the setting that is best on the others for all networks."""
    hits = [[0.0] * 4 for _ in networks]
    images = [image for fold in folds for image in fold]
    for fold in folds:
        held = set(fold)
        rest = [image for image in images if image not in held]
        best = max(table.values(), key=lambda found: scores(found, rest, networks)[criterion])
        for k in networks:
            hits[k] = [h + len(fold) * s / len(images) for h, s in zip(hits[k], scores(best, fold, [k]))]
    return hits


def report_choice(table, images, networks):
    any_setting = next(iter(table.values()))
    by_class = {}
    for image in images:
        by_class.setdefault(any_setting[image][0], []).append(image)
    for name, criterion in (("accuracy at 0.5", 1), ("mean of the three", 3)):
        ways = {}
        if len(by_class) > 1:
            ways["one class out"] = [list(by_class.values())]
        tenths = ways["one tenth out"] = []
        for seed in range(20):
            mixed = list(images)
            random.Random(seed).shuffle(mixed)
            tenths.append([mixed[k::10] for k in range(10)])
        for way, all_folds in ways.items():
            repeats = [cross_validated(table, folds, criterion, networks) for folds in all_folds]
            for k in networks:
                print("chosen by %s, %s, network %d:   %s" % (name, way, k + 1, numbers(
                    [sum(r) / len(r) for r in zip(*(repeat[k] for repeat in repeats))])))


def numbers(values):
    return "  ".join("%5.1f" % (100 * value) for value in values)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fovea")
    parser.add_argument("images")
    parser.add_argument("truth")
    parser.add_argument("out")
    parser.add_argument("sets", nargs="+", choices=list(SETTINGS))
    parts_of_line = [[]]
    for word in sys.argv[1:]:
        if word == "--":
            parts_of_line.append([])
        else:
            parts_of_line[-1].append(word)
    args = parser.parse_args(parts_of_line[0])
    args.networks = parts_of_line[1:] or [[]]
    networks = range(len(args.networks))

    base = evaluate(args, "")
    images = sorted(base)
    for name in args.sets:
        settings = list(SETTINGS[name]())
        table = {}
        for i, (setting, options) in enumerate(settings):
            print("\r%s: %d of %d" % (name, i, len(settings)), end="", file=sys.stderr)
            table[setting] = evaluate(args, options)
        for k in networks:
            print("\r%-44s   0.3    0.5    0.7   mean    at 0.5, against the default" % (
                "%s, %d images, network %d" % (name, len(images), k + 1)))
            for setting, found in table.items():
                low, high = interval(found, base, images, k)
                own, usual = scores(found, images, [k]), scores(base, images, [k])
                print("%-44s %s   %+5.1f  %+5.1f..%+5.1f" % (
                    setting, numbers(own), 100 * (own[1] - usual[1]), 100 * low, 100 * high))
        if name not in ("parts", "steps"):
            report_choice(table, images, networks)


main()

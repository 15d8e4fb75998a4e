#!/usr/bin/env python3
"""Measure sets of options of `fovea localize` on pictures with known boxes, and choose among them by cross-validation.

    python3 tools/choose_localization.py build/release/fovea IMAGES TRUTH OUT SETS... -- -m network.onnx --preprocess caffe

SETS are names of SETTINGS below:

    parts        the default, and the default with one part of it left out or changed: what each part buys
    grid         neighbours of the default: what is chosen among
    thresholds   the default's map above a threshold, without a cut: quantiles, and multiples of the self-weighted mean
    gradient     the ten-crop gradient's map above quantiles, without a cut

What stands behind `--` goes to every `fovea evaluate localization IMAGES --truth TRUTH --guesses 0`, which finds the box of the true
class. Each setting has a folder in OUT; what is finished there is not done again. Needs nothing but Python.

Printed for each set: the share of images whose box has an IoU of at least 0.3, 0.5, 0.7 with a known box, and the mean of the three,
with the difference to the default at 0.5 and its 95 % interval (bootstrap over images). Then, where there is something to choose: the
share that is right when each class's setting is the best one on all other classes, and when each tenth of the images, drawn at random
twenty times, gets the best one of the other nine tenths. The first number is of the criterion "accuracy at 0.5", the second of "mean of
the three". Nothing that was tried may be missing from a set, or its cross-validated numbers are too good.
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
    yield "the paper's preset", "--preset paper"
    yield "no prior", "--prior 0"
    yield "no colours", "--colour-weight 0"
    yield "no neighbours", "--smoothness 0"
    yield "colours and neighbours as without a prior", "--colour-weight 1 --smoothness 50"
    yield "map alone", MAP_ALONE
    yield "gradient alone", "--method gradient"
    yield "guided alone", "--method guided"
    yield "no mirror image", "--crops whole"
    yield "ten crops", "--crops 10"
    yield "no blur", "--smoothing 0"
    yield "twice the blur", "--smoothing 0.05"
    yield "star", "--star"
    yield "five cuts", "--cuts 5"
    yield "largest component", "--box largest"


def grid():
    for level, smoothness, colours in itertools.product((0.55, 0.65, 0.75), (10, 15, 25), (0.1, 0.2, 0.4)):
        yield ("level %g, smoothness %g, colours %g" % (level, smoothness, colours),
               "--level %g --smoothness %g --colour-weight %g" % (level, smoothness, colours))


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


SETTINGS = {f.__name__: f for f in (parts, grid, thresholds, gradient)}


def folder_of(out, options):
    return os.path.join(out, options.replace("--", "").replace(" ", "_").replace(",", "-") or DEFAULT)


def evaluate(args, options):
    """{image: (class, IoU)} of one setting."""
    folder = folder_of(args.out, options)
    command = [args.fovea, "evaluate", "localization", args.images, "--truth", args.truth, "--guesses", "0", "--resume", "-o",
               folder, *options.split(), *args.rest]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit("%s: %s" % (" ".join(command), done.stderr.strip()))
    with open(os.path.join(folder, "images.csv"), newline="") as f:
        return {row["image"]: (row["class"], float(row["known_overlap"])) for row in csv.DictReader(f)}


def share(found, images, level):
    return sum(found[image][1] >= level for image in images) / len(images)


def scores(found, images):
    """Shares at LEVELS, then their mean."""
    shares = [share(found, images, level) for level in LEVELS]
    return shares + [sum(shares) / len(shares)]


def interval(found, base, images):
    """Bootstrap over images of the difference at 0.5."""
    dice = random.Random(0)
    apart = [(found[i][1] >= 0.5) - (base[i][1] >= 0.5) for i in images]
    means = sorted(sum(dice.choices(apart, k=len(apart))) / len(apart) for _ in range(2000))
    return means[49], means[1949]


def cross_validated(table, folds, criterion):
    """Scores over all folds, each with the setting that is best on the others."""
    hits, total = [0.0] * 4, 0
    images = [image for fold in folds for image in fold]
    for fold in folds:
        held = set(fold)
        rest = [image for image in images if image not in held]
        best = max(table.values(), key=lambda found: scores(found, rest)[criterion])
        hits = [h + len(fold) * s for h, s in zip(hits, scores(best, fold))]
        total += len(fold)
    return [h / total for h in hits]


def report_choice(table, images):
    any_setting = next(iter(table.values()))
    by_class = {}
    for image in images:
        by_class.setdefault(any_setting[image][0], []).append(image)
    for name, criterion in (("accuracy at 0.5", 1), ("mean of the three", 3)):
        if len(by_class) > 1:
            print("chosen by %s, one class out:     %s" % (name, numbers(
                cross_validated(table, list(by_class.values()), criterion))))
        repeats = []
        for seed in range(20):
            mixed = list(images)
            random.Random(seed).shuffle(mixed)
            repeats.append(cross_validated(table, [mixed[k::10] for k in range(10)], criterion))
        print("chosen by %s, one tenth out:     %s" % (name, numbers([sum(r) / len(r) for r in zip(*repeats)])))


def numbers(values):
    return "  ".join("%5.1f" % (100 * value) for value in values)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fovea")
    parser.add_argument("images")
    parser.add_argument("truth")
    parser.add_argument("out")
    parser.add_argument("sets", nargs="+", choices=list(SETTINGS))
    cut = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    args = parser.parse_args(sys.argv[1:cut])
    args.rest = sys.argv[cut + 1:]

    base = evaluate(args, "")
    images = sorted(base)
    for name in args.sets:
        settings = list(SETTINGS[name]())
        table = {}
        for i, (setting, options) in enumerate(settings):
            print("\r%s: %d of %d" % (name, i, len(settings)), end="", file=sys.stderr)
            table[setting] = evaluate(args, options)
        print("\r%s, %d images\n%-44s   0.3    0.5    0.7   mean    at 0.5, against the default" % (name, len(images), ""))
        for setting, found in table.items():
            low, high = interval(found, base, images)
            print("%-44s %s   %+5.1f  %+5.1f..%+5.1f" % (
                setting, numbers(scores(found, images)), 100 * (share(found, images, 0.5) - share(base, images, 0.5)),
                100 * low, 100 * high))
        if name != "parts":
            report_choice(table, images)


main()

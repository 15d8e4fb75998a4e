#!/usr/bin/env python3
"""Draw brush strokes that a hurried user might make, from masks of the truth.

    python3 tools/make_strokes.py masks.csv FOLDER_OF_MASKS OUT [--seed N]

Writes a picture for each row of masks.csv (column `mask`, a PNG of 0 and 255): white, with three red strokes on the object and
four blue ones on the background, as `fovea localize --strokes` reads them. A stroke starts anywhere at some distance from
the outline, wanders, turns away from the outline, and ends after about a third of the square root of its side's area. Each
picture's strokes depend on its name and on the seed alone.
"""
import argparse
import csv
import os
import zlib

import cv2
import numpy as np

OBJECT, BACKGROUND = (0, 0, 255), (255, 0, 0)  # blue, green, red


def wander(inside, dice, radius):
    """Points of one stroke on pixels where `inside` is true; the brush stays off the outline where there is room."""
    room = cv2.distanceTransform(np.pad(inside.astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    least = min(radius + 2.0, 0.6 * room.max())
    starts = np.argwhere(room >= max(least, 0.35 * room.max()))
    y, x = starts[dice.integers(len(starts))].astype(float)
    angle = dice.uniform(0, 2 * np.pi)
    points = [(x, y)]
    for _ in range(int(np.sqrt(inside.sum()) / 3)):
        for turn in dice.normal(0, 0.25, 1).tolist() + list(dice.uniform(-np.pi, np.pi, 8)):
            u, v = x + np.cos(angle + turn), y + np.sin(angle + turn)
            row, column = int(round(v)), int(round(u))
            if 0 <= row < inside.shape[0] and 0 <= column < inside.shape[1] and room[row, column] >= least:
                x, y, angle = u, v, angle + turn
                points.append((x, y))
                break
    return points


def strokes_for(mask, name, seed):
    dice = np.random.default_rng([seed, zlib.crc32(name.encode())])
    radius = max(2, round(max(mask.shape) / 130))
    picture = np.full((*mask.shape, 3), 255, np.uint8)
    for inside, colour, count in ((mask, OBJECT, 3), (~mask, BACKGROUND, 4)):
        for _ in range(count):
            brush = np.zeros(mask.shape, np.uint8)
            for x, y in wander(inside, dice, radius):
                cv2.circle(brush, (int(round(x)), int(round(y))), radius, 255, -1)
            picture[(brush > 0) & inside] = colour  # a hand as careful as the truth is
    return picture


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table")
    parser.add_argument("masks")
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    os.makedirs(arguments.out, exist_ok=True)
    with open(arguments.table, newline="") as f:
        for row in csv.DictReader(f):
            mask = cv2.imread(os.path.join(arguments.masks, row["mask"]), cv2.IMREAD_GRAYSCALE) > 127
            cv2.imwrite(os.path.join(arguments.out, row["mask"]), strokes_for(mask, row["mask"], arguments.seed))


main()

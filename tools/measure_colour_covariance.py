#!/usr/bin/env python3
"""Measures how red, green and blue go together in photos: kColourCovariance of src/explain/fourier_basis.hpp.

usage: measure_colour_covariance.py FOLDER

Every photo is brought to a short side of 224 pixels and counts the same, whatever its shape. Printed are the
mean colour (0..1), the deviations and the covariance scaled to a mean variance of 1.
"""

import pathlib
import sys

import numpy as np
from PIL import Image

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


def pixels(path):
    photo = Image.open(path).convert("RGB")
    scale = 224 / min(photo.size)
    size = [round(side * scale) for side in photo.size]
    return np.asarray(photo.resize(size, Image.BILINEAR), dtype=np.float64).reshape(-1, 3) / 255


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    photos = [p for p in sorted(pathlib.Path(sys.argv[1]).iterdir()) if p.suffix.lower() in SUFFIXES]
    if not photos:
        sys.exit(f"no photos in {sys.argv[1]}")
    mean, square = np.zeros(3), np.zeros((3, 3))
    for path in photos:
        x = pixels(path)
        mean += x.mean(0) / len(photos)
        square += x.T @ x / len(x) / len(photos)
    covariance = square - np.outer(mean, mean)
    print(f"{len(photos)} photos, mean {np.round(mean, 3)}, deviation {np.round(np.diag(covariance) ** 0.5, 3)}")
    print(np.round(covariance * 3 / np.trace(covariance), 3))


if __name__ == "__main__":
    main()

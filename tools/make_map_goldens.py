#!/usr/bin/python3
"""Writes tests/data/maps/comparison.csv: what SciPy and scikit-image say of two maps.

    /usr/bin/python3 tools/make_map_goldens.py

The maps are made by a formula that also stands in tests/evaluate/map_statistics_test.cpp. Deterministic; needs
python3-numpy, python3-scipy and python3-skimage.
"""
import os

import numpy as np
from scipy.stats import spearmanr
from skimage.metrics import structural_similarity

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "data", "maps")


def pattern(height, width, seed, levels):
    """Whole numbers, negative ones too; few levels make many ties."""
    y, x = np.mgrid[0:height, 0:width].astype(np.int64)
    values = (x * x * 7 + y * 13 + x * y * (seed + 3) + seed * 50) // (seed + 4) % levels
    return (values - levels // 3).astype(np.float64)


def stretched(values):
    return (values - values.min()) / (values.max() - values.min())


def similarity(a, b):
    """The window of 11 x 11 of the paper: skimage's is as wide as truncate * sigma says, rounded."""
    value, _ = structural_similarity(stretched(a), stretched(b), data_range=1.0, gaussian_weights=True, sigma=1.5,
                                     use_sample_covariance=False, truncate=3.5, full=True)
    return value


def main():
    os.makedirs(FOLDER, exist_ok=True)
    with open(os.path.join(FOLDER, "comparison.csv"), "w", encoding="ascii") as out:
        out.write("height,width,seed_a,seed_b,levels,rank,rank_of_magnitudes,similarity,similarity_of_magnitudes\n")
        for height, width in [(11, 11), (12, 17), (31, 23), (40, 64)]:
            for seed_a, seed_b in [(0, 1), (1, 2), (3, 5)]:
                for levels in [3, 17, 251]:
                    a, b = pattern(height, width, seed_a, levels), pattern(height, width, seed_b, levels)
                    numbers = [spearmanr(a.ravel(), b.ravel())[0], spearmanr(np.abs(a).ravel(), np.abs(b).ravel())[0],
                               similarity(a, b), similarity(np.abs(a), np.abs(b))]
                    out.write(",".join(map(str, [height, width, seed_a, seed_b, levels])) + "," +
                              ",".join(f"{number:.12g}" for number in numbers) + "\n")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Writes tests/data/maps/measures.csv: what Quantus and Captum say of a map, for tests/evaluate/measures_against_test.cpp.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install quantus==0.6.0 captum
    /tmp/peers/bin/python tools/make_measure_goldens.py

Picture, map and network are made of the random numbers of src/base/random.hpp, which stand here again, as do the
random squares, sets and noise, so that both sides measure the same. Deterministic.
"""
import os
import warnings

import numpy as np
import quantus
import torch
from captum.metrics import infidelity
from quantus.functions.complexity_func import discrete_entropy

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "data", "maps", "measures.csv")
if not hasattr(np, "trapz"):  # NumPy 2.4 has its new name alone, which Quantus 0.6 does not know
    np.trapz = np.trapezoid

SIDE = 12
PIXELS = SIDE * SIDE
MASK = (1 << 64) - 1


class Random:
    def __init__(self, seed):
        self.state = seed

    def bits(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
        return z ^ z >> 31

    def uniform(self):
        return (self.bits() >> 11) * 2.0 ** -53

    def below(self, count):
        refused = (1 << 64) % count
        drawn = self.bits()
        while drawn < refused:
            drawn = self.bits()
        return drawn % count

    def draw_to_front(self, items, count):
        for i in range(count):
            j = i + self.below(len(items) - i)
            items[i], items[j] = items[j], items[i]


def values(seed, low):
    random = Random(seed)
    return np.array([low + (1 - low) * random.uniform() for _ in range(PIXELS)], np.float32).reshape(SIDE, SIDE)


PICTURE, WEIGHTS, MAP = values(1, -1.0), values(2, -1.0), values(3, 0.0)
OBJECT = np.zeros((SIDE, SIDE), bool)
OBJECT[2:7, 3:9] = True
LABELS = np.add.outer(np.arange(SIDE) // 4 * 4, np.arange(SIDE) // 3)


class Network(torch.nn.Module):
    """Scores (w . x, 0): the probability of class 0 is the logistic function of w . x."""

    def forward(self, x):
        first = (x.double() * torch.tensor(WEIGHTS).double()).sum(dim=(1, 2, 3))
        return torch.stack([first, torch.zeros_like(first)], dim=1)


def probability(x):
    return torch.softmax(Network()(x), dim=1)[:, 0]


def squares_of(picture):
    return picture.astype(np.float64) ** 2


def noise_of(seed, samples, radius):
    """The noisy pictures of fovea's StabilityOptions, one after another."""
    random = Random(seed)
    bound = radius * (float(PICTURE.max()) - float(PICTURE.min()))
    for _ in range(samples):
        noise = np.array([bound * (2 * random.uniform() - 1) for _ in range(PIXELS)])
        yield PICTURE + noise.astype(np.float32).reshape(SIDE, SIDE)


def quantus_value(metric, **more):
    call = {"model": Network().eval(), "x_batch": PICTURE[None, None], "y_batch": np.array([0]), "a_batch": MAP[None, None],
            "device": "cpu", "channel_first": True}
    call.update(more)
    return metric(**call)[0]


def with_noise(metric_class, samples, radius, **options):
    noisy = noise_of(7, samples, radius)
    metric = metric_class(nr_samples=samples, perturb_func=lambda arr, indices, **_: next(noisy).reshape(1, -1),
                          disable_warnings=True, **options)
    return quantus_value(metric, a_batch=squares_of(PICTURE)[None, None],
                         explain_func=lambda model, inputs, targets, **_: squares_of(np.asarray(inputs)))


def flipping():
    metric = quantus.PixelFlipping(features_in_step=9, perturb_baseline=0.0, normalise=False, disable_warnings=True)
    return quantus_value(metric, softmax=True)


def irof():
    quantus.helpers.utils.get_superpixel_segments = lambda **_: LABELS
    metric = quantus.IROF(perturb_baseline=0.0, normalise=False, return_aggregate=False, disable_warnings=True)
    return quantus_value(metric, softmax=True)


def faithfulness_correlation():
    random, pixels = Random(5), list(range(PIXELS))

    def choose(_, size, replace):
        random.draw_to_front(pixels, size)
        return np.array(pixels[:size])

    before, np.random.choice = np.random.choice, choose
    try:
        metric = quantus.FaithfulnessCorrelation(nr_runs=40, subset_size=20, perturb_baseline=0.0, normalise=False,
                                                 return_aggregate=False, disable_warnings=True)
        return quantus_value(metric, softmax=True)
    finally:
        np.random.choice = before


def squares():
    """fovea's random squares of up to 6 pixels, as masks."""
    random, masks = Random(9), []
    for _ in range(30):
        side = 1 + random.below(6)
        top, left = random.below(SIDE - side + 1), random.below(SIDE - side + 1)
        mask = np.zeros((SIDE, SIDE), np.float32)
        mask[top:top + side, left:left + side] = 1
        masks.append(mask)
    return torch.tensor(np.stack(masks))[:, None]


def captum_infidelity(normalize):
    masks = squares()
    return infidelity(probability, lambda x: (masks, x * (1 - masks)), torch.tensor(PICTURE)[None, None],
                      torch.tensor(MAP)[None, None], n_perturb_samples=len(masks), normalize=normalize).item()


def main():
    warnings.simplefilter("ignore")
    curve = flipping()
    rows = {f"quantus_pixel_flipping_{i}": value for i, value in enumerate(curve)}
    rows["quantus_irof"] = irof()
    rows["quantus_faithfulness_correlation"] = faithfulness_correlation()
    rows["quantus_max_sensitivity"] = with_noise(quantus.MaxSensitivity, 6, 0.05)
    rows["quantus_relative_input_stability"] = with_noise(quantus.RelativeInputStability, 6, 0.001)
    rows["quantus_relative_output_stability"] = with_noise(quantus.RelativeOutputStability, 6, 0.001)
    for name, metric in [("mass", quantus.RelevanceMassAccuracy), ("rank", quantus.RelevanceRankAccuracy)]:
        rows[f"quantus_relevance_{name}_accuracy"] = quantus_value(
            metric(normalise=False, disable_warnings=True), s_batch=OBJECT[None, None])
    rows["quantus_discrete_entropy"] = discrete_entropy(MAP, PICTURE)
    rows["captum_infidelity"] = captum_infidelity(False)
    rows["captum_infidelity_normalized"] = captum_infidelity(True)
    with open(FILE, "w", encoding="ascii") as out:
        out.write("measure,value\n")
        for name, value in rows.items():
            out.write(f"{name},{float(value):.12g}\n")


if __name__ == "__main__":
    main()

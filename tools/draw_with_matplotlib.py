#!/usr/bin/env python3
"""draw_with_matplotlib.py FOVEA PHOTO OUTPUT [further options of fovea saliency]: draws the arrays that fovea writes of a photo
with matplotlib, as OUTPUT-matplotlib.png, and fovea's own figure of them as OUTPUT-fovea.png, for comparing the two by eye.

Needs matplotlib and Pillow."""

import json
import pathlib
import subprocess
import sys
import tempfile

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image, ImageOps


def main():
    fovea, photo, output, *options = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        command = [fovea, "saliency", photo, *options]
        written = subprocess.run([*command, "--json", "-o", folder], check=True, capture_output=True, text=True).stdout
        results = json.loads(written)
        maps = [np.load(result["files"]["raw_map"]) for result in results]
        subprocess.run([*command, "--force", "-o", output + "-fovea.png"], check=True, stdout=subprocess.DEVNULL)
    region = results[0]["region"]
    left, top = region["x"], region["y"]
    part = ImageOps.exif_transpose(Image.open(photo)).convert("RGB")
    part = part.crop((left, top, left + region["width"], top + region["height"]))
    extent = (0, region["width"], region["height"], 0)
    columns = 1 + 2 * len(maps)
    figure, axes = plt.subplots(1, columns, figsize=(3.6 * columns, 4.2), layout="constrained")
    axes[0].imshow(part)
    axes[0].set_title(pathlib.Path(photo).name)
    for i, (result, values) in enumerate(zip(results, maps)):
        white = np.percentile(values, 99)
        heat, both = axes[1 + 2 * i], axes[2 + 2 * i]
        image = heat.imshow(values, cmap="inferno", vmin=0, vmax=white, extent=extent, interpolation="nearest")
        heat.set_title(result["method"])
        figure.colorbar(image, ax=heat, orientation="horizontal", extend="max")
        both.imshow(part)
        both.imshow(
            values, cmap="inferno", vmin=0, vmax=white, extent=extent, alpha=0.75 * np.clip(values / white, 0, 1)
        )
        both.set_title("over the photo")
    for one in axes:
        one.set_axis_off()
    probability = results[0]["probability"]
    figure.suptitle("{}{}".format(results[0]["class"]["name"], "" if probability is None else ", {:.3g} %".format(100 * probability)))
    figure.savefig(output + "-matplotlib.png", dpi=100)


if __name__ == "__main__":
    main()

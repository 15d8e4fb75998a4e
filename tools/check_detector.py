#!/usr/bin/env python3
"""Compares the boxes of `fovea detect` with those of ONNX Runtime and a decoder of its own, and measures whether maps stay
on their boxes.

    python3 -m venv ~/peers && ~/peers/bin/pip install onnxruntime numpy opencv-python-headless pillow
    ~/peers/bin/python tools/check_detector.py build/release/fovea yolox.onnx PHOTOS... [--maps METHODS...]

For networks in YOLOX's form: [1,N,5+C], offsets from cells. The photo is letterboxed at the upper left, BGR, 0 to 255. A box
agrees if ONNX Runtime has one of the same class with an intersection over union of at least 0.99 and a score within 0.001. --maps prints, for photos with several boxes, the energy of each box's map inside it
over the largest energy of it inside another box.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import cv2
import numpy as np
import onnxruntime
from PIL import Image

GREY = 114


def letterbox(photo, height, width):
    """The network's input and the factor from the photo to it."""
    ratio = min(height / photo.shape[0], width / photo.shape[1])
    canvas = np.full((height, width, 3), GREY, np.float64)
    small = cv2.resize(photo, (int(photo.shape[1] * ratio), int(photo.shape[0] * ratio)), interpolation=cv2.INTER_LINEAR)
    canvas[:small.shape[0], :small.shape[1]] = small
    return canvas[:, :, ::-1].transpose(2, 0, 1)[None].astype(np.float32), ratio


def overlap(a, b):
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    common = max(width, 0) * max(height, 0)
    area = lambda box: (box[2] - box[0]) * (box[3] - box[1])
    return common / (area(a) + area(b) - common) if common else 0


def boxes_of(output, height, width, ratio, photo, least=0.25, most_overlap=0.45):
    """[(class, score, box)], best first."""
    candidates, first = [], 0
    for stride in (8, 16, 32):
        for row in range(height // stride):
            for column in range(width // stride):
                x, y, w, h, objectness, *classes = output[first]
                first += 1
                best = int(np.argmax(classes))
                score = float(objectness * classes[best])
                if score < least:
                    continue
                x, y, w, h = (x + column) * stride, (y + row) * stride, np.exp(w) * stride, np.exp(h) * stride
                box = np.array([x - w / 2, y - h / 2, x + w / 2, y + h / 2]) / ratio
                candidates.append((best, score, box))
    kept = []
    for one in sorted(candidates, key=lambda candidate: -candidate[1]):
        if all(one[0] != other[0] or overlap(one[2], other[2]) <= most_overlap for other in kept):
            kept.append(one)
    edges = np.array([photo.shape[1], photo.shape[0]] * 2)
    return [(best, score, np.clip(box, 0, edges)) for best, score, box in kept]


def corners(detection):
    return np.array([detection["box"][key] for key in ("x0", "y0", "x1", "y1")])


def energy_ratios(fovea, model, path, found, method, folder):
    """For each box, the energy (sum of squares) of its map inside it over the largest inside another."""
    said = subprocess.run([fovea, "saliency", path, "-m", model, "--detection", "all", "--method", method, "-o", folder,
                           "--force", "--json", "-q"], check=True, capture_output=True, text=True)
    maps = {entry["detection"]["number"]: np.load(entry["files"]["raw_map"]) for entry in json.loads(said.stdout)}
    width, height = Image.open(path).size
    ratios = []
    for detection in found:
        values = maps[detection["number"]].astype(np.float64) ** 2

        def energy(box):
            x0, y0, x1, y1 = box * np.array([values.shape[1] / width, values.shape[0] / height] * 2)
            return values[int(round(y0)):int(round(y1)), int(round(x0)):int(round(x1))].sum()

        others = [energy(corners(other)) for other in found if other is not detection]
        ratios.append(energy(corners(detection)) / max(max(others), 1e-300))
    return ratios


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fovea")
    parser.add_argument("model")
    parser.add_argument("photos", nargs="+")
    parser.add_argument("--maps", nargs="+", default=[], metavar="METHOD")
    arguments = parser.parse_args()
    session = onnxruntime.InferenceSession(arguments.model, providers=["CPUExecutionProvider"])
    picture = session.get_inputs()[0]
    height, width = picture.shape[2:]
    said = subprocess.run([arguments.fovea, "detect", "-m", arguments.model, "--json", "-q", *arguments.photos],
                          check=True, capture_output=True, text=True)
    total = agreed = 0
    for entry in json.loads(said.stdout):
        photo = np.asarray(Image.open(entry["image"]).convert("RGB"))
        values, ratio = letterbox(photo, height, width)
        expected = boxes_of(session.run(None, {picture.name: values})[0][0], height, width, ratio, photo)
        found = entry["detections"]
        total += max(len(expected), len(found))
        for detection in found:
            same = [overlap(corners(detection), box) for best, score, box in expected
                    if best == detection["class"]["index"] and abs(score - detection["score"]) < 0.001]
            agreed += max(same, default=0) >= 0.99
        print("{}: {}".format(os.path.basename(entry["image"]),
                              ", ".join("{} {:.3f}".format(d["class"]["index"], d["score"]) for d in found) or "nothing"))
        print("    onnxruntime: {}".format(", ".join("{} {:.3f}".format(c, s) for c, s, _ in expected) or "nothing"))
        if arguments.maps and len(found) > 1:
            for method in arguments.maps:
                with tempfile.TemporaryDirectory() as folder:
                    ratios = energy_ratios(arguments.fovea, arguments.model, entry["image"], found, method, folder)
                print("    {}: energy in the own box over the largest in another: {}".format(
                    method, ", ".join("{:.1f}".format(ratio) for ratio in ratios)))
    print("{} of {} boxes agree".format(agreed, total))
    sys.exit(int(agreed != total))


if __name__ == "__main__":
    main()

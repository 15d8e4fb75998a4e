#!/usr/bin/env python3
"""Measure the top-1 and top-5 accuracy of `fovea classify` on a folder of labelled pictures.

    python3 tools/measure_accuracy.py build/release/fovea truth.csv pictures/ -m network.onnx --preprocess caffe

truth.csv has the columns `file` and `class_index` (a picture listed several times counts once). Everything behind the
folder goes to `fovea classify` as it is. A picture that cannot be read stops the measurement.
"""
import csv
import json
import os
import subprocess
import sys

CHUNK = 500  # pictures to a call, to stay below the length of a command line


def classify(program, paths, arguments):
    command = [program, "classify", "--json", "--top", "5", *arguments, *paths]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(done.returncode)
    return [[guess["index"] for guess in entry["predictions"]] for entry in json.loads(done.stdout)]


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    program, truth_file, folder, arguments = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
    with open(truth_file, newline="") as f:
        truth = {row["file"]: int(row["class_index"]) for row in csv.DictReader(f)}
    files = sorted(truth)
    guesses = []
    for begin in range(0, len(files), CHUNK):
        guesses += classify(program, [os.path.join(folder, name) for name in files[begin:begin + CHUNK]], arguments)
    first = sum(guess[0] == truth[name] for name, guess in zip(files, guesses))
    five = sum(truth[name] in guess for name, guess in zip(files, guesses))
    print("%d pictures: top-1 %.1f %%, top-5 %.1f %%" % (len(files), 100 * first / len(files), 100 * five / len(files)))


main()

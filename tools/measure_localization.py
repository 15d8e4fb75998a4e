#!/usr/bin/env python3
"""Measure how often the box of `fovea localize` fits, the class being given (GT-known).

    python3 tools/measure_localization.py build/release/fovea boxes.csv pictures/ -m network.onnx --preprocess caffe

boxes.csv has the columns `file`, `class_index`, `x0`, `y0`, `x1`, `y1`, one row a box, right and bottom exclusive, in the
picture's pixels, and `width`, `height`. Everything behind the folder goes to `fovea localize` as it is. Prints the share of
pictures whose box has an IoU of at least 0.3, 0.5 and 0.7 with a box of the truth, for the two halves of the pictures too
(even and odd in the order of names), beside the whole picture and the best centred box of one size. `--boxes FILE` as the
first argument behind the folder writes the boxes found.
"""
import collections
import csv
import subprocess
import sys
import tempfile
import os

LEVELS = (0.3, 0.5, 0.7)


def overlap(a, b):
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    if wide <= 0 or high <= 0:
        return 0.0
    both = wide * high
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def best_overlap(box, truth):
    return max(overlap(box, other) for other in truth) if box else 0.0


def localize(program, folder, by_class, arguments):
    found = {}
    with tempfile.TemporaryDirectory() as out:
        for label, files in sorted(by_class.items()):
            paths = [os.path.join(folder, name) for name in files]
            command = [program, "localize", *paths, "--csv", "--class", str(label), "-o", out, *arguments]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
            if done.returncode not in (0, 1):  # 1: some picture has no box, which counts as a miss
                sys.exit(done.returncode)
            for row in csv.DictReader(done.stdout.splitlines()):
                if row["x0"]:
                    found[os.path.basename(row["image"])] = [float(row[k]) for k in ("x0", "y0", "x1", "y1")]
    return found


def report(name, overlaps):
    shares = lambda values: " ".join("%5.1f" % (100 * sum(v >= level for v in values) / len(values)) for level in LEVELS)
    print("%-16s %s   halves at 0.5: %s" % (name, shares(overlaps),
          " ".join("%.1f" % (100 * sum(v >= 0.5 for v in overlaps[i::2]) / len(overlaps[i::2])) for i in (0, 1))))


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    program, truth_file, folder, arguments = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
    boxes_file = arguments[1] if arguments[:1] == ["--boxes"] else None
    arguments = arguments[2:] if boxes_file else arguments
    truth, sizes, by_class = collections.defaultdict(list), {}, collections.defaultdict(list)
    with open(truth_file, newline="") as f:
        for row in csv.DictReader(f):
            if row["file"] not in truth:
                by_class[int(row["class_index"])].append(row["file"])
            truth[row["file"]].append([float(row[k]) for k in ("x0", "y0", "x1", "y1")])
            sizes[row["file"]] = (float(row["width"]), float(row["height"]))
    files = sorted(truth)

    def centred(across, down):
        for name in files:
            w, h = sizes[name]
            yield best_overlap([w * (1 - across) / 2, h * (1 - down) / 2, w * (1 + across) / 2, h * (1 + down) / 2],
                               truth[name])
    grid = [i / 50 for i in range(20, 51)]
    best = max(((a, d) for a in grid for d in grid), key=lambda s: sum(v >= 0.5 for v in centred(*s)))
    found = localize(program, folder, by_class, arguments)
    if boxes_file:
        with open(boxes_file, "w", newline="") as f:
            writer = csv.writer(f)
            writer.writerow(["file", "x0", "y0", "x1", "y1"])
            writer.writerows([name, *found[name]] for name in files if name in found)
    print("%d pictures, %% with IoU of at least %s" % (len(files), ", ".join(map(str, LEVELS))))
    report("whole picture", list(centred(1, 1)))
    report("box %.2f x %.2f" % best, list(centred(*best)))
    report("fovea localize", [best_overlap(found.get(name), truth[name]) for name in files])


main()

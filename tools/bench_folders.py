#!/usr/bin/env python3
"""Times whole folders beside the bare engine: how much of its rate is left when photos are read and maps are written.

    tools/bench_folders.py build/release/fovea MODEL.onnx PHOTO... [--count 200] [--rounds 3] [--threads N] [--] [OPTIONS of saliency]

The photos are linked into a folder under new names until there are --count of them; `fovea saliency FOLDER` explains them with
the default files. Its rate is (count - 1) photos by the difference of the times for the folder and for a single photo, so
that the start of the program does not count. The engine's rate is `fovea bench --batch 1`: the fastest and the median
iteration. The two are run in turns; the last line is the median of the ratios.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

from bench_rounds import Fovea, processor


def fill(folder, photos, count):
    for i in range(count):
        photo = photos[i % len(photos)]
        os.symlink(os.path.abspath(photo), os.path.join(folder, "%05d%s" % (i, os.path.splitext(photo)[1])))


def seconds_of(command):
    begin = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit("%s\n%s" % (" ".join(command), done.stderr.strip()))
    return time.perf_counter() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("fovea")
    parser.add_argument("model")
    parser.add_argument("photos", nargs="+")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    own, further = sys.argv[1:], []
    if "--" in own:
        own, further = own[:own.index("--")], own[own.index("--") + 1:]
    options = parser.parse_args(own)
    print(processor())
    engine = Fovea(options.fovea, options.model, 1, "f32", options.threads)
    with tempfile.TemporaryDirectory() as work:
        photos = os.path.join(work, "photos")
        os.mkdir(photos)
        fill(photos, options.photos, options.count)

        def saliency(what, name):
            return seconds_of([options.fovea, "saliency", what, "-m", options.model, "--threads", str(options.threads), "-o",
                               os.path.join(work, name)] + further)

        ratios = []
        for turn in range(options.rounds):
            one = saliency(options.photos[0], "one%d" % turn)
            every = saliency(photos, "all%d" % turn)
            rate = (options.count - 1) / (every - one)
            bare = engine.round(50)
            ratios.append(rate * bare["median"] / 1e3)
            print("folder %7.1f photos/s   engine %7.1f images/s by the median, %7.1f by the fastest   %3.0f %%"
                  % (rate, 1e3 / bare["median"], 1e3 / bare["min"], 100 * ratios[-1]), flush=True)
    print("%s: %.0f %% of the engine's rate" % (os.path.basename(options.model), 100 * statistics.median(ratios)))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Runs a command over many photos, and shows how fast it was and how much memory it had in each part of the run.

    tools/watch_run.py build/ci/fovea saliency photos.tar -m net.onnx --workers 2 -o maps.tar

Reads resident memory and threads from /proc, and the number of photos from the journal, once a second; then prints a table
with a row for each part of the run. Needs -o, and Linux.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import time


def journal_of(command):
    """Where a run without shards notes each photo."""
    names = [i for i, word in enumerate(command) if word in ("-o", "--output")]
    if not names:
        sys.exit("watch_run.py: the command has no -o")
    output = pathlib.Path(command[names[-1] + 1])
    return output.with_suffix(".journal") if output.suffix == ".tar" else output / "journal"


class LineCounter:
    """The number of lines of a file that grows."""

    def __init__(self, path):
        self.path, self.file, self.lines = path, None, 0

    def update(self):
        if self.file is None and self.path.exists():
            self.file = open(self.path, "rb")
        while self.file and (block := self.file.read(1 << 20)):
            self.lines += block.count(b"\n")
        return self.lines


def memory_of(process):
    """(resident MiB, threads), or None after the end."""
    try:
        status = pathlib.Path("/proc", str(process), "status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024, int(re.search(r"Threads:\s+(\d+)", status)[1])
    except (OSError, TypeError):
        return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--parts", type=int, default=10, metavar="N", help="of the run, in the table (default: 10)")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="fovea VERB ... -o OUTPUT")
    arguments = parser.parse_args()
    journal = journal_of(arguments.command)
    if journal.exists():
        sys.exit(f"{journal}: is of an earlier run")
    counter = LineCounter(journal)
    samples = []  # (seconds, photos, MiB, threads)
    run = subprocess.Popen(arguments.command)
    begin = time.monotonic()
    while run.poll() is None:
        time.sleep(1)
        memory = memory_of(run.pid)
        if memory and counter.update():
            samples.append((time.monotonic() - begin, counter.lines, *memory))
    if len(samples) < 2:
        sys.exit("watch_run.py: too short to be watched")

    print(f"{'photos':>19}  {'photos/s':>8}  {'MiB':>11}  threads")
    total, first = samples[-1][1], samples[0]
    for part in range(arguments.parts):
        rows = [row for row in samples if total * part / arguments.parts < row[1] <= total * (part + 1) / arguments.parts]
        if not rows or rows[-1][0] == first[0]:
            continue
        rate = (rows[-1][1] - first[1]) / (rows[-1][0] - first[0])
        sizes = f"{min(row[2] for row in rows):.1f}-{max(row[2] for row in rows):.1f}"
        print(f"{first[1]:>8} - {rows[-1][1]:>8}  {rate:>8.0f}  {sizes:>11}  {max(row[3] for row in rows):>7}")
        first = rows[-1]
    return run.returncode


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""launchers_test.py FOVEA SOURCE: maps and an evaluation of 300 photos by four processes of mpirun, one of which is killed
in the middle, are equal to those of one process."""

import functools
import signal
import subprocess
import sys

import support


def mpirun(*arguments):
    command = ["mpirun", "-n", "4", "--oversubscribe", "--allow-run-as-root", "--bind-to", "none"]
    return subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def outcome(process):
    output = process.communicate(timeout=support.LONGEST_WAIT)[0]
    return process.returncode, output


def test(work):
    options = ["--shard", "auto", "--resume", "--allow-failures", "--threads", "1", "--no-progress"]
    maps = [work.fovea, *work.saliency, "-o", "maps.tar", *options]

    # Rank 1, which has shard 2, is killed in the middle, whereupon mpirun ends all others.
    first = mpirun(*maps)
    find = functools.partial(support.processes, OMPI_COMM_WORLD_RANK="1")
    support.stop_in_the_middle([(support.photos_of(2, 4), find, functools.partial(support.rows_in, "maps-2-of-4.journal"))])
    support.send(signal.SIGKILL, find())
    code, output = outcome(first)
    assert code != 0, output
    assert "4 shards: 4 done" not in work.check("status", "maps.tar")

    # The same line goes on.
    code, output = outcome(mpirun(*maps))
    assert code == 0 and "shard 2 of 4, by OMPI_COMM_WORLD_RANK=1" in output, output
    status = work.check("status", "maps.tar")
    assert "4 shards: 4 done" in status, status
    work.check("merge", "maps.tar", "-o", "maps.tar", "--allow-failures")
    work.expect_same_maps("maps")

    code, output = outcome(mpirun(work.fovea, *work.evaluation, "-o", "boxes", *options))
    assert code == 0, output
    work.check("merge", "boxes", "-o", "boxes", "--allow-failures")
    work.expect_same_evaluation("boxes")


def main():
    support.require("mpirun", "unshare", "mount")
    support.isolate(has_own_network=False)
    work = support.Work(*sys.argv[1:3])
    try:
        test(work)
    finally:
        work.remove()


if __name__ == "__main__":
    main()

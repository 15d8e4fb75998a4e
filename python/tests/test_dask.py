"""examples/distributed/dask_folder.py: photos by workers of Dask, one of which is killed in the middle."""

import io
import os
import pathlib
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest

import numpy as np

import fovea

from . import support

try:
    from distributed import LocalCluster
except ImportError:
    LocalCluster = None

SCRIPT = support.SOURCE / "examples" / "distributed" / "dask_folder.py"
NETWORK = support.SOURCE / "tests" / "data" / "networks" / "plain.onnx"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(pathlib.Path(fovea.__file__).parents[1])}
LIMIT = 240  # seconds, after which something hangs
PART = 96 * 512  # bytes of an archive, less than a pipe holds
ARCHIVES, PHOTOS_IN_ARCHIVE, PHOTOS_IN_FOLDER, PHOTOS_IN_SHARD = 5, 40, 100, 25


def photo(number):
    """The bytes of a small picture of its own."""
    y, x = np.mgrid[0:40, 0:48]
    planes = [np.sin(x / (3 + number % 7) + k) * np.cos(y / (2 + number % 11)) + np.sin(number * (k + 1)) for k in range(3)]
    return fovea.encode_png((63 * (np.stack(planes, axis=-1) + 2)).astype(np.uint8))


def add(archive, name, content):
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


def wait_for(condition, what):
    end = time.monotonic() + LIMIT
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("waited {} s for {}".format(LIMIT, what))
        time.sleep(0.05)


def contents(path):
    with tarfile.open(path) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive if member.isfile()}


@unittest.skipIf(LocalCluster is None, "needs python3-distributed")
class Dask(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = pathlib.Path(temporary.name)
        cls.archives = ["photos-{}.tar".format(i) for i in range(ARCHIVES)]
        number = 0
        for name in cls.archives:
            with tarfile.open(cls.folder / name, "w") as archive:
                for _ in range(PHOTOS_IN_ARCHIVE):
                    add(archive, "{:04}.cls".format(number), b"%d\n" % (number % 10))
                    add(archive, "{:04}.png".format(number), b"broken" if number == 17 else photo(number))
                    number += 1
        (cls.folder / "more").mkdir()
        for _ in range(PHOTOS_IN_FOLDER):
            (cls.folder / "more" / "{:04}.png".format(number)).write_bytes(photo(number))
            number += 1
        (cls.folder / "more" / "0250.json").write_text('{"label": 3}')
        cls.cluster = LocalCluster(2, threads_per_worker=1, dashboard_address=None, memory_limit=None, silence_logs=50)
        cls.addClassCleanup(cls.cluster.close)

    def command(self, output, *options):
        """Options may begin with further inputs."""
        script = [sys.executable, str(SCRIPT), *self.archives, "more", *options, "-m", str(NETWORK)]
        return script + ["--preprocess", "torchvision", "--photos-in-shard", str(PHOTOS_IN_SHARD), "-o", output]

    def run_script(self, output, *options, code=1):
        """One photo is broken: 1 is the exit code of a run that did everything."""
        done = subprocess.run(
            self.command(output, *options),
            cwd=self.folder,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def files(self, output):
        return {path.name: path.read_bytes() for path in (self.folder / output).iterdir()}

    def reader_of(self, path):
        """The process of the worker that has opened a file, or None."""
        for process in [worker.pid for worker in self.cluster.workers.values() if worker.pid]:
            for descriptor in pathlib.Path("/proc", str(process), "fd").glob("*"):
                try:
                    if os.readlink(descriptor) == str(path):
                        return process
                except OSError:  # closed meanwhile
                    pass
        return None

    def run_with_a_kill(self, output):
        """One archive is first a pipe, in which half of the archive comes: the worker that reads it is in the middle of its
        shard, until it is killed and the archive is there for the next one."""
        path = self.folder / self.archives[2]
        content = path.read_bytes()
        path.rename(path.with_suffix(".whole"))
        os.mkfifo(path)
        script = subprocess.Popen(
            self.command(output, "--scheduler", self.cluster.scheduler_address),
            cwd=self.folder,
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            pipe = os.open(path, os.O_RDWR)  # so that neither end waits for the other
            os.write(pipe, content[:PART])
            maps = self.folder / output
            wait_for(
                lambda: script.poll() is not None
                or any(unfinished.stat().st_size for unfinished in maps.glob(".00002.tar.*.partial")),
                "a worker that is in the middle of a shard",
            )
            self.assertIsNone(script.poll(), script.stdout.read() if script.poll() is not None else "")
            reader = self.reader_of(path)
            path.with_suffix(".whole").rename(path)
            os.kill(reader, signal.SIGKILL)
            printed, _ = script.communicate(timeout=LIMIT)
            os.close(pipe)
        finally:
            script.kill()
            script.communicate()
        self.assertEqual(script.returncode, 1, printed)
        self.assertIn("300 photos, 1 without a result", printed)

    def test_a_killed_worker_changes_nothing(self):
        self.run_with_a_kill("killed")
        self.run_script("one", "--processes", "1")
        self.assertEqual(self.files("killed"), self.files("one"))
        self.assertEqual(len(self.files("one")), 2 * (ARCHIVES + PHOTOS_IN_FOLDER // PHOTOS_IN_SHARD) + 2)

        # The table, and the maps, are those of the program.
        inputs = [*self.archives, "more"]
        command = [support.PROGRAM, "saliency", *inputs, "-m", str(NETWORK), "--preprocess", "torchvision", "-o", "maps.tar"]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=LIMIT, check=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(
            (self.folder / "one" / "results.csv").read_text(), (self.folder / "maps.results.csv").read_text()
        )
        theirs = contents(self.folder / "maps.tar")
        maps = 0
        for shard, name in enumerate([*self.archives, *[""] * (PHOTOS_IN_FOLDER // PHOTOS_IN_SHARD)]):
            found = contents(self.folder / "one" / "{:05}.tar".format(shard))
            prefix = name.replace(".tar", "/")
            self.assertEqual(found, {key: theirs[prefix + key] for key in found})
            maps += len(found)
        self.assertEqual(maps, 2 * 299)

        # What is missing is done, and nothing else.
        before = self.files("one")
        times = {path: path.stat().st_mtime_ns for path in (self.folder / "one").glob("0*")}
        for name in ("results.csv", "00001.csv", "00006.csv"):
            (self.folder / "one" / name).unlink()
        again = self.run_script("one", "--scheduler", self.cluster.scheduler_address)
        self.assertIn("2 of 2 shards", again.stderr)
        self.assertEqual(self.files("one"), before)
        changed = {path.name for path, time_ in times.items() if path.stat().st_mtime_ns != time_}
        self.assertEqual(changed, {"00001.csv", "00001.tar", "00006.csv", "00006.tar"})

        # Another run does not mix with it.
        refused = self.run_script("one", "--method", "grad-cam")
        self.assertIn("one: the earlier run had method 'gradient', this one has 'grad-cam'", refused.stderr)

    def test_a_shard_that_cannot_be_done_is_named(self):
        refused = self.run_script("none", "no-such.tar", "--scheduler", self.cluster.scheduler_address)
        self.assertIn("no-such.tar", refused.stderr)
        self.assertIn("1 of 10 shards are not done: the same command does them", refused.stderr)
        self.assertNotIn("results.csv", self.files("none"))


if __name__ == "__main__":
    unittest.main()

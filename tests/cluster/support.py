"""What the tests of launchers share: a machine of their own, photos, and results to compare."""

import csv
import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

PHOTOS = 300
SKIPPED = 77
LONGEST_WAIT = 120  # seconds, for anything


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def require(*programs):
    """Skips the test where a program is missing."""
    for program in programs:
        if shutil.which(program) is None:
            skip(f"{program} is not installed (tools/install-packages.sh cluster)")


def isolate(has_own_network):
    """Begins this script anew as the first process of a machine of its own, with its own processes, mounts and, if asked for,
    ports: whatever ends the script ends all that it has begun, and nothing else can take its ports."""
    if os.environ.get("FOVEA_TEST_IS_ISOLATED"):
        if has_own_network:
            loopback_up()
        return
    command = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--mount", *(["--net"] if has_own_network else [])]
    if subprocess.run([*command, "true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode:
        skip("this user may make no namespaces of processes, mounts and ports (root may)")
    os.environ["FOVEA_TEST_IS_ISOLATED"] = "1"
    os.execvp(command[0], [*command, sys.executable, *sys.argv])


def loopback_up():
    """Makes 127.0.0.1 work in a new namespace, and gives it a second address: with the first alone the C library takes the
    machine for one without a network, and resolves nothing."""
    set_address, get_flags, set_flags, up = 0x8916, 0x8913, 0x8914, 1  # SIOCSIFADDR and so on, of <net/if.h>
    with socket.socket() as any_socket:
        request = fcntl.ioctl(any_socket, get_flags, struct.pack("16sH22x", b"lo", 0))
        flags = struct.unpack("16sH22x", request)[1]
        fcntl.ioctl(any_socket, set_flags, struct.pack("16sH22x", b"lo", flags | up))
        address = struct.pack("=HH4s8x", socket.AF_INET, 0, socket.inet_aton("127.0.0.2"))
        fcntl.ioctl(any_socket, set_address, struct.pack("16s16s8x", b"lo:1", address))


def wait_until(condition, what):
    """The first value of `condition` that is true."""
    end = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.005)
    raise AssertionError(f"waited in vain: {what}")


def processes(**variables):
    """The numbers of the processes that have these environment variables."""
    wanted = {f"{name}={value}".encode() for name, value in variables.items()}
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            environment = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if wanted <= set(environment):
            found.append(int(entry.name))
    return found


def send(signal_number, processes_to_tell):
    for number in processes_to_tell:
        try:
            os.kill(number, signal_number)
        except ProcessLookupError:
            pass


def stop_in_the_middle(tasks):
    """Stops the processes of each task as soon as they have done some of their photos, but not all. `tasks`: for each its number
    of photos and two functions, which find its processes and count the photos that are done."""
    left = list(tasks)

    def stop():
        for task in list(left):
            photos, find_processes, count = task
            if count() >= 3 and (found := find_processes()):
                send(signal.SIGSTOP, found)
                assert count() < photos, "a process was done before it could be stopped"
                left.remove(task)
        return not left

    usual = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, 0, usual - 10)  # on a busy machine, too, this must be faster than what it watches
    wait_until(stop, "processes are in the middle of their shards")
    os.setpriority(os.PRIO_PROCESS, 0, usual)


def photos_of(shard, shards):
    return (PHOTOS - shard) // shards + 1


def png(number, side=32):
    """A picture whose pixels depend on the number."""
    rows = b""
    for y in range(side):
        rows += b"\0" + bytes((x * (number % 7 + 1) + 3 * channel * y + 11 * number) % 256 for x in range(side) for channel in range(3))

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Work:
    """A folder with photos, two of which are broken, and the results of single processes for them."""

    def __init__(self, fovea, source):
        self.fovea, self.folder = fovea, Path(tempfile.mkdtemp(prefix="fovea-cluster-"))
        # In memory, which is free again whatever ends this script.
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "none", self.folder], check=True)
        os.chdir(self.folder)
        Path("photos").mkdir()
        self.photos = [Path(f"photos/{number:03}.png") for number in range(PHOTOS)]
        for number, path in enumerate(self.photos):
            path.write_bytes(b"broken" if number in (17, 211) else png(number))
        Path("list.txt").write_text("".join(f"{path}\n" for path in self.photos))
        with open("truth.csv", "w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["file", "class_index", "x0", "y0", "x1", "y1"])
            rows.writerows([path.name, number % 5, 4, 6, 20 + number % 10, 28] for number, path in enumerate(self.photos))
        # A method that takes long enough for a process to be found in the middle of its shard.
        model = ["--method", "smoothgrad", "--samples", "25", "-m", str(Path(source) / "tests/data/networks/plain.onnx"), "--preprocess", "torchvision"]
        self.saliency = ["saliency", "--files", "list.txt", *model]
        self.evaluation = ["evaluate", "localization", "photos", "--truth", "truth.csv", "--guesses", "1", *model]
        assert self.run(*self.saliency, "-o", "whole.tar").returncode == 1, "two photos are broken"
        assert self.run(*self.evaluation, "-o", "whole").returncode == 1

    def remove(self):
        os.chdir("/")
        subprocess.run(["umount", "--lazy", self.folder], check=True)
        self.folder.rmdir()

    def run(self, *arguments, **options):
        return subprocess.run([self.fovea, *arguments], capture_output=True, text=True, check=False, timeout=LONGEST_WAIT, **options)

    def check(self, *arguments):
        """Runs fovea, which must succeed, and returns what it prints."""
        outcome = self.run(*arguments)
        assert outcome.returncode == 0, f"{arguments}: {outcome.returncode}: {outcome.stdout}{outcome.stderr}"
        return outcome.stdout

    @staticmethod
    def expect_same_maps(name):
        for ending in (".tar", ".results.csv"):
            assert Path(name + ending).read_bytes() == Path("whole" + ending).read_bytes(), f"{name}{ending} differs from a single process's"

    @staticmethod
    def expect_same_evaluation(folder):
        def rows(path):
            with open(path, newline="") as file:
                return [row[:-4] for row in csv.reader(file)]  # the last columns are times

        assert len(rows("whole/images.csv")) == PHOTOS + 1
        assert rows(f"{folder}/images.csv") == rows("whole/images.csv"), "rows differ from a single process's"
        assert Path(folder, "settings.json").read_bytes() == Path("whole/settings.json").read_bytes()


def rows_in(path):
    """The number of whole lines in a file that may not exist yet."""
    try:
        return Path(path).read_bytes().count(b"\n")
    except OSError:
        return 0

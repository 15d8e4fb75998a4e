#!/usr/bin/env python3
"""slurm_test.py FOVEA SOURCE: what `fovea submit slurm` submits to a Slurm of three nodes on this machine. Of seven tasks one
is killed, one loses its node, one is out of time and one finds its disk full; the merged results are equal to those of one
process. The same by `srun`."""

import functools
import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import support

TASKS = 7


class Slurm:
    """slurmctld and three slurmd, with munge, in a folder."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        (folder / "state").mkdir()
        key = folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        host = socket.gethostname()
        lines = {
            "ClusterName": "test",
            "SlurmctldHost": f"{host}(127.0.0.1)",
            "SlurmctldPort": free_port(),
            "SlurmUser": "root",
            "SlurmdUser": "root",
            "AuthType": "auth/munge",
            "CredType": "cred/munge",
            "AuthInfo": f"socket={folder}/munge.socket,cred_expire=5",  # which is how long a requeued job waits
            "StateSaveLocation": folder / "state",
            "SlurmdSpoolDir": f"{folder}/%n",
            "SlurmctldPidFile": folder / "slurmctld.pid",
            "SlurmdPidFile": f"{folder}/%n.pid",
            "SlurmctldLogFile": folder / "slurmctld.log",
            "SlurmdLogFile": f"{folder}/%n.log",
            "ProctrackType": "proctrack/linuxproc",
            "TaskPlugin": "task/none",
            "JobAcctGatherType": "jobacct_gather/none",
            "SelectType": "select/cons_tres",
            "SelectTypeParameters": "CR_Core",
            "SchedulerParameters": "sched_interval=1,sched_min_interval=0,bf_interval=1,batch_sched_delay=0",
            "MpiDefault": "none",
            "SwitchType": "switch/none",
            "ReturnToService": 2,
            "SlurmdTimeout": 60,
            "KillWait": 1,
        }
        text = "".join(f"{name}={value}\n" for name, value in lines.items())
        self.nodes = {}
        for number in (1, 2, 3):
            text += f"NodeName=n{number} NodeHostname={host} NodeAddr=127.0.0.1 Port={free_port()} CPUs=2 State=UNKNOWN\n"
        (folder / "slurm.conf").write_text(text + "PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP\n")
        os.environ["SLURM_CONF"] = str(folder / "slurm.conf")
        self.begin(
            "munged", "--foreground", "--key-file", key, "--socket", folder / "munge.socket", "--pid-file", folder / "munged.pid",
            "--log-file", folder / "munged.log", "--seed-file", folder / "munged.seed", name="munged",
        )  # fmt: skip
        support.wait_until((folder / "munge.socket").exists, "munged listens")
        self.begin("slurmctld", "-D", name="slurmctld")
        for number in (1, 2, 3):
            self.begin_node(f"n{number}")
        support.wait_until(self.is_idle, "all nodes are idle")

    def begin(self, *command, name):
        with open(self.folder / f"{name}.err", "a") as log:
            environment = {**os.environ, "FOVEA_TEST_NODE": name}
            return subprocess.Popen([*map(str, command)], stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment)

    def begin_node(self, name):
        self.nodes[name] = self.begin("slurmd", "-D", "-N", name, name=name)

    def lose_node(self, name):
        """What a power failure does: all that runs on the node is gone at once."""
        self.nodes[name].kill()
        self.nodes[name].wait()
        support.send(signal.SIGKILL, support.processes(FOVEA_TEST_NODE=name) + support.processes(SLURMD_NODENAME=name))
        # As a site's health checks do, long before Slurm notices by itself.
        run("scontrol", "update", f"NodeName={name}", "State=DOWN", "Reason=lost")

    def return_node(self, name):
        self.begin_node(name)
        run("scontrol", "update", f"NodeName={name}", "State=RESUME")

    @staticmethod
    def is_idle():
        sinfo = subprocess.run(["sinfo", "-h", "-o", "%N %T"], capture_output=True, text=True, check=False)
        return sinfo.stdout.strip() == "n[1-3] idle"  # not before slurmctld listens

    @staticmethod
    def states(job):
        """The state of each task of an array, by its number, or of another job, by its own."""
        lines = [line.split() for line in run("squeue", "-h", "-a", "-r", "-t", "all", "-j", job, "-o", "%i %T").splitlines()]
        return {int(name.split("_")[-1]): state for name, state in lines}


def free_port():
    with socket.socket() as any_socket:
        any_socket.bind(("127.0.0.1", 0))
        return any_socket.getsockname()[1]


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=support.LONGEST_WAIT).stdout


def processes_of(job, task):
    """The numbers of fovea's processes for a task."""
    fovea = os.path.realpath(sys.argv[1])
    numbers = support.processes(SLURM_ARRAY_JOB_ID=job, SLURM_ARRAY_TASK_ID=str(task))
    return [number for number in numbers if os.path.exists(f"/proc/{number}/exe") and os.readlink(f"/proc/{number}/exe") == fovea]


class Disk:
    """A small disk, on which one file of a shard's results lies."""

    def __init__(self, folder, kibibytes):
        self.folder = folder
        folder.mkdir()
        run("mount", "-t", "tmpfs", "-o", f"size={kibibytes}k", "none", str(folder))

    def holds(self, file):
        Path(file).parent.mkdir(exist_ok=True)
        os.symlink(self.folder / Path(file).name, file)

    def enlarge(self):
        run("mount", "-o", "remount,size=64m", str(self.folder))


def submit(work, verb, output):
    """The numbers of the array and of the merging job."""
    text = work.check("submit", "slurm", "--tasks", str(TASKS), "--time", "10", "--", *verb, "-o", output)
    return re.search(r"job array (\d+) of 7 tasks, and job (\d+), which merges them", text).groups()


def test_array(work, slurm, verb, output, rows_file, full_file, kibibytes):
    """`rows_file` has a row for each photo of a shard that is done, `full_file` of shard 3 lies on a disk of so many
    KiB, which becomes full."""
    disk = Disk(work.folder / f"disk-of-{output}", kibibytes)
    disk.holds(full_file)
    array, merge = submit(work, verb, output)
    support.stop_in_the_middle(
        (
            support.photos_of(shard, TASKS),
            functools.partial(processes_of, array, shard - 1),
            functools.partial(support.rows_in, rows_file.format(shard)),
        )
        for shard in (2, 4, 6)
    )
    status = json.loads(work.check("status", output, "--json"))[0]
    assert status["shards"]["of"] == TASKS and status["shards"]["running"] >= 3, status

    # The task of shard 2 is killed, that of shard 4 is told that its time is over, and shard 6 loses its node.
    support.send(signal.SIGKILL, processes_of(array, 1))
    run("scancel", "--batch", "--signal=USR1", f"{array}_3")
    support.send(signal.SIGCONT, processes_of(array, 3))
    support.wait_until(lambda: "exit code 75: back into the queue" in log_of(output, array, 3), "shard 4 ends between two photos")
    node = run("squeue", "-h", "-j", f"{array}_5", "-o", "%N").strip()
    slurm.lose_node(node)
    slurm.return_node(node)
    states = support.wait_until(lambda: done_states(slurm, array), "all tasks have ended")
    assert states == {task: "FAILED" if task == 2 else "COMPLETED" for task in range(TASKS)}, states
    support.wait_until(lambda: slurm.states(merge)[int(merge)] == "CANCELLED", "a failed task cancels the merge")
    assert "exit code 137: back into the queue" in log_of(output, array, 1), log_of(output, array, 1)
    assert "stopped by SIGUSR1 after" in log_of(output, array, 3), log_of(output, array, 3)
    assert "No space left on device" in log_of(output, array, 2), log_of(output, array, 2)
    status = work.check("status", output)
    assert "7 shards: 6 done, 1 " in status, status

    # There is room again, and the same command goes on.
    disk.enlarge()
    merge = submit(work, verb, output)[1]
    support.wait_until(lambda: slurm.states(merge)[int(merge)] == "COMPLETED", "the merge is done")
    status = json.loads(work.check("status", output, "--json"))[0]
    assert status["merged"] and status["shards"]["done"] == TASKS and status["photos"]["done"] == support.PHOTOS, status
    assert status["photos"]["failed"] == 2, status


def log_of(output, array, task):
    folder = Path("maps.logs") if output == "maps.tar" else Path(output, "logs")
    return (folder / f"{array}-{task}.log").read_text()


def done_states(slurm, job):
    states = slurm.states(job)
    return states if set(states.values()) <= {"COMPLETED", "FAILED"} and len(states) == TASKS else None


def test_srun(work):
    options = ["--shard", "auto", "--resume", "--allow-failures", "--no-progress"]
    for verb, output in ((work.saliency, "tasks.tar"), (work.evaluation, "tasks")):
        run("srun", "-n", "4", work.fovea, *verb, "-o", output, *options)
        work.check("merge", output, "-o", output, "--allow-failures")
    work.expect_same_maps("tasks")
    work.expect_same_evaluation("tasks")


def main():
    support.require("unshare", "mount", "munged", "slurmctld", "slurmd", "sbatch", "srun")
    if os.getuid() != 0:
        support.skip("Slurm's daemons are begun by root here")
    support.isolate(has_own_network=True)
    work = support.Work(*sys.argv[1:3])
    slurm = Slurm(work.folder / "slurm")
    try:
        test_array(work, slurm, work.saliency, "maps.tar", "maps-{}-of-7.journal", "maps-3-of-7.tar.partial", 60)
        work.expect_same_maps("maps")
        test_array(work, slurm, work.evaluation, "boxes", "boxes/images-{}-of-7.csv.partial", "boxes/images-3-of-7.csv.partial", 4)
        work.expect_same_evaluation("boxes")
        test_srun(work)
    except BaseException:
        for log in sorted(work.folder.glob("*.logs/*")) + sorted(work.folder.glob("boxes/logs/*")):
            print(f"== {log.name}\n{log.read_text()}")
        print((work.folder / "slurm/slurmctld.log").read_text()[-6000:])
        raise
    finally:
        work.remove()


if __name__ == "__main__":
    main()

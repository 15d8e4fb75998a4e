"""Common parts of the benchmarks that compare fovea with other programs: alternating rounds, workers, ratios.

A worker is a process that holds one network in one runtime. It prints a line of JSON when it is ready, then reads a number of
iterations from each line of its standard input and answers with their milliseconds; at the end of its input it prints the peak
of its memory in bytes.
"""
import json
import os
import statistics
import subprocess
import sys
import time


def peak_bytes():
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def serve(iterate, warm_up=2):
    """Runs a worker whose iteration is `iterate()`, until its standard input ends."""
    for _ in range(warm_up):
        iterate()
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        milliseconds = []
        for _ in range(int(line)):
            begin = time.perf_counter()
            iterate()
            milliseconds.append(1e3 * (time.perf_counter() - begin))
        print(json.dumps(milliseconds), flush=True)
    print(json.dumps(peak_bytes()), flush=True)


class Worker:
    """The process of a worker, seen from outside."""

    def __init__(self, command, threads):
        environment = dict(os.environ, OMP_NUM_THREADS=str(threads))
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("its process ended early, code %s" % self.process.wait())
        return json.loads(line)

    def round(self, iterations):
        self.process.stdin.write("%d\n" % iterations)
        self.process.stdin.flush()
        times = self.answer()
        return {"median": statistics.median(times), "min": min(times)}

    def end(self):
        self.process.stdin.close()
        peak = self.answer()
        self.process.wait()
        return peak


class Fovea:
    """`fovea bench` with the same interface: each round is a process of its own."""

    def __init__(self, program, model, batch, precision, threads, size=None):
        self.command = [program, "bench", model, "--batch", str(batch), "--precision", precision, "--threads", str(threads),
                        "--warm-up", "2", "--json"] + (["--size", str(size)] if size else [])
        self.peak = 0
        self.round(2)

    def round(self, iterations):
        done = subprocess.run(self.command + ["--iterations", str(iterations)], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip().split("\n")[0])
        self.last = json.loads(done.stdout)
        self.peak = max(self.peak, self.last["peak_bytes"])
        return {"median": self.last["milliseconds"]["median"], "min": self.last["milliseconds"]["min"]}

    def end(self):
        return self.peak


def iterations_for(milliseconds, seconds):
    return max(2, min(50, round(1e3 * seconds / milliseconds)))


def run_rounds(runners, rounds, seconds):
    """Lets the runners, a dictionary by name, take turns of about so many seconds; name -> {"rounds": [...], "peak": bytes}."""
    runs = {name: {"rounds": [], "peak": 0} for name in runners}
    counts = {}
    for _ in range(rounds):
        for name, runner in runners.items():
            result = runner.round(counts.get(name, 2))
            runs[name]["rounds"].append(result)
            counts[name] = iterations_for(result["min"], seconds)
    for name, runner in runners.items():
        runs[name]["peak"] = runner.end()
    return runs


def summary(run):
    return {"min": min(r["min"] for r in run["rounds"]),
            "median": statistics.median(r["median"] for r in run["rounds"]), "peak_bytes": run["peak"]}


def ratios(run, base):
    """The ratio of the times of `run` and `base`: by the fastest iterations of all rounds, and the medians over the rounds of
    the ratios of medians and of fastest iterations."""
    pairs = list(zip(run["rounds"], base["rounds"]))
    return {"fastest": min(r["min"] for r in run["rounds"]) / min(r["min"] for r in base["rounds"]),
            "medians": statistics.median(a["median"] / b["median"] for a, b in pairs),
            "fastest_by_round": statistics.median(a["min"] / b["min"] for a, b in pairs),
            "memory": run["peak"] / base["peak"]}


def print_runs(runs, batch, bases):
    heads = "".join("%26s" % ("times " + base) for base in bases)
    print("  %-24s %10s %10s %10s %10s%s" % ("", "fastest ms", "median ms", "images/s", "peak MiB", heads))
    for name, run in runs.items():
        s = summary(run)
        line = "  %-24s %10.1f %10.1f %10.2f %10.0f" % (name, s["min"], s["median"], 1e3 * batch / s["min"],
                                                      s["peak_bytes"] / 2**20)
        for base in bases:
            r = ratios(run, runs[base])
            line += "%26s" % ("%.2f (medians %.2f)" % (r["fastest"], r["medians"]))
        print(line, flush=True)


def processor():
    """The processor's name and the widest vector instructions that it has."""
    with open("/proc/cpuinfo") as info:
        lines = info.read().split("\n")
    name = next((l.split(":", 1)[1].strip() for l in lines if l.startswith("model name")), "unknown processor")
    flags = next((l.split() for l in lines if l.startswith("flags")), [])
    return "%s, %s" % (name, next((kind for kind in ("avx512f", "avx2", "avx", "sse4_1") if kind in flags), "no vectors known"))

#!/usr/bin/env python3
"""Times fovea and PyTorch side by side on d(score)/d(picture), and compares the memory of their processes.

    /usr/bin/python3 tools/bench_against_torch.py --fovea build/release/fovea --networks resnet50,squeezenet1_1

Each network of torchvision gets random weights (a seed is fixed) and is exported to ONNX once. Then rounds alternate:
a few iterations of fovea, a few of PyTorch in each of its ways, and again, so that whatever else the machine does hits
all of them alike. Of each round the median and the fastest iteration are kept. Two ratios are printed: that of the
fastest iterations of all rounds, and the median over the rounds of the ratios of medians.

Ways of PyTorch (--modes):
    captum    weights that require gradients, torch.autograd.grad of the class score with respect to the picture
    tutorial  the same, but score.backward(): gradients of all weights, too
    frozen    weights that require no gradients
    bf16      frozen, autocast to bfloat16, channels last
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

NETWORKS = "resnet152,resnet50,vgg16,densenet121,mobilenet_v2,squeezenet1_1"
SIZES = {"inception_v3": 299}


def size_of(network):
    return SIZES.get(network, 224)


def peak_bytes():
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def make_network(name):
    import torch
    import torchvision
    torch.manual_seed(0)
    extra = {"init_weights": True} if name in ("googlenet", "inception_v3") else {}
    return getattr(torchvision.models, name)(weights=None, **extra).eval()


def export(name, path):
    """Writes the network with its weights; the batch is left open."""
    import torch
    size = size_of(name)
    torch.onnx.export(make_network(name), torch.zeros(1, 3, size, size), path, opset_version=13, input_names=["x"],
                      output_names=["y"], dynamic_axes={"x": {0: "N"}, "y": {0: "N"}})


class TorchRun:
    """One network in one way of PyTorch; `iterate` is one forward and backward pass."""

    def __init__(self, name, batch, mode, threads):
        import torch
        torch.set_num_threads(threads)
        self.torch = torch
        self.mode = mode
        self.network = make_network(name)
        size = size_of(name)
        self.picture = torch.randn(batch, 3, size, size)
        if mode in ("frozen", "bf16"):
            self.network.requires_grad_(False)
        if mode == "bf16":
            self.network = self.network.to(memory_format=torch.channels_last)
            self.picture = self.picture.contiguous(memory_format=torch.channels_last)
        self.picture.requires_grad_(True)

    def iterate(self):
        torch = self.torch
        with torch.autocast("cpu", torch.bfloat16, enabled=self.mode == "bf16"):
            scores = self.network(self.picture)[:, 0]
        if self.mode == "tutorial":
            self.network.zero_grad(set_to_none=True)
            self.picture.grad = None
            scores.sum().backward()
        else:
            torch.autograd.grad(torch.unbind(scores), self.picture)

    def times(self, count):
        seconds = []
        for _ in range(count):
            begin = time.perf_counter()
            self.iterate()
            seconds.append(time.perf_counter() - begin)
        return seconds


def torch_worker(args):
    """Reads a number of iterations a line, answers with their milliseconds; at the end with the peak memory."""
    name, batch, mode, threads = args[0], int(args[1]), args[2], int(args[3])
    run = TorchRun(name, batch, mode, threads)
    run.times(2)
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        print(json.dumps([1e3 * s for s in run.times(int(line))]), flush=True)
    print(json.dumps(peak_bytes()), flush=True)


class Worker:
    """A process of its own for one way of PyTorch, so that its memory can be told."""

    def __init__(self, network, batch, mode, threads):
        command = [sys.executable, os.path.abspath(__file__), "--torch-worker", network, str(batch), mode, str(threads)]
        environment = dict(os.environ, OMP_NUM_THREADS=str(threads))
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=environment)
        self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the PyTorch process ended early, code %s" % self.process.wait())
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


def fovea_round(options, path, network, batch, precision, iterations):
    """One process of fovea; None where it refuses the precision."""
    command = [options.fovea, "bench", path, "--batch", str(batch), "--precision", precision, "--threads",
               str(options.threads), "--iterations", str(iterations), "--warm-up", "2", "--size",
               str(size_of(network)), "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        print("  fovea %s: %s" % (precision, done.stderr.strip().split("\n")[0]), file=sys.stderr)
        return None
    result = json.loads(done.stdout)
    return {"median": result["milliseconds"]["median"], "min": result["milliseconds"]["min"],
            "peak": result["peak_bytes"], "first": result["first_run_milliseconds"]}


def iterations_for(milliseconds, seconds):
    return max(2, min(50, round(1e3 * seconds / milliseconds)))


def measure(options, path, network, batch):
    """All rounds of one network and batch: name -> {"rounds": [...], "peak": bytes}."""
    runs = {"fovea " + p: {"rounds": [], "peak": 0} for p in options.precisions}
    for precision in options.precisions:
        if fovea_round(options, path, network, batch, precision, 2) is None:
            del runs["fovea " + precision]
    workers = {mode: Worker(network, batch, mode, options.threads) for mode in options.modes}
    for mode in workers:
        runs["torch " + mode] = {"rounds": [], "peak": 0}
    counts = {}
    for _ in range(options.rounds):
        for name, run in runs.items():
            tool, way = name.split()
            count = counts.get(name, 2)
            if tool == "fovea":
                result = fovea_round(options, path, network, batch, way, count)
                if result is None:
                    raise RuntimeError("fovea failed in the middle of the rounds")
                run["peak"] = max(run["peak"], result["peak"])
            else:
                result = workers[way].round(count)
            run["rounds"].append(result)
            counts[name] = iterations_for(result["min"], options.seconds)
    for mode, worker in workers.items():
        runs["torch " + mode]["peak"] = worker.end()
    return runs


def summary(run):
    return {"min": min(r["min"] for r in run["rounds"]),
            "median": statistics.median(r["median"] for r in run["rounds"]), "peak_bytes": run["peak"]}


def ratios(run, base):
    """How many times longer `run` takes than `base`: by the fastest iterations, and by the rounds' medians."""
    fastest = min(r["min"] for r in run["rounds"]) / min(r["min"] for r in base["rounds"])
    paired = statistics.median(a["median"] / b["median"] for a, b in zip(run["rounds"], base["rounds"]))
    return {"fastest": fastest, "medians": paired, "memory": run["peak"] / base["peak"]}


def print_runs(runs, batch):
    bases = [name for name in runs if name.startswith("fovea")]
    heads = "".join("%26s" % ("times " + base) for base in bases)
    print("  %-16s %10s %10s %10s %10s%s" % ("", "fastest ms", "median ms", "images/s", "peak MiB", heads))
    for name, run in runs.items():
        s = summary(run)
        line = "  %-16s %10.1f %10.1f %10.2f %10.0f" % (name, s["min"], s["median"], 1e3 * batch / s["min"],
                                                      s["peak_bytes"] / 2**20)
        for base in bases:
            r = ratios(run, runs[base])
            line += "%26s" % ("%.2f (medians %.2f)" % (r["fastest"], r["medians"]))
        print(line, flush=True)


def describe_torch():
    import torch
    lines = [l.strip(" -") for l in torch.__config__.show().split("\n")]
    facts = [l for l in lines if l.startswith(("Intel", "OpenMP", "CPU capability", "LAPACK"))]
    blas = [word.strip(",") for l in lines for word in l.split() if word.startswith("BLAS_INFO")]
    facts += blas[:1]
    return "PyTorch %s; %s" % (torch.__version__, "; ".join(facts))


def processor():
    with open("/proc/cpuinfo") as info:
        return next((l.split(":", 1)[1].strip() for l in info if l.startswith("model name")), "unknown processor")


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--fovea", default="build/release/fovea", help="the program (default %(default)s)")
    parser.add_argument("--networks", default=NETWORKS, help="of torchvision, with commas (default %(default)s)")
    parser.add_argument("--batches", default="1,8")
    parser.add_argument("--precisions", default="f32", help="of fovea, e.g. f32,bf16; refused ones are left out")
    parser.add_argument("--modes", default="captum,frozen,bf16", help="of PyTorch: captum, tutorial, frozen, bf16")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each turn in a round, about (default 1)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--models", help="folder that keeps the exported networks (default: a temporary one)")
    parser.add_argument("--json", help="also write all numbers to this file")
    options = parser.parse_args()
    for name in ("networks", "precisions", "modes"):
        setattr(options, name, getattr(options, name).split(","))
    options.batches = [int(b) for b in options.batches.split(",")]
    unknown = set(options.modes) - {"captum", "tutorial", "frozen", "bf16"}
    if unknown:
        parser.error("unknown modes: %s" % ", ".join(sorted(unknown)))
    return options


def main():
    if sys.argv[1:2] == ["--torch-worker"]:
        return torch_worker(sys.argv[2:])
    if sys.argv[1:2] == ["--export"]:
        return export(sys.argv[2], sys.argv[3])
    options = parse()
    print("%s, %d threads\n%s" % (processor(), options.threads, describe_torch()))
    everything = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.models or temporary
        os.makedirs(folder, exist_ok=True)
        for network in options.networks:
            path = os.path.join(folder, network + ".onnx")
            if not os.path.exists(path):
                subprocess.run([sys.executable, os.path.abspath(__file__), "--export", network, path], check=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for batch in options.batches:
                print("\n%s, batch %d" % (network, batch), flush=True)
                runs = measure(options, path, network, batch)
                print_runs(runs, batch)
                everything.append({"network": network, "batch": batch, "runs": runs})
    if options.json:
        with open(options.json, "w") as out:
            json.dump(everything, out, indent=1)


if __name__ == "__main__":
    main()

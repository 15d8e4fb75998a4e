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
    channels-last  frozen, weights and pictures with their channels last in memory
    bf16      frozen, autocast to bfloat16, channels last
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

from bench_rounds import Fovea, Worker, print_runs, processor, run_rounds, serve

NETWORKS = "resnet152,resnet50,vgg16,densenet121,mobilenet_v2,squeezenet1_1"
SIZES = {"inception_v3": 299}


def size_of(network):
    return SIZES.get(network, 224)


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
        if mode in ("frozen", "channels-last", "bf16"):
            self.network.requires_grad_(False)
        if mode in ("channels-last", "bf16"):
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


def torch_worker(args):
    network, batch, mode, threads = args
    serve(TorchRun(network, int(batch), mode, int(threads)).iterate)


def torch_command(python, network, batch, mode, threads):
    """The command that starts a worker for one network of torchvision under that Python."""
    return [*python, os.path.abspath(__file__), "--torch-worker", network, str(batch), mode, str(threads)]


def measure(options, path, network, batch):
    """All rounds of one network and batch: name -> {"rounds": [...], "peak": bytes}."""
    runners = {}
    for precision in options.precisions:
        try:
            runners["fovea " + precision] = Fovea(options.fovea, path, batch, precision, options.threads, size_of(network))
        except RuntimeError as error:
            print("  fovea %s: %s" % (precision, error), file=sys.stderr)
    for mode in options.modes:
        try:
            runners["torch " + mode] = Worker(torch_command([sys.executable], network, batch, mode, options.threads),
                                              options.threads)
        except RuntimeError as error:  # e.g. PyTorch 1.13 has no gradient of ReLU6 in bfloat16
            print("  torch %s left out: %s" % (mode, error))
    return run_rounds(runners, options.rounds, options.seconds)


def describe_torch():
    import torch
    lines = [l.strip(" -") for l in torch.__config__.show().split("\n")]
    facts = [l for l in lines if l.startswith(("Intel", "OpenMP", "CPU capability", "LAPACK"))]
    blas = [word.strip(",") for l in lines for word in l.split() if word.startswith("BLAS_INFO")]
    facts += blas[:1]
    return "PyTorch %s; %s" % (torch.__version__, "; ".join(facts))


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--fovea", default="build/release/fovea", help="the program (default %(default)s)")
    parser.add_argument("--networks", default=NETWORKS, help="of torchvision, with commas (default %(default)s)")
    parser.add_argument("--batches", default="1,8")
    parser.add_argument("--precisions", default="f32", help="of fovea, e.g. f32,bf16; refused ones are left out")
    parser.add_argument("--modes", default="captum,frozen,bf16", help="of PyTorch (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each turn in a round, about (default 1)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--models", help="folder that keeps the exported networks (default: a temporary one)")
    parser.add_argument("--json", help="also write all numbers to this file")
    options = parser.parse_args()
    for name in ("networks", "precisions", "modes"):
        setattr(options, name, getattr(options, name).split(","))
    options.batches = [int(b) for b in options.batches.split(",")]
    unknown = set(options.modes) - {"captum", "tutorial", "frozen", "channels-last", "bf16"}
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
                print_runs(runs, batch, [name for name in runs if name.startswith("fovea")])
                everything.append({"network": network, "batch": batch, "runs": runs})
    if options.json:
        with open(options.json, "w") as out:
            json.dump(everything, out, indent=1)


if __name__ == "__main__":
    main()

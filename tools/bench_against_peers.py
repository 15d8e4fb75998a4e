#!/usr/bin/env python3
"""Times fovea beside other runtimes on the scores and the gradient of one class score with respect to the picture.

    python3 -m venv ~/peers && ~/peers/bin/pip install onnxruntime openvino
    /usr/bin/python3 tools/bench_against_peers.py --export NETWORKS        needs python3-torch and python3-torchvision
    ~/peers/bin/python tools/bench_against_peers.py build/release/fovea NETWORKS/*.onnx --torch 1.13=/usr/bin/python3

ONNX Runtime and OpenVINO run the very graph that `fovea export explanation --map gradient --class input` writes. PyTorch runs
the network of torchvision that the file is named after (--export names them so), with frozen weights, in both layouts of
memory. Rounds alternate: some iterations of fovea, some of each peer, and again, so that whatever else the machine does hits
all alike. For each network the fastest iteration of each program is printed and, for each peer, the median over the rounds of
fovea's fastest time by the peer's: below 1, fovea is faster; beside busy processes (--busy), where the fastest iteration is
chance, of the median times. Of PyTorch's layouts the faster one counts.
"""
import argparse
import contextlib
import json
import math
import os
import shlex
import subprocess
import sys
import tempfile

from bench_against_torch import export, size_of, torch_command
from bench_rounds import Fovea, Worker, processor, ratios, run_rounds, serve, summary

NETWORKS = ("resnet152 resnet50 vgg16 densenet121 squeezenet1_1 mobilenet_v2 mobilenet_v3_large efficientnet_b0 "
            "convnext_tiny vit_b_16 swin_t regnet_y_400mf efficientnet_v2_s resnext50_32x4d shufflenet_v2_x1_0 inception_v3 "
            "googlenet").split()
GRAPH_RUNTIMES = ("onnxruntime", "openvino")


def feeds_of(shapes):
    """A picture of sines for the float input and class 0 for the other; shapes: name -> (extents, is it a picture?)."""
    import numpy as np
    return {name: np.sin(np.arange(math.prod(extents))).astype(np.float32).reshape(extents) if is_picture
            else np.zeros(extents, np.int64) for name, (extents, is_picture) in shapes.items()}


def onnxruntime_iteration(path, threads):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    feeds = feeds_of({i.name: (i.shape, i.type == "tensor(float)") for i in session.get_inputs()})
    return lambda: session.run(None, feeds)


def openvino_iteration(path, threads):
    import openvino
    settings = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    compiled = openvino.Core().compile_model(path, "CPU", settings)
    feeds = feeds_of({i.get_any_name(): (list(i.get_shape()), i.get_element_type() == openvino.Type.f32)
                      for i in compiled.inputs})
    request = compiled.create_infer_request()
    return lambda: request.infer(feeds)


def graph_worker(args):
    runtime, path, threads = args
    serve({"onnxruntime": onnxruntime_iteration, "openvino": openvino_iteration}[runtime](path, int(threads)))


def version_of(runtime):
    return "%s %s" % (runtime, __import__(runtime).__version__)


def runners_for(options, model, folder):
    network = os.path.splitext(os.path.basename(model))[0]
    torch_size = size_of(network) if network in NETWORKS else None
    size = ["--size", str(torch_size)] if torch_size else []
    runners = {"fovea": Fovea(options.fovea, model, options.batch, "f32", options.threads, torch_size)}

    def add(name, command):
        try:
            runners[name] = Worker(command, options.threads)
        except RuntimeError as error:
            print("  %s left out of %s: %s" % (name, network, error), file=sys.stderr)

    if options.peers:
        graph = os.path.join(folder, "gradient.onnx")
        subprocess.run([options.fovea, "export", "explanation", model, "--map", "gradient", "--class", "input", "--batch",
                        str(options.batch), *size, "-o", graph], check=True, stdout=subprocess.DEVNULL)
    for peer in options.peers:
        add(peer, [sys.executable, os.path.abspath(__file__), "--graph-worker", peer, graph, str(options.threads)])
    if network in NETWORKS:
        for name, python in options.torch:
            for mode in ("frozen", "channels-last"):
                add("PyTorch %s, %s" % (name, mode), torch_command(python, network, options.batch, mode, options.threads))
    return network, runners


@contextlib.contextmanager
def busy_processes(count):
    processes = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def by_peer(runs, time, ratio):
    """Peer -> (ms, fovea's time / the peer's, peak in MiB); of PyTorch's two layouts the faster. `time` and `ratio` are keys of
    what summary and ratios give."""
    found = {}
    for name, run in runs.items():
        if name == "fovea":
            continue
        peer = name.split(",")[0]
        entry = (summary(run)[time], ratios(runs["fovea"], run)[ratio], run["peak"] / 2**20)
        if peer not in found or entry[0] < found[peer][0]:
            found[peer] = entry
    return found


def print_table(rows, peers, time):
    print("\n| network | fovea, ms | MiB |" + "".join(" %s, ms | MiB | fovea / %s |" % (p, p) for p in peers))
    print("|---|---|---|" + "---|---|---|" * len(peers))
    for network, runs, found in rows:
        own = summary(runs["fovea"])
        cells = ["%.1f | %.0f | %.2f" % (found[p][0], found[p][2], found[p][1]) if p in found else "- | - | -" for p in peers]
        print("| %s | %.1f | %.0f | %s |" % (network, own[time], own["peak_bytes"] / 2**20, " | ".join(cells)))
    means = []
    for peer in peers:
        logs = [math.log(found[peer][1]) for _, _, found in rows if peer in found]
        means.append(" | | %.2f" % math.exp(sum(logs) / len(logs)) if logs else " | | -")
    print("| geometric mean | | |" + " |".join(means) + " |")


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("fovea", help="the program")
    parser.add_argument("models", nargs="+", help="ONNX files; PyTorch takes part where they are named after torchvision's networks")
    parser.add_argument("--peers", default=",".join(GRAPH_RUNTIMES), help="runtimes for graphs, of this Python (default %(default)s)")
    parser.add_argument("--torch", action="append", default=[], metavar="NAME=PYTHON",
                        help="a PyTorch by the command that starts its Python; may be given several times")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--busy", type=int, default=0, metavar="N", help="beside N processes that compute all the time")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each turn in a round, about (default 1)")
    parser.add_argument("--json", help="also write all numbers to this file")
    options = parser.parse_args()
    options.peers = [p for p in options.peers.split(",") if p]
    unknown = set(options.peers) - set(GRAPH_RUNTIMES)
    if unknown:
        parser.error("unknown peers: %s" % ", ".join(sorted(unknown)))
    for entry in options.torch:
        if "=" not in entry:
            parser.error("--torch takes NAME=PYTHON, such as 1.13=/usr/bin/python3, not '%s'" % entry)
    options.torch = [(entry.split("=", 1)[0], shlex.split(entry.split("=", 1)[1])) for entry in options.torch]
    return options


def main():
    if sys.argv[1:2] == ["--graph-worker"]:
        return graph_worker(sys.argv[2:])
    if sys.argv[1:2] == ["--export"]:
        os.makedirs(sys.argv[2], exist_ok=True)
        for network in sys.argv[3:] or NETWORKS:
            export(network, os.path.join(sys.argv[2], network + ".onnx"))
        return None
    options = parse()
    print("%s; %d threads, batch %d%s; %s" % (processor(), options.threads, options.batch,
                                            ", beside %d busy processes" % options.busy if options.busy else "",
                                            ", ".join(map(version_of, options.peers))))
    rows, peers = [], []
    time = "median" if options.busy else "min"
    with tempfile.TemporaryDirectory() as folder:
        for model in options.models:
            network, runners = runners_for(options, model, folder)
            with busy_processes(options.busy):
                runs = run_rounds(runners, options.rounds, options.seconds)
            found = by_peer(runs, time, "medians" if options.busy else "fastest_by_round")
            peers += [peer for peer in found if peer not in peers]
            rows.append((network, runs, found))
            print("%-24s fovea %.1f ms; %s" % (network, summary(runs["fovea"])[time], "; ".join(
                "%s %.1f, ratio %.2f" % (peer, ms, ratio) for peer, (ms, ratio, _) in found.items())), flush=True)
    print_table(rows, peers, time)
    if options.json:
        with open(options.json, "w") as out:
            json.dump([{"network": network, "runs": runs} for network, runs, _ in rows], out, indent=1)
    return None


if __name__ == "__main__":
    main()

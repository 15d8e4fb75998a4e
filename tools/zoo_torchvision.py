#!/usr/bin/env python3
"""Check whole networks of torchvision against PyTorch in float64.

    python3 tools/zoo_check.py build/release/fovea                                    every network, every rule
    python3 tools/zoo_check.py build/release/fovea --only resnet50 vit_b_16 --markdown docs/zoo-table.md
    python3 tools/zoo_check.py build/release/fovea --exports --only resnet18           every way to export it

Each network is built with seeded random weights, brought to life (see `enliven`) and exported in this process. Then
the program is called as a user would call it,

    fovea gradient MODEL --input X.npy --class K --rule RULE --write-scores S.npy -o G.npy

and the relative L2 errors ||found - expected|| / ||expected|| of scores and gradients are printed, beside two measures of
the conditioning: the error of PyTorch's own float32 gradient, and how far the float64 gradient moves at most when the
pixels do (SAMPLES times, relatively and normally distributed) by as much as PyTorch's float32 scores are off. A gradient jumps where a ReLU's input or the
difference of two values in a max-pool's window is 0; a picture with such a value next to 0 has no right answer in
float32, and which side it falls on is luck. So --pictures are drawn at most and the best conditioned one counts, the
first where both measures are below CALM. An error fails if it is above --tolerance and above --slack times
the conditioning, one of the scores if it is above --slack times PyTorch's. Processor time and peak memory are those of the whole process, from reading the file to the written
gradient; PyTorch's processor time is that of its float32 forward and backward pass alone, with frozen weights.

With --exports, each network is exported once for each of --opsets, with and without constant folding, with a fixed and
with a free batch, and run on two pictures (so a file's fixed batch of one is replaced, where the network can take
another one); pictures are small where the
network takes small ones. Needs torch 1.13, torchvision 0.14 and numpy.
"""
import argparse
import collections
import contextlib
import copy
import os
import platform
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np
import torch
import torch.nn as nn
import torchvision

from compare_with_torch import RULES, relative_error
from make_network_goldens import relu_rule

Zoo = collections.namedtuple("Zoo", "size small options", defaults=(128, 64, {}))
# Sides of the pictures, for every rule and for every export; --size 224 checks at the size of ImageNet.
NETWORKS = {
    # AlexNet and VGG end in an adaptive pooling that can be exported only where it changes nothing.
    "alexnet": Zoo(224, 224), "vgg11": Zoo(224, 224), "vgg16": Zoo(224, 224), "vgg16_bn": Zoo(224, 224),
    "vgg19": Zoo(224, 224), "resnet18": Zoo(), "resnet34": Zoo(), "resnet50": Zoo(), "resnet101": Zoo(),
    "resnet152": Zoo(), "resnext50_32x4d": Zoo(), "wide_resnet50_2": Zoo(), "squeezenet1_0": Zoo(),
    "squeezenet1_1": Zoo(), "densenet121": Zoo(), "densenet169": Zoo(),
    "googlenet": Zoo(options={"init_weights": False}), "inception_v3": Zoo(139, 107, {"init_weights": False}),
    "shufflenet_v2_x1_0": Zoo(), "mobilenet_v2": Zoo(), "mobilenet_v3_small": Zoo(), "mobilenet_v3_large": Zoo(),
    "mnasnet1_0": Zoo(), "efficientnet_b0": Zoo(), "efficientnet_v2_s": Zoo(), "regnet_x_400mf": Zoo(),
    "regnet_y_400mf": Zoo(), "convnext_tiny": Zoo(), "vit_b_16": Zoo(options={"image_size": None}), "swin_t": Zoo(),
}
SAMPLES = 2
CALM = 1e-5
# Peak memory counts from the fork on, so the program is started by something small, not by this process.
LAUNCHER = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(code, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
"""
Found = collections.namedtuple("Found", "scores gradient notes seconds megabytes failure")


# ---------------------------------------------------------------- networks

def enliven(net, size, generator):
    """Makes random weights a fair test. Parameters that torchvision starts at zero or near it (biases, LayerScale, the
    head of ViT) get values; BatchNorm gets the statistics of real activations, so that these neither vanish nor explode
    in depth, moved a little, so that it is no identity behind a well-scaled layer."""
    def normal(shape, scale, shift=0.0):
        return torch.randn(shape, generator=generator) * scale + shift

    net.eval()
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            if name.endswith("layer_scale"):
                parameter.copy_(normal(parameter.shape, 0.1, 0.3))
            elif parameter.dim() > 1 and parameter.abs().max() == 0:
                parameter.copy_(normal(parameter.shape, parameter[0].numel() ** -0.5))
            elif parameter.dim() == 1 and name.endswith("bias"):
                parameter.add_(normal(parameter.shape, 0.05))
        batch_norms = [m for m in net.modules() if isinstance(m, nn.BatchNorm2d)]
        for module in batch_norms:
            module.reset_running_stats()
            module.momentum = None                            # the statistics of one batch, not a moving average
            module.weight.copy_(normal(module.weight.shape, 0.1, 1.0))
            module.bias.copy_(normal(module.bias.shape, 0.1))
        if batch_norms:
            for module in batch_norms:                        # they alone: no dropout, no auxiliary heads
                module.train()
            net(torch.randn((4, 3, size, size), generator=generator))
        for module in batch_norms:
            deviation = module.running_var.sqrt()
            module.running_mean.add_(deviation * normal(deviation.shape, 0.1))
            module.running_var.mul_(normal(deviation.shape, 0.1).exp())
    return net.eval().requires_grad_(False)


def build(name, size, seed):
    torch.manual_seed(seed)
    options = {key: size if value is None else value for key, value in NETWORKS[name].options.items()}
    net = torchvision.models.get_model(name, weights=None, **options)
    return enliven(net, size, torch.Generator().manual_seed(seed))


def export(net, pictures, path, opset, folding=True, free_batch=True, keep_bn=False):
    mode = torch.onnx.TrainingMode.PRESERVE if keep_bn else torch.onnx.TrainingMode.EVAL
    axes = {"image": {0: "N"}, "scores": {0: "N"}} if free_batch else None
    net.requires_grad_()                                      # or attention takes a path that cannot be exported
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(net, pictures, path, opset_version=opset, do_constant_folding=folding, training=mode,
                          input_names=["image"], output_names=["scores"], dynamic_axes=axes)
    net.requires_grad_(False)


def reference(net, pictures, target, rule):
    """Scores, the gradient of the target's score, picture by picture, in the precision of net and pictures, and how
    many times the rule was called."""
    x = pictures.clone().requires_grad_()
    with relu_rule(rule) as calls:
        scores = net(x)
        dx, = torch.autograd.grad(scores[:, target].sum(), x)
    return scores.detach().numpy(), dx.numpy(), calls[0]


Case = collections.namedtuple("Case", "pictures target scores score_error gradients conditioning torch_seconds")


def make_case(net, batch, size, args, rules):
    """Pictures, with the reference for each rule and its conditioning."""
    wide = copy.deepcopy(net).double()
    generator = torch.Generator().manual_seed(args.seed + 1)

    def judge(pictures, noise, target, rule):
        begin = time.process_time()
        rounded, single, calls = reference(net, pictures, target, rule)
        seconds = time.process_time() - begin
        scores, gradient, _ = reference(wide, pictures.double(), target, rule)
        off = relative_error(rounded, scores)
        moved = max(relative_error(reference(wide, pictures.double() * (1 + off * n), target, rule)[1], gradient)
                    for n in noise)
        return scores, gradient, (relative_error(single, gradient), moved), seconds, calls, off

    tried = []
    while len(tried) < args.pictures and (not tried or max(tried[-1][3][2]) > CALM):
        pictures = torch.randn((batch, 3, size, size), generator=generator)
        noise = torch.randn((SAMPLES, *pictures.shape), generator=generator)
        target = int(net(pictures)[0].argmax())
        tried.append((pictures, noise, target, judge(pictures, noise, target, "gradient")))
    pictures, noise, target, plain = min(tried, key=lambda one: max(one[3][2]))
    judged = {rule: plain if rule == "gradient" or plain[4] == 0 else judge(pictures, noise, target, rule) for rule in rules}
    return Case(pictures, target, plain[0], plain[5], *({rule: judged[rule][i] for rule in rules} for i in (1, 2, 3)))


# ---------------------------------------------------------------- the program

def run(command, folder):
    """The results of one call of `fovea gradient`, with the process's processor time and peak memory."""
    paths = [os.path.join(folder, name) for name in ("scores.npy", "gradient.npy")]
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            os.remove(path)
    done = subprocess.run([sys.executable, "-ISc", LAUNCHER, *command, "--write-scores", paths[0], "-o", paths[1]],
                          capture_output=True, text=True, check=True)
    code, seconds, kilobytes = done.stdout.split()
    lines = done.stderr.strip().splitlines()
    notes = [line.split("note: ", 1)[1] for line in lines if "note: " in line]
    if code != "0":
        return Found(None, None, notes, float(seconds), 0, lines[-1] if lines else "exit code " + code)
    return Found(np.load(paths[0]), np.load(paths[1]), notes, float(seconds), int(kilobytes) / 1024, None)


def gradient_command(args, model, picture, target, rule):
    command = [args.fovea, "gradient", model, "--input", picture, "--class", str(target), "--rule", rule]
    return command + (["--precision", args.precision] if args.precision else []) + (
        ["--threads", str(args.threads)] if args.threads else [])


# ---------------------------------------------------------------- every rule of one export

Row = collections.namedtuple(
    "Row", "network size rule scores gradient torch moved seconds megabytes torch_seconds verdict")


def check_rules(name, args, folder):
    """For each rule a Row and what else there is to say."""
    size = args.size or NETWORKS[name].size
    net = build(name, size, args.seed)
    case = make_case(net, args.batch, size, args, args.rules)
    model, picture = os.path.join(folder, name + ".onnx"), os.path.join(folder, "image.npy")
    np.save(picture, case.pictures.numpy())
    export(net, case.pictures, model, args.opsets[0], keep_bn=args.keep_bn)
    for rule in args.rules:
        found = run(gradient_command(args, model, picture, case.target, rule), folder)
        errors, verdict = (None, None), found.failure
        if not verdict:
            errors = relative_error(found.scores, case.scores), relative_error(found.gradient, case.gradients[rule])
            allowed = max(args.tolerance, args.slack * max(case.conditioning[rule]))
            good = errors[0] <= max(args.tolerance, args.slack * case.score_error) and errors[1] <= allowed
            verdict = "" if good else "wrong"
        yield Row(name, size, rule, *errors, *case.conditioning[rule], found.seconds, found.megabytes,
                  case.torch_seconds[rule], verdict), found.notes
    if not args.keep:
        os.remove(model)


def print_row(row, notes):
    if row.scores is None:
        print("%-20s %4d %-10s failed: %s" % (row.network, row.size, row.rule, row.verdict), flush=True)
        return
    print("%-20s %4d %-10s %8.1e %8.1e %8.1e %8.1e %7.2f %7.2f %6.0f  %s" % (
        row.network, row.size, row.rule, row.scores, row.gradient, row.torch, row.moved, row.seconds, row.torch_seconds,
        row.megabytes, "; ".join([row.verdict] * bool(row.verdict) + notes)), flush=True)


def brief(error):
    return "%.0e" % error if error else "0"


def markdown(rows, args):
    """The table of docs/zoo.md: a line for each network; with each error, in brackets, the two measures of conditioning."""
    lines = ["| network | side | scores | %s | s | PyTorch's s | MB |" % " | ".join(args.rules),
             "|---|---|---|%s---|---|---|" % ("---|" * len(args.rules))]
    for name in dict.fromkeys(row.network for row in rows):
        own = [row for row in rows if row.network == name]
        if any(row.scores is None for row in own):
            lines.append("| %s | %d | %s |%s" % (name, own[0].size, own[0].verdict, " |" * (len(own) + 3)))
            continue
        cells = ["%s (%s, %s)%s" % (brief(row.gradient), brief(row.torch), brief(row.moved), " !" * bool(row.verdict)) for row in own]
        lines.append("| %s | %d | %.0e | %s | %.2f | %.2f | %.0f |" % (
            name, own[0].size, max(row.scores for row in own), " | ".join(cells), own[0].seconds, own[0].torch_seconds,
            max(row.megabytes for row in own)))
    return "\n".join(lines) + "\n"


# ---------------------------------------------------------------- every export of one network

def check_exports(name, args, folder):
    """(description, score error, gradient error, what is allowed, failure) for every opset, folding and batch."""
    size = args.size or NETWORKS[name].small
    net = build(name, size, args.seed)
    case = make_case(net, 2, size, args, ["gradient"])
    pictures, allowed = case.pictures, max(args.tolerance, args.slack * max(case.conditioning["gradient"]))
    model, picture = os.path.join(folder, name + ".onnx"), os.path.join(folder, "image.npy")
    np.save(picture, pictures.numpy())
    for opset in args.opsets:
        for folding in (True, False):
            for free_batch in (True, False):
                what = "opset %d%s, %s batch" % (opset, "" if folding else ", nothing folded",
                                                 "free" if free_batch else "fixed")
                try:
                    export(net, pictures if free_batch else pictures[:1], model, opset, folding, free_batch,
                           args.keep_bn)
                except Exception as error:                     # the exporter's refusal is no fault of fovea
                    yield what, None, None, allowed, "PyTorch cannot export it: %s" % str(error).split("\n")[0]
                    continue
                found = run(gradient_command(args, model, picture, case.target, "gradient"), folder)
                count = 2
                if found.failure and "written for a batch of 1" in found.failure:
                    count = 1                                  # what the command line falls back to for crops, too
                    np.save(picture, pictures[:1].numpy())
                    found = run(gradient_command(args, model, picture, case.target, "gradient"), folder)
                    np.save(picture, pictures.numpy())
                    what += ", one picture at a time"
                if found.failure:
                    yield what, None, None, allowed, found.failure
                    continue
                yield (what, relative_error(found.scores, case.scores[:count]),
                       relative_error(found.gradient, case.gradients["gradient"][:count]), allowed, None)
    os.remove(model)


def all_exports(args, folder):
    failed = 0
    for name in args.only or NETWORKS:
        good, single, refused = 0, 0, []
        for what, scores, gradient, allowed, failure in check_exports(name, args, folder):
            if failure and failure.startswith("PyTorch"):
                refused.append("%s: %s" % (what, failure))
            elif failure or max(scores, gradient) > allowed:
                failed += 1
                print("    %s: %s" % (what, failure or "scores %.1e, gradient %.1e, allowed %.0e" % (
                    scores, gradient, allowed)), flush=True)
            else:
                good += 1
                single += what.endswith("one picture at a time")
        print("%-20s %d exports agree%s" % (name, good, ", %d of them one picture at a time" % single * bool(single)),
              flush=True)
        for line in refused:
            print("    " + line, flush=True)
    return failed


def main(arguments):
    parser = argparse.ArgumentParser(prog="zoo_check.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fovea", help="the program")
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=list(NETWORKS), help="these networks")
    parser.add_argument("--rules", nargs="+", choices=RULES, default=list(RULES))
    parser.add_argument("--exports", action="store_true", help="every opset, constant folding, fixed and free batch")
    parser.add_argument("--opsets", nargs="+", type=int, help="default: 13; with --exports 9 11 13 16 17")
    parser.add_argument("--keep-bn", action="store_true", help="export BatchNormalization nodes, unfolded")
    parser.add_argument("--size", type=int, help="side of the pictures (default: 128, or what the network needs)")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--precision", choices=["f32", "f64"], help="handed to the program")
    parser.add_argument("--threads", type=int, help="handed to the program, and PyTorch's")
    parser.add_argument("--tolerance", type=float, default=1e-4)
    parser.add_argument("--slack", type=float, default=3, help="how many times the conditioning is fine")
    parser.add_argument("--pictures", type=int, default=3, help="how many to try for a well-conditioned one")
    parser.add_argument("--markdown", metavar="FILE", help="also write the table here")
    parser.add_argument("--keep", metavar="FOLDER", help="leave the ONNX files in this folder")
    args = parser.parse_args(arguments)
    args.opsets = args.opsets or ([9, 11, 13, 16, 17] if args.exports else [13])
    if args.threads:
        torch.set_num_threads(args.threads)

    with contextlib.ExitStack() as stack:
        folder = args.keep or stack.enter_context(tempfile.TemporaryDirectory())
        os.makedirs(folder, exist_ok=True)
        if args.exports:
            failed = all_exports(args, folder)
        else:
            print("PyTorch %s, torchvision %s, %s; opset %d, batch %d" % (
                torch.__version__, torchvision.__version__, platform.machine(), args.opsets[0], args.batch))
            print("%-20s %4s %-10s %8s %8s %8s %8s %7s %7s %6s" % (
                "network", "side", "rule", "scores", "gradient", "PyTorch", "moved", "s", "its s", "MB"))
            rows = []
            for name in args.only or NETWORKS:
                for row, notes in check_rules(name, args, folder):
                    print_row(row, notes)
                    rows.append(row)
            failed = sum(bool(row.verdict) for row in rows)
            if args.markdown:
                with open(args.markdown, "w") as f:
                    f.write(markdown(rows, args))
    print("%d wrong or failed" % failed if failed else "all well")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

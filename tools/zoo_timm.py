#!/usr/bin/env python3
"""Check a member of each family of image classifiers (zoo_families.py) against PyTorch in float64, in two phases.

    python3 tools/zoo_check.py --timm --export-to FOLDER               needs torch 2.6, torchvision, timm and onnxscript
    python3 tools/zoo_check.py --timm build/release/fovea --check FOLDER [--markdown TABLE.md]        needs only numpy

The first phase may run elsewhere, for example in a root of Debian 13 (docs/zoo.md says how to make one). For each family
it builds the network with seeded random weights, gives values to what starts at zero (`enliven`), and writes

    FOLDER/MODEL/x.npy, scores64.npy, gradient64.npy       one picture, its scores, the gradient of the best score, in float64
    FOLDER/MODEL/notes.json                                the target, the conditioning, and what each export said
    FOLDER/MODEL/EXPORTER-OPSET[-free].onnx                a file of each exporter, opset and batch ("free": N symbolic)

by PyTorch's older exporter (script) and its newest one (dynamo). The second phase calls the program as a user would,

    fovea gradient FOLDER/MODEL/script-13.onnx --input x.npy --class K --write-scores S.npy -o G.npy

for each file, compares, and writes what it found to FOLDER/MODEL/results.json; a file that agreed before is called again
only with --again, so that it may be deleted (--delete) and its line of the table stays. An error is wrong if it is above
--tolerance and above --slack times the conditioning, which docs/zoo.md explains ("How to read an error"); with --float64,
an error above --tolerance is looked at again in float64 (--precision f64).
"""
import argparse
import collections
import contextlib
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np

from compare_with_torch import relative_error
from zoo_families import FAMILIES

Export = collections.namedtuple("Export", "exporter opset free_batch")
ALL_EXPORTS = [Export("script", 13, False), Export("script", 18, True), Export("script", 20, False),
               Export("dynamo", 18, False), Export("dynamo", 20, True), Export("dynamo", 21, False)]
SAMPLES = 2


def file_name(export):
    return "%s-%d%s.onnx" % (export.exporter, export.opset, "-free" * export.free_batch)


def chosen_exports(args):
    return [e for e in ALL_EXPORTS if (not args.exporters or e.exporter in args.exporters) and
            (not args.opsets or e.opset in args.opsets)]


# ---------------------------------------------------------------- phase 1: build, reference, export

def create(family):
    """The network in evaluation mode, with what its constructor starts it at."""
    if family.model.startswith("torchvision:"):
        import torchvision
        return torchvision.models.get_model(family.model.split(":")[1], weights=None, **family.options).eval()
    import timm
    try:                                            # networks of a fixed size take it here, all others do not know it
        return timm.create_model(family.model, pretrained=False, img_size=family.side, **family.options).eval()
    except TypeError:
        return timm.create_model(family.model, pretrained=False, **family.options).eval()


def enliven(net, side, generator):
    """Gives random values to whatever the constructor sets to a constant, so that no path of the network is idle and no
    normalization is the identity: biases, gains, tokens, heads. BatchNormalization gets the statistics of real activations, moved a little, so
    that these neither vanish nor explode in depth."""
    import torch

    def normal(shape, scale, shift=0.0):
        return torch.randn(shape, generator=generator) * scale + shift

    with torch.no_grad():
        for name, parameter in net.named_parameters():
            low, high = float(parameter.min()), float(parameter.max())
            if low != high and not name.endswith("bias"):
                continue                                                     # random already
            is_gain = any(word in name.lower() for word in ("gamma", "gain", "scale", "ls1", "ls2", "alpha", "lambda"))
            if is_gain and abs(high) < 0.5:                                  # LayerScale, SkipInit
                parameter.copy_(normal(parameter.shape, 0.1, 0.3))
            elif parameter.dim() > 1 and low == high == 0:
                parameter.copy_(normal(parameter.shape, max(parameter[0].numel(), 1) ** -0.5))
            elif high > 0.5:                                                 # weights of normalizations
                parameter.mul_(normal(parameter.shape, 0.1, 1.0))
            else:
                parameter.add_(normal(parameter.shape, 0.05))
        batch_norms = [m for m in net.modules() if isinstance(m, torch.nn.modules.batchnorm._BatchNorm) and m.track_running_stats]
        for module in batch_norms:
            module.reset_running_stats()
            module.momentum = None                                # the statistics of one batch, not a moving average
            module.train()
        if batch_norms:
            net(torch.randn((8, 3, side, side), generator=generator))
        for module in batch_norms:
            deviation = module.running_var.sqrt()
            module.running_mean.add_(deviation * normal(deviation.shape, 0.1))
            module.running_var.mul_(normal(deviation.shape, 0.1).exp())
    return net.eval().requires_grad_(False)


def keep_gradients_contiguous(net):
    """PyTorch 2.6's BatchNormalization in evaluation mode returns a wrong gradient for a batch of 1 where the layouts of its
    input and of the gradient that it is handed differ (one of them channels last)."""
    import torch

    def hook(_, __, output):
        if isinstance(output, torch.Tensor) and output.requires_grad:
            output.register_hook(lambda gradient: gradient.contiguous())

    for module in net.modules():
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            module.register_forward_pre_hook(lambda _, inputs: tuple(x.contiguous() for x in inputs))
            module.register_forward_hook(hook)


def reference(net, pictures, target):
    """Scores and the gradient of the target's score; the target is the best score where none is given."""
    import torch
    x = pictures.clone().requires_grad_()
    scores = net(x)
    target = int(scores[0].argmax()) if target is None else target
    dx, = torch.autograd.grad(scores[:, target].sum(), x)
    return scores.detach().numpy(), dx.numpy(), target


def write_reference(net, family, folder, seed):
    """x.npy, scores64.npy and gradient64.npy in the folder; the target and the conditioning."""
    import copy

    import torch
    generator = torch.Generator().manual_seed(seed + 1)
    pictures = torch.randn((1, 3, family.side, family.side), generator=generator)
    narrow = copy.deepcopy(net)
    keep_gradients_contiguous(narrow)
    single_scores, single, target = reference(narrow, pictures, None)
    wide = copy.deepcopy(net).double()
    keep_gradients_contiguous(wide)
    scores, gradient, _ = reference(wide, pictures.double(), target)
    score_error = relative_error(single_scores, scores)
    moved = []
    for _ in range(SAMPLES):
        noise = torch.randn(pictures.shape, generator=generator)
        moved.append(relative_error(reference(wide, pictures.double() * (1 + score_error * noise), target)[1], gradient))
    for name, array in (("x", pictures.numpy()), ("scores64", scores), ("gradient64", gradient)):
        np.save(os.path.join(folder, name + ".npy"), array)
    return {"target": target, "score_error": score_error, "gradient_error": relative_error(single, gradient),
            "moved": max(moved)}


def set_fused_attention(net, fused):
    """timm's switch between PyTorch's scaled_dot_product_attention and the same written out; whether there is one."""
    modules = [module for module in net.modules() if hasattr(module, "fused_attn")]
    for module in modules:
        module.fused_attn = fused
    return bool(modules)


def write_export(net, picture, export, path):
    """One file. Where the older exporter fails at fused attention (always before opset 14), attention is written out."""
    import torch
    more = {"input_names": ["image"], "output_names": ["scores"], "opset_version": export.opset}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if export.exporter == "dynamo":
            if export.free_batch:
                more["dynamic_shapes"] = ({0: torch.export.Dim("N")},)
            batch = torch.cat([picture, picture]) if export.free_batch else picture     # a batch of 1 counts as fixed
            return torch.onnx.export(net, (batch,), path, dynamo=True, verbose=False, **more)
        if export.free_batch:
            more["dynamic_axes"] = {"image": {0: "N"}, "scores": {0: "N"}}
        try:
            set_fused_attention(net, export.opset >= 14)
            torch.onnx.export(net, (picture,), path, **more)
        except Exception:
            if export.opset < 14 or not set_fused_attention(net, False):
                raise
            torch.onnx.export(net, (picture,), path, **more)
        finally:
            set_fused_attention(net, True)


def read_json(folder, name):
    """The notes of a phase on a family so far: notes.json of the first, results.json of the second."""
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        return {}
    with open(path) as f:
        return json.load(f)


def write_json(folder, name, content):
    with open(os.path.join(folder, name), "w") as f:
        json.dump(content, f, indent=1)


def export_family(family, exports, folder, seed, again):
    """Everything phase 2 needs to know of one family, in its folder; what is noted there already stays."""
    import torch
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    os.makedirs(folder, exist_ok=True)
    notes = {"family": family.name, "kind": family.kind, "model": family.model, "side": family.side,
             "options": family.options, "torch": torch.__version__, "exports": {}}
    notes.update(read_json(folder, "notes.json"))
    notes.pop("failure", None)
    try:
        net = enliven(create(family), family.side, torch.Generator().manual_seed(seed))
        notes["parameters"] = sum(p.numel() for p in net.parameters())
        if "target" not in notes or again:
            notes.update(write_reference(net, family, folder, seed))
        picture = torch.from_numpy(np.load(os.path.join(folder, "x.npy")))
        net.requires_grad_()                      # or some layers take a fused path that cannot be exported
        for export in exports:
            begin = time.time()
            try:
                write_export(net, picture, export, os.path.join(folder, file_name(export)))
                said = ""
            except Exception as error:             # the exporter's refusal is no fault of the program
                said = first_lines(error)
            notes["exports"][file_name(export)] = said
            print("    %-20s %5.1f s  %s" % (file_name(export), time.time() - begin, said[:200]), flush=True)
    except Exception as error:
        notes["failure"] = first_lines(error)
        print("    failed: " + notes["failure"], flush=True)
    write_json(folder, "notes.json", notes)


def first_lines(error):
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return "%s: %s" % (type(error).__name__, " ".join(lines[:2])[:400])


def export_all(families, args):
    exports = chosen_exports(args)
    import timm  # noqa: F401   once, before the processes fork
    import torch  # noqa: F401
    for family in families:
        folder = os.path.join(args.export_to, folder_name(family))
        done = {} if args.again else read_json(folder, "notes.json").get("exports", {})
        todo = [export for export in exports if done.get(file_name(export), "none yet") and not args.references]
        if not todo and not args.references:
            continue
        print("%s (%s)" % (family.name, family.model), flush=True)
        worker = multiprocessing.get_context("fork").Process(
            target=export_family, args=(family, todo, folder, args.seed, args.again or args.references))
        worker.start()
        worker.join(args.timeout)
        if worker.is_alive():
            worker.kill()
            print("    ended after %d s" % args.timeout, flush=True)
    return 0


def folder_name(family):
    return family.model.replace("torchvision:", "torchvision_")


# ---------------------------------------------------------------- phase 2: the program

Result = collections.namedtuple("Result", "file scores gradient wide failure notes")


def run(fovea, model, folder, target, options, scratch, timeout):
    """(scores, gradient, failure, notes) of one call."""
    paths = [os.path.join(scratch, name) for name in ("scores.npy", "gradient.npy")]
    for path in paths:
        if os.path.exists(path):
            os.remove(path)
    try:
        done = subprocess.run([fovea, "gradient", model, "--input", os.path.join(folder, "x.npy"), "--class", str(target),
                               "--write-scores", paths[0], "-o", paths[1], *options], capture_output=True, text=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        return None, None, "ended after %d s" % timeout, []
    lines = done.stderr.strip().splitlines()
    notes = [line.split("note: ", 1)[1] for line in lines if "note: " in line]
    if done.returncode != 0 or not all(os.path.exists(path) for path in paths):
        return None, None, lines[-1] if lines else "exit code %d" % done.returncode, notes
    return np.load(paths[0]), np.load(paths[1]), None, notes


def check_file(args, folder, notes, name, scratch):
    expected = [np.load(os.path.join(folder, what)) for what in ("scores64.npy", "gradient64.npy")]
    allowed = (max(args.tolerance, args.slack * notes["score_error"]),
               max(args.tolerance, args.slack * max(notes["gradient_error"], notes["moved"])))

    def errors(*options):
        scores, gradient, failure, said = run(args.fovea, os.path.join(folder, name), folder, notes["target"],
                                              [*options, "--threads", str(args.threads)], scratch, args.timeout)
        return ((relative_error(scores, expected[0]), relative_error(gradient, expected[1])) if not failure else None,
                failure, said)

    found, failure, said = errors()
    if failure:
        return Result(name, None, None, None, failure, said)
    wide = None
    if args.float64 and max(found) > args.tolerance:     # rounding, or a fault? float64 leaves nothing to luck
        again, failure, _ = errors("--precision", "f64")
        wide = again and again[1]
    good = found[0] <= allowed[0] and found[1] <= allowed[1]
    return Result(name, *found, wide, failure or ("" if good else "wrong"), said)


def check_family(args, family, scratch):
    """(notes, results), or None where phase 1 did not run."""
    folder = os.path.join(args.check, folder_name(family))
    notes = read_json(folder, "notes.json")
    if not notes:
        return None
    results = {name: Result(*result) for name, result in read_json(folder, "results.json").items()}
    for name in (file_name(export) for export in chosen_exports(args)):
        path = os.path.join(folder, name)
        if not os.path.exists(path) or notes["exports"].get(name, "none yet"):
            continue
        if name not in results or results[name].failure or args.again:
            results[name] = check_file(args, folder, notes, name, scratch)
            write_json(folder, "results.json", results)
        if args.delete and not results[name].failure:
            for end in ("", ".data"):
                with contextlib.suppress(FileNotFoundError):
                    os.remove(path + end)
    return notes, [results[name] for name in map(file_name, ALL_EXPORTS) if name in results]


def brief(error):
    return "-" if error is None else "%.0e" % error if error else "0"


def print_family(family, notes, results):
    print("%s (%s, %d px)%s" % (family.name, family.model, family.side, ": " + notes["failure"] if "failure" in notes else ""))
    for r in results:
        print("    %-20s scores %s  gradient %s (%s, %s)  float64 %s  %s" % (
            r.file, brief(r.scores), brief(r.gradient), brief(notes["gradient_error"]), brief(notes["moved"]), brief(r.wide),
            "; ".join([r.failure or ""] + r.notes)), flush=True)


def table_row(family, notes, results):
    """One line of docs/zoo.md: which files agree, the largest errors of those, and what is missing by name."""
    def agreeing(exporter):
        good = [r.file.split("-")[1].split(".")[0] for r in results if r.file.startswith(exporter) and not r.failure]
        return " ".join(good) or "-"

    good = [r for r in results if not r.failure]
    missing = sorted({r.failure.split(r.file + ": ")[-1][:120] for r in results if r.failure})
    refused = sorted({"%s %s refuses" % tuple(name.split(".")[0].split("-")[:2]) for name, why in notes["exports"].items() if why})
    worst = max(good, key=lambda r: r.gradient) if good else None
    wide = [r.wide for r in good if r.wide is not None]
    gradient = "%s (%s, %s)" % (brief(worst.gradient), brief(notes["gradient_error"]), brief(notes["moved"])) if worst else "-"
    return "| %s | %s | %d | %s | %s | %s | %s | %s | %s |" % (
        family.name, family.model, family.side, agreeing("script"), agreeing("dynamo"),
        brief(max(r.scores for r in good)) if good else "-", gradient, brief(max(wide)) if wide else "", "; ".join(missing + refused))


def summary(checked):
    """For each exporter a line: how many families it exports, and of those how many agree in every file that was run."""
    lines = ["| exporter | families exported | every file agrees | not agreeing | the exporter refuses | not exported here |",
             "|---|---|---|---|---|---|"]
    for exporter, word in (("script", "older"), ("dynamo", "newest")):
        bad, refused, good, absent = [], [], 0, 0
        for family, notes, results in checked:
            own = [r for r in results if r.file.startswith(exporter)]
            if any(r.failure for r in own):
                bad.append(family.model)
            elif own:
                good += 1
            elif any(why for name, why in notes["exports"].items() if name.startswith(exporter)):
                refused.append(family.model)
            else:
                absent += 1
        lines.append("| %s | %d | %d | %s | %d: %s | %d |" % (
            word, good + len(bad), good, ", ".join(bad) or "none", len(refused), ", ".join(refused) or "none", absent))
    return lines


def check_all(families, args):
    done = []
    with tempfile.TemporaryDirectory() as scratch:
        for family in families:
            checked = check_family(args, family, scratch)
            if checked is None:
                continue
            print_family(family, *checked)
            done.append((family, *checked))
    lines = summary(done)
    if args.markdown:
        with open(args.markdown, "w") as f:
            f.write("\n".join(lines) + "\n\n"
                    "| family | network | side | older exporter | newest exporter | scores | gradient | in float64 | missing |\n"
                    "|---|---|---|---|---|---|---|---|---|\n" + "\n".join(table_row(*one) for one in done) + "\n")
    print("\n".join(lines))
    return 1 if any(r.failure for _, _, results in done for r in results) else 0


def main(arguments):
    parser = argparse.ArgumentParser(prog="zoo_check.py --timm", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fovea", nargs="?", help="the program, for --check")
    parser.add_argument("--export-to", metavar="FOLDER", help="phase 1")
    parser.add_argument("--check", metavar="FOLDER", help="phase 2")
    parser.add_argument("--only", nargs="+", metavar="MODEL", help="these families, by the name of their network")
    parser.add_argument("--exporters", nargs="+", choices=["script", "dynamo"], help="default: both")
    parser.add_argument("--opsets", nargs="+", type=int, help="default: 13, 18, 20 and 21")
    parser.add_argument("--again", action="store_true", help="do what is done already once more")
    parser.add_argument("--references", action="store_true", help="compute scores and gradients again, export nothing")
    parser.add_argument("--delete", action="store_true", help="delete each file that agrees")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="handed to the program")
    parser.add_argument("--float64", action="store_true", help="look at errors above --tolerance again in float64 (slow)")
    parser.add_argument("--tolerance", type=float, default=1e-4)
    parser.add_argument("--slack", type=float, default=3, help="how many times the conditioning is fine")
    parser.add_argument("--timeout", type=int, default=600, help="seconds for one family's export, or one call of the program")
    parser.add_argument("--markdown", metavar="FILE", help="also write the table here")
    args = parser.parse_args(arguments)
    if bool(args.export_to) == bool(args.check) or bool(args.check) != bool(args.fovea):
        parser.error("either --export-to FOLDER, or the program and --check FOLDER")
    unknown = set(args.only or []) - {family.model for family in FAMILIES}
    if unknown:
        parser.error("no such network: " + ", ".join(sorted(unknown)))
    families = [family for family in FAMILIES if not args.only or family.model in args.only]
    return export_all(families, args) if args.export_to else check_all(families, args)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

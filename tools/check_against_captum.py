#!/usr/bin/env python3
"""Runs both halves of docs/from-captum.md on torchvision's SqueezeNet 1.1 and prints how far their results agree.

    check_against_captum.py PHOTO

The network has seeded random weights: whether maps agree does not depend on training, and nothing is downloaded. Needs
fovea's module, and captum, torch and torchvision; on Debian:

    python3 -m venv --system-site-packages venv           # python3-torch, python3-torchvision, python3-pil
    venv/bin/pip install --no-deps captum==0.7.0 tqdm && venv/bin/pip install ./python
"""

import pathlib
import re
import sys
import tempfile
import warnings

import numpy as np

PAGE = pathlib.Path(__file__).resolve().parent.parent / "docs" / "from-captum.md"


def random_network():
    """torchvision's network with seeded weights. Its ReLUs replace their input there, which Captum does not take."""
    import torch
    import torchvision

    torch.manual_seed(1)
    net = torchvision.models.squeezenet1_1(weights=None)
    for module in net.modules():
        if isinstance(module, torch.nn.ReLU):
            module.inplace = False
    return net


def blocks():
    """(whose, code) of each block of the page, in order."""
    for whose, code in re.findall(r"```python\n# (Captum|fovea)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        yield whose, code.replace('torchvision.models.squeezenet1_1(weights="IMAGENET1K_V1")', "the_network")


def agreement(a, b):
    """Correlation, and the largest difference as a fraction of the largest magnitude."""
    a, b = (np.asarray(getattr(one, "detach", lambda one=one: one)(), np.float64).squeeze() for one in (a, b))
    correlation = np.corrcoef(a.ravel(), b.ravel())[0, 1]
    return "correlation {:.6f}, largest difference {:.1e} of the largest value".format(
        correlation, np.abs(a - b).max() / np.abs(b).max()
    )


def main():
    (photo,) = sys.argv[1:]
    import captum
    import torch

    import fovea

    print("captum", captum.__version__, "torch", torch.__version__, "fovea", fovea.__version__)
    warnings.simplefilter("ignore")
    names = {"Captum": {"the_network": random_network()}, "fovea": {}}
    with tempfile.TemporaryDirectory() as folder:
        for whose, code in blocks():
            code = code.replace("photo.jpg", str(pathlib.Path(photo).resolve())).replace("net.onnx", folder + "/net.onnx")
            exec(compile(code, str(PAGE), "exec"), names[whose])
            if whose == "fovea":
                ours, theirs = names["fovea"], names["Captum"]
                for name in ("target", "gradient", "map", "relevance"):
                    if re.search(r"^(.*, )?{}(,.*)? = ".format(name), code, re.MULTILINE):
                        both = ours[name], theirs[name]
                        same = "{} and {}".format(*both) if name == "target" else agreement(*both)
                        print("{}: {}".format(code.strip().splitlines()[-1], same))


if __name__ == "__main__":
    main()

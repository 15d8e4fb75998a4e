"""Common parts of the tests. FOVEA_SOURCE_DIR is the repository; FOVEA_PROGRAM the built program, where there is one."""

import os
import pathlib
import subprocess
import tempfile
import unittest

import numpy as np

import fovea as module

SOURCE = pathlib.Path(os.environ.get("FOVEA_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
PROGRAM = os.environ.get("FOVEA_PROGRAM")
MODEL = SOURCE / "models" / "imagenette-resnet.onnx"
PHOTO = SOURCE / "samples" / "golf-ball.jpg"


class ModelTestCase(unittest.TestCase):
    """Tests that share a model and a photo, and have a folder each."""

    @classmethod
    def setUpClass(cls):
        cls.model = module.Model(MODEL, threads=1)
        cls.photo = module.read_image(PHOTO)

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)


def wave(count, model):
    """Some network inputs, [count,C,H,W]."""
    shape = (count, model.channels, model.height, model.width)
    return np.sin(np.arange(np.prod(shape), dtype=np.float32)).reshape(shape)


def fovea(*arguments):
    """Runs the program; its one thread gives the same bits every time."""
    command = [PROGRAM, *map(str, arguments), "--threads", "1"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout

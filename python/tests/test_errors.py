"""Every fault has its type, and a text that says what is wrong."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import numpy as np

import fovea

from . import support


class Errors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = fovea.Model(support.MODEL, threads=1)
        cls.black = np.zeros((50, 60, 3), np.uint8)

    def test_all_are_errors_of_fovea(self):
        for kind in (fovea.UsageError, fovea.ModelError, fovea.InputError, fovea.OutputError, fovea.Cancelled):
            self.assertTrue(issubclass(kind, fovea.Error))
        self.assertTrue(issubclass(fovea.InputError, ValueError))

    def test_missing_and_truncated_models(self):
        with self.assertRaisesRegex(fovea.ModelError, "no-such-file"):
            fovea.Model("no-such-file.onnx")
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "cut.onnx")
            path.write_bytes(support.MODEL.read_bytes()[:100000])
            with self.assertRaisesRegex(fovea.ModelError, "cut.onnx"):
                fovea.saliency(path, self.black)
        with self.assertRaises(fovea.InputError):
            fovea.Model("a\0b")

    def test_inputs_of_other_types_and_shapes(self):
        x = support.wave(1, self.model)
        for wrong, text in (
            ((255 * x).astype(np.uint8), "uint8"),
            (x[0, 0], "shape"),
            (x[:0], "shape"),
            (x[:, :2], r"expected \[N,3,"),
            (x[:, :, 1:], r"expected \[N,3,"),
        ):
            for function in (self.model.scores, self.model.gradient):
                with self.assertRaisesRegex(fovea.InputError, text):
                    function(wrong)

    def test_pictures_of_other_types_and_shapes(self):
        for wrong, text in (
            (self.black.astype(np.float32), "float32"),
            (self.black[:, :, :2], "shape"),
            (self.black[:0], "shape"),
            (np.zeros(5, np.uint8), "shape"),
        ):
            with self.assertRaisesRegex(fovea.InputError, text):
                self.model.saliency(wrong)

    def test_targets_that_do_not_exist(self):
        x = support.wave(2, self.model)
        for wrong in (10, -1, 1.5, True, "no such class", [0], [0, 10]):
            with self.assertRaises(fovea.InputError):
                self.model.gradient(x, target=wrong)
        with self.assertRaisesRegex(fovea.InputError, "class 10 is out of range"):
            self.model.saliency(self.black, target=10)

    def test_methods_and_options_that_do_not_exist(self):
        with self.assertRaisesRegex(fovea.InputError, "unknown method 'x'"):
            self.model.saliency(self.black, method="x")
        with self.assertRaisesRegex(fovea.UsageError, "not made for gradients"):
            self.model.gradient(support.wave(1, self.model), method="grad-cam")
        with self.assertRaisesRegex(fovea.InputError, "imagenet"):
            self.model.saliency(self.black, preprocessing="imagenet")
        with self.assertRaisesRegex(fovea.InputError, "pink"):
            self.model.saliency(self.black).heat("pink")

    def test_files(self):
        with self.assertRaisesRegex(fovea.InputError, "no-such-picture"):
            fovea.read_image("no-such-picture.png")
        with self.assertRaisesRegex(fovea.OutputError, "no-such-folder"):
            fovea.write_png("no-such-folder/x.png", self.black)

    def test_a_library_that_is_not_there_is_an_import_error(self):
        for library in ("/no/such/libfovea_c.so", "libm.so.6"):
            done = subprocess.run(
                [sys.executable, "-c", "import fovea"],
                env=dict(os.environ, FOVEA_LIBRARY=library),
                capture_output=True,
                text=True,
                check=False,
            )
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("ImportError", done.stderr)

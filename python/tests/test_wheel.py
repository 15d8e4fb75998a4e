"""The module as a wheel: built from a copy, installed into a folder of its own, and used from there."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from . import support

NEEDED = ("pip", "setuptools", "wheel")  # Debian: python3-pip, python3-setuptools, python3-wheel


@unittest.skipUnless(all(importlib.util.find_spec(name) for name in NEEDED), f"needs {', '.join(NEEDED)}")
class Wheel(unittest.TestCase):
    def run_python(self, *arguments, **environment):
        done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True,
                              env={**os.environ, **environment})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def test_is_built_installed_and_used(self):
        offline = ["--no-deps", "--no-index", "--disable-pip-version-check"]
        with tempfile.TemporaryDirectory() as folder:
            source, built, installed = (os.path.join(folder, name) for name in ("source", "built", "installed"))
            shutil.copytree(support.SOURCE / "python", source)
            self.run_python("-m", "pip", "wheel", "--no-build-isolation", *offline, "-w", built, source)
            (wheel,) = os.listdir(built)
            self.assertRegex(wheel, r"^fovea-[0-9.]+-py3-none-any\.whl$")
            self.run_python("-m", "pip", "install", *offline, "--target", installed, os.path.join(built, wheel))
            shutil.rmtree(source)
            script = ("import fovea, sys\n"
                      "result = fovea.Model(sys.argv[1]).saliency(fovea.read_image(sys.argv[2]))\n"
                      "print(fovea.__file__, result.label)")
            said = self.run_python("-P", "-c", script, str(support.SOURCE / "models" / "imagenette-resnet.onnx"),
                                   str(support.SOURCE / "samples" / "church.jpg"), PYTHONPATH=installed)
            self.assertEqual(said, os.path.join(installed, "fovea", "__init__.py") + " church")


if __name__ == "__main__":
    unittest.main()

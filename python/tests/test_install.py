"""`pip install ./python` in a new virtual environment, and all tests with the module that is installed there.

FOVEA_BUILD_DIR is the CMake build folder that the library is taken from: compiling it once more would prove nothing.
"""

import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from . import support

NEEDED = ("pip", "setuptools", "wheel", "venv")  # Debian: python3-pip, python3-setuptools, python3-wheel, python3-venv
BUILD = os.environ.get("FOVEA_BUILD_DIR")
PARTS = ("arguments", "docs", "errors", "figures", "fork", "functions", "inputs", "notebook", "results", "types")


@unittest.skipUnless(BUILD, "needs FOVEA_BUILD_DIR, a build of the library")
@unittest.skipUnless(all(importlib.util.find_spec(name) for name in NEEDED), "needs " + ", ".join(NEEDED))
class Install(unittest.TestCase):
    def run_in(self, folder, *command, **changes):
        environment = {name: value for name, value in os.environ.items() if name not in ("FOVEA_LIBRARY", "PYTHONPATH")}
        environment.update(changes)
        command = [str(part) for part in command]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def copy_of_sources(self, folder):
        """What the installation reads of fovea's sources; the build writes into its own folder."""
        shutil.copytree(
            support.SOURCE / "python", folder / "python", ignore=shutil.ignore_patterns("build", "*.so", "models", "__pycache__")
        )
        for name in ("CMakeLists.txt", "models"):
            os.symlink(support.SOURCE / name, folder / name)

    def test_the_installed_module_passes_all_tests(self):
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            self.copy_of_sources(folder)
            # Debian's NumPy stands for the one that pip would fetch.
            self.run_in(folder, sys.executable, "-m", "venv", "--system-site-packages", folder / "venv")
            python = folder / "venv" / "bin" / "python"
            offline = ("--no-build-isolation", "--no-deps", "--no-index", "--disable-pip-version-check")
            self.run_in(folder, python, "-m", "pip", "install", *offline, "./python")
            installed = self.run_in(folder, python, "-P", "-c", "import fovea; print(fovea.__file__)").strip()
            self.assertTrue(installed.startswith(str(folder / "venv")), installed)
            for name in ("libfovea_c.so", "models/imagenette-resnet.onnx", "py.typed"):
                self.assertTrue((pathlib.Path(installed).parent / name).exists(), name)
            (folder / "elsewhere").mkdir()
            shutil.copytree(folder / "python" / "tests", folder / "elsewhere" / "tests")
            self.run_in(
                folder / "elsewhere",
                python,
                "-m",
                "unittest",
                *("tests.test_" + part for part in PARTS),
                FOVEA_SOURCE_DIR=str(support.SOURCE),
            )

    def test_an_editable_installation_finds_library_and_network(self):
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            self.copy_of_sources(folder)
            self.run_in(folder, sys.executable, "-m", "venv", "--system-site-packages", folder / "venv")
            python = folder / "venv" / "bin" / "python"
            offline = ("--no-build-isolation", "--no-deps", "--no-index", "--disable-pip-version-check")
            self.run_in(folder, python, "-m", "pip", "install", *offline, "-e", "./python")
            code = "import fovea; print(fovea.__file__); print(fovea.Model.bundled().classes)"
            place, classes = self.run_in(folder, python, "-P", "-c", code).split()
            self.assertEqual(pathlib.Path(place).resolve(), (folder / "python" / "fovea" / "__init__.py").resolve())
            self.assertEqual(classes, "10")

    def test_a_folder_without_sources_says_so(self):
        with tempfile.TemporaryDirectory() as temporary:
            source = pathlib.Path(temporary, "python")
            shutil.copytree(support.SOURCE / "python", source, ignore=shutil.ignore_patterns("build", "*.so", "tests"))
            done = subprocess.run(
                [sys.executable, "setup.py", "build_py"], cwd=source, capture_output=True, text=True, check=False
            )
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("is not within fovea's sources", done.stderr)


if __name__ == "__main__":
    unittest.main()

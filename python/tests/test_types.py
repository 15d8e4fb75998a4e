"""The module is typed: py.typed is part of it, and mypy finds nothing to object."""

import importlib.util
import inspect
import pathlib
import subprocess
import sys
import tempfile
import unittest

import fovea

from . import support


class Types(unittest.TestCase):
    def test_is_marked_as_typed(self):
        self.assertTrue(pathlib.Path(fovea.__file__).with_name("py.typed").exists())

    def test_everything_public_is_documented(self):
        for name in fovea.__all__:
            thing = getattr(fovea, name)
            if isinstance(thing, str):
                continue
            self.assertTrue(inspect.getdoc(thing), name)
            if inspect.isclass(thing):
                own = [base for base in thing.__mro__ if base.__module__.startswith("fovea")]
                for method, function in (item for base in own for item in vars(base).items()):
                    if not method.startswith("_") and (callable(function) or isinstance(function, property)):
                        self.assertTrue(inspect.getdoc(function), "{}.{}".format(name, method))

    @unittest.skipUnless(importlib.util.find_spec("mypy"), "needs mypy")
    def test_mypy_is_strict(self):
        user = (
            "import fovea\n"
            "model = fovea.Model('m.onnx', labels={0: 'a'}, preprocessing={'mean': [1.0]})\n"
            "best: str = model.saliency('a.jpg', target='a').label\n"
            "x0: int = fovea.localize(model, 'a.jpg').boxes[0].x0\n"
        )
        with tempfile.TemporaryDirectory() as folder:
            script = pathlib.Path(folder, "user.py")
            script.write_text(user)
            done = subprocess.run(
                [sys.executable, "-m", "mypy", "--strict", "--cache-dir", folder, "fovea", str(script)],
                cwd=support.SOURCE / "python",
                capture_output=True,
                text=True,
                check=False,
            )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()

"""The notebook is valid and its code runs, as it stands, in a folder of its own."""

import json
import os
import tempfile
import unittest

from . import support

os.environ.setdefault("MPLBACKEND", "agg")
NOTEBOOK = support.SOURCE / "examples" / "notebook" / "saliency.ipynb"


class Notebook(unittest.TestCase):
    def setUp(self):
        with open(NOTEBOOK, encoding="utf-8") as file:
            self.notebook = json.load(file)

    def test_form(self):
        self.assertEqual(self.notebook["nbformat"], 4)
        identifiers = [cell["id"] for cell in self.notebook["cells"]]
        self.assertEqual(len(identifiers), len(set(identifiers)))
        for cell in self.notebook["cells"]:
            self.assertIn(cell["cell_type"], ("markdown", "code"))
            self.assertIsInstance(cell["source"], list)
            if cell["cell_type"] == "code":
                self.assertEqual((cell["outputs"], cell["execution_count"]), ([], None))

    def test_code_runs(self):
        here = os.getcwd()
        with tempfile.TemporaryDirectory() as folder:
            for part in ("models", "samples"):
                os.symlink(support.SOURCE / part, os.path.join(folder, part))
            os.makedirs(os.path.join(folder, "examples", "notebook"))
            os.chdir(os.path.join(folder, "examples", "notebook"))
            try:
                names = {}
                for cell in self.notebook["cells"]:
                    if cell["cell_type"] == "code":
                        exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
            finally:
                os.chdir(here)
        self.assertEqual(names["guess"].label, "golf ball")
        self.assertEqual((names["gradient"].method, names["grad_cam"].method), ("gradient", "grad-cam"))
        self.assertIsNotNone(names["found"].box)
        self.assertEqual(names["excites"].steps, 60)
        self.assertEqual(len(names["patterns"]), 3)


if __name__ == "__main__":
    unittest.main()

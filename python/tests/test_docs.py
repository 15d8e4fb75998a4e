"""The code of the pages on Python runs, from above to below."""

import os
import pathlib
import re
import shutil
import tempfile
import unittest

import fovea

from . import support


class Pages(unittest.TestCase):
    def run_blocks(self, page, pattern, files, names):
        """Runs the blocks of a page that match, in a folder with these files. Gives what they defined."""
        text = (support.SOURCE / page).read_text(encoding="utf-8")
        blocks = re.findall(pattern, text, re.DOTALL)
        self.assertGreater(len(blocks), 0)
        here = os.getcwd()
        with tempfile.TemporaryDirectory() as folder:
            for name, source in files.items():
                shutil.copy(source, pathlib.Path(folder, name))
            os.chdir(folder)
            try:
                for block in blocks:
                    exec(compile(block, page, "exec"), names)
            finally:
                os.chdir(here)
        return names

    def test_python_page(self):
        files = {"my-network.onnx": support.MODEL, "photo.jpg": support.PHOTO}
        names = self.run_blocks("docs/python.md", r"```python\n(.*?)```", files, {})
        self.assertEqual(names["result"].label, "golf ball")
        self.assertEqual(names["done"].photos, 1)
        self.assertEqual(names["model"].labels[1], "class 1")

    def test_readme(self):
        files = {"my-network.onnx": support.MODEL, "photo.jpg": support.PHOTO}
        given = {"x": support.wave(1, fovea.Model(support.MODEL))}
        names = self.run_blocks("README.md", r"```python\n(.*?)```", files, given)
        self.assertEqual(names["gradient"].shape, names["x"].shape)

    def test_halves_of_fovea_in_the_page_on_captum(self):
        # Of the bundled network, which has no softmax of a thousand classes; tools/check_against_captum.py compares.
        files = {"net.onnx": support.MODEL, "photo.jpg": support.PHOTO}
        names = self.run_blocks("docs/from-captum.md", r"```python\n# fovea\n(.*?)```", files, {})
        self.assertEqual(names["relevance"].ndim, 3)


if __name__ == "__main__":
    unittest.main()

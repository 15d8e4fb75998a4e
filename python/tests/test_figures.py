"""Figures, explanations of one picture, and trials of preprocessing."""

import json
import pathlib
import unittest

import numpy as np

import fovea

from . import support


class Figures(support.ModelTestCase):
    def test_figure_is_of_one_map_or_of_several_methods(self):
        maps = self.model.compare(self.photo, ["grad-cam", "gradient"])
        one = self.model.figure(self.photo, maps[0], dpi=48).pixels
        two = self.model.figure(self.photo, maps, dpi=48).pixels
        self.assertEqual((one.dtype, one.ndim, one.shape[2]), (np.uint8, 3, 3))
        self.assertGreater(two.shape[0], 1.5 * one.shape[0])

    def test_figure_is_saved_by_the_ending_of_its_path(self):
        figure = self.model.figure(support.PHOTO, self.model.saliency(support.PHOTO))
        begins = {"a.png": b"\x89PNG", "a.jpg": b"\xff\xd8", "a.svg": b"<svg", "a.pdf": b"%PDF"}
        for name, start in begins.items():
            figure.save(self.folder / name, dpi=60)
            self.assertTrue((self.folder / name).read_bytes().startswith(start), name)
        np.testing.assert_array_equal(
            self.model.figure(support.PHOTO, self.model.saliency(support.PHOTO), dpi=60).pixels,
            fovea.read_image(self.folder / "a.png"),
        )
        self.assertTrue(figure._repr_png_().startswith(b"\x89PNG"))
        with self.assertRaises(fovea.InputError):
            figure.save(self.folder / "a.gif")
        with self.assertRaises(fovea.OutputError):
            figure.save(self.folder / "missing" / "a.png")

    def test_options_change_the_figure(self):
        result = self.model.saliency(self.photo, "grad-cam")
        usual = self.model.figure(self.photo, result, dpi=48).pixels
        for option in ({"alpha": 0.1}, {"contours": True}, {"colormap": "viridis"}, {"percentile": 50}, {"gamma": 0.3}):
            other = self.model.figure(self.photo, result, dpi=48, **option).pixels
            self.assertTrue(usual.shape != other.shape or (usual != other).any(), option)
        for option in ({"alpha": 2}, {"dpi": 5}, {"colormap": "rainbow"}, {"percentile": -1}, {"gamma": 0}):
            with self.assertRaisesRegex(fovea.InputError, next(iter(option))):
                self.model.figure(self.photo, result, **option)

    def test_captions_have_the_options_of_the_method(self):
        figure = self.model.figure(self.photo, self.model.saliency(self.photo, "smoothgrad", samples=3, crops="whole"))
        figure.save(self.folder / "a.svg")
        self.assertNotEqual(
            figure._repr_png_(),
            self.model.figure(self.photo, self.model.saliency(self.photo, "smoothgrad", samples=4, crops="whole"))._repr_png_(),
        )

    def test_maps_must_be_of_the_picture_and_of_one_class(self):
        church, ball = (self.model.saliency(self.photo, target=name) for name in ("church", "golf ball"))
        with self.assertRaisesRegex(fovea.InputError, "different classes"):
            self.model.figure(self.photo, [church, ball])
        with self.assertRaisesRegex(fovea.InputError, "explanations is"):
            self.model.figure(self.photo, [])
        with self.assertRaises(fovea.InputError):
            self.model.figure(self.photo[:20, :20], ball)

    @unittest.skipUnless(support.PROGRAM, "needs the program")
    def test_figure_is_that_of_the_program(self):
        support.fovea("saliency", support.PHOTO, "-m", support.MODEL, "--method", "grad-cam,guided", "-o", self.folder / "p.png")
        maps = self.model.compare(support.PHOTO, ["grad-cam", "guided"])
        np.testing.assert_array_equal(
            self.model.figure(support.PHOTO, maps).pixels, fovea.read_image(self.folder / "p.png")
        )


class Explains(support.ModelTestCase):
    def test_best_guesses_come_with_every_explanation(self):
        best = self.model.saliency(self.photo).best
        expected = self.model.classify(self.photo).best
        self.assertEqual([guess.label for guess in best], [guess.label for guess in expected])
        self.assertEqual(len(best), 5)
        self.assertAlmostEqual(best[0].probability, expected[0].probability, places=6)

    def test_explanation_has_guesses_maps_figure_and_assumptions(self):
        result = self.model.explain(support.PHOTO)
        self.assertEqual(result.label, "golf ball")
        self.assertEqual([one.method for one in result.maps], ["grad-cam", "gradient"])
        self.assertEqual(result.best[0].index, result.target)
        self.assertEqual(pathlib.Path(result.assumptions["network"]["path"]), support.MODEL)
        self.assertIs(result.assumptions["preprocessing_assumed"], False)
        self.assertIn("golf ball", str(result))
        self.assertIn("preprocessing", str(result))
        self.assertTrue(result._repr_png_().startswith(b"\x89PNG"))
        result.save(self.folder / "a.pdf")
        self.assertTrue((self.folder / "a.pdf").read_bytes().startswith(b"%PDF"))
        self.assertEqual(fovea.explain(self.model, self.photo, target="church").label, "church")

    def test_preprocessing_is_told_as_given(self):
        assumptions = self.model.explain(self.photo, preprocessing="caffe").assumptions
        self.assertIn("caffe", assumptions["preprocessing_source"])
        self.assertIn("BGR", assumptions["preprocessing"])

    @unittest.skipUnless(support.PROGRAM, "needs the program")
    def test_explanation_is_that_of_the_program(self):
        said = json.loads(
            support.fovea("explain", support.PHOTO, "-m", support.MODEL, "--json", "-o", self.folder / "p.png")
        )
        result = self.model.explain(support.PHOTO)
        self.assertEqual([guess.index for guess in result.best], [row["index"] for row in said["photos"][0]["predictions"]])
        self.assertEqual(result.assumptions["preprocessing"], said["preprocessing"])
        np.testing.assert_array_equal(result.figure.pixels, fovea.read_image(self.folder / "p.png"))


class TriesPreprocessing(support.ModelTestCase):
    def test_trials_of_all_presets_with_numbers_in_range(self):
        reports = []
        advice = self.model.try_preprocessing([support.PHOTO], progress=lambda *report: reports.append(report))
        self.assertEqual([trial.preset for trial in advice.trials], ["torchvision", "caffe", "tf", "none"])
        for trial in advice.trials:
            self.assertTrue(0 <= trial.certainty <= 1 and 0 <= trial.agreement <= 1 and trial.classes == 1)
        self.assertIsNone(advice.recommended)  # the file says it itself
        self.assertIn("the model file", advice.reason)
        self.assertIn("certainty", str(advice))
        self.assertEqual(reports[-1][0], reports[-1][1])

    def test_pictures_that_cannot_be_read_are_named(self):
        (self.folder / "bad.png").write_bytes(b"no picture")
        advice = fovea.try_preprocessing(self.model, [support.PHOTO, self.folder / "bad.png"])
        self.assertEqual(len(advice.failures), 1)
        self.assertIn("bad.png", advice.failures[0])
        with self.assertRaisesRegex(fovea.InputError, "bad.png"):
            self.model.try_preprocessing([self.folder / "bad.png"])


if __name__ == "__main__":
    unittest.main()

"""The results of the module equal those of the program."""

import json
import threading
import unittest

import numpy as np

import fovea

from . import support


class Results(support.ModelTestCase):
    def test_library_and_module_have_one_version(self):
        self.assertEqual(fovea.LIBRARY_VERSION, fovea.__version__)

    def test_model_is_described(self):
        self.assertEqual((self.model.channels, self.model.classes, len(self.model.labels)), (3, 10, 10))
        self.assertIn("golf ball", self.model.labels)
        self.assertIn("10 classes", repr(self.model))

    @unittest.skipUnless(support.PROGRAM, "needs the program")
    def test_methods_are_those_of_the_program(self):
        listed = json.loads(
            support.subprocess.run(
                [support.PROGRAM, "list", "methods", "--json"], check=True, capture_output=True, text=True
            ).stdout
        )
        self.assertEqual(fovea.methods(), [method["name"] for method in listed])

    @unittest.skipUnless(support.PROGRAM, "needs the program")
    def test_scores_and_gradients_are_those_of_the_program(self):
        x = support.wave(2, self.model)
        np.save(self.folder / "x.npy", x)
        for method in ("gradient", "deconvnet", "guided"):
            support.fovea(
                "gradient", support.MODEL, "--input", self.folder / "x.npy", "--class", 8, "--rule", method,
                "--write-scores", self.folder / "scores.npy", "-o", self.folder / "gradient.npy",
            )  # fmt: skip
            gradient = self.model.gradient(x, target=8, method=method)
            np.testing.assert_array_equal(gradient, np.load(self.folder / "gradient.npy"))
            scores = np.load(self.folder / "scores.npy")
            np.testing.assert_allclose(self.model.scores(x), scores, rtol=1e-5, atol=1e-5)

    def test_notes_tell_what_the_rule_acted_on(self):
        note = next(note for note in self.model.notes("guided") if note.kind == "rule-acted")
        self.assertEqual(note.names, ("guided", "Relu"))
        self.assertEqual(note.counts[0], 1)
        self.assertGreater(note.counts[1], 5)
        self.assertIn("{} Relu".format(note.counts[1]), note.text)
        self.assertIn(note, self.model.saliency(self.photo, method="guided").notes)
        self.assertNotIn("rule-acted", [other.kind for other in self.model.notes()])
        self.assertEqual(self.model.notes(), [])

    @unittest.skipUnless(support.PROGRAM, "needs the program")
    def test_notes_are_those_of_the_program(self):
        network = support.SOURCE / "tests" / "data" / "networks" / "quantised.onnx"
        command = [support.PROGRAM, "info", network, "--json"]
        told = json.loads(support.subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        notes = fovea.Model(network, threads=1).notes("gradient")
        self.assertEqual([n.kind for n in notes], ["straight-through-rounding"])
        ours = [{"kind": n.kind, "counts": list(n.counts), "names": list(n.names)} for n in notes]
        self.assertEqual(ours, told["note_details"])
        self.assertEqual([n.text for n in notes], told["notes"])

    def test_probabilities_follow_the_activation(self):
        x = support.wave(2, self.model)
        scores = self.model.scores(x).astype(np.float64)
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        np.testing.assert_allclose(self.model.probabilities(x), powers / powers.sum(axis=1, keepdims=True), rtol=1e-6)
        independent = fovea.Model(support.MODEL, threads=1, scores="logits", activation="sigmoid")
        np.testing.assert_allclose(independent.probabilities(x[0]), 1 / (1 + np.exp(-scores[0])), rtol=1e-5)
        without = fovea.Model(support.MODEL, threads=1, activation="none")
        with self.assertRaises(fovea.InputError):
            without.probabilities(x)
        self.assertIsNone(without.saliency(self.photo).probability)
        with self.assertRaises(fovea.InputError):
            fovea.Model(support.MODEL, activation="relu")

    @unittest.skipUnless(support.PROGRAM, "needs the program")
    def test_maps_are_those_of_the_program(self):
        for method, target in (("gradient", None), ("grad-cam", "church")):
            result = self.model.saliency(self.photo, method=method, target=target)
            said = json.loads(
                support.fovea(
                    "saliency", support.PHOTO, "-m", support.MODEL, "--method", method, "--class", target or "auto",
                    "--json", "-o", self.folder,
                )
            )[0]  # fmt: skip
            np.testing.assert_array_equal(result.map, np.load(said["files"]["raw_map"]))
            self.assertEqual(result.target, said["class"]["index"])
            self.assertEqual(result.label, said["class"]["name"])
            self.assertEqual(result.probability, said["probability"])
            self.assertEqual(result.region, tuple(said["region"][key] for key in ("x", "y", "width", "height")))
            np.testing.assert_array_equal(result.heat(), fovea.read_image(said["files"]["heat"]))
            # The overlay of the program is of the whole photo.
            overlay = fovea.read_image(said["files"]["overlay"])
            self.assertEqual(overlay.shape, fovea.read_image(support.PHOTO).shape)

    def test_function_and_method_agree(self):
        result = fovea.saliency(self.model, self.photo)
        self.assertEqual(result.label, "golf ball")
        self.assertEqual((result.map.dtype, result.map.ndim), (np.float32, 2))
        self.assertEqual(result.photo.shape, result.map.shape + (3,))
        self.assertIn("golf ball", repr(result))
        self.assertEqual(fovea.saliency(support.MODEL, self.photo).label, "golf ball")

    def test_best_guess_is_the_default_target(self):
        x = support.wave(3, self.model)
        best = self.model.scores(x).argmax(axis=1)
        np.testing.assert_array_equal(self.model.gradient(x), self.model.gradient(x, target=best))

    def test_one_picture_needs_no_batch(self):
        x = support.wave(1, self.model)
        np.testing.assert_array_equal(self.model.scores(x[0]), self.model.scores(x)[0])
        np.testing.assert_array_equal(self.model.gradient(x[0], 3), self.model.gradient(x, 3)[0])

    def test_double_and_strided_inputs_are_taken(self):
        x = support.wave(2, self.model)
        np.testing.assert_array_equal(self.model.scores(x.astype(np.float64)), self.model.scores(x))
        reversed_order = np.ascontiguousarray(x[:, :, :, ::-1])[:, :, :, ::-1]
        np.testing.assert_array_equal(self.model.scores(reversed_order), self.model.scores(x))

    def test_views_of_pictures_are_taken(self):
        part = self.photo[10:150, 20:170]
        expected = self.model.saliency(part.copy()).map
        np.testing.assert_array_equal(self.model.saliency(part).map, expected)
        turned = np.ascontiguousarray(part[::-1])[::-1]
        np.testing.assert_array_equal(self.model.saliency(turned).map, expected)
        grey = part[:, :, 1]
        np.testing.assert_array_equal(
            self.model.saliency(grey).map, self.model.saliency(np.repeat(grey[:, :, np.newaxis], 3, axis=2)).map
        )

    def test_pictures_survive_a_png(self):
        fovea.write_png(self.folder / "photo.png", self.photo)
        np.testing.assert_array_equal(fovea.read_image(self.folder / "photo.png"), self.photo)

    def test_two_threads_at_once(self):
        x = support.wave(4, self.model)
        expected = [self.model.gradient(x[n], target=n) for n in range(4)]
        found = [[], []]

        def work(results):
            for _ in range(3):
                results.append([self.model.gradient(x[n], target=n) for n in range(4)])

        threads = [threading.Thread(target=work, args=(results,)) for results in found]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for results in found:
            self.assertEqual(len(results), 3)
            for gradients in results:
                np.testing.assert_array_equal(gradients, expected)

    def test_progress_is_reported_and_can_end_the_work(self):
        reports = []
        result = self.model.saliency(self.photo, "smoothgrad", progress=lambda *report: reports.append(report))
        self.assertEqual(reports[-1][0], reports[-1][1])
        self.assertEqual(result.label, "golf ball")

        def stop(done, total):
            raise KeyboardInterrupt

        with self.assertRaises(KeyboardInterrupt):
            self.model.saliency(self.photo, "smoothgrad", progress=stop)
        self.assertEqual(self.model.saliency(self.photo, "smoothgrad").label, "golf ball")


if __name__ == "__main__":
    unittest.main()

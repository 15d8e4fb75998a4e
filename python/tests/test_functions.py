"""Everything the program can: results equal those of the program, and are shown as pictures."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import threading
import unittest
import unittest.mock
import warnings

import numpy as np

import fovea

from . import support


class Functions(support.ModelTestCase):
    def test_classify(self):
        result = fovea.classify(self.model, self.photo, top=3)
        self.assertEqual((result.label, len(result.best), result.scores.shape), ("golf ball", 3, (10,)))
        self.assertAlmostEqual(float(result.probabilities.sum()), 1.0)
        self.assertEqual(result.target, int(np.argmax(result.scores)))
        self.assertIn("golf ball", str(result).splitlines()[0])
        ten = self.model.classify(self.photo, crops=10)
        self.assertFalse(np.array_equal(ten.scores, result.scores))
        if support.PROGRAM:
            said = json.loads(support.fovea("classify", support.PHOTO, "-m", support.MODEL, "--json"))
            self.assertIn("golf ball", json.dumps(said))

    def test_saliency_has_the_options_of_methods(self):
        plain = self.model.saliency(self.photo, "smoothgrad", samples=3, seed=1)
        same = self.model.saliency(self.photo, "smoothgrad", samples=3, seed=1)
        other = self.model.saliency(self.photo, "smoothgrad", samples=3, seed=2)
        np.testing.assert_array_equal(plain.map, same.map)
        self.assertFalse(np.array_equal(plain.map, other.map))
        grad_cam = [layer.name for layer in self.model.layers() if layer.grid][3]
        self.assertEqual(self.model.saliency(self.photo, "grad-cam", layer=grad_cam).method, "grad-cam")
        contrast = self.model.saliency(self.photo, target="golf", against="church")
        self.assertEqual(contrast.against, self.model.find_class("church"))
        summed = self.model.saliency(self.photo, merge="sum")
        np.testing.assert_allclose(summed.map, np.abs(summed.relevance).sum(axis=0), rtol=1e-5)
        for options, text in (
            ({"noise": -1}, "'noise': expected 0 to 100"),
            ({"samples": "many"}, "'samples': expected a whole number"),
            ({"layer": "no-such-layer"}, "no-such-layer"),
            ({"crops": 3}, "'crops': expected one of"),
        ):
            with self.assertRaisesRegex((fovea.InputError, fovea.ModelError), text):
                self.model.saliency(self.photo, "grad-cam", **options)

    def test_methods_side_by_side_are_those_alone(self):
        both = self.model.compare(self.photo, ["gradient", "grad-cam"])
        self.assertEqual([one.method for one in both], ["gradient", "grad-cam"])
        for one in both:
            np.testing.assert_allclose(one.map, self.model.saliency(self.photo, one.method).map, rtol=1e-4, atol=1e-7)

    def test_localize(self):
        found = fovea.localize(self.model, self.photo, target="golf ball")
        self.assertEqual((found.mask.dtype, found.mask.shape), (np.bool_, self.photo.shape[:2]))
        self.assertEqual(found.label, "golf ball")
        inside = found.mask[found.box.y0 : found.box.y1, found.box.x0 : found.box.x1]
        self.assertGreater(inside.sum(), 0.5 * found.mask.sum())
        self.assertEqual(found.contour.shape, self.photo.shape)
        self.assertIn("golf ball", repr(found))
        if support.PROGRAM:
            said = json.loads(support.fovea("localize", support.PHOTO, "-m", support.MODEL, "--json", "-o", self.folder / "o"))
            self.assertIn(str(found.box.x1), json.dumps(said))
        paper = self.model.localize(self.photo, preset="paper", quantiles=(0.9, 0.2))
        self.assertEqual(paper.mask.shape, found.mask.shape)
        with self.assertRaisesRegex(fovea.InputError, "quantiles"):
            self.model.localize(self.photo, quantiles=(0.1, 0.9))
        with self.assertRaises(fovea.InputError):
            self.model.localize(self.photo, crops="1")

    def test_segment(self):
        height, width = self.photo.shape[:2]
        points = {"foreground": [(width // 2, height // 2)], "background": [(5, 5), (width - 6, 5)]}
        found = fovea.segment(self.photo, **points)
        self.assertTrue(found.mask[height // 2, width // 2])
        self.assertFalse(found.mask[5, 5])
        self.assertIsNone(found.label)
        again = fovea.segment(str(support.PHOTO), found.seeds)
        np.testing.assert_array_equal(again.mask, found.mask)
        for wrong in ({}, {"foreground": [(1, 1)]}, {"seeds": found.seeds[:5]}, {"seeds": found.seeds, **points}):
            with self.assertRaises(fovea.InputError):
                fovea.segment(self.photo, **wrong)
        with self.assertRaisesRegex(fovea.InputError, "foreground holds 5"):
            fovea.segment(self.photo, foreground=[5], background=[(1, 1)])

    def test_class_model(self):
        steps = []
        start = self.model.scores(np.zeros((3, self.model.height, self.model.width), np.float32))
        made = self.model.class_model("golf ball", steps=6, progress=lambda done, total: steps.append((done, total)))
        self.assertEqual(steps, [(step, 6) for step in range(7)])
        self.assertEqual((made.steps, made.label), (6, "golf ball"))
        self.assertGreater(made.score, float(start[self.model.find_class("golf ball")]))
        self.assertEqual(made.picture.shape, (self.model.height, self.model.width, 3))
        several = self.model.class_models(0, pictures=2, steps=2, seed=3)
        self.assertFalse(np.array_equal(several[0].input, several[1].input))
        from_photo = self.model.class_model(0, steps=1, start=self.photo)
        self.assertEqual(from_photo.steps, 1)
        layer = [layer.name for layer in self.model.layers() if layer.grid][2]
        channel = self.model.class_model(layer=layer, channel=1, steps=2)
        self.assertIsNone(channel.probability)
        for options, text in (
            ({}, "target is missing"),
            ({"target": 0, "layer": layer}, "two targets"),
            ({"target": 99}, "out of range"),
            ({"target": 0, "steps": 0}, "'steps': expected 1 to"),
            ({"target": 0, "zooom": 2}, "zooom"),
        ):
            with self.assertRaisesRegex((fovea.InputError, TypeError), text):
                self.model.class_model(**options)

    def test_deconv(self):
        layer = [layer.name for layer in self.model.layers() if layer.grid][4]
        found = self.model.deconv(self.photo, layer, top=2)
        self.assertGreaterEqual(found[0].activation, found[1].activation)
        one = self.model.deconv(self.photo, layer, unit=found[1].unit)[0]
        np.testing.assert_array_equal(one.pattern, found[1].pattern)
        outside = one.pattern.copy()
        field = one.field
        outside[:, field.y : field.y + field.height, field.x : field.x + field.width] = 0
        self.assertEqual(np.abs(outside).max(), 0)
        score = self.model.deconv(self.photo, target="church", rule="gradient")[0]
        gradient = self.model.saliency(self.photo, target="church")
        np.testing.assert_allclose(np.abs(score.pattern).max(axis=0), gradient.map, rtol=1e-4, atol=1e-7)
        with self.assertRaisesRegex(fovea.InputError, "'top': needs the layer"):
            self.model.deconv(self.photo, top=3)

    def test_concepts(self):
        found = self.model.concepts(self.photo, top=3, target="church")
        self.assertEqual(len(found), 3)
        self.assertGreaterEqual(found[0].relevance, found[1].relevance)
        self.assertAlmostEqual(found[0].relevance, found[0].channels.max(), places=5)
        self.assertEqual(found[0].map.shape, (3, 128, 128))
        self.assertEqual(self.model.labels[found[0].target], "church")
        one = self.model.concepts(self.photo, channel=found[1].channel, target="church")[0]
        np.testing.assert_array_equal(one.map, found[1].map)
        self.assertIn("channel {}".format(one.channel), repr(one))
        with self.assertRaisesRegex(fovea.InputError, "out of range"):
            self.model.concepts(self.photo, channel=100000)

    def test_factorise(self):
        found = self.model.factorise(support.SOURCE / "samples", concepts=3)
        self.assertEqual(found.maps.shape[:2], (len(found.images), 3))
        np.testing.assert_allclose(np.linalg.norm(found.directions, axis=1), 1, atol=1e-5)
        self.assertTrue((np.diff(found.errors) <= 1e-9).all())
        again = self.model.factorise(support.SOURCE / "samples", found.layer, 3)
        np.testing.assert_array_equal(again.directions, found.directions)
        with self.assertRaisesRegex(fovea.InputError, "1000 concepts"):
            self.model.factorise(support.PHOTO, concepts=1000)

    def test_strongest_patches(self):
        layer = [layer.name for layer in self.model.layers() if layer.grid][-1]
        samples = support.SOURCE / "samples"
        found = self.model.strongest_patches(samples, layer, top=2, patches=2, workers=1)
        self.assertEqual(len(found), 4)
        self.assertGreaterEqual(found[0].activation, found[1].activation)
        self.assertEqual(found[0].unit.channel, found[1].unit.channel)
        self.assertNotEqual(found[0].image, found[1].image)
        shown = self.model.deconv(found[0].image, layer, unit=found[0].unit)[0]
        self.assertAlmostEqual(shown.activation, found[0].activation, places=4)
        with self.assertRaisesRegex(fovea.InputError, "'layer': is missing"):
            self.model.strongest_patches(samples, None)
        (self.folder / "damaged.jpg").write_text("no picture")
        with self.assertWarnsRegex(UserWarning, "damaged.jpg"):
            self.model.strongest_patches([support.PHOTO, self.folder / "damaged.jpg"], layer, top=1)

    def test_relevant_patches(self):
        samples = support.SOURCE / "samples"
        found = self.model.relevant_patches(samples, top=2, patches=1, workers=1)
        self.assertEqual(len(found), 2)
        self.assertGreaterEqual(found[0].relevance, found[1].relevance)
        unit = found[0].unit
        of_channel = self.model.relevant_patches(samples, channel=unit.channel, workers=1)
        self.assertEqual(of_channel[0], found[0])
        self.assertEqual(len({patch.image for patch in of_channel}), len(of_channel))
        channel = self.model.concepts(found[0].image, channel=unit.channel)[0]
        self.assertAlmostEqual(float(channel.layer_relevance[unit]), found[0].relevance, places=4)
        with self.assertRaisesRegex(fovea.InputError, "guided"):
            self.model.relevant_patches(samples, rule="guided")

    def test_report(self):
        page = self.folder / "page.html"
        done = self.model.report(
            [support.PHOTO, support.SOURCE / "samples" / "church.jpg"], page, class_models=0, localize=False, title="Two"
        )
        self.assertEqual((done.photos, done.failed, done.failures), (2, 0, []))
        self.assertIn("<title>Two", page.read_text(encoding="utf-8"))
        plain = fovea.Model(support.SOURCE / "models" / "imagenette-resnet-plain.onnx", threads=1)
        self.model.report(support.PHOTO, page, class_models=0, localize=False, compare_with=plain, target="golf")
        self.assertIn("imagenette-resnet-plain", page.read_text(encoding="utf-8"))
        with self.assertRaisesRegex(fovea.InputError, "compare_with is 'plain.onnx'"):
            self.model.report(support.PHOTO, page, compare_with="plain.onnx")
        with self.assertRaisesRegex(fovea.InputError, "'titel': is not known; there are"):
            self.model.report([support.PHOTO], page, titel="x")
        with self.assertRaisesRegex(fovea.InputError, r"images\[0\]"):
            self.model.report([self.photo], page)

    def test_compare_with(self):
        page = self.folder / "compare.html"
        photos = [support.PHOTO, support.SOURCE / "samples" / "church.jpg"]
        plain = fovea.Model(support.SOURCE / "models" / "imagenette-resnet-plain.onnx", threads=1)
        same = self.model.compare_with(
            self.model, photos, layers=2, min_correlation=1, min_ssim=1, min_overlap=1, max_changed=0
        )
        self.assertTrue(same.passed)
        self.assertEqual(len(same.checks), 7)
        self.assertEqual(same.failures, [])
        self.assertIsNone(same.summary["layers"]["activations_differ_from"])
        found = fovea.compare_with(
            self.model, plain, photos, output=page, methods="grad-cam", layers=0, min_correlation=0.999
        )
        self.assertFalse(found.passed)
        self.assertLess(found.checks[0]["measured"], 0.999)
        self.assertIn("failed  --min-correlation 0.999", str(found))
        self.assertEqual(json.loads((self.folder / "compare.json").read_text(encoding="utf-8")), found.summary)
        self.assertTrue(page.exists() and (self.folder / "compare.csv").exists())
        for second, options, text in (
            ("plain.onnx", {}, "other is 'plain.onnx'"),
            (plain, {"min_correlation": 2}, "'min_correlation': expected"),
            (plain, {"max_energy_drop": 0.1}, "'max_energy_drop': needs"),
            (plain, {"max_change": 0}, "'max_change': is not known"),
        ):
            with self.assertRaisesRegex(fovea.InputError, text):
                self.model.compare_with(second, photos, **options)

    def test_evaluate(self):
        photos = [support.PHOTO]
        found = self.model.evaluate("faithfulness", photos, methods=["gradient"], steps=3, subsets=0)
        self.assertIn("methods", json.dumps(found.summary))
        self.assertEqual(found.failures, [])
        self.assertGreater(len(str(found).splitlines()), 2)
        truth = self.folder / "truth.csv"
        truth.write_text("file,class_index,x0,y0,x1,y1\ngolf-ball.jpg,8,10,10,100,100\n")
        rows = self.model.evaluate(
            "localization", support.SOURCE / "samples", self.folder / "boxes", truth=truth, guesses=1
        )
        self.assertEqual(rows.summary["images"], 1)
        self.assertTrue((self.folder / "boxes" / "images.csv").exists())
        for arguments, text in (
            (("beauty", photos), "kind is 'beauty'"),
            (("localization", "samples"), "output is None"),
            (("faithfulness", 5), "images is a int"),
        ):
            with self.assertRaisesRegex(fovea.InputError, text):
                self.model.evaluate(*arguments)

    def test_export(self):
        path = self.folder / "explains.onnx"
        content = fovea.export(self.model, path, method="guided")
        self.assertEqual(path.read_bytes(), content)
        plain = self.model.export(kind="canonical", opset=13)
        canonical = self.folder / "canonical.onnx"
        canonical.write_bytes(plain)
        x = support.wave(1, self.model)
        np.testing.assert_allclose(fovea.Model(canonical, threads=1).scores(x), self.model.scores(x), rtol=1e-3, atol=1e-3)
        with self.assertRaisesRegex(fovea.InputError, "'opset': expected 13 to 17"):
            self.model.export(opset=5)

    def test_cuda_support(self):
        path = self.folder / "explains.onnx"
        fovea.export(self.model, path, method="lrp", opset=15)
        support = fovea.cuda_support(path)
        self.assertEqual((support.opset, support.gaps), (15, 0))
        self.assertIn("MaxPool", {node.operator for node in support.nodes})
        self.assertTrue(all(node.on_gpu and not node.reason for node in support.nodes))
        self.assertIn(support.version, str(support))
        with self.assertRaises(fovea.ModelError):
            fovea.cuda_support(self.folder / "missing.onnx")

    def test_targets(self):
        x = support.wave(1, self.model)
        numbers = fovea.Model(support.MODEL, threads=1, targets=["logits[0, 3]", "mean(logits[0, 2:4])"])
        scores, all_scores = numbers.scores(x)[0], self.model.scores(x)[0]
        np.testing.assert_allclose(scores, [all_scores[3], all_scores[2:4].mean()], rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(numbers.gradient(x, target=0), self.model.gradient(x, target=3), rtol=1e-3, atol=1e-5)
        self.assertEqual(numbers.saliency(support.PHOTO, target=1).label, "mean(logits[0, 2:4])")
        one = fovea.Model(support.MODEL, threads=1, targets="logits[0, 3]")
        self.assertIsNone(one.classify(support.PHOTO).probability)
        for wrong, text in ((5, "targets is 5"), ([], "targets is"), ([None], r"targets\[0\]"), ("logits[", "expected")):
            with self.assertRaisesRegex(fovea.InputError, text):
                fovea.Model(support.MODEL, targets=wrong)
        with self.assertRaisesRegex(fovea.InputError, "give targets or scores"):
            fovea.Model(support.MODEL, scores="logits", targets="logits[0, 1]")

    def test_networks_of_other_kinds_are_told_apart(self):
        with self.assertRaisesRegex(fovea.InputError, "are not those of a detector"):
            self.model.detect(self.photo)
        with self.assertRaisesRegex(fovea.Error, "no scores at several positions"):
            self.model.saliency(self.photo, region="own")
        with self.assertRaisesRegex(fovea.InputError, "region is"):
            self.model.saliency(self.photo, region=(1, 2, 3))

    def test_the_bundled_network(self):
        self.assertEqual(fovea.Model.bundled(threads=1).classify(support.PHOTO).label, "golf ball")

    def test_networks_by_name(self):
        sidecars = self.folder / "fovea" / "models"
        sidecars.mkdir(parents=True)
        description = {"path": str(support.MODEL), "preprocessing": {"preset": "caffe"}}
        (sidecars / "my-net.json").write_text(json.dumps(description))
        with unittest.mock.patch.dict(os.environ, XDG_DATA_HOME=str(self.folder)):
            model = fovea.Model("my-net", threads=1)
            self.assertEqual(model.preprocessing_source, "what 'my-net' was registered with")
            self.assertEqual(model.preprocessing["channel_order"], "bgr")
            with self.assertRaisesRegex(fovea.InputError, "my-net"):
                fovea.Model("my-nett")

    def test_models_are_closed_by_with(self):
        with fovea.Model(support.MODEL, threads=1) as model:
            result = model.saliency(self.photo)
        for call in (lambda: model.saliency(self.photo), lambda: model.scores(support.wave(1, model)), model.layers):
            with self.assertRaisesRegex(fovea.UsageError, "the model is closed"):
                call()
        model.close()
        self.assertEqual(result.heat().shape, result.map.shape + (3,))

    def test_assumed_preprocessing_is_told_once(self):
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            self.model.saliency(self.photo)  # the file says how
            self.assertEqual(said, [])
            canonical = self.folder / "canonical.onnx"
            canonical.write_bytes(without_metadata(support.MODEL.read_bytes()))
            silent = fovea.Model(canonical, threads=1)
            self.assertEqual(silent.preprocessing_source, "preset torchvision (default)")
            silent.saliency(self.photo, preprocessing="caffe")
            self.assertEqual(said, [])
            silent.saliency(self.photo)
            silent.classify(self.photo)
        self.assertEqual([one.category for one in said], [fovea.PreprocessingWarning])
        self.assertEqual(said[0].filename, __file__)

    def test_results_are_pictures(self):
        result = self.model.saliency(self.photo)
        png = result._repr_png_()
        self.assertEqual(png[:8], b"\x89PNG\r\n\x1a\n")
        (self.folder / "x.png").write_bytes(png)
        np.testing.assert_array_equal(fovea.read_image(self.folder / "x.png"), result.overlay())
        result.save(self.folder / "x.jpg")
        self.assertTrue((self.folder / "x.jpg").exists())
        self.assertFalse(np.array_equal(result.heat(percentile=50), result.heat()))

    @unittest.skipUnless(importlib.util.find_spec("matplotlib"), "needs matplotlib")
    def test_results_are_plotted(self):
        import matplotlib

        matplotlib.use("agg")
        from matplotlib import pyplot

        _, ax = pyplot.subplots()
        result = self.model.saliency(self.photo)
        self.assertIs(result.plot(ax), ax)
        np.testing.assert_array_equal(ax.images[0].get_array(), result.overlay())
        self.assertIn("golf ball", ax.get_title())
        pyplot.close("all")

    def test_progress_bar(self):
        if importlib.util.find_spec("tqdm") is None:
            self.model.saliency(self.photo, "smoothgrad", samples=2, progress=True)  # no bar, no error
            return
        script = (
            "import fovea, sys\n"
            "fovea.Model(sys.argv[1], threads=1).saliency(sys.argv[2], 'smoothgrad', samples=2, progress=True)"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, str(support.MODEL), str(support.PHOTO)], capture_output=True, text=True, check=True
        )
        self.assertIn("smoothgrad", done.stderr)
        self.assertIn("2/2", done.stderr)

    def test_ctrl_c_ends_the_work(self):
        timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        with self.assertRaises(KeyboardInterrupt):
            self.model.class_model(0, steps=1000000)
        timer.join()
        self.assertEqual(self.model.classify(self.photo).label, "golf ball")


def without_metadata(content):
    """The bytes of an ONNX file without its metadata: field 14 of the ModelProto, by hand."""
    at, kept = 0, b""

    def varint(at):
        value = shift = 0
        while True:
            byte = content[at]
            value |= (byte & 127) << shift
            at, shift = at + 1, shift + 7
            if byte < 128:
                return value, at

    while at < len(content):
        start = at
        key, at = varint(at)
        if key & 7 == 2:
            size, at = varint(at)
            at += size
        else:
            _, at = varint(at)
        if key >> 3 != 14:
            kept += content[start:at]
    return kept


if __name__ == "__main__":
    unittest.main()

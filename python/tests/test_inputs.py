"""Pictures of every kind are taken, and what is none is refused by the argument's name."""

import importlib.util
import io
import pathlib
import tempfile
import unittest

import numpy as np

import fovea

from . import support

HAS_PILLOW = importlib.util.find_spec("PIL") is not None


class ArrayLike:
    """What only has __array__, as tensors have it."""

    def __init__(self, array):
        self._array = array

    def __array__(self, dtype=None, copy=None):
        return self._array if dtype is None else self._array.astype(dtype)


class OnlyDlpack:
    """What only has DLPack, as arrays of other libraries have it."""

    def __init__(self, array):
        self._array = array

    def __dlpack__(self, **options):
        return self._array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self._array.__dlpack_device__()


class OnAnotherDevice:
    def __array__(self, dtype=None, copy=None):
        raise TypeError("can't convert a cuda tensor to numpy")


class Inputs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = fovea.Model(support.MODEL, threads=1)
        cls.photo = fovea.read_image(support.PHOTO)
        cls.expected = cls.model.saliency(cls.photo).map

    def assert_same(self, picture):
        np.testing.assert_array_equal(self.model.saliency(picture).map, self.expected)

    def test_paths(self):
        self.assert_same(str(support.PHOTO))
        self.assert_same(pathlib.Path(support.PHOTO))
        with self.assertRaisesRegex(fovea.InputError, "no-such-photo.jpg"):
            self.model.saliency("no-such-photo.jpg")
        with self.assertRaisesRegex(fovea.InputError, "image is 'a.x00b': a path cannot hold a zero byte"):
            self.model.saliency("a\0b")

    def test_bytes_of_files(self):
        content = support.PHOTO.read_bytes()
        for given in (content, bytearray(content), memoryview(content)):
            np.testing.assert_array_equal(fovea.decode_image(given), self.photo)
        with self.assertRaisesRegex(fovea.InputError, "a.tar/1.jpg"):
            fovea.decode_image(b"no picture", "a.tar/1.jpg")
        with self.assertRaisesRegex(fovea.InputError, "content is a str: expected the bytes"):
            fovea.decode_image("photo.jpg")
        with self.assertRaisesRegex(fovea.InputError, "image is a bytes: .*fovea.decode_image makes one"):
            self.model.saliency(content)

    def test_whatever_is_like_an_array(self):
        self.assert_same(ArrayLike(self.photo))
        self.assert_same(OnlyDlpack(self.photo))
        self.assert_same(np.moveaxis(self.photo, 2, 0))  # channels first
        alpha = np.full(self.photo.shape[:2] + (1,), 7, np.uint8)
        self.assert_same(np.concatenate([self.photo, alpha], axis=2))
        grey = self.photo[:, :, :1]
        np.testing.assert_array_equal(self.model.saliency(grey).map, self.model.saliency(grey[:, :, 0]).map)

    @unittest.skipUnless(HAS_PILLOW, "needs Pillow")
    def test_pillow(self):
        from PIL import Image

        picture = Image.fromarray(self.photo)
        self.assert_same(picture)
        self.assert_same(picture.convert("RGBA"))
        palette = picture.convert("P")
        np.testing.assert_array_equal(
            self.model.saliency(palette).map, self.model.saliency(np.asarray(palette.convert("RGB"))).map
        )
        with self.assertRaisesRegex(fovea.InputError, "image is a PIL image of mode I"):
            self.model.saliency(picture.convert("I"))

    @unittest.skipUnless(HAS_PILLOW, "needs Pillow")
    def test_pillow_is_turned_upright_as_files_are(self):
        from PIL import Image

        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "turned.png")
            exif = Image.Exif()
            exif[0x0112] = 6
            Image.fromarray(np.ascontiguousarray(np.rot90(self.photo))).save(path, exif=exif)
            self.assert_same(str(path))
            with Image.open(path) as picture:
                self.assert_same(picture)

    @unittest.skipUnless(importlib.util.find_spec("torch"), "needs torch")
    def test_tensors(self):
        import torch

        self.assert_same(torch.from_numpy(self.photo))
        self.assert_same(torch.from_numpy(self.photo).permute(2, 0, 1))
        x = support.wave(2, self.model)
        np.testing.assert_array_equal(self.model.scores(torch.from_numpy(x)), self.model.scores(x))

    def test_what_is_no_picture_names_the_argument(self):
        floats = self.photo / 255.0
        for wrong, text in (
            (floats, r"image is an array of float64: expected a path.*\(255 \* image\).round\(\)"),
            (self.photo.astype(np.int16), "image is an array of int16: expected"),
            (self.photo > 5, "image is an array of bool"),
            (np.zeros((2, 5, 5, 3), np.uint8), r"image is an array of shape \[2, 5, 5, 3\]"),
            (None, "image is an array of object"),
            (b"photo.jpg", "image is a bytes"),
            (OnAnotherDevice(), "image is a OnAnotherDevice: .*cuda"),
            (io.BytesIO(), "image is "),
            ([[1, 2], [3]], "image is "),
        ):
            with self.assertRaisesRegex(fovea.InputError, text):
                self.model.saliency(wrong)

    def test_files_are_what_their_names_say(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaisesRegex(fovea.InputError, "x.jpg.*write_png writes PNG files"):
                fovea.write_png(pathlib.Path(folder, "x.jpg"), self.photo)
            with self.assertRaisesRegex(fovea.InputError, "ends in .png or .jpg"):
                fovea.write_image(pathlib.Path(folder, "x.gif"), self.photo)
            fovea.write_image(pathlib.Path(folder, "x.png"), self.photo)
            np.testing.assert_array_equal(fovea.read_image(pathlib.Path(folder, "x.png")), self.photo)
            fovea.write_image(pathlib.Path(folder, "x.jpg"), self.photo, quality=95)
            self.assertEqual(pathlib.Path(folder, "x.jpg").read_bytes()[:2], b"\xff\xd8")
            difference = fovea.read_image(pathlib.Path(folder, "x.jpg")).astype(int) - self.photo
            self.assertLess(np.abs(difference).mean(), 3)
            with self.assertRaises(fovea.OutputError):
                fovea.write_image(pathlib.Path(folder, "no", "x.jpg"), self.photo)
            self.assertEqual(sorted(path.name for path in pathlib.Path(folder).iterdir()), ["x.jpg", "x.png"])

    def test_preprocessing_by_name_and_by_its_parts(self):
        torchvision = {"preset": "none", "scale": 1 / 255, "mean": [0.485, 0.456, 0.406], "std": (0.229, 0.224, 0.225)}
        by_name = self.model.saliency(self.photo, preprocessing="torchvision").map
        np.testing.assert_array_equal(self.model.saliency(self.photo, preprocessing=torchvision).map, by_name)
        parts = {"preset": "torchvision", "mean": np.array([0.485, 0.456, 0.406])}
        np.testing.assert_array_equal(self.model.saliency(self.photo, preprocessing=parts).map, by_name)
        caffe = fovea.Model(support.MODEL, threads=1, preprocessing="caffe")
        self.assertEqual(caffe.preprocessing_source, "preset caffe")
        self.assertEqual(caffe.preprocessing["channel_order"], "bgr")
        np.testing.assert_array_equal(
            caffe.saliency(self.photo).map, self.model.saliency(self.photo, preprocessing="caffe").map
        )
        for wrong, text in (
            ({"means": [1, 2, 3]}, "preprocessing has 'means': expected only preset, resize"),
            ({"mean": [1, 2]}, "'preprocessing.mean': expected 1, 3 or 4 numbers"),
            ({"std": 0}, "'preprocessing.std': deviations must be positive"),
            ({"mean": "0.5"}, "'preprocessing.mean': expected a number"),
            ({"mean": [1, 2, object()]}, r"preprocessing\['mean'\]\[2\] is "),
            ({"scale": float("nan")}, "finite"),
            (5, "preprocessing is 5: expected a name"),
            ("imagenet", "'preprocessing': expected one of torchvision"),
        ):
            with self.assertRaisesRegex(fovea.InputError, text):
                self.model.saliency(self.photo, preprocessing=wrong)

    def test_labels_by_list_dict_and_file(self):
        names = ["class number {}".format(i) for i in range(10)]
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "labels.txt")
            path.write_text("\n".join(names), encoding="utf-8")
            for labels in (names, tuple(names), dict(enumerate(names)), path, str(path)):
                model = fovea.Model(support.MODEL, threads=1, labels=labels)
                self.assertEqual(model.labels, names)
                self.assertEqual(model.saliency(self.photo).label, "class number 8")
        few = fovea.Model(support.MODEL, threads=1, labels=["a", "b"])
        with self.assertRaisesRegex(fovea.InputError, "labels: 2 names for 10 classes"):
            few.classify(self.photo)
        for wrong in (5, [1, 2], [], {"a": "b"}, ["a\0"]):
            with self.assertRaisesRegex(fovea.InputError, "labels"):
                fovea.Model(support.MODEL, labels=wrong)

    def test_class_names_are_taken_leniently(self):
        ball = self.model.find_class("golf ball")
        for name in ("Golf Ball", "golf_ball", "golf", str(ball), ball, np.int64(ball)):
            self.assertEqual(self.model.find_class(name), ball)
        with self.assertRaisesRegex(fovea.InputError, "target is 'golff?bal': .*golf ball"):
            self.model.saliency(self.photo, target="golfbal")
        with self.assertRaisesRegex(fovea.InputError, "against is 'no such thing'"):
            self.model.saliency(self.photo, against="no such thing")


if __name__ == "__main__":
    unittest.main()

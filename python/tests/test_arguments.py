"""Numbers and texts are checked where they enter: none becomes another one on its way to the library."""

import ctypes
import unittest

import numpy as np

import fovea

from . import support


class Arguments(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = fovea.Model(support.MODEL, threads=1)
        cls.black = np.zeros((50, 60, 3), np.uint8)
        cls.x = support.wave(1, cls.model)

    def test_threads(self):
        for wrong in (10**9, 1025, -1, 2**31, 2**32 + 1, 2**64, True, np.True_, 1.0, float("nan"), "1", None, [1]):
            with self.assertRaisesRegex(fovea.InputError, "threads is .*: expected an integer of 0 to 1024"):
                fovea.Model(support.MODEL, threads=wrong)
        expected = self.model.scores(self.x)
        for right in (np.int8(1), np.uint64(2), 3):
            found = fovea.Model(support.MODEL, threads=right).scores(self.x)
            np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)

    def test_targets(self):
        for wrong in (2**63, 2**64, 2**64 + 3, -1, -(2**64), True, np.False_, 1.0, float("nan"), b"x", (), {}):
            with self.assertRaises(fovea.InputError, msg=repr(wrong)):
                self.model.gradient(self.x, target=wrong)
            with self.assertRaises(fovea.InputError, msg=repr(wrong)):
                self.model.saliency(self.black, target=wrong)
        for wrong in ([2**64], [1.5], [np.True_], [0, 0], np.zeros((1, 1), int), np.array([1.0])):
            with self.assertRaises(fovea.InputError, msg=repr(wrong)):
                self.model.gradient(self.x, target=wrong)
        expected = self.model.gradient(self.x, target=3)
        for right in (np.uint8(3), np.int64(3), [3], np.array([3], np.int16)):
            np.testing.assert_array_equal(self.model.gradient(self.x, target=right), expected)

    def test_sizes(self):
        for wrong in (5, (5,), (5, 5, 5), (0, 5), (-1, 5), (5.0, 5), (True, 5), (2**64, 5), (65537, 5), "ab"):
            with self.assertRaisesRegex(fovea.InputError, "size"):
                self.model.saliency(self.black, size=wrong)
        with self.assertRaisesRegex(fovea.InputError, "the height of the network's input is"):
            self.model.saliency(self.black, size=(7, 7))

    def test_texts(self):
        for wrong in (5, b"gradient", "grad\0ient", "\ud800", None):
            with self.assertRaises(fovea.InputError):
                self.model.gradient(self.x, method=wrong)
            with self.assertRaises(fovea.InputError):
                self.model.saliency(self.black, method=wrong)
        for wrong in (5, "tf\0"):
            with self.assertRaises(fovea.InputError):
                self.model.saliency(self.black, preprocessing=wrong)
            with self.assertRaises(fovea.InputError):
                self.model.saliency(self.black).heat(wrong)
        with self.assertRaisesRegex(fovea.InputError, "progress"):
            self.model.saliency(self.black, progress=5)

    def test_scores_of_the_network(self):
        for wrong in ("nope", 3, b"scores", "a\0b"):
            with self.assertRaises(fovea.InputError):
                fovea.Model(support.MODEL, scores=wrong)

    def test_arrays_in_any_order(self):
        x = support.wave(2, self.model)
        expected = self.model.scores(x)
        wide = np.zeros(x.shape[:3] + (2 * x.shape[3],), x.dtype)
        wide[..., ::2] = x
        for same in (
            np.asfortranarray(x),
            x[:, :, ::-1].copy()[:, :, ::-1],
            wide[..., ::2],
            x.astype(">f4"),
            x.astype(np.float64),
            x.astype(np.longdouble),
        ):
            np.testing.assert_array_equal(self.model.scores(same), expected)
        # Rows that are all one in memory.
        row = np.broadcast_to(x[:, :, :1], x.shape)
        np.testing.assert_array_equal(self.model.scores(row), self.model.scores(row.copy()))
        for wrong in (x.astype(np.complex64), x.astype(object), x > 0, x.astype("U"), "text", None):
            with self.assertRaises(fovea.InputError):
                self.model.scores(wrong)

    def test_pictures_in_any_order(self):
        photo = fovea.read_image(support.PHOTO)
        expected = self.model.saliency(photo).map
        padded = np.zeros((photo.shape[0], photo.shape[1] + 5, 3), np.uint8)
        padded[:, 2:-3] = photo
        for same in (np.asfortranarray(photo), photo[::-1].copy()[::-1], padded[:, 2:-3]):
            np.testing.assert_array_equal(self.model.saliency(same).map, expected)
        one_row = np.broadcast_to(photo[:1], photo.shape)
        np.testing.assert_array_equal(self.model.saliency(one_row).map, self.model.saliency(one_row.copy()).map)

    def test_session_options_of_c(self):
        from fovea import _library

        for field, wrong in (("threads", 1025), ("threads", -1), ("batch", 2**62), ("batch", 65537), ("height", 2**40)):
            options = _library.SessionOptions(size=ctypes.sizeof(_library.SessionOptions))
            setattr(options, field, wrong)
            with self.assertRaisesRegex(fovea.InputError, "options.{} is {}, expected 0 to ".format(field, wrong)):
                _library.Handle("session", "session_create", self.model._handle.pointer, ctypes.byref(options))

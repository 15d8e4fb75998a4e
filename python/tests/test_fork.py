"""A forked child computes as its parent does, whose threads it does not have."""

import multiprocessing
import os
import signal
import time
import unittest

import numpy as np

import fovea

from . import support

_shared = {}


def _explain(path):
    return _shared["model"].saliency(fovea.read_image(path), method="grad-cam").map


@unittest.skipUnless(hasattr(os, "fork"), "this system does not fork")
class Fork(unittest.TestCase):
    SECONDS = 60

    @classmethod
    def setUpClass(cls):
        cls.model = fovea.Model(support.MODEL, threads=3)
        cls.x = support.wave(2, cls.model)

    def in_child(self, body):
        """The bytes that `body` returns in a forked child; fails where the child does not end."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            signal.alarm(self.SECONDS)  # ends a child that waits for threads that are gone
            code = 1
            try:
                os.close(reading)
                with os.fdopen(writing, "wb") as pipe:
                    pipe.write(body())
                code = 0
            finally:
                os._exit(code)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            found = pipe.read()
        _, status = os.waitpid(child, 0)
        self.assertEqual(status, 0)
        return found

    def test_a_session_of_the_parent_works_in_the_child(self):
        expected = self.model.gradient(self.x)
        found = self.in_child(lambda: self.model.gradient(self.x).tobytes())
        np.testing.assert_allclose(np.frombuffer(found, np.float32).reshape(expected.shape), expected, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(self.model.gradient(self.x), expected, rtol=1e-4, atol=1e-6)

    def test_a_child_compiles_sessions_of_its_own(self):
        expected = self.model.scores(self.x)

        def body():
            before = time.monotonic()
            scores = fovea.Model(support.MODEL, threads=2).scores(self.x)
            assert time.monotonic() - before < self.SECONDS
            return scores.tobytes()

        found = np.frombuffer(self.in_child(body), np.float32).reshape(expected.shape)
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)

    def test_a_child_of_a_child(self):
        expected = self.model.scores(self.x)
        found = self.in_child(lambda: self.in_child(lambda: self.model.scores(self.x).tobytes()))
        np.testing.assert_allclose(np.frombuffer(found, np.float32).reshape(expected.shape), expected, rtol=1e-4, atol=1e-4)

    def test_multiprocessing(self):
        _shared["model"] = self.model
        expected = _explain(support.PHOTO)
        with multiprocessing.get_context("fork").Pool(2) as pool:
            waiting = pool.map_async(_explain, [support.PHOTO] * 4)
            for found in waiting.get(timeout=self.SECONDS):
                np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-5)

"""Models go to other processes by pickle, which carries no weights."""

import copy
import multiprocessing
import os
import pickle
import shutil
import signal
import threading
import unittest
import warnings

import numpy as np

import fovea
from fovea import _pickling

from . import support


def _explain(model):
    """In a worker: the map, its process, and how many files the process has read."""
    return model.saliency(str(support.PHOTO), "grad-cam").map, os.getpid(), len(_pickling._kept)


class Pickling(support.ModelTestCase):
    def setUp(self):
        super().setUp()
        _pickling._kept.clear()
        self.file = self.folder / "net.onnx"
        shutil.copy(support.MODEL, self.file)
        self.labels = self.folder / "labels.txt"
        self.labels.write_text("".join("n{:08} name {}\n".format(i, i) for i in range(10)))

    def refusal(self, pickled, reason):
        _pickling._kept.clear()
        with self.assertRaisesRegex(fovea.ModelError, "a pickled model cannot be opened on .*{}".format(reason)):
            pickle.loads(pickled).classify(self.photo)

    def test_gives_the_same_maps(self):
        model = fovea.Model(
            self.file,
            threads=1,
            labels=self.labels,
            preprocessing={"preset": "caffe", "mean": np.array([1.0, 2.0, 3.0])},
            activation="sigmoid",
            precision="f32",
            backend="onednn",
            max_memory=np.int64(1 << 30),
        )
        pickled = pickle.dumps(model)
        self.assertLess(len(pickled), 2000)
        found = pickle.loads(pickled)
        expected, given = model.saliency(self.photo), found.saliency(self.photo)
        np.testing.assert_array_equal(given.map, expected.map)
        self.assertEqual((given.label, given.score, given.probability), (expected.label, expected.score, expected.probability))
        self.assertEqual(found.preprocessing, model.preprocessing)
        self.assertEqual(found.wordnet_ids[3], "n00000003")
        self.assertEqual(found.sha256, model.sha256)
        self.assertEqual(pickle.dumps(found), pickled)

    def test_is_not_bound_to_the_working_folder(self):
        here = os.getcwd()
        os.chdir(self.folder)
        try:
            model = fovea.Model("net.onnx", threads=1, labels="labels.txt")
        finally:
            os.chdir(here)
        self.assertEqual(pickle.loads(pickle.dumps(model)).labels[1], "name 1")

    def test_the_bundled_network_is_found_wherever_it_is_installed(self):
        self.assertNotIn(str(support.MODEL.parent).encode(), pickle.dumps(fovea.Model.bundled()))
        self.assertEqual(pickle.loads(pickle.dumps(fovea.Model.bundled())).labels, fovea.Model.bundled().labels)

    def test_a_process_reads_each_file_once(self):
        pickled = pickle.dumps(self.model)
        models = []

        def unpickle():
            model = pickle.loads(pickled)
            model.classify(self.photo)
            models.append(model)

        threads = [threading.Thread(target=unpickle) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len({id(model._handle) for model in models}), 1)
        self.assertEqual(len({id(model) for model in models}), 8)
        other = pickle.loads(pickle.dumps(fovea.Model(support.MODEL, threads=2)))
        self.assertIsNot(other._handle, models[0]._handle)

    def test_closing_one_leaves_the_others(self):
        pickled = pickle.dumps(self.model)
        with pickle.loads(pickled) as first:
            first.classify(self.photo)
            second = pickle.loads(pickled)
            self.assertIs(second._handle, first._handle)
        with self.assertRaisesRegex(fovea.UsageError, "the model is closed"):
            first.classify(self.photo)
        self.assertEqual(second.classify(self.photo).label, "golf ball")
        with pickle.loads(pickle.dumps(fovea.Model(self.file))) as unused:
            pass
        self.assertEqual(len(_pickling._kept), 1)
        with self.assertRaisesRegex(fovea.UsageError, "the model is closed"):
            unused.classify(self.photo)
        closed = fovea.Model(self.file)
        closed.close()
        with self.assertRaisesRegex(fovea.UsageError, "the model is closed"):
            pickle.dumps(closed)

    def test_few_are_kept(self):
        first = pickle.loads(pickle.dumps(fovea.Model(support.MODEL, threads=1)))
        first.classify(self.photo)
        for threads in range(2, 4 + _pickling.KEPT):
            self.assertEqual(pickle.loads(pickle.dumps(fovea.Model(support.MODEL, threads=threads))).classes, 10)
        self.assertEqual(len(_pickling._kept), _pickling.KEPT)
        self.assertEqual(first.classify(self.photo).label, "golf ball")  # in use, though kept no more

    def test_copies_share_the_file(self):
        for made in (copy.copy(self.model), copy.deepcopy(self.model)):
            self.assertEqual(made.classify(self.photo).label, "golf ball")
            made.close()
        self.assertEqual(self.model.classify(self.photo).label, "golf ball")

    def test_a_warning_comes_once_in_a_process(self):
        network = support.SOURCE / "tests" / "data" / "networks" / "plain.onnx"
        pickled = pickle.dumps(fovea.Model(network, threads=1))
        with self.assertWarns(fovea.PreprocessingWarning):
            pickle.loads(pickled).classify(self.photo)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            pickle.loads(pickled).classify(self.photo)

    def test_another_file_is_refused(self):
        pickled = pickle.dumps(fovea.Model(self.file))
        shutil.copy(support.SOURCE / "models" / "imagenette-resnet-plain.onnx", self.file)
        self.refusal(pickled, "net.onnx is another file here: sha256 [0-9a-f]{64}, expected [0-9a-f]{64}; pickle carries")
        self.file.unlink()
        self.refusal(pickled, "net.onnx.*the same file must be there on every machine")

    def test_other_labels_and_preprocessing_are_refused(self):
        pickled = pickle.dumps(fovea.Model(self.file, labels=self.labels))
        self.labels.write_text("".join("other {}\n".format(i) for i in range(10)))
        self.refusal(pickled, "net.onnx has other labels here")
        self.labels.unlink()
        self.refusal(pickled, "labels.txt")
        form = _pickling.pickled_form(fovea.Model(self.file))
        with self.assertRaisesRegex(fovea.ModelError, "net.onnx is preprocessed otherwise here"):
            _pickling.unpickle(fovea.Model, form._replace(preprocessing="{}")).labels

    def test_who_only_passes_it_on_needs_no_file(self):
        pickled = pickle.dumps(fovea.Model(self.file))
        content = self.file.read_bytes()
        self.file.unlink()
        passed = pickle.loads(pickled)
        self.assertEqual(repr(passed), "<Model that was pickled and is not read yet>")
        self.assertFalse(hasattr(passed, "__dask_tokenize__"))
        again = pickle.dumps(passed)
        self.assertEqual(again, pickled)
        self.file.write_bytes(content)
        found = pickle.loads(again)
        self.assertEqual(found.classify(self.photo).label, "golf ball")
        with self.assertRaisesRegex(AttributeError, "'Model' object has no attribute 'unknown'"):
            found.unknown

    def test_a_file_that_was_changed_is_not_pickled(self):
        model = fovea.Model(self.file)
        with open(self.file, "ab") as file:
            file.write(b"\0")
        with self.assertRaisesRegex(fovea.ModelError, "changed"):
            pickle.dumps(model)

    def test_workers_of_both_kinds(self):
        expected = self.model.saliency(self.photo, "grad-cam").map
        for method in ("fork", "spawn"):
            if method not in multiprocessing.get_all_start_methods():
                continue
            with self.subTest(method), multiprocessing.get_context(method).Pool(2) as pool:
                for found, process, files in pool.map_async(_explain, [self.model] * 6).get(timeout=120):
                    np.testing.assert_array_equal(found, expected)
                    self.assertNotEqual(process, os.getpid())
                    self.assertEqual(files, 1)

    @unittest.skipUnless(hasattr(os, "fork"), "this system does not fork")
    def test_a_child_of_a_fork_can_unpickle_while_the_parent_does(self):
        pickled = pickle.dumps(self.model)
        with _pickling._lock:  # as another thread of the parent would hold it
            child = os.fork()
            if child == 0:
                signal.alarm(60)
                code = 1
                try:
                    code = 0 if pickle.loads(pickled).classify(self.photo).label == "golf ball" else 1
                finally:
                    os._exit(code)
        self.assertEqual(os.waitpid(child, 0)[1], 0)

    def test_results_that_belong_to_their_process_say_so(self):
        result = self.model.saliency(self.photo)
        with self.assertRaisesRegex(TypeError, "a map here, stays in its process"):
            pickle.dumps(result)
        for found in (self.model.classify(self.photo), self.model.localize(self.photo)):
            self.assertEqual(repr(pickle.loads(pickle.dumps(found))), repr(found))


if __name__ == "__main__":
    unittest.main()

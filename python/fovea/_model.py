"""Models and saliency maps."""

import ctypes
import math

import numpy as np

from ._arguments import MAX_INDEX, MAX_THREADS, integer, side_pair, text
from ._errors import InputError
from ._library import Handle, MapInfo, ModelInfo, ModelOptions, Progress, call, encode_path
from ._pictures import to_pixels
from ._sessions import SessionPool

_NO_PROGRESS = Progress()
_FLOATS = ctypes.POINTER(ctypes.c_float)
_VIEWS = {"photo": 0, "heat": 1, "overlay": 2}


def _floats(array):
    return array.ctypes.data_as(_FLOATS)


class SaliencyMap:
    """Where in a picture the score of a class depends on the pixels.

    Attributes:
        map: float32 [H,W], not negative, in pixels of the picture as it was resized for the network.
        target: index of the class that is explained.
        label: its name.
        score: its unnormalised score.
        probability: of the class, 0 to 1; None where the network has none (activation="none").
        notes: list of Note, those of `Model.notes` for the method that was used.
        region: (x, y, width, height) of the part that the map covers, in the picture's own pixels.
    """

    def __init__(self, handle, labels, notes):
        self._handle = handle
        self.notes = notes
        info = MapInfo()
        call("map_describe", handle.pointer, ctypes.byref(info))
        self.map = np.empty((info.height, info.width), np.float32)
        call("map_values", handle.pointer, _floats(self.map), self.map.size)
        self.target = info.target
        self.label = labels[info.target] if info.target < len(labels) else "class {}".format(info.target)
        self.score = info.score
        self.probability = None if math.isnan(info.probability) else info.probability
        self.region = (info.region_x, info.region_y, info.region_width, info.region_height)

    @property
    def photo(self):
        """The part of the picture that the map covers, pixel for pixel: uint8 [H,W,3]."""
        return self._view("photo", None)

    def heat(self, colormap="inferno"):
        """The map in colours, uint8 [H,W,3]; its 99 % quantile has the last of them. InputError for an unknown
        colour map: inferno, viridis, turbo, magma, jet, hot, grey."""
        return self._view("heat", colormap)

    def overlay(self, colormap="inferno"):
        """Those colours laid over the picture, uint8 [H,W,3]."""
        return self._view("overlay", colormap)

    def _view(self, view, colormap):
        rgb = np.empty(self.map.shape + (3,), np.uint8)
        name = text(colormap, "colormap")
        data = rgb.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
        call("map_view", self._handle.pointer, _VIEWS[view], name, data, rgb.size)
        return rgb

    def __repr__(self):
        known = "" if self.probability is None else ", probability {:.3f}".format(self.probability)
        return "<SaliencyMap of {!r}{}, {}x{}>".format(self.label, known, self.map.shape[1], self.map.shape[0])


class Model:
    """An ONNX image classifier. May be used from several threads at once.

    Attributes:
        labels: list of class names; "class 17" where the file has none.
        channels, height, width: of the network's input; a side is None where the file leaves it open.
        classes: their number; None where the file leaves it open.
    """

    #: At most so many pictures are worked on together; more go through in turns.
    MAX_BATCH = 16

    def __init__(self, path, threads=0, scores=None, activation=None):
        """Reads the file. `threads`: of one call, up to 1024; 0: all processors. `scores`: the output, or other value,
        that holds the class scores; None: the first output. `activation`: what makes probabilities of them, "softmax",
        "sigmoid" or "none"; None: what the network ends in, else softmax, and sigmoid of a single score. ModelError when
        the file is missing, damaged or no classifier of pictures; InputError for other threads, scores that the
        network does not have, or another activation.
        """
        threads = integer(threads, "threads", 0, MAX_THREADS)
        options = ModelOptions(ctypes.sizeof(ModelOptions), text(scores, "scores"),
                               text(activation, "activation"))
        self._handle = Handle("model", "model_load_with", encode_path(path), ctypes.byref(options))
        self._sessions = SessionPool(self._handle)
        self._threads = threads
        self._info = ModelInfo()
        call("model_describe", self._handle.pointer, ctypes.byref(self._info))
        self.channels = self._info.channels
        self.height = self._info.height or None
        self.width = self._info.width or None
        self.classes = self._info.classes or None
        self.labels = []
        for i in range(max(self._info.classes, self._info.labels)):
            label = ctypes.c_char_p()
            call("model_label", self._handle.pointer, i, ctypes.byref(label))
            self.labels.append(label.value.decode(errors="replace"))

    def scores(self, x):
        """Unnormalised class scores (logits), those before a final activation, of preprocessed pictures.

        x: floating point, [N,C,H,W], or [C,H,W] for one picture; channels first for every file. Gives float32
        [N,classes], or [classes]. InputError for other types and shapes; ModelError when the network has operators
        that fovea lacks.
        """
        batch, shape = self._batch_of(x)
        with self._session(None, None, batch) as session:
            scores = np.empty((len(batch), session.info.classes), np.float32)
            call("session_scores", session.pointer, _floats(batch), shape, _floats(scores), scores.size)
        return scores if np.ndim(x) == 4 else scores[0]

    def probabilities(self, x):
        """Probabilities of the classes, 0 to 1, by the activation that the network ends in, or that was chosen.

        x: as for `scores`. Gives float64 [N,classes], or [classes]. InputError as for `scores`, and where the
        activation is "none".
        """
        batch, shape = self._batch_of(x)
        with self._session(None, None, batch) as session:
            values = np.empty((len(batch), session.info.classes), np.float64)
            data = values.ctypes.data_as(ctypes.POINTER(ctypes.c_double))
            call("session_probabilities", session.pointer, _floats(batch), shape, data, values.size)
        return values if np.ndim(x) == 4 else values[0]

    def gradient(self, x, target=None, method="gradient"):
        """The derivative of a class score of each picture with respect to that picture.

        x: as for `scores`. target: a class by index or name, one for each picture or one for all; None: each picture's
        best guess. method: "gradient", "deconvnet" or "guided". Gives float32 in x's shape, in units of score per unit
        of x. InputError as for `scores`, and for a class that does not exist; UsageError for other methods.
        """
        if method is None:
            raise InputError("method is None: expected a text")
        batch, shape = self._batch_of(x)
        targets = None
        if target is not None:
            several = not isinstance(target, str) and np.ndim(target) > 0
            targets = [self._class_of(one) for one in (target if several else [target] * len(batch))]
            if len(targets) != len(batch):
                raise InputError("{} targets for {} pictures".format(len(targets), len(batch)))
            targets = (ctypes.c_int64 * len(batch))(*targets)
        gradient = np.empty_like(batch)
        with self._session(method, None, batch) as session:
            call(
                "session_gradient",
                session.pointer,
                _floats(batch),
                shape,
                targets,
                _floats(gradient),
                gradient.size,
            )
        return gradient.reshape(np.shape(x))

    def notes(self, method=None, size=None):
        """The list of Notes that compiling the network for a method gave: which scores are explained, on which nodes
        the method's rule acted, what was left out.

        method: one of `fovea.methods()`; None: scores only. size: (height, width) of the network's input where its
        file leaves it open. ModelError when the network has operators that fovea lacks or that have no gradient.
        """
        height, width = side_pair(size)
        with self._sessions.lend(method, None, 1, height, width, self._threads) as session:
            return list(session.notes)

    def saliency(self, image, method="gradient", target=None, preprocessing=None, size=None, progress=None):
        """The SaliencyMap of a picture, which is preprocessed as the model's file says, else as torchvision does.

        image: uint8 [H,W,3] or [H,W]. method: one of `fovea.methods()`. target: a class by index or name; None: the
        best guess. preprocessing: "torchvision", "caffe", "tf" or "none" instead. size: (height, width) of the
        network's input where its file leaves it open. progress: called with (done, total) by methods that look at many
        copies of the picture; what it raises ends the work. InputError for what cannot be used; ModelError when the
        network has operators that fovea lacks or that have no gradient.
        """
        pixels, kept = to_pixels(image)
        index = -1 if target is None else self._class_of(target)
        height, width = side_pair(size)
        if progress is not None and not callable(progress):
            raise InputError("progress is {!r}: expected a function of (done, total)".format(progress))
        raised = []

        def report(done, total, _):
            try:
                progress(done, total)
                return 0
            except BaseException as error:  # no exception can cross the library: it waits here
                raised.append(error)
                return 1

        if method is None:
            raise InputError("method is None: expected a text")
        callback = Progress(report) if progress else _NO_PROGRESS
        try:
            with self._sessions.lend(method, preprocessing, 1, height, width, self._threads) as session:
                call("session_on_progress", session.pointer, callback, None)
                found = Handle("map", "session_saliency", session.pointer, ctypes.byref(pixels), index)
                call("session_on_progress", session.pointer, _NO_PROGRESS, None)
        except Exception:
            if raised:
                raise raised[0] from None
            raise
        del kept
        return SaliencyMap(found, self.labels, list(session.notes))

    def _session(self, method, preprocessing, batch):
        height = 0 if self.height else batch.shape[2]
        width = 0 if self.width else batch.shape[3]
        size = min(len(batch), self.MAX_BATCH)
        return self._sessions.lend(method, preprocessing, size, height, width, self._threads)

    def _batch_of(self, x):
        """(float32 [N,C,H,W], its shape for the library)."""
        array = np.asarray(x)
        if array.dtype.kind != "f":
            raise InputError("an input of {}: expected floating point, preprocessed".format(array.dtype))
        if array.ndim not in (3, 4) or array.size == 0:
            raise InputError("an input of shape {}: expected [N,C,H,W] or [C,H,W]".format(list(array.shape)))
        batch = np.ascontiguousarray(array if array.ndim == 4 else array[np.newaxis], np.float32)
        return batch, (ctypes.c_int64 * 4)(*batch.shape)

    def _class_of(self, target):
        if isinstance(target, str):
            if self.labels.count(target) != 1:
                raise InputError("{} classes have the name {!r}".format(self.labels.count(target) or "no", target))
            return self.labels.index(target)
        return integer(target, "target, the index or the name of a class,", 0, MAX_INDEX)

    def __repr__(self):
        return "<Model of {} classes, input {}x{}x{}>".format(
            self.classes or "?", self.channels, self.height or "?", self.width or "?"
        )


def saliency(model, image, method="gradient", target=None, **options):
    """The SaliencyMap of a picture; `model` is a Model or the path of an ONNX file. See Model.saliency."""
    if not isinstance(model, Model):
        model = Model(model)
    return model.saliency(image, method=method, target=target, **options)

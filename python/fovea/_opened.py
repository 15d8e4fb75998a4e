"""A model's file: what is known of it, its life, and what it computes of arrays."""

from __future__ import annotations

import ctypes
import json
import os
import pathlib
import re
import sys
import warnings
from types import TracebackType
from typing import TYPE_CHECKING, Any, Dict, List, NamedTuple, Optional, Sequence, Tuple, Type, TypeVar, Union

import numpy as np
from numpy.typing import NDArray

from ._arguments import (
    MAX_INDEX,
    MAX_THREADS,
    Labels,
    Path,
    Preprocessing,
    Size,
    Target,
    integer,
    labels_field,
    options_json,
    path as path_bytes,
    preprocessing_field,
    required,
    side_pair,
    targets_field,
    text,
)
from ._errors import InputError, UsageError
from ._library import Handle, ModelInfo, ModelOptions, call
from ._pickling import pickled_form, shared_model, unpickle
from ._results import Result
from ._sessions import LoadedFile, Note, SessionPool, SessionRequest

_Self = TypeVar("_Self", bound="OpenedModel")
_BUNDLED = "imagenette-resnet.onnx"
_LIST = "zoo.json"
#: What says where a user's networks are: docs/models.md.
_PLACES = ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "FOVEA_MODELS_LIST", "FOVEA_MODELS_URL")


class PreprocessingWarning(UserWarning):
    """Neither the caller nor the model's file says how pictures become inputs: torchvision's convention was assumed."""


class Layer(NamedTuple):
    """A value that a network computes: its `name` for options, the ONNX `node` and `operator`, the `shape` for one
    picture, its `axes`, as in "[N,C,H,W]", and whether it has a `grid` of more than one position, as Grad-CAM needs it."""

    name: str
    node: str
    operator: str
    shape: Tuple[int, ...]
    axes: str
    grid: bool


def _floats(array: NDArray[np.float32]) -> Any:
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_float))


def _bundled_file(name: str) -> str:
    here = pathlib.Path(__file__).resolve().parent
    places = [here / "models", here.parent.parent / "models"]
    places += [pathlib.Path(prefix, "share", "fovea", "models") for prefix in (sys.prefix, "/usr/local", "/usr")]
    for place in places:
        if (place / name).is_file():
            return str(place / name)
    raise InputError("the bundled file {} is in none of {}".format(name, ", ".join(map(str, places))))


def bundled_model_path() -> str:
    """The network of ten classes that comes with fovea, for trying things out: a path for `Model`. InputError."""
    return _bundled_file(_BUNDLED)


def _named_networks(path: object) -> Optional[Dict[str, Any]]:
    """The field "networks" of JSON options, for what can be the name of a network but is no file."""
    if not isinstance(path, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", path):
        return None
    if path.endswith(".onnx") or os.path.exists(path):
        return None
    environment = {name: os.environ[name] for name in _PLACES if os.environ.get(name)}
    return {"list": _bundled_file(_LIST), "environment": environment}


class OpenedModel:
    """What `Model` has of its file."""

    #: At most so many pictures are worked on together; more go through in turns.
    MAX_BATCH = 16

    def __init__(
        self,
        path: Path,
        threads: int = 0,
        scores: Optional[str] = None,
        activation: Optional[str] = None,
        *,
        targets: Union[str, Sequence[str], None] = None,
        labels: Optional[Labels] = None,
        preprocessing: Optional[Preprocessing] = None,
        size: Optional[Size] = None,
        precision: Optional[str] = None,
        backend: Optional[str] = None,
        max_memory: Optional[int] = None,
    ) -> None:
        """Reads the file.

        path: of an ONNX file, or the name of a network that was pulled or added (`fovea models`). threads: of one call, up to 1024; 0: all processors. scores: the output, or other value, that holds the class
        scores; None: the first output. activation: what makes probabilities of them, "softmax", "sigmoid" or "none";
        None: what the network ends in, else softmax, and sigmoid of a single score. targets: numbers that take the place of
        class scores, such as "output[0, 4:84, 1234]" (docs/scores.md); class k is then the k-th of them. labels: the classes' names, as a
        list, a dict by index, or a file of them; None: the file's, or ImageNet's for 1000 classes. preprocessing:
        "torchvision", "caffe", "tf" or "none", or a dict of preset, resize, crop, scale, mean, std, channel_order;
        None: what the file says, else torchvision with a PreprocessingWarning. size: (height, width) in pixels where the
        file leaves them open. precision: "f32", "f64", "bf16" or "mixed". backend: "auto", "reference" or "onednn".
        max_memory: limit in bytes for the file's constants.

        ModelError when the file is missing, damaged or no classifier of pictures; InputError for arguments out of range.
        """
        self._threads = integer(threads, "threads", 0, MAX_THREADS)
        side_pair(size)
        fields = {
            "targets": targets_field(targets),
            "labels": labels_field(labels),
            "preprocessing": preprocessing_field(preprocessing),
            "size": size,
            "precision": precision,
            "backend": backend,
            "max_memory": max_memory,
        }
        networks = _named_networks(path)
        options = ModelOptions(
            ctypes.sizeof(ModelOptions),
            text(scores, "scores"),
            text(activation, "activation"),
            options_json({**fields, "networks": networks}),
        )
        handle = Handle("model", "model_load_with", path_bytes(path, "path"), ctypes.byref(options))
        self._file: Optional[LoadedFile] = LoadedFile(handle)
        #: The arguments that make the same model in another process, whose working folder may be another one.
        self._arguments: Dict[str, Any] = json.loads(options_json(fields) or b"{}")
        self._arguments.update(threads=self._threads, scores=scores, activation=activation)
        self._arguments["path"] = os.fsdecode(path) if networks else os.path.abspath(os.fsdecode(path))
        if isinstance(labels, (str, os.PathLike)) and os.fspath(labels):
            self._arguments["labels"] = os.path.abspath(labels)
        self._info = ModelInfo()
        call("model_describe", handle.pointer, ctypes.byref(self._info))
        self.channels: int = self._info.channels
        self.height: Optional[int] = self._info.height or None
        self.width: Optional[int] = self._info.width or None
        self.classes: Optional[int] = self._info.classes or None
        self.labels: List[str] = []
        for i in range(max(self._info.classes, self._info.labels)):
            label = ctypes.c_char_p()
            call("model_label", handle.pointer, i, ctypes.byref(label))
            self.labels.append((label.value or b"").decode(errors="replace"))
        properties = Result("model_properties", handle.pointer, None)
        self.wordnet_ids: List[str] = properties.texts("wordnet_ids")
        self.preprocessing: Dict[str, Any] = properties.json("preprocessing")
        self.preprocessing_source = properties.text("preprocessing_source")
        self.warnings = properties.texts("warnings")
        self._path = properties.text("path")
        self._file.is_preprocessing_assumed = bool(properties.integer("preprocessing_is_assumed"))

    # ---- Life ----

    @property
    def _loaded(self) -> LoadedFile:
        if self._file is None:
            raise UsageError("the model is closed")
        return self._file

    @property
    def _handle(self) -> Handle:
        return self._loaded.handle

    @property
    def _sessions(self) -> SessionPool:
        return self._loaded.sessions

    def close(self) -> None:
        """Frees the network's memory. Not while another thread is inside a call; later calls are a UsageError. The
        memory of a model that was unpickled is kept for the next one."""
        loaded = self.__dict__.get("_file")  # none of a model that was unpickled and not used
        if loaded is not None:
            loaded.release()
        self._file = None

    @property
    def sha256(self) -> str:
        """The SHA-256 of the network's file, followed by its files with external weights: 64 hexadecimal digits.

        ModelError for a file that was modified since it was read.
        """
        loaded = self._loaded
        if loaded.sha256 is None:
            found = Result("model_properties", loaded.handle.pointer, options_json({"sha256": True}))
            loaded.sha256 = found.text("sha256")
        return loaded.sha256

    def __reduce__(self) -> Tuple[Any, ...]:
        return unpickle, (type(self), self.__dict__.get("_pickled") or pickled_form(self))

    if not TYPE_CHECKING:  # a type checker shall go on to know all attributes

        def __getattr__(self, name: str) -> Any:
            """Of a model that was unpickled and not used yet: everything."""
            form = self.__dict__.get("_pickled")
            if form and "_file" not in self.__dict__ and not name.startswith("__"):
                self.__dict__.update(shared_model(form).__dict__)
            if name in self.__dict__:
                return self.__dict__[name]
            raise AttributeError("{!r} object has no attribute {!r}".format(type(self).__name__, name))

    def __enter__(self: _Self) -> _Self:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    # ---- Arrays ----

    def scores(self, x: Any) -> NDArray[np.float32]:
        """Unnormalised class scores (logits), those before a final activation, of preprocessed pictures.

        x: floating point, [N,C,H,W], or [C,H,W] for one picture; channels first for every file. Gives float32
        [N,classes], or [classes]. InputError for other types and shapes; ModelError when the network has operators
        that fovea lacks.
        """
        batch, is_one = self._batch_of(x)
        with self._sessions.lend(self._batch_request(None, batch)) as session:
            scores = np.empty((len(batch), session.info.classes), np.float32)
            for part in self._parts(batch):
                shape = (ctypes.c_int64 * 4)(*batch[part].shape)
                found = scores[part]
                call("session_scores", session.pointer, _floats(batch[part]), shape, _floats(found), found.size)
        return scores.reshape(scores.shape[1:]) if is_one else scores

    def probabilities(self, x: Any) -> NDArray[np.float64]:
        """Probabilities of the classes, 0 to 1, by the activation that the network ends in, or that was chosen.

        x: as for `scores`. Gives float64 [N,classes], or [classes]. InputError as for `scores`, and where the
        activation is "none".
        """
        batch, is_one = self._batch_of(x)
        with self._sessions.lend(self._batch_request(None, batch)) as session:
            values = np.empty((len(batch), session.info.classes), np.float64)
            for part in self._parts(batch):
                shape = (ctypes.c_int64 * 4)(*batch[part].shape)
                found = values[part]
                data = found.ctypes.data_as(ctypes.POINTER(ctypes.c_double))
                call("session_probabilities", session.pointer, _floats(batch[part]), shape, data, found.size)
        return values.reshape(values.shape[1:]) if is_one else values

    def gradient(
        self, x: Any, target: Union[None, Target, Sequence[Target], NDArray[Any]] = None, method: str = "gradient"
    ) -> NDArray[np.float32]:
        """The derivative of a class score of each picture with respect to that picture.

        x: as for `scores`. target: a class by index or name, one for each picture or one for all; None: each picture's
        best guess. method: "gradient", "deconvnet" or "guided". Gives float32 in x's shape, in units of score per unit
        of x. InputError as for `scores`, and for a class that does not exist; UsageError for other methods.
        """
        batch, is_one = self._batch_of(x)
        classes = self._classes_of(target, len(batch))
        gradient = np.empty_like(batch)
        with self._sessions.lend(self._batch_request(required(method, "method"), batch)) as session:
            for part in self._parts(batch):
                wanted = None if classes is None else (ctypes.c_int64 * len(batch[part]))(*classes[part])
                shape = (ctypes.c_int64 * 4)(*batch[part].shape)
                found = gradient[part]
                call(
                    "session_gradient", session.pointer, _floats(batch[part]), shape, wanted, _floats(found), found.size
                )
        return gradient.reshape(gradient.shape[1:]) if is_one else gradient

    # ---- What is known ----

    def layers(self) -> List[Layer]:
        """The layers in the order of computation, whose names options take. ModelError as for `saliency`."""
        found = Result("model_properties", self._handle.pointer, options_json({"layers": True})).json("layers")
        return [
            Layer(one["name"], one["node"], one["operator"], tuple(one["shape"]), one["axes"], one["grid"])
            for one in found
        ]

    def notes(self, method: Optional[str] = None, size: Optional[Size] = None) -> List[Note]:
        """The list of Notes that compiling the network for a method gave: which scores are explained, on which nodes
        the method's rule acted, what was left out.

        method: one of `fovea.methods()`; None: scores only. size: (height, width) of the network's input where its
        file leaves it open. ModelError when the network has operators that fovea lacks or that have no gradient.
        """
        with self._sessions.lend(self._request(text(method, "method"), size, None, {})) as session:
            return list(session.notes)

    def find_class(self, name: Target) -> int:
        """The index of a class: by index, WordNet id, name, or the beginning of a name, in any case.

        InputError that lists the candidates where none or several fit.
        """
        return self._class_of(name, "name")

    # ---- Parts ----

    def _request(
        self,
        method: Optional[bytes],
        size: Optional[Size],
        preprocessing: Optional[Preprocessing],
        fields: Dict[str, Any],
    ) -> SessionRequest:
        height, width = side_pair(size)
        options = options_json({**fields, "preprocessing": preprocessing_field(preprocessing)})
        return SessionRequest(method, 1, height, width, self._threads, options)

    def _batch_request(self, method: Optional[bytes], batch: NDArray[np.float32]) -> SessionRequest:
        height = 0 if self.height else batch.shape[2]
        width = 0 if self.width else batch.shape[3]
        return SessionRequest(method, min(len(batch), self.MAX_BATCH), height, width, self._threads)

    def _parts(self, batch: NDArray[np.float32]) -> List[slice]:
        """The batch in parts, between which Ctrl-C is heard."""
        return [slice(first, first + self.MAX_BATCH) for first in range(0, len(batch), self.MAX_BATCH)]

    @staticmethod
    def _batch_of(x: Any) -> Tuple[NDArray[np.float32], bool]:
        """(float32 [N,C,H,W], whether x is one picture)."""
        try:
            array = np.from_dlpack(x) if not hasattr(x, "__array__") and hasattr(x, "__dlpack__") else np.asarray(x)
        except (TypeError, ValueError, RuntimeError, BufferError) as error:
            raise InputError("x is a {}: expected floating point [N,C,H,W] ({})".format(type(x).__name__, error)) from None
        if array.dtype.kind != "f":
            raise InputError("x is an array of {}: expected floating point, preprocessed".format(array.dtype))
        if array.ndim not in (3, 4) or array.size == 0:
            raise InputError("x is an array of shape {}: expected [N,C,H,W] or [C,H,W]".format(list(array.shape)))
        is_one = array.ndim == 3
        return np.ascontiguousarray(array[np.newaxis] if is_one else array, np.float32), is_one

    def _classes_of(self, target: Any, count: int) -> Optional[List[int]]:
        """A class for each of `count` pictures."""
        if target is None:
            return None
        several = not isinstance(target, str) and np.ndim(target) > 0
        classes = [self._class_of(one, "target") for one in (target if several else [target])]
        if not several:
            classes *= count
        if len(classes) != count:
            raise InputError("target has {} classes for {} pictures".format(len(classes), count))
        return classes

    def _class_of(self, target: Any, name: str) -> int:
        if not isinstance(target, str):
            return integer(target, "{}, the index or the name of a class,".format(name), 0, MAX_INDEX)
        wanted = text(target, name)
        index = ctypes.c_int64()
        try:
            call("model_find_class", self._handle.pointer, wanted, ctypes.byref(index))
        except InputError as error:
            raise InputError("{} is {!r}: {}".format(name, target, error)) from None
        return index.value

    def _warn_of_assumption(self, preprocessing: object) -> None:
        """Once for each model: nothing is assumed in silence."""
        loaded = self._loaded
        if not loaded.is_preprocessing_assumed or preprocessing is not None:
            return
        loaded.is_preprocessing_assumed = False
        warnings.warn(
            "{} does not say how pictures become its inputs: torchvision's convention was assumed; if classes look "
            "wrong, give preprocessing='caffe', 'tf', 'none' or a dict".format(self._path),
            PreprocessingWarning,
            stacklevel=_level_outside(),
        )

    def __repr__(self) -> str:
        if "_file" not in self.__dict__:
            return "<Model that was pickled and is not read yet>"
        return "<Model of {} classes, input {}x{}x{}>".format(
            self.classes or "?", self.channels, self.height or "?", self.width or "?"
        )


def _level_outside() -> int:
    """The level, for a warning of the caller's function, of the first frame that is not this module's."""
    here, level, frame = os.path.dirname(__file__), 1, sys._getframe(1)
    while frame.f_back is not None and os.path.dirname(frame.f_code.co_filename) == here:
        level, frame = level + 1, frame.f_back
    return level

"""Models: scores, gradients, maps, objects, class models and reconstructions."""

from __future__ import annotations

import ctypes
import os
import pathlib
import re
import sys
import warnings
from types import TracebackType
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple, Type, Union

import numpy as np
from numpy.typing import NDArray

from ._arguments import (
    MAX_INDEX,
    MAX_THREADS,
    Labels,
    Path,
    Preprocessing,
    ProgressOption,
    Size,
    Target,
    integer,
    labels_field,
    options_json,
    path as path_bytes,
    preprocessing_field,
    side_pair,
    text,
)
from ._errors import InputError, UsageError
from ._explanation import Classification, Explanation, Prediction, explanations, label_of
from ._library import Handle, ModelInfo, ModelOptions, call
from ._many import Evaluation, Patch, ReportOutcome, find_patches, run_evaluation, run_report
from ._objects import ClassModel, Localization, Reconstruction
from ._pictures import to_pixels, write_bytes
from ._results import NO_PROGRESS, ProgressCall, Result
from ._sessions import Note, Session, SessionPool, SessionRequest

_BUNDLED = "imagenette-resnet.onnx"
_LIST = "zoo.json"
#: What says where a user's networks are: docs/models.md.
_PLACES = ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "FOVEA_MODELS_LIST", "FOVEA_MODELS_URL")
_ASSUMED = "preset torchvision (default)"


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


class Model:
    """An ONNX image classifier. May be used from several threads at once, and as a context manager that closes it.

    Attributes:
        labels: list of class names; "class 17" where there are none.
        channels, height, width: of the network's input, in pixels; a side is None where the file leaves it open.
        classes: their number; None where the file leaves it open.
        preprocessing: dict, how pictures become inputs: resize (pixels; 0: the network's size times 256/224), crop,
            scale, mean, std, channel_order.
        preprocessing_source: who says so: "the model file", "preset caffe", "preset torchvision (default)".
        warnings: list of sentences on parts of the file that were not understood.
    """

    #: At most so many pictures are worked on together; more go through in turns.
    MAX_BATCH = 16

    def __init__(
        self,
        path: Path,
        threads: int = 0,
        scores: Optional[str] = None,
        activation: Optional[str] = None,
        *,
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
        None: what the network ends in, else softmax, and sigmoid of a single score. labels: the classes' names, as a
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
            "labels": labels_field(labels),
            "preprocessing": preprocessing_field(preprocessing),
            "size": size,
            "precision": precision,
            "backend": backend,
            "max_memory": max_memory,
            "networks": _named_networks(path),
        }
        options = ModelOptions(
            ctypes.sizeof(ModelOptions), text(scores, "scores"), text(activation, "activation"), options_json(fields)
        )
        self._open_handle: Optional[Handle] = Handle(
            "model", "model_load_with", path_bytes(path, "path"), ctypes.byref(options)
        )
        self._sessions = SessionPool(self._open_handle)
        self._info = ModelInfo()
        call("model_describe", self._open_handle.pointer, ctypes.byref(self._info))
        self.channels: int = self._info.channels
        self.height: Optional[int] = self._info.height or None
        self.width: Optional[int] = self._info.width or None
        self.classes: Optional[int] = self._info.classes or None
        self.labels: List[str] = []
        for i in range(max(self._info.classes, self._info.labels)):
            label = ctypes.c_char_p()
            call("model_label", self._open_handle.pointer, i, ctypes.byref(label))
            self.labels.append((label.value or b"").decode(errors="replace"))
        properties = Result("model_properties", self._open_handle.pointer, None)
        self.preprocessing: Dict[str, Any] = properties.json("preprocessing")
        self.preprocessing_source = properties.text("preprocessing_source")
        self.warnings = properties.texts("warnings")
        self._path = properties.text("path")
        self._is_assumed = self.preprocessing_source == _ASSUMED

    @classmethod
    def bundled(cls, **options: Any) -> "Model":
        """The network of ten classes that comes with fovea: a ResNet for Imagenette, which knows a tench, a church, a
        golf ball and seven more things, and nothing else. Options as for `Model`."""
        return cls(bundled_model_path(), **options)

    # ---- Life ----

    @property
    def _handle(self) -> Handle:
        if self._open_handle is None:
            raise UsageError("the model is closed")
        return self._open_handle

    def close(self) -> None:
        """Frees the network's memory. Not while another thread is inside a call; later calls are a UsageError."""
        if self._open_handle is not None:
            self._sessions.clear()
            self._open_handle.free()
            self._open_handle = None

    def __enter__(self) -> "Model":
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
        with self._sessions.lend(self._batch_request(_required(method, "method"), batch)) as session:
            for part in self._parts(batch):
                wanted = None if classes is None else (ctypes.c_int64 * len(batch[part]))(*classes[part])
                shape = (ctypes.c_int64 * 4)(*batch[part].shape)
                found = gradient[part]
                call(
                    "session_gradient", session.pointer, _floats(batch[part]), shape, wanted, _floats(found), found.size
                )
        return gradient.reshape(gradient.shape[1:]) if is_one else gradient

    # ---- Pictures ----

    def classify(
        self,
        image: Any,
        top: int = 5,
        *,
        crops: Union[str, int, None] = None,
        preprocessing: Optional[Preprocessing] = None,
        size: Optional[Size] = None,
    ) -> Classification:
        """The Classification of a picture.

        image: a path, a PIL image, or an array: uint8 [H,W,3] (red, green, blue), [H,W], or [3,H,W]; NumPy's, or
        anything with __array__ or __dlpack__. top: the length of `best`. crops: the views whose scores are averaged:
        "1" (the centre), "whole" (squeezed to the network's size), "2" (that and its mirror image) or "10" (corners,
        centre and mirror images). preprocessing, size: as for `Model`. InputError for what cannot be used.
        """
        count = integer(top, "top", 1, MAX_INDEX)
        pixels, kept = to_pixels(image)
        self._warn_of_assumption(preprocessing)
        with self._sessions.lend(self._request(None, size, preprocessing, {"crops": _crops(crops)})) as session:
            result = Result("session_classify", session.pointer, pixels)
        del kept
        scores, probabilities = result.array("scores"), result.array_or_none("probabilities")
        best = [
            Prediction(
                int(index),
                label_of(self.labels, int(index)),
                float(scores[index]),
                None if probabilities is None else float(probabilities[index]),
            )
            for index in result.array("order")[:count]
        ]
        return Classification(scores, probabilities, best, list(session.notes))

    def saliency(
        self,
        image: Any,
        method: str = "gradient",
        target: Optional[Target] = None,
        preprocessing: Optional[Preprocessing] = None,
        size: Optional[Size] = None,
        progress: ProgressOption = None,
        *,
        against: Optional[Target] = None,
        crops: Union[str, int, None] = None,
        samples: Optional[int] = None,
        smooth: Optional[int] = None,
        noise: Optional[float] = None,
        baseline: Optional[str] = None,
        layer: Optional[str] = None,
        merge: Optional[str] = None,
        window: Optional[float] = None,
        stride: Optional[float] = None,
        cells: Optional[int] = None,
        keep: Optional[float] = None,
        seed: Optional[int] = None,
    ) -> Explanation:
        """The Explanation of a picture.

        image: as for `classify`. method: one of `fovea.methods()`. target: a class by index or name (the
        beginning of a name will do, in any case); None: the best guess. against: a class whose score is subtracted.
        preprocessing, size, crops: as for `classify`. progress: True for a bar of tqdm, or a function of (done, total),
        for methods that look at many copies of the picture; what it raises, and Ctrl-C, end the work.

        Options of methods: samples, the number of noisy copies, steps or masks; smooth, the number of noisy copies over
        which any method is averaged; noise, their standard deviation as a fraction of the range of values (0.15);
        baseline, "mean", "black" or "blurred"; layer, of Grad-CAM (`layers` lists them); merge, "max", "sum" or "l2",
        of channels; window and stride of occlusion, as fractions of the shorter side (0.15, 0.05); cells and keep of
        RISE (7, 0.5); seed.

        InputError for what cannot be used; ModelError when the network has operators that fovea lacks or that have no
        gradient.
        """
        fields = {
            "samples": samples,
            "smooth": smooth,
            "noise": noise,
            "baseline": baseline,
            "layer": layer,
            "merge": merge,
            "window": window,
            "stride": stride,
            "cells": cells,
            "keep": keep,
            "seed": seed,
        }
        _required(method, "method")
        return self._explain(image, [method], target, against, crops, preprocessing, size, progress, fields)[0]

    def compare(
        self,
        image: Any,
        methods: Sequence[str],
        target: Optional[Target] = None,
        preprocessing: Optional[Preprocessing] = None,
        size: Optional[Size] = None,
        progress: ProgressOption = None,
        *,
        against: Optional[Target] = None,
        crops: Union[str, int, None] = None,
        **method_options: Any,
    ) -> List[Explanation]:
        """The Explanations of a picture by several methods, which share the forward pass. Arguments as for `saliency`."""
        names = _names(methods, "methods")
        return self._explain(image, names, target, against, crops, preprocessing, size, progress, method_options)

    def _explain(
        self,
        image: Any,
        methods: List[str],
        target: Optional[Target],
        against: Optional[Target],
        crops: Union[str, int, None],
        preprocessing: Optional[Preprocessing],
        size: Optional[Size],
        progress: ProgressOption,
        method_options: Dict[str, Any],
    ) -> List[Explanation]:
        pixels, kept = to_pixels(image)
        index = -1 if target is None else self._class_of(target, "target")
        other = -1 if against is None else self._class_of(against, "against")
        fields = {**method_options, "further_methods": methods[1:] or None, "crops": _crops(crops)}
        work = ProgressCall(progress, methods[0])
        request = self._request(_required(methods[0], "method"), size, preprocessing, fields)
        self._warn_of_assumption(preprocessing)
        maps = (ctypes.c_void_p * len(methods))()
        with self._sessions.lend(request) as session:
            call("session_on_progress", session.pointer, work.callback, None)
            work.run(lambda: call("session_explain", session.pointer, pixels, index, other, maps, len(methods)))
            call("session_on_progress", session.pointer, NO_PROGRESS, None)
            found = explanations(maps, self.labels, list(session.notes), None if other < 0 else other)
        del kept
        return found

    def localize(
        self,
        image: Any,
        target: Optional[Target] = None,
        *,
        method: Optional[str] = None,
        preset: Optional[str] = None,
        crops: Union[str, int, None] = None,
        smoothing: Optional[float] = None,
        quantiles: Optional[Tuple[float, float]] = None,
        prior: Optional[float] = None,
        level: Optional[float] = None,
        colour_weight: Optional[float] = None,
        smoothness: Optional[float] = None,
        cuts: Optional[int] = None,
        box: Optional[str] = None,
        star: Optional[bool] = None,
        max_side: Optional[int] = None,
        preprocessing: Optional[Preprocessing] = None,
        size: Optional[Size] = None,
        progress: ProgressOption = None,
        **method_options: Any,
    ) -> Localization:
        """The Localization of the object of a class in a picture.

        image, target, preprocessing, size: as for `saliency`. method: one of `fovea.methods()`; None: the product of the
        maps of gradient and guided. preset: "default", or "paper" for Simonyan et al. (2013) as printed. crops: "2",
        "whole" or "10", which cover the picture. smoothing: standard deviation of the map's blur, as a fraction of its
        shorter side. quantiles: of the map, above the first of which lie seeds of the object, and below the second
        those of the background, 0 to 1. prior: weight of the map as a prior, in nats for a factor of e; 0: seeds only.
        level: the map's value where object and background are equally likely, as a fraction of its self-weighted mean.
        colour_weight, smoothness, cuts, box, star: as for `fovea.segment`. max_side: a longer picture is segmented at
        this size, in pixels; 0: no limit. Further options are those of the method, as for `saliency`.

        InputError for a map without contrast, and for what cannot be used.
        """
        pixels, kept = to_pixels(image)
        index = -1 if target is None else self._class_of(target, "target")
        is_paper = preset == "paper"
        methods = [method] if method else ["gradient"] if is_paper else ["gradient", "guided"]
        session_fields = dict(method_options)
        session_fields["further_methods"] = methods[1:] or None
        session_fields["crops"] = _crops(crops) or ("10" if is_paper else "2")
        options = options_json(
            {
                "preset": preset,
                "smoothing": smoothing,
                "quantiles": quantiles,
                "prior": prior,
                "level": level,
                "colour_weight": colour_weight,
                "smoothness": smoothness,
                "cuts": cuts,
                "box": box,
                "star": star,
                "max_side": max_side,
            }
        )
        self._warn_of_assumption(preprocessing)
        work = ProgressCall(progress, "localize")
        request = self._request(_required(methods[0], "method"), size, preprocessing, session_fields)
        with self._sessions.lend(request) as session:
            call("session_on_progress", session.pointer, work.callback, None)
            result = work.run(lambda: Result("session_localize", session.pointer, pixels, index, options))
            call("session_on_progress", session.pointer, NO_PROGRESS, None)
        del kept
        return Localization(result, self.labels)

    def class_model(self, target: Optional[Target] = None, **options: Any) -> ClassModel:
        """The ClassModel of a class, or of a part of a layer. Arguments as for `class_models`, without those of several
        pictures."""
        return self.class_models(target, pictures=1, **options)[0]

    def class_models(
        self,
        target: Optional[Target] = None,
        *,
        pictures: int = 4,
        layer: Optional[str] = None,
        channel: Optional[int] = None,
        unit: Union[None, int, Sequence[int]] = None,
        method: Optional[str] = None,
        steps: int = 151,
        step: Optional[float] = None,
        l2: Optional[float] = None,
        jitter: Optional[float] = None,
        zoom: Optional[float] = None,
        rotate: Optional[float] = None,
        blur: Optional[float] = None,
        coarse: Optional[float] = None,
        seed: Optional[int] = None,
        start: Any = None,
        display: Optional[str] = None,
        strength: Optional[float] = None,
        diversity_layer: Optional[str] = None,
        preprocessing: Optional[Preprocessing] = None,
        progress: ProgressOption = None,
    ) -> List[ClassModel]:
        """Several, different ClassModels of a class, or of a part of a layer.

        pictures: how many, 1 to 64. target: a class by index or name; or layer: the name of a value or node, with channel, or unit (channel, or
        (channel, row, column)), or neither for the mean of squares of all its values. method: "regularized",
        "paper" (x += step * (dS/dx - 2 * l2 * x) from the zero picture) or "fourier" (the picture's spectrum by Adam).
        steps: of gradient ascent. step: their length, in standard deviations of natural pixels (0.08; paper: the
        learning rate, 0.1; fourier: Adam's, 0.05). l2: weight decay (0; paper: lambda, 1). jitter, blur, coarse:
        largest shift, blur of the picture and of the first gradient, as fractions of the side (0.1, 0.005, 0.012).
        zoom: largest random factor (1). rotate: largest random angle in degrees (0). start: "zero", "noise", or a
        picture as for `classify`. display: "fitted" or "pixels", how the input becomes the picture. strength and
        diversity_layer: how strongly the pictures push each other apart (1), and where they are compared. progress: True
        for a bar of tqdm, or a function of (step, steps); what it raises, and Ctrl-C, end the work.

        InputError for a class, layer or option that does not exist.
        """
        if target is not None and layer is not None:
            raise InputError("target and layer are two targets: give one of them")
        if target is None and layer is None:
            raise InputError("target is missing: expected a class, or layer")
        index = None if target is None else self._class_of(target, "target")
        is_picture = start is not None and not (isinstance(start, str) and start in ("zero", "noise"))
        first, kept = to_pixels(start, "start") if is_picture else (None, None)
        fields = {
            "target": index,
            "layer": layer,
            "channel": channel,
            "unit": [unit] if isinstance(unit, (int, np.integer)) else unit,
            "method": method,
            "steps": steps,
            "step": step,
            "l2": l2,
            "jitter": jitter,
            "zoom": zoom,
            "rotate": rotate,
            "blur": blur,
            "coarse": coarse,
            "seed": seed,
            "start": None if is_picture else start,
            "display": display,
            "pictures": pictures,
            "strength": strength,
            "diversity_layer": diversity_layer,
            "preprocessing": preprocessing_field(preprocessing),
            "threads": self._threads,
        }
        work = ProgressCall(progress, "class model")
        result = work.run(
            lambda: Result("class_model", self._handle.pointer, options_json(fields), first, work.callback, None)
        )
        del kept
        if index is not None:
            label = label_of(self.labels, index)
        else:
            part = unit if channel is None else channel
            label = str(layer) if part is None else "{} {}".format(layer, part)
        return [ClassModel(result, k, label) for k in range(len(result.array("steps")))]

    def deconv(
        self,
        image: Any,
        layer: Optional[str] = None,
        *,
        unit: Union[None, int, Sequence[int]] = None,
        top: Optional[int] = None,
        whole: Optional[bool] = None,
        target: Optional[Target] = None,
        rule: Optional[str] = None,
        percentile: Optional[float] = None,
        preprocessing: Optional[Preprocessing] = None,
    ) -> List[Reconstruction]:
        """Reconstructions of what excites units of a layer in a picture, strongest first; without a layer, a list with
        that of a class score.

        image: as for `classify`. layer: the name of a value or node (`layers`). unit: a channel, at its strongest
        position, or (channel, row, column). top: without a unit, so many channels with the strongest units (9). whole:
        send back all activations of a channel. target: without a layer, the class; None: the best guess. rule: what a
        ReLU passes back: "deconvnet", "guided" or "gradient". percentile: of the non-zero magnitudes, shown as full
        black or white in the pictures (99.5). InputError for a layer without units, and for what cannot be used.
        """
        pixels, kept = to_pixels(image)
        options = options_json(
            {
                "layer": layer,
                "unit": [unit] if isinstance(unit, (int, np.integer)) else unit,
                "top": top,
                "whole": whole,
                "target": None if target is None else self._class_of(target, "target"),
                "rule": rule,
                "percentile": percentile,
                "preprocessing": preprocessing_field(preprocessing),
                "threads": self._threads,
            }
        )
        self._warn_of_assumption(preprocessing)
        result = Result("deconv", self._handle.pointer, pixels, options)
        del kept
        return [Reconstruction(result, k) for k in range(len(result.array("activation")))]

    # ---- Many pictures, files ----

    def strongest_patches(
        self,
        images: Union[Path, Sequence[Path]],
        layer: str,
        *,
        channel: Optional[int] = None,
        top: Optional[int] = None,
        patches: Optional[int] = None,
        workers: Optional[int] = None,
        preprocessing: Optional[Preprocessing] = None,
        progress: ProgressOption = None,
    ) -> List[Patch]:
        """The places in many pictures that excite channels of a layer most, channel by channel, strongest first.

        images: pictures and folders. layer: the name of a value or node (`layers`). channel: of the layer; None: the top
        channels with the strongest units (9). patches: of each channel, at most one of a picture (9). workers: pictures
        at the same time. progress: as for `report`. `deconv(patch.image, layer, unit=patch.unit)` shows what excites
        the unit there. InputError for a layer without units; pictures that cannot be read are left out with a warning.
        """
        fields: Dict[str, object] = {
            "layer": layer,
            "channel": channel,
            "top": top,
            "patches": patches,
            "workers": workers,
            "threads": self._threads,
        }
        self._warn_of_assumption(preprocessing)
        return find_patches(self._handle, images, preprocessing, progress, fields)

    def report(
        self,
        images: Union[Path, Sequence[Path]],
        output: Path,
        *,
        methods: Union[None, str, Sequence[str]] = None,
        target: Optional[Target] = None,
        compare_with: Optional["Model"] = None,
        preprocessing: Optional[Preprocessing] = None,
        progress: ProgressOption = None,
        **options: Any,
    ) -> ReportOutcome:
        """Writes an HTML page of pictures with their maps, objects and class models.

        images: pictures and folders. output: the page, NAME.html. methods: side by side ("gradient"). target: a class;
        None: each picture's best guess. compare_with: a second Model, shown beside this one. Further options: top (1 to 5, the best guesses that are explained), localize
        (True), class_models (8, the number of most frequent classes that get one; 0: none), crops, percentile, gamma,
        colormap, title, split (pictures as files beside the page), truth (the true classes: a CSV with the columns file
        and class, wnid or class_index, or "folders"), workers, and those of methods as for `saliency`.
        progress: True for a bar of tqdm, or a function of (done, total); what it raises, and Ctrl-C, end the work.

        InputError for options that cannot be used; OutputError where the page cannot be written. Pictures that cannot
        be read are left out and counted.
        """
        fields: Dict[str, object] = dict(options)
        fields["target"] = None if target is None else self._class_of(target, "target")
        fields["threads"] = self._threads
        if compare_with is not None and not isinstance(compare_with, Model):
            raise InputError("compare_with is {!r}: expected a Model".format(compare_with))
        self._warn_of_assumption(preprocessing)
        compared = None if compare_with is None else compare_with._handle
        return run_report(self._handle, compared, images, output, methods, preprocessing, progress, fields)

    def evaluate(
        self,
        kind: str,
        images: Union[Path, Sequence[Path]],
        output: Optional[Path] = None,
        *,
        methods: Union[None, str, Sequence[str]] = None,
        target: Optional[Target] = None,
        preprocessing: Optional[Preprocessing] = None,
        progress: ProgressOption = None,
        **options: Any,
    ) -> Evaluation:
        """Evaluates maps or boxes on many pictures.

        kind: "faithfulness": whether maps show what the network uses; options truth (a CSV of boxes) or masks (a
        folder), steps (50), blur (0.1), subsets (50), tolerance, view ("whole" or "crop"). "sanity": whether they depend
        on what it has learnt; options stages (10), view. "localization": how often boxes are right; images is the
        folder of pictures; options truth (a CSV, or a folder of XML files with list, class_numbers and synsets), guesses
        (5), shard ("2/8"), resume, and those of `localize`. images: pictures and folders. output: a folder for tables,
        plots and a page; None: nothing is written ("localization" needs one). methods: to compare. Further options:
        workers, and those of methods as for `saliency`. progress: as for `report`.

        InputError for options and truth that cannot be used; OutputError where a file cannot be written. Pictures that
        cannot be used count as failures.
        """
        fields: Dict[str, object] = dict(options)
        fields["target"] = None if target is None else self._class_of(target, "target")
        fields["threads"] = self._threads
        self._warn_of_assumption(preprocessing)
        return run_evaluation(self._handle, kind, images, output, methods, preprocessing, progress, fields)

    def export(
        self,
        path: Optional[Path] = None,
        kind: str = "explanation",
        *,
        method: Optional[str] = None,
        map: Optional[str] = None,
        explained: Optional[str] = None,
        opset: Optional[int] = None,
        batch: Optional[int] = None,
    ) -> bytes:
        """An ONNX file that gives the network's scores and the map that explains one of them, for any ONNX runtime.

        path: the file to write; None: none is written. kind: "explanation", or "canonical" for the forward network as
        fovea computes it. method: a rule, or "gradient-x-input" ("gradient"). map: "saliency", [N,H,W], or "gradient",
        in the input's shape. explained: "top", or "input" for the class that a second input names. opset: 13 to 17.
        batch: pictures in one run (1). Gives the file's bytes. InputError for options; OutputError.
        """
        options = options_json(
            {"kind": kind, "method": method, "map": map, "explained": explained, "opset": opset, "batch": batch}
        )
        content = Result("export", self._handle.pointer, options).array("onnx").tobytes()
        if path is not None:
            write_bytes(path_bytes(path, "path"), content)
        return content

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
        self._handle  # of an open model
        height, width = side_pair(size)
        options = options_json({**fields, "preprocessing": preprocessing_field(preprocessing)})
        return SessionRequest(method, 1, height, width, self._threads, options)

    def _batch_request(self, method: Optional[bytes], batch: NDArray[np.float32]) -> SessionRequest:
        self._handle  # of an open model
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
        if not self._is_assumed or preprocessing is not None:
            return
        self._is_assumed = False
        warnings.warn(
            "{} does not say how pictures become its inputs: torchvision's convention was assumed; if classes look "
            "wrong, give preprocessing='caffe', 'tf', 'none' or a dict".format(self._path),
            PreprocessingWarning,
            stacklevel=_level_outside(),
        )

    def __repr__(self) -> str:
        return "<Model of {} classes, input {}x{}x{}>".format(
            self.classes or "?", self.channels, self.height or "?", self.width or "?"
        )


def _level_outside() -> int:
    """The level, for a warning of the caller's function, of the first frame that is not this module's."""
    here, level, frame = os.path.dirname(__file__), 1, sys._getframe(1)
    while frame.f_back is not None and os.path.dirname(frame.f_code.co_filename) == here:
        level, frame = level + 1, frame.f_back
    return level


def _required(value: object, name: str) -> bytes:
    checked = text(value, name)
    if checked is None:
        raise InputError("{} is None: expected a text".format(name))
    return checked


def _names(value: object, name: str) -> List[str]:
    if isinstance(value, (list, tuple)) and value and all(isinstance(one, str) for one in value):
        return list(value)
    raise InputError("{} is {!r}: expected a text, or a list of texts".format(name, value))


def _crops(value: Union[str, int, None]) -> Optional[str]:
    return None if value is None else str(value)

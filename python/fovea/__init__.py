"""fovea: what an ONNX image classifier sees in a picture.

    import fovea
    model = fovea.Model("model.onnx")
    result = model.saliency("photo.jpg")
    print(result.label, result.probability)
    result.save("overlay.png")

`Model` has everything that needs a network: explain, classify, saliency, localize, class_model, deconv, report, evaluate, export.
The functions of the same names take the model, or its path, as their first argument. `segment` and `cuda_support` need no network.
"""

from __future__ import annotations

import ctypes as _ctypes
from typing import Any as _Any
from typing import List as _List
from typing import Union as _Union

from ._arguments import Path as _Path
from ._cuda import CudaNode, CudaSupport, cuda_support
from ._errors import Cancelled, Error, InputError, InternalError, ModelError, OutputError, UsageError
from ._explanation import Classification, Explanation, Prediction, Rect
from ._figures import Figure, PhotoExplanation, PreprocessingAdvice, PreprocessingTrial
from ._library import LIBRARY_VERSION
from ._library import call as _call
from ._many import Evaluation, NetworkComparison, Patch, RelevantPatch, ReportOutcome, merge_evaluations
from ._model import Model
from ._objects import (
    Box,
    ClassModel,
    Concept,
    Detection,
    Detections,
    Factors,
    Localization,
    RealBox,
    Reconstruction,
    Unit,
    segment,
)
from ._opened import Layer, PreprocessingWarning, bundled_model_path
from ._pictures import decode_image, encode_png, read_image, write_image, write_png
from ._sessions import Note
from ._version import __version__

__all__ = [
    "Box",
    "Cancelled",
    "ClassModel",
    "Classification",
    "Concept",
    "CudaNode",
    "CudaSupport",
    "Detection",
    "Detections",
    "Error",
    "Evaluation",
    "Explanation",
    "Factors",
    "Figure",
    "InputError",
    "InternalError",
    "LIBRARY_VERSION",
    "Layer",
    "Localization",
    "Model",
    "ModelError",
    "NetworkComparison",
    "Note",
    "OutputError",
    "Patch",
    "PhotoExplanation",
    "Prediction",
    "PreprocessingAdvice",
    "PreprocessingTrial",
    "PreprocessingWarning",
    "RealBox",
    "Reconstruction",
    "Rect",
    "RelevantPatch",
    "ReportOutcome",
    "Unit",
    "UsageError",
    "__version__",
    "bundled_model_path",
    "class_model",
    "classify",
    "compare_with",
    "concepts",
    "cuda_support",
    "decode_image",
    "deconv",
    "detect",
    "encode_png",
    "evaluate",
    "explain",
    "export",
    "factorise",
    "localize",
    "merge_evaluations",
    "methods",
    "read_image",
    "report",
    "saliency",
    "segment",
    "try_preprocessing",
    "write_image",
    "write_png",
]

_ModelOrPath = _Union[Model, _Path]


def methods() -> _List[str]:
    """Names of the methods that make maps, as `fovea list methods` prints them."""
    names = _ctypes.POINTER(_ctypes.c_char_p)()
    count = _ctypes.c_size_t()
    _call("methods", _ctypes.byref(names), _ctypes.byref(count))
    return [names[i].decode() for i in range(count.value)]


def _opened(model: _ModelOrPath) -> Model:
    return model if isinstance(model, Model) else Model(model)


def classify(model: _ModelOrPath, image: _Any, top: int = 5, **options: _Any) -> Classification:
    """The Classification of a picture; `model` is a Model or the path of an ONNX file. See Model.classify."""
    return _opened(model).classify(image, top, **options)


def saliency(
    model: _ModelOrPath,
    image: _Any,
    method: str = "gradient",
    target: _Union[int, str, None] = None,
    **options: _Any,
) -> Explanation:
    """The Explanation of a picture; `model` is a Model or the path of an ONNX file. See Model.saliency."""
    return _opened(model).saliency(image, method, target, **options)


def explain(model: _ModelOrPath, image: _Any, **options: _Any) -> PhotoExplanation:
    """The PhotoExplanation of a picture; `model` as for `saliency`. See Model.explain."""
    return _opened(model).explain(image, **options)


def try_preprocessing(model: _ModelOrPath, images: _Any, **options: _Any) -> PreprocessingAdvice:
    """The PreprocessingAdvice of a few pictures; `model` as for `saliency`. See Model.try_preprocessing."""
    return _opened(model).try_preprocessing(images, **options)


def localize(model: _ModelOrPath, image: _Any, **options: _Any) -> Localization:
    """The Localization of the object of a class in a picture; `model` as for `saliency`. See Model.localize."""
    return _opened(model).localize(image, **options)


def class_model(model: _ModelOrPath, target: _Union[int, str, None] = None, **options: _Any) -> ClassModel:
    """The ClassModel of a class; `model` as for `saliency`. See Model.class_model."""
    return _opened(model).class_model(target, **options)


def concepts(model: _ModelOrPath, image: _Any, layer: _Union[None, str] = None, **options: _Any) -> _List[Concept]:
    """The Concepts of a layer that matter in a picture; `model` as for `saliency`. See Model.concepts."""
    return _opened(model).concepts(image, layer, **options)


def factorise(model: _ModelOrPath, images: _Any, layer: _Union[None, str] = None, **options: _Any) -> Factors:
    """The Factors of a layer's activations in pictures; `model` as for `saliency`. See Model.factorise."""
    return _opened(model).factorise(images, layer, **options)


def detect(model: _ModelOrPath, image: _Any, **options: _Any) -> Detections:
    """The objects that a detector finds in a picture; `model` as for `saliency`. See Model.detect."""
    return _opened(model).detect(image, **options)


def deconv(model: _ModelOrPath, image: _Any, **options: _Any) -> _List[Reconstruction]:
    """Reconstructions of what excites units in a picture; `model` as for `saliency`. See Model.deconv."""
    return _opened(model).deconv(image, **options)


def report(model: _ModelOrPath, images: _Any, output: _Path, **options: _Any) -> ReportOutcome:
    """Writes an HTML page of pictures; `model` as for `saliency`. See Model.report."""
    return _opened(model).report(images, output, **options)


def compare_with(model: _ModelOrPath, other: _ModelOrPath, images: _Any, **options: _Any) -> NetworkComparison:
    """The NetworkComparison of two networks on many pictures; both as `model` of `saliency`. See Model.compare_with."""
    return _opened(model).compare_with(_opened(other), images, **options)


def evaluate(model: _ModelOrPath, kind: str, images: _Any, **options: _Any) -> Evaluation:
    """Evaluates maps or boxes on many pictures; `model` as for `saliency`. See Model.evaluate."""
    return _opened(model).evaluate(kind, images, **options)


def export(model: _ModelOrPath, path: _Path, **options: _Any) -> bytes:
    """Writes an ONNX file that explains itself; `model` as for `saliency`. See Model.export."""
    return _opened(model).export(path, **options)

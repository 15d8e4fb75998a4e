"""The shared library libfovea_c.so: where it is found and how its functions are called."""

from __future__ import annotations

import ctypes
import os
import pathlib
import weakref
from ctypes import POINTER, c_char_p, c_double, c_float, c_int, c_int32, c_int64, c_size_t, c_uint8, c_void_p
from typing import Any, Dict, List, Optional

from . import _errors
from ._version import __version__


class ModelInfo(ctypes.Structure):
    _fields_ = [(name, c_int64) for name in ("channels", "height", "width", "classes", "labels")]


class ModelOptions(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("scores", c_char_p), ("activation", c_char_p), ("options", c_char_p)]


class SessionOptions(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t),
        ("method", c_char_p),
        ("preprocessing", c_char_p),
        ("batch", c_int64),
        ("height", c_int64),
        ("width", c_int64),
        ("threads", c_int32),
        ("options", c_char_p),
    ]


class SessionInfo(ctypes.Structure):
    _fields_ = [(name, c_int64) for name in ("batch", "channels", "height", "width", "classes")]


class NoteRow(ctypes.Structure):
    _fields_ = [
        ("kind", c_char_p),
        ("text", c_char_p),
        ("counts", POINTER(c_int64)),
        ("counts_size", c_size_t),
        ("names", POINTER(c_char_p)),
        ("names_size", c_size_t),
    ]


class Pixels(ctypes.Structure):
    _fields_ = [
        ("data", c_void_p),
        ("height", c_int64),
        ("width", c_int64),
        ("channels", c_int64),
        ("stride", c_int64),
    ]


class Array(ctypes.Structure):
    _fields_ = [("data", c_void_p), ("type", c_int), ("rank", c_int32), ("shape", c_int64 * 4)]


class MapInfo(ctypes.Structure):
    _fields_ = [
        ("height", c_int64),
        ("width", c_int64),
        ("target", c_int64),
        ("score", c_double),
        ("probability", c_double),
        ("region_x", c_int64),
        ("region_y", c_int64),
        ("region_width", c_int64),
        ("region_height", c_int64),
    ]


Progress = ctypes.CFUNCTYPE(c_int, c_int64, c_int64, c_void_p)

# Arrays and handles travel as plain addresses; who calls has checked type, order and size.
_RESULT = POINTER(c_void_p)
_ARGUMENTS: Dict[str, List[Any]] = {
    "fovea_methods": [POINTER(POINTER(c_char_p)), POINTER(c_size_t)],
    "fovea_result_array": [c_void_p, c_char_p, POINTER(Array)],
    "fovea_result_text": [c_void_p, c_char_p, POINTER(c_char_p)],
    "fovea_model_load": [c_char_p, POINTER(c_void_p)],
    "fovea_model_load_with": [c_char_p, POINTER(ModelOptions), POINTER(c_void_p)],
    "fovea_model_describe": [c_void_p, POINTER(ModelInfo)],
    "fovea_model_label": [c_void_p, c_int64, POINTER(c_char_p)],
    "fovea_model_find_class": [c_void_p, c_char_p, POINTER(c_int64)],
    "fovea_model_properties": [c_void_p, c_char_p, _RESULT],
    "fovea_model_assumptions": [c_void_p, c_char_p, _RESULT],
    "fovea_session_create": [c_void_p, POINTER(SessionOptions), POINTER(c_void_p)],
    "fovea_session_describe": [c_void_p, POINTER(SessionInfo)],
    "fovea_session_notes": [c_void_p, POINTER(POINTER(NoteRow)), POINTER(c_size_t)],
    "fovea_session_on_progress": [c_void_p, Progress, c_void_p],
    "fovea_session_scores": [c_void_p, POINTER(c_float), c_int64 * 4, POINTER(c_float), c_size_t],
    "fovea_session_probabilities": [c_void_p, POINTER(c_float), c_int64 * 4, POINTER(c_double), c_size_t],
    "fovea_session_gradient": [
        c_void_p,
        POINTER(c_float),
        c_int64 * 4,
        POINTER(c_int64),
        POINTER(c_float),
        c_size_t,
    ],
    "fovea_session_saliency": [c_void_p, POINTER(Pixels), c_int64, POINTER(c_void_p)],
    "fovea_session_explain": [c_void_p, POINTER(Pixels), c_int64, c_int64, POINTER(c_void_p), c_size_t],
    "fovea_session_classify": [c_void_p, POINTER(Pixels), _RESULT],
    "fovea_session_localize": [c_void_p, POINTER(Pixels), c_int64, c_char_p, _RESULT],
    "fovea_map_describe": [c_void_p, POINTER(MapInfo)],
    "fovea_map_values": [c_void_p, POINTER(c_float), c_size_t],
    "fovea_map_relevance": [c_void_p, POINTER(Array)],
    "fovea_map_method": [c_void_p, POINTER(c_char_p)],
    "fovea_map_guesses": [c_void_p, _RESULT],
    "fovea_map_view": [c_void_p, c_int, c_char_p, POINTER(c_uint8), c_size_t],
    "fovea_map_view_with": [c_void_p, c_int, c_char_p, c_double, c_double, POINTER(c_uint8), c_size_t],
    "fovea_figure": [c_void_p, POINTER(c_void_p), c_size_t, POINTER(Pixels), c_char_p, _RESULT],
    "fovea_try_preprocessing": [c_void_p, c_char_p, Progress, c_void_p, _RESULT],
    "fovea_detect": [c_void_p, POINTER(Pixels), c_char_p, _RESULT],
    "fovea_segment": [POINTER(Pixels), POINTER(Pixels), c_char_p, _RESULT],
    "fovea_class_model": [c_void_p, c_char_p, POINTER(Pixels), Progress, c_void_p, _RESULT],
    "fovea_deconv": [c_void_p, POINTER(Pixels), c_char_p, _RESULT],
    "fovea_concepts": [c_void_p, POINTER(Pixels), c_char_p, _RESULT],
    "fovea_factorise": [c_void_p, c_char_p, Progress, c_void_p, _RESULT],
    "fovea_strongest_patches": [c_void_p, c_char_p, Progress, c_void_p, _RESULT],
    "fovea_relevant_patches": [c_void_p, c_char_p, Progress, c_void_p, _RESULT],
    "fovea_report": [c_void_p, c_void_p, c_char_p, Progress, c_void_p, _RESULT],
    "fovea_compare": [c_void_p, c_void_p, c_char_p, Progress, c_void_p, _RESULT],
    "fovea_evaluate": [c_void_p, c_char_p, Progress, c_void_p, _RESULT],
    "fovea_export": [c_void_p, c_char_p, _RESULT],
    "fovea_cuda_support": [c_char_p, _RESULT],
    "fovea_image_read": [c_char_p, POINTER(c_void_p)],
    "fovea_image_decode": [c_char_p, c_size_t, c_char_p, POINTER(c_void_p)],
    "fovea_image_pixels": [c_void_p, POINTER(Pixels)],
    "fovea_write_png": [c_char_p, POINTER(Pixels)],
    "fovea_encode": [POINTER(Pixels), c_char_p, c_int32, _RESULT],
}


def _open() -> ctypes.CDLL:
    """The library: FOVEA_LIBRARY and nothing else where it is set, else beside this file, else the system's."""
    chosen = os.environ.get("FOVEA_LIBRARY")
    beside = pathlib.Path(__file__).with_name("libfovea_c.so")
    if chosen:
        places = [chosen]
    elif beside.exists():
        places = [str(beside)]
    else:
        places = ["libfovea_c.so.0", "libfovea_c.so"]
    reasons = []
    for place in places:
        try:
            return ctypes.CDLL(place)
        except OSError as error:
            reasons.append(str(error))
    raise ImportError(
        "fovea's shared library cannot be loaded ({}); the environment variable FOVEA_LIBRARY may name it".format(
            "; ".join(reasons)
        )
    )


def _declare(library: ctypes.CDLL) -> None:
    library.fovea_version.restype = c_char_p
    library.fovea_last_error.restype = c_char_p
    for name, arguments in _ARGUMENTS.items():
        function = getattr(library, name)
        function.argtypes = arguments
        function.restype = c_int
    for name in ("model", "session", "map", "image", "result"):
        function = getattr(library, "fovea_{}_free".format(name))
        function.argtypes = [c_void_p]
        function.restype = None


_library = _open()
try:
    _declare(_library)
except AttributeError as error:
    raise ImportError("the library that was found is not fovea's, or an older one: {}".format(error)) from None

LIBRARY_VERSION: str = _library.fovea_version().decode()
if LIBRARY_VERSION.split(".")[:2] != __version__.split(".")[:2]:
    raise ImportError("fovea's shared library is version {}, the module {}".format(LIBRARY_VERSION, __version__))


def call(name: str, *arguments: Any) -> None:
    """Calls fovea_<name>; raises the exception of its status. Other threads run meanwhile."""
    status = getattr(_library, "fovea_" + name)(*arguments)
    if status != 0:
        text = _library.fovea_last_error().decode(errors="replace")
        if status == 3 and text.startswith("options: field "):
            text = text[len("options: field ") :]  # of JSON options: the argument's name follows
        raise _errors.BY_STATUS.get(status, _errors.InternalError)(text)


class Handle:
    """Owns what the library made: `kind` is "model", "session", "map", "image" or "result"."""

    def __init__(self, kind: str, function: str, *arguments: Any) -> None:
        pointer = c_void_p()
        call(function, *arguments, ctypes.byref(pointer))
        self._own(kind, pointer)

    @classmethod
    def of(cls, kind: str, address: Optional[int]) -> "Handle":
        """Takes over an object that a call gave among others."""
        handle = cls.__new__(cls)
        handle._own(kind, c_void_p(address))
        return handle

    def _own(self, kind: str, pointer: c_void_p) -> None:
        self._kind = kind
        self.pointer = pointer
        self._finalizer = weakref.finalize(self, getattr(_library, "fovea_{}_free".format(kind)), pointer)

    def __reduce__(self) -> Any:
        # TypeError is what pickle raises for what it cannot take.
        raise TypeError(
            "what fovea's library made, a {} here, stays in its process: send its arrays to others, such as .map, "
            ".relevance or .overlay(); a Model can be pickled".format(self._kind)
        )

    def free(self) -> None:
        """Frees the object now; later calls do nothing."""
        self._finalizer()

"""The shared library libfovea_c.so: where it is found and how its functions are called."""

import ctypes
import os
import pathlib
import weakref
from ctypes import POINTER, c_char_p, c_double, c_float, c_int, c_int32, c_int64, c_size_t, c_uint8, c_void_p

from . import _errors
from ._version import __version__


class ModelInfo(ctypes.Structure):
    _fields_ = [(name, c_int64) for name in ("channels", "height", "width", "classes", "labels")]


class ModelOptions(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("scores", c_char_p), ("activation", c_char_p)]


class SessionOptions(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t),
        ("method", c_char_p),
        ("preprocessing", c_char_p),
        ("batch", c_int64),
        ("height", c_int64),
        ("width", c_int64),
        ("threads", c_int32),
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
    _fields_ = [("data", c_void_p)] + [(name, c_int64) for name in ("height", "width", "channels", "stride")]


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
_ARGUMENTS = {
    "fovea_methods": [POINTER(POINTER(c_char_p)), POINTER(c_size_t)],
    "fovea_model_load": [c_char_p, POINTER(c_void_p)],
    "fovea_model_load_with": [c_char_p, POINTER(ModelOptions), POINTER(c_void_p)],
    "fovea_model_describe": [c_void_p, POINTER(ModelInfo)],
    "fovea_model_label": [c_void_p, c_int64, POINTER(c_char_p)],
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
    "fovea_map_describe": [c_void_p, POINTER(MapInfo)],
    "fovea_map_values": [c_void_p, POINTER(c_float), c_size_t],
    "fovea_map_view": [c_void_p, c_int, c_char_p, POINTER(c_uint8), c_size_t],
    "fovea_image_read": [c_char_p, POINTER(c_void_p)],
    "fovea_image_pixels": [c_void_p, POINTER(Pixels)],
    "fovea_write_png": [c_char_p, POINTER(Pixels)],
}


def _open():
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


def _declare(library):
    library.fovea_version.restype = c_char_p
    library.fovea_last_error.restype = c_char_p
    for name, arguments in _ARGUMENTS.items():
        function = getattr(library, name)
        function.argtypes = arguments
        function.restype = c_int
    for name in ("model", "session", "map", "image"):
        function = getattr(library, "fovea_{}_free".format(name))
        function.argtypes = [c_void_p]
        function.restype = None


_library = _open()
try:
    _declare(_library)
except AttributeError as error:
    raise ImportError("the library that was found is not fovea's: {}".format(error)) from None

LIBRARY_VERSION = _library.fovea_version().decode()
if LIBRARY_VERSION.split(".")[:2] != __version__.split(".")[:2]:
    raise ImportError("fovea's shared library is version {}, the module {}".format(LIBRARY_VERSION, __version__))


def call(name, *arguments):
    """Calls fovea_<name>; raises the exception of its status. Other threads run meanwhile."""
    status = getattr(_library, "fovea_" + name)(*arguments)
    if status != 0:
        text = _library.fovea_last_error().decode(errors="replace")
        raise _errors.BY_STATUS.get(status, _errors.InternalError)(text)


class Handle:
    """Owns what the library made: `kind` is "model", "session", "map" or "image"."""

    def __init__(self, kind, function, *arguments):
        pointer = c_void_p()
        call(function, *arguments, ctypes.byref(pointer))
        self.pointer = pointer
        weakref.finalize(self, getattr(_library, "fovea_{}_free".format(kind)), pointer)


def encode_path(path):
    """A path as the library takes it; InputError for one that holds a zero byte."""
    encoded = os.fsencode(path)
    if b"\0" in encoded:
        raise _errors.InputError("a path cannot hold a zero byte")
    return encoded

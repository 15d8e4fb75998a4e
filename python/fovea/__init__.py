"""fovea: scores, input gradients and saliency maps of ONNX image classifiers.

    import fovea
    model = fovea.Model("model.onnx")
    result = model.saliency(fovea.read_image("photo.jpg"))
    print(result.label, result.probability)
    fovea.write_png("overlay.png", result.overlay())
"""

import ctypes as _ctypes

from ._errors import Cancelled, Error, InputError, InternalError, ModelError, OutputError, UsageError
from ._library import LIBRARY_VERSION
from ._library import call as _call
from ._model import Model, SaliencyMap, saliency
from ._pictures import read_image, write_png
from ._sessions import Note
from ._version import __version__

__all__ = [
    "Cancelled",
    "Error",
    "InputError",
    "InternalError",
    "LIBRARY_VERSION",
    "Model",
    "ModelError",
    "Note",
    "OutputError",
    "SaliencyMap",
    "UsageError",
    "__version__",
    "methods",
    "read_image",
    "saliency",
    "write_png",
]


def methods():
    """Names of the methods that make maps, as `fovea list methods` prints them."""
    names = _ctypes.POINTER(_ctypes.c_char_p)()
    count = _ctypes.c_size_t()
    _call("methods", _ctypes.byref(names), _ctypes.byref(count))
    return [names[i].decode() for i in range(count.value)]

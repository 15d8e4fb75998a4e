"""Pictures: files, PIL images and arrays, which become uint8 arrays [H,W,3] (red, green, blue) or [H,W] (grey)."""

from __future__ import annotations

import ctypes
import importlib
import os
import pathlib
from typing import Any, Optional, Tuple

import numpy as np
from numpy.typing import NDArray

from ._arguments import Path, integer, path, required
from ._errors import InputError, OutputError
from ._library import Handle, Pixels, call
from ._results import Result

PictureArray = NDArray[np.uint8]
EXPECTED = (
    "expected a path, a PIL image, or a uint8 array of [H,W,3] or [H,W], values 0 to 255, "
    "as NumPy, or anything with __array__ or __dlpack__, has them"
)
#: Modes of PIL whose values are 0 to 255 once they are converted to RGB.
_PIL_MODES = ("1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "LAB", "HSV")
_PNG, _JPEG = (".png",), (".jpg", ".jpeg", ".jpe")


def read_image(path: Path) -> PictureArray:
    """The picture of a PNG, JPEG, WebP, TIFF, BMP or PNM file, turned upright: uint8 [H,W,3].

    InputError that names the file where it cannot be read.
    """
    return _read(path, "path")


def decode_image(content: bytes, name: str = "the picture") -> PictureArray:
    """The picture in the bytes of such a file, as `read_image` gives it: of an archive's member, or from a network.

    name: stands for the file in errors. InputError for what is no picture.
    """
    if not isinstance(content, (bytes, bytearray, memoryview)):
        raise InputError("content is a {}: expected the bytes of a picture's file".format(type(content).__name__))
    held = bytes(content)
    return _pixels_of(Handle("image", "image_decode", held, len(held), required(name, "name")))


def _read(file: object, name: str) -> PictureArray:
    return _pixels_of(Handle("image", "image_read", path(file, name)))


def _pixels_of(image: Handle) -> PictureArray:
    pixels = Pixels()
    call("image_pixels", image.pointer, ctypes.byref(pixels))
    shape = (pixels.height, pixels.width, pixels.channels)
    buffer = (ctypes.c_uint8 * (shape[0] * shape[1] * shape[2])).from_address(pixels.data)
    return np.frombuffer(buffer, np.uint8).reshape(shape).copy()


def as_picture(picture: Any, name: str = "image") -> PictureArray:
    """`picture` as uint8 [H,W,3] or [H,W]. InputError that names the argument for what cannot be one."""
    if isinstance(picture, (str, os.PathLike)):
        return _read(picture, name)
    array = _as_array(picture, name)
    if array.dtype != np.uint8:
        raise InputError("{} is an array of {}: {}{}".format(name, array.dtype, EXPECTED, _scaling_hint(array, name)))
    if array.ndim == 3 and array.shape[0] in (1, 3) and array.shape[2] not in (1, 3, 4):
        array = np.moveaxis(array, 0, 2)  # channels first, as torchvision has pictures
    if array.ndim == 3 and array.shape[2] == 4:
        array = array[:, :, :3]  # alpha is dropped, as in files
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] != 3) or array.size == 0:
        raise InputError("{} is an array of shape {}: {}".format(name, list(array.shape), EXPECTED))
    return array


def _scaling_hint(array: NDArray[Any], name: str) -> str:
    if array.dtype.kind != "f" or array.size == 0 or not 0 <= float(array.min()) <= float(array.max()) <= 1:
        return ""
    return "; of values 0 to 1 make (255 * {}).round().astype('uint8')".format(name)


def _as_array(picture: Any, name: str) -> NDArray[Any]:
    wrong = "{} is a {}: {}".format(name, type(picture).__name__, EXPECTED)
    if hasattr(picture, "mode") and hasattr(picture, "convert"):
        return _of_pil(picture, name)
    if isinstance(picture, (bytes, bytearray)):
        raise InputError("{}; of a file's bytes fovea.decode_image makes one".format(wrong))
    try:
        if isinstance(picture, np.ndarray) or hasattr(picture, "__array__") or not hasattr(picture, "__dlpack__"):
            return np.asarray(picture)
        return np.from_dlpack(picture)
    except (TypeError, ValueError, RuntimeError, BufferError) as error:  # a tensor on another device, ragged lists
        raise InputError("{} ({})".format(wrong, error)) from None


def _of_pil(picture: Any, name: str) -> PictureArray:
    if picture.mode not in _PIL_MODES:
        raise InputError(
            "{} is a PIL image of mode {}: expected 8 bits a channel, as modes RGB and L have".format(name, picture.mode)
        )
    upright = importlib.import_module("PIL.ImageOps").exif_transpose(picture)
    return np.asarray(upright.convert("RGB"), np.uint8)


def to_pixels(picture: Any, name: str = "image") -> Tuple[Pixels, PictureArray]:
    """(Pixels, array): what the library takes, and the array that must live as long. Rows may be apart."""
    array = as_picture(picture, name)
    channels = 1 if array.ndim == 2 else 3
    row = array.shape[1] * channels
    dense_rows = array[0].flags.c_contiguous and array.strides[0] >= row
    if not dense_rows:
        array = np.ascontiguousarray(array)
    stride = array.strides[0] if dense_rows else row
    return Pixels(array.ctypes.data, array.shape[0], array.shape[1], channels, stride), array


def encode_png(picture: Any) -> bytes:
    """The bytes of a PNG file of a picture: anything that `Model.saliency` takes."""
    return _encode(picture, b"png", 0, "picture")


def _encode(picture: Any, kind: bytes, quality: int, name: str) -> bytes:
    pixels, kept = to_pixels(picture, name)
    result = Result("encode", ctypes.byref(pixels), kind, quality)
    del kept
    return result.array("bytes").tobytes()


def write_png(path: Path, picture: Any) -> None:
    """Writes a picture as a PNG file, whole or not at all.

    picture: anything that `Model.saliency` takes. InputError for a path that ends as another kind of file does
    (`write_image` writes those); OutputError where the file cannot be written.
    """
    name, ending = _checked_path(path)
    if ending and ending not in _PNG and ending in _JPEG + (".webp", ".tif", ".tiff", ".bmp", ".gif", ".svg", ".pdf"):
        raise InputError(
            "path is {!r}: write_png writes PNG files; end it in .png, or call write_image for a JPEG".format(path)
        )
    pixels, kept = to_pixels(picture, "picture")
    call("write_png", name, ctypes.byref(pixels))
    del kept


def write_image(path: Path, picture: Any, quality: int = 90) -> None:
    """Writes a picture as the kind of file that the path ends in: .png, or .jpg with a quality of 1 to 100.

    The file is written whole or not at all. picture: anything that `Model.saliency` takes. InputError for another
    ending; OutputError where the file cannot be written.
    """
    name, ending = _checked_path(path)
    if ending in _PNG:
        write_png(path, picture)
        return
    if ending not in _JPEG:
        raise InputError("path is {!r}: expected a name that ends in .png or .jpg".format(path))
    write_bytes(name, _encode(picture, b"jpeg", integer(quality, "quality", 1, 100), "picture"))


def write_bytes(name: bytes, content: bytes) -> None:
    """Writes a file beside its place and moves it there: whole or not at all. OutputError."""
    target = os.path.realpath(name)
    beside = os.path.join(os.path.dirname(target), b".fovea-%d-" % os.getpid() + os.path.basename(target))
    try:
        with open(beside, "xb") as file:
            file.write(content)
        os.replace(beside, target)
    except OSError as error:
        raise OutputError("{}: cannot be written: {}".format(os.fsdecode(name), error.strerror)) from None
    finally:
        if os.path.exists(beside):
            os.unlink(beside)


def _checked_path(given: Path) -> Tuple[bytes, str]:
    name = path(given, "path")
    return name, pathlib.Path(os.fsdecode(name)).suffix.lower()


class Picture:
    """What can be shown: in a notebook by itself, elsewhere by `show`, and within a figure by `plot`."""

    #: For `plot`.
    _title: str = ""

    def _picture(self) -> PictureArray:
        raise NotImplementedError

    def _repr_png_(self) -> bytes:
        return encode_png(self._picture())

    def plot(self, ax: Any = None, **options: Any) -> Any:
        """Draws into `ax`, axes of matplotlib; None: the current ones. Further options go to `ax.imshow`.

        Gives the axes. ImportError where matplotlib is not installed.
        """
        if ax is None:
            ax = importlib.import_module("matplotlib.pyplot").gca()
        ax.imshow(self._picture(), **options)
        ax.set_axis_off()
        if self._title:
            ax.set_title(self._title)
        return ax

    def show(self) -> None:
        """Shows the picture: in a notebook below the cell, elsewhere in a window (matplotlib's, else Pillow's).

        ImportError where neither is installed.
        """
        if _in_notebook():
            importlib.import_module("IPython.display").display(self)
            return
        try:
            pyplot = importlib.import_module("matplotlib.pyplot")
        except ImportError:
            pyplot = None
        if pyplot is not None:
            self.plot(pyplot.figure().gca())
            pyplot.show()
            return
        try:
            pillow = importlib.import_module("PIL.Image")
        except ImportError:
            raise ImportError("show() needs matplotlib or Pillow; save() writes a file") from None
        pillow.fromarray(self._picture()).show()

    def save(self, path: Path) -> None:
        """Writes the picture as .png or .jpg. InputError for another ending, OutputError."""
        write_image(path, self._picture())


def _in_notebook() -> bool:
    try:
        shell: Optional[Any] = importlib.import_module("IPython").get_ipython()
    except ImportError:
        return False
    return shell is not None and hasattr(shell, "kernel")

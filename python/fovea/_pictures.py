"""Pictures as NumPy arrays: uint8, [height, width, 3] (red, green, blue) or [height, width] (grey)."""

import ctypes

import numpy as np

from ._errors import InputError
from ._library import Handle, Pixels, call, encode_path


def to_pixels(picture):
    """(Pixels, array): what the library takes, and the array that must live as long. Rows may be apart.

    InputError unless it is a uint8 array of [H,W,3] or [H,W]."""
    array = np.asarray(picture)
    if array.dtype != np.uint8:
        raise InputError("a picture of {}: expected uint8, 0 to 255".format(array.dtype))
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] != 3) or array.size == 0:
        raise InputError("a picture of shape {}: expected [H,W,3] or [H,W]".format(list(array.shape)))
    channels = 1 if array.ndim == 2 else 3
    row = array.shape[1] * channels
    dense_rows = array[0].flags.c_contiguous and array.strides[0] >= row
    if not dense_rows:
        array = np.ascontiguousarray(array)
    stride = array.strides[0] if dense_rows else row
    return Pixels(array.ctypes.data, array.shape[0], array.shape[1], channels, stride), array


def read_image(path):
    """The picture of a PNG, JPEG, WebP, TIFF, BMP or PNM file, upright: uint8 [H,W,3]. InputError."""
    image = Handle("image", "image_read", encode_path(path))
    pixels = Pixels()
    call("image_pixels", image.pointer, ctypes.byref(pixels))
    shape = (pixels.height, pixels.width, pixels.channels)
    buffer = (ctypes.c_uint8 * (shape[0] * shape[1] * shape[2])).from_address(pixels.data)
    return np.frombuffer(buffer, np.uint8).reshape(shape).copy()


def write_png(path, picture):
    """Writes a uint8 picture [H,W,3] or [H,W] as PNG, whole or not at all. InputError, OutputError."""
    pixels, kept = to_pixels(picture)
    call("write_png", encode_path(path), ctypes.byref(pixels))
    del kept

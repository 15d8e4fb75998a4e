#!/usr/bin/env python3
"""make_bmp_webp_goldens.py: small BMP and WebP files of many kinds and what Pillow reads in them (NAME.npy, RGB of 8 bits).
Kinds that Pillow refuses have what their maker put in. Writes into tests/data/bmp_webp. Needs Pillow and NumPy; everything comes
from a formula.
"""
import pathlib
import struct

import numpy as np
from PIL import Image

OUT = pathlib.Path(__file__).resolve().parent.parent / "tests/data/bmp_webp"
W, H = 13, 7
WINDOWS, V4, V5, OS2, OS2_LONG = 40, 108, 124, 12, 64
PLAIN, RUNS8, RUNS4, MASKS = 0, 1, 2, 3


def pattern(channels, most):
    y, x, c = np.mgrid[0:H, 0:W, 0:channels]
    return ((x * 11 + y * 7 + c * 53 + x * y) % (most + 1)).astype(np.uint32)


def colours(count):
    return np.array([[i * 37 % 256, i * 101 % 256, 255 - i * 13 % 256] for i in range(count)], np.uint8)


def packed(rows, bits):
    """Rows of pixels [H,W] as bytes, the last row first, each row padded to four bytes."""
    out = b""
    for row in rows[::-1]:
        if bits >= 16:
            line = b"".join(int(v).to_bytes(bits // 8, "little") for v in row)
        else:
            text = "".join(format(int(v), f"0{bits}b") for v in row)
            text += "0" * (-len(text) % 8)
            line = int(text, 2).to_bytes(len(text) // 8, "big")
        out += line + b"\0" * (-len(line) % 4)
    return out


def write(name, bits, pixels, header=WINDOWS, compression=PLAIN, palette=None, used=0, masks=None, height=H, gap=0, no_offset=False,
          expected=None):
    if header == OS2:
        head = struct.pack("<IHHHH", header, W, height, 1, bits)
    else:
        head = struct.pack("<IiiHHIIiiII", header, W, height, 1, bits, compression, len(pixels), 2835, 2835, used, 0)
        if masks and header > WINDOWS:
            head += struct.pack("<4I", *masks)
        head = head.ljust(header, b"\0")
    if masks and header == WINDOWS:
        head += struct.pack("<3I", *masks[:3])
    if palette is not None:
        head += b"".join(bytes([b, g, r]) + (b"" if header == OS2 else b"\0") for r, g, b in palette)
    offset = 14 + len(head) + gap
    data = b"BM" + struct.pack("<IHHI", offset + len(pixels), 0, 0, 0 if no_offset else offset) + head + b"\0" * gap + pixels
    (OUT / name).write_bytes(data)
    if expected is None:
        expected = np.asarray(Image.open(OUT / name).convert("RGB"))
    np.save(OUT / (name + ".npy"), expected.astype(np.uint8))


def palettes():
    for bits in (1, 2, 4, 8):
        indices, palette = pattern(1, 2 ** bits - 1)[:, :, 0], colours(2 ** bits)
        write(f"palette{bits}.bmp", bits, packed(indices, bits), palette=palette, expected=palette[indices])
        if bits != 2:
            write(f"os2_palette{bits}.bmp", bits, packed(indices, bits), header=OS2, palette=palette)
    indices = pattern(1, 4)[:, :, 0]
    write("palette8_of_5.bmp", 8, packed(indices, 8), palette=colours(5), used=5)
    write("palette4_of_5_gap.bmp", 4, packed(indices, 4), palette=colours(5), used=5, gap=10)
    write("os2_palette8_of_5.bmp", 8, packed(indices, 8), header=OS2, palette=colours(5), expected=colours(5)[indices])
    write("os2_long_palette4.bmp", 4, packed(indices, 4), header=OS2_LONG, palette=colours(16))
    write("palette4_from_top.bmp", 4, packed(indices[::-1], 4), palette=colours(16), height=-H)


def runs():
    """A row of runs, one as it is, one with both and a step, an empty one, one that ends early, then a step down."""
    step = bytes([0, 2, 4, 1])
    ends = {8: bytes([5, 1, 8, 2]), 4: bytes([5, 0x12, 8, 0x34])}
    stored = {8: bytes([0, 13, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0]), 4: bytes([0, 13, 0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xC0, 0])}
    mixed = {8: bytes([3, 9, 0, 3, 4, 5, 6, 0]), 4: bytes([3, 0x9A, 0, 3, 0x45, 0x60])}
    for bits, compression in ((8, RUNS8), (4, RUNS4)):
        row = bytes([0, 0])
        coded = ends[bits] + row + stored[bits] + row + mixed[bits] + step + bytes([3, 0x77]) + row + bytes([2, 0x11]) + row
        expected = np.zeros((H, W), int)  # the first row of the file first
        expected[0] = [1] * 5 + [2] * 8 if bits == 8 else [1, 2, 1, 2, 1, 3, 4, 3, 4, 3, 4, 3, 4]
        expected[1] = range(13)
        expected[2, :6] = [9, 9, 9, 4, 5, 6] if bits == 8 else [9, 10, 9, 4, 5, 6]
        expected[3, 10:] = 0x77 if bits == 8 else 7
        expected[4, :2] = 0x11 if bits == 8 else 1
        palette = colours(2 ** bits)
        write(f"runs{bits}.bmp", bits, coded + bytes([0, 1]), compression=compression, palette=palette, expected=palette[expected[::-1]])
        whole = b"".join(bytes([13, 17 * y]) + row for y in range(H))[:-2]
        write(f"runs{bits}_without_end.bmp", bits, whole, compression=compression, palette=palette,
              expected=palette[np.repeat((17 * np.arange(H)[::-1] if bits == 8 else np.arange(H)[::-1])[:, None], W, axis=1)])


def masked():
    five = pattern(3, 31)
    six = five + np.array([0, 17, 0], np.uint32)
    eight = pattern(4, 255)
    r, g, b, a = (eight[:, :, c] for c in range(4))
    of_five = five[:, :, 0] << 10 | five[:, :, 1] << 5 | five[:, :, 2]
    of_six = six[:, :, 0] << 11 | six[:, :, 1] << 5 | six[:, :, 2]
    write("rgb555.bmp", 16, packed(of_five, 16))
    write("rgb555_masks.bmp", 16, packed(of_five, 16), compression=MASKS, masks=(0x7C00, 0x3E0, 0x1F, 0))
    write("rgb565.bmp", 16, packed(of_six, 16), compression=MASKS, masks=(0xF800, 0x7E0, 0x1F, 0))
    write("rgb565_v4.bmp", 16, packed(of_six, 16), header=V4, compression=MASKS, masks=(0xF800, 0x7E0, 0x1F, 0))
    write("rgb24.bmp", 24, packed(r << 16 | g << 8 | b, 24))
    write("rgb24_from_top.bmp", 24, packed((r << 16 | g << 8 | b)[::-1], 24), height=-H)
    write("rgb24_without_offset.bmp", 24, packed(r << 16 | g << 8 | b, 24), no_offset=True,
          expected=np.stack([r, g, b], axis=-1))
    write("os2_rgb24.bmp", 24, packed(r << 16 | g << 8 | b, 24), header=OS2)
    write("rgb24_palette.bmp", 24, packed(r << 16 | g << 8 | b, 24), palette=colours(6), used=6)
    write("rgb32.bmp", 32, packed(a << 24 | r << 16 | g << 8 | b, 32))
    write("rgba32_v5.bmp", 32, packed(a << 24 | r << 16 | g << 8 | b, 32), header=V5, compression=MASKS,
          masks=(0xFF0000, 0xFF00, 0xFF, 0xFF000000))
    write("abgr32_v4.bmp", 32, packed(r << 24 | g << 16 | b << 8 | a, 32), header=V4, compression=MASKS,
          masks=(0xFF000000, 0xFF0000, 0xFF00, 0xFF))
    ten = pattern(3, 1023)
    write("rgb10.bmp", 32, packed(ten[:, :, 0] << 20 | ten[:, :, 1] << 10 | ten[:, :, 2], 32), compression=MASKS,
          masks=(0x3FF00000, 0xFFC00, 0x3FF, 0), expected=ten * 255 // 1023)


def webp():
    colour = Image.fromarray(pattern(3, 255).astype(np.uint8))
    clear = colour.copy()
    clear.putalpha(Image.fromarray((np.arange(H * W).reshape(H, W) * 3 % 256).astype(np.uint8)))
    for name, image, options in (("alpha_lossless.webp", clear, {"lossless": True, "exact": True}), ("alpha_lossy.webp", clear, {}),
                                 ("profile.webp", colour, {"lossless": True, "icc_profile": b"no profile at all"}),
                                 ("grey.webp", colour.convert("L"), {"quality": 90}), ("one.webp", colour.crop((3, 2, 4, 3)), {}),
                                 ("column.webp", colour.crop((3, 0, 4, H)), {}), ("worst.webp", colour, {"quality": 0})):
        image.save(OUT / name, **options)
        np.save(OUT / (name + ".npy"), np.asarray(Image.open(OUT / name).convert("RGB")))


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    palettes()
    runs()
    masked()
    webp()

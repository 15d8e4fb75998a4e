#!/usr/bin/env python3
"""make_tiff_goldens.py: small TIFF files and four-channel JPEGs of many kinds, and what Pillow reads in them (NAME.npy, upright
RGB of 8 bits; of 16-bit samples the upper half). Writes into tests/data/tiff. Needs Pillow and NumPy; everything comes from a
formula.
"""
import io
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image

OUT = pathlib.Path(__file__).resolve().parent.parent / "tests/data/tiff"
W, H = 21, 18


def pattern(channels, most=255):
    y, x, c = np.mgrid[0:H, 0:W, 0:channels]
    return ((x * 11 + y * 7 + c * 53 + x * y) % (most + 1)).astype(np.uint16)


def packed(rows, bits, order):
    """Rows of samples [H, N] as bytes, each row from a new byte."""
    if bits == 16:
        return rows.astype(order + "u2").tobytes()
    if bits == 8:
        return rows.astype(np.uint8).tobytes()
    out = b""
    for row in rows:
        text = "".join(format(int(v), f"0{bits}b") for v in row)
        text += "0" * (-len(text) % 8)
        out += int(text, 2).to_bytes(len(text) // 8, "big")
    return out


def write(name, samples, photometric, bits=8, order="<", extra=None, planar=False, tile=None, compress=False, rows_per_strip=7,
          palette=None, orientation=None, more=()):
    h, w, n = samples.shape
    planes = [samples[:, :, i:i + 1] for i in range(n)] if planar else [samples]
    pieces = []
    for plane in planes:
        if tile:
            for y in range(0, h, tile):
                for x in range(0, w, tile):
                    part = np.zeros((tile, tile, plane.shape[2]), plane.dtype)
                    cut = plane[y:y + tile, x:x + tile]
                    part[:cut.shape[0], :cut.shape[1]] = cut
                    pieces.append(packed(part.reshape(tile, -1), bits, order))
        else:
            for y in range(0, h, rows_per_strip):
                pieces.append(packed(plane[y:y + rows_per_strip].reshape(-1, w * plane.shape[2]), bits, order))
    if compress:
        pieces = [zlib.compress(piece, 9) for piece in pieces]
    tags = {256: (3, [w]), 257: (3, [h]), 258: (3, [bits] * n), 259: (3, [8 if compress else 1]), 262: (3, [photometric]),
            277: (3, [n]), 284: (3, [2 if planar else 1])}
    if extra is not None:
        tags[338] = (3, extra)
    if palette is not None:
        tags[320] = (3, palette)
    if orientation:
        tags[274] = (3, [orientation])
    tags.update(more)
    offsets, counts = (324, 325) if tile else (273, 279)
    if tile:
        tags[322] = tags[323] = (3, [tile])
    else:
        tags[278] = (3, [rows_per_strip])
    body = b"".join(pieces)
    begin, places = 8, []
    for piece in pieces:
        places.append(begin)
        begin += len(piece)
    tags[offsets], tags[counts] = (4, places), (4, [len(piece) for piece in pieces])
    if len(body) % 2:
        body += b"\0"
    directory, far = b"", b""
    far_begin = 8 + len(body) + 2 + 12 * len(tags) + 4
    for tag in sorted(tags):
        kind, values = tags[tag]
        data = b"".join(struct.pack(order + ("H" if kind == 3 else "I"), v) for v in values)
        directory += struct.pack(order + "HHI", tag, kind, len(values))
        if len(data) <= 4:
            directory += data.ljust(4, b"\0")
        else:
            directory += struct.pack(order + "I", far_begin + len(far))
            far += data + b"\0" * (len(data) % 2)
    magic = b"II*\0" if order == "<" else b"MM\0*"
    head = magic + struct.pack(order + "I", 8 + len(body))
    (OUT / name).write_bytes(head + body + struct.pack(order + "H", len(tags)) + directory + b"\0\0\0\0" + far)


def golden(name, pixels=None):
    if pixels is None:
        picture = Image.open(OUT / name)
        picture.load()
        pixels = np.asarray(picture.convert("RGB"))
    np.save(OUT / (name + ".npy"), pixels.astype(np.uint8))


def cut(name, new_name, share):
    """The file with its last strip or tile cut to that fraction of its bytes."""
    data = bytearray((OUT / name).read_bytes())
    order = "<" if data[:2] == b"II" else ">"
    at = struct.unpack(order + "I", data[4:8])[0]
    for i in range(struct.unpack(order + "H", data[at:at + 2])[0]):
        entry = at + 2 + 12 * i
        tag, kind, count, value = struct.unpack(order + "HHII", data[entry:entry + 12])
        if tag in (279, 325):
            form = order + ("H" if kind == 3 else "I")
            size = struct.calcsize(form)
            place = (entry + 8 if size * count <= 4 else value) + size * (count - 1)
            bytes_there = struct.unpack(form, data[place:place + size])[0]
            data[place:place + size] = struct.pack(form, int(bytes_there * share))
    (OUT / new_name).write_bytes(data)


def main():
    OUT.mkdir(exist_ok=True)
    rgb, rgba = pattern(3), pattern(4)
    write("rgba_unassociated.tif", rgba, 2, extra=[2])
    write("rgba_associated.tif", np.dstack([rgba[:, :, :3] * rgba[:, :, 3:] // 255, rgba[:, :, 3:]]), 2, extra=[1])
    write("rgba_unspecified.tif", rgba, 2, extra=[0])
    write("grey_alpha.tif", pattern(2), 1, extra=[2])
    write("planar.tif", rgb, 2, planar=True)
    write("planar_deflate.tif", rgb, 2, planar=True, compress=True)
    write("tiled.tif", rgb, 2, tile=16)
    write("tiled_deflate.tif", rgba, 2, tile=16, compress=True, extra=[2])
    write("cmyk.tif", rgba, 5)
    write("white_is_zero.tif", pattern(1), 0)
    for bits in (1, 2, 4):
        write(f"grey{bits}.tif", pattern(1, 2**bits - 1), 1, bits=bits)
    write("ink1.tif", pattern(1, 1), 0, bits=1)
    for bits in (4, 8):
        colours = [(i * 257 * 97) % 65536 for i in range(3 * 2**bits)]
        write(f"palette{bits}.tif", pattern(1, 2**bits - 1), 3, bits=bits, palette=colours)
    write("deflate.tif", rgb, 2, compress=True)
    names = [path.name for path in sorted(OUT.glob("*.tif")) if not path.name.startswith(("cut_", "missing_", "big_", "rgb16"))]
    wide = pattern(3, 65535) * 199
    for order in "<>":
        name = "big_endian16.tif" if order == ">" else "rgb16.tif"
        write(name, wide, 2, bits=16, order=order)
        golden(name, wide >> 8)
    write("big_endian.tif", rgb, 2, order=">")
    names.append("big_endian.tif")
    picture = Image.fromarray(rgb.astype(np.uint8))
    for compression in ("tiff_lzw", "packbits", "jpeg"):
        names.append(f"{compression}.tif")
        picture.save(OUT / names[-1], compression=compression)
    picture.convert("YCbCr").save(OUT / "ycbcr.tif", compression="jpeg")
    picture.convert("1").save(OUT / "group4.tif", compression="group4")
    other = Image.fromarray(255 - rgb.astype(np.uint8))
    picture.save(OUT / "pages.tif", save_all=True, append_images=[other], compression="tiff_lzw")
    names += ["ycbcr.tif", "group4.tif", "pages.tif"]
    for name in names:
        golden(name)
    for name in ("deflate", "planar_deflate", "tiled_deflate", "tiff_lzw", "packbits", "jpeg", "ycbcr", "group4"):
        cut(f"{name}.tif", f"cut_{name}.tif", 0.5)
    cut("deflate.tif", "missing_strip.tif", 0)

    cmyk = Image.fromarray(rgba.astype(np.uint8), "CMYK")
    buffer = io.BytesIO()
    cmyk.save(buffer, "JPEG", quality=95)
    data = buffer.getvalue()
    at = data.index(b"\xff\xee")
    (OUT / "adobe.jpg").write_bytes(data)
    length = struct.unpack(">H", data[at + 2:at + 4])[0]
    (OUT / "no_adobe.jpg").write_bytes(data[:at] + data[at + 2 + length:])
    ycck = bytearray(data)
    ycck[at + 2 + length - 1] = 2  # the marker's last byte: the channels are YCCK
    (OUT / "ycck.jpg").write_bytes(ycck)
    for name in ("adobe.jpg", "no_adobe.jpg", "ycck.jpg"):
        golden(name)


main()

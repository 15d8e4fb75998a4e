#!/usr/bin/python3
"""Writes tests/data/image: small pictures and arrays with what Pillow, torchvision and numpy make of them.

    /usr/bin/python3 tools/make_image_goldens.py

Deterministic; needs python3-pil, python3-torchvision and python3-numpy.
"""
import io
import os
import shutil
import struct
import zlib

import numpy as np
import torch
import torchvision
from PIL import Image, ImageOps, features
from torchvision import transforms

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "data", "image")


def path(name):
    return os.path.join(FOLDER, name)


def picture(width, height, seed):
    """Smooth colours, an edge and some noise."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    planes = [127 + 110 * np.sin(x / (3.0 + c) + y / (5.0 - c) + c) for c in range(3)]
    pixels = np.stack(planes, axis=-1) + rng.normal(0, 12, (height, width, 3))
    pixels[y * width > x * height] *= 0.6
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def pattern(width, height):
    """tests/image/resize_test.cpp uses the same formula."""
    y, x = np.mgrid[0:height, 0:width].astype(np.int64)
    return np.stack([(x * x * 7 + y * 13 + x * y * 3 + c * 50) // 5 % 256 for c in range(3)], axis=-1).astype(np.uint8)


def rgb(image):
    return np.asarray(image.convert("RGB"))


def save_decoded(name, expected):
    np.save(path(name + ".npy"), expected.astype(np.uint8))


def decoded():
    base = picture(37, 23, 1)
    for name, image, options in [
        ("rgb.png", base, {}), ("rgba.png", None, {}), ("grey.png", base.convert("L"), {}),
        ("grey_alpha.png", None, {}), ("palette.png", base.quantize(11), {}),
        ("palette_clear.png", base.quantize(11), {"transparency": 3}), ("bits.png", base.convert("1"), {}),
        ("rgb.jpg", base, {"quality": 90}), ("progressive.jpg", base, {"quality": 90, "progressive": True}),
        ("grey.jpg", base.convert("L"), {}), ("cmyk.jpg", base.convert("CMYK"), {"quality": 95}),
        ("rgb.bmp", base, {}), ("rgb.ppm", base, {}), ("grey.pgm", base.convert("L"), {}), ("bits.pbm", base.convert("1"), {}),
        ("rgb.tif", base, {"compression": "tiff_lzw"}), ("lossless.webp", base, {"lossless": True}),
        ("lossy.webp", base, {}),
    ]:
        if image is None:
            image = base.convert("RGBA" if name == "rgba.png" else "LA")
            image.putalpha(Image.fromarray(np.tile(np.arange(37, dtype=np.uint8) * 6, (23, 1))))
        image.save(path(name), **options)
        save_decoded(name, rgb(Image.open(path(name))))

    # 16-bit samples keep their upper half; Pillow clips them, so the expected values are numpy's.
    sixteen = np.random.default_rng(2).integers(0, 65536, (9, 14)).astype(np.uint16)
    Image.fromarray(sixteen).save(path("grey16.png"))
    Image.fromarray(sixteen).save(path("grey16.tif"))
    for name in ("grey16.png", "grey16.tif"):
        save_decoded(name, np.repeat((sixteen >> 8)[..., None], 3, axis=-1))
    with open(path("grey16.pgm"), "wb") as out:
        out.write(b"P5\n# sixteen bits\n14 9\n65535\n" + sixteen.astype(">u2").tobytes())
    save_decoded("grey16.pgm", np.repeat((sixteen >> 8)[..., None], 3, axis=-1))
    with open(path("rgb16.png"), "wb") as out:
        colours = np.random.default_rng(3).integers(0, 65536, (4, 5, 3)).astype(np.uint16)
        rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in colours)
        out.write(png([(b"IHDR", struct.pack(">IIBBBBB", 5, 4, 16, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows))]))
    save_decoded("rgb16.png", colours >> 8)


def png(chunks):
    data = b"\x89PNG\r\n\x1a\n"
    for kind, body in chunks + [(b"IEND", b"")]:
        data += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return data


def oriented():
    stored = picture(21, 13, 4)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        for extension, options in (("jpg", {"quality": 92}), ("webp", {"lossless": True}), ("png", {})):
            name = f"orientation{orientation}.{extension}"
            stored.save(path(name), exif=exif, **options)
            save_decoded(name, rgb(ImageOps.exif_transpose(Image.open(path(name)))))
        # Pillow 9.4 does not turn TIFF files; the picture is the same as in the lossless WebP.
        stored.save(path(f"orientation{orientation}.tif"), tiffinfo={0x0112: orientation})


def resized():
    picture(37, 23, 1).save(path("resize_37x23.png"))
    picture(1, 29, 5).save(path("resize_1x29.png"))
    picture(31, 1, 6).save(path("resize_31x1.png"))
    picture(1, 1, 7).save(path("resize_1x1.png"))
    for source, sizes in {
        "37x23": [(64, 50), (5, 3), (1, 1), (37, 11), (12, 23), (36, 24), (74, 46), (3, 40), (40, 3)],
        "1x29": [(1, 7), (5, 29), (3, 50), (1, 30)],
        "31x1": [(7, 1), (31, 4), (60, 3)],
        "1x1": [(5, 4)],
    }.items():
        image = Image.open(path(f"resize_{source}.png"))
        for width, height in sizes:
            np.save(path(f"resize_{source}_to_{width}x{height}.npy"), np.asarray(image.resize((width, height), Image.BILINEAR)))
        grey = image.convert("L")
        width, height = sizes[0]
        np.save(path(f"resize_{source}_grey_to_{width}x{height}.npy"), np.asarray(grey.resize((width, height), Image.BILINEAR)))
    with open(path("resize_large.csv"), "w") as out:
        out.write("width,height,to_width,to_height,crc32\n")
        for width, height, to_width, to_height in [
            (500, 375, 341, 256), (500, 375, 224, 224), (640, 427, 383, 256), (333, 500, 256, 384), (200, 150, 777, 601),
            (1600, 40, 97, 13), (511, 513, 255, 257), (1280, 960, 299, 299),
        ]:
            result = Image.fromarray(pattern(width, height)).resize((to_width, to_height), Image.BILINEAR)
            out.write(f"{width},{height},{to_width},{to_height},{zlib.crc32(np.asarray(result).tobytes())}\n")


def pipeline():
    with open(path("short_side.csv"), "w") as out:
        out.write("width,height,size,to_width,to_height\n")
        for width, height, size in [(500, 375, 256), (375, 500, 256), (333, 500, 224), (640, 427, 256), (427, 640, 232),
                                    (37, 23, 11), (23, 37, 50), (100, 100, 64), (1, 29, 3), (640, 480, 480), (256, 300, 256)]:
            to_width, to_height = transforms.Resize(size)(Image.new("RGB", (width, height))).size
            out.write(f"{width},{height},{size},{to_width},{to_height}\n")
    with open(path("centre_crop.csv"), "w") as out:
        out.write("width,height,crop_width,crop_height,x,y\n")
        for width, height, crop_width, crop_height in [(9, 9, 8, 8), (9, 11, 6, 8), (10, 9, 5, 4), (11, 13, 4, 2), (13, 12, 6, 5),
                                                       (37, 23, 14, 20), (8, 8, 8, 8), (341, 256, 224, 224), (15, 15, 8, 4)]:
            y, x = np.mgrid[0:height, 0:width]
            coordinates = Image.fromarray(np.stack([x % 256, y, x // 256], axis=-1).astype(np.uint8))
            corner = np.asarray(transforms.CenterCrop((crop_height, crop_width))(coordinates))[0, 0].astype(int)
            out.write(f"{width},{height},{crop_width},{crop_height},{corner[0] + 256 * corner[2]},{corner[1]}\n")
    picture(61, 46, 8).save(path("pipeline.jpg"), quality=93)
    steps = transforms.Compose([transforms.Resize(33), transforms.CenterCrop(28), transforms.ToTensor(),
                                transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])
    np.save(path("pipeline.npy"), steps(Image.open(path("pipeline.jpg")).convert("RGB")).numpy())


def arrays():
    values = np.arange(24).reshape(2, 3, 4)
    for kind in ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"):
        for order, prefix in (("<", "little"), (">", "big")):
            np.save(path(f"array_{kind}_{prefix}.npy"), (values - (0 if kind[0] == "u" else 5)).astype(order + kind))
    np.save(path("array_bool.npy"), values % 3 == 0)
    np.save(path("array_fortran.npy"), np.asfortranarray(values.astype(np.float32)))
    np.save(path("array_scalar.npy"), np.float64(2.5))
    np.save(path("array_none.npy"), np.zeros((0, 3), np.float32))
    half = np.array([0, -0.0, 1, -2, 65504, 6e-8, 6.1e-5, np.inf, -np.inf, np.nan, 0.333], np.float16)
    np.save(path("array_half.npy"), half)
    np.save(path("array_half_as_float.npy"), half.astype(np.float32))
    for version in ((1, 0), (2, 0), (3, 0)):
        with open(path(f"array_version{version[0]}.npy"), "wb") as out:
            np.lib.format.write_array(out, values.astype(np.float32), version=version)
    np.save(path("array_object.npy"), np.array([None, "text"], dtype=object), allow_pickle=True)
    np.save(path("array_complex.npy"), np.zeros(2, np.complex64))
    np.save(path("array_structured.npy"), np.zeros(2, [("a", "f4"), ("b", "i4")]))
    np.save(path("array_text.npy"), np.array(["ab", "c"]))


def awkward():
    base = picture(12, 9, 9)
    base.save(path("animated.png"), save_all=True, append_images=[picture(12, 9, 10)])
    base.save(path("animated.webp"), save_all=True, append_images=[picture(12, 9, 10)])
    base.save(path("plain.gif"))
    # libpng warns about this colour profile and libjpeg about the bytes before the last marker: both pictures are whole.
    base.save(path("bad_profile.png"), icc_profile=b"no profile at all" * 10)
    save_decoded("bad_profile.png", rgb(base))
    jpeg = io.BytesIO()
    base.save(jpeg, "jpeg", quality=90)
    with open(path("stray_bytes.jpg"), "wb") as out:
        out.write(jpeg.getvalue()[:-2] + b"\0\0\0\0" + jpeg.getvalue()[-2:])
    save_decoded("stray_bytes.jpg", rgb(Image.open(jpeg)))
    for side in (60000, 100000):
        with open(path(f"huge_{side}.png"), "wb") as out:
            header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
            out.write(png([(b"IHDR", header), (b"IDAT", zlib.compress(b"\0"))]))
    Image.fromarray(np.random.default_rng(11).random((4, 5)).astype(np.float32)).save(path("float.tif"))


def readme():
    with open(path("README.md"), "w") as out:
        out.write(f"""# Reference pictures and arrays

Made by `tools/make_image_goldens.py`, from formulas and seeded random numbers only; nothing here is anybody's photograph.
Written with Pillow {Image.__version__} (libjpeg-turbo {features.version("libjpeg_turbo")}), torchvision {torchvision.__version__}, PyTorch \
{torch.__version__} and numpy {np.__version__}.

| files | what they are |
|---|---|
| `X.npy` beside a picture `X` | its pixels, upright and RGB, by Pillow (16-bit pictures: the upper halves, by numpy) |
| `orientationN.*` | one stored picture with the EXIF orientation N |
| `resize_A_to_B.npy`, `resize_large.csv` | Pillow's BILINEAR resize; the CSV has checksums of a picture made by a formula |
| `short_side.csv`, `centre_crop.csv`, `pipeline.*` | torchvision's Resize, CenterCrop, and the two with ToTensor and Normalize |
| `array_*.npy` | arrays by numpy |
| `animated.*`, `plain.gif`, `huge_*.png`, `float.tif` | pictures that must be refused |
| `bad_profile.png`, `stray_bytes.jpg` | whole pictures that make decoders print warnings |
""")


if __name__ == "__main__":
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.makedirs(FOLDER)
    for make in (decoded, oriented, resized, pipeline, arrays, awkward, readme):
        make()

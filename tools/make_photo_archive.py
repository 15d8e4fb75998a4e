#!/usr/bin/env python3
"""Makes a tar archive of synthetic photos with classes beside them, as webdataset writes it, to measure runs over many.

    tools/make_photo_archive.py 100000 photos.tar --side 48

Each photo is a JPEG of coloured discs, and no two are equal. The same numbers give the same bytes. Needs NumPy and Pillow.
"""

import argparse
import io
import tarfile

import numpy
from PIL import Image

CLASSES = 10


def photo(number, side):
    """A picture of a few discs on a shaded ground, and its class: the number of the largest disc's colour."""
    random = numpy.random.default_rng(number)
    y, x = numpy.mgrid[0:side, 0:side] / side
    pixels = numpy.stack([random.uniform(40, 200) * (0.6 + 0.4 * (x * a + y * (1 - a))) for a in random.uniform(size=3)], axis=-1)
    index = 0
    for radius in sorted(random.uniform(0.08, 0.3, size=4)):
        index = int(random.integers(CLASSES))
        centre = random.uniform(0.2, 0.8, size=2)
        colour = numpy.random.default_rng(1000 + index).uniform(0, 255, size=3)
        pixels[(x - centre[0]) ** 2 + (y - centre[1]) ** 2 < radius**2] = colour
    return Image.fromarray(pixels.astype(numpy.uint8)), index


def add(archive, name, content):
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("photos", type=int, help="number of photos")
    parser.add_argument("archive", help="the archive to write")
    parser.add_argument("--side", type=int, default=48, help="of the photos, in pixels (default: 48)")
    arguments = parser.parse_args()
    with tarfile.open(arguments.archive, "w", format=tarfile.USTAR_FORMAT) as archive:
        for number in range(arguments.photos):
            picture, index = photo(number, arguments.side)
            content = io.BytesIO()
            picture.save(content, "JPEG", quality=85)
            add(archive, f"{number:08}.cls", str(index).encode())
            add(archive, f"{number:08}.jpg", content.getvalue())
            archive.members = []  # which the module would keep


if __name__ == "__main__":
    main()

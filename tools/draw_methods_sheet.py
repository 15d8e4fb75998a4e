#!/usr/bin/env python3
"""Draw one picture of every method's map of one photo, for docs/methods.md.

    python3 tools/draw_methods_sheet.py build/release/fovea samples/church.jpg docs/images/methods-all.jpg

Methods stand in the groups of `fovea list methods`, each with its title. Those that cannot explain the network (attention, of
one that has none) are left out and named on the terminal. Needs Pillow; further options go to `fovea saliency`.
"""
import argparse
import json
import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

TILE, GAP, COLUMNS, MARGIN = 210, 12, 6, 16
BACKGROUND, INK, QUIET = "white", "#1a1a1a", "#5a5a5a"


def font(size, bold=False):
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(f"/usr/share/fonts/truetype/dejavu/{name}", size)


def overlay_of(program, photo, method, options, folder):
    """The map on the photo, or None where the network lacks what the method needs."""
    command = [program, "saliency", photo, "--method", method, "-o", str(folder / method), *options]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        print(f"{method}: left out: {done.stderr.strip().splitlines()[-1]}")
        return None
    return Image.open(next((folder / method).glob("*-overlay.png"))).convert("RGB")


def fitted(text, face, width):
    while face.getlength(text) > width:
        text = text[:-2].rstrip() + "…"
    return text


def draw(groups, photo):
    height = TILE * photo.height // photo.width
    heading, caption = font(17, bold=True), font(13)
    rows = []  # (heading or None, tiles)
    for name, tiles in groups:
        for start in range(0, len(tiles), COLUMNS):
            rows.append((name if start == 0 else None, tiles[start:start + COLUMNS]))
    row_height = height + 22 + GAP
    total = 2 * MARGIN + sum(row_height + (30 if name else 0) for name, _ in rows)
    sheet = Image.new("RGB", (2 * MARGIN + COLUMNS * TILE + (COLUMNS - 1) * GAP, total), BACKGROUND)
    pen, y = ImageDraw.Draw(sheet), MARGIN
    for name, tiles in rows:
        if name:
            pen.text((MARGIN, y + 4), name, INK, heading)
            y += 30
        for column, (title, tile) in enumerate(tiles):
            x = MARGIN + column * (TILE + GAP)
            sheet.paste(tile.resize((TILE, height), Image.LANCZOS), (x, y))
            pen.text((x, y + height + 3), fitted(title, caption, TILE), QUIET, caption)
        y += row_height
    return sheet


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fovea")
    parser.add_argument("photo")
    parser.add_argument("output")
    args, options = parser.parse_known_args()
    methods = json.loads(subprocess.run([args.fovea, "list", "methods", "--json"], check=True, capture_output=True, text=True).stdout)
    photo = Image.open(args.photo).convert("RGB")
    groups = [("The photo", [(Path(args.photo).stem, photo)])]
    with tempfile.TemporaryDirectory() as folder:
        for method in methods:
            tile = overlay_of(args.fovea, args.photo, method["name"], options, Path(folder))
            if tile is None:
                continue
            if groups[-1][0] != method["group"]:
                groups.append((method["group"], []))
            groups[-1][1].append((method["title"], tile))
    draw(groups, photo).save(args.output, quality=85)


if __name__ == "__main__":
    main()

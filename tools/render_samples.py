#!/usr/bin/env python3
"""Draw the sample pictures: a golf ball, a parachute and a church, 480 x 360, no photograph involved.

    python3 tools/render_samples.py samples [--only NAME] [--seed 1]

Everything is computed (numpy, Pillow for lines and polygons), at three times the size, then reduced.
"""
import argparse
import os

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

W, H, SS = 480, 360, 3


def noise(rng, shape, cells, octaves=5, gain=0.5):
    """Fractal value noise in [0, 1]; `cells` = (rows, columns) of the coarsest octave."""
    total, weight = np.zeros(shape, np.float32), 0.0
    for o in range(octaves):
        n = (max(2, int(cells[0] * 2 ** o)), max(2, int(cells[1] * 2 ** o)))
        grid = Image.fromarray(rng.random(n, dtype=np.float32), mode="F")
        total += gain ** o * np.asarray(grid.resize((shape[1], shape[0]), Image.BICUBIC))
        weight += gain ** o
    return np.clip(total / weight, 0, 1)


def smooth(a, b, x):
    t = np.clip((x - a) / (b - a), 0, 1)
    return t * t * (3 - 2 * t)


def mix(a, b, t):
    return a + (b - a) * np.asarray(t)[..., None]


def colour(*rgb):
    return np.array(rgb, np.float32)


def to_image(a):
    return Image.fromarray((np.clip(a, 0, 1) * 255 + 0.5).astype(np.uint8))


def to_array(im):
    return np.asarray(im, np.float32) / 255


def grain(a, rng, amount=0.006):
    return a + amount * rng.standard_normal(a.shape[:2])[..., None]


def sky(rng, h, w, top, bottom, cover=0.5, cells=(3, 4)):
    """A vertical gradient with clouds lit from above."""
    y = np.linspace(0, 1, h, dtype=np.float32)[:, None] * np.ones((1, w), np.float32)
    a = mix(colour(*top) * np.ones((h, w, 1), np.float32), colour(*bottom), y ** 1.2)
    n = noise(rng, (h, w), cells, 7, 0.55)
    cloud = smooth(cover, cover + 0.22, n)
    k = h // 40
    relief = n - np.concatenate([np.repeat(n[:1], k, axis=0), n[:-k]])
    shade = np.clip(0.93 + 2.0 * relief, 0.75, 1.0)
    return a * (1 - 0.9 * cloud[..., None]) + 0.9 * cloud[..., None] * shade[..., None] * colour(1, 1, 1)


def blades(draw, rng, count, y_range, length, width, light, x_range=None, horizon=0.0):
    """Grass blades, far ones first; y is the foot of the blade in canvas pixels."""
    w = draw.im.size[0]
    ys = np.sort(rng.uniform(*y_range, count))
    span = max(1.0, y_range[1] - horizon)
    for y in ys:
        near = max(0.05, (y - horizon) / span)
        x = rng.uniform(*(x_range or (0, w)))
        reach = length * near * rng.uniform(0.5, 1.3)
        lean = rng.normal(0, 0.45)
        base = rng.uniform(0.55, 1.15) * light
        yellow = rng.uniform(0, 1) ** 2
        rgb = np.array([0.24 + 0.34 * yellow, 0.47 + 0.14 * yellow, 0.12 + 0.08 * yellow]) * base
        points = [(x, y), (x + lean * reach * 0.45, y - reach * 0.6), (x + lean * reach, y - reach)]
        tip = tuple(int(v) for v in np.clip(rgb * 1.25, 0, 1) * 255)
        foot = tuple(int(v) for v in np.clip(rgb * 0.75, 0, 1) * 255)
        thick = max(1, int(round(width * near)))
        draw.line(points[:2], fill=foot, width=thick)
        draw.line(points[1:], fill=tip, width=max(1, thick - 1))


# ---------------------------------------------------------------- golf ball

def golf_ball(rng):
    h, w = H * SS, W * SS
    horizon = -0.25 * h
    # lawn: soft mottled ground, then blades
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    n = noise(rng, (h, w), (8, 8), 6)
    ground = mix(colour(0.12, 0.25, 0.06) * np.ones((h, w, 1), np.float32), colour(0.34, 0.52, 0.16), n)
    im = to_image(ground)
    blades(ImageDraw.Draw(im), rng, 26000, (0, h * 1.06), 0.085 * h, 5, 1.0, horizon=horizon)
    a = to_array(im)
    far = to_array(im.filter(ImageFilter.GaussianBlur(3.2 * SS)))          # shallow focus
    a = mix(far, a, smooth(0.15, 0.55, yy / h))

    cx, cy, r = 0.5 * w, 0.515 * h, 0.315 * h
    light = np.array([-0.42, -0.72, 0.55])
    light /= np.linalg.norm(light)
    # shadow on the grass, to the lower right
    sx, sy = (xx - (cx + 0.30 * r)) / (1.25 * r), (yy - (cy + 0.88 * r)) / (0.42 * r)
    a *= (1 - 0.62 * np.exp(-1.3 * (sx ** 2 + sy ** 2)))[..., None]

    # the sphere: nearest dimple of a spiral pattern tilts the normal
    px, py = (xx - cx) / r, (yy - cy) / r
    d2 = px ** 2 + py ** 2
    inside = d2 < 1
    nrm = np.stack([px, py, np.sqrt(np.clip(1 - d2, 0, 1))], -1)[inside]
    count = 330
    k = np.arange(count) + 0.5
    phi, z = np.pi * (1 + 5 ** 0.5) * k, 1 - 2 * k / count
    centres = np.stack([np.sqrt(1 - z * z) * np.cos(phi), np.sqrt(1 - z * z) * np.sin(phi), z], -1)
    t = 0.9
    turn = np.array([[1, 0, 0], [0, np.cos(t), -np.sin(t)], [0, np.sin(t), np.cos(t)]])
    centres = (centres @ turn.T).astype(np.float32)
    centres = centres[centres[:, 2] > -0.25]
    best = np.full(len(nrm), -2, np.float32)
    which = np.zeros(len(nrm), int)
    for i, c in enumerate(centres):
        dot = nrm @ c
        better = dot > best
        best[better], which[better] = dot[better], i
    angle = np.arccos(np.clip(best, -1, 1))
    rim = 0.093                                                            # dimple radius, radians
    q = angle / rim
    slope = np.where(q < 1, 0.62 * q * smooth(1.0, 0.72, q), 0)            # bowl, rounded at the rim
    away = nrm - centres[which] * best[:, None]                            # tangent, away from the centre
    away /= np.linalg.norm(away, axis=1, keepdims=True) + 1e-6
    bumped = nrm - slope[:, None] * away
    bumped /= np.linalg.norm(bumped, axis=1, keepdims=True)
    diffuse = np.clip(bumped @ light, 0, 1)
    overall = np.clip(nrm @ light * 0.75 + 0.25, 0, 1)
    half = light + np.array([0, 0, 1])
    half /= np.linalg.norm(half)
    gloss = np.clip(bumped @ half, 0, 1) ** 60
    up = 0.5 - 0.5 * bumped[:, 1]                                          # sky light against lawn light
    ambient = mix(colour(0.26, 0.32, 0.18), colour(0.60, 0.63, 0.67), up)
    shade = ambient * 0.85 + (0.80 * diffuse * overall)[:, None] * colour(1.0, 0.98, 0.93)
    shade *= (1 - 0.16 * np.where(q < 1, 1 - q ** 2, 0))[:, None]
    shade = shade * 0.97 + 0.35 * gloss[:, None]
    occl = smooth(0.35, 1.0, nrm[:, 1])
    shade *= (1 - 0.5 * occl)[:, None]
    ball = np.zeros((h, w, 3), np.float32)
    ball[inside] = shade
    a = np.where(inside[..., None], ball, a)

    # blades in front of the lower edge
    im = to_image(a)
    draw = ImageDraw.Draw(im)
    blades(draw, rng, 900, (cy + 0.93 * r, cy + 1.22 * r), 0.062 * h, 5, 0.85,
           x_range=(cx - 1.25 * r, cx + 1.25 * r), horizon=horizon)
    blades(draw, rng, 2600, (cy + 1.15 * r, h * 1.08), 0.085 * h, 6, 1.0, horizon=horizon)
    return im


# ---------------------------------------------------------------- parachute

def parachute(rng):
    h, w = H * SS, W * SS
    a = sky(rng, h, w, (0.16, 0.42, 0.80), (0.62, 0.80, 0.95), 0.52, (3, 3))
    im = to_image(a)
    cx, rim_y, rx, ry = 0.5 * w, 0.46 * h, 0.285 * w, 0.335 * h
    gores = 12
    sag = 0.050 * h
    load = (cx + 0.012 * w, 0.80 * h)
    palette = [(0.86, 0.14, 0.12), (0.97, 0.94, 0.90), (0.10, 0.25, 0.62), (0.98, 0.78, 0.12)]

    def edge(i):                            # seam i of the front rim: evenly spaced around a circle
        return cx - rx * np.cos(np.pi * i / gores)

    draw = ImageDraw.Draw(im)
    # back of the canopy seen through the mouth
    draw.ellipse([cx - rx, rim_y - 0.06 * h, cx + rx, rim_y + 0.055 * h], fill=(66, 30, 34))
    # suspension lines, the far ones first and darker
    for far in (True, False):
        for i in range(gores + 1):
            x = edge(i)
            y = rim_y + (-0.03 * h if far else 0.0) * np.sin(np.pi * i / gores)
            g = 105 if far else 60
            draw.line([(x, y), load], fill=(g, g, g + 6), width=SS if far else SS + 1)

    # front gores: each a strip of the half ellipsoid, shaded, with a scalloped lower edge
    layer = np.zeros((h, w, 4), np.float32)
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    v = np.clip((rim_y - yy) / ry, -1, 1)                       # 0 at the rim, 1 at the top
    spread = np.sqrt(np.clip(1 - np.clip(v, 0, 1) ** 2, 1e-4, 1))
    u = (xx - cx) / (rx * spread)
    theta = np.arccos(np.clip(-u, -1, 1)) / np.pi * gores       # gore coordinate, 0..gores
    gore = np.clip(theta.astype(int), 0, gores - 1)
    within = theta - gore
    scallop = sag * (1 - (2 * within - 1) ** 2) * 0.45
    arc = 0.055 * h * np.sqrt(np.clip(1 - ((xx - cx) / rx) ** 2, 0, 1))   # the near rim hangs lower
    mask = (np.abs(u) < 1) & (v < 1) & (yy < rim_y + arc - scallop)
    base = np.array(palette, np.float32)[gore % len(palette)]
    nx, nz = np.clip(u, -1, 1) * spread, np.sqrt(np.clip(1 - np.clip(u, -1, 1) ** 2, 0, 1)) * spread
    lit = np.clip(-0.45 * nx + 0.62 * np.clip(v, 0, 1) + 0.45 * nz, 0, 1)
    puff = 1 - 0.42 * np.abs(2 * within - 1) ** 3               # each gore bulges
    folds = 0.94 + 0.12 * noise(rng, (h, w), (6, 10), 4)
    shade = (0.40 + 0.72 * lit) * puff * folds
    vent = ((xx - cx) / (0.045 * w)) ** 2 + ((yy - (rim_y - 0.985 * ry)) / (0.02 * h)) ** 2 < 1
    layer[..., :3] = base * shade[..., None]
    layer[vent, :3] *= 0.35
    band = (yy > rim_y + arc - scallop - 0.018 * h)             # the hem
    layer[band, :3] *= 0.72
    layer[..., 3] = mask
    a = to_array(im)
    a = np.where(layer[..., 3:] > 0, layer[..., :3], a)
    im = to_image(a)

    # the jumper
    draw = ImageDraw.Draw(im)
    x, y = load
    s = 0.0115 * h
    dark, suit, skin, pack = (34, 38, 52), (52, 66, 98), (206, 160, 128), (70, 82, 50)
    draw.line([(x - 2.2 * s, y - 2.5 * s), (x, y), (x + 2.2 * s, y - 2.5 * s)], fill=dark, width=int(0.7 * s))
    draw.line([(x - 1.2 * s, y + 2.4 * s), (x - 2.6 * s, y - 1.6 * s)], fill=suit, width=int(1.1 * s))   # arms
    draw.line([(x + 1.2 * s, y + 2.4 * s), (x + 2.6 * s, y - 1.6 * s)], fill=suit, width=int(1.1 * s))
    draw.rounded_rectangle([x - 1.7 * s, y + 1.6 * s, x + 1.7 * s, y + 6.4 * s], int(s), fill=suit)
    draw.rounded_rectangle([x - 1.9 * s, y + 2.2 * s, x - 0.4 * s, y + 5.6 * s], int(0.6 * s), fill=pack)
    draw.ellipse([x - 1.15 * s, y - 0.7 * s, x + 1.15 * s, y + 1.7 * s], fill=skin)
    draw.pieslice([x - 1.3 * s, y - 0.95 * s, x + 1.3 * s, y + 1.5 * s], 180, 360, fill=dark)
    draw.line([(x - 0.8 * s, y + 6.0 * s), (x - 1.5 * s, y + 9.0 * s), (x - 1.2 * s, y + 12.2 * s)], fill=dark, width=int(1.35 * s))
    draw.line([(x + 0.8 * s, y + 6.0 * s), (x + 1.3 * s, y + 9.2 * s), (x + 0.6 * s, y + 12.0 * s)], fill=dark, width=int(1.35 * s))
    return im


# ---------------------------------------------------------------- church

def church(rng):
    h, w = H * SS, W * SS
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    a = sky(rng, h, w, (0.25, 0.48, 0.80), (0.76, 0.86, 0.95), 0.55, (2, 3))
    ground_y = 0.83 * h
    # tree line and lawn
    n = noise(rng, (h, w), (4, 14), 6, 0.6)
    crowns = 0.70 * h + 0.11 * h * (1 - noise(rng, (1, w), (2, 9), 4)[0])[None, :] - 0.03 * h
    trees = (yy > crowns) & (yy < ground_y + 4)
    a = np.where(trees[..., None], mix(colour(0.06, 0.14, 0.06) * np.ones((h, w, 1)), colour(0.30, 0.42, 0.16), n), a)
    lawn = mix(colour(0.20, 0.36, 0.10) * np.ones((h, w, 1)), colour(0.46, 0.60, 0.24), noise(rng, (h, w), (20, 12), 6, 0.65))
    a = np.where((yy >= ground_y)[..., None], lawn, a)

    stone = 0.84 + 0.16 * noise(rng, (h, w), (30, 40), 4, 0.6)
    row_h = 0.021 * h
    row = (yy / row_h).astype(int)
    joint = ((yy % row_h) < 2) | (((xx + (row % 2) * 0.5 * 0.036 * w) % (0.036 * w)) < 2)
    stone = stone * np.where(joint, 0.86, 1.0)
    tint = rng.random((400, 400))[row % 400, ((xx + (row % 2) * 0.018 * w) / (0.036 * w)).astype(int) % 400]
    stone = stone * (0.90 + 0.16 * tint)

    def paint(points, rgb, texture=None, strength=1.0):
        nonlocal a
        m = Image.new("L", (w, h), 0)
        ImageDraw.Draw(m).polygon([(px * w, py * h) for px, py in points], fill=255)
        t = 1.0 if texture is None else texture[..., None]
        a = np.where(to_array(m)[..., None] > 0.5, strength * colour(*rgb) * t, a)

    slate = 0.80 + 0.20 * noise(rng, (h, w), (60, 30), 3) - 0.14 * ((yy % (0.012 * h)) < 3)
    wall, wall_dark, roof, roof_dark = (0.87, 0.82, 0.71), (0.60, 0.57, 0.52), (0.40, 0.34, 0.34), (0.27, 0.24, 0.26)

    def arch(x0, x1, y0, y1, rgb=(0.10, 0.11, 0.16), frame=0.006):
        """A pointed window or door with a light frame; x0..x1, top y0, sill y1 (shares of the canvas)."""
        for grow, fill in ((frame, (0.95, 0.92, 0.84)), (0.0, rgb)):
            b0, b1 = x0 - grow, x1 + grow
            r = b1 - b0                                        # each side is an arc about the other foot
            spring = y0 - grow + 0.866 * r * w / h
            left = [(b1 - r * np.cos(t), spring - r * np.sin(t) * w / h) for t in np.linspace(0, np.pi / 3, 9)]
            right = [(b0 + b1 - px, py) for px, py in left[::-1]]
            paint([(b0, y1 + grow)] + left + right + [(b1, y1 + grow)], fill)

    # nave: long side with a roof, to the right of the tower
    paint([(0.46, 0.60), (0.86, 0.60), (0.86, 0.845), (0.46, 0.845)], wall, stone)
    paint([(0.44, 0.61), (0.50, 0.415), (0.82, 0.415), (0.885, 0.61)], roof, slate)
    paint([(0.44, 0.605), (0.885, 0.605), (0.885, 0.617), (0.44, 0.617)], (0.30, 0.26, 0.25))
    for i in range(4):
        c = 0.575 + 0.079 * i
        arch(c - 0.017, c + 0.017, 0.655, 0.785)
        paint([(c + 0.035, 0.63), (c + 0.045, 0.63), (c + 0.050, 0.845), (c + 0.035, 0.845)], wall_dark, stone)
    # tower with a lit front and a darker side
    paint([(0.27, 0.335), (0.43, 0.335), (0.43, 0.855), (0.27, 0.855)], wall, stone, 1.06)
    paint([(0.43, 0.335), (0.50, 0.345), (0.50, 0.848), (0.43, 0.855)], wall_dark, stone)
    for y in (0.335, 0.52, 0.70):
        paint([(0.262, y), (0.432, y), (0.506, y + 0.008), (0.506, y + 0.020), (0.432, y + 0.014), (0.262, y + 0.014)], (0.70, 0.66, 0.58))
    arch(0.315, 0.340, 0.375, 0.500)
    arch(0.360, 0.385, 0.375, 0.500)
    arch(0.455, 0.472, 0.385, 0.500, frame=0.004)
    m = ((xx / w - 0.35) ** 2 + ((yy - 0.61 * h) / w) ** 2)
    a = np.where((m < 0.030 ** 2)[..., None], colour(0.93, 0.90, 0.82), a)        # the clock
    a = np.where((m < 0.025 ** 2)[..., None], colour(0.16, 0.17, 0.22), a)
    arch(0.318, 0.382, 0.725, 0.855, (0.24, 0.13, 0.08), 0.010)
    # spire with a cross
    paint([(0.257, 0.338), (0.378, 0.045), (0.436, 0.338)], roof, slate, 1.15)
    paint([(0.436, 0.338), (0.378, 0.045), (0.512, 0.345)], roof_dark, slate)
    im = to_image(a)
    draw = ImageDraw.Draw(im)
    gold = (206, 178, 96)
    draw.line([(0.378 * w, 0.055 * h), (0.378 * w, 0.004 * h)], fill=gold, width=2 * SS)
    draw.line([(0.367 * w, 0.020 * h), (0.389 * w, 0.020 * h)], fill=gold, width=2 * SS)
    # shadow side of everything on the lawn, then grass in front
    a = to_array(im)
    soft = np.exp(-((yy - 0.855 * h) / (0.02 * h)) ** 2) * smooth(0.25, 0.30, xx / w) * smooth(0.95, 0.86, xx / w)
    a *= (1 - 0.45 * soft * (yy > 0.845 * h))[..., None]
    im = to_image(a)
    blades(ImageDraw.Draw(im), rng, 9000, (0.855 * h, h * 1.04), 0.05 * h, 3, 1.05, horizon=0.70 * h)
    return im


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("out", help="folder for the pictures")
    p.add_argument("--only", choices=["golf-ball", "parachute", "church"])
    p.add_argument("--seed", type=int, default=1)
    args = p.parse_args()
    os.makedirs(args.out, exist_ok=True)
    for name, draw in (("golf-ball", golf_ball), ("parachute", parachute), ("church", church)):
        if args.only in (None, name):
            rng = np.random.default_rng(args.seed)
            im = draw(rng).resize((W, H), Image.LANCZOS)
            im = to_image(grain(to_array(im), rng))
            im.save(os.path.join(args.out, name + ".jpg"), quality=90)
            print(name, im.size)


if __name__ == "__main__":
    main()

"""A photo-like picture of a printed slip, made from a clean one: for the trial, tests and benches.

Pillow only. What happens to the paper (crease, smear, cover) comes first, then the view
(perspective, turn, curl), the light (gradient, shadow, glare), the lens (defocus, motion) and the
sensor (noise, JPEG). The same clean picture, ``Shot`` and seed give the same photo.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from desktop.scan.warp import LookUp, Point, perspective, warp

_CELLS = 20
_LIGHT_WIDTH = 160
_SOFT_EDGE = 0.02


@dataclass(frozen=True, slots=True)
class Shot:
    """How a photo is taken. Lengths are px of the photo unless said otherwise.

    ``share``: the picture's width as a share of the photo's; ``tilt`` 0 (straight on) to 1 (about
    60 degrees); ``turn`` degrees in the plane; ``curl`` 0 to 1, paper bent around a vertical axis;
    ``defocus`` and ``noise`` are standard deviations; ``light`` is the brightness of white paper
    (0 to 1), ``contrast`` what is left of the distance between ink and paper; ``gradient``,
    ``shadow`` and ``glare`` 0 (none) to 1. ``crease``, ``smear`` and ``cover`` are shares of the
    clean picture's height that are hidden, drawn out, or behind a thumb; ``crease_at`` is where.
    """

    width: int = 1280
    height: int = 720
    share: float = 0.5
    tilt: float = 0.0
    turn: float = 0.0
    curl: float = 0.0
    defocus: float = 0.0
    motion: float = 0.0
    motion_angle: float = 0.0
    noise: float = 0.0
    light: float = 0.9
    contrast: float = 0.85
    gradient: float = 0.0
    shadow: float = 0.0
    glare: float = 0.0
    crease: float = 0.0
    crease_at: float = 0.5
    smear: float = 0.0
    cover: float = 0.0
    inverted: bool = False
    jpeg_quality: int = 85


def everyday_shot(seed: int, share: float = 0.5) -> Shot:
    """What a hand-held 720p camera at a distribution point gives: soft, tilted, unevenly lit."""
    random = Random(seed)
    return Shot(
        share=share,
        tilt=random.uniform(0.0, 0.3),
        turn=random.uniform(-15, 15),
        curl=random.uniform(0.0, 0.15),
        defocus=random.uniform(0.4, 1.0),
        motion=random.uniform(0.0, 2.0),
        motion_angle=random.uniform(0, 180),
        noise=random.uniform(2, 7),
        light=random.uniform(0.6, 0.9),
        contrast=random.uniform(0.7, 0.85),
        gradient=random.uniform(0.1, 0.5),
    )


def photograph(clean: Image.Image, shot: Shot, seed: int) -> Image.Image:
    """The photo of ``clean`` (any Pillow mode): RGB, or L when ``clean`` is L."""
    random = Random(seed)
    paper = clean if clean.mode in ("L", "RGB") else clean.convert("RGB")
    if shot.inverted:
        paper = ImageOps.invert(paper)
    paper = _damaged(_near_size(paper, shot), shot, random)
    scene = _seen(_inked(paper, shot), shot, random)
    scene = ImageChops.multiply(scene, _light(shot, random).convert(scene.mode))
    if shot.glare:
        scene = ImageChops.screen(scene, _glare(shot, random).convert(scene.mode))
    scene = _through_lens(scene, shot)
    if shot.noise:
        scene = _noisy(scene, shot.noise, random)
    return _compressed(scene, shot.jpeg_quality)


def _near_size(paper: Image.Image, shot: Shot) -> Image.Image:
    """``paper`` at no more than twice its size in the photo, so that no detail aliases."""
    target = shot.width * shot.share * 2
    factor = target / paper.width
    if factor >= 1:
        whole = max(1, min(8, int(factor)))
        return paper.resize((paper.width * whole, paper.height * whole), Image.Resampling.NEAREST)
    size = (max(1, round(target)), max(1, round(paper.height * factor)))
    return paper.resize(size, Image.Resampling.LANCZOS)


def _damaged(paper: Image.Image, shot: Shot, random: Random) -> Image.Image:
    """``paper`` with a crease, a smear and a thumb on it."""
    width, height = paper.size
    if shot.smear:
        paper = _smeared(paper, shot.smear, random)
    draw = ImageDraw.Draw(paper)
    if shot.crease:
        middle, half = shot.crease_at * height, shot.crease * height / 2
        lean = random.uniform(-0.05, 0.05) * height
        band = [(0, middle - half - lean), (width, middle - half + lean)]
        band += [(width, middle + half + lean), (0, middle + half - lean)]
        draw.polygon(band, fill=_grey(paper, random.choice((120, 170, 215))))
    if shot.cover:
        reach = shot.cover * height
        side = random.choice((0, width))
        centre = random.uniform(0.3, 0.9) * height
        box = (side - reach, centre - reach / 2, side + reach, centre + reach / 2)
        draw.ellipse(box, fill=_grey(paper, 140))
    return paper


def _smeared(paper: Image.Image, share: float, random: Random) -> Image.Image:
    """``paper`` with a band of wiped wet ink: the print drawn out sideways and greyed."""
    width, height = paper.size
    top = round(random.uniform(0, max(0.0, 1 - share)) * height)
    box = (0, top, width, min(height, top + max(1, round(share * height))))
    band = paper.crop(box)
    wiped = band
    step = max(1, width // 90)
    for distance in (1, 2, 3, 4):
        moved = ImageChops.offset(band, step * distance, 0)
        wiped = Image.blend(wiped, ImageChops.darker(wiped, moved), 0.45)
    smeared = paper.copy()
    smeared.paste(wiped, box)
    return smeared


def _grey(image: Image.Image, level: int) -> int | tuple[int, int, int]:
    return level if image.mode == "L" else (level, level, level)


def _inked(paper: Image.Image, shot: Shot) -> Image.Image:
    """``paper`` with the given brightness of white and contrast of ink."""
    white = 255 * shot.light
    low = white * (1 - shot.contrast)
    return paper.point([round(low + (white - low) * v / 255) for v in range(256)] * _bands(paper))


def _bands(image: Image.Image) -> int:
    return len(image.getbands())


def _seen(paper: Image.Image, shot: Shot, random: Random) -> Image.Image:
    """``paper`` in perspective before a table top, at the photo's size (drawn at 2x, reduced)."""
    over = 2 if shot.width * shot.height <= 4_000_000 else 1
    size = (shot.width * over, shot.height * over)
    look_up = _view(paper.size, size, shot, random)
    seen = warp(paper, size, look_up, _CELLS)
    mask = warp(Image.new("L", paper.size, 255), size, look_up, _CELLS)
    return Image.composite(seen, _table_top(size, paper.mode, random), mask).reduce(over)


def _table_top(size: tuple[int, int], mode: str, random: Random) -> Image.Image:
    """A dull, faintly structured background."""
    small = (size[0] // 16 + 1, size[1] // 16 + 1)
    grain = Image.frombytes("L", small, random.randbytes(small[0] * small[1]))
    grain = ImageEnhance.Contrast(grain.resize(size, Image.Resampling.BICUBIC)).enhance(0.12)
    tone = random.uniform(0.35, 1.0)
    grain = grain.point([round(v * tone) for v in range(256)])
    return grain if mode == "L" else ImageOps.colorize(grain, (20, 12, 5), (235, 205, 170))


def _view(paper: tuple[int, int], photo: tuple[int, int], shot: Shot, random: Random) -> LookUp:
    """From a point of the photo to the point of the paper that is seen there."""
    wide = photo[0] * shot.share
    tall = wide * paper[1] / paper[0]
    reach = 2.2 * max(wide, tall)
    axis, turn = random.uniform(0, 2 * math.pi), math.radians(shot.turn)
    lean = shot.tilt * math.radians(60)
    corners: list[Point] = []
    for x, y in ((-wide / 2, -tall / 2), (wide / 2, -tall / 2), (wide / 2, tall / 2),
                 (-wide / 2, tall / 2)):  # fmt: skip
        rx, ry = (
            x * math.cos(turn) - y * math.sin(turn),
            x * math.sin(turn) + y * math.cos(turn),
        )
        along = rx * math.cos(axis) + ry * math.sin(axis)
        across = -rx * math.sin(axis) + ry * math.cos(axis)
        depth = reach + along * math.sin(lean)
        along = along * math.cos(lean) * reach / depth
        across = across * reach / depth
        corners.append(
            (
                photo[0] / 2 + along * math.cos(axis) - across * math.sin(axis),
                photo[1] / 2 + along * math.sin(axis) + across * math.cos(axis),
            )
        )
    flat = [(0.0, 0.0), (paper[0], 0.0), (paper[0], paper[1]), (0.0, paper[1])]
    plane = perspective(corners, flat)
    bow = shot.curl * 0.12 * paper[1]

    def look_up(x: float, y: float) -> Point:
        u, v = plane(x, y)
        if bow:
            across = min(1.5, max(-0.5, u / paper[0]))
            v += bow * (1 - (2 * across - 1) ** 2) - bow / 2
            # Bent paper turns away from the eye at its sides.
            u += shot.curl * 0.06 * paper[0] * math.sin(2 * math.pi * across)
        return u, v

    return look_up


def _light(shot: Shot, random: Random) -> Image.Image:
    """How much light falls where: a gradient and the edge of a shadow (L, the photo's size)."""
    small = (_LIGHT_WIDTH, max(1, _LIGHT_WIDTH * shot.height // shot.width))
    slope, edge = random.uniform(0, 2 * math.pi), random.uniform(0, 2 * math.pi)
    shift = random.uniform(-0.2, 0.2)
    levels = bytearray()
    for y in range(small[1]):
        for x in range(small[0]):
            px, py = x / small[0] - 0.5, (y / small[1] - 0.5)
            level = 1 - shot.gradient * (0.5 + px * math.cos(slope) + py * math.sin(slope))
            inside = (px * math.cos(edge) + py * math.sin(edge) - shift) / _SOFT_EDGE
            level *= 1 - shot.shadow * max(0.0, min(1.0, inside))
            levels.append(max(0, min(255, round(255 * level))))
    light = Image.frombytes("L", small, bytes(levels))
    return light.resize((shot.width, shot.height), Image.Resampling.BICUBIC)


def _glare(shot: Shot, random: Random) -> Image.Image:
    """The reflection of a lamp, somewhere over the middle (L, the photo's size)."""
    spot = ImageOps.invert(Image.radial_gradient("L"))
    spot = spot.point([min(255, round((v / 255) ** 2 * 400 * shot.glare)) for v in range(256)])
    side = round(min(shot.width, shot.height) * (0.4 + 0.6 * shot.glare))
    glare = Image.new("L", (shot.width, shot.height), 0)
    x = round(shot.width * random.uniform(0.4, 0.6) - side / 2)
    y = round(shot.height * random.uniform(0.4, 0.6) - side / 2)
    glare.paste(spot.resize((side, side)), (x, y))
    return glare


def _through_lens(scene: Image.Image, shot: Shot) -> Image.Image:
    """``scene`` out of focus and shaken."""
    if shot.motion >= 1:
        dx = math.cos(math.radians(shot.motion_angle))
        dy = math.sin(math.radians(shot.motion_angle))
        steps = max(2, round(shot.motion) + 1)
        moved = scene
        for count in range(1, steps):
            away = (count / (steps - 1) - 0.5) * shot.motion
            shifted = scene.transform(
                scene.size,
                Image.Transform.AFFINE,
                (1, 0, dx * away, 0, 1, dy * away),
                Image.Resampling.BILINEAR,
            )
            moved = Image.blend(moved, shifted, 1 / (count + 1))
        scene = moved
    if shot.defocus:
        scene = scene.filter(ImageFilter.GaussianBlur(shot.defocus))
    return scene


def _noisy(scene: Image.Image, sigma: float, random: Random) -> Image.Image:
    """``scene`` with sensor noise: the mean of three even distributions is near enough normal."""
    size, count = scene.size, scene.width * scene.height
    layers = []
    for _ in range(_bands(scene)):
        a, b, c = (Image.frombytes("L", size, random.randbytes(count)) for _ in range(3))
        mean = Image.blend(ImageChops.add(a, b, 2), c, 1 / 3)
        # The mean of three bytes has a standard deviation of 255 / 6.
        layers.append(mean.point([round(128 + (v - 127.5) * sigma * 6 / 255) for v in range(256)]))
    noise = layers[0] if len(layers) == 1 else Image.merge(scene.mode, layers)
    return ImageChops.add(scene, noise, 1, -128)


def _compressed(scene: Image.Image, quality: int) -> Image.Image:
    """``scene`` after a JPEG of that quality."""
    kept = io.BytesIO()
    scene.save(kept, "JPEG", quality=quality)
    reopened = Image.open(io.BytesIO(kept.getvalue()))
    reopened.load()
    return reopened.copy()

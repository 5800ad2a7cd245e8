"""How many hard photos are read with and without the ladder, what each rung brings, and the time.

The figures behind ``docs/decisions/0004-reading-photos.md``. The photos are simulated and near the
limit of what can be read at all; real ones fail less often and in more mixed ways.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from statistics import median
from typing import TextIO

import qrcode
import zxingcpp
from PIL import Image, ImageDraw

from desktop.photo import Shot, everyday_shot, photograph
from desktop.scan import ladder
from desktop.scan.decode import decode_luma, decode_picture
from desktop.scan.ladder import Still

SIZES = ((800, 600), (1280, 720), (1280, 960), (1600, 1200))
LARGE = (4000, 3000)
FRAME = (1280, 720)
LOOKS = len(ladder.FRAME_RUNGS)
"""Frames a camera gives in a fifth of a second: each gets another second look."""
_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789abcdefghijkmnop:/.-"
_Changes = dict[str, float | bool]

_PAIRED = {
    "tilt": (0.4, 1.1), "curl": (0.1, 0.6), "defocus": (1.0, 4.0), "motion": (3.0, 12.0),
    "noise": (8.0, 40.0), "contrast": (0.08, 0.5), "gradient": (0.5, 1.0), "glare": (0.2, 0.8),
}  # fmt: skip
_DOTS, _SMALL = "drawn in dots", "small in large"

TROUBLES: dict[str, Callable[[Random], _Changes]] = {
    "everyday": lambda r: {},
    "out of focus": lambda r: {"defocus": r.uniform(2, 6)},
    "shaken": lambda r: {"motion": r.uniform(6, 18), "motion_angle": r.uniform(0, 180)},
    "tilted": lambda r: {"tilt": r.uniform(0.8, 1.25), "turn": r.uniform(-180, 180)},
    "bent": lambda r: {"curl": r.uniform(0.3, 1.0), "turn": r.uniform(-180, 180)},
    "dark": lambda r: {"light": r.uniform(0.06, 0.2), "noise": r.uniform(3, 9)},
    "faint": lambda r: {"contrast": r.uniform(0.05, 0.15)},
    "shadow": lambda r: {"gradient": r.uniform(0.7, 1), "shadow": r.uniform(0.4, 0.85)},
    "glare": lambda r: {"glare": r.uniform(0.3, 0.8)},
    "noisy": lambda r: {"noise": r.uniform(30, 110)},
    "far away": lambda r: {"share": r.uniform(0.08, 0.16), "motion": 0.0},
    "damaged": lambda r: {"smear": r.uniform(0, 0.12), "crease": r.uniform(0, 0.08),
                          "crease_at": r.uniform(0.3, 0.7), "cover": r.uniform(0, 0.4)},
    "inverted": lambda r: {"inverted": True, "turn": r.uniform(-40, 40)},
    "two troubles": lambda r: {one: r.uniform(*_PAIRED[one]) for one in r.sample([*_PAIRED], 2)},
    _DOTS: lambda r: {},
    _SMALL: lambda r: {"share": r.uniform(0.12, 0.25), "contrast": r.uniform(0.1, 0.5)},
}  # fmt: skip


@dataclass(slots=True)
class _Tally:
    """What came of the photos of one trouble; ``first`` is by which rung each was read."""

    photos: int = 0
    wrong: int = 0
    first: Counter[str] = field(default_factory=Counter)
    ms_read: list[float] = field(default_factory=list)
    ms_unread: list[float] = field(default_factory=list)
    frames: int = 0
    frame_plain: int = 0
    frame_read: int = 0
    ms_frame: list[float] = field(default_factory=list)
    """Of frames in which nothing was read: the plain look and a second one."""

    def add(self, other: _Tally) -> None:
        """Counts what ``other`` counted as well."""
        for name in ("photos", "wrong", "frames", "frame_plain", "frame_read"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.first += other.first
        self.ms_read += other.ms_read
        self.ms_unread += other.ms_unread
        self.ms_frame += other.ms_frame


@dataclass(slots=True)
class _Worth:
    """What one rung does to the photos that the plain look can't read, whoever came before it."""

    read: int = 0
    ms: list[float] = field(default_factory=list)


def main(arguments: list[str] | None = None, out: TextIO = sys.stdout) -> None:
    """Prints the tables; about a minute."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--photos", type=int, default=8, help="per trouble")
    photos = parser.parse_args(arguments).photos
    tallies = {name: _Tally() for name in TROUBLES}
    worth: dict[str, _Worth] = {}
    for name, tally in tallies.items():
        for number in range(photos):
            _still(name, number, tally, worth)
            if name != _SMALL:
                _frames(name, number, tally)
    whole = _Tally()
    for tally in tallies.values():
        whole.add(tally)
    _print({**tallies, "all": whole}, worth, out)


def _still(name: str, number: int, tally: _Tally, worth: dict[str, _Worth]) -> None:
    """A still: the ladder as ``decode_picture`` climbs it, then every rung by itself."""
    random = Random(f"{name} {number}")
    text = "".join(random.choices(_SIGNS, k=random.randint(15, 90)))
    page = _page(text, random, name == _DOTS)
    shot = _shot(name, random, LARGE if name == _SMALL else random.choice(SIZES))
    photo = photograph(page, shot, number).convert("L")
    began = time.perf_counter()
    reading = decode_picture(photo)
    ms = (time.perf_counter() - began) * 1000
    read = text in reading.texts
    tally.photos += 1
    tally.wrong += any(found != text for found in reading.texts)
    (tally.ms_read if read else tally.ms_unread).append(ms)
    if read:
        tally.first[reading.rung] += 1
    if reading.rung != "plain":
        for rung in (*ladder.CONTRAST_RUNGS, *ladder.LATER_RUNGS):
            # A Still of its own, so that each rung pays for all it needs.
            began = time.perf_counter()
            found = _plain(rung.treat(Still(photo)))
            one = worth.setdefault(rung.name, _Worth())
            one.ms.append((time.perf_counter() - began) * 1000)
            one.read += text in found


def _frames(name: str, number: int, tally: _Tally) -> None:
    """The same trouble before a camera: frame after frame until one is read."""
    random = Random(f"{name} {number} frame")
    text = "".join(random.choices(_SIGNS, k=random.randint(15, 90)))
    page, shot = _page(text, random, name == _DOTS), _shot(name, random, FRAME)
    luma = photograph(page, shot, number).convert("L").tobytes()
    tally.frames += 1
    for turn in range(LOOKS):
        began = time.perf_counter()
        reading = decode_luma(luma, *FRAME, FRAME[0], turn)
        if text in reading.texts:
            tally.frame_plain += reading.rung == "plain"
            tally.frame_read += 1
            return
        tally.ms_frame.append((time.perf_counter() - began) * 1000)


def _plain(image: Image.Image) -> list[str]:
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)
    return [code.text for code in zxingcpp.read_barcodes(image, formats=formats)]


def _shot(name: str, random: Random, size: tuple[int, int]) -> Shot:
    everyday = everyday_shot(random.randrange(1 << 30), random.uniform(0.4, 0.7))
    width, height = size
    shot = replace(everyday, width=width, height=height)
    shot = replace(shot, **TROUBLES[name](random))  # type: ignore[arg-type]
    # Blur is given for 1280 px and grows with the photo.
    factor = width / 1280
    return replace(shot, defocus=shot.defocus * factor, motion=shot.motion * factor)


def _page(text: str, random: Random, dots: bool) -> Image.Image:
    """A code, of squares or of dots, with lines of print around it (mode L)."""
    level = random.choice((qrcode.ERROR_CORRECT_M, qrcode.ERROR_CORRECT_Q))
    code: qrcode.QRCode[Image.Image] = qrcode.QRCode(
        error_correction=level, box_size=8, border=4, mask_pattern=3
    )
    code.add_data(text)
    code.make()
    picture = _drawn(code.get_matrix(), random.uniform(0.5, 0.8) if dots else 1.0)
    side = picture.width * 2
    page = Image.new("L", (side, side), 250)
    draw = ImageDraw.Draw(page)
    for y in range(8, side - 20, 26):
        x = 12
        while x < side - 60:
            long = random.randint(20, 90)
            draw.rectangle((x, y, x + long, y + 8), fill=random.choice((30, 60, 90)))
            x += long + 14
    page.paste(picture, (side // 4, side // 4))
    return page


def _drawn(matrix: list[list[bool]], share: float) -> Image.Image:
    """The code with eight pixels a module; below 1 its modules are dots of that share, but for
    the three corner patterns."""
    side = len(matrix)
    picture = Image.new("L", (8 * side, 8 * side), 255)
    draw = ImageDraw.Draw(picture)
    corner = 4 + 7
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            square = share == 1 or (
                min(x, side - 1 - x) < corner
                and min(y, side - 1 - y) < corner
                and not (x > side // 2 and y > side // 2)
            )
            if dark and square:
                draw.rectangle((8 * x, 8 * y, 8 * x + 7, 8 * y + 7), fill=0)
            elif dark:
                gap = 8 * (1 - share) / 2
                draw.ellipse((8 * x + gap, 8 * y + gap, 8 * x + 8 - gap, 8 * y + 8 - gap), fill=0)
    return picture


def _print(tallies: dict[str, _Tally], worth: dict[str, _Worth], out: TextIO) -> None:
    whole = tallies["all"]
    print(f"Percent read; a camera is given {LOOKS} frames of {FRAME[0]}x{FRAME[1]}", file=out)
    print(f"{'':14}{'still':>11}{'':44}{'camera':>11}", file=out)
    heads = ("plain", "ladder", "wrong", "ms read", "ms unread", "plain", "looks", "ms a frame")
    print(f"{'':14}" + "".join(f"{head:>11}" for head in heads), file=out)
    for name, tally in tallies.items():
        cells = (
            _percent(tally.first["plain"], tally.photos),
            _percent(tally.first.total(), tally.photos),
            str(tally.wrong),
            _median(tally.ms_read),
            _median(tally.ms_unread),
            _percent(tally.frame_plain, tally.frames),
            _percent(tally.frame_read, tally.frames),
            _median(tally.ms_frame),
        )
        print(f"{name:14}" + "".join(f"{cell:>11}" for cell in cells), file=out)
    hard = whole.photos - whole.first["plain"]
    print(f"\nRungs, on the {hard} stills that the plain look can't read", file=out)
    print(f"{'':16}{'read first':>12}{'by itself':>12}{'ms':>8}", file=out)
    for rung in ("contrast 600", "contrast 1300", "flattened", *worth):
        if rung == "flattened" or rung in worth:
            alone = worth.pop(rung, None)
            read, ms = (str(alone.read), _median(alone.ms)) if alone else ("-", "-")
            print(f"{rung:16}{whole.first[rung]:>12}{read:>12}{ms:>8}", file=out)


def _percent(count: int, of: int) -> str:
    return f"{100 * count / of:.0f}" if of else "-"


def _median(values: list[float]) -> str:
    return f"{median(values):.0f}" if values else "-"


if __name__ == "__main__":
    main()

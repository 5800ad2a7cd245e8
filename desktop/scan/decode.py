"""The one decoder of QR codes: zxing-cpp on the luma plane, and the ladder for what it can't read.

``decode_luma`` is for camera frames: one look and, if that finds nothing, one second look, another
kind with each frame. ``decode_picture`` is for stills: every rung within a time limit.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import zxingcpp
from PIL import Image

from desktop.scan import ladder
from desktop.scan.codes import Code, Corners, NoCode, Reading, area, holds, middle, scaled
from desktop.scan.ladder import Rung, Still
from desktop.scan.unbend import flattened

Luma = bytes | bytearray | memoryview
"""Grey levels, a byte a pixel, row after row."""

PICTURE_LIMIT = 2.0
"""Seconds after which a still gets no further rung (the one under way is finished)."""

_SMALLEST = 24.0**2
"""px² below which what looks like a code is taken for a smudge: version 1 at one px a module."""
_WORTH_ANOTHER_LOOK = 0.25
"""An unread code beside a read one gets the contrast rungs if it has this share of its area."""


@dataclass(slots=True)
class _Look:
    """What one pass over one picture found."""

    image: Image.Image | None
    read: list[Code] = field(default_factory=list)
    unread: list[Corners] = field(default_factory=list)


def decode_luma(luma: Luma, width: int, height: int, stride: int, turn: int = 0) -> Reading:
    """The codes in a camera frame's luma plane (``stride`` bytes from row to row), not copied.

    When the plain look finds nothing, the ``turn``-th second look follows, so counting ``turn`` up
    with each frame tries all of them within a fraction of a second while each frame stays cheap.
    Raises ValueError when the buffer is too short for that size.
    """
    plane = memoryview(luma).cast("B")
    # The last row may lack its padding; it is then left out, being white paper at best.
    rows = min(height, len(plane) // stride) if stride > 0 else 0
    if width < 1 or stride < width or rows < max(1, height - 1):
        raise ValueError(f"no {width}x{height} picture of stride {stride} in {len(plane)} bytes")
    # It takes any buffer; where numpy is installed its annotation names only arrays.
    view = zxingcpp.ImageView(cast(Any, plane), width, rows, zxingcpp.ImageFormat.Lum, stride, 1)
    first = _look(view, None)
    if first.read:
        return _reading(first.read, "plain")
    # Pillow takes any buffer here, whatever its annotation says; nothing is copied.
    shared = cast(bytes, plane)
    image = Image.frombuffer("L", (width, rows), shared, "raw", "L", stride, 1)
    rung = ladder.FRAME_RUNGS[turn % len(ladder.FRAME_RUNGS)]
    second = _treated(Still(image), rung)
    if second.read:
        return _reading(second.read, rung.name)
    return _none(first, second)


def decode_picture(
    image: Image.Image,
    limit: float = PICTURE_LIMIT,
    clock: Callable[[], float] = time.perf_counter,
) -> Reading:
    """The codes in a still (any mode Pillow converts to L; transparency is the caller's affair).

    Climbs the ladder until a rung reads something or ``limit`` seconds are over.
    """
    started = clock()
    grey = image if image.mode == "L" else image.convert("L")
    still = Still(grey)
    plain = _look(grey, grey)
    if plain.read:
        return _completed(still, plain)
    looks = [plain]
    for name, look in _climb(still, looks):
        if look.read:
            return _reading(look.read, name)
        looks.append(look)
        if clock() - started > limit:
            break
    return _none(*looks)


def _climb(still: Still, looks: list[_Look]) -> Iterator[tuple[str, _Look]]:
    """The looks after the plain one; ``looks`` holds those already taken, for what they saw."""
    for rung in ladder.CONTRAST_RUNGS:
        yield rung.name, _treated(still, rung)
    for seen in list(looks):
        yield "flattened", _flattened(seen)
    for rung in ladder.LATER_RUNGS:
        yield rung.name, _treated(still, rung)


def _completed(still: Still, plain: _Look) -> Reading:
    """``plain``'s codes, and those beside them that only the contrast rungs can read."""
    read = list(plain.read)
    largest = max((area(code.corners) for code in read if code.corners), default=0.0)
    for rung in ladder.CONTRAST_RUNGS:
        if not any(
            area(corners) > _WORTH_ANOTHER_LOOK * largest and not _among(corners, read)
            for corners in plain.unread
        ):
            break
        read += [code for code in _treated(still, rung).read if not _among(code.corners, read)]
    return _reading(read, "plain")


def _among(corners: Corners | None, read: list[Code]) -> bool:
    """Whether a code that was read stands at ``corners``."""
    return corners is not None and any(
        code.corners is not None
        and (holds(code.corners, middle(corners)) or holds(corners, middle(code.corners)))
        for code in read
    )


def _treated(still: Still, rung: Rung) -> _Look:
    work = rung.treat(still)
    look = _look(work, work)
    factor = still.grey.width / work.width if rung.keeps_shape else 0.0
    look.read = [
        Code(code.text, scaled(code.corners, factor) if factor and code.corners else None)
        for code in look.read
    ]
    if not rung.keeps_shape:
        look.unread = []
    return look


def _flattened(seen: _Look) -> _Look:
    """The largest unread code of an earlier look, under one bend after another."""
    found = _Look(None)
    if seen.unread and seen.image is not None:
        for flat in flattened(seen.image, max(seen.unread, key=area)):
            found.read = [Code(code.text) for code in _look(flat, None).read]
            if found.read:
                break
    return found


def _look(picture: object, image: Image.Image | None) -> _Look:
    """One pass of zxing-cpp over ``picture`` (an ImageView or a Pillow image of mode L).

    ``QRCodeModel2`` only: ``QRCode`` also reads Micro QR and invents short texts.
    """
    look = _Look(image)
    for barcode in zxingcpp.read_barcodes(
        picture,
        formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2),
        text_mode=zxingcpp.TextMode.Plain,
        return_errors=True,
    ):
        corners = _corners(barcode.position)
        if barcode.valid:
            look.read.append(Code(_text(barcode), corners))
        elif _is_code(barcode.error) and area(corners) > _SMALLEST:
            look.unread.append(corners)
    return look


def _is_code(error: zxingcpp.Error | None) -> bool:
    """Whether what failed has a QR's own format bits; anything less is mostly just print."""
    return error is not None and error.type == zxingcpp.ErrorType.Checksum


def _corners(position: zxingcpp.Position) -> Corners:
    a, b = position.top_left, position.top_right
    c, d = position.bottom_right, position.bottom_left
    return (a.x, a.y), (b.x, b.y), (c.x, c.y), (d.x, d.y)


def _text(barcode: zxingcpp.Barcode) -> str:
    """What the code says; bytes that are no text in any charset come out as Latin-1, one a byte."""
    try:
        return str(barcode.text)
    except UnicodeDecodeError:
        return bytes(barcode.bytes).decode("latin-1")


def _reading(read: list[Code], rung: str) -> Reading:
    read = sorted(read, key=lambda code: -area(code.corners) if code.corners else 0.0)
    distinct = {code.text: code for code in reversed(read)}
    return Reading(tuple(code for code in read if distinct[code.text] is code), None, rung)


def _none(*looks: _Look) -> Reading:
    seen = any(look.unread for look in looks)
    return Reading((), NoCode.SEEN_NOT_READ if seen else NoCode.NONE_SEEN)

"""Pictures for the record: a camera's frame as a JPEG, a pen's strokes as a PNG, both small.

Every one of them goes to the centre, often over a link that is paid by the byte. For workers.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw
from PySide6.QtGui import QImage
from PySide6.QtMultimedia import QVideoFrame

from desktop.scan.video_frame import picture_of

MOST_BYTES = 200_000
WIDTH = 1280
_QUALITIES = (85, 75, 65, 55, 45)
_SMALLER = 0.7
_PAPER, _INK = 255, 20
_SIGNATURE_WIDTH = 800
_OVER = 2
"""A signature is drawn larger and reduced, or its lines would be jagged."""

Stroke = Sequence[tuple[float, float]]
"""The pen's way from when it touched to when it left, in pixels of the pad."""


@dataclass(frozen=True, slots=True)
class Still:
    """A picture's bytes, and how it looks."""

    data: bytes
    image: QImage


def still_of(frame: QVideoFrame) -> Still:
    """The photo in a camera's frame. Raises FrameError."""
    image = picture_of(frame, WIDTH)
    data = photo_bytes(_pillow(image))
    return Still(data, image)


def photo_bytes(photo: Image.Image) -> bytes:
    """``photo`` as a JPEG of at most ``MOST_BYTES``: less sharp first, then smaller."""
    picture = photo.convert("RGB")
    if picture.width > WIDTH:
        picture = _scaled(picture, WIDTH / picture.width)
    while True:
        for quality in _QUALITIES:
            kept = io.BytesIO()
            picture.save(kept, "JPEG", quality=quality, optimize=True)
            if kept.tell() <= MOST_BYTES:
                return kept.getvalue()
        picture = _scaled(picture, _SMALLER)


def signature_bytes(strokes: Sequence[Stroke], size: tuple[int, int]) -> bytes:
    """``strokes`` on a pad of ``size`` as a PNG, black on white."""
    scale = _SIGNATURE_WIDTH * _OVER / size[0]
    paper = Image.new("L", (_SIGNATURE_WIDTH * _OVER, max(1, round(size[1] * scale))), _PAPER)
    draw = ImageDraw.Draw(paper)
    thick = round(2.5 * scale)
    for stroke in strokes:
        way = [(x * scale, y * scale) for x, y in stroke]
        if len(way) > 1:
            draw.line(way, fill=_INK, width=thick, joint="curve")
        for x, y in (way[0], way[-1]):
            half = thick / 2
            draw.ellipse((x - half, y - half, x + half, y + half), fill=_INK)
    kept = io.BytesIO()
    paper.reduce(_OVER).save(kept, "PNG", optimize=True)
    return kept.getvalue()


def _scaled(picture: Image.Image, by: float) -> Image.Image:
    size = (max(1, round(picture.width * by)), max(1, round(picture.height * by)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _pillow(image: QImage) -> Image.Image:
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    data = bytes(rgb.constBits())
    return Image.frombuffer(
        "RGB", (rgb.width(), rgb.height()), data, "raw", "RGB", rgb.bytesPerLine(), 1
    )

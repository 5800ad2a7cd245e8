"""A video frame's luma for the decoder and a small colour picture of it for the preview.

Cameras send YUV: there the luma plane goes to the decoder as it lies in memory. ``toImage`` is the
last resort, because it may use the graphics card, which belongs to the GUI thread, and all of this
runs in a worker.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from PIL import Image
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QImage
from PySide6.QtMultimedia import QVideoFrame, QVideoFrameFormat

from desktop.scan.codes import Reading
from desktop.scan.decode import Luma, decode_luma

_Format = QVideoFrameFormat.PixelFormat

_Y_PLANE = frozenset(
    {
        _Format.Format_NV12, _Format.Format_NV21, _Format.Format_YUV420P, _Format.Format_YUV422P,
        _Format.Format_YV12, _Format.Format_IMC1, _Format.Format_IMC2, _Format.Format_IMC3,
        _Format.Format_IMC4, _Format.Format_Y8,
    }
)  # fmt: skip
_EVERY_SECOND = {
    _Format.Format_YUYV: 0,
    _Format.Format_UYVY: 1,
    _Format.Format_P010: 1,
    _Format.Format_P016: 1,
    _Format.Format_Y16: 1,
}
"""Luma (or its high byte) is every second byte, from this one on."""
_FIRST_BLACK, _BLACK_TO_WHITE = 16, 219


class FrameError(Exception):
    """A frame that can't be looked at: not mapped, or in a form nothing here can convert."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What came of one frame; ``preview`` is None when none was asked for."""

    reading: Reading
    preview: QImage | None


@dataclass(frozen=True, slots=True)
class _Plane:
    data: Luma
    width: int
    height: int
    stride: int

    def image(self) -> Image.Image:
        shared = cast(bytes, self.data)
        size = (self.width, self.height)
        return Image.frombuffer("L", size, shared, "raw", "L", self.stride, 1)


def examine(frame: QVideoFrame, turn: int, preview_width: int = 0) -> Glimpse:
    """Decodes ``frame`` (``turn``: see ``decode_luma``); a preview at most that wide if not 0.

    For any thread. Raises FrameError.
    """
    with _mapped(frame):
        plane, held = _luma(frame)
        reading = decode_luma(plane.data, plane.width, plane.height, plane.stride, turn)
        preview = _preview(frame, plane, held, preview_width) if preview_width else None
    return Glimpse(reading, preview)


def picture_of(frame: QVideoFrame, width: int) -> QImage:
    """``frame`` as a picture at most that wide. For any thread. Raises FrameError."""
    with _mapped(frame):
        plane, held = _luma(frame)
        return _preview(frame, plane, held, width)


@contextmanager
def _mapped(frame: QVideoFrame) -> Iterator[None]:
    if not frame.isValid() or not frame.map(QVideoFrame.MapMode.ReadOnly):
        raise FrameError("the frame can't be mapped")
    try:
        yield
    finally:
        frame.unmap()


def _luma(frame: QVideoFrame) -> tuple[_Plane, QImage | None]:
    """The luma of a mapped frame, and the converted picture that owns it, if it had to be one."""
    form, width, height = frame.pixelFormat(), frame.width(), frame.height()
    stride = frame.bytesPerLine(0)
    if form in _Y_PLANE:
        return _Plane(frame.bits(0), width, height, stride), None
    if form in _EVERY_SECOND:
        packed = bytes(frame.bits(0))[_EVERY_SECOND[form] :: 2]
        return _Plane(packed, width, height, stride // 2), None
    picture = _as_image(frame)
    if picture.isNull():
        raise FrameError(f"{form.name} can't be converted")
    grey = picture.convertToFormat(QImage.Format.Format_Grayscale8)
    data = bytes(grey.constBits())
    return _Plane(data, grey.width(), grey.height(), grey.bytesPerLine()), picture


def _as_image(frame: QVideoFrame) -> QImage:
    """A mapped frame that is no YUV as a picture; it may share the frame's memory."""
    form = frame.pixelFormat()
    if form == _Format.Format_Jpeg:
        return QImage.fromData(QByteArray(bytes(frame.bits(0))))
    direct = QVideoFrameFormat.imageFormatFromPixelFormat(form)
    if direct == QImage.Format.Format_Invalid:
        return frame.toImage()
    stride = frame.bytesPerLine(0)
    return QImage(frame.bits(0), frame.width(), frame.height(), stride, direct)


def _preview(frame: QVideoFrame, plane: _Plane, held: QImage | None, width: int) -> QImage:
    if held is not None:
        small = held.scaledToWidth(min(width, held.width()))
        # Neither of the two copies what already fits, and then it still is the frame's memory.
        return small.convertToFormat(QImage.Format.Format_RGB32).copy()
    grey = plane.image().reduce(max(1, -(-plane.width // width)))
    if frame.surfaceFormat().colorRange() == QVideoFrameFormat.ColorRange.ColorRange_Video:
        grey = grey.point([_full_range(level) for level in range(256)])
    chroma = _chroma(frame)
    if chroma is None:
        picture = Image.merge("RGB", (grey, grey, grey))
    else:
        blue, red = (part.resize(grey.size, Image.Resampling.BILINEAR) for part in chroma)
        picture = Image.merge("YCbCr", (grey, blue, red)).convert("RGB")
    data = picture.tobytes()
    shared = QImage(
        data, picture.width, picture.height, picture.width * 3, QImage.Format.Format_RGB888
    )
    # The copy owns its memory; ``data`` goes when this returns.
    return shared.copy()


def _full_range(level: int) -> int:
    return max(0, min(255, round((level - _FIRST_BLACK) * 255 / _BLACK_TO_WHITE)))


def _chroma(frame: QVideoFrame) -> tuple[Image.Image, Image.Image] | None:
    """Blue and red difference of a mapped frame in the usual YUV forms; None for the others."""
    form, half = frame.pixelFormat(), frame.width() // 2
    if form in (_Format.Format_YUV420P, _Format.Format_YUV422P, _Format.Format_YV12):
        first, second = (_chroma_plane(frame, number, half) for number in (1, 2))
    elif form in (_Format.Format_NV12, _Format.Format_NV21):
        both, stride = bytes(frame.bits(1)), frame.bytesPerLine(1) // 2
        rows = len(both) // frame.bytesPerLine(1)
        first, second = (_Plane(both[i::2], half, rows, stride).image() for i in (0, 1))
    elif form in (_Format.Format_YUYV, _Format.Format_UYVY):
        packed, stride = bytes(frame.bits(0)), frame.bytesPerLine(0) // 4
        start = 1 - _EVERY_SECOND[form]
        first, second = (
            _Plane(packed[start + i :: 4], half, frame.height(), stride).image() for i in (0, 2)
        )
    else:
        return None
    swapped = form in (_Format.Format_YV12, _Format.Format_NV21)
    return (second, first) if swapped else (first, second)


def _chroma_plane(frame: QVideoFrame, number: int, width: int) -> Image.Image:
    data, stride = frame.bits(number), frame.bytesPerLine(number)
    return _Plane(data, width, len(data) // stride, stride).image()

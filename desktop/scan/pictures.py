"""Opening a picture, whatever it turns out to be: a grey picture, or a typed reason why not.

Pillow, not QImageReader: it needs neither Qt nor a display (so ``ksbb-field decode`` starts fast),
decodes a JPEG's luma alone, still gives the sound part of a cut-off file, and lets the formats be
listed, so that nothing ever runs Ghostscript. Memory is bounded by refusing before decoding.
"""

from __future__ import annotations

import io
import math
import os
import stat
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, BinaryIO

from PIL import ExifTags, Image, ImageChops, ImageFile, JpegImagePlugin, UnidentifiedImageError

from models.texts import Language, text

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

COMMON_FORMATS = ("JPEG", "PNG", "GIF", "BMP", "PPM")
OTHER_FORMATS = ("WEBP", "TIFF", "AVIF", "DIB", "JPEG2000")
"""Needs all of Pillow's plugins loaded, so it comes second; some may be missing in a build."""
MAX_PIXELS = 64_000_000
"""At four bytes a pixel while it is decoded, plus grey copies: under 450 MB at the worst."""
MAX_JPEG_PIXELS = 120_000_000
"""A JPEG's luma is decoded alone, from half this number on at half its size."""

_HEADER_BYTES = 32
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_EIGHT_BITS, _TWELVE_BITS, _SIXTEEN_BITS = 255, 4095, 65535
_STRIP_ROWS = 256
_LENIENT = threading.Lock()
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation → what to do about it."""


class PictureProblem(StrEnum):
    """Why a picture can't be looked at; each has its words under ``scan.picture.<value>``."""

    MISSING = "missing"
    FOLDER = "folder"
    FORBIDDEN = "forbidden"
    NOT_A_FILE = "not_a_file"
    EMPTY = "empty"
    NOT_A_PICTURE = "not_a_picture"
    PDF = "pdf"
    HEIC = "heic"
    TOO_LARGE = "too_large"
    BROKEN = "broken"
    UNREADABLE = "unreadable"


class PictureError(Exception):
    """A picture that can't be looked at; ``problem`` says why."""

    def __init__(self, problem: PictureProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem

    def words(self, language: Language) -> str:
        """What is wrong and what to do, for a person."""
        return text(language, f"scan.picture.{self.problem.value}")


def open_picture(path: str | os.PathLike[str]) -> Image.Image:
    """The picture in the file ``path``, mode L, turned as its camera meant it; raises PictureError.

    Of an animation the first frame, of a cut-off file what there is.
    """
    try:
        _check_kind(os.stat(path).st_mode)
        with open(path, "rb") as file:
            header = file.read(_HEADER_BYTES)
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise PictureError(PictureProblem.MISSING) from error
    except PermissionError as error:
        raise PictureError(PictureProblem.FORBIDDEN) from error
    except OSError as error:
        raise PictureError(PictureProblem.UNREADABLE) from error
    return _decoded(header, lambda: open(path, "rb"))


def picture_of_bytes(data: bytes) -> Image.Image:
    """The picture in the bytes of a file, as ``open_picture`` gives it; raises PictureError."""
    return _decoded(data[:_HEADER_BYTES], lambda: io.BytesIO(data))


def picture_of_qimage(image: QImage) -> Image.Image:
    """A Qt picture of any format (pasted, dropped, a video frame), mode L; raises PictureError."""
    if image.isNull():
        raise PictureError(PictureProblem.EMPTY)
    if image.width() * image.height() > MAX_PIXELS:
        raise PictureError(PictureProblem.TOO_LARGE)
    alpha = image.hasAlphaChannel()
    formats = type(image).Format
    plain = image.convertToFormat(formats.Format_RGBA8888 if alpha else formats.Format_Grayscale8)
    mode = "RGBA" if alpha else "L"
    size, stride = (plain.width(), plain.height()), plain.bytesPerLine()
    return _grey(Image.frombytes(mode, size, bytes(plain.constBits()), "raw", mode, stride, 1))


def _check_kind(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise PictureError(PictureProblem.FOLDER)
    if not stat.S_ISREG(mode):
        # Opening a pipe or a device could wait for ever.
        raise PictureError(PictureProblem.NOT_A_FILE)


def _decoded(header: bytes, reopen: Callable[[], BinaryIO]) -> Image.Image:
    """The picture behind ``reopen``; a second, lenient try where the first finds it damaged."""
    if not header:
        raise PictureError(PictureProblem.EMPTY)
    if b"%PDF-" in header:
        raise PictureError(PictureProblem.PDF)
    if header[4:8] == b"ftyp" and header[8:12] in _HEIC_BRANDS and b"avif" not in header[16:]:
        raise PictureError(PictureProblem.HEIC)
    try:
        return _loaded(reopen)
    except PictureError as error:
        if error.problem is not PictureProblem.BROKEN:
            raise
    with _cut_off_files_allowed():
        return _loaded(reopen)


def _loaded(reopen: Callable[[], BinaryIO]) -> Image.Image:
    try:
        with reopen() as file, warnings.catch_warnings():
            # Pillow warns of odd metadata and large sizes; the first is of no interest to a
            # person, the second is judged below.
            warnings.simplefilter("ignore")
            with _identified(file) as image:
                _fit_into_memory(image)
                image.load()
                return _turned(_grey(image), _orientation(image))
    except PictureError:
        raise
    except UnidentifiedImageError as error:
        raise PictureError(PictureProblem.NOT_A_PICTURE) from error
    except (Image.DecompressionBombError, MemoryError) as error:
        raise PictureError(PictureProblem.TOO_LARGE) from error
    except Exception as error:
        # A damaged file makes Pillow's decoders raise anything from SyntaxError to struct.error.
        raise PictureError(PictureProblem.BROKEN) from error


def _identified(file: BinaryIO) -> ImageFile.ImageFile:
    try:
        return Image.open(file, formats=COMMON_FORMATS)
    except UnidentifiedImageError:
        Image.init()
        present = tuple(name for name in OTHER_FORMATS if name in Image.OPEN)
        return Image.open(file, formats=present)


def _fit_into_memory(image: Image.Image) -> None:
    """Refuses a picture that is too large; a JPEG is told to give its luma only, if need be halved.

    Nothing is decoded yet: this is the size that the header claims.
    """
    pixels = image.width * image.height
    if isinstance(image, JpegImagePlugin.JpegImageFile) and image.mode in ("L", "RGB"):
        if pixels > MAX_JPEG_PIXELS:
            raise PictureError(PictureProblem.TOO_LARGE)
        half = (image.width // 2, image.height // 2)
        image.draft("L", half if pixels > MAX_JPEG_PIXELS / 2 else None)
    elif pixels > MAX_PIXELS:
        raise PictureError(PictureProblem.TOO_LARGE)


def _orientation(image: Image.Image) -> int:
    """How the camera was held, 1 to 8 by EXIF; 1 (upright) where that is missing or broken."""
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:
        # Broken metadata is no reason to refuse a sound picture; codes are read any way up.
        return 1


def _turned(grey: Image.Image, orientation: int) -> Image.Image:
    """``grey`` as the camera meant it; turned last, so that only one byte a pixel is copied."""
    move = _TURNS.get(orientation)
    return grey if move is None else grey.transpose(move)


def _grey(image: Image.Image) -> Image.Image:
    """``image`` of any mode as mode L, on white paper where it is transparent."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return _from_deep(image)
    if image.mode in ("LAB", "HSV", "YCbCr"):
        return image.getchannel("V" if image.mode == "HSV" else 0)
    if not image.has_transparency_data:
        return image.convert("L")
    if image.mode in ("RGBa", "La"):
        image = image.convert(image.mode.upper())
    if image.mode not in ("RGBA", "LA"):
        image = image.convert("RGBA")
    levels, alpha = image.convert("L"), image.getchannel("A")
    on_white = Image.new("L", image.size, 255)
    on_white.paste(levels, mask=alpha)
    low, high = on_white.getextrema()
    # A white code on nothing is for dark backgrounds.
    return on_white if low != high else ImageChops.multiply(levels, alpha)


def _from_deep(image: Image.Image) -> Image.Image:
    """A picture of 16 or 32 bits, or of floats in any range, at 8 bits; strip by strip, for memory.

    Whole numbers that use 16 bits are taken as such, anything else by its darkest and lightest.
    """
    low, high = _range(image)
    if image.mode != "F" and low >= 0 and _EIGHT_BITS < high <= _SIXTEEN_BITS:
        low, high = (0, _TWELVE_BITS) if high <= _TWELVE_BITS else (0, _SIXTEEN_BITS)
    factor = _EIGHT_BITS / ((high - low) or 1)
    grey = Image.new("L", image.size)
    for top in range(0, image.height, _STRIP_ROWS):
        strip = image.crop((0, top, image.width, min(top + _STRIP_ROWS, image.height)))
        wide = strip.convert("I").convert("F") if image.mode != "F" else strip
        # Pillow takes only a linear function here, given as an expression of its argument.
        grey.paste(wide.point(lambda level: level * factor - low * factor).convert("L"), (0, top))
    return grey


def _range(image: Image.Image) -> tuple[float, float]:
    """The darkest and the lightest level of a picture of one band; 0 to 1 where there is none."""
    low, high = image.getextrema()
    if not isinstance(low, int | float) or not isinstance(high, int | float):
        raise PictureError(PictureProblem.BROKEN)
    return (low, high) if math.isfinite(low) and math.isfinite(high) else (0.0, 1.0)


@contextmanager
def _cut_off_files_allowed() -> Iterator[None]:
    """Pillow gives what is there of a damaged file (it has only a switch for the whole process)."""
    with _LENIENT:
        before = ImageFile.LOAD_TRUNCATED_IMAGES
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before

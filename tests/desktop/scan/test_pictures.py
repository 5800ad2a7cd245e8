"""Whatever a file turns out to be: its code is read, or the reason says what it is."""

from __future__ import annotations

import io
import os
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps, features
from PySide6.QtGui import QImage

from desktop.scan.decode import decode_picture
from desktop.scan.pictures import (
    PictureError,
    PictureProblem,
    open_picture,
    picture_of_bytes,
    picture_of_qimage,
)
from models.texts import LANGUAGES
from tests.desktop.scan.printed import code_print

TEXT = "undangan"


@pytest.fixture(scope="module")
def code() -> Image.Image:
    return code_print(TEXT)


def saved(picture: Image.Image, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def read(data: bytes) -> tuple[str, ...]:
    return decode_picture(picture_of_bytes(data)).texts


def problem_of(data: bytes) -> PictureProblem:
    with pytest.raises(PictureError) as caught:
        picture_of_bytes(data)
    return caught.value.problem


@pytest.mark.parametrize(
    ("mode", "form"),
    [("L", "PNG"), ("1", "PNG"), ("P", "PNG"), ("RGB", "PNG"), ("RGB", "JPEG"), ("L", "JPEG"),
     ("CMYK", "JPEG"), ("RGB", "BMP"), ("L", "TIFF"), ("CMYK", "TIFF"), ("I", "TIFF"),
     ("P", "GIF"), ("L", "PPM"), ("RGB", "WEBP"), ("LAB", "TIFF")],
)  # fmt: skip
def test_every_common_form_is_read(code: Image.Image, mode: str, form: str) -> None:
    if form == "WEBP" and not features.check("webp"):
        pytest.skip("this Pillow reads no WebP")
    picture = code.convert("RGB").convert(mode) if mode != "LAB" else in_lab(code)
    assert read(saved(picture, form)) == (TEXT,)


def in_lab(code: Image.Image) -> Image.Image:
    flat = Image.new("L", code.size, 0)
    return Image.merge("LAB", (code, flat, flat))


def test_sixteen_bits_and_twelve_and_floats_keep_their_range(code: Image.Image) -> None:
    levels = code.tobytes()
    deep = Image.frombytes("I;16", code.size, b"".join(bytes((0, v)) for v in levels))
    assert read(saved(deep, "PNG")) == (TEXT,)
    twelve = b"".join((v * 16).to_bytes(2, "little") for v in levels)
    assert read(saved(Image.frombytes("I;16", code.size, twelve), "TIFF")) == (TEXT,)
    floats = code.convert("F").point(lambda v: v * 0.001 - 0.1)
    assert read(saved(floats, "TIFF")) == (TEXT,)


@pytest.mark.parametrize("ink", [0, 255], ids=["black", "white"])
def test_a_code_on_nothing_is_read_in_black_and_in_white(code: Image.Image, ink: int) -> None:
    clear = Image.new("RGBA", code.size, (ink, ink, ink, 0))
    clear.paste((ink, ink, ink, 255), mask=ImageOps.invert(code))
    assert read(saved(clear, "PNG")) == (TEXT,)


def test_a_palette_with_a_transparent_colour_is_read(code: Image.Image) -> None:
    assert read(saved(code.convert("P"), "PNG", transparency=255)) == (TEXT,)


def test_of_an_animation_the_first_frame_counts(code: Image.Image) -> None:
    other = Image.new("L", code.size, 255)
    data = saved(code, "GIF", save_all=True, append_images=[other, other])
    assert read(data) == (TEXT,)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_picture_is_turned_as_its_camera_meant_it(orientation: int) -> None:
    tags = Image.Exif()
    tags[0x112] = orientation
    noise = Image.effect_noise((40, 30), 60)
    data = saved(noise, "PNG", exif=tags)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    assert picture_of_bytes(data).tobytes() == upright.tobytes()


def test_nonsense_for_an_orientation_is_passed_over(code: Image.Image) -> None:
    tags = Image.Exif()
    tags[0x112] = 99
    assert read(saved(code, "JPEG", exif=tags)) == (TEXT,)


def test_what_is_there_of_a_cut_off_picture_is_read(code: Image.Image) -> None:
    page = Image.new("L", (code.width, code.height * 3), 255)
    page.paste(code, (0, 10))
    for form in ("JPEG", "PNG"):
        data = saved(page, form)
        assert read(data[: len(data) - 60]) == (TEXT,)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", PictureProblem.EMPTY),
        (b"halo, ini catatan", PictureProblem.NOT_A_PICTURE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", PictureProblem.NOT_A_PICTURE),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", PictureProblem.NOT_A_PICTURE),
        (b"%PDF-1.7\n%", PictureProblem.PDF),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", PictureProblem.HEIC),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", PictureProblem.BROKEN),
    ],
)
def test_what_is_no_picture_is_called_by_its_name(data: bytes, problem: PictureProblem) -> None:
    found = problem_of(data)
    assert found in (problem, PictureProblem.NOT_A_PICTURE)
    if problem is not PictureProblem.BROKEN:
        assert found is problem


def test_a_picture_of_a_billion_pixels_is_refused_before_it_is_decoded() -> None:
    small_file = saved(Image.new("1", (40_000, 25_000)), "PNG")
    assert problem_of(small_file) is PictureProblem.TOO_LARGE


def test_fifty_megapixels_are_read(code: Image.Image) -> None:
    large = code.resize((5400, 5400), Image.Resampling.NEAREST)
    page = Image.new("L", (8660, 5800), 255)
    page.paste(large, (1000, 200))
    for form in ("JPEG", "PNG"):
        assert read(saved(page, form)) == (TEXT,)


def test_files_that_are_no_pictures_each_have_their_problem(tmp_path: Path) -> None:
    pipe = tmp_path / "pipa"
    os.mkfifo(pipe)
    for path, problem in {
        tmp_path: PictureProblem.FOLDER,
        tmp_path / "tidak ada.jpg": PictureProblem.MISSING,
        tmp_path / "a\0b": PictureProblem.MISSING,
        pipe: PictureProblem.NOT_A_FILE,
        tmp_path / ("x" * 300): PictureProblem.UNREADABLE,
    }.items():
        with pytest.raises(PictureError) as caught:
            open_picture(path)
        assert caught.value.problem is problem


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_one_may_not_read_is_forbidden(tmp_path: Path) -> None:
    path = tmp_path / "rahasia.png"
    path.write_bytes(b"x")
    path.chmod(0)
    with pytest.raises(PictureError) as caught:
        open_picture(path)
    assert caught.value.problem is PictureProblem.FORBIDDEN


def test_a_file_is_read_under_any_name(tmp_path: Path, code: Image.Image) -> None:
    for name in ("undangan ✓ ibu.png", os.fsdecode(b"\xff\xfe.png"), "tanpa akhiran"):
        path = tmp_path / name
        path.write_bytes(saved(code, "PNG"))
        assert decode_picture(open_picture(path)).texts == (TEXT,)


@given(st.integers(0, 2**32), st.sampled_from(["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"]))
def test_damage_anywhere_ends_in_a_picture_or_a_picture_error(seed: int, form: str) -> None:
    random = Random(seed)
    data = bytearray(saved(code_print(TEXT, px=2), form))
    for _ in range(random.randint(1, 30)):
        data[random.randrange(len(data))] = random.randrange(256)
    cut = random.choice((len(data), random.randrange(1, len(data))))
    try:
        picture = picture_of_bytes(bytes(data[:cut]))
    except PictureError:
        return
    assert picture.mode == "L"


@pytest.mark.parametrize("form", [f for f in QImage.Format if f.name.startswith("Format_")])
def test_a_qt_picture_of_any_format_is_read(code: Image.Image, form: QImage.Format) -> None:
    if form in (QImage.Format.Format_Invalid, QImage.Format.NImageFormats):
        return
    data = code.tobytes()
    grey = QImage(data, code.width, code.height, code.width, QImage.Format.Format_Grayscale8)
    picture = grey.convertToFormat(form)
    if form is QImage.Format.Format_Alpha8:
        return  # It has no colours at all.
    assert decode_picture(picture_of_qimage(picture)).texts == (TEXT,)


def test_an_empty_qt_picture_is_empty() -> None:
    with pytest.raises(PictureError) as caught:
        picture_of_qimage(QImage())
    assert caught.value.problem is PictureProblem.EMPTY


def test_every_problem_has_its_words() -> None:
    for problem in PictureProblem:
        for language in LANGUAGES:
            assert PictureError(problem).words(language)

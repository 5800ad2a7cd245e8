"""The one decoder: frames and stills, under what happens to slips, and codes of any content."""

from __future__ import annotations

from dataclasses import replace

import pytest
import qrcode
from PIL import Image, ImageFilter, ImageOps
from qrcode.util import MODE_8BIT_BYTE, QRData

from desktop.photo import Shot, everyday_shot, photograph
from desktop.scan import ladder
from desktop.scan.codes import NoCode, area, holds, middle
from desktop.scan.decode import decode_luma, decode_picture
from desktop.scan.ladder import Still
from tests.desktop.scan.printed import code_print, slip_print

SMALL = Shot(width=640, height=480, share=0.5)
HARD = {
    "soft": Shot(width=640, height=480, share=0.6, defocus=2.2, turn=8),
    "tilted": Shot(width=960, height=720, share=0.6, tilt=0.9, turn=20),
    "steep": Shot(width=960, height=720, share=0.6, tilt=1.15, turn=5),
    "bent": Shot(width=960, height=720, share=0.5, curl=0.6, turn=30),
    "dark": Shot(width=640, height=480, share=0.6, light=0.12, noise=3),
    "faint": Shot(width=640, height=480, share=0.6, contrast=0.12, noise=3),
    "noisy": Shot(width=640, height=480, share=0.7, noise=40),
    "shadow": Shot(width=640, height=480, share=0.6, shadow=0.8, gradient=0.6),
    "inverted": Shot(width=640, height=480, share=0.6, inverted=True),
    "upside down": Shot(width=640, height=480, share=0.6, turn=180),
}


def luma_of(photo: Image.Image) -> tuple[bytes, int, int, int]:
    return photo.tobytes(), photo.width, photo.height, photo.width


def binary_print(content: bytes) -> Image.Image:
    code: qrcode.QRCode[Image.Image] = qrcode.QRCode(box_size=4, border=4, mask_pattern=1)
    code.add_data(QRData(content, mode=MODE_8BIT_BYTE), optimize=0)
    code.make()
    picture: Image.Image = code.make_image().get_image()
    return picture.convert("L")


@pytest.mark.parametrize("seed", range(6))
def test_an_everyday_frame_of_a_slip_is_read_at_once(seed: int) -> None:
    text, clean = slip_print(seed)
    reading = decode_luma(*luma_of(photograph(clean, everyday_shot(seed, 0.35), seed)))
    assert reading.texts == (text,)
    assert reading.rung == "plain"
    assert reading.reason is None


def test_rows_with_padding_and_any_buffer_are_read_where_they_lie() -> None:
    text, clean = slip_print(1)
    photo = photograph(clean, SMALL, 1)
    rows = [photo.crop((0, y, 640, y + 1)).tobytes() + bytes(32) for y in range(480)]
    padded = b"".join(rows)
    for luma in (padded, bytearray(padded), memoryview(padded), padded[:-32]):
        assert decode_luma(luma, 640, 480, 672).texts == (text,)


@pytest.mark.parametrize(
    ("width", "height", "stride"), [(0, 4, 4), (4, 0, 4), (8, 8, 4), (9, 9, 9), (4, 4, 0)]
)
def test_a_buffer_too_short_is_an_error_not_a_crash(width: int, height: int, stride: int) -> None:
    with pytest.raises(ValueError, match="stride"):
        decode_luma(bytes(64), width, height, stride)


@pytest.mark.parametrize("turn", range(len(ladder.FRAME_RUNGS)))
def test_an_empty_frame_has_no_code_under_any_second_look(turn: int) -> None:
    reading = decode_luma(bytes([90]) * 640 * 480, 640, 480, 640, turn)
    assert reading.codes == ()
    assert reading.reason is NoCode.NONE_SEEN


def test_what_one_frame_can_not_the_next_ones_can() -> None:
    text, clean = slip_print(2)
    photo = photograph(clean, replace(HARD["faint"], share=0.8), 3)
    turns = range(len(ladder.FRAME_RUNGS))
    readings = [decode_luma(*luma_of(photo), turn) for turn in turns]
    assert any(reading.texts == (text,) for reading in readings)


@pytest.mark.parametrize("what", HARD)
def test_a_hard_still_is_read(what: str) -> None:
    clean = code_print("https://ksbb.example.id/kabar", px=8)
    photo = photograph(clean, HARD[what], 5)
    assert decode_picture(photo).texts == ("https://ksbb.example.id/kabar",)


def test_a_slip_with_a_fold_off_its_patterns_is_read() -> None:
    text, clean = slip_print(7)
    shot = Shot(width=960, height=720, share=0.6, crease=0.06, crease_at=0.62, turn=4)
    assert decode_picture(photograph(clean, shot, 2)).texts == (text,)


def test_a_half_covered_slip_is_seen_but_not_read() -> None:
    _, clean = slip_print(8)
    covered = clean.copy()
    width, height = covered.size
    box = (round(width * 0.22), round(height * 0.32), round(width * 0.85), round(height * 0.66))
    covered.paste(180, box)
    reading = decode_picture(photograph(covered, replace(SMALL, share=0.7), 2))
    assert reading.codes == ()
    assert reading.reason is NoCode.SEEN_NOT_READ


def test_print_without_a_code_is_none_seen() -> None:
    page = Image.effect_noise((800, 600), 60).filter(ImageFilter.BoxBlur(1))
    reading = decode_picture(page)
    assert reading.codes == ()
    assert reading.reason is NoCode.NONE_SEEN


def test_several_codes_are_all_read_the_largest_first_and_twins_once() -> None:
    sheet = Image.new("L", (1200, 900), 255)
    for text, side, place in (
        ("kecil", 220, (20, 20)),
        ("BESAR", 480, (600, 300)),
        ("kembar", 260, (20, 400)),
        ("kembar", 250, (300, 400)),
    ):
        sheet.paste(code_print(text).resize((side, side)), place)
    reading = decode_picture(photograph(sheet, Shot(share=0.55, turn=5, tilt=0.2), 4))
    assert reading.texts == ("BESAR", "kembar", "kecil")
    sizes = [area(code.corners) for code in reading.codes if code.corners]
    assert len(sizes) == 3 and sizes == sorted(sizes, reverse=True)


def test_a_large_picture_with_a_small_code_is_read() -> None:
    page = Image.new("L", (4000, 3000), 235)
    page.paste(code_print("jauh", px=4), (2700, 1900))
    reading = decode_picture(page.filter(ImageFilter.GaussianBlur(1)))
    assert reading.texts == ("jauh",)
    corners = reading.codes[0].corners
    assert corners is not None and holds(corners, (2700 + 58, 1900 + 58))


def test_the_time_limit_stops_the_climb() -> None:
    ticks = iter(range(100))
    reading = decode_picture(Image.new("L", (400, 300), 120), 3.0, lambda: float(next(ticks)))
    assert reading.reason is NoCode.NONE_SEEN
    assert next(ticks) < 7


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (2000, 1), (3, 3)])
def test_pictures_of_odd_sizes_are_no_trouble(size: tuple[int, int]) -> None:
    assert decode_picture(Image.new("L", size, 200)).reason is NoCode.NONE_SEEN


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "YCbCr"])
def test_any_mode_of_picture_will_do(mode: str) -> None:
    assert decode_picture(code_print("apa saja").convert(mode)).texts == ("apa saja",)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Bu Siti — ñ 日本".encode(), "Bu Siti — ñ 日本"),
        ("café".encode("latin-1"), "café"),
        ("日本語テスト".encode("shift_jis"), "日本語テスト"),
        (b"a\r\nb\tc", "a\r\nb\tc"),
        (b"\x00\x01\xff\xfe", "\x00\x01ÿþ"),
        (bytes(range(256)), bytes(range(256)).decode("latin-1")),
        (b"0", "0"),
    ],
    ids=["utf-8", "latin-1", "shift-jis", "line-ends", "binary", "all-bytes", "one-digit"],
)
def test_the_text_is_what_is_in_the_code(content: bytes, text: str) -> None:
    assert decode_picture(binary_print(content)).texts == (text,)


def test_a_mirrored_code_is_read() -> None:
    assert decode_picture(ImageOps.mirror(code_print("cermin"))).texts == ("cermin",)


def test_every_rung_takes_every_shape_of_picture() -> None:
    rungs = (*ladder.CONTRAST_RUNGS, *ladder.LATER_RUNGS, *ladder.FRAME_RUNGS)
    for size in ((1, 1), (1, 900), (900, 1), (40, 30), (2600, 40)):
        still = Still(Image.new("L", size, 77))
        for rung in rungs:
            assert rung.treat(still).mode == "L"


def test_the_geometry_of_corners() -> None:
    square = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))
    crossed = ((0.0, 0.0), (10.0, 10.0), (10.0, 0.0), (0.0, 10.0))
    assert area(square) == 100
    assert area(crossed) == 0
    assert middle(square) == (5, 5)
    assert holds(square, (9, 9)) and not holds(square, (11, 9))

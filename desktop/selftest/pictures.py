"""Pictures of slips: the formats that phones and webcams give, and a slip read from one."""

from __future__ import annotations

import io
from pathlib import Path
from typing import cast

import zxingcpp
from PIL import Image

from desktop.scan.decode import decode_picture
from desktop.scan.pictures import open_picture, picture_of_bytes
from desktop.selftest.expect import NotAsItShould, expect
from models.cose import Signer
from models.decide import Slip
from models.facts import Line
from models.slip import NotOurSlip, encode_slip, read_slip, slip_key_id
from models.slip_text import from_text, to_text

_FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "AVIF")
_CENTRE = "ksbb.example"
_SLIP = Slip(12_345_678_901, 7, 1, (Line(1, 1, 1),), 0, 4_102_444_800_000)
_MODULE = 4
"""Pixels."""


def formats(_folder: Path) -> str:
    """Pillow reads what phones give; Qt what a webcam sends (JPEG) and what is pasted (PNG)."""
    from PySide6.QtGui import QImage

    grey = Image.new("L", (64, 48), 99)
    for form in _FORMATS:
        stream = io.BytesIO()
        grey.convert("RGB").save(stream, form)
        expect(picture_of_bytes(stream.getvalue()).size == grey.size, form)
        if form in ("JPEG", "PNG"):
            expect(QImage.fromData(stream.getvalue()).width() == grey.width, f"Qt: {form}")
    return ", ".join(_FORMATS)


def slip(folder: Path) -> str:
    """A slip is signed, drawn as a QR code, read from a file and verified; a forged one is not."""
    centre = Signer.generate()
    text, drawn = drawn_slip(centre)
    drawn.save(folder / "slip.png")
    found = decode_picture(open_picture(folder / "slip.png"))
    expect(found.texts == (text,), f"read: {found}")
    signed = from_text(text)
    assert signed is not None
    keys = {slip_key_id(centre.key_id): centre.public_key}
    expect(read_slip(signed, keys) == _SLIP, "another slip")
    try:
        read_slip(signed, {slip_key_id(centre.key_id): Signer.generate().public_key})
    except NotOurSlip:
        return f"QR Q, {drawn.width}×{drawn.height}"
    raise NotAsItShould("a forged slip passes")


def drawn_slip(centre: Signer) -> tuple[str, Image.Image]:
    """A slip's text and its printed code, signed by ``centre``."""
    text = to_text(encode_slip(_SLIP, centre), _CENTRE)
    form = zxingcpp.BarcodeFormat.QRCodeModel2
    code = zxingcpp.create_barcode(text, form, ec_level="Q")
    # It lends its pixels, a byte each; its annotations leave that out.
    levels = memoryview(cast(bytes, code.to_image(scale=_MODULE, add_quiet_zones=True)))
    height, width = levels.shape or (0, 0)
    return text, Image.frombytes("L", (width, height), bytes(levels))

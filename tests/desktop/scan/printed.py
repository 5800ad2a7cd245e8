"""Clean prints of codes to be photographed in tests."""

from __future__ import annotations

from random import Random

import qrcode
from PIL import Image

from models.slip_text import to_text

HOST = "ksbb.example.id"
SLIP_BYTES = 131


def code_print(text: str, level: int = qrcode.ERROR_CORRECT_Q, px: int = 6) -> Image.Image:
    """``text`` as a QR code, ``px`` a module, with its quiet zone (mode L)."""
    code = qrcode.QRCode(error_correction=level, box_size=px, border=4, mask_pattern=3)
    code.add_data(text)
    code.make()
    picture: Image.Image = code.make_image().get_image()
    return picture.convert("L")


def slip_print(seed: int) -> tuple[str, Image.Image]:
    """The text of a slip of the usual size, and its print."""
    text = to_text(Random(seed).randbytes(SLIP_BYTES), HOST)
    return text, code_print(text)

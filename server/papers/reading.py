"""The code of a paper out of what somebody has of it: its text, or a photo or scan of it."""

from __future__ import annotations

import io
from pathlib import Path

from models.paper import from_text
from server.errors import FileTrouble


def code_in_bytes(data: bytes, called: str) -> str:
    """The code in a file's content: text, or a picture; "" where none can be read. ``called`` is
    the file's name for a message. Raises FileTrouble."""
    try:
        return data.decode("ascii")
    except UnicodeDecodeError:
        return code_in_picture(io.BytesIO(data), called)


def code_in_picture(picture: Path | io.BytesIO, called: str) -> str:
    """The QR in a photo or scan of the paper's first sheet; "" where none can be read. Raises
    FileTrouble."""
    import zxingcpp
    from PIL import Image

    try:
        with Image.open(picture) as image:
            grey = image.convert("L")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise FileTrouble(file=called, problem=str(error)) from error
    wanted = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)
    for found in zxingcpp.read_barcodes(grey, wanted):
        if from_text(found.text) is not None:
            return str(found.text)
    return ""

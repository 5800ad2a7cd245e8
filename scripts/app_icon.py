"""Draws the app's mark as a picture of any size, for those who take no SVG."""

from __future__ import annotations

import os
from pathlib import Path

from PIL import Image
from PySide6.QtGui import QGuiApplication

from desktop.theme.icons import LOGO, icon_pixmap

_WINDOWS_SIZES = (16, 24, 32, 48, 64, 128, 256)


def write_icon(file: Path, pixels: int = 256) -> Path:
    """Writes the mark to ``file``, a PNG of ``pixels`` or (``.ico``) Windows' icon; returns it."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    _running = QGuiApplication.instance() or QGuiApplication([])
    file.parent.mkdir(parents=True, exist_ok=True)
    drawn = file.with_suffix(".png")
    if not icon_pixmap(LOGO, "#000000", pixels).save(str(drawn), "PNG"):
        raise OSError(f"{drawn} could not be written")
    if file.suffix == ".ico":
        with Image.open(drawn) as picture:
            picture.save(file, sizes=[(size, size) for size in _WINDOWS_SIZES])
    return file

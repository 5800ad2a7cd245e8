"""Draws the app's mark as a PNG of any size, for those who take no SVG."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from desktop.theme.icons import LOGO, icon_pixmap


def write_icon(file: Path, pixels: int) -> Path:
    """Writes the mark as a square of ``pixels`` to ``file``; returns it."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    _running = QGuiApplication.instance() or QGuiApplication([])
    file.parent.mkdir(parents=True, exist_ok=True)
    if not icon_pixmap(LOGO, "#000000", pixels).save(str(file), "PNG"):
        raise OSError(f"{file} could not be written")
    return file

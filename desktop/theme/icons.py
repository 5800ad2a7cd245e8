"""The shipped SVG icons, coloured by the palette when they are drawn."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from resources import resource

LOGO = "ksbb"
"""Our own mark, in its own colours."""


@lru_cache(maxsize=256)
def icon_pixmap(
    name: str, colour: str, pixels: int, ratio: float = 1.0, weight: float = 2.0
) -> QPixmap:
    """Icon ``name`` as a square of ``pixels`` (logical), its strokes in ``colour``.

    ``ratio`` is the screen's device pixel ratio, ``weight`` the stroke on the 24-unit square.
    Raises FileNotFoundError for a name that is not shipped.
    """
    source = resource("icons", f"{name}.svg").read_text(encoding="utf-8")
    source = source.replace("currentColor", colour)
    source = source.replace('stroke-width="2"', f'stroke-width="{weight}"')
    pixmap = QPixmap(round(pixels * ratio), round(pixels * ratio))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    drawing = QSvgRenderer(QByteArray(source.encode()))
    drawing.render(painter, QRectF(0, 0, pixmap.width(), pixmap.height()))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def window_icon() -> QIcon:
    """The app's own icon for the window and the task bar."""
    icon = QIcon()
    for pixels in (16, 24, 32, 48, 64, 128, 256):
        icon.addPixmap(icon_pixmap(LOGO, "#000000", pixels))
    return icon

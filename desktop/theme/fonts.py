"""The bundled fonts: Inter for reading, Inter Display for the verdict and for large figures."""

from __future__ import annotations

from functools import cache

from PySide6.QtGui import QFont, QFontDatabase

from resources import resource

FAMILY = "Inter"
DISPLAY_FAMILY = "Inter Display"


@cache
def load_fonts() -> tuple[str, ...]:
    """Make the bundled fonts known to Qt (needs a QGuiApplication); the families found.

    They are bundled because Qt renders no text at all, and says nothing, on a machine without any.
    """
    families: set[str] = set()
    for file in resource("fonts").iterdir():
        if file.name.endswith(".ttf"):
            number = QFontDatabase.addApplicationFontFromData(file.read_bytes())
            families.update(QFontDatabase.applicationFontFamilies(number))
    return tuple(sorted(families))


def app_font(pixels: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Inter at ``pixels``."""
    font = QFont(FAMILY)
    font.setPixelSize(pixels)
    font.setWeight(weight)
    return font


def display_font(pixels: int) -> QFont:
    """The bold display cut for the few words that must be read from afar."""
    font = QFont(DISPLAY_FAMILY)
    font.setPixelSize(pixels)
    font.setWeight(QFont.Weight.Bold)
    return font


def tabular(font: QFont) -> QFont:
    """``font`` with figures all equally wide, so that numbers line up and do not jump.

    Only for numbers: Inter widens the hyphen too, and "hand-over" would be read as two words.
    """
    font.setFeature(QFont.Tag("tnum"), 1)
    return font

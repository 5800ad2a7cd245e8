"""What every screen is drawn with: language, colours and text size, changeable while it stands."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication

from desktop.theme.fonts import app_font, load_fonts
from desktop.theme.icons import icon_pixmap, window_icon
from desktop.theme.palette import build_palette
from desktop.theme.qt_words import QtWords
from desktop.theme.sizes import Sizes, sizes
from desktop.theme.stylesheet import build_stylesheet
from desktop.theme.tokens import DARK, LIGHT, Room, Tokens
from models.texts import Language, text


class Look(QObject):
    """Language, colours and text size; ``changed`` says that words and sizes must be set anew."""

    changed = Signal()

    def __init__(
        self,
        language: Language = "id",
        room: Room = Room.LIGHT,
        scale: int = 100,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._language: Language = language
        self._room = room
        self._sizes = sizes(scale)
        self._app: QApplication | None = None
        self._qt_words = QtWords(language, self)

    @property
    def language(self) -> Language:
        """The language shown."""
        return self._language

    @property
    def room(self) -> Room:
        """The choice of colours; AUTO is resolved by ``tokens``."""
        return self._room

    @property
    def tokens(self) -> Tokens:
        """The colours shown."""
        if self._room is Room.AUTO:
            dark = self._app is not None and (
                self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
            )
            return DARK if dark else LIGHT
        return DARK if self._room is Room.DARK else LIGHT

    @property
    def sizes(self) -> Sizes:
        """The sizes shown."""
        return self._sizes

    def text(self, key: str, /, **parts: object) -> str:
        """The words under ``field.<key>`` in the language shown; raises KeyError."""
        return text(self._language, f"field.{key}", **parts)

    def any_text(self, key: str, /, **parts: object) -> str:
        """The words under a full key, whichever file they stand in."""
        return text(self._language, key, **parts)

    def px(self, pixels: int) -> int:
        """A width or height that has to grow with the text."""
        return round(pixels * self._sizes.factor)

    def icon(
        self, name: str, colour: str, pixels: int = 0, ratio: float = 1.0, weight: float = 2.0
    ) -> QPixmap:
        """Icon ``name`` in ``colour`` (``#RRGGBB``), as large as the text asks when not said."""
        return icon_pixmap(name, colour, pixels or self._sizes.icon, ratio, weight)

    def apply(self, app: QApplication) -> None:
        """Dress the application; from then on every change is applied at once."""
        load_fonts()
        self._app = app
        app.setStyle("Fusion")
        app.setWindowIcon(window_icon())
        app.installTranslator(self._qt_words)
        app.styleHints().colorSchemeChanged.connect(self._dress)
        self._dress()

    def change(
        self,
        *,
        language: Language | None = None,
        room: Room | None = None,
        scale: int | None = None,
    ) -> None:
        """Change what is given; every screen follows without being built anew. To dress them all
        takes a while, so only where something is another one now."""
        before = (self._language, self._room, self._sizes)
        if language is not None and language != self._language:
            self._language = language
            self._qt_words.spoken = language
        if room is not None:
            self._room = room
        if scale is not None:
            self._sizes = sizes(scale)
        if (self._language, self._room, self._sizes) != before:
            self._dress()

    def _dress(self) -> None:
        if self._app is not None:
            self._app.setPalette(build_palette(self.tokens))
            self._app.setFont(app_font(self._sizes.body))
            self._app.setStyleSheet(build_stylesheet(self.tokens, self._sizes))
        self.changed.emit()

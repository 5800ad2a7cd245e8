"""Qt's own words (buttons of dialogs, the menu of a text field) in our two languages.

Qt ships no Indonesian translation of itself, so the few words it can show on our screens stand in
``resources/texts/qt.toml`` by their English source.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QTranslator

from models.texts import Language, both


class QtWords(QTranslator):
    """A translator that answers from ``qt.toml``, for every context alike."""

    def __init__(self, language: Language, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.spoken: Language = language

    def isEmpty(self) -> bool:
        """False, or Qt would not ask at all."""
        return False

    def translate(
        self,
        context: str,
        source: str,
        disambiguation: str | None = None,
        n: int = -1,
    ) -> str:
        """The words for Qt's English ``source``; nothing where there are none, so Qt goes on."""
        found = both(f"qt.{source}")
        # A null string, which Python can only say by None, is "not mine" to Qt.
        return found[self.spoken] if found is not None else None  # type: ignore[return-value]

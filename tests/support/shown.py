"""A look dressed onto the test's application, and screens that stand and have the keyboard."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.theme.look import Look
from desktop.theme.tokens import Room
from models.texts import Language

KEY = Qt.Key


@cache
def _look_of(app: QApplication) -> Look:
    look = Look(room=Room.LIGHT)
    look.apply(app)
    return look


def dressed(app: QApplication, language: Language = "id", scale: int = 100) -> Look:
    """The look of ``app``; there is one, as in the program, and it is dressed anew each time."""
    _let_go()
    look = _look_of(app)
    look.change(language=language, room=Room.LIGHT, scale=scale)
    return look


def _let_go() -> None:
    """Delete what earlier tests are done with, or every change would be drawn on it too."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def leave(screen: QWidget) -> None:
    """Close ``screen`` for good."""
    screen.close()
    screen.deleteLater()
    _let_go()


def stand(screen: QWidget, width: int = 1024, height: int = 600) -> None:
    """Show ``screen`` and let its layout come to rest."""
    screen.resize(width, height)
    screen.show()
    screen.activateWindow()
    for _ in range(8):
        QApplication.processEvents()


def press(*keys: Qt.Key | str) -> None:
    """Type into whatever has the keyboard, as a person would: no widget is named."""
    for key in keys:
        target = QApplication.focusWidget()
        assert target is not None, "nothing has the keyboard"
        if isinstance(key, str):
            QTest.keyClicks(target, key)
        else:
            QTest.keyClick(target, key)

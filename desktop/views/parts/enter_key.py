"""Enter presses the button that has the keyboard, on every platform alike."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractButton, QWidget


def press_focused(screen: QWidget) -> bool:
    """Presses the button inside ``screen`` that has the keyboard; False where none has it.

    Qt itself lets Enter press a button on some desktops and not on others.
    """
    focused = screen.focusWidget()
    if isinstance(focused, QAbstractButton) and focused.isVisible() and focused.hasFocus():
        focused.click()
        return True
    return False

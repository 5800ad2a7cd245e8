"""A label that says its role to the style sheet and never reads what it shows as markup."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from desktop.theme.fonts import tabular


class Words(QLabel):
    """Plain words in a role (small, body, strong, heading, name, figure, verdict) and an ink.

    ``figures``: it shows numbers that stand under one another or change where they stand.
    """

    def __init__(
        self,
        role: str = "body",
        *,
        ink: str = "",
        wrap: bool = True,
        figures: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        # A name may hold "<" or "&"; it is shown as it is.
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setProperty("ink", ink)
        self.setWordWrap(wrap)
        if figures or role == "figure":
            # Nothing but the figures' form: family, size and weight are the style sheet's.
            self.setFont(tabular(QFont()))
        policy = self.sizePolicy()
        policy.setVerticalPolicy(QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(wrap)
        self.setSizePolicy(policy)

    def say(self, words: str) -> None:
        """Show ``words``; an empty label takes no room."""
        self.setText(words)
        if words and self.parentWidget() is None:
            # Showing it now would make it a window of its own, which takes the keyboard away; it
            # is shown together with its parent, unless it was hidden on purpose.
            self.setAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide, False)
        else:
            self.setVisible(bool(words))

    def set_role(self, role: str) -> None:
        """Write in another role of the style sheet."""
        if self.property("role") != role:
            self.setProperty("role", role)
            self.style().unpolish(self)
            self.style().polish(self)

    def set_ink(self, ink: str) -> None:
        """Write in another ink of the style sheet."""
        if self.property("ink") != ink:
            self.setProperty("ink", ink)
            self.style().unpolish(self)
            self.style().polish(self)


def set_tone(widget: QWidget, tone: str) -> None:
    """Let the style sheet paint ``widget`` in ``tone`` (go, check, stop, info)."""
    if widget.property("tone") != tone:
        widget.setProperty("tone", tone)
        widget.style().unpolish(widget)
        widget.style().polish(widget)

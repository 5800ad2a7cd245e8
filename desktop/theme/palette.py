"""The Qt palette for a set of colours: what Fusion paints where the style sheet is silent."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette

from desktop.theme.tokens import Tokens


def build_palette(tokens: Tokens) -> QPalette:
    """Palette for Fusion out of ``tokens``."""
    role = QPalette.ColorRole
    palette = QPalette()
    for one, colour in (
        (role.Window, tokens.background),
        (role.WindowText, tokens.text),
        (role.Base, tokens.surface),
        (role.AlternateBase, tokens.inset),
        (role.Text, tokens.text),
        (role.PlaceholderText, tokens.muted),
        (role.Button, tokens.surface),
        (role.ButtonText, tokens.text),
        (role.BrightText, tokens.stop_ink),
        (role.ToolTipBase, tokens.inset),
        (role.ToolTipText, tokens.text),
        (role.Highlight, tokens.primary),
        (role.HighlightedText, tokens.on_primary),
        (role.Link, tokens.accent),
        (role.LinkVisited, tokens.accent),
        (role.Light, tokens.surface),
        (role.Midlight, tokens.inset),
        (role.Mid, tokens.line),
        (role.Dark, tokens.edge),
        (role.Accent, tokens.accent),
    ):
        palette.setColor(one, QColor(colour))
    for one in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, one, QColor(tokens.disabled))
    return palette

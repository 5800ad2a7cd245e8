"""What can be asked for beside a scan: a name, its key, its line in the menu.

Words stand under ``field.menu`` by the intent's name; menu and help show the same ones. The scan
screen does what concerns itself alone and passes the rest on by name (``Shift`` knows to whom).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Intent:
    """``icon`` is a picture of ``resources/icons``; ``key`` as Qt spells it, shown to people."""

    name: str
    icon: str
    key: str


MENU: tuple[tuple[Intent, ...], ...] = (
    (
        Intent("find", "search", "F2"),
        Intent("ways", "users-round", "F7"),
        Intent("door", "house", "Ctrl+D"),
        Intent("history", "history", "F6"),
        Intent("undo", "undo-2", "Ctrl+Z"),
        Intent("void", "undo-2", "F8"),
    ),
    (
        Intent("queue", "chart-column", "F3"),
        Intent("stock", "package", "Ctrl+S"),
        Intent("complaint", "message-square-warning", "Ctrl+K"),
    ),
    (
        Intent("sync", "refresh-cw", "F5"),
        Intent("usb", "hard-drive", "Ctrl+U"),
        Intent("laptops", "wifi", "F4"),
    ),
    (
        Intent("receipt", "check", "Ctrl+T"),
        Intent("papers", "file-text", "Ctrl+P"),
    ),
    (
        Intent("before", "circle-check-big", "Ctrl+B"),
        Intent("settings", "settings", "F9"),
        Intent("help", "circle-question-mark", "F1"),
    ),
    (
        Intent("switch", "user-round", "Ctrl+L"),
        Intent("close", "log-out", "Ctrl+W"),
    ),
)
"""In groups, as the menu shows them."""
EVERY = tuple(intent for group in MENU for intent in group)

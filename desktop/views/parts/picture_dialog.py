"""The dialog in which pictures are chosen; it holds nothing up and goes away by itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.theme.look import Look

_PICTURES = "*.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff *.gif"
_SIZE = (880, 520)


def ask_for_pictures(
    look: Look, parent: QWidget, title: str, several: bool, chosen: Callable[[list[str]], None]
) -> QFileDialog:
    """Opens it under the words of ``title``; ``chosen`` gets the paths of what was chosen."""
    say = look.any_text
    dialog = QFileDialog(parent, say(title))
    mode = QFileDialog.FileMode
    dialog.setFileMode(mode.ExistingFiles if several else mode.ExistingFile)
    dialog.setNameFilters(
        [f"{say('app.dialog.pictures')} ({_PICTURES})", f"{say('app.dialog.all_files')} (*)"]
    )
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.resize(look.px(_SIZE[0]), look.px(_SIZE[1]))
    dialog.filesSelected.connect(chosen)
    dialog.open()
    return dialog

"""The diagnostics file from the settings: gathered on each thing's own thread, saved, told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from desktop.diagnostics import of_device, of_machine, write
from desktop.views.state import Notice
from models.verdict import Tone

if TYPE_CHECKING:
    from desktop.workplace import Workplace


def save_diagnostics(place: Workplace) -> None:
    """Writes it to the person's documents and says so on the settings' page."""
    seen = _of_screen(place)
    device = place.shift.device if place.shift is not None else None
    folder, documents = place.folder, place.documents

    def work() -> Path:
        parts = [of_machine(folder), seen]
        if device is not None:
            parts.append(of_device(device))
        return write(documents, folder, parts)

    def done(file: Path) -> None:
        place.preferences.tell(Notice("keeping.diagnostics.done", Tone.GO, {"file": str(file)}))

    def failed(_error: BaseException) -> None:
        place.preferences.tell(Notice("keeping.diagnostics.failed", Tone.CHECK))

    place.threads.submit_db(work, done, failed)


def _of_screen(place: Workplace) -> dict[str, object]:
    """What only the GUI thread may ask."""
    settings = place.preferences.settings
    found: dict[str, object] = {
        "qt": qVersion(),
        "platform": QGuiApplication.platformName(),
        "language": settings.language,
        "text size": settings.scale,
        "automatic sync": settings.automatic,
        "camera state": place.camera.state.name,
    }
    for number, screen in enumerate(QGuiApplication.screens(), 1):
        size, ratio = screen.size(), screen.devicePixelRatio()
        found[f"screen {number}"] = f"{size.width()}x{size.height()} at {ratio:g}"
    for number, camera in enumerate(place.camera.cameras(), 1):
        found[f"camera {number}"] = camera.name
    return found

"""Made-up states of the capture step for the pictures of ``desktop.shots``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from desktop.views.capture_state import CapturePanelState, HalfDone, Step
from desktop.views.scan_state import Judged, ScanState
from desktop.views.state import CameraStatus
from models.facts import BlobKind


def capture_states(judged: ScanState) -> Iterator[tuple[str, ScanState]]:
    """(name, state) of the capture step over a verdict that was confirmed."""
    moment = judged.moment
    assert isinstance(moment, Judged) and moment.household is not None
    first = CapturePanelState(
        serial=1,
        of=2,
        name=moment.household.name,
        goods=moment.due,
        camera=CameraStatus.LIVE,
        now=judged.now,
    )
    taken = replace(first, serial=2, step=Step.TAKEN, picture=_photo())
    sign = replace(first, serial=3, kind=BlobKind.SIGNATURE, step=Step.SIGN, place=2)
    for name, state in (
        ("photo", first),
        ("no-camera", replace(first, camera=CameraStatus.NONE)),
        ("taken", taken),
        ("sign", sign),
        ("why", replace(first, serial=4, step=Step.WHY)),
    ):
        yield f"capture-{name}", replace(judged, capture=state, camera=state.camera)
    left = HalfDone(1, first.name, moment.due, "Budi Santoso", judged.now - 4 * 60_000)
    yield "half-done", replace(judged, moment=None, half_done=(left, left))


def _photo() -> QImage:
    """Somebody with a parcel, as far as a drawing goes."""
    image = QImage(1280, 720, QImage.Format.Format_RGB32)
    image.fill(QColor("#9DB4C0"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor("#5C6B73"))
    painter.setBrush(QColor("#C68B59"))
    painter.drawEllipse(QPointF(640, 220), 110, 130)
    painter.setBrush(QColor("#253237"))
    painter.drawRoundedRect(QRectF(430, 350, 420, 420), 120, 120)
    painter.setBrush(QColor("#E0C097"))
    painter.drawRect(QRectF(500, 470, 280, 200))
    painter.end()
    return image

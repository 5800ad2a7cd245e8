"""Where this laptop is, as its system tells: asked when a person wants to know, never by itself.

Many laptops can't tell; that is an answer too, and comes within seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from models.place import Place, PlaceError, place_at

if TYPE_CHECKING:
    from PySide6.QtPositioning import QGeoPositionInfo, QGeoPositionInfoSource

    Make = Callable[[QObject], "QGeoPositionInfoSource | None"]

PATIENCE_MS = 15_000
_FRESH_MS = 120_000
"""A place that is older says nothing of where the laptop has been carried since."""


def system_source(parent: QObject) -> QGeoPositionInfoSource | None:
    """The system's own; None where it has none or Qt came without."""
    try:
        from PySide6.QtPositioning import QGeoPositionInfoSource
    except ImportError:
        return None
    return QGeoPositionInfoSource.createDefaultSource(parent)


class Locator(QObject):
    """Asks the system once (``ask``), or keeps asking while a round goes from door to door."""

    found = Signal(object)
    """A Place."""
    failed = Signal()
    """The system can't tell."""

    def __init__(
        self,
        now: Callable[[], int],
        make: Make = system_source,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.make = make
        self._now = now
        self._source: QGeoPositionInfoSource | None = None
        self._asked = False
        self._last: tuple[Place, int] | None = None
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._gave_up)

    @property
    def latest(self) -> Place | None:
        """Where it is, as far as that was told lately."""
        if self._last is None or self._now() - self._last[1] > _FRESH_MS:
            return None
        return self._last[0]

    def ask(self) -> None:
        """Once; ``found`` or ``failed`` follows."""
        self._asked = True
        self._patience.start()
        source = self._opened()
        if source is None:
            QTimer.singleShot(0, self, self._gave_up)
        else:
            source.requestUpdate(PATIENCE_MS)

    def follow(self) -> None:
        """Goes on asking, for ``latest``."""
        source = self._opened()
        if source is not None:
            source.startUpdates()

    def rest(self) -> None:
        """Asks no more."""
        self._asked = False
        self._patience.stop()
        if self._source is not None:
            self._source.stopUpdates()

    def _opened(self) -> QGeoPositionInfoSource | None:
        if self._source is None:
            self._source = self.make(self)
            if self._source is not None:
                self._source.positionUpdated.connect(self._told)
                self._source.errorOccurred.connect(self._gave_up)
        return self._source

    def _told(self, info: QGeoPositionInfo) -> None:
        from PySide6.QtPositioning import QGeoPositionInfo as Info

        where, around = info.coordinate(), Info.Attribute.HorizontalAccuracy
        uncertain = info.attribute(around) if info.hasAttribute(around) else None
        try:
            place = place_at(where.latitude(), where.longitude(), uncertain)
        except PlaceError:  # it tells nothing yet: figures that are none
            return
        self._last = (place, self._now())
        if self._asked:
            self._asked = False
            self._patience.stop()
            self.found.emit(place)

    def _gave_up(self) -> None:
        if self._asked:
            self._asked = False
            self._patience.stop()
            self.failed.emit()

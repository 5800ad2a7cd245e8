"""Whether the network in use is paid by the byte, as far as the system knows, and what that means
for photos."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject, QTimer
from PySide6.QtNetwork import QNetworkInformation

from sync.blob_limit import BlobLimit

_MB = 1_000_000


class Metered(QObject):
    """``now`` is True while it is; False where the system does not say. Looked at on the GUI thread
    and kept, so that any thread may read it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.now = False
        # The system's service is asked when the first screen stands.
        QTimer.singleShot(0, self, self.look)

    def look(self) -> None:
        """Begins to follow what the system says; without a service that knows, nothing."""
        if QNetworkInformation.loadBackendByFeatures(QNetworkInformation.Feature.Metered):
            information = QNetworkInformation.instance()
            information.isMeteredChanged.connect(self._changed)
            self._changed(information.isMetered())

    def _changed(self, metered: bool) -> None:
        self.now = metered


def is_metered() -> bool:
    """The same for a command without a screen, asked once."""
    # What asks the system needs an application; one of a test's or a window's is there already.
    application = QCoreApplication.instance() or QCoreApplication([])
    metered = Metered(application)
    metered.look()
    return metered.now


def photo_limit(metered: bool, megabytes: int | None, *, regardless: bool = False) -> BlobLimit:
    """How much may go out for photos: ``megabytes`` a day over a metered link (None: no limit).
    ``regardless``: a person wants all of them now; they count all the same."""
    if not metered:
        return BlobLimit()
    most = None if regardless or megabytes is None else megabytes * _MB
    return BlobLimit(most, counted=True)

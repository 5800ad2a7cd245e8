"""What can go wrong, as one tree; each kind has its words in ``resources/texts/errors.toml``.

    KsbbError
    ├── DataError          the local database
    │   ├── DiskFull  DatabaseLocked  DatabaseDamaged  DatabaseMissing  DatabaseNewer
    ├── SyncError          talking to the centre
    │   ├── CentreDown  LinkLost  CentreSlow  CentreTrouble  CentreBusy
    │   ├── NotTheCentre  ProxyRefused  NotTrusted
    │   ├── EnrolmentRefused  NoVolunteers  DeviceRevoked  NotAssigned
    │   ├── ForkFound  ClockRefused
    │   ├── SyncRunning  Cancelled  BadAnswer
    ├── HubError           exchanging with the stations of the point
    │   ├── HubGone  HubNotTrusted  HubRefused  HubBadAnswer  HubNoPort
    ├── ParcelError        carrying records on a stick
    │   ├── StickFull  StickGone  StickReadOnly  StickTrouble
    │   ├── NotAParcel  ParcelNewer  ParcelTooLarge  ParcelDamaged
    │   ├── ReceiptsParcel  OtherCentre
    │   ├── NothingToExport  ExportStopped  NoBoxKey  CarrierFull
    ├── PaperError         making a paper or an export
    │   ├── FolderFull  FolderReadOnly  FolderGone  NothingRecorded
    └── InputError         what a person gave us
        ├── NotAllowed  NotYours  UnknownTarget  NothingOpen  TooLong
        ├── PictureTooLarge  PictureMissing

``code`` names the words: ``errors.<code>.title`` says what happened, ``errors.<code>.what_to_do``
what to do; ``parts`` fill their braces.
"""

from __future__ import annotations

from typing import ClassVar

from models.texts import Language, text


class KsbbError(Exception):
    """An expected failure that a person is told about; never a bug."""

    code: ClassVar[str] = "unexpected"

    def __init__(self, **parts: object) -> None:
        super().__init__(self.code, parts)
        self.parts = parts

    def __str__(self) -> str:
        return f"{self.code} {self.parts}" if self.parts else self.code

    def title(self, language: Language) -> str:
        """What happened, in one line."""
        return text(language, f"errors.{self.code}.title", **self.parts)

    def what_to_do(self, language: Language) -> str:
        """That the data is intact, and what to do."""
        return text(language, f"errors.{self.code}.what_to_do", **self.parts)


class DataError(KsbbError):
    """The local database can't do what was asked; nothing half-done is left."""

    code = "data"


class DiskFull(DataError):
    """No room to write."""

    code = "disk_full"


class DatabaseLocked(DataError):
    """Another program holds the database."""

    code = "database_locked"


class DatabaseDamaged(DataError):
    """The file is not what was written."""

    code = "database_damaged"


class DatabaseMissing(DataError):
    """The device is enrolled, but its database is not there."""

    code = "database_missing"


class DatabaseNewer(DataError):
    """A newer version of the app wrote it."""

    code = "database_newer"


class SyncError(KsbbError):
    """The exchange with the centre did not finish; what was receipted before stays receipted."""

    code = "sync"


class CentreDown(SyncError):
    """Nothing answers at the centre's address."""

    code = "centre_down"


class LinkLost(SyncError):
    """The connection broke in the middle of a request or of its answer."""

    code = "link_lost"


class CentreSlow(SyncError):
    """The centre did not answer in time."""

    code = "centre_slow"


class CentreTrouble(SyncError):
    """The centre answered with a fault of its own (5xx)."""

    code = "centre_trouble"


class CentreBusy(SyncError):
    """The centre asks to come back later (429 or 503 with ``Retry-After``)."""

    code = "centre_busy"

    def __init__(self, seconds: float) -> None:
        super().__init__(minutes=max(1, round(seconds / 60)))
        self.seconds = seconds


class ProxyRefused(SyncError):
    """The network's proxy lets nothing through: it wants a password, or is not there."""

    code = "proxy_refused"


class NotTheCentre(SyncError):
    """Somebody else answered: a Wi-Fi login page, a proxy, another site."""

    code = "not_the_centre"


class NotTrusted(SyncError):
    """The answer isn't signed by the centre this device was enrolled with."""

    code = "not_trusted"


class SyncRunning(SyncError):
    """Another program is syncing or enrolling this device just now."""

    code = "sync_running"


class EnrolmentRefused(SyncError):
    """The one-time code is wrong, used or out of date."""

    code = "enrolment_refused"


class NoVolunteers(SyncError):
    """The centre named nobody who may open this device."""

    code = "no_volunteers"


class DeviceRevoked(SyncError):
    """The centre has blocked this device."""

    code = "device_revoked"


class NotAssigned(SyncError):
    """The centre says that what was asked for is not this device's: its points were changed."""

    code = "not_assigned"


class ClockRefused(SyncError):
    """The centre finds this device's clock too far from its own."""

    code = "clock_refused"


class ForkFound(SyncError):
    """The centre holds other facts under this device's numbers (restored or cloned disk)."""

    code = "fork_found"


class BadAnswer(SyncError):
    """The centre's answer can't be read: most likely another version."""

    code = "bad_answer"


class Cancelled(SyncError):
    """The person stopped it."""

    code = "cancelled"


class HubError(KsbbError):
    """The exchange with the other stations of the point broke off; the station goes on alone."""

    code = "hub"


class HubGone(HubError):
    """Nothing answers where the hub was."""

    code = "hub_gone"


class HubNotTrusted(HubError):
    """What answers is no device of this centre and point, or one that the centre has blocked."""

    code = "hub_not_trusted"


class HubRefused(HubError):
    """The hub does not let this device take part."""

    code = "hub_refused"


class HubBadAnswer(HubError):
    """The hub's answer can't be read: most likely another version."""

    code = "hub_bad_answer"


class HubNoPort(HubError):
    """This laptop can't be the hub: the system lets no port be opened."""

    code = "hub_no_port"


class ParcelError(KsbbError):
    """Carrying records on a stick did not go all the way; the ledger is as it was."""

    code = "parcel"


class StickFull(ParcelError):
    """No room on the stick: folder."""

    code = "stick_full"


class StickGone(ParcelError):
    """The stick was pulled out, or does not answer any more: folder."""

    code = "stick_gone"


class StickReadOnly(ParcelError):
    """The stick or its folder may not be written: folder."""

    code = "stick_read_only"


class StickTrouble(ParcelError):
    """The system says something else of the file: file, problem."""

    code = "stick_trouble"


class NotAParcel(ParcelError):
    """A file of another kind."""

    code = "not_a_parcel"


class ParcelNewer(ParcelError):
    """A newer version of the app wrote the parcel."""

    code = "parcel_newer"


class ParcelTooLarge(ParcelError):
    """Longer than any parcel."""

    code = "parcel_too_large"


class ParcelDamaged(ParcelError):
    """A parcel of which nothing is left that could be used."""

    code = "parcel_damaged"


class ReceiptsParcel(ParcelError):
    """A parcel of receipts where one of records is wanted."""

    code = "receipts_parcel"


class OtherCentre(ParcelError):
    """A parcel for another centre, or of devices that this centre never certified."""

    code = "other_centre"


class NothingToExport(ParcelError):
    """Every record is covered by the centre's receipt."""

    code = "nothing_to_export"


class ExportStopped(ParcelError):
    """The person stopped it."""

    code = "export_stopped"


class NoBoxKey(ParcelError):
    """The device does not know yet for which key of the centre to close a parcel."""

    code = "no_box_key"


class CarrierFull(ParcelError):
    """This laptop carries as many parcels for others as it may: count."""

    code = "carrier_full"


class PaperError(KsbbError):
    """A paper or an export was not made; nothing half-done lies in the folder."""

    code = "paper"


class FolderFull(PaperError):
    """No room where it was to be saved."""

    code = "folder_full"


class FolderReadOnly(PaperError):
    """Nothing may be written there."""

    code = "folder_read_only"


class FolderGone(PaperError):
    """It is not there, or its disk was pulled out."""

    code = "folder_gone"


class NothingRecorded(PaperError):
    """There is nothing yet that the paper could tell."""

    code = "nothing_recorded"


class InputError(KsbbError):
    """What was asked for can't be done as given."""

    code = "input"


class NotAllowed(InputError):
    """The verdict or state does not allow this."""

    code = "not_allowed"


class UnknownTarget(InputError):
    """The record to be changed isn't there, or was voided before."""

    code = "unknown_target"


class NotYours(InputError):
    """Somebody else recorded it, or something else was recorded since."""

    code = "not_yours"


class NothingOpen(InputError):
    """There is no open session."""

    code = "nothing_open"


class TooLong(InputError):
    """A text is longer than a record can hold."""

    code = "too_long"


class PictureTooLarge(InputError):
    """A photo or signature of more than ``most`` MiB, or of nothing at all."""

    code = "picture_too_large"


class PictureMissing(InputError):
    """The photo or signature that a record is to name is not on this laptop's disk."""

    code = "picture_missing"

"""Whether a laptop is fit to leave for the field: what is known of it, and what to make of that."""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from pathlib import Path

from desktop.device import OpenDevice
from desktop.machine import Battery, battery, free_bytes, meant
from desktop.views.before_state import ReadyLine
from models.clock import DAY, Anchor, judge
from models.errors import DataError
from models.field.backup import backups
from models.field.database import write
from models.field.device import get_setting, load_anchor, load_last_sync, put_setting
from models.field.roster import Roster
from models.verdict import Tone

FRESH, STALE = DAY, 3 * DAY
"""A roster older than the first should be fetched anew; older than the second it must be."""
TESTED = 7 * DAY
"""How long a camera, scanner or printer counts as tested."""
CLOCK_OFF = 2 * 60_000
BACKED_UP = 2 * DAY
LOW, EMPTY = 60, 30
"""Percent of a battery that nobody charges meanwhile."""
SMALL, TINY = 2_000_000_000, 500_000_000
"""Bytes free: a day with photos takes some hundred million."""
_SETTING = "before"


@dataclass(frozen=True, slots=True)
class Remembered:
    """When a camera's picture was seen, a scanner's code read, and a test page given to which
    ``printer``; and when the list was looked through with how many things open."""

    camera_at: int | None = None
    scanner_at: int | None = None
    checked_at: int | None = None
    open_then: int = 0
    printer_at: int | None = None
    printer: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of the laptop at ``now`` (ms by its own clock)."""

    now: int
    households: int = 0
    fetched_at: int | None = None
    key_ends: tuple[int | None, ...] = ()
    anchor: Anchor | None = None
    battery: Battery | None = None
    free: int | None = None
    unsafe: int = 0
    photos: int = 0
    backup_at: int | None = None
    remembered: Remembered = Remembered()


@dataclass(frozen=True, slots=True)
class Trial:
    """What goes on with what is tried just now: a case of its line, "" for nothing."""

    camera: str = ""
    scanner: str = ""
    printer: str = ""
    printers: tuple[str, ...] | None = None
    """None until the system has told."""
    chosen_printer: str = ""
    """As the settings have it."""


def find(device: OpenDevice, now: int) -> Found:
    """What the ledger, the roster and the machine say; on the database thread."""
    connection, folder = device.connection, device.database.folder
    roster, last = Roster(connection), load_last_sync(connection)
    made = backups(folder)
    return Found(
        now,
        roster.size(),
        last.well_at if last is not None else None,
        tuple(roster.slip_key_ends()),
        load_anchor(connection),
        battery(),
        free_bytes(Path(folder)),
        device.station.ledger.safety().unsafe,
        _photos(device),
        made[0].at if made else None,
        recall(device),
    )


def _photos(device: OpenDevice) -> int:
    try:
        return device.station.blobs.left().count
    except DataError:  # a list before leaving is not the place to fall over photos
        return 0


def recall(device: OpenDevice) -> Remembered:
    """What was tried before; on the database thread."""
    kept = get_setting(device.connection, _SETTING)
    return Remembered(*kept) if kept is not None else Remembered()


def remember(device: OpenDevice, what: Remembered) -> None:
    """Keeps it for the next time; on the database thread."""
    kept = list(astuple(what))
    with write(device.connection):
        put_setting(device.connection, _SETTING, kept)


def lines(found: Found, trial: Trial, has_camera: bool) -> tuple[ReadyLine, ...]:
    """The list, in the order in which one goes through it."""
    return (
        _roster(found),
        _keys(found),
        _clock(found),
        _unsafe(found),
        _photos_waiting(found),
        _backup(found),
        _battery(found),
        _disk(found),
        _camera(found, trial, has_camera),
        _scanner(found, trial),
        _printer(found, trial),
    )


def _roster(found: Found) -> ReadyLine:
    if found.fetched_at is None or not found.households:
        return ReadyLine("roster", Tone.STOP, "never")
    age = found.now - found.fetched_at
    tone = Tone.GO if age <= FRESH else Tone.CHECK if age <= STALE else Tone.STOP
    parts = {"n": found.households, "when_at": found.fetched_at}
    return ReadyLine("roster", tone, "fetched", parts)


def _keys(found: Found) -> ReadyLine:
    good = [end for end in found.key_ends if end is None or end > found.now]
    if not good:
        return ReadyLine("keys", Tone.STOP, "none")
    ends = [end for end in good if end is not None]
    if len(ends) < len(good):
        return ReadyLine("keys", Tone.GO, "forever", {"n": len(good)})
    last = max(ends)
    tone = Tone.GO if last - found.now > STALE else Tone.CHECK
    return ReadyLine("keys", tone, "until", {"until_at": last})


def _clock(found: Found) -> ReadyLine:
    anchor = found.anchor
    if anchor is None:
        return ReadyLine("clock", Tone.CHECK, "never")
    if not judge(found.now, anchor).trusted:
        return ReadyLine("clock", Tone.STOP, "absurd")
    off = abs(anchor.offset)
    parts = {"when_at": anchor.centre_time, "seconds": off // 1000, "minutes": off // 60_000}
    if off <= CLOCK_OFF:
        return ReadyLine("clock", Tone.GO, "right", parts)
    return ReadyLine("clock", Tone.CHECK, "off", parts)


def _unsafe(found: Found) -> ReadyLine:
    if not found.unsafe:
        return ReadyLine("unsafe", Tone.GO, "none")
    return ReadyLine("unsafe", Tone.CHECK, "some", {"n": found.unsafe})


def _photos_waiting(found: Found) -> ReadyLine:
    if not found.photos:
        return ReadyLine("photos", Tone.GO, "none")
    return ReadyLine("photos", Tone.CHECK, "some", {"n": found.photos})


def _backup(found: Found) -> ReadyLine:
    if found.backup_at is None:
        return ReadyLine("backup", Tone.CHECK, "none")
    tone = Tone.GO if 0 <= found.now - found.backup_at <= BACKED_UP else Tone.CHECK
    return ReadyLine("backup", tone, "made", {"when_at": found.backup_at})


def _battery(found: Found) -> ReadyLine:
    if found.battery is None:
        return ReadyLine("battery", None, "none")
    percent, plugged = found.battery.percent, found.battery.plugged
    parts = {"n": percent}
    if plugged:
        return ReadyLine("battery", Tone.GO, "plugged", parts)
    tone = Tone.GO if percent >= LOW else Tone.CHECK if percent >= EMPTY else Tone.STOP
    return ReadyLine("battery", tone, "alone", parts)


def _disk(found: Found) -> ReadyLine:
    if found.free is None:
        return ReadyLine("disk", Tone.CHECK, "unknown")
    tone = Tone.GO if found.free >= SMALL else Tone.CHECK if found.free >= TINY else Tone.STOP
    return ReadyLine("disk", tone, "free", {"free_size": found.free})


def _camera(found: Found, trial: Trial, has_camera: bool) -> ReadyLine:
    if trial.camera:
        return ReadyLine("camera", None if trial.camera == "trying" else Tone.CHECK, trial.camera)
    if not has_camera and found.remembered.camera_at is None:
        return ReadyLine("camera", None, "none")
    return _tried("camera", found.remembered.camera_at, found.now)


def _scanner(found: Found, trial: Trial) -> ReadyLine:
    if trial.scanner:
        tone = None if trial.scanner == "trying" else Tone.CHECK
        return ReadyLine("scanner", tone, trial.scanner)
    return _tried("scanner", found.remembered.scanner_at, found.now)


def _tried(name: str, at: int | None, now: int) -> ReadyLine:
    if at is None:
        return ReadyLine(name, None, "untried")
    tone = Tone.GO if 0 <= now - at <= TESTED else None
    return ReadyLine(name, tone, "tried", {"when_at": at})


def _printer(found: Found, trial: Trial) -> ReadyLine:
    if trial.printers is None:
        return ReadyLine("printer", None, "asking")
    name, kept = meant(trial.chosen_printer, trial.printers), found.remembered
    if not name:
        if trial.chosen_printer:
            return ReadyLine("printer", Tone.CHECK, "gone", {"name": trial.chosen_printer})
        return ReadyLine("printer", None, "none")
    if trial.printer:
        tone = None if trial.printer == "trying" else Tone.CHECK
        return ReadyLine("printer", tone, trial.printer, {"name": name})
    line = _tried("printer", kept.printer_at if kept.printer == name else None, found.now)
    return replace(line, parts={**line.parts, "name": name})

"""The file that a person sends to support: what this laptop is and how it fares, without anybody's
name or number, and without where on the disk it lies."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sqlalchemy import Connection, text

from desktop.device import OpenDevice, is_enrolled
from desktop.log import tail
from desktop.machine import battery, free_bytes
from desktop.private_file import write_private
from models import __version__
from models.clock import local, wall_clock
from models.errors import DataError
from models.field.backup import backups
from models.field.device import load_anchor, load_last_sync

_LINES = 400
_PACKAGES = ("PySide6-Essentials", "SQLAlchemy", "sqlcipher3", "zxing-cpp", "cryptography")
_COUNTED = {
    "facts": "SELECT count(*) FROM fact",
    "own feeds": "SELECT count(*) FROM feed WHERE own",
    "other feeds": "SELECT count(*) FROM feed WHERE NOT own",
    "sessions": "SELECT count(*) FROM session",
    "hand-over lines": "SELECT count(*) FROM taken",
    "voids": "SELECT count(*) FROM voided",
    "households": "SELECT count(*) FROM roster.household",
    "entitlements": "SELECT count(*) FROM roster.entitlement",
    "slips": "SELECT count(*) FROM roster.slip",
    "volunteers": "SELECT count(*) FROM roster.volunteer",
    "points": "SELECT count(*) FROM roster.point",
}


def of_machine(folder: Path) -> dict[str, object]:
    """What can be told without opening anything."""
    power = battery()
    facts: dict[str, object] = {
        "written": f"{local(wall_clock()):%Y-%m-%d %H:%M} WIB",
        "app": __version__,
        "frozen": getattr(sys, "frozen", False),
        "system": platform.platform(),
        "python": platform.python_version(),
        **{name: _version(name) for name in _PACKAGES},
        "battery": "none" if power is None else f"{power.percent} %, plugged {power.plugged}",
        "free on the disk": free_bytes(folder),
        "enrolled": is_enrolled(folder),
    }
    for file in sorted(folder.glob("*.db*")):
        facts[f"file {file.name}"] = file.stat().st_size
    for one in backups(folder):
        facts[f"backup {one.file.name}"] = f"{local(one.at):%Y-%m-%d %H:%M} WIB"
    return facts


def of_device(device: OpenDevice) -> dict[str, object]:
    """What the open ledger tells, in numbers; on the database thread."""
    connection = device.connection
    facts: dict[str, object] = {"device": device.identity.device}
    for name, question in _COUNTED.items():
        facts[name] = _count(connection, question)
    facts["not safe"] = device.station.ledger.safety().unsafe
    try:
        facts["photos not sent"] = device.station.blobs.left().count
    except DataError as error:
        facts["photos not sent"] = error.code
    anchor, last = load_anchor(connection), load_last_sync(connection)
    facts["clock off, ms"] = anchor.offset if anchor is not None else "never compared"
    if last is not None:
        facts["last sync"] = f"{local(last.at):%Y-%m-%d %H:%M} WIB, {last.problem or 'well'}"
        facts["blocked"] = last.blocked
    facts["secret kept in"] = device.vault.secret_store
    return facts


def _count(connection: Connection, question: str) -> object:
    try:
        return connection.execute(text(question)).scalar_one()
    except DataError as error:
        return error.code


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # in the bundle
        return "?"


def render(folder: Path, parts: Sequence[Mapping[str, object]]) -> str:
    """The whole file: what is known, then the newest lines of the log."""
    return "\n".join((*_lines(parts), "", "log:", *tail(folder, _LINES), ""))


def _lines(parts: Sequence[Mapping[str, object]]) -> Iterator[str]:
    for part in parts:
        for name, value in part.items():
            yield f"{name}: {value}"


def write(target: Path, folder: Path, parts: Sequence[Mapping[str, object]]) -> Path:
    """Writes it into the folder ``target``, under a name with its time; raises OSError."""
    file = target / f"ksbb-diagnostik-{local(wall_clock()):%Y%m%d-%H%M%S}.txt"
    write_private(file, render(folder, parts).encode())
    return file

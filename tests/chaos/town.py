"""A made-up town for the field processes: a centre's data folder, filled once and copied.

Households come in by the roster's import and slips by their issuing, as they do in an office.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert

from models.clock import DAY, wall_clock
from models.pin import PinParams, derive_pin_key
from models.slip_text import to_text
from server.cli import Centre, open_centre
from server.laptops.enrolment import create_code
from server.personal import Personal
from server.roster_import import import_roster
from server.slips.issue import issue_slips
from server.tables import (
    Package,
    Point,
    Programme,
    Stage,
    Volunteer,
    VolunteerPoint,
    table,
)

HOUSEHOLDS = 1200
PIN = "135790"
_QUICK = PinParams(memory_kib=8, passes=1)
_POINTS = (("Balai RW 03", "31.71.01.1002", "Cideng"), ("Balai RW 05", "31.71.01.1001", "Gambir"))
_PACKAGES = ("Paket sembako", "Paket Lebaran")
_DEVICES = 12
"""Enrolment codes for each point."""


@dataclass(frozen=True)
class Town:
    """Where the filled centre lies and what a field process needs to know of it."""

    data: Path
    points: tuple[int, ...]
    packages: tuple[int, ...]
    volunteer: int
    codes: dict[int, tuple[str, ...]]
    """Point → one-time enrolment codes."""
    slips: dict[int, Path]
    """Point → a file with the text of each slip's code, a line each."""
    fingerprint: bytes

    def copy_to(self, folder: Path) -> None:
        """The centre's data once more; ``cp`` keeps its owner, who is another user than root."""
        subprocess.run(["cp", "-a", str(self.data), str(folder)], check=True)


def short_folder() -> Path:
    """A new folder whose path is short enough for a socket, which PostgreSQL's own user may pass
    through."""
    folder = Path(tempfile.mkdtemp(prefix="ksbb-chaos-"))
    folder.chmod(0o711)
    return folder


@contextmanager
def built_town() -> Iterator[Town]:
    """A town in a temporary folder that is removed at the end."""
    folder = short_folder()
    try:
        yield _build(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _build(folder: Path) -> Town:
    data = folder / "centre"
    data.mkdir(mode=0o711)
    roster = folder / "roster.csv"
    _write_roster(roster)
    now = wall_clock()
    with open_centre({"KSBB_DATA": str(data)}, "id") as centre:
        with centre.engine.begin() as connection:
            stage, packages, points, volunteer = _catalogue(connection, now)
        report = import_roster(centre.engine, Personal(centre.keys), roster, now=now)
        assert (report.loaded, report.bad) == (HOUSEHOLDS * len(points), 0), report
        slips = {point: _slips(centre, point, stage, now, folder) for point in points}
        with centre.engine.begin() as connection:
            codes = {
                point: tuple(create_code(connection, point, now) for _ in range(_DEVICES))
                for point in points
            }
        fingerprint = centre.keys.centre.key_id
    return Town(data, points, packages, volunteer, codes, slips, fingerprint)


def _write_roster(file: Path) -> None:
    with file.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream)
        rows.writerow(
            ["Nomor KK", "Nama", "Kelurahan", "RW", "RT", "Titik Penyaluran", "Tahap", "Paket"]
        )
        for number in range(HOUSEHOLDS * len(_POINTS)):
            name, region, village = _POINTS[number % len(_POINTS)]
            card = f"{region[:8].replace('.', '')}010120{number:04d}"
            packages = "; ".join(_PACKAGES if number % 6 < 2 else _PACKAGES[:1])
            rows.writerow(
                [card, f"Keluarga {number}", village, "003", "001", name, "Tahap 1", packages]
            )


def _catalogue(
    connection: Connection, now: int
) -> tuple[int, tuple[int, ...], tuple[int, ...], int]:
    def add(kind: Any, **values: Any) -> int:
        rows = table(kind)
        given = insert(rows).values(**values).returning(rows.c.id)
        return int(connection.execute(given).scalar_one())

    programme = add(Programme, name="KSBB Pangan")
    stage = add(
        Stage, programme=programme, name="Tahap 1", starts_at=now - DAY, ends_at=now + 7 * DAY
    )
    packages = tuple(add(Package, programme=programme, name=name) for name in _PACKAGES)
    points = tuple(add(Point, name=name, region=region) for name, region, _ in _POINTS)
    salt = bytes(16)
    volunteer = add(
        Volunteer,
        name="Rani",
        pin_salt=salt,
        pin_hash=derive_pin_key(PIN, salt, _QUICK),
        pin_params=asdict(_QUICK),
    )
    works_at = [{"volunteer": volunteer, "point": point} for point in points]
    connection.execute(insert(table(VolunteerPoint)), works_at)
    return stage, packages, points, volunteer


def _slips(centre: Centre, point: int, stage: int, now: int, folder: Path) -> Path:
    with centre.engine.begin() as connection:
        issued = issue_slips(
            connection,
            centre.keys,
            point=point,
            stages=[stage],
            now=now,
            valid_from=now - DAY,
            valid_until=now + 7 * DAY,
        )
    file = folder / f"slips-{point}.txt"
    address = centre.settings.public_address
    texts = sorted(to_text(one.signed, address) for one in issued)
    file.write_text("\n".join(texts) + "\n", encoding="ascii")
    return file

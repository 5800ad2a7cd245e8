"""The centre's backup: written while it works, restored whole or not at all, opened by nobody."""

from __future__ import annotations

import hashlib
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from models.facts import (
    Blob,
    BlobKind,
    Body,
    Complaint,
    Handover,
    HouseholdNote,
    Line,
    Source,
    WalkIn,
)
from models.facts import Receiver as Taker
from server.cli import main
from server.complaints.online import Said, WebComplaintDesk
from server.feeds.blobs import PostgresBlobs
from server.giving.pledges import Offer, PledgeDesk
from server.upkeep.backup import _programs, write_backup
from sync.blob_messages import BlobPiece
from tests.support.centre import TestPostgres
from tests.support.pages import FIRST_STAGE, HERE, NOW, SEMBAKO, Town, household_id, kk_of
from tests.support.roster import HEADER, household, xlsx

HOUSEHOLDS = 12


def _settings(postgres: TestPostgres, engine: Engine, folder: Path, keys: Path) -> dict[str, str]:
    url = postgres.url(str(engine.url.database)).set(drivername="postgresql")
    return {
        "KSBB_DSN": url.render_as_string(hide_password=False),
        "KSBB_DATA": str(folder),
        "KSBB_KEYS_FILE": str(keys),
    }


@pytest.fixture
def empty(postgres: TestPostgres) -> Iterator[Engine]:
    """A database with nothing in it, not even tables."""
    with postgres.database(empty=True) as engine:
        yield engine


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """Where the keys lie."""
    return tmp_path / "keys.json"


@pytest.fixture
def old(postgres: TestPostgres, engine: Engine, tmp_path: Path, keys: Path) -> dict[str, str]:
    """A centre with a roster."""
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO point (id, name, region) VALUES (1, 'RPTRA', '31.71.01.1001')")
        )
    settings = _settings(postgres, engine, tmp_path / "old", keys)
    roster = xlsx(tmp_path / "roster.xlsx", [HEADER, *map(household, range(1, HOUSEHOLDS + 1))])
    assert main(["import-roster", str(roster)], settings) == 0
    return settings


@pytest.fixture
def new(postgres: TestPostgres, empty: Engine, tmp_path: Path, keys: Path) -> dict[str, str]:
    """A machine that stands in for the old one, with its keys."""
    return _settings(postgres, empty, tmp_path / "new", keys)


def _content(engine: Engine) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    with engine.connect() as connection:
        names = connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        ).all()
        return {
            name: sorted(connection.scalars(text(f'SELECT t::text FROM "{name}" t')).all())
            for name in names
        }


def test_what_was_backed_up_comes_back_row_by_row(
    old: dict[str, str],
    new: dict[str, str],
    engine: Engine,
    empty: Engine,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "nightly" / "ksbb.backup"
    assert main(["backup", str(file)], old) == 0
    assert "sudah dibaca ulang sampai selesai" in capsys.readouterr().out
    assert main(["restore", str(file)], new) == 0
    assert "Kuncinya cocok" in capsys.readouterr().out
    before = _content(engine)
    assert len(before["household"]) == HOUSEHOLDS
    assert _content(empty) == before
    assert main(["devices"], new) == 0, "a centre as any other"


def test_a_centre_that_was_only_set_up_may_take_a_backup(
    old: dict[str, str], new: dict[str, str], empty: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "ksbb.backup"
    assert main(["backup", str(file)], old) == 0
    assert main(["init"], new) == 0
    assert main(["restore", str(file)], new) == 0
    assert len(_content(empty)["household"]) == HOUSEHOLDS


def test_nothing_is_overwritten(
    old: dict[str, str], engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "ksbb.backup"
    assert main(["backup", str(file)], old) == 0
    before = _content(engine)
    assert main(["restore", str(file)], old) == 6
    assert "sudah berisi data" in capsys.readouterr().err
    assert _content(engine) == before


@pytest.mark.parametrize("kept", [0, 10, 0.5, 0.999], ids=["empty", "head", "half", "tail lost"])
def test_a_torn_backup_is_refused_before_anything_is_touched(
    old: dict[str, str],
    new: dict[str, str],
    empty: Engine,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    kept: float,
) -> None:
    file = tmp_path / "ksbb.backup"
    assert main(["backup", str(file)], old) == 0
    whole = file.read_bytes()
    file.write_bytes(whole[: kept if isinstance(kept, int) else int(len(whole) * kept)])
    assert main(["restore", str(file), "--lang", "en"], new) == 7
    told = capsys.readouterr().err
    assert "could not be written or read" in told
    assert "Traceback" not in told
    assert _content(empty) == {}


def test_a_backup_that_fails_leaves_the_older_one_as_it_was(
    old: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "ksbb.backup"
    file.write_bytes(b"of yesterday")
    (tmp_path / ".ksbb.backup.part").mkdir()
    assert main(["backup", str(file)], old) == 7
    assert "Basis data tidak berubah" in capsys.readouterr().err
    assert file.read_bytes() == b"of yesterday"


@pytest.mark.parametrize("place", ["", "missing/ksbb.backup"], ids=["a folder", "missing"])
def test_what_is_no_file_is_said(
    new: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    assert main(["restore", str(tmp_path / place)], new) == 7
    assert str(tmp_path) in capsys.readouterr().err


def test_without_its_keys_it_is_back_and_they_are_asked_for(
    old: dict[str, str],
    new: dict[str, str],
    keys: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "ksbb.backup"
    assert main(["backup", str(file)], old) == 0
    away = keys.rename(tmp_path / "elsewhere.json")
    assert main(["restore", str(file)], new) == 3
    assert str(keys) in capsys.readouterr().err
    assert not keys.exists(), "new keys would open nothing"
    away.rename(keys)
    assert main(["devices"], new) == 0


def test_a_stolen_backup_shows_no_kk_number_and_no_name(
    old: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "ksbb.backup"
    assert main(["backup", str(file)], old) == 0
    plain = subprocess.run(
        [str(_programs() / "pg_restore"), "--file=-", str(file)], capture_output=True, check=True
    ).stdout
    assert b"household" in plain
    for number in range(1, HOUSEHOLDS + 1):
        for personal in household(number)[1:3]:
            assert str(personal).encode() not in plain
            assert str(personal).encode().hex().encode() not in plain
    for secret in Path(old["KSBB_KEYS_FILE"]).read_text().split('"')[3::4]:
        assert secret.encode() not in plain


def test_a_stolen_backup_shows_nobody_whatever_door_they_came_by(
    postgres: TestPostgres, engine: Engine, tmp_path: Path
) -> None:
    """Givers, complaints, proxies, people on no list, photos: searched as text and as bytes."""
    name, street, phone = "Siti Rahmawati Kusuma", "Jl. Kenanga Dalam 77", "0812 3456 7890"
    photo = b"a photo of somebody" * 40
    town = Town(engine)
    town.furnish()
    town.settle(range(9))
    town.alias(kk_of(900), 1)
    day = date(2026, 11, 24)
    PledgeDesk(engine, town.personal).take(Offer(name, phone, "beras", 5, "", day, day), NOW)
    complaints = WebComplaintDesk(engine, town.personal)
    complaints.take(Said(1, f"{name}, {street}", "", None), complaints.form_mark(NOW), NOW)
    laptop = town.laptop(HERE)
    blob = Blob(BlobKind.PHOTO, hashlib.sha256(photo).digest())
    line = (Line(FIRST_STAGE, SEMBAKO, 1),)
    said: list[Body] = [
        WalkIn(name, kk_of(901), 1, 2, street, 3, name),
        Complaint(1, f"{name} {kk_of(902)}", household_id(3), 41_234_567_890),
        HouseholdNote(household_id(4), 1, kk_of(903), name),
        Handover(household_id(5), line, Source.CAMERA, receiver=Taker.PROXY, proxy_name=name),
        Handover(household_id(6), line, Source.CAMERA, replacing_kk=kk_of(904), blobs=(blob,)),
    ]
    town.push(laptop, [(NOW, body) for body in said])
    piece = BlobPiece(NOW, blob.hash, len(photo), 0, photo)
    PostgresBlobs(engine, town.personal).take(laptop.device, piece, NOW)
    file = tmp_path / "ksbb.backup"
    write_backup(engine, file)
    plain = subprocess.run(
        [str(_programs() / "pg_restore"), "--file=-", str(file)], capture_output=True, check=True
    ).stdout
    assert plain.count(b"COPY public.") > 40
    numbers = [kk_of(one) for one in (*range(9), *range(900, 905))]
    wanted = [name, "Rahasia", "Kusuma", street, "Sunyi", phone, *map(str, numbers)]
    searched = [one.encode() for one in wanted] + [photo[:20]]
    searched += [one.to_bytes(8, "big") for one in numbers]
    for one in searched:
        assert one not in plain
        assert one.hex().encode() not in plain


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_nobody_else_reads_the_backup(old: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "ksbb.backup"
    assert main(["backup", str(file)], old) == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

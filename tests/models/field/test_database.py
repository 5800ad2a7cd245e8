"""The device's files: encrypted, migrated, and never thrown away when something is wrong."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import StaticPool, create_engine
from sqlcipher3 import dbapi2

from models.errors import (
    DatabaseDamaged,
    DatabaseLocked,
    DatabaseMissing,
    DatabaseNewer,
    DataError,
    DiskFull,
)
from models.facts import HouseholdNote
from models.field import database as files
from models.field import migrations, raw
from models.field.database import (
    BLOBS_FILE,
    LEDGER_FILE,
    ROSTER_FILE,
    create_database,
    move_database,
    open_database,
    set_aside,
    write,
)
from models.field.tables import BlobModel, LedgerModel, RosterModel
from tests.support.field import KEY, FieldDevice, device_in, new_device, opened
from tests.support.world import HERE, RANI, family, roster_page

FAMILIES = [family(number) for number in range(40)]


@pytest.fixture
def device(tmp_path: Path) -> Iterator[FieldDevice]:
    with device_in(tmp_path / "data", page=roster_page(FAMILIES)) as made:
        yield made


def _work(device: FieldDevice, hand_overs: int = 20) -> None:
    device.station.open_session(RANI, HERE)
    for one in FAMILIES[:hand_overs]:
        device.station.hand_over(device.station.look_up_kk(one.kk), RANI)


def _raw(file: Path, key: bytes = KEY) -> Any:
    connection = dbapi2.connect(str(file), isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    return connection


# --- making and opening ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["data", "Bantuan RW #2", "apa? ya", "100%", "dunia é", "a'b;c"])
def test_the_files_lie_in_the_folder_that_was_named(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    with device_in(folder, page=roster_page(FAMILIES)) as made:
        _work(made, 1)
        made.restart()
        assert made.ledger.count() == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == [name]
    assert {LEDGER_FILE, ROSTER_FILE} <= {p.name for p in folder.iterdir()}


def test_what_was_written_is_there_after_a_restart(device: FieldDevice) -> None:
    _work(device)
    before = device.ledger.head()
    device.restart()
    assert device.ledger.head() == before
    assert device.station.session is not None
    assert device.station.handed() == 20
    assert device.station.roster.size() == len(FAMILIES)


def test_facts_are_written_through_to_the_disk(device: FieldDevice) -> None:
    for name, value in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
        found = device.connection.exec_driver_sql(f"PRAGMA main.{name}").scalar()
        assert found == value, name


def test_a_hand_over_cannot_write_into_the_roster(device: FieldDevice) -> None:
    with pytest.raises(DataError):
        device.connection.exec_driver_sql("DELETE FROM roster.household")


def test_a_key_of_another_length_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        create_database(tmp_path, b"short")


def test_a_folder_that_can_not_be_made_is_a_data_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError):
        create_database(tmp_path / "file" / "data", KEY)


# --- secrecy ---------------------------------------------------------------------------------


def test_nothing_of_a_household_stands_on_the_disk_in_clear(device: FieldDevice) -> None:
    _work(device)
    secrets = [
        b"Keluarga",
        b"Cideng",
        b"CREATE TABLE",
        b"SQLite format",
        str(FAMILIES[1].kk)[:12].encode(),
    ]
    secrets += [FAMILIES[1].kk.to_bytes(8, "big")[1:], FAMILIES[1].id.to_bytes(8, "big")]
    looked = 0
    for file in device.folder.iterdir():
        if file.suffix == ".db-shm":
            continue  # the log's index: page numbers and checksums only
        data = file.read_bytes()
        looked += len(data)
        for secret in secrets:
            assert secret not in data, (file.name, secret)
    assert looked > 50_000


# --- damage ----------------------------------------------------------------------------------


def test_a_wrong_key_is_told_as_damage_and_changes_nothing(device: FieldDevice) -> None:
    _work(device)
    device.close()
    before = {file.name: file.read_bytes() for file in device.folder.iterdir()}
    with pytest.raises(DatabaseDamaged):
        open_database(device.folder, bytes(32))
    assert (device.folder / LEDGER_FILE).read_bytes() == before[LEDGER_FILE]
    device.connect()
    assert device.ledger.count() == 21


@pytest.mark.parametrize("seed", range(6))
def test_flipped_bytes_anywhere_in_the_ledger_are_found_and_the_file_is_kept(
    device: FieldDevice, seed: int
) -> None:
    _work(device)
    device.close()
    file = device.folder / LEDGER_FILE
    data = bytearray(file.read_bytes())
    chance = random.Random(seed)
    at = chance.randrange(len(data))
    data[at] ^= chance.randrange(1, 256)
    file.write_bytes(data)
    with pytest.raises(DatabaseDamaged):
        open_database(device.folder, KEY)
    assert file.read_bytes() == data


@pytest.mark.parametrize("keep", [0, 100, 4096, 3 * 4096, -1])
def test_a_ledger_cut_short_is_damage_and_never_taken_for_a_new_one(
    tmp_path: Path, keep: int
) -> None:
    with device_in(tmp_path, page=roster_page(FAMILIES)) as made:
        _work(made)
    file = tmp_path / LEDGER_FILE
    file.write_bytes(file.read_bytes()[:keep])
    before = file.read_bytes()
    with pytest.raises(DatabaseDamaged):
        open_database(tmp_path, KEY)
    assert file.read_bytes() == before


def test_a_page_that_rots_while_the_app_runs_is_told_as_damage(device: FieldDevice) -> None:
    _work(device)
    device.close()
    file = device.folder / ROSTER_FILE
    data = bytearray(file.read_bytes())
    for page in range(1, len(data) // 4096):
        data[page * 4096 + 100] ^= 0xFF
    file.write_bytes(data)
    with pytest.raises(DatabaseDamaged):
        device.connect()
        device.station.look_up_kk(FAMILIES[0].kk)
    device.connection.close()


@pytest.mark.parametrize("damage", ["garbage", "empty", "first page"])
def test_a_damaged_roster_is_set_aside_and_can_be_filled_again(
    device: FieldDevice, damage: str
) -> None:
    _work(device)
    device.close()
    file = device.folder / ROSTER_FILE
    bad = {"garbage": b"no database" * 900, "empty": b"", "first page": b"x" * 4096}[damage]
    file.write_bytes(bad + (file.read_bytes()[4096:] if damage == "first page" else b""))
    (device.folder / f"{ROSTER_FILE}-wal").unlink(missing_ok=True)
    (device.folder / f"{ROSTER_FILE}-shm").unlink(missing_ok=True)
    device.restart()
    assert device.station.roster.size() == 0
    assert device.ledger.count() == 21
    aside = device.folder / f"{ROSTER_FILE}.rusak-1"
    assert aside.exists() or damage == "empty"
    device.pull(roster_page(FAMILIES))
    assert device.station.roster.size() == len(FAMILIES)
    assert device.station.look_up_kk(FAMILIES[0].kk).decision.taken


def test_a_missing_roster_is_made_anew(device: FieldDevice) -> None:
    device.close()
    for file in device.folder.glob(f"{ROSTER_FILE}*"):
        file.unlink()
    device.restart()
    assert device.station.roster.size() == 0


def test_what_is_set_aside_never_replaces_what_was_set_aside_before(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        file = tmp_path / "roster.db"
        file.write_text(f"bad {number}")
        (tmp_path / "roster.db-wal").write_text(f"log {number}")
        assert set_aside(file).name == f"roster.db.rusak-{number}"
    assert (tmp_path / "roster.db.rusak-2").read_text() == "bad 2"
    assert (tmp_path / "roster.db.rusak-2-wal").read_text() == "log 2"


def test_a_missing_ledger_is_told_with_its_folder_and_nothing_is_made(device: FieldDevice) -> None:
    device.close()
    for file in device.folder.glob(f"{LEDGER_FILE}*"):
        file.unlink()
    with pytest.raises(DatabaseMissing) as caught:
        open_database(device.folder, KEY)
    assert str(device.folder) in caught.value.what_to_do("id")
    assert not (device.folder / LEDGER_FILE).exists()


# --- locked, full ----------------------------------------------------------------------------


def test_a_second_program_that_holds_the_lock_is_told_and_waited_for(
    device: FieldDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raw, "BUSY_MS", 100)
    device.restart()
    _work(device, 1)
    other = _raw(device.folder / LEDGER_FILE)
    other.execute("BEGIN IMMEDIATE")
    look = device.station.look_up_kk(FAMILIES[5].kk)
    with pytest.raises(DatabaseLocked):
        device.station.hand_over(look, RANI)
    assert device.ledger.count() == 2
    other.execute("COMMIT")
    other.close()
    device.station.hand_over(device.station.look_up_kk(FAMILIES[5].kk), RANI)
    assert device.ledger.count() == 3


def test_reading_goes_on_while_another_program_writes(device: FieldDevice) -> None:
    _work(device, 1)
    other = _raw(device.folder / LEDGER_FILE)
    other.execute("BEGIN IMMEDIATE")
    assert device.station.look_up_kk(FAMILIES[5].kk).decision.due
    other.close()


def test_a_roster_that_is_being_written_holds_no_hand_over_up(device: FieldDevice) -> None:
    _work(device, 1)
    with device.database.roster.connect() as roster, write(roster):
        roster.exec_driver_sql("UPDATE household SET name = 'x'")
        device.station.hand_over(device.station.look_up_kk(FAMILIES[5].kk), RANI)
    assert device.ledger.count() == 3


def test_a_full_disk_loses_nothing_and_works_again_when_there_is_room(device: FieldDevice) -> None:
    _work(device, 3)
    pages = device.connection.exec_driver_sql("PRAGMA main.page_count").scalar()
    device.connection.exec_driver_sql(f"PRAGMA main.max_page_count = {pages}")
    told = 0
    for _ in range(200):
        try:
            device.ledger.append(RANI, 0, HouseholdNote(5, 1, words="w" * 500))
        except DiskFull:
            told += 1
    assert told
    head, kept = device.ledger.head(), device.ledger.count()
    assert head.seq == kept
    device.connection.exec_driver_sql("PRAGMA main.max_page_count = 1000000")
    look = device.station.look_up_kk(FAMILIES[9].kk)
    assert device.station.hand_over(look, RANI).seq == kept + 1
    device.restart()
    assert device.ledger.count() == kept + 1


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounting needs root")
def test_a_disk_that_is_really_full_loses_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.system(f"mount -t tmpfs -o size=400k tmpfs {disk} 2>/dev/null") != 0:
        pytest.skip("this machine does not let us mount")
    try:
        with device_in(disk / "data") as made:
            made.ledger.append(RANI, 0, HouseholdNote(5, 1))
            filler = disk / "filler"
            with pytest.raises(OSError, match="space"), filler.open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(512))
            with pytest.raises(DiskFull):
                for _ in range(500):
                    made.ledger.append(RANI, 0, HouseholdNote(5, 1, words="w" * 500))
            kept = made.ledger.count()
            filler.unlink()
            made.ledger.append(RANI, 0, HouseholdNote(5, 1))
            made.restart()
            assert made.ledger.count() == kept + 1
    finally:
        os.system(f"umount {disk}")


# --- versions --------------------------------------------------------------------------------


@pytest.mark.parametrize("file", [LEDGER_FILE, ROSTER_FILE, BLOBS_FILE])
def test_a_file_of_a_newer_version_is_refused_and_not_touched(
    device: FieldDevice, file: str
) -> None:
    device.close()
    raw = _raw(device.folder / file)
    raw.execute("PRAGMA user_version = 99")
    raw.close()
    before = (device.folder / file).read_bytes()
    with pytest.raises(DatabaseNewer):
        open_database(device.folder, KEY)
    assert (device.folder / file).read_bytes() == before
    raw = _raw(device.folder / file)
    raw.execute(f"PRAGMA user_version = {len(migrations.LEDGER_STEPS)}")
    raw.close()


def _schema(raw: Any) -> dict[str, Any]:
    tables: dict[str, Any] = {}
    for name, kind in raw.execute("SELECT name, type FROM sqlite_master ORDER BY name").fetchall():
        if name.startswith(("sqlite_", "household_word")):  # a full-text index is no declared table
            continue
        if kind == "table":
            without = "WITHOUT ROWID" in raw.execute(
                "SELECT sql FROM sqlite_master WHERE name = ?", (name,)
            ).fetchone()[0].upper()  # fmt: skip
            tables[name] = (raw.execute(f'PRAGMA table_info("{name}")').fetchall(), without)
        else:
            tables[name] = raw.execute(f'PRAGMA index_xinfo("{name}")').fetchall()
    return tables


@pytest.mark.parametrize(
    ("steps", "model"),
    [
        (migrations.LEDGER_STEPS, LedgerModel),
        (migrations.ROSTER_STEPS, RosterModel),
        (migrations.BLOB_STEPS, BlobModel),
    ],
)
def test_the_migrations_reproduce_the_declared_tables(
    steps: tuple[tuple[str, ...], ...],
    model: type[LedgerModel] | type[RosterModel] | type[BlobModel],
) -> None:
    migrated = dbapi2.connect(":memory:")
    for step in steps:
        for statement in step:
            migrated.execute(statement)
    engine = create_engine("sqlite://", poolclass=StaticPool)
    model.metadata.create_all(engine.execution_options(schema_translate_map={"roster": None}))
    declared = engine.raw_connection()
    assert _schema(migrated) == _schema(declared.dbapi_connection)
    declared.close()
    engine.dispose()
    migrated.close()


def test_a_migration_is_preceded_by_a_backup_and_kept_whole_or_not_at_all(
    device: FieldDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    _work(device)
    device.close()
    steps = migrations.LEDGER_STEPS
    broken = (*steps, ("CREATE TABLE more (a INTEGER)", "this is no statement"))
    monkeypatch.setattr(files, "LEDGER_STEPS", broken)
    with pytest.raises(dbapi2.Error):
        open_database(device.folder, KEY)
    monkeypatch.setattr(files, "LEDGER_STEPS", (*steps, ("CREATE TABLE more (a INTEGER)",)))
    device.restart()
    assert device.ledger.count() == 21
    device.close()
    backup = _raw(device.folder / f"{LEDGER_FILE}.v{len(steps)}.cadangan")
    assert backup.execute("SELECT count(*) FROM fact").fetchone()[0] == 21
    backup.close()
    monkeypatch.setattr(files, "LEDGER_STEPS", steps)
    with pytest.raises(DatabaseNewer):
        open_database(device.folder, KEY)


# --- moving ----------------------------------------------------------------------------------


def test_a_moved_database_is_whole_and_what_lay_there_is_set_aside(tmp_path: Path) -> None:
    made = new_device(tmp_path / "new", page=roster_page(FAMILIES))
    _work(made)
    made.close()
    old = new_device(tmp_path / "old", 2)
    old.close()
    move_database(made.database, tmp_path / "old")
    moved = opened(tmp_path / "old")
    assert moved.ledger.count() == 21
    assert moved.identity.device == 1
    moved.close()
    names = {file.name for file in (tmp_path / "old").iterdir()}
    assert {f"{LEDGER_FILE}.rusak-1", f"{ROSTER_FILE}.rusak-1"} <= names

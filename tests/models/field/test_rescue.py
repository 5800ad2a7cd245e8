"""Backups, and what is made of a ledger really damaged: bent, cut short, without its head."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from models.errors import DatabaseDamaged, DataError
from models.facts import Fact, Source
from models.field.backup import NEWEST_FILE, OLDER_FILE, back_up, backups, newest_whole
from models.field.database import LEDGER_FILE, open_database
from models.field.raw import check_file
from models.field.rescue import can_rescue, rescue
from tests.support.field import KEY, FieldDevice, new_device, opened
from tests.support.world import HERE, RANI, SEMBAKO, family, roster_page

PAGE = 4096
FAMILIES = [family(number) for number in range(1, 200)]


@pytest.fixture
def device(tmp_path: Path) -> Iterator[FieldDevice]:
    """A device with an open session and a hundred hand-overs."""
    made = new_device(tmp_path / "one", page=roster_page(FAMILIES))
    made.station.open_session(RANI, HERE, counted=[(SEMBAKO, 500)])
    serve(made, range(100))
    yield made
    made.close()


def serve(device: FieldDevice, numbers: range) -> None:
    for number in numbers:
        look = device.station.look_up_code(FAMILIES[number].code, Source.CAMERA)
        device.station.hand_over(look, RANI)
        device.clock.forward()


def told(device: FieldDevice) -> list[Fact]:
    return [fact for _, fact in device.ledger.since(0)]


def derived(device: FieldDevice) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for name in ("taken", "voided", "stock", "session"):
        rows = device.connection.exec_driver_sql(f"SELECT * FROM {name}").all()
        found += sorted(tuple(row) for row in rows)
    return found


def bend(file: Path, at: int, size: int = 1) -> None:
    data = bytearray(file.read_bytes())
    for place in range(at, at + size):
        data[place] ^= 0x5A
    file.write_bytes(data)


def again(folder: Path) -> FieldDevice:
    """The device after its rescue, which every page of the ledger must bear."""
    check_file(folder / LEDGER_FILE, KEY)
    return opened(folder)


# --- backups ---------------------------------------------------------------------------------


def test_a_backup_is_a_whole_ledger_under_the_same_key_and_two_are_kept(
    device: FieldDevice,
) -> None:
    assert backups(device.folder) == []
    for numbers in (range(100, 110), range(110, 120), range(120, 130)):
        back_up(device.folder, KEY, device.clock())
        serve(device, numbers)
    assert [one.file.name for one in backups(device.folder)] == [NEWEST_FILE, OLDER_FILE]
    for name, count in ((NEWEST_FILE, 122), (OLDER_FILE, 112)):
        check_file(device.folder / name, KEY)
        with pytest.raises(DatabaseDamaged):
            check_file(device.folder / name, bytes(32))
        connection = dbapi2.connect(str(device.folder / name))
        connection.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
        assert connection.execute("SELECT count(*) FROM fact").fetchone()[0] == count
        connection.close()


def test_a_hand_over_goes_on_while_a_backup_is_made(device: FieldDevice) -> None:
    with device.database.ledger.connect() as reader:
        reader.exec_driver_sql("BEGIN")
        reader.exec_driver_sql("SELECT count(*) FROM fact").scalar()
        back_up(device.folder, KEY, device.clock())
        serve(device, range(100, 105))
        reader.exec_driver_sql("ROLLBACK")
    assert device.ledger.count() == 107


def test_no_backup_is_made_of_a_damaged_ledger(device: FieldDevice) -> None:
    back_up(device.folder, KEY, device.clock())
    device.close()
    before = (device.folder / NEWEST_FILE).read_bytes()
    bend(device.folder / LEDGER_FILE, 3 * PAGE + 50)
    with pytest.raises(DataError):
        back_up(device.folder, KEY, device.clock())
    assert (device.folder / NEWEST_FILE).read_bytes() == before
    assert not (device.folder / OLDER_FILE).exists()
    rescue(device.folder, KEY)
    device.connect()


def test_a_damaged_newest_backup_is_passed_over_for_the_older_one(device: FieldDevice) -> None:
    back_up(device.folder, KEY, device.clock())
    back_up(device.folder, KEY, device.clock())
    bend(device.folder / NEWEST_FILE, 2 * PAGE)
    whole = newest_whole(device.folder, KEY)
    assert whole is not None and whole.file.name == OLDER_FILE


_BACKING_UP = """
    import sys
    from pathlib import Path
    from models.field.backup import back_up

    folder, key = Path(sys.argv[1]), bytes.fromhex(sys.argv[2])
    print("begun", flush=True)
    while True:
        back_up(folder, key, 1)
"""


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_any_moment_of_a_backup_a_whole_one_is_left(
    device: FieldDevice, seed: int
) -> None:
    back_up(device.folder, KEY, device.clock())
    chance = random.Random(seed)
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(_BACKING_UP), str(device.folder), KEY.hex()],
            stdout=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(chance.random() * 0.1)  # the moment of the kill, not a wait for anything
            process.send_signal(signal.SIGKILL)
            process.wait(60)
        whole = newest_whole(device.folder, KEY)
        assert whole is not None
        check_file(device.folder / LEDGER_FILE, KEY)
        back_up(device.folder, KEY, device.clock())


# --- rescue ----------------------------------------------------------------------------------


def _flipped(file: Path) -> None:
    chance = random.Random(7)
    for _ in range(12):
        bend(file, chance.randrange(file.stat().st_size))


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: 4 * PAGE + 100])


def _headless(file: Path) -> None:
    file.write_bytes(bytes(PAGE) + file.read_bytes()[PAGE:])


def _short_header(file: Path) -> None:
    file.write_bytes(bytes(100) + file.read_bytes()[100:])


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _gone(file: Path) -> None:
    file.unlink()


@pytest.mark.parametrize("damage", [_flipped, _cut, _headless, _short_header, _empty, _gone])
def test_whatever_the_damage_what_was_backed_up_is_there_and_the_file_is_kept(
    device: FieldDevice, damage: object
) -> None:
    back_up(device.folder, KEY, device.clock())
    before = told(device)
    rows = derived(device)
    device.close()
    ledger = device.folder / LEDGER_FILE
    damage(ledger)  # type: ignore[operator]
    damaged = ledger.read_bytes() if ledger.exists() else None
    with pytest.raises(DataError):
        open_database(device.folder, KEY)
    assert can_rescue(device.folder)
    rescued = rescue(device.folder, KEY)
    assert rescued.from_backup == 102 and rescued.from_file == 0 and rescued.apart == 0
    if damaged is not None:
        assert rescued.aside is not None and rescued.aside.read_bytes() == damaged
    made = again(device.folder)
    assert told(made) == before and derived(made) == rows
    made.close()
    device.connect()


@pytest.mark.parametrize("damage", [_headless, _short_header])
def test_what_came_after_the_backup_is_read_out_of_the_damaged_file(
    device: FieldDevice, damage: object
) -> None:
    back_up(device.folder, KEY, device.clock())
    serve(device, range(100, 150))
    before, rows = told(device), derived(device)
    device.close()
    damage(device.folder / LEDGER_FILE)  # type: ignore[operator]
    rescued = rescue(device.folder, KEY)
    assert (rescued.from_backup, rescued.from_file, rescued.apart) == (102, 50, 0)
    made = again(device.folder)
    assert told(made) == before and derived(made) == rows
    serve(made, range(150, 155))
    made.close()
    device.connect()


def test_what_only_the_log_holds_is_read_too(device: FieldDevice, tmp_path: Path) -> None:
    back_up(device.folder, KEY, device.clock())
    serve(device, range(100, 140))
    before = told(device)
    # As a power cut leaves it: nothing was folded in.
    copy = tmp_path / "cut"
    shutil.copytree(device.folder, copy)
    assert (copy / f"{LEDGER_FILE}-wal").stat().st_size > 0
    _headless(copy / LEDGER_FILE)
    rescued = rescue(copy, KEY)
    assert rescued.from_file == 40
    made = again(copy)
    assert told(made) == before
    made.close()


def test_without_any_backup_the_facts_and_the_identity_are_read_out_of_the_file(
    device: FieldDevice,
) -> None:
    before, rows, identity = told(device), derived(device), device.identity
    device.close()
    _headless(device.folder / LEDGER_FILE)
    rescued = rescue(device.folder, KEY)
    assert (rescued.backup_at, rescued.from_backup, rescued.from_file) == (None, 0, 102)
    made = again(device.folder)
    assert told(made) == before and derived(made) == rows and made.identity == identity
    made.close()
    device.connect()


def test_where_nothing_is_legible_all_lies_as_it_lay(tmp_path: Path) -> None:
    made = new_device(tmp_path, page=roster_page(FAMILIES))
    made.close()
    noise = random.Random(1).randbytes(6 * PAGE)
    (tmp_path / LEDGER_FILE).write_bytes(noise)
    with pytest.raises(DatabaseDamaged):
        rescue(tmp_path, KEY)
    assert (tmp_path / LEDGER_FILE).read_bytes() == noise
    assert not list(tmp_path.glob("*.rusak-*")) and not list(tmp_path.glob("*.pulih*"))


@pytest.mark.parametrize("seed", range(5))
def test_of_random_damage_only_what_stood_there_is_missing_and_nothing_is_invented(
    device: FieldDevice, seed: int
) -> None:
    back_up(device.folder, KEY, device.clock())
    serve(device, range(100, 160))
    before = told(device)
    device.close()
    chance = random.Random(seed)
    ledger = device.folder / LEDGER_FILE
    bend(ledger, chance.randrange(PAGE, ledger.stat().st_size - 300), 300)
    rescued = rescue(device.folder, KEY)
    made = again(device.folder)
    kept = told(made)
    assert len(kept) >= 102 and len(kept) == rescued.from_backup + rescued.from_file
    assert len(kept) + rescued.apart <= len(before)
    assert sum(one != was for one, was in zip(kept, before, strict=False)) <= 1, "but a bent one"
    made.close()
    device.connect()


def test_a_kill_between_setting_aside_and_putting_in_place_is_made_good(
    device: FieldDevice,
) -> None:
    before = told(device)
    device.close()
    _headless(device.folder / LEDGER_FILE)
    (device.folder / LEDGER_FILE).replace(device.folder / f"{LEDGER_FILE}.rusak-1")
    assert can_rescue(device.folder)
    assert rescue(device.folder, KEY).from_file == 102
    made = again(device.folder)
    assert told(made) == before
    made.close()
    device.connect()


def test_a_log_whose_file_is_gone_is_read_and_never_taken_for_that_of_the_new_one(
    device: FieldDevice, tmp_path: Path
) -> None:
    back_up(device.folder, KEY, device.clock())
    serve(device, range(100, 140))
    copy = tmp_path / "cut"
    shutil.copytree(device.folder, copy)
    (copy / LEDGER_FILE).unlink()
    log = (copy / f"{LEDGER_FILE}-wal").read_bytes()
    rescued = rescue(copy, KEY)
    assert rescued.from_backup == 102
    assert (copy / f"{LEDGER_FILE}.rusak-1-wal").read_bytes() == log
    made = again(copy)
    assert told(made) == told(device)[: 102 + rescued.from_file]
    made.close()

"""The devices at a glance: what is held, what is missing, who was blocked; in both languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from models.clock import DAY
from models.facts import Blob, BlobKind, Handover, Line, Source
from models.feed import Head, verify_segment
from models.streams import CITY
from models.texts import LANGUAGES
from server.cli import main
from server.feeds.told_heads import HeadsTold
from server.laptops.commands import _offset
from server.laptops.listing import DeviceReport, list_devices
from server.office.audit import person
from sync.messages import Hello
from tests.support.centre import TestPostgres
from tests.support.centre_world import KEYS, Centre
from tests.support.feeds import MadeFeed, gave
from tests.support.world import AT, HERE, THERE, family

FAMILIES = [family(number) for number in range(1, 10)]


@pytest.fixture
def centre(engine: Engine) -> Centre:
    """A centre with families and three devices."""
    made = Centre(engine)
    made.furnish(FAMILIES)
    for device, points in ((1, [HERE]), (2, [HERE, THERE]), (3, [])):
        feed = MadeFeed(device)
        made.certify(device, feed.id, feed.signer.public_key, points=points)
    return made


@pytest.fixture
def environment(postgres: TestPostgres, centre: Centre, tmp_path: Path) -> dict[str, str]:
    """The settings of a command at that centre, whose keys are those of the tests."""
    from server.keys import write_keys

    with centre.engine.begin() as connection:
        connection.execute(text("DELETE FROM centre_key"))
    write_keys(KEYS, tmp_path / "keys.json")
    url = postgres.url(str(centre.engine.url.database)).set(drivername="postgresql")
    return {
        "KSBB_DSN": url.render_as_string(hide_password=False),
        "KSBB_DATA": str(tmp_path / "centre"),
        "KSBB_KEYS_FILE": str(tmp_path / "keys.json"),
        "KSBB_PUBLIC_ADDRESS": "https://ksbb.example.id",
    }


def take(centre: Centre, feed: MadeFeed, first: int = 1, last: int | None = None) -> None:
    """Pushes a stretch of a feed."""
    segment = feed.segment(first, last)
    centre.store.take(segment, verify_segment(segment, feed.signer.public_key), centre.now)


def report(centre: Centre, device: int) -> DeviceReport:
    """What is known of a device."""
    with centre.engine.connect() as connection:
        return list_devices(connection)[device - 1]


def test_a_device_that_was_never_heard_of_is_there_with_nothing(centre: Centre) -> None:
    one = report(centre, 3)
    assert (one.facts, one.head, one.lacking, one.points) == (0, 0, 0, ())
    assert (one.last_contact_at, one.clock_offset, one.revoked_at, one.forked) == (
        None, None, None, False,
    )  # fmt: skip


def test_what_is_held_and_the_last_contact(centre: Centre) -> None:
    feed = gave(1, FAMILIES[:4])
    take(centre, feed)
    centre.store.contact(feed.id, Hello(AT + 7 - 90_000, feed.head(), "0.2.0"), AT + 7)
    one = report(centre, 1)
    assert (one.facts, one.head, one.points) == (5, 5, ("Balai RW 03",))
    assert (one.last_contact_at, one.clock_offset, one.version) == (AT + 7, -90_000, "0.2.0")


def test_what_others_hold_and_is_not_here_is_missing(centre: Centre) -> None:
    feed = gave(1, FAMILIES[:5])
    take(centre, feed, 1, 2)
    told = HeadsTold(centre.engine)
    told.note(2, [(feed.id, feed.head(4))], AT)
    told.note(3, [(feed.id, feed.head())], AT + 1)
    one = report(centre, 1)
    assert one.lacking == 4, "the furthest that anybody holds"
    assert {(missing.upto, missing.holder) for missing in one.missing} == {(4, 2), (6, 3)}
    assert report(centre, 2).lacking == 0, "to hold another's is no lack of one's own"
    take(centre, feed, 3)
    assert report(centre, 1).lacking == 0


def test_a_branch_that_only_others_hold_is_missing_too(centre: Centre) -> None:
    feed = gave(1, FAMILIES[:3])
    take(centre, feed)
    clone = feed.branch_off(2)
    clone.give(FAMILIES[5])
    HeadsTold(centre.engine).note(2, [(feed.id, clone.head())], AT)
    assert report(centre, 1).lacking == 1
    take(centre, clone)
    one = report(centre, 1)
    assert (one.lacking, one.facts, one.head, one.forked) == (0, 5, 4, True)


def test_a_feed_that_nobody_knows_belongs_to_no_device(centre: Centre) -> None:
    HeadsTold(centre.engine).note(2, [(b"nobody's feed...", Head(9, bytes(32)))], AT)
    assert [report(centre, device).lacking for device in (1, 2, 3)] == [0, 0, 0]


# --- on a terminal ---------------------------------------------------------------------------


def run(
    environment: dict[str, str], capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str, str]:
    """One command: its exit code and what it said."""
    code = main(arguments, environment)
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_has_a_line_for_each(
    centre: Centre,
    environment: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    language: str,
) -> None:
    feed = gave(1, FAMILIES[:4])
    take(centre, feed, 1, 3)
    HeadsTold(centre.engine).note(2, [(feed.id, feed.head())], AT)
    centre.store.contact(feed.id, Hello(AT - 3 * DAY, feed.head(), "0.2.0"), AT)
    centre.revoke(2)
    code, out, err = run(environment, capsys, "devices", "--lang", language)
    assert (code, err) == (0, "")
    head, first, second, third = out.splitlines()
    assert ("Kurang" if language == "id" else "Missing") in head
    assert first.split() == [
        "1", "Laptop", "1", "Balai", "RW", "03", "3", "2", "–",
        "2026-11-24", "13.00", "−3d", "0.2.0",
        "baik" if language == "id" else "fine",
    ]  # fmt: skip
    assert ("diblokir" if language == "id" else "blocked") in second
    assert "Balai RW 03, Balai RW 05" in second
    # The columns stand under their heads.
    assert len({line.index("Laptop") for line in (first, second, third)}) == 1
    assert head.index("Nama" if language == "id" else "Name") == first.index("Laptop")


def test_the_same_as_json(
    centre: Centre, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    feed = gave(1, FAMILIES[:4])
    take(centre, feed, 1, 3)
    HeadsTold(centre.engine).note(2, [(feed.id, feed.head())], AT)
    code, out, _ = run(environment, capsys, "devices", "--json")
    found: list[dict[str, Any]] = json.loads(out)
    assert code == 0 and [one["id"] for one in found] == [1, 2, 3]
    assert (found[0]["facts"], found[0]["lacking"]) == (3, 2)
    assert found[0]["feeds"] == [
        {"feed": feed.id.hex(), "head": 3, "facts": 3, "forked": False, "closed_at": None}
    ]
    assert found[0]["missing"] == [
        {"feed": feed.id.hex(), "held": 3, "upto": 5, "holder": 2, "told_at": AT}
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_how_many_photos_are_still_to_come(
    centre: Centre,
    environment: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    language: str,
) -> None:
    feed = gave(2, FAMILIES[:2])
    blobs = tuple(Blob(BlobKind.PHOTO, bytes([number]) * 32) for number in range(1, 8))
    feed.add(Handover(FAMILIES[2].id, (Line(1, 1, 1),), Source.CAMERA, blobs=blobs))
    take(centre, feed)
    assert [report(centre, number).photos_to_come for number in (1, 2, 3)] == [0, 7, 0]
    code, out, _ = run(environment, capsys, "devices", "--lang", language)
    head, *lines = out.splitlines()
    words = "Foto belum tiba" if language == "id" else "Photos to come"
    end = head.index(words) + len(words)
    assert code == 0 and [line[:end].split()[-1] for line in lines] == ["–", "7", "–"]
    code, out, _ = run(environment, capsys, "devices", "--json")
    assert [one["photos_to_come"] for one in json.loads(out)] == [0, 7, 0]


def test_an_empty_centre_says_so(
    engine: Engine, postgres: TestPostgres, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = postgres.url(str(engine.url.database)).set(drivername="postgresql")
    environment = {
        "KSBB_DSN": url.render_as_string(hide_password=False),
        "KSBB_DATA": str(tmp_path / "centre"),
    }
    assert run(environment, capsys, "devices")[:2] == (0, "Belum ada laptop yang terdaftar.\n")
    assert run(environment, capsys, "devices", "--json")[:2] == (0, "[]\n")


@pytest.mark.parametrize("named", ["2", "Laptop 2", " laptop  2"])
def test_a_lost_laptop_is_blocked_by_number_or_name(
    centre: Centre, environment: dict[str, str], capsys: pytest.CaptureFixture[str], named: str
) -> None:
    feed = gave(2, FAMILIES[:2])
    take(centre, feed)
    more = gave(2, FAMILIES[:3])
    HeadsTold(centre.engine).note(1, [(feed.id, more.head())], AT)
    code, out, _ = run(environment, capsys, "revoke-device", named)
    assert code == 0 and "Laptop 2" in out and "3 catatannya" in out and "1 catatannya" in out
    assert [report(centre, number).revoked_at is not None for number in (1, 2, 3)] == [
        False, True, False,
    ]  # fmt: skip
    sender = centre.store.sender(feed.id)
    assert sender is not None and sender.revoked
    code, out, _ = run(environment, capsys, "revoke-device", named)
    assert code == 1 and "sudah diblokir" in out
    assert centre.rows("SELECT actor, action FROM audit_log") == [(person(), "device.revoked")]


@pytest.mark.parametrize(("named", "words"), [("9", "“9”"), ("", ""), ("Laptop X", "“Laptop X”")])
def test_nobody_is_blocked_for_a_name_that_is_none(
    centre: Centre,
    environment: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    named: str,
    words: str,
) -> None:
    code, _, err = run(environment, capsys, "revoke-device", named)
    assert code == 6 and words in err and "Laptop" in err
    assert centre.rows("SELECT count(*) FROM device WHERE revoked_at IS NOT NULL") == [(0,)]


def test_of_several_with_one_name_the_number_is_asked_for(
    centre: Centre, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with centre.engine.begin() as connection:
        connection.execute(text("UPDATE device SET name = 'Laptop RW 03' WHERE id IN (1, 3)"))
    code, _, err = run(environment, capsys, "revoke-device", "laptop rw 03", "--lang", "en")
    assert code == 6 and "1, 3" in err
    assert centre.rows("SELECT count(*) FROM device WHERE revoked_at IS NOT NULL") == [(0,)]


def streams(centre: Centre, device: int) -> set[int]:
    """What it may pull, beside its own stream."""
    sender = centre.store.sender(MadeFeed(device).id)
    assert sender is not None
    return {stream for stream in sender.streams if stream >= CITY}


def test_a_laptop_is_given_points_and_the_city_by_name(
    centre: Centre, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    moved = ["assign-device", "Laptop 1", "--give", "Balai RW 05", "--take", "3", "--city"]
    code, out, _ = run(environment, capsys, *moved)
    assert code == 0 and "Balai RW 05, seluruh kota" in out
    assert streams(centre, 1) == {CITY, THERE}
    assert run(environment, capsys, *moved)[0] == 1, "nothing changes any more"
    code, out, _ = run(environment, capsys, "assign-device", "1", "--no-city", "--lang", "en")
    assert code == 0 and "Balai RW 05." in out and "city" not in out
    assert streams(centre, 1) == {THERE}
    assert run(environment, capsys, "assign-device", "1", "--give", "Monas")[0] == 6
    noted = centre.rows("SELECT details ->> 'city' FROM audit_log ORDER BY id")
    assert noted == [("true",), ("false",)]


def test_a_volunteer_is_given_points_by_name(
    centre: Centre, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["assign-volunteer", "budi", "--take", "Balai RW 03"]
    code, out, _ = run(environment, capsys, *command)
    assert code == 0 and "Budi" in out and "Balai RW 05." in out
    assert centre.rows("SELECT point FROM volunteer_point WHERE volunteer = 8") == [(THERE,)]
    assert run(environment, capsys, *command)[0] == 1
    assert run(environment, capsys, "assign-volunteer", "Nobody", "--take", "3")[0] == 6


@pytest.mark.parametrize(
    ("ms", "words"),
    [
        (None, "–"),
        (0, "±0"),
        (-59_999, "±0"),
        (90_000, "+0:02"),
        (-3_600_000, "−1:00"),
        (7_500_000, "+2:05"),
        (-400 * DAY, "−400d"),
        (1 << 62, "+53375995583d"),
    ],
)
def test_how_far_a_clock_is_off(ms: int | None, words: str) -> None:
    assert _offset(ms) == words

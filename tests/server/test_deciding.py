"""Decisions on what is before a person, and the office's log of who did what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from models.feed import verify_segment
from models.streams import own_stream
from server.cli import main
from server.keys import write_keys
from server.office.audit import entries, note, person
from server.tables import ChangeKind, ReviewKind
from tests.support.centre import TestPostgres
from tests.support.centre_world import KEYS, Centre
from tests.support.feeds import MadeFeed, gave
from tests.support.world import AT, HERE, family

FAMILIES = [family(number) for number in range(1, 4)]
WHY = ("--why", "Sudah ditanyakan kepada kedua relawan")


@pytest.fixture
def centre(engine: Engine) -> Centre:
    """A centre where one household received at two laptops."""
    made = Centre(engine)
    made.furnish(FAMILIES)
    for device in (1, 2):
        feed = MadeFeed(device)
        made.certify(device, feed.id, feed.signer.public_key, points=[HERE])
        take(made, gave(device, FAMILIES[:1]))
    return made


def take(centre: Centre, feed: MadeFeed, first: int = 1) -> None:
    """Pushes a feed."""
    segment = feed.segment(first, None)
    centre.store.take(segment, verify_segment(segment, feed.signer.public_key), centre.now)


@pytest.fixture
def environment(postgres: TestPostgres, centre: Centre, tmp_path: Path) -> dict[str, str]:
    """The settings of a command at that centre."""
    with centre.engine.begin() as connection:
        connection.execute(text("DELETE FROM centre_key"))
    write_keys(KEYS, tmp_path / "keys.json")
    url = postgres.url(str(centre.engine.url.database)).set(drivername="postgresql")
    return {
        "KSBB_DSN": url.render_as_string(hide_password=False),
        "KSBB_KEYS_FILE": str(tmp_path / "keys.json"),
    }


def doubles(centre: Centre) -> list[str]:
    """The numbers of the open doubles, as they are typed."""
    rows = centre.rows(
        "SELECT id FROM review WHERE decided_at IS NULL AND kind = :kind ORDER BY id",
        kind=int(ReviewKind.DOUBLE),
    )
    return [str(number) for (number,) in rows]


def state(centre: Centre) -> dict[str, Any]:
    """What a decision may change, and what it must not."""
    return {
        "reviews": centre.rows("SELECT * FROM review ORDER BY id"),
        "log": centre.rows("SELECT * FROM audit_log ORDER BY id"),
        "changes": centre.rows("SELECT * FROM point_change ORDER BY point, n"),
        "figures": centre.figures(),
        "lines": centre.rows("SELECT * FROM handover ORDER BY device, feed_no, seq"),
    }


def test_a_decision_is_written_once_and_told_to_the_laptop_and_changes_no_figure(
    centre: Centre, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    (number,) = doubles(centre)
    before = state(centre)
    assert main(["decide", number, "--as", "confirmed", *WHY], environment) == 0
    assert f"No. {number} diputuskan: terbukti" in capsys.readouterr().out
    after = state(centre)
    assert doubles(centre) == []
    assert (after["figures"], after["lines"]) == (before["figures"], before["lines"])
    told = set(after["changes"]) - set(before["changes"])
    assert [(row[0], row[2], row[6]) for row in told] == [
        (own_stream(2), int(ChangeKind.REVIEW), 2)
    ]
    (logged,) = [row for row in after["log"] if row not in before["log"]]
    assert logged[2:4] == (person(), "review.decided")
    assert logged[4]["reviews"] == [int(number)]
    assert main(["reviews", "--all"], environment) == 0
    shown = capsys.readouterr().out
    assert f"oleh {person()}: terbukti. {WHY[1]}" in shown


@pytest.mark.parametrize(
    ("numbers", "words", "code"),
    [
        (["{}", "9999"], "Hal yang menunggu keputusan “9999” tidak ditemukan", 6),
        (["-1"], "“-1” tidak ditemukan", 6),
    ],
)
def test_all_or_none_are_decided(
    centre: Centre,
    environment: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    numbers: list[str],
    words: str,
    code: int,
) -> None:
    given = [one.format(*doubles(centre)) for one in numbers]
    before = state(centre)
    assert main(["decide", "--as", "cleared", *WHY, "--", *given], environment) == code
    assert words in capsys.readouterr().err
    assert state(centre) == before


def test_a_decision_can_t_be_changed(
    centre: Centre, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    (number,) = doubles(centre)
    assert main(["decide", number, "--as", "confirmed", *WHY], environment) == 0
    before = state(centre)
    assert main(["decide", number, "--as", "cleared", *WHY], environment) == 6
    assert f"No. {number} sudah diputuskan oleh" in capsys.readouterr().err
    assert state(centre) == before


@pytest.mark.parametrize(
    "why", ["KK 3171010101200001 dua kali", "telepon 0812-3456-7890", "NIK 3171 0101 0120 0001"]
)
def test_no_number_of_a_person_gets_into_the_reason(
    centre: Centre, environment: dict[str, str], capsys: pytest.CaptureFixture[str], why: str
) -> None:
    before = state(centre)
    assert main(["decide", *doubles(centre), "--as", "cleared", "--why", why], environment) == 2
    assert "tanpa nomor dan tanpa nama" in capsys.readouterr().err
    assert state(centre) == before


# --- the log ---------------------------------------------------------------------------------


def logged(engine: Engine, count: int) -> None:
    """Adds entries of every kind of value."""
    for number in range(count):
        with engine.begin() as connection:
            details = {"n": number, "none": None, "list": [1, "dua", True], "text": "é — “x”"}
            note(connection, AT + number, "wati", "tried", details)


def verdicts(engine: Engine) -> list[tuple[int, bool]]:
    with engine.connect() as connection:
        return [(one.id, one.sound) for one in entries(connection)]


def test_the_log_is_whole_as_it_was_written(engine: Engine) -> None:
    assert verdicts(engine) == []
    logged(engine, 5)
    assert verdicts(engine) == [(number, True) for number in range(1, 6)]


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_log SET actor = 'x'", "DELETE FROM audit_log WHERE id = 3"]
)
def test_the_database_refuses_to_change_an_entry(engine: Engine, statement: str) -> None:
    logged(engine, 3)
    with pytest.raises(DBAPIError, match="only ever added to"), engine.begin() as connection:
        connection.execute(text(statement))
    assert verdicts(engine) == [(1, True), (2, True), (3, True)]


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit_log SET actor = 'budi' WHERE id = 2", 2),
        ("UPDATE audit_log SET at = at + 1 WHERE id = 2", 2),
        ("""UPDATE audit_log SET details = '{"n": 1}' WHERE id = 2""", 2),
        ("UPDATE audit_log SET hash = sha256(hash) WHERE id = 2", 2),
        ("DELETE FROM audit_log WHERE id = 2", 3),
        ("DELETE FROM audit_log WHERE id = 1", 2),
    ],
)
def test_who_gets_round_the_database_shows_in_the_chain(
    centre: Centre,
    environment: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    statement: str,
    broken: int,
) -> None:
    logged(centre.engine, 4)
    with centre.engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit_log DISABLE TRIGGER audit_log_stays"))
        connection.execute(text(statement))
        connection.execute(text("ALTER TABLE audit_log ENABLE TRIGGER audit_log_stays"))
    assert main(["audit", "--json"], environment) == 1
    assert json.loads(capsys.readouterr().out)["broken"] == broken
    assert main(["audit"], environment) == 1
    assert f"PUTUS di nomor {broken}" in capsys.readouterr().out


def test_audit_shows_the_last_entries_and_the_head(
    centre: Centre, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit"], environment) == 0
    assert "Belum ada catatan" in capsys.readouterr().out
    logged(centre.engine, 4)
    assert main(["audit", "--last", "2", "--lang", "en"], environment) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:2]] == ["3", "4"]
    assert lines[2].startswith("4 entries, their chain is whole. Head: ")
    assert main(["audit", "--last", "0", "--json"], environment) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["entries"], told["count"]) == ([], 4)
    assert lines[2].endswith(told["head"])


def test_what_the_office_does_is_logged(
    centre: Centre, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["enrol-code", "--point", str(HERE), "--json"], environment) == 0
    code = json.loads(capsys.readouterr().out)["code"]
    assert main(["revoke-device", "2"], environment) == 0
    capsys.readouterr()
    assert main(["audit", "--json"], environment) == 0
    found = capsys.readouterr().out
    actions = [one["action"] for one in json.loads(found)["entries"]]
    assert actions == ["enrolment_code.made", "device.revoked"]
    assert code not in found

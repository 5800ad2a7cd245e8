"""Households whose stages are over are forgotten when due and all is safe; the facts stay whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.clock import DAY, Anchor
from models.facts import Line, Source
from models.feed import genesis, link
from models.field.carve import _decrypted, _pages
from models.field.database import BLOBS_FILE, LEDGER_FILE, ROSTER_FILE
from models.field.own_feed import OwnFeed
from models.field.retention import forget_households, may_forget
from models.spelling import fold
from tests.support.field import KEY, FieldDevice, new_device
from tests.support.world import AT, FIRST, HERE, RANI, SEMBAKO, family, roster_page

FAMILIES = [family(number) for number in range(1, 8)]
LATER = 400 * DAY


@pytest.fixture
def device(tmp_path: Path) -> Iterator[FieldDevice]:
    """A device that handed over to three families, with a receipt for it."""
    made = new_device(tmp_path, page=roster_page(FAMILIES))
    made.station.open_session(RANI, HERE, counted=[(SEMBAKO, 50)])
    for one in FAMILIES[:3]:
        made.station.hand_over(made.station.look_up_code(one.code, Source.CAMERA), RANI)
    yield made
    made.close()


def safe(device: FieldDevice) -> None:
    own: OwnFeed = device.ledger.own_feeds()[-1]
    own.cover(own.head().seq, AT, b"receipt")


def closes(device: FieldDevice) -> int:
    return next(one.closes for one in device.station.roster.stages() if one.id == FIRST)


def test_they_are_forgotten_once_their_stage_is_over_and_not_a_day_before(
    device: FieldDevice,
) -> None:
    safe(device)
    assert forget_households(device.database, closes(device) - 1) == 0
    assert device.station.roster.size() == len(FAMILIES)
    assert forget_households(device.database, closes(device)) == len(FAMILIES)
    assert device.station.roster.size() == 0
    assert device.station.roster.household(FAMILIES[0].id) is None
    assert device.station.roster.slip(FAMILIES[0].slip_number) is None
    assert device.station.roster.entitlements(FAMILIES[0].id) == ()
    assert forget_households(device.database, closes(device)) == 0, "once"


def test_nobody_may_be_forgotten_while_a_record_is_not_safe(device: FieldDevice) -> None:
    assert not may_forget(device.ledger)
    safe(device)
    assert may_forget(device.ledger)


def test_nobody_may_be_forgotten_by_a_clock_that_can_not_be_right(device: FieldDevice) -> None:
    safe(device)
    device.ledger.anchor = Anchor(AT, 0)
    device.clock.now = AT + LATER
    assert not may_forget(device.ledger)


def test_who_has_something_due_in_another_stage_stays(device: FieldDevice) -> None:
    safe(device)
    unknown = family(30, Line(FIRST, SEMBAKO, 1), Line(99, SEMBAKO, 1))
    device.pull(roster_page([*FAMILIES, unknown]))
    assert forget_households(device.database, closes(device)) == len(FAMILIES)
    assert device.station.roster.household(unknown.id) is not None


def test_the_chain_of_facts_is_whole_and_what_was_handed_over_is_known(
    device: FieldDevice,
) -> None:
    safe(device)
    facts = device.ledger.count()
    forget_households(device.database, closes(device))
    assert device.ledger.count() == facts
    segment = device.ledger.segment_after(0, 100)
    assert segment is not None and len(segment.facts) == facts
    digest = genesis(device.ledger.feed)
    for seq, body in enumerate(segment.facts, 1):
        digest = link(digest, seq, body)
    assert digest == device.ledger.head().hash
    assert device.station.roster.taken(FAMILIES[0].id)
    device.pull(roster_page(FAMILIES))
    look = device.station.look_up_code(FAMILIES[0].code, Source.CAMERA)
    assert look.decision.taken, "if a pull brings them back"


def test_nothing_of_them_is_left_in_any_file(device: FieldDevice) -> None:
    safe(device)
    names = [one.name for one in FAMILIES]
    assert any(name.encode() in _clear(device.folder / ROSTER_FILE) for name in names)
    forget_households(device.database, closes(device))
    device.close()
    for file in (ROSTER_FILE, LEDGER_FILE, BLOBS_FILE):
        written = _clear(device.folder / file)
        assert [name for name in names if name.encode() in written] == [], file
    device.connect()


def _clear(file: Path) -> bytes:
    """Every page of a file and its log, decrypted, with what was deleted in them."""
    return b"".join(_decrypted(page, KEY) for page in _pages(file).values())


def test_nothing_of_them_is_left_in_the_index_that_finds_people(device: FieldDevice) -> None:
    def index() -> bytes:
        rows = device.connection.exec_driver_sql("SELECT block FROM roster.household_word_data")
        words = device.connection.exec_driver_sql("SELECT word FROM roster.name_word")
        near = device.connection.exec_driver_sql("SELECT word FROM roster.name_near")
        told = "".join([*words.scalars(), *near.scalars()])
        return b"".join(rows.scalars()) + told.encode()

    word = fold(FAMILIES[0].name.split()[0])
    assert word.encode() in index()
    safe(device)
    forget_households(device.database, closes(device))
    assert word.encode() not in index()

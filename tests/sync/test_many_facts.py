"""A ledger of any length: what a sync and a scan ask of it is found and never searched through, and
sending it needs no more memory than a short one."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bench.mute_centre import MuteCentre
from models.facts import Handover, HouseholdNote, Line, Source, VoidReason
from models.feed import Head, genesis
from models.field.device import load_identity
from models.field.moving import move, next_signer
from tests.support.field import FieldDevice, new_device
from tests.support.syncing import sync
from tests.support.world import CENTRE, FIRST, HERE, RANI, SEMBAKO, family, roster_page

FAMILIES = [family(number) for number in range(1, 40)]
GROWING = (
    "fact",
    "taken",
    "voided",
    "session",
    "exception",
    "checkpoint",
    "elsewhere",
    "household",
)


@pytest.fixture
def device(tmp_path: Path) -> Iterator[FieldDevice]:
    """A device with a past: two feeds, sessions, hand-overs, voids."""
    made = new_device(tmp_path / "one", page=roster_page(FAMILIES))
    for number in range(3):
        made.station.open_session(RANI, HERE, counted=[(SEMBAKO, 500)])
        for place in range(10):
            made.station.hand_over(
                made.station.look_up_code(FAMILIES[10 * number + place].code, Source.CAMERA), RANI
            )
        made.station.void(made.ledger.head().seq, RANI, VoidReason.GOODS_NOT_TAKEN)
        if number == 1:
            signer = next_signer(made.connection)
            move(made.ledger, made.next_identity(signer))
            made.station.reload()
            identity = load_identity(made.connection)
            assert identity is not None
            made.identity = identity
        else:
            made.station.close_session(RANI)
    made.station.open_session(RANI, HERE)
    yield made
    made.close()


def centre_of(device: FieldDevice, *, holds_nothing: bool = False) -> MuteCentre:
    """A centre that knows the device."""
    centre = MuteCentre(CENTRE, device.clock)
    for own in device.ledger.own_feeds():
        centre.keys[own.feed] = own.signer.public_key
        if holds_nothing:
            centre.heads[own.feed] = Head(0, genesis(own.feed))
    return centre


def asked(device: FieldDevice, work: Callable[[], Any]) -> list[str]:
    """The statements that ``work`` runs on any connection, with their values written out."""
    heard: list[str] = []

    def listen(driver: Any, _record: object = None) -> None:
        driver.set_trace_callback(heard.append)

    of_app: Any = device.connection.connection.dbapi_connection
    event.listen(device.database.ledger, "connect", listen)
    listen(of_app)
    try:
        work()
    finally:
        of_app.set_trace_callback(None)
        event.remove(device.database.ledger, "connect", listen)
    return heard


def searched(device: FieldDevice, statements: list[str]) -> list[str]:
    """Those that go through a whole table or index that grows, with their plans."""
    found = []
    for statement in sorted(set(statements)):
        if statement.split(" ", 1)[0] not in ("SELECT", "UPDATE", "DELETE", "WITH"):
            continue
        plan = device.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}").all()
        steps = [str(row[3]) for row in plan]
        if any(step.startswith(f"SCAN {name}") for step in steps for name in GROWING):
            found.append(f"{statement}: {steps}")
    return found


@pytest.mark.parametrize("holds_nothing", [False, True])
def test_a_sync_searches_through_nothing_that_grows(
    device: FieldDevice, holds_nothing: bool
) -> None:
    centre = centre_of(device, holds_nothing=holds_nothing)
    statements = asked(device, lambda: sync(device, centre))
    assert len(statements) > 20 and any("FROM fact" in one for one in statements)
    assert searched(device, statements) == []


def test_neither_does_a_scan_a_hand_over_a_void_or_looking_at_what_is_safe(
    device: FieldDevice,
) -> None:
    def work() -> None:
        station = device.station
        look = station.look_up_code(FAMILIES[35].code, Source.CAMERA)
        place = station.hand_over(look, RANI).place
        station.void(place, RANI, VoidReason.GOODS_NOT_TAKEN)
        station.void(3, RANI, VoidReason.GOODS_NOT_TAKEN)  # of the feed before
        device.ledger.safety()
        device.ledger.unsafe()
        list(device.ledger.recent(5))
        station.reload()

    statements = asked(device, work)
    assert any("INSERT INTO voided" in one for one in statements)
    assert searched(device, statements) == []


def test_the_test_would_notice(device: FieldDevice) -> None:
    statements = asked(
        device, lambda: device.connection.exec_driver_sql("SELECT count(*) FROM taken").all()
    )
    assert len(searched(device, statements)) == 1


def _steps(device: FieldDevice, work: Callable[[], Any]) -> int:
    """How many steps SQLite's machine takes for ``work``, to a hundred for each connection."""
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 100
        return 0

    def listen(driver: Any, _record: object = None) -> None:
        driver.set_progress_handler(step, 100)

    event.listen(device.database.ledger, "connect", listen)
    try:
        work()
    finally:
        event.remove(device.database.ledger, "connect", listen)
    return steps


def test_a_sync_with_nothing_to_send_costs_the_same_whatever_is_held(device: FieldDevice) -> None:
    """The plans tell of tables that are gone through from end to end; this of all else that
    grows, such as an index of which only the first column is asked for."""
    centre = centre_of(device)
    sync(device, centre)
    short = _steps(device, lambda: sync(device, centre))
    session = device.station.session
    assert session is not None and short > 0
    line = (Line(FIRST, SEMBAKO, 1),)
    bodies = [Handover((1 << 60) + n, line, Source.CAMERA) for n in range(2_000)]
    device.ledger.append(RANI, session.seq, *bodies)
    assert sync(device, centre_of(device)).sent == 0
    long = _steps(device, lambda: sync(device, centre_of(device)))
    assert long < 1.2 * short, (short, long)


def _peak(device: FieldDevice) -> int:
    """The most memory (bytes) that Python held at once while everything was sent."""
    centre = centre_of(device, holds_nothing=True)
    tracemalloc.start()
    try:
        assert sync(device, centre).sent == device.ledger.head().seq
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_sending_fourteen_thousand_facts_takes_no_more_memory_than_six_thousand(
    tmp_path: Path,
) -> None:
    made = new_device(tmp_path / "one")
    line = (Line(FIRST, SEMBAKO, 1),)
    peaks = []
    for many in (6_000, 8_000):
        bodies = [Handover((1 << 60) + n, line, Source.CAMERA) for n in range(many)]
        made.ledger.append(RANI, 0, *bodies, HouseholdNote(1 << 60, 2))
        del bodies
        peaks.append(_peak(made))
    assert peaks[1] < 1.2 * peaks[0], peaks
    made.close()

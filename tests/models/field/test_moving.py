"""Going on in a new feed: to the volunteer nothing changes, and no moment of it can be the wrong
one for a power cut."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from models.facts import Handover, SessionOpened, Source, Void, VoidReason
from models.feed import decode_segment, encode_segment, verify_segment
from models.field.database import write
from models.field.device import load_identity
from models.field.ledger import FeedClosed, Ledger
from models.field.moving import (
    move,
    move_was_read,
    moved_at,
    next_signer,
    read_anew_after_move,
)
from models.field.own_feed import OwnFeed
from models.field.projections import FACT, FEED, SESSION, STOCK, TAKEN, VOIDED
from models.field.pulled import cursor
from models.verdict import Verdict
from tests.support.field import FieldDevice, device_in, opened
from tests.support.world import AT, BUDI, HERE, RANI, SEMBAKO, family, roster_page

FAMILIES = [family(number) for number in range(1, 12)]


@pytest.fixture
def device(tmp_path: Path) -> Iterator[FieldDevice]:
    """A device with families and an open session, its stock counted."""
    with device_in(tmp_path / "data", page=roster_page(FAMILIES)) as made:
        made.station.open_session(RANI, HERE, "Pagi", [(SEMBAKO, 50)])
        yield made


def serve(device: FieldDevice, number: int) -> int:
    """Hands over to a family; returns the record's place."""
    look = device.station.look_up_code(FAMILIES[number].code, Source.CAMERA)
    device.clock.forward()
    return device.station.hand_over(look, BUDI).place


def moved(device: FieldDevice) -> None:
    """The laptop goes on in a new feed, as a sync does it: on a connection of its own."""
    with device.database.ledger.connect() as connection:
        signer = next_signer(connection)
        move(Ledger(connection, device.identity, device.clock), device.next_identity(signer))
        identity = load_identity(connection)
    assert identity is not None
    device.identity = identity


def verdict(device: FieldDevice, number: int) -> Verdict:
    """What the screen says to a family's slip."""
    return device.station.look_up_code(FAMILIES[number].code, Source.CAMERA).decision.verdict


def stock(device: FieldDevice) -> int:
    """Pieces left."""
    return device.station.roster.stock(HERE)[SEMBAKO]


def derived(device: FieldDevice) -> dict[str, list[Any]]:
    """All derived rows."""
    return {
        table.name: [
            tuple(row)
            for row in device.connection.execute(select(table).order_by(*table.primary_key))
        ]
        for table in (TAKEN, VOIDED, STOCK, SESSION)
    }


# --- what the volunteer sees -----------------------------------------------------------------


def test_the_session_goes_on_in_the_new_feed_and_nothing_is_counted_again(
    device: FieldDevice,
) -> None:
    for number in range(3):
        serve(device, number)
    old, opened = device.ledger.feed, device.station.session
    assert opened is not None
    moved(device)
    device.station.reload()
    session = device.station.session
    assert device.ledger.feed != old and session is not None
    assert (session.point, session.label) == (HERE, "Pagi")
    assert (session.opened_at, session.began) == (opened.opened_at, opened.began)
    assert device.station.handed() == 3
    assert stock(device) == 47
    first = device.ledger.fact(device.ledger.place_of(device.ledger.feed, 1))
    assert first is not None and first.actor == RANI
    assert first.body == SessionOpened(HERE, "Pagi", old, opened.seq)
    serve(device, 3)
    assert (device.station.handed(), stock(device)) == (4, 46)
    for number in range(4):
        assert verdict(device, number) is Verdict.ALREADY_COLLECTED
    device.restart()
    assert device.station.session == session
    assert device.station.handed() == 4


def test_closing_counts_the_whole_session(device: FieldDevice) -> None:
    serve(device, 0)
    moved(device)
    device.station.reload()
    serve(device, 1)
    assert device.station.close_session(RANI) == 2
    assert device.station.session is None
    moved(device)
    device.restart()
    assert device.station.session is None, "a session that was closed does not go on"
    assert device.ledger.head().seq == 0
    session = device.station.open_session(RANI, HERE)
    assert (session.seq, device.station.handed()) == (1, 0)


def test_records_are_counted_through_over_all_feeds(device: FieldDevice) -> None:
    places = [serve(device, 0)]
    for number in (1, 2):
        moved(device)
        device.station.reload()
        places.append(serve(device, number))
    assert places == [3, 5, 7]  # after the opening and the count; then after an opening each
    for place, number in zip(places, range(3), strict=True):
        fact = device.ledger.fact(place)
        assert fact is not None and isinstance(fact.body, Handover)
        assert fact.body.household == FAMILIES[number].id
        assert device.ledger.place_of(*device.ledger.locate(place)) == place
    assert [place for place, _ in device.ledger.recent(4)] == [7, 6, 5, 4]
    assert [place for place, _ in device.ledger.since(2)] == [3, 4, 5, 6, 7]
    assert device.ledger.fact(8) is None and device.ledger.fact(0) is None


@pytest.mark.parametrize("restarted", [False, True])
def test_a_hand_over_of_the_old_feed_can_be_taken_back(
    device: FieldDevice, restarted: bool
) -> None:
    places = [serve(device, number) for number in range(3)]
    old = device.ledger.feed
    moved(device)
    if restarted:
        device.restart()
    written = device.station.void(places[1], BUDI, VoidReason.WRONG_HOUSEHOLD)
    fact = device.ledger.fact(written.place)
    target = device.ledger.connection.execute(
        select(FACT.c.seq, FACT.c.hash).where(FACT.c.feed == old, FACT.c.seq == places[1])
    ).one()
    assert fact is not None and written.feed == device.ledger.feed != old
    assert fact.body == Void(target.seq, VoidReason.WRONG_HOUSEHOLD, old, hash=target.hash)
    assert device.station.is_voided(places[1]) and not device.station.is_voided(places[0])
    assert (device.station.handed(), stock(device)) == (2, 48)
    assert verdict(device, 1) is Verdict.ELIGIBLE
    assert verdict(device, 0) is Verdict.ALREADY_COLLECTED
    device.restart()
    assert device.station.handed() == 2


def test_a_rebuild_gives_the_same_over_several_feeds(device: FieldDevice) -> None:
    places = [serve(device, number) for number in range(3)]
    moved(device)
    device.station.reload()
    device.station.void(places[1], BUDI, VoidReason.GOODS_NOT_TAKEN)
    serve(device, 3)
    moved(device)
    device.station.reload()
    device.station.void(places[0], RANI, VoidReason.GOODS_NOT_TAKEN)
    serve(device, 1)
    before = derived(device)
    assert stock(device) == 50 - 3 + 2 - 2
    with write(device.connection):
        device.ledger.projector.rebuild()
    assert derived(device) == before


def test_it_is_told_until_somebody_has_read_it(device: FieldDevice) -> None:
    assert moved_at(device.connection) is None
    moved(device)
    device.restart()
    assert moved_at(device.connection) == device.clock.now
    move_was_read(device.connection)
    assert moved_at(device.connection) is None


# --- whoever has the ledger open meanwhile ---------------------------------------------------


def test_the_open_app_goes_on_in_the_new_feed_whatever_it_does_next(device: FieldDevice) -> None:
    first = serve(device, 0)
    look = device.station.look_up_code(FAMILIES[1].code, Source.CAMERA)
    red = device.station.look_up_code(FAMILIES[0].code, Source.CAMERA)
    moved(device)
    recorded = device.station.hand_over(look, BUDI)
    assert (recorded.feed, recorded.seq) == (device.identity.signer.key_id, 2)
    assert device.station.handed() == 2
    moved(device)
    assert device.station.refuse(red, BUDI).seq == 2
    moved(device)
    device.station.void(first, BUDI, VoidReason.GOODS_NOT_TAKEN)
    assert device.station.handed() == 1
    moved(device)
    assert device.station.close_session(BUDI) == 1
    moved(device)
    device.station.open_session(BUDI, HERE)
    facts = [fact for _, fact in device.ledger.since(0)]
    sessions = [fact for fact in facts if isinstance(fact.body, SessionOpened)]
    # Opened, went on four times, was closed; then another one.
    assert len(sessions) == 1 + 4 + 1
    assert device.ledger.safety().unsafe == len(facts)


def test_a_feed_that_was_left_is_not_written_again(device: FieldDevice) -> None:
    ledger = Ledger(device.connection, device.identity, device.clock)
    head = ledger.head()
    moved(device)
    with pytest.raises(FeedClosed):
        ledger.append(RANI, 1, SessionOpened(HERE))
    assert ledger.head() == head


# --- the old feed ----------------------------------------------------------------------------


def test_the_old_feed_can_still_be_sent_and_made_safe(device: FieldDevice) -> None:
    for number in range(3):
        serve(device, number)
    head = device.ledger.head()
    moved(device)
    device.restart()
    old = OwnFeed(device.connection, device.identity.earlier[0], device.clock)
    assert old.head() == head
    segment = old.segment_after(2, 100)
    assert segment is not None and segment.last == head.seq
    hashes = verify_segment(decode_segment(encode_segment(segment)), old.signer.public_key)
    assert hashes[-1] == head.hash
    assert device.ledger.unsafe() == [range(1, 6), range(6, 7)]
    old.cover(4, AT + 5, b"receipt")
    device.ledger.cover(1, AT + 9, b"receipt")
    assert device.ledger.unsafe() == [range(5, 6)]
    safety = device.ledger.safety()
    assert (safety.unsafe, safety.safe_at) == (1, AT + 9)
    assert safety.oldest_unsafe_at == AT + 3 * 60_000


def test_the_points_are_read_from_their_beginning_once(device: FieldDevice) -> None:
    with device.database.roster.connect() as roster:
        read_anew_after_move(device.connection, roster)
        assert cursor(roster, HERE) > 0
        moved(device)
        read_anew_after_move(device.connection, roster)
        assert cursor(roster, HERE) == 0
    device.pull(roster_page(FAMILIES))
    with device.database.roster.connect() as roster:
        read_anew_after_move(device.connection, roster)
        assert cursor(roster, HERE) > 0


def test_what_a_clone_did_under_a_number_that_was_taken_back_here_still_counts(
    device: FieldDevice,
) -> None:
    place = serve(device, 0)
    device.station.void(place, BUDI, VoidReason.GOODS_NOT_TAKEN)
    page = roster_page(FAMILIES, after=99)
    by_the_clone = (
        FAMILIES[5].id, device.ledger.feed, 1, place, 0, 1, SEMBAKO, 1, AT, HERE, RANI, 1, None,
        None, False,
    )  # fmt: skip
    device.pull(type(page)(HERE, 99, 100, 0, AT, {"elsewhere": [by_the_clone]}))
    assert verdict(device, 5) is Verdict.ALREADY_COLLECTED


# --- power cuts ------------------------------------------------------------------------------


def test_the_next_key_is_the_same_until_the_move_is_done(device: FieldDevice) -> None:
    signer = next_signer(device.connection)
    device.restart()
    assert next_signer(device.connection) == signer
    moved(device)
    device.restart()
    assert device.ledger.feed == signer.key_id
    assert next_signer(device.connection) != signer


MOVER = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path
    from models.field import moving
    from tests.support.field import opened
    device = opened(Path(sys.argv[1]))
    die_at, steps = int(sys.argv[2]), 0

    def trace(_connection, _cursor, statement, *_):
        global steps
        steps += 1
        if steps == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    from sqlalchemy import event
    event.listen(device.database.ledger, "before_cursor_execute", trace)
    identity = device.next_identity(moving.next_signer(device.connection))
    moving.move(device.ledger, identity)
    print(steps)
    """
)


def test_killed_before_any_statement_of_it_the_laptop_goes_on(
    device: FieldDevice, tmp_path: Path
) -> None:
    serve(device, 0)
    device.close()
    die_at, statements = 1, 0
    while not statements:
        folder = tmp_path / str(die_at)
        device.connect()
        twin = device.copy_to(folder)
        twin.close()
        device.close()
        mover = subprocess.run(
            [sys.executable, "-c", MOVER, str(folder), str(die_at)],
            stdout=subprocess.PIPE,
            check=False,
        )
        if mover.returncode == 0:
            statements = int(mover.stdout)
        else:
            assert mover.returncode == -signal.SIGKILL
        _goes_on(folder, die_at)
        die_at += 1
    assert statements > 12


def _goes_on(folder: Path, die_at: int) -> None:
    twin = opened(folder)
    feeds = twin.connection.execute(select(FEED.c.feed, FEED.c.closed).order_by(FEED.c.ordinal))
    rows = [tuple(row) for row in feeds]
    assert [closed for _, closed in rows] in ([False], [True, False]), die_at
    assert rows[-1][0] == twin.identity.signer.key_id
    assert twin.station.session is not None and twin.station.handed() == 1
    assert serve(twin, 4) == twin.ledger.count()
    moved(twin)
    twin.restart()
    assert serve(twin, 5) == twin.ledger.count()
    assert twin.station.handed() == 3
    twin.close()

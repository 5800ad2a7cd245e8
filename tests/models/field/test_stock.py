"""The stock of a point: the same whatever order its stations' facts come in."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from models import facts
from models.errors import UnknownTarget
from models.facts import (
    Body,
    Fact,
    Handover,
    Line,
    Movement,
    SessionOpened,
    Source,
    Stock,
    Void,
    VoidReason,
)
from models.field.database import write
from models.field.projections import FACT, FEED, STOCK, Place
from models.field.roster import Roster
from models.stock import Move, Spot, find_base, reckon
from tests.support.field import FieldDevice, device_in
from tests.support.world import AT, FIRST, HERE, LEBARAN, RANI, SEMBAKO, family

FEEDS = [letter * 16 for letter in (b"a", b"b", b"c")]
History = list[tuple[int, Body]]
"""What a station wrote after its session was opened: (minutes since then, body)."""


@pytest.fixture
def device(tmp_path: Path) -> Iterator[FieldDevice]:
    with device_in(tmp_path / "data") as made:
        yield made


def give(package: int = SEMBAKO, quantity: int = 1, number: int = 1) -> Handover:
    """A hand-over to a family."""
    return Handover(family(number).id, (Line(FIRST, package, quantity),), Source.CAMERA)


def counted(quantity: int, package: int = SEMBAKO) -> Stock:
    """So much was counted."""
    return Stock(Movement.COUNTED, package, quantity)


def written(history: History) -> list[Fact]:
    """The station's facts, the session's opening first."""
    rest = [Fact(AT + minutes * 60_000, RANI, 1, body) for minutes, body in history]
    return [Fact(AT, RANI, 0, SessionOpened(HERE)), *rest]


def come(device: FieldDevice, feed: bytes, history: Sequence[Fact], first: int = 1) -> None:
    """Facts of another station come in."""
    known = {
        "feed": feed,
        "ordinal": 10 + FEEDS.index(feed),
        "device": 10 + FEEDS.index(feed),
        "public_key": b"",
        "own": False,
        "safe_seq": 0,
        "closed": False,
    }
    with write(device.connection):
        device.connection.execute(upsert(FEED).on_conflict_do_nothing(), known)
        for seq, fact in enumerate(history, first):
            place = Place(feed, 0, seq)
            row = {**place.key, "hash": feed[:1] * 31 + bytes([seq]), "body": facts.encode(fact)}
            device.connection.execute(insert(FACT), row)
            device.ledger.projector.apply(place, fact, own=False)


def left(device: FieldDevice) -> dict[int, int]:
    """Package → pieces."""
    return Roster(device.connection).stock(HERE)


# --- what it comes to ------------------------------------------------------------------------


def test_what_another_station_hands_over_leaves_the_points_stock(device: FieldDevice) -> None:
    device.ledger.append(RANI, 0, SessionOpened(HERE), counted(50))
    now = (device.ledger.clock().now - AT) // 60_000 + 1
    come(device, FEEDS[0], written([(now, give()), (now, give(quantity=2)), (now, Void(2, _R))]))
    assert left(device) == {SEMBAKO: 48}


_R = VoidReason.OTHER


def test_a_count_holds_from_its_time_whenever_it_comes(device: FieldDevice) -> None:
    first = written([(1, counted(100)), (2, give()), (9, give()), (30, give())])
    second = written([(3, give()), (10, counted(90)), (11, give())])
    come(device, FEEDS[0], first)
    assert left(device) == {SEMBAKO: 97}
    come(device, FEEDS[1], second)
    # 90 were there after ten minutes: since then one went at either station.
    assert left(device) == {SEMBAKO: 88}


def test_lent_and_borrowed_goods_and_what_comes_back_of_them(device: FieldDevice) -> None:
    steps: list[tuple[Movement, int, int]] = [
        (Movement.COUNTED, 50, 50),
        (Movement.LENT, 20, 30),
        (Movement.GOT_BACK, 15, 45),
        (Movement.BORROWED, 5, 50),
        (Movement.GIVEN_BACK, 4, 46),
    ]
    device.ledger.append(RANI, 0, SessionOpened(HERE))
    for movement, pieces, expected in steps:
        device.ledger.append(RANI, 1, Stock(movement, SEMBAKO, pieces, other_point=2))
        assert left(device) == {SEMBAKO: expected}


def test_a_stock_record_that_is_taken_back_counts_no_more(device: FieldDevice) -> None:
    station = device.station
    station.open_session(RANI, HERE, counted=[(SEMBAKO, 50)])
    wrong = station.record(RANI, Stock(Movement.RECEIVED, SEMBAKO, 100, "SJ 17"))
    recount = station.record(RANI, counted(140))
    assert left(device) == {SEMBAKO: 140}
    station.void(recount.place, RANI, VoidReason.WRONG_QUANTITY)
    assert left(device) == {SEMBAKO: 150}
    station.void(wrong.place, RANI, VoidReason.WRONG_QUANTITY)
    assert left(device) == {SEMBAKO: 50}
    with pytest.raises(UnknownTarget):
        station.void(wrong.place, RANI, VoidReason.WRONG_QUANTITY)
    assert station.handed() == 0, "no hand-over was taken back"


def test_without_any_count_or_delivery_nothing_is_known_again(device: FieldDevice) -> None:
    station = device.station
    station.open_session(RANI, HERE)
    only = station.record(RANI, counted(9, LEBARAN))
    station.void(only.place, RANI, VoidReason.WRONG_QUANTITY)
    assert left(device) == {}


# --- any order -------------------------------------------------------------------------------

_PACKAGES = st.integers(1, 2)
_BODIES: st.SearchStrategy[Body] = st.one_of(
    st.builds(Stock, st.sampled_from(Movement), _PACKAGES, st.integers(0, 20)),
    st.builds(give, _PACKAGES, st.integers(1, 3), st.integers(1, 9)),
    st.builds(Void, st.integers(2, 12), st.just(VoidReason.OTHER)),
)
_HISTORIES = st.lists(st.tuples(st.integers(0, 9), _BODIES), max_size=10)


def by_the_rule(histories: Sequence[Sequence[Fact]]) -> dict[int, int]:
    """What must be left, reckoned from a list of all facts."""
    moves: dict[int, list[Move]] = {}
    given_out: list[tuple[Spot, Line]] = []
    for feed, history in zip(FEEDS, histories, strict=False):
        voided = {
            fact.body.target
            for seq, fact in enumerate(history, 1)
            if isinstance(fact.body, Void) and fact.body.target < seq
        }
        for seq, fact in enumerate(history, 1):
            spot = Spot(feed, 0, seq, fact.at)
            if seq in voided:
                continue
            if isinstance(fact.body, Stock):
                move = Move(spot, fact.body.movement, fact.body.quantity)
                moves.setdefault(fact.body.package, []).append(move)
            elif isinstance(fact.body, Handover):
                given_out += [(spot, line) for line in fact.body.lines]
    found = {}
    for package, of_it in moves.items():
        base = find_base(of_it)
        if base is not None:
            handed = [
                line.quantity
                for spot, line in given_out
                if line.package == package and base.spot.is_before(spot)
            ]
            found[package] = reckon(base, of_it, sum(handed))
    return found


@given(st.lists(_HISTORIES, min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_the_stock_is_the_same_whatever_order_the_stations_facts_come_in(
    histories: list[History], random: object
) -> None:
    shuffle = getattr(random, "shuffle")  # noqa: B009
    stations = [written(history) for history in histories]
    expected = by_the_rule(stations)
    for _ in range(2):
        with tempfile.TemporaryDirectory() as folder, device_in(Path(folder)) as device:
            turns = [n for n, facts_ in enumerate(stations) for _ in facts_]
            shuffle(turns)
            done = [0] * len(stations)
            for n in turns:
                come(device, FEEDS[n], [stations[n][done[n]]], done[n] + 1)
                done[n] += 1
            assert left(device) == expected
            stored = device.connection.execute(select(STOCK)).all()
            with write(device.connection):
                device.ledger.projector.rebuild()
            assert device.connection.execute(select(STOCK)).all() == stored

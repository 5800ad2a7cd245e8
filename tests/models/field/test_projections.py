"""What follows from the facts can be thrown away and derived again, to the same rows."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from models.facts import (
    Body,
    Fact,
    Handover,
    Line,
    Movement,
    SessionClosed,
    SessionOpened,
    Source,
    Stock,
    Void,
    VoidReason,
)
from models.field.database import write
from models.field.projections import BLOB_NAMED, SESSION, STOCK, TAKEN, VOIDED, Place
from models.field.roster import Roster
from tests.support.field import FieldDevice, device_in
from tests.support.made_facts import BODIES
from tests.support.world import FIRST, HERE, LEBARAN, RANI, SEMBAKO, THERE, family

OTHER_FEED = b"another device.."


@pytest.fixture
def device(tmp_path: Path) -> Iterator[FieldDevice]:
    with device_in(tmp_path / "data") as made:
        yield made


def _derived(device: FieldDevice) -> dict[str, list[Any]]:
    return {
        table.name: [tuple(row) for row in device.connection.execute(
            select(table).order_by(*table.primary_key)
        )]
        for table in (TAKEN, VOIDED, STOCK, SESSION, BLOB_NAMED)
    }  # fmt: skip


def _rebuild(device: FieldDevice) -> None:
    with write(device.connection):
        device.ledger.projector.rebuild()


def _stock(device: FieldDevice, point: int = HERE) -> dict[int, int]:
    return Roster(device.connection).stock(point)


def _give(number: int = 1, quantity: int = 1, package: int = SEMBAKO) -> Handover:
    return Handover(family(number).id, (Line(FIRST, package, quantity),), Source.CAMERA)


# --- single consequences ---------------------------------------------------------------------


def test_stock_follows_what_came_went_was_counted_damaged_and_returned(
    device: FieldDevice,
) -> None:
    steps: list[tuple[Body, dict[int, int]]] = [
        (_give(), {}),
        (Stock(Movement.DAMAGED, SEMBAKO, 3), {}),
        (Stock(Movement.RECEIVED, SEMBAKO, 10), {SEMBAKO: 10}),
        (_give(), {SEMBAKO: 9}),
        (Stock(Movement.RECEIVED, SEMBAKO, 5), {SEMBAKO: 14}),
        (Stock(Movement.DAMAGED, SEMBAKO, 2), {SEMBAKO: 12}),
        (Stock(Movement.RETURNED, SEMBAKO, 1), {SEMBAKO: 11}),
        (_give(quantity=3), {SEMBAKO: 8}),
        (Stock(Movement.COUNTED, SEMBAKO, 20), {SEMBAKO: 20}),
        (Stock(Movement.COUNTED, LEBARAN, 0), {SEMBAKO: 20, LEBARAN: 0}),
    ]
    device.ledger.append(RANI, 0, SessionOpened(HERE))
    for body, stock in steps:
        device.ledger.append(RANI, 1, body)
        assert _stock(device) == stock, body
    assert _stock(device, THERE) == {}
    before = _derived(device)
    _rebuild(device)
    assert _derived(device) == before


def test_a_void_puts_the_goods_back_once(device: FieldDevice) -> None:
    device.ledger.append(RANI, 0, SessionOpened(HERE), Stock(Movement.COUNTED, SEMBAKO, 5))
    (given_out,) = device.ledger.append(RANI, 1, _give(quantity=2))
    assert _stock(device) == {SEMBAKO: 3}
    for _ in range(2):
        device.ledger.append(RANI, 1, Void(given_out.seq, VoidReason.GOODS_NOT_TAKEN))
        assert _stock(device) == {SEMBAKO: 5}
    assert Roster(device.connection).taken(family(1).id) == ()


def test_a_void_of_what_is_no_hand_over_or_not_there_changes_nothing(device: FieldDevice) -> None:
    device.ledger.append(RANI, 0, SessionOpened(HERE), Stock(Movement.COUNTED, SEMBAKO, 5))
    for target in (1, 3, 99, 0):
        device.ledger.append(RANI, 1, Void(target, VoidReason.OTHER))
    assert _stock(device) == {SEMBAKO: 5}
    assert device.station.session is None  # read before; the next look finds it
    device.station.reload()
    assert device.station.session is not None


def test_a_void_of_another_devices_record_is_only_kept(device: FieldDevice) -> None:
    with write(device.connection):
        fact = Fact(1, RANI, 0, _give())
        device.ledger.projector.apply(Place(OTHER_FEED, 0, 1), fact, own=False)
    device.ledger.append(RANI, 0, Void(1, VoidReason.OTHER, feed=OTHER_FEED))
    assert len(Roster(device.connection).taken(family(1).id)) == 1


def test_a_proxys_name_is_told_at_the_second_scan(device: FieldDevice) -> None:
    from models.facts import Receiver

    given_out = Handover(
        family(1).id, (Line(FIRST, SEMBAKO, 1),), Source.CAMERA, receiver=Receiver.PROXY,
        proxy_name="Budi",
    )  # fmt: skip
    device.ledger.append(RANI, 0, given_out)
    (taken,) = Roster(device.connection).taken(family(1).id)
    assert (taken.receiver, taken.receiver_name, taken.point) == (Receiver.PROXY, "Budi", 0)


# --- any history -----------------------------------------------------------------------------

PACKAGES = st.integers(1, 3)
LINES = st.builds(Line, st.integers(1, 2), PACKAGES, st.integers(1, 3))
PLAUSIBLE = st.one_of(
    st.builds(SessionOpened, st.integers(1, 3), st.text(max_size=5)),
    st.builds(SessionClosed, st.integers(0, 9)),
    st.builds(
        Handover,
        st.integers(0, 5).map(lambda number: family(number).id),
        st.lists(LINES, min_size=1, max_size=3).map(tuple),
        st.sampled_from(Source),
    ),
    st.builds(Void, st.integers(0, 30), st.sampled_from(VoidReason)),
    st.builds(Stock, st.sampled_from(Movement), PACKAGES, st.integers(0, 20)),
)  # fmt: skip
HISTORIES = st.lists(
    st.tuples(st.integers(0, 12), st.lists(PLAUSIBLE | BODIES, min_size=1, max_size=3)), max_size=25
)


@given(HISTORIES)
def test_a_rebuild_of_any_history_gives_the_same_rows(
    history: list[tuple[int, list[Body]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder, device_in(Path(folder)) as device:
        for session, bodies in history:
            device.ledger.append(RANI, session, *bodies)
        before = _derived(device)
        _rebuild(device)
        assert _derived(device) == before
        device.ledger.append(RANI, 0, *[body for _, bodies in history for body in bodies])
        before = _derived(device)
        _rebuild(device)
        assert _derived(device) == before


def test_a_rebuild_leaves_the_connection_as_it_was(device: FieldDevice) -> None:
    before = device.connection.get_execution_options()
    _rebuild(device)
    assert device.connection.get_execution_options() == before


def test_a_rebuild_that_fails_leaves_everything_as_it_was(device: FieldDevice) -> None:
    device.ledger.append(RANI, 0, SessionOpened(HERE), _give(), _give(2))
    before = _derived(device)
    with pytest.raises(RuntimeError), write(device.connection):
        device.ledger.projector.rebuild()
        raise RuntimeError
    assert _derived(device) == before

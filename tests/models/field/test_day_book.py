"""What a paper is about: sessions and days as they are chosen, and exactly their facts."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.clock import DAY
from models.cose import Signer
from models.errors import DataError
from models.facts import Fact, Handover, SessionClosed, SessionOpened, Source, Stock, VoidReason
from models.feed import FEED_ID_BYTES
from models.field.day_book import (
    day_of,
    entries,
    reading,
    scope_of_day,
    scope_of_sitting,
    sittings,
)
from models.field.moving import move
from models.field.sign_off import count_listed, listed, open_stages
from models.tally import Tally
from tests.support.field import FieldDevice, device_in
from tests.support.world import (
    AT,
    FIRST,
    HERE,
    RANI,
    SECOND,
    SEMBAKO,
    THERE,
    family,
    roster_page,
)

FAMILIES = [family(number) for number in range(1, 8)]
ELSEWHERE = family(9, point=THERE)


def serve(device: FieldDevice, *numbers: int) -> None:
    for number in numbers:
        look = device.station.look_up_code(FAMILIES[number].code, Source.CAMERA)
        device.station.hand_over(look, RANI)
        device.clock.forward()


def kinds(device: FieldDevice, day: int = 0) -> list[type]:
    with reading(device.database.ledger) as connection:
        scope = scope_of_day(connection, HERE, day_of(AT + day * DAY))
        return [type(entry.fact.body) for entry in entries(connection, scope)]


def test_a_day_holds_the_facts_of_its_sessions_and_no_others(tmp_path: Path) -> None:
    with device_in(tmp_path, page=roster_page(FAMILIES)) as device:
        for day in range(2):
            device.station.open_session(RANI, HERE, counted=[(SEMBAKO, 9)])
            serve(device, 2 * day, 2 * day + 1)
            device.station.close_session(RANI)
            device.clock.off(1)
        assert kinds(device) == [SessionOpened, Stock, Handover, Handover, SessionClosed]
        assert kinds(device, 1) == kinds(device)
        assert kinds(device, 2) == []


def test_each_of_two_sessions_in_a_day_is_one_by_itself(tmp_path: Path) -> None:
    with device_in(tmp_path, page=roster_page(FAMILIES)) as device:
        for numbers in ((0,), (1, 2)):
            device.station.open_session(RANI, HERE)
            serve(device, *numbers)
            device.station.close_session(RANI)
        with reading(device.database.ledger) as connection:
            found = sittings(connection)
            assert [one.own for one in found] == [True, True]
            counts = []
            for one in reversed(found):
                scope = scope_of_sitting(connection, one)
                tally = Tally()
                for entry in entries(connection, scope):
                    tally.add(entry.feed, entry.hash, entry.fact, entry.stands)
                counts.append((tally.records, tally.handed, scope.days[0]))
        assert counts == [(3, 1, day_of(AT)), (4, 2, day_of(AT))]


def test_what_was_taken_back_is_told_as_that(tmp_path: Path) -> None:
    with device_in(tmp_path, page=roster_page(FAMILIES)) as device:
        device.station.open_session(RANI, HERE)
        serve(device, 0, 1)
        device.station.void(2, RANI, VoidReason.GOODS_NOT_TAKEN)
        with reading(device.database.ledger) as connection:
            scope = scope_of_day(connection, HERE, day_of(AT))
            stands = {entry.seq: entry.stands for entry in entries(connection, scope)}
            assert stands == {1: True, 2: False, 3: True, 4: True}
            took = {one.id: one.taken for one in listed(connection, scope, (FIRST,))}
        assert not took[FAMILIES[0].id] and took[FAMILIES[1].id]


def test_the_list_holds_everybody_due_here_and_whoever_received_all_the_same(
    tmp_path: Path,
) -> None:
    with device_in(tmp_path, page=roster_page([*FAMILIES, ELSEWHERE])) as device:
        session = device.station.open_session(RANI, HERE)
        stranger = 1 << 61
        for household in (ELSEWHERE.id, stranger):
            body = Handover(household, FAMILIES[0].due, Source.SEARCH)
            device.ledger.append(RANI, session.seq, body)
        with reading(device.database.ledger) as connection:
            scope = scope_of_day(connection, HERE, day_of(AT))
            stages = open_stages(connection, scope)
            assert stages == (FIRST, SECOND)
            found = list(listed(connection, scope, stages))
            assert count_listed(connection, scope, stages) == len(found) == 9
        names = [one.household.name if one.household else "" for one in found]
        assert names == [*(one.name for one in FAMILIES), "Keluarga 9", ""]
        assert [bool(one.due) for one in found] == [True] * 7 + [False] * 2
        assert [len(one.taken) for one in found] == [0] * 7 + [1, 1]


def test_a_session_that_goes_on_in_a_new_feed_is_one(tmp_path: Path) -> None:
    with device_in(tmp_path, page=roster_page(FAMILIES)) as device:
        session = device.station.open_session(RANI, HERE)
        serve(device, 0)
        signer = Signer.of(b"\x77" * 32, FEED_ID_BYTES)
        move(device.ledger, device.next_identity(signer))
        device.station.reload()
        serve(device, 1)
        with reading(device.database.ledger) as connection:
            (one,) = sittings(connection)
            assert one.places[0] == (device.identity.signer.key_id, session.seq)
            assert len(one.places) == 2 and one.closed_at is None
            scope = scope_of_sitting(connection, one)
            handed = [e for e in entries(connection, scope) if isinstance(e.fact.body, Handover)]
        assert len(handed) == 2


def test_what_is_read_stays_as_it_was_while_others_write_and_can_write_nothing(
    tmp_path: Path,
) -> None:
    with device_in(tmp_path, page=roster_page(FAMILIES)) as device:
        device.station.open_session(RANI, HERE)
        with reading(device.database.ledger) as connection:
            scope = scope_of_day(connection, HERE, day_of(AT))
            serve(device, 0)
            assert len(list(entries(connection, scope))) == 1
            assert len(sittings(connection)) == 1
            with pytest.raises(DataError):
                connection.exec_driver_sql("DELETE FROM fact")
        assert len(kinds(device)) == 2


def test_numbers_that_nothing_can_count_are_left_out(tmp_path: Path) -> None:
    with device_in(tmp_path, page=roster_page(FAMILIES)) as device:
        session = device.station.open_session(RANI, HERE)
        assert isinstance(device.ledger.fact(session.seq), Fact)
        device.ledger.append(RANI, session.seq, Handover(1 << 63, FAMILIES[0].due, Source.SEARCH))
        assert kinds(device) == [SessionOpened]

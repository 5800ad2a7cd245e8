"""A help desk copies the whole city: cut off anywhere it goes on, and no change is missed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from models.errors import Cancelled, LinkLost
from models.facts import Line, Source
from models.field.city_copy import load_copy
from models.page import PageProblem
from models.snapshot import SnapshotPage, decode_snapshot, encode_snapshot
from server.laptops.assigning import assign_device
from server.roster_import import import_roster
from server.streams.changes import Change, append_changes
from server.streams.city import NEXT_HOUSEHOLDS
from server.tables import ChangeKind
from sync.messages import Reply, Snapshot, encode_request, read_refusal
from sync.progress import Phase, Progress
from tests.support.centre_world import Centre
from tests.support.field import FieldDevice, new_device
from tests.support.strangers import Enrolled
from tests.support.syncing import Hurry, Straight, sync
from tests.support.world import (
    AT,
    CENTRE,
    FIRST,
    HERE,
    LEBARAN,
    OTHER_REGION,
    SEMBAKO,
    THERE,
    Family,
    family,
)
from tests.sync.stranger import papers

MINE = [family(number) for number in range(1, 12)]
OTHERS = [family(number, point=THERE) for number in range(20, 57)]
ALL = [*MINE, *OTHERS]
DESK = 9


@pytest.fixture
def town(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> Centre:
    """A centre with two points' families in several RW, whose snapshot takes several pages."""
    monkeypatch.setattr("sync.city_copying.PAGE_HOUSEHOLDS", 10)
    centre.list_families(ALL)
    with centre.engine.begin() as connection:
        connection.execute(text("UPDATE household SET rw = id % 7"))
        connection.execute(
            text("UPDATE household SET region = :other WHERE id % 2 = 0"), {"other": OTHER_REGION}
        )
    return centre


@pytest.fixture
def desk(town: Centre, tmp_path: Path) -> Iterator[FieldDevice]:
    """A help desk's laptop, not synced yet."""
    made = new_device(tmp_path / "desk", DESK)
    town.enrol(made.identity)
    with town.engine.begin() as connection:
        assign_device(connection, DESK, AT, city=True, actor="test")
    yield made
    made.close()


KNOWN = {one.id: one for one in (*ALL, *(family(n, point=THERE) for n in range(60, 70)))}


def known(device: FieldDevice) -> dict[int, tuple[Any, ...]]:
    """The households that a device holds, with what is due to each."""
    rows = device.connection.execute(
        text("SELECT id, kk, name, region, rw FROM roster.household")
    ).all()
    due = {row.id: device.station.roster.entitlements(row.id) for row in rows}
    return {row.id: (*row, {(one.line, one.point) for one in due[row.id]}) for row in rows}


def at_centre(centre: Centre) -> dict[int, tuple[Any, ...]]:
    """The same of all households of the centre."""
    due: dict[int, set[tuple[Line, int]]] = {}
    for number, *line, point in centre.rows(
        "SELECT household, stage, package, quantity, point FROM entitlement"
    ):
        due.setdefault(number, set()).add((Line(*line), point))
    return {
        number: (number, KNOWN[number].kk, KNOWN[number].name, *place, due.get(number, set()))
        for number, *place in centre.rows("SELECT id, region, rw FROM household")
    }


def is_whole(centre: Centre, device: FieldDevice) -> None:
    """It holds exactly what the centre does."""
    assert known(device) == at_centre(centre)
    with device.database.roster.connect() as roster:
        assert load_copy(roster) is None


def test_a_help_desk_holds_the_whole_city_and_others_only_their_points(
    town: Centre, desk: FieldDevice, tmp_path: Path
) -> None:
    other = new_device(tmp_path / "other", 1)
    town.enrol(other.identity)
    sync(other, Straight(town.receiver.answer))
    assert set(known(other)) == {one.id for one in MINE}
    other.close()

    seen = list[Progress]()
    transport = Straight(town.receiver.answer)
    sync(desk, transport, report=seen.append)
    is_whole(town, desk)
    copying = [(p.done, p.total) for p in seen if p.phase is Phase.COPYING]
    assert copying == [(0, 0), (10, 48), (20, 48), (30, 48), (40, 48)]
    assert desk.station.roster.slip(OTHERS[3].slip_number) is not None
    asked = transport.asked.count("snapshot")
    assert asked > 2
    assert sync(desk, transport).fetched == 0
    assert transport.asked.count("snapshot") == asked


def change_something(town: Centre, step: int) -> None:
    """What the office and the points do while a desk copies: a household comes, one moves to
    another RW (behind or before the copy), one gets a hand-over."""
    come = list(KNOWN.values())[len(ALL) + step % 10]
    moved, served = ALL[step * 5 % len(ALL)], ALL[step * 7 % len(ALL)]
    with town.engine.connect() as connection:
        new = connection.scalar(text("SELECT 1 FROM household WHERE id = :id"), {"id": come.id})
    if new is None:
        town.list_families([come])
    with town.engine.begin() as connection:
        connection.execute(
            text("UPDATE household SET rw = (rw + 3) % 7 WHERE id = :id"), {"id": moved.id}
        )
        connection.execute(
            text("UPDATE entitlement SET quantity = quantity + 1 WHERE household = :id"),
            {"id": served.id},
        )
        for point in (HERE, THERE):
            told = [Change(ChangeKind.HOUSEHOLD, household=one.id) for one in (moved, served)]
            append_changes(connection, point, told)


@pytest.mark.parametrize("lost", ["request", "reply"])
def test_cut_off_at_every_page_with_changes_in_between_it_comes_to_the_same(
    town: Centre, desk: FieldDevice, lost: str
) -> None:
    """A sync that breaks at each snapshot page in turn; the laptop and the centre start anew."""
    pages = 0

    def answer(operation: str, body: bytes) -> Reply:
        nonlocal pages
        if operation != "snapshot":
            return town.receiver.answer(operation, body)
        pages += 1
        if lost == "request" and pages % 2:
            raise LinkLost()
        reply = town.receiving().answer(operation, body)
        change_something(town, pages)
        if lost == "reply" and pages % 2:
            raise LinkLost()
        return reply

    broken = 0
    while True:
        try:
            sync(desk, Straight(answer), attempts=1, stop=Once())
            break
        except (LinkLost, Cancelled):
            broken += 1
            desk.restart()
        assert broken < 60
    assert broken > 2
    is_whole(town, desk)
    change_something(town, 3)
    sync(desk, Straight(town.receiver.answer))
    is_whole(town, desk)


class Once(Hurry):
    """Ends the sync instead of trying again."""

    def wait(self, timeout: float | None = None) -> bool:
        """Stop."""
        return True


def test_what_was_handed_over_anywhere_is_told_to_the_desk(
    town: Centre, desk: FieldDevice, tmp_path: Path
) -> None:
    away = new_device(tmp_path / "away", 2, points=[THERE])
    town.enrol(away.identity)
    sync(away, Straight(town.receiver.answer))
    away.station.open_session(7, THERE)

    def serve(one: Family) -> None:
        away.station.hand_over(away.station.look_up_code(one.code, Source.CAMERA), 7)
        sync(away, Straight(town.receiver.answer))

    serve(OTHERS[0])
    sync(desk, Straight(town.receiver.answer))
    serve(OTHERS[1])
    assert desk.station.roster.taken(OTHERS[0].id)
    assert not desk.station.roster.taken(OTHERS[1].id)
    sync(desk, Straight(town.receiver.answer))
    (taken,) = desk.station.roster.taken(OTHERS[1].id)
    assert (taken.point, taken.line) == (THERE, Line(FIRST, SEMBAKO, 1))
    away.close()


def test_what_changes_for_a_household_without_a_point_reaches_the_desk(
    town: Centre, desk: FieldDevice
) -> None:
    sync(desk, Straight(town.receiver.answer))
    with town.engine.begin() as connection:
        connection.execute(
            text("DELETE FROM entitlement WHERE household = :id"), {"id": OTHERS[0].id}
        )
        told = [Change(ChangeKind.HOUSEHOLD, household=OTHERS[0].id)]
        append_changes(connection, THERE, told)
    sync(desk, Straight(town.receiver.answer))
    is_whole(town, desk)
    assert desk.station.roster.entitlements(OTHERS[0].id) == ()


def test_a_household_imported_without_anything_due_reaches_the_desk(
    town: Centre, desk: FieldDevice, tmp_path: Path
) -> None:
    sync(desk, Straight(town.receiver.answer))
    before = set(known(desk))
    roster = tmp_path / "roster.csv"
    roster.write_text("No KK,Nama,Kelurahan,RW\n3171011501050001,Siti Aminah,31.71.01.1002,3\n")
    assert import_roster(town.engine, town.personal, roster, now=AT).loaded == 1
    sync(desk, Straight(town.receiver.answer))
    (new,) = set(known(desk)) - before
    assert known(desk)[new][1:3] == (3171011501050001, "Siti Aminah")


def test_a_desk_that_no_longer_is_one_keeps_only_its_points(
    town: Centre, desk: FieldDevice
) -> None:
    sync(desk, Straight(town.receiver.answer))
    with town.engine.begin() as connection:
        assign_device(connection, DESK, AT, city=False, actor="test")
    sync(desk, Straight(town.receiver.answer))
    assert set(known(desk)) == {one.id for one in MINE}
    slips = desk.connection.execute(text("SELECT number FROM roster.slip")).scalars()
    assert set(slips) == {one.slip_number for one in MINE}
    assert desk.connection.execute(text("SELECT count(*) FROM roster.entitlement")).scalar() == 11


# --- at the centre ---------------------------------------------------------------------------


def test_no_page_of_the_snapshot_looks_through_or_sorts_the_city(town: Centre) -> None:
    with town.engine.begin() as connection:
        # Enough for a sequential scan to be dear.
        connection.execute(
            text(
                "INSERT INTO household (id, kk_hmac, kk_enc, name_enc, address_enc, region, rw,"
                " updated_at) SELECT (1::int8 << 50) + n, int8send(n), '', '', '',"
                " '31.71.01.' || 1001 + n % 6, n % 15, 0 FROM generate_series(1, 30000) AS n"
            )
        )
        connection.execute(text("ANALYZE household"))
        plan = connection.execute(
            text(f"EXPLAIN {NEXT_HOUSEHOLDS.text}"),
            {"region": "31.71.01.1003", "rw": 3, "id": 1 << 50, "most": 2000},
        )
        words = "\n".join(row[0] for row in plan)
    assert "Index Scan using household_by_region" in words
    assert "Index Cond: (ROW(" in words
    assert "Sort" not in words and "Seq Scan" not in words


def test_a_place_that_no_page_named_is_malformed(town: Centre, desk: FieldDevice) -> None:
    def refused(place: bytes) -> str:
        request = encode_request(Snapshot(AT, place, 10), desk.identity.signer)
        reply = town.receiver.answer("snapshot", request)
        assert reply.status != 200
        return read_refusal(reply.body)[0]

    for place in (b"\x00", b"\x83\x61\x00\x01\x01", b"\x83\x00\x01\x01", bytes(201)):
        assert refused(place) == "malformed"


def test_a_page_of_another_form_is_no_page() -> None:
    good = SnapshotPage(b"", b"", None, AT)
    keys = {CENTRE.key_id: CENTRE.public_key}
    assert decode_snapshot(encode_snapshot(good, CENTRE), keys) == good
    with pytest.raises(PageProblem):
        decode_snapshot(encode_snapshot(SnapshotPage(b"", bytes(201), None, AT), CENTRE), keys)


def test_a_stranger_copies_the_city_too(centre: Centre, enrolled: Enrolled) -> None:
    client = enrolled()
    centre.list_families(OTHERS)
    device = client.me["device"]

    def turn(city: bool) -> None:
        with centre.engine.begin() as connection:
            assign_device(connection, device, AT, city=city, actor="test")

    before = {row["id"] for row in client.table(papers.HOUSEHOLDS)}
    turn(True)
    assert client.sync()

    def held() -> set[int]:
        return {row["id"] for row in client.table(papers.HOUSEHOLDS)}

    assert held() == before | {one.id for one in OTHERS}
    late = family(80, Line(FIRST, LEBARAN, 2), point=THERE)
    centre.list_families([late])
    assert client.sync()
    assert late.id in held()
    turn(False)
    assert client.sync()
    assert held() == before

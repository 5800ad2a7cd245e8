"""Two KK numbers that are one family: one household with what is due to both, and apart again."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, text

from models.clock import DAY
from models.feed import verify_segment
from server.catalogue import Desk
from server.errors import CannotMerge, NothingFound
from server.office.audit import entries
from server.roster.merging import find_household, merge, merges, part
from server.slips.issue import issue_slips
from server.status import StatusDesk
from tests.support.centre_world import KEYS, Centre
from tests.support.feeds import gave
from tests.support.world import AT, FIRST, HERE, LEBARAN, SEMBAKO, THERE, family

KEPT, GONE, THIRD = (family(number) for number in (1, 2, 3))


@pytest.fixture
def listed(centre: Centre) -> Centre:
    """Three families, each with what the world's families are due."""
    centre.list_families([KEPT, GONE, THIRD])
    return centre


def desk(connection: Connection) -> Desk:
    return Desk(connection, AT, "sari")


def state(centre: Centre) -> list[Any]:
    """Everything that a merge may touch, but for the order of the streams and the log."""
    statements = (
        "SELECT id, encode(kk_hmac, 'hex'), status FROM household ORDER BY id",
        "SELECT encode(kk_hmac, 'hex'), household FROM kk_alias ORDER BY 1",
        "SELECT household, stage, package, quantity, point FROM entitlement ORDER BY 1, 2, 3",
        "SELECT number, revoked_at FROM slip ORDER BY 1",
        "SELECT stage, region, rw, households, pieces FROM need ORDER BY 1, 2, 3",
    )
    with centre.engine.connect() as connection:
        return [connection.execute(text(one)).all() for one in statements]


def due(centre: Centre, household: int) -> set[tuple[int, int, int, int]]:
    with centre.engine.connect() as connection:
        rows = connection.execute(
            text("SELECT stage, package, quantity, point FROM entitlement WHERE household = :h"),
            {"h": household},
        )
        return {(row.stage, row.package, row.quantity, row.point) for row in rows}


def give(centre: Centre, household: int, *lines: tuple[int, int, int, int]) -> None:
    """Makes these the lines that are due."""
    with centre.engine.begin() as connection:
        connection.execute(text("DELETE FROM entitlement WHERE household = :h"), {"h": household})
        for stage, package, quantity, point in lines:
            connection.execute(
                text("INSERT INTO entitlement VALUES (:h, :s, :p, :q, :t)"),
                {"h": household, "s": stage, "p": package, "q": quantity, "t": point},
            )


def receive(centre: Centre, household: int, package: int, quantity: int) -> None:
    """A hand-over that stands."""
    with centre.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO handover (household, stage, package, device, feed_no, seq, branch,"
                " line_no, quantity, at, day, region, point, actor) VALUES"
                " (:h, 1, :p, 9, 9, :h, 0, 0, :q, :at, '2026-11-24', '', 3, 1)"
            ),
            {"h": household, "p": package, "q": quantity, "at": AT},
        )


def test_the_one_that_stays_gets_the_larger_of_both_and_its_former_number_leads_to_it(
    listed: Centre,
) -> None:
    give(listed, KEPT.id, (FIRST, SEMBAKO, 1, HERE))
    give(listed, GONE.id, (FIRST, SEMBAKO, 2, THERE), (FIRST, LEBARAN, 1, THERE))
    with listed.engine.begin() as connection:
        merge(desk(connection), listed.personal, KEPT.id, GONE.id)
        assert find_household(connection, listed.personal, GONE.kk) == KEPT.id
        assert [one.undone_at for one in merges(connection)] == [None]
    assert due(listed, KEPT.id) == {(FIRST, SEMBAKO, 2, HERE), (FIRST, LEBARAN, 1, THERE)}
    assert due(listed, GONE.id) == set()


def test_what_one_has_received_is_not_due_to_the_other_once_more(listed: Centre) -> None:
    give(listed, KEPT.id, (FIRST, SEMBAKO, 2, HERE), (FIRST, LEBARAN, 1, HERE))
    give(listed, GONE.id, (FIRST, SEMBAKO, 2, HERE), (FIRST, LEBARAN, 1, HERE))
    receive(listed, GONE.id, SEMBAKO, 1)
    receive(listed, GONE.id, LEBARAN, 1)
    with listed.engine.begin() as connection:
        merge(desk(connection), listed.personal, KEPT.id, GONE.id)
    assert due(listed, KEPT.id) == {(FIRST, SEMBAKO, 1, HERE)}
    assert due(listed, GONE.id) == {(FIRST, SEMBAKO, 1, HERE), (FIRST, LEBARAN, 1, HERE)}
    # Whichever number the family types, it sees all that it received.
    status = StatusDesk(listed.engine, listed.personal)
    for kk in (KEPT.kk, GONE.kk):
        found = status.household(kk, None, AT)
        assert found is not None
        assert {line.package: line.received for line in found.stages[0].lines} == {
            "Paket sembako": 1,
            "Paket Lebaran": 1,
        }


def test_slips_that_say_what_is_no_longer_so_are_revoked_and_the_next_issue_makes_up_for_it(
    listed: Centre,
) -> None:
    for one in (KEPT, GONE, THIRD):
        give(listed, one.id, (FIRST, SEMBAKO, 1, HERE))
    period: dict[str, Any] = {
        "point": HERE, "stages": [FIRST], "now": AT, "valid_from": AT, "valid_until": AT + DAY
    }  # fmt: skip
    with listed.engine.begin() as connection:
        connection.execute(text("TRUNCATE slip"))
        issue_slips(connection, KEYS, **period)
        give_up = merge(desk(connection), listed.personal, KEPT.id, GONE.id)
        revoked = connection.scalars(
            text("SELECT household FROM slip WHERE revoked_at IS NOT NULL")
        ).all()
        assert revoked == [GONE.id]
        assert issue_slips(connection, KEYS, **period) == []
        part(desk(connection), listed.personal, give_up)
        assert not connection.scalars(text("SELECT 1 FROM slip WHERE revoked_at > 0")).all()


def test_a_merge_taken_back_leaves_everything_as_it_was_and_both_stand_in_the_log(
    listed: Centre,
) -> None:
    with listed.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO kk_alias (kk_hmac, household, at) VALUES (:old, :household, 0)"),
            {"old": listed.personal.kk_hmac(77), "household": GONE.id},
        )
        merge(desk(connection), listed.personal, KEPT.id, GONE.id)
        part(desk(connection), listed.personal, 1)
    before = state(listed)
    with listed.engine.begin() as connection:
        number = merge(desk(connection), listed.personal, KEPT.id, GONE.id)
    assert state(listed) != before
    with listed.engine.begin() as connection:
        part(desk(connection), listed.personal, number)
    assert state(listed) == before
    with listed.engine.connect() as connection:
        log = [one for one in entries(connection) if one.action.startswith("household.")]
        assert find_household(connection, listed.personal, GONE.kk) == GONE.id
    assert [one.action for one in log[-2:]] == ["household.merged", "household.parted"]
    assert all(one.sound and one.actor == "sari" for one in log)


def test_what_has_gone_can_not_go_again_and_the_last_merge_is_parted_first(listed: Centre) -> None:
    with listed.engine.begin() as connection:
        first = merge(desk(connection), listed.personal, KEPT.id, GONE.id)
        second = merge(desk(connection), listed.personal, THIRD.id, KEPT.id)
        assert find_household(connection, listed.personal, GONE.kk) == THIRD.id
        for kept, gone in ((GONE.id, THIRD.id), (THIRD.id, GONE.id), (THIRD.id, THIRD.id)):
            with pytest.raises(CannotMerge):
                merge(desk(connection), listed.personal, kept, gone)
        with pytest.raises(CannotMerge):
            part(desk(connection), listed.personal, first)
        part(desk(connection), listed.personal, second)
        part(desk(connection), listed.personal, first)
        with pytest.raises(CannotMerge):
            part(desk(connection), listed.personal, first)
        with pytest.raises(NothingFound):
            part(desk(connection), listed.personal, 99)


def test_laptops_learn_of_it_and_where_the_former_number_leads(listed: Centre) -> None:
    give(listed, KEPT.id, (FIRST, SEMBAKO, 1, HERE))
    give(listed, GONE.id, (FIRST, SEMBAKO, 1, HERE))
    feed = gave(1, [THIRD])
    listed.certify(feed.device, feed.id, feed.signer.public_key)
    last = listed.stream.page(feed.device, HERE, 0, 10_000, AT).upto
    with listed.engine.begin() as connection:
        mark = connection.scalar(
            text("SELECT mark FROM point_change WHERE point = :p AND n = :n"),
            {"p": HERE, "n": last},
        )
        merge(desk(connection), listed.personal, KEPT.id, GONE.id)
    page = listed.stream.page(feed.device, HERE, last, 10_000, AT, mark=mark)
    assert [row[0] for row in page.rows["gone"]] == [GONE.id]
    assert [row[1] for row in page.rows["households"]] == [KEPT.id]
    assert page.rows["aliases"] == [(GONE.kk, KEPT.id)]


def test_what_still_goes_out_under_the_former_number_is_put_before_a_person(
    listed: Centre,
) -> None:
    for one in (KEPT, GONE):
        give(listed, one.id, *((line.stage, line.package, 1, HERE) for line in one.due))
    with listed.engine.begin() as connection:
        number = merge(desk(connection), listed.personal, KEPT.id, GONE.id)
    for device, one in (
        (1, GONE),
        (2, KEPT),
    ):  # a laptop that has not heard of it, and one that has
        feed = gave(device, [one])
        listed.certify(feed.device, feed.id, feed.signer.public_key)
        segment = feed.segment(1, None)
        listed.store.take(segment, verify_segment(segment, feed.signer.public_key), AT)
    with listed.engine.begin() as connection:
        asked = connection.scalars(text("SELECT DISTINCT household FROM review WHERE kind = 1"))
        assert asked.all() == [GONE.id]
        standing = connection.execute(
            text("SELECT household, bool_or(in_review) FROM handover GROUP BY household")
        )
        assert {row[0]: row[1] for row in standing} == {GONE.id: True, KEPT.id: False}
        part(desk(connection), listed.personal, number)

"""The pages of a point's stream: all that changed, once each, and nobody else's data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import Engine, text

from models.clock import DAY
from models.cose import Purpose, Signer, sign
from models.facts import Handover, Line, Receiver, Source, Void, VoidReason
from models.feed import verify_segment
from models.page import INDEX_LIMIT, Page, decode_page
from models.streams import CITY, own_stream
from server.laptops.blocking import revoke_device
from server.streams.changes import Change, append_changes
from server.tables import ChangeKind
from sync.messages import ALLOWED_SKEW, Pull, encode_request, read_refusal
from tests.support.centre import TestPostgres
from tests.support.centre_world import KEYS as OFFICE
from tests.support.centre_world import Centre, empty
from tests.support.feeds import MadeFeed, gave
from tests.support.world import (
    AT,
    CENTRE,
    FIRST,
    HERE,
    LEBARAN,
    PACKAGES,
    POINTS,
    SEMBAKO,
    SLIP_KEY,
    STAGES,
    THERE,
    Family,
    family,
)

MINE = [family(number) for number in range(1, 8)]
THEIRS = [family(number, point=THERE) for number in range(20, 24)]
KEYS = {CENTRE.key_id: CENTRE.public_key}


@pytest.fixture(scope="module")
def reused_engine(postgres: TestPostgres) -> Iterator[Engine]:
    """One database for all tests here, emptied before each."""
    with postgres.database() as engine:
        yield engine


@pytest.fixture
def centre(reused_engine: Engine) -> Centre:
    """Two points; devices 1 and 2 at the first, device 3 at the second, device 4 at both."""
    empty(reused_engine)
    made = Centre(reused_engine)
    made.furnish([*MINE, *THEIRS])
    for device, points in ((1, [HERE]), (2, [HERE]), (3, [THERE]), (4, [HERE, THERE])):
        feed = MadeFeed(device)
        made.certify(device, feed.id, feed.signer.public_key, points=points)
    return made


def take(centre: Centre, feed: MadeFeed) -> None:
    """Pushes a whole feed."""
    segment = feed.segment()
    centre.store.take(segment, verify_segment(segment, feed.signer.public_key), AT)


def page(
    centre: Centre,
    device: int = 1,
    point: int = HERE,
    after: int = 0,
    most: int = 5_000,
    own: Sequence[MadeFeed] = (),
) -> Page:
    """One page as a device gets it: asked, signed, sent and read. ``own`` are the feeds it holds,
    without saying one that is empty."""
    feed = MadeFeed(device)
    heads = tuple((one.id, one.head()) for one in own or [feed])
    drawn = centre.rows(
        "SELECT mark FROM point_change WHERE point = :point AND n = :after",
        point=point,
        after=min(after, (1 << 63) - 1),
    )
    mark = drawn[0][0] if drawn else 0
    pull = encode_request(Pull(AT, point, after, most, heads, mark), feed.signer)
    reply = centre.receiver.answer("pull", pull)
    assert reply.status == 200, read_refusal(reply.body)
    return decode_page(reply.body, KEYS)


def pages(
    centre: Centre, device: int = 1, point: int = HERE, after: int = 0, most: int = 5_000
) -> list[Page]:
    """All pages to the end."""
    found = [page(centre, device, point, after, most)]
    while found[-1].left:
        found.append(page(centre, device, point, found[-1].upto, most))
    return found


def test_the_first_page_brings_everything_a_device_needs(centre: Centre) -> None:
    first = page(centre)
    assert [row[2] for row in first.rows["households"]] == [one.name for one in MINE]
    assert {row[0] for row in first.rows["households"]} == {one.kk for one in MINE}
    assert len(first.rows["entitlements"]) == len(first.rows["slips"]) == len(MINE)
    assert first.rows["points"] == list(POINTS)
    assert first.rows["stages"] == list(STAGES)
    assert [row[:2] for row in first.rows["packages"]] == [row[:2] for row in PACKAGES]
    assert [row[1] for row in first.rows["volunteers"]] == ["Rani", "Budi"]
    keys = {row[1]: row[2] for row in first.rows["keys"]}
    assert keys == {
        "centre": CENTRE.public_key,
        "slip": SLIP_KEY.public_key,
        "box": OFFICE.box.public_key,
    }
    assert (first.point, first.after, first.upto, first.left, first.at) == (HERE, 0, 14, 0, AT)


def test_nothing_of_another_points_households_is_told(centre: Centre) -> None:
    told = {row[1] for row in page(centre).rows["households"]}
    assert not told & {one.id for one in THEIRS}
    slips = {row[1] for row in page(centre).rows["slips"]}
    assert not slips & {one.id for one in THEIRS}


def test_after_the_last_change_a_page_is_empty(centre: Centre) -> None:
    upto = page(centre).upto
    again = page(centre, after=upto)
    assert (again.rows, again.after, again.upto, again.left) == ({}, upto, upto, 0)


@pytest.mark.parametrize("most", [1, 2, 3, 5, 13, 14])
def test_small_pages_come_to_the_same_as_a_large_one(centre: Centre, most: int) -> None:
    whole, small = page(centre), pages(centre, most=most)
    assert [one.after for one in small] == [0, *[one.upto for one in small[:-1]]]
    assert [one.left for one in small] == [14 - one.upto for one in small]
    for section in ("households", "entitlements", "slips"):
        together = [row for one in small for row in one.rows.get(section, ())]
        assert sorted(together) == sorted(whole.rows[section])


def test_a_cursor_beyond_the_end_is_read_from_the_beginning(centre: Centre) -> None:
    whole = page(centre)
    for after in (99, 1 << 62, 1 << 80):
        assert page(centre, after=after) == whole


def test_a_number_that_was_given_out_again_is_told_by_its_mark(centre: Centre) -> None:
    first = page(centre, most=3)
    assert (first.after, first.upto) == (0, 3) and first.mark > 0
    feed = MadeFeed(1)

    def asked(mark: int) -> Page:
        request = encode_request(Pull(AT, HERE, 3, 4, (), mark), feed.signer)
        return decode_page(centre.receiver.answer("pull", request).body, KEYS)

    assert asked(first.mark).after == 3
    for other in (0, first.mark + 1, -1, 1 << 80):
        assert (asked(other).after, asked(other).upto) == (0, 4)


def test_a_point_without_any_change_still_tells_the_catalogue(centre: Centre) -> None:
    with centre.engine.begin() as connection:
        connection.execute(text("DELETE FROM point_change"))
        connection.execute(text("DELETE FROM point_counter"))
    first = page(centre)
    assert set(first.rows) == {
        "points",
        "stages",
        "packages",
        "volunteers",
        "keys",
        "siblings",
    }
    assert (first.upto, first.left) == (0, 0)


# --- what others recorded --------------------------------------------------------------------


def test_a_hand_over_is_told_to_the_others_and_not_to_whoever_wrote_it(centre: Centre) -> None:
    after = page(centre).upto
    feed = MadeFeed(1)
    feed.open()
    proxy = Handover(
        MINE[0].id,
        (Line(FIRST, SEMBAKO, 1), Line(FIRST, LEBARAN, 2)),
        Source.CAMERA,
        slip=MINE[0].slip_number,
        receiver=Receiver.PROXY,
        proxy_name="Budi",
    )
    feed.add(proxy, at=AT + 5)
    take(centre, feed)
    assert page(centre, 1, after=after, own=[feed]).rows == {}
    rows = page(centre, 2, after=after).rows["elsewhere"]
    common = (AT + 5, HERE, 7, int(Receiver.PROXY), "Budi", MINE[0].slip_number, False)
    assert rows == [
        (MINE[0].id, feed.id, 0, 2, 0, FIRST, SEMBAKO, 1, *common),
        (MINE[0].id, feed.id, 0, 2, 1, FIRST, LEBARAN, 2, *common),
    ]


def test_a_void_is_told_too(centre: Centre) -> None:
    feed = gave(1, MINE[:2])
    take(centre, feed)
    after = page(centre, 2).upto
    feed.add(Void(2, VoidReason.WRONG_HOUSEHOLD))
    take(centre, feed)
    (row,) = page(centre, 2, after=after).rows["elsewhere"]
    assert (row[0], row[3], row[-1]) == (MINE[0].id, 2, True)


def test_a_household_served_elsewhere_is_told_to_its_own_point(centre: Centre) -> None:
    take(centre, gave(3, [MINE[0]], THERE))
    (row,) = page(centre, 1).rows["elsewhere"]
    assert (row[0], row[9]) == (MINE[0].id, THERE)


def test_both_branches_of_a_fork_are_told(centre: Centre) -> None:
    feed = gave(1, MINE[:2])
    other = feed.branch_off(2)
    other.give(MINE[4])
    take(centre, feed)
    take(centre, other)
    rows = page(centre, 2).rows["elsewhere"]
    assert {(row[0], row[2], row[3]) for row in rows} == {
        (MINE[0].id, 0, 2),
        (MINE[1].id, 0, 3),
        (MINE[4].id, 1, 3),
    }


def test_a_household_number_that_would_pass_for_an_index_spoils_no_page(centre: Centre) -> None:
    feed = MadeFeed(1)
    feed.open()
    for number in (0, 3, INDEX_LIMIT - 1):
        feed.add(Handover(number, (Line(FIRST, SEMBAKO, 1),), Source.CAMERA))
    feed.give(MINE[0])
    take(centre, feed)
    assert {row[0] for row in page(centre, 2).rows["elsewhere"]} == {MINE[0].id}


# --- households that come and go -------------------------------------------------------------


def _move(centre: Centre, household: int, point: int) -> None:
    with centre.engine.begin() as connection:
        connection.execute(
            text("UPDATE entitlement SET point = :point WHERE household = :household"),
            {"point": point, "household": household},
        )
        for told in (HERE, THERE):
            append_changes(connection, told, [Change(ChangeKind.HOUSEHOLD, household=household)])


def test_a_household_that_moved_to_another_point_is_gone_here_and_there_it_comes(
    centre: Centre,
) -> None:
    here, there = page(centre, 1).upto, page(centre, 3, THERE).upto
    _move(centre, MINE[0].id, THERE)
    assert page(centre, 1, after=here).rows == {"gone": [(MINE[0].id,)]}
    arrived = page(centre, 3, THERE, after=there).rows
    assert [row[1] for row in arrived["households"]] == [MINE[0].id]
    assert arrived["entitlements"] == [(MINE[0].id, FIRST, SEMBAKO, THERE, 1)]


@pytest.mark.parametrize(("one", "point"), [(MINE[0], THERE), (THEIRS[0], HERE)])
def test_a_device_of_both_points_never_loses_a_household_that_moved_between_them(
    centre: Centre, one: Family, point: int
) -> None:
    """Whichever of the two streams it reads last, the household stays."""
    ends = {at: page(centre, 4, at).upto for at in (HERE, THERE)}
    _move(centre, one.id, point)
    for at in (HERE, THERE):
        rows = page(centre, 4, at, after=ends[at]).rows
        assert "gone" not in rows
        assert [row[1] for row in rows["households"]] == [one.id]


def test_a_household_that_nothing_is_due_to_any_more_is_gone(centre: Centre) -> None:
    after = page(centre).upto
    with centre.engine.begin() as connection:
        connection.execute(text("DELETE FROM entitlement WHERE household = :h"), {"h": MINE[1].id})
        append_changes(connection, HERE, [Change(ChangeKind.HOUSEHOLD, household=MINE[1].id)])
    assert page(centre, after=after).rows == {"gone": [(MINE[1].id,)]}


def test_a_revoked_slip_is_told_as_revoked(centre: Centre) -> None:
    after = page(centre).upto
    with centre.engine.begin() as connection:
        connection.execute(
            text("UPDATE slip SET revoked_at = 1 WHERE number = :n"), {"n": MINE[0].slip_number}
        )
        append_changes(connection, HERE, [Change(ChangeKind.SLIP, ref=MINE[0].slip_number)])
    (row,) = page(centre, after=after).rows["slips"]
    assert (row[0], row[-1]) == (MINE[0].slip_number, True)


@pytest.mark.parametrize(
    ("kind", "sections"),
    [
        (ChangeKind.CATALOGUE, {"points", "stages", "packages"}),
        (ChangeKind.KEYS, {"keys"}),
        (ChangeKind.VOLUNTEER, {"volunteers"}),
        (ChangeKind.SIBLINGS, {"siblings"}),
    ],
)
def test_the_small_tables_are_told_whole(
    centre: Centre, kind: ChangeKind, sections: set[str]
) -> None:
    after = page(centre).upto
    with centre.engine.begin() as connection:
        append_changes(connection, HERE, [Change(kind, ref=7)])
    assert set(page(centre, after=after).rows) == sections


# --- the other devices -----------------------------------------------------------------------


def _siblings(found: Page) -> dict[int, bool]:
    return {row["device"]: row["revoked"] for row in found.dicts("siblings")}


def test_a_device_is_told_of_the_others_at_the_point_that_it_asks_for(centre: Centre) -> None:
    assert _siblings(page(centre)) == {2: False, 4: False}
    assert _siblings(page(centre, device=4)) == {1: False, 2: False}
    assert _siblings(page(centre, device=4, point=THERE)) == {3: False}
    (row,) = page(centre, device=3, point=THERE).dicts("siblings")
    feed = MadeFeed(4)
    assert row == {
        "device": 4,
        "feed": feed.id,
        "name": "Laptop 4",
        "public_key": feed.signer.public_key,
        "box_key": bytes(32),
        "revoked": False,
    }


def test_a_device_with_two_feeds_is_told_with_both(centre: Centre) -> None:
    second = MadeFeed(2, key=1)
    centre.certify(2, second.id, second.signer.public_key)
    feeds = {row["feed"] for row in page(centre).dicts("siblings") if row["device"] == 2}
    assert feeds == {MadeFeed(2).id, second.id}


def test_a_blocked_device_is_told_to_all_of_its_points_once(centre: Centre) -> None:
    places = [(1, HERE), (3, THERE)]
    after = {point: page(centre, device, point).upto for device, point in places}
    centre.revoke(4)
    for device, point in places:
        told = page(centre, device, point, after[point])
        assert _siblings(told)[4] is True
        assert set(told.rows) == {"siblings"}
    with centre.engine.begin() as connection:
        assert not revoke_device(connection, 4, AT, actor="office")
        assert not revoke_device(connection, 99, AT, actor="office")
    assert page(centre, 1, HERE, after[HERE]).upto == after[HERE] + 1
    assert centre.rows("SELECT action, details FROM audit_log") == [
        ("device.revoked", {"device": 4})
    ]


# --- who may ask -----------------------------------------------------------------------------


def _refusal(centre: Centre, request: Pull, signer: Signer | None = None) -> str:
    signer = signer or MadeFeed(1).signer
    reply = centre.receiver.answer("pull", encode_request(request, signer))
    assert reply.status != 200
    return read_refusal(reply.body)[0]


def test_a_device_gets_its_own_points_only_and_a_blocked_one_gets_nothing(centre: Centre) -> None:
    for stream in (THERE, 99, 1 << 80, CITY, own_stream(2), -(1 << 80)):
        assert _refusal(centre, Pull(AT, stream, 0, 10)) == "not_assigned"
    centre.revoke(1)
    assert _refusal(centre, Pull(AT, HERE, 0, 10)) == "revoked"


@pytest.mark.parametrize("off", [ALLOWED_SKEW + 1, -ALLOWED_SKEW - 1, DAY, 1 << 70])
def test_an_old_request_can_not_be_used_again(centre: Centre, off: int) -> None:
    assert _refusal(centre, Pull(AT + off, HERE, 0, 10)) == "clock"


def test_a_request_signed_with_another_key_or_for_another_purpose_is_refused(
    centre: Centre,
) -> None:
    imposter = Signer(b"\x66" * 32, MadeFeed(1).id)
    assert _refusal(centre, Pull(AT, HERE, 0, 10), imposter) == "not_signed"
    assert _refusal(centre, Pull(AT, HERE, 0, 10), MadeFeed(9).signer) == "unknown_feed"
    stolen = sign(b"\x80", MadeFeed(1).signer, Purpose.CHECKPOINT)
    assert centre.receiver.answer("pull", stolen).status == 401


def test_a_request_for_more_than_a_page_gets_a_page(centre: Centre) -> None:
    assert page(centre, most=1 << 62).left == 0

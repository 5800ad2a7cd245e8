"""What is before a person: every story of a double whatever order it arrived in, both sides of a
fork, and no name and no whole number of anybody."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from models import cbor
from models.box_keys import BoxKey
from models.clock import DAY
from models.damage import stand_in
from models.facts import (
    Body,
    Complaint,
    Handover,
    HouseholdNote,
    Line,
    Movement,
    NoHandover,
    Outcome,
    Receiver,
    Refused,
    SessionClosed,
    SessionOpened,
    Source,
    Stock,
    Void,
    VoidReason,
    WalkIn,
)
from models.feed import verify_segment
from models.numbers import format_slip_number
from models.texts import LANGUAGES
from models.verdict import Verdict
from server.cli import main
from server.feeds.refeed import FeedSuccession
from server.keys import write_keys
from server.reviews.deciding import Ruling, decide
from server.reviews.lines import question_lines
from server.reviews.listing import list_questions
from server.reviews.questions import Question, Standing
from server.tables import ReviewKind
from sync.new_feed import NewFeed
from tests.support.centre import TestPostgres
from tests.support.centre_world import KEYS, Centre, empty
from tests.support.feeds import MadeFeed, gave
from tests.support.world import AT, FIRST, HERE, LEBARAN, SECOND, SEMBAKO, THERE, Family, family

FAMILIES = [family(number) for number in range(1, 10)]
SITI, DEWI, ANI = FAMILIES[:3]
TWICE = family(50, Line(FIRST, SEMBAKO, 2), Line(FIRST, LEBARAN, 1))
STRANGER = family(77)
COUNTS, IN_REVIEW, VOIDED = Standing.COUNTS, Standing.IN_REVIEW, Standing.VOIDED
MINUTE = 60_000


@pytest.fixture(scope="module")
def reused_engine(postgres: TestPostgres) -> Iterator[Engine]:
    """One database for all tests here, emptied before each."""
    with postgres.database() as engine:
        yield engine


@pytest.fixture
def centre(reused_engine: Engine) -> Centre:
    """A centre with families and three devices, the third at the other point."""
    return furnished(reused_engine)


def furnished(engine: Engine) -> Centre:
    """The same, emptied and filled."""
    empty(engine)
    made = Centre(engine)
    made.furnish([*FAMILIES, TWICE])
    for device, points in ((1, [HERE]), (2, [HERE, THERE]), (3, [THERE])):
        feed = MadeFeed(device)
        made.certify(device, feed.id, feed.signer.public_key, points=points)
    return made


def take(centre: Centre, feed: MadeFeed, first: int = 1, last: int | None = None) -> None:
    """Pushes a stretch of a feed."""
    segment = feed.segment(first, last)
    centre.store.take(segment, verify_segment(segment, feed.signer.public_key), centre.now)


def asked(centre: Centre, **wanted: Any) -> list[Question]:
    """What is before a person; the words of every question can be said in both languages."""
    with centre.engine.connect() as connection:
        found = list_questions(connection, centre.personal, **wanted)
    for language in LANGUAGES:
        for n, one in enumerate(found, 1):
            assert all(line.strip() for line in question_lines(one, n, language))
    return found


def words(question: Question) -> str:
    """What a terminal shows of it."""
    return "\n".join(question_lines(question, 1, "en"))


def gave_at(device: int, at: int, *families: Family, point: int = HERE) -> MadeFeed:
    """A device that served these families at that time."""
    made = MadeFeed(device)
    made.open(point)
    made.give(*families, at=at)
    return made


# --- doubles ---------------------------------------------------------------------------------


def test_a_double_is_listed_with_both_stories(centre: Centre) -> None:
    late = MadeFeed(1)
    late.open()
    line = Line(FIRST, SEMBAKO, 1)
    late.add(
        Handover(
            SITI.id,
            (line,),
            Source.TYPED_KK,
            verdict=Verdict.NOT_ON_LIST,
            receiver=Receiver.PROXY,
            proxy_name="Bambang Wijaya",
            proxy_relation="anak",
        ),
        at=AT + 9 * MINUTE,
    )
    take(centre, late)
    assert asked(centre) == []
    centre.now += 5 * MINUTE
    take(centre, gave_at(3, AT, SITI, point=THERE))
    (double,) = asked(centre)
    assert (double.kind, double.opened_at, double.given) == (ReviewKind.DOUBLE, AT + 5 * MINUTE, 2)
    assert double.household is not None
    assert (double.household.id, double.household.kk) == (SITI.id, "3171********0001")
    assert double.due is not None
    assert (double.due.stage.name, double.due.package.name) == ("Tahap 1", "Paket sembako")
    assert double.due.quantity == 1
    first, second = double.stories
    assert (first.device.name, first.point and first.point.name) == ("Laptop 3", "Balai RW 05")
    assert (second.device.name, second.point and second.point.name) == ("Laptop 1", "Balai RW 03")
    assert (first.standing, first.asked) == (COUNTS, False)
    assert (second.standing, second.asked) == (IN_REVIEW, True)
    assert (first.at, first.arrived_at) == (AT, AT + 5 * MINUTE)
    assert (second.at, second.arrived_at) == (AT + 9 * MINUTE, AT)
    assert second.volunteer is not None and second.volunteer.name == "Rani"
    said = words(double)
    assert "KK 3171********0001, RT 01 RW 03 Cideng" in said
    assert "Tahap 1, Paket sembako: allocation 1, handed over 2" in said
    assert "1) COUNTS · 2026-11-24 13.00.00, arrived 2026-11-24 13.05.00 · Balai RW 05" in said
    slip = format_slip_number(SITI.slip_number)
    assert f"slip {slip} by camera; the screen said: MAY RECEIVE" in said
    assert "2) IN REVIEW · 2026-11-24 13.09.00, arrived 2026-11-24 13.00.00 · Balai RW 03" in said
    assert "a proxy; no slip, KK number typed; the screen said: NOT ON THE LIST" in said


def normal(questions: Iterable[Question]) -> list[str]:
    """What is listed but for what tells the order of arrival: row numbers, and those of branches,
    which are numbered as they come."""
    found = []
    for one in questions:
        plain = one.as_json()
        del plain["ids"]
        for story in plain["stories"]:
            del story["branch"]
        if plain["fork"] is not None:
            # Where the first difference is noted depends on which of the two was first.
            plain["stories"] = []
            plain["fork"]["branches"] = [branch["last"] for branch in plain["fork"]["branches"]]
            plain["fork"]["branches"].sort()
        found.append(json.dumps(plain, sort_keys=True))
    return sorted(found)


def test_the_same_is_listed_whatever_order_it_arrives_in(reused_engine: Engine) -> None:
    one = gave_at(1, AT + 3 * MINUTE, SITI, TWICE)
    one.give(TWICE, at=AT + 20 * MINUTE)
    two = gave_at(2, AT + 2 * MINUTE, DEWI, SITI, TWICE)
    two.add(Void(3, VoidReason.GOODS_NOT_TAKEN), at=AT + 30 * MINUTE)
    two.give(SITI, at=AT + 40 * MINUTE)
    three = gave_at(3, AT + 3 * MINUTE, SITI, STRANGER, point=THERE)
    arrivals = [(one, 1, 2), (one, 3, 4), (two, 1, 4), (two, 5, 6), (three, 1, 3)]
    listed = set()
    for order in itertools.permutations(range(5)):
        if order.index(1) < order.index(0) or order.index(3) < order.index(2):
            continue  # a feed arrives in its own order, or not at all
        centre = furnished(reused_engine)
        for number in order:
            take(centre, *arrivals[number])
        found = asked(centre)
        listed.add(tuple(normal(found)))
    assert len(listed) == 1
    of_siti, of_twice = (
        next(one for one in found if one.household and one.household.id == home.id)
        for home in (SITI, TWICE)
    )
    assert [(story.device.id, story.seq, story.standing) for story in of_siti.stories] == [
        (2, 3, VOIDED), (1, 2, COUNTS), (3, 2, IN_REVIEW), (2, 6, IN_REVIEW),
    ]  # fmt: skip
    assert len(of_siti.ids) == 2, "one question for each hand-over beyond what was due"
    assert [(story.device.id, story.seq, story.standing) for story in of_twice.stories] == [
        (2, 4, COUNTS), (1, 3, COUNTS), (1, 4, IN_REVIEW),
    ]  # fmt: skip


def test_a_double_that_is_taken_back_is_asked_about_no_more(centre: Centre) -> None:
    take(centre, gave_at(1, AT, SITI))
    late = gave_at(2, AT + MINUTE, SITI)
    take(centre, late)
    assert len(asked(centre)) == 1
    late.add(Void(2, VoidReason.WRONG_HOUSEHOLD))
    take(centre, late, 3)
    assert asked(centre) == []


def test_a_hand_over_too_much_of_two_packages_is_asked_about_for_each(centre: Centre) -> None:
    take(centre, gave_at(1, AT, TWICE))
    both = MadeFeed(2)
    both.open()
    lines = (Line(FIRST, LEBARAN, 1), Line(FIRST, SEMBAKO, 2))
    both.add(Handover(TWICE.id, lines, Source.CAMERA), at=AT + MINUTE)
    take(centre, both)
    again = MadeFeed(3)
    again.open(THERE)
    again.add(Handover(TWICE.id, lines, Source.CAMERA), at=AT + 2 * MINUTE)
    take(centre, again)
    found = {one.due.package.id: one for one in asked(centre) if one.due}
    assert [story.standing for story in found[SEMBAKO].stories] == [COUNTS, IN_REVIEW, IN_REVIEW]
    assert [story.quantity for story in found[SEMBAKO].stories] == [1, 2, 2]
    assert [story.standing for story in found[LEBARAN].stories] == [COUNTS, IN_REVIEW]
    assert set(found[LEBARAN].ids) < set(found[SEMBAKO].ids)


def test_without_an_allocation_the_first_is_taken_for_what_was_due(centre: Centre) -> None:
    line = Line(SECOND, LEBARAN, 1)
    for device, at in ((1, AT + MINUTE), (2, AT)):
        feed = MadeFeed(device)
        feed.open()
        feed.add(Handover(SITI.id, (line,), Source.SEARCH), at=at)
        take(centre, feed)
    (double,) = asked(centre)
    assert double.due is not None and double.due.quantity is None
    assert [story.device.id for story in double.stories] == [2, 1]
    assert "Tahap 2, Paket Lebaran: no allocation, handed over 2" in words(double)


def test_a_replacement_counts_for_the_household_listed_and_not_for_the_one_that_received(
    centre: Centre,
) -> None:
    feed, late = MadeFeed(1), MadeFeed(2)
    for one in (feed, late):
        one.open()
    instead = Handover(
        SITI.id,
        SITI.due,
        Source.CAMERA,
        receiver=Receiver.REPLACEMENT,
        replacing_household=DEWI.id,
        replacing_kk=DEWI.kk,
        replaced_because=Outcome.REFUSED,
        answered_by="Ketua RW 03",
    )
    feed.add(instead, at=AT)
    feed.add(Handover(DEWI.id, DEWI.due, Source.CAMERA), at=AT + MINUTE)
    take(centre, feed)
    assert asked(centre) == [], "what is due to Dewi is another allocation"
    late.add(Handover(SITI.id, SITI.due, Source.CAMERA), at=AT + 2 * MINUTE)
    take(centre, late)
    (double,) = asked(centre)
    assert double.household is not None and double.household.id == SITI.id
    assert [story.device.id for story in double.stories] == [1, 2]


def test_nobody_is_named_and_no_number_is_whole(
    centre: Centre, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    line = Line(FIRST, SEMBAKO, 1)
    for device in (1, 2):
        feed = MadeFeed(device)
        feed.open()
        feed.add(
            Handover(
                SITI.id,
                (line,),
                Source.CAMERA,
                receiver=Receiver.REPLACEMENT,
                replacing_household=DEWI.id if device == 1 else None,
                replacing_kk=DEWI.kk,
                replaced_because=Outcome.MOVED,
                answered_by="Ketua RW Bambang",
                proxy_name="Bambang Wijaya",
                proxy_relation="adik Bambang",
                note="rumah Bambang",
            )
        )
        take(centre, feed)
    said = ""
    for options in ([], ["--json"], ["--lang", "en"]):
        assert main(["reviews", *options], environment) == 0
        said += capsys.readouterr().out
    instead = "penerima pengganti KK 3171********0002"
    assert f"{instead}, RT 01 RW 03 Cideng (yang terdaftar: pindah)" in said
    assert f"{instead} (yang terdaftar: pindah)" in said, "its number is all that came"
    for hidden in ("Bambang", SITI.name, DEWI.name, str(SITI.kk), str(DEWI.kk), "Jl. Cideng"):
        assert hidden not in said


# --- forks -----------------------------------------------------------------------------------


def forked(centre: Centre, *, clone_first: bool = False) -> tuple[MadeFeed, MadeFeed]:
    """A laptop and its clone, which went different ways after fact 2."""
    old = gave(1, FAMILIES[:4])
    clone = old.branch_off(2)
    clone.open(THERE)
    clone.give(FAMILIES[5])
    for feed in (clone, old) if clone_first else (old, clone):
        take(centre, feed)
    return old, clone


def test_a_fork_shows_both_branches_and_where_each_goes_on(centre: Centre) -> None:
    old, clone = forked(centre)
    for key, feed in enumerate((old, clone), 1):
        new = MadeFeed(1, key=key)
        box_key = BoxKey.of_feed(new.signer).public_key
        offer = NewFeed(feed.id, feed.head(), new.signer.public_key, box_key)
        assert FeedSuccession(centre.engine).refeed(offer, centre.now) is not None
    (question,) = asked(centre)
    fork = question.fork
    assert question.kind is ReviewKind.FORK and fork is not None
    assert (fork.device.name, fork.feed, fork.seq) == ("Laptop 1", old.id, 3)
    assert [(b.number, b.parent, b.first, b.last, b.facts, b.hash) for b in fork.branches] == [
        (0, None, 1, 5, 5, old.head().hash),
        (1, 0, 3, 4, 2, clone.head().hash),
    ]
    assert {one.feed for one in fork.followers} == {MadeFeed(1, key=1).id, MadeFeed(1, key=2).id}
    said = words(question)
    assert "Laptop 1 (no. 1), from record 3 on" in said
    assert f"Branch 0: records 1–5 (5), head {old.head().hash.hex()[:8]}" in said
    assert "Branch 1: records 3–4 (2) behind record 2 of branch 0" in said


def test_a_fork_that_only_the_laptop_noticed_is_listed_too(centre: Centre) -> None:
    old = gave(1, FAMILIES[:4])
    take(centre, old)
    restored = old.branch_off(3)
    new = MadeFeed(1, key=1)
    box_key = BoxKey.of_feed(new.signer).public_key
    offer = NewFeed(old.id, restored.head(), new.signer.public_key, box_key)
    assert FeedSuccession(centre.engine).refeed(offer, centre.now) is not None
    (question,) = asked(centre)
    assert question.fork is not None
    assert (question.fork.seq, len(question.fork.branches)) == (4, 1)


def test_both_sides_of_a_fork_are_listed_whichever_came_first(reused_engine: Engine) -> None:
    listed = []
    for clone_first in (False, True):
        centre = furnished(reused_engine)
        forked(centre, clone_first=clone_first)
        take(centre, gave_at(2, AT - DAY, FAMILIES[5], FAMILIES[3]))
        listed.append(normal(asked(centre)))
    assert len(listed[0]) == 3
    doubles = [[one for one in found if '"double"' in one] for found in listed]
    assert doubles[0] == doubles[1]


def test_a_story_on_a_branch_is_told_with_the_place_of_its_own_session(centre: Centre) -> None:
    old = gave(1, FAMILIES[:1])
    old.add(SessionClosed(1))
    clone = old.branch_off(3)
    line = Line(FIRST, SEMBAKO, 1)
    for feed, point, number in ((old, HERE, 0), (clone, THERE, 1)):
        feed.open(point)
        feed.add(Refused(Verdict.FORGED, Source.CAMERA, digest=bytes([number]) * 8))
        feed.add(Handover(ANI.id, (line,), Source.CAMERA, verdict=Verdict.OTHER_POINT), session=1)
        take(centre, feed)
    told = {
        (one.kind, one.stories[0].branch): one.stories[0].point and one.stories[0].point.id
        for one in asked(centre, kinds=[ReviewKind.FORGED, ReviewKind.OUT_OF_PLACE])
    }
    assert told == {
        (ReviewKind.FORGED, 0): HERE,
        (ReviewKind.FORGED, 1): THERE,
        # In a session that was opened before the two went different ways.
        (ReviewKind.OUT_OF_PLACE, 0): HERE,
        (ReviewKind.OUT_OF_PLACE, 1): HERE,
    }


# --- all the other questions -----------------------------------------------------------------


def test_every_other_question_says_what_a_person_needs(centre: Centre) -> None:
    feed = MadeFeed(2)
    feed.open()
    line = (Line(FIRST, SEMBAKO, 1),)
    stranger = MadeFeed(9).id
    feed.add(Refused(Verdict.FORGED, Source.SCANNER, digest=bytes(range(8))))
    feed.add(Handover(STRANGER.id, line, Source.CAMERA, slip=STRANGER.slip_number))
    feed.add(Handover(SITI.id, line, Source.CAMERA, verdict=Verdict.OTHER_POINT))
    feed.add(Handover(DEWI.id, line, Source.CAMERA), at=(1 << 62) - 1)
    feed.add_raw(cbor.dumps([77, AT, 7, 1, {}]))
    feed.add(Void(1, VoidReason.OTHER, MadeFeed(1).id, hash=bytes(32)))
    feed.add(Void(4, VoidReason.OTHER, stranger, hash=bytes(32)))
    feed.add_raw(stand_in(bytes(31) + b"\x01", b"\xff\xff"))
    take(centre, feed)
    centre.revoke(2)
    feed.add(SessionOpened(THERE), session=0)
    take(centre, feed, 10)
    found = asked(centre)
    said = {one.kind: words(one) for one in found}
    elsewhere = {ReviewKind.DOUBLE, ReviewKind.FORK, ReviewKind.WALK_IN}
    assert set(said) == set(ReviewKind) - elsewhere
    assert (
        "by USB scanner; the screen said: FORGED SLIP; the code's print 00010203"
        in (said[ReviewKind.FORGED])
    )
    assert (
        f"Household {STRANGER.id} (not on the centre's list)"
        in (said[ReviewKind.UNKNOWN_HOUSEHOLD])
    )
    slip = format_slip_number(STRANGER.slip_number)
    assert f"slip {slip} by camera" in said[ReviewKind.UNKNOWN_HOUSEHOLD]
    assert "KK 3171********0001" in said[ReviewKind.OUT_OF_PLACE]
    assert "Balai RW 03" in said[ReviewKind.OUT_OF_PLACE]
    assert f"impossible time ({(1 << 62) - 1})" in said[ReviewKind.CLOCK]
    assert "time unreadable" in said[ReviewKind.DAMAGED]
    assert "session opened" in said[ReviewKind.REVOKED]
    assert "Balai RW 05" in said[ReviewKind.REVOKED]
    several = [words(one) for one in found if one.kind is ReviewKind.UNINTERPRETABLE]
    assert len(several) == 3
    for part in (
        "a record of kind 77 that this version does not understand",
        "wants to take back record 1 of Laptop 1 (no. 1)",
        "wants to take back record 4 of a laptop that is not enrolled here",
    ):
        assert sum(part in one for one in several) == 1


def test_every_kind_of_record_of_a_blocked_laptop_has_its_words(centre: Centre) -> None:
    centre.revoke(2)
    feed = MadeFeed(2)
    feed.open()
    bodies: list[Body] = [
        NoHandover(SITI.id, Outcome.ABSENT),
        Stock(Movement.COUNTED, SEMBAKO, 9),
        Complaint(1, "belum dapat"),
        HouseholdNote(SITI.id, 2),
        Void(2, VoidReason.OTHER),
        Handover(SITI.id, SITI.due, Source.PICTURE),
        Refused(Verdict.EXPIRED, Source.TYPED_SLIP, SITI.id, SITI.slip_number),
        SessionClosed(1),
    ]
    feed.add(*bodies)
    take(centre, feed)
    assert len(asked(centre)) == 1 + len(bodies)


@pytest.mark.parametrize("seq", [1, 3])
def test_a_fact_without_a_readable_session_belongs_to_the_devices_points(
    centre: Centre, seq: int
) -> None:
    feed = MadeFeed(2)
    if seq == 3:
        feed.open()
        feed.give(SITI)
    feed.add_raw(b"\xf6")
    take(centre, feed)
    assert [one.stories[0].seq for one in asked(centre, point=HERE)] == [seq]
    assert [one.stories[0].seq for one in asked(centre, point=THERE)] == [seq]


# --- on a terminal ---------------------------------------------------------------------------


@pytest.fixture
def environment(postgres: TestPostgres, centre: Centre, tmp_path: Path) -> dict[str, str]:
    """The settings of a command at that centre, whose keys are those of the tests."""
    with centre.engine.begin() as connection:
        connection.execute(text("DELETE FROM centre_key"))
    write_keys(KEYS, tmp_path / "keys.json")
    url = postgres.url(str(centre.engine.url.database)).set(drivername="postgresql")
    return {
        "KSBB_DSN": url.render_as_string(hide_password=False),
        "KSBB_DATA": str(tmp_path / "centre"),
        "KSBB_KEYS_FILE": str(tmp_path / "keys.json"),
    }


@pytest.mark.parametrize(
    ("language", "none"), [("id", "Tidak ada yang menunggu"), ("en", "Nothing waits")]
)
def test_an_empty_list_says_what_will_be_there(
    environment: dict[str, str], capsys: pytest.CaptureFixture[str], language: str, none: str
) -> None:
    assert main(["reviews", "--lang", language], environment) == 0
    said = capsys.readouterr().out
    assert said.startswith(none) and ("ganda" if language == "id" else "doubles") in said
    assert main(["reviews", "--json"], environment) == 0
    assert capsys.readouterr().out == "[]\n"
    assert main(["reviews", "--kind", "fork", "--lang", language], environment) == 0
    assert capsys.readouterr().out.count("\n") == 1


def test_kinds_and_points_can_be_chosen(
    centre: Centre, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    take(centre, gave_at(1, AT, SITI))
    take(centre, gave_at(2, AT + MINUTE, SITI, STRANGER))
    there = gave_at(3, AT, point=THERE)
    there.add(Refused(Verdict.FORGED, Source.CAMERA))
    take(centre, there)

    def kinds(*options: str) -> list[str]:
        assert main(["reviews", "--json", *options], environment) == 0
        return sorted(one["kind"] for one in json.loads(capsys.readouterr().out))

    assert kinds() == ["double", "forged", "unknown_household"]
    assert kinds("--kind", "double", "--kind", "forged") == ["double", "forged"]
    assert kinds("--point", "balai rw 05") == ["forged"]
    assert kinds("--point", str(HERE)) == ["double", "unknown_household"]
    assert kinds("--point", str(HERE), "--kind", "forged") == []
    assert main(["reviews", "--point", "Balai RW 99"], environment) == 6
    assert "Balai RW 99" in capsys.readouterr().err
    assert main(["reviews"], environment) == 0
    assert capsys.readouterr().out.startswith("3 hal menunggu keputusan")


def test_what_was_decided_is_shown_when_asked_for(
    centre: Centre, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    take(centre, gave_at(1, AT, SITI))
    take(centre, gave_at(2, AT + MINUTE, SITI))
    (question,) = asked(centre)
    with centre.engine.begin() as connection:
        decide(connection, question.ids, Ruling.CONFIRMED, "Dua kali.", AT + DAY, actor="Wati")
    assert asked(centre) == []
    (double,) = asked(centre, everything=True)
    assert double.decision is not None and double.decision.by == "Wati"
    assert [story.standing for story in double.stories] == [COUNTS, IN_REVIEW]
    assert main(["reviews", "--all"], environment) == 0
    assert (
        "Diputuskan 2026-11-25 13.00.00 oleh Wati: terbukti. Dua kali." in capsys.readouterr().out
    )


def test_the_list_costs_a_fixed_number_of_statements(centre: Centre) -> None:
    from sqlalchemy import event

    def statements() -> int:
        count = 0

        def note(*_arguments: Any) -> None:
            nonlocal count
            count += 1

        with centre.engine.connect() as connection:
            event.listen(connection, "before_cursor_execute", note)
            list_questions(connection, centre.personal)
        return count

    take(centre, gave_at(1, AT, *FAMILIES))
    two = gave_at(2, AT + MINUTE, SITI)
    take(centre, two)
    few = statements()
    two.give(*FAMILIES[1:], at=AT + 2 * MINUTE)
    take(centre, two, 3)
    assert len(asked(centre)) == len(FAMILIES)
    assert statements() == few


# --- walk-ins --------------------------------------------------------------------------------

WALK_IN = WalkIn("Sukinah Binti Salim", 3171010101209999, 3, 1, "Gg. Melati 14", 5, "ada bayi")


def test_somebody_on_no_list_waits_for_a_decision_and_is_not_named(
    centre: Centre, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    feed = MadeFeed(1)
    feed.open()
    feed.add(WALK_IN, WalkIn("Tanpa KK"), WalkIn("Salah", kk=10**17))
    take(centre, feed)
    found = asked(centre, kinds=[ReviewKind.WALK_IN])
    assert [one.stories[0].seq for one in found] == [2, 3, 4]
    assert found[0].household is None
    assert "KK 3171********9999, RT 01 RW 03, 5 people" in words(found[0])
    assert "KK –, RT 00 RW 00, – people" in words(found[1])
    said = ""
    for options in ([], ["--json"], ["--kind", "walk_in"]):
        assert main(["reviews", *options], environment) == 0
        said += capsys.readouterr().out
    assert "DATANG TANPA UNDANGAN" in said
    for hidden in ("Sukinah", "Melati", "bayi", str(WALK_IN.kk)):
        assert hidden not in said


@pytest.mark.parametrize("together", [True, False], ids=["at once", "later"])
def test_one_that_was_registered_by_mistake_is_asked_of_nobody(
    centre: Centre, together: bool
) -> None:
    feed = MadeFeed(1)
    feed.open()
    feed.add(WALK_IN, WALK_IN)
    if not together:
        take(centre, feed)
        assert len(asked(centre)) == 2
    feed.add(Void(2, VoidReason.UNDONE))
    take(centre, feed)
    assert [one.stories[0].seq for one in asked(centre)] == [3]

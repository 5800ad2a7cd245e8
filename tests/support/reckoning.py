"""What must hold at the end of a made-up history, whatever happened: nothing lost, nothing doubled,
nothing made up, and every table what a recount from the facts gives."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import Any

from sqlalchemy import select

from models import facts
from models.damage import recorded_hash
from models.facts import Handover, Void
from models.field.database import write
from models.field.projections import FACT, FEED, SESSION, STOCK, TAKEN, VOIDED
from server.tables import ReviewKind
from tests.support.centre_world import Centre
from tests.support.field import FieldDevice
from tests.support.history import FAMILIES
from tests.support.play import Play, hashes_on

_DERIVED = (TAKEN, VOIDED, STOCK, SESSION)
_OF_A_SYNC = ("setting", "feed")
"""When the last word from the centre came is what a sync may change."""


class _Undo(Exception):
    """Lets a transaction end as if it had not been."""


def check(play: Play) -> None:
    """Everything that must hold once every laptop has come home."""
    _all_is_at_the_centre_once(play)
    _each_laptop_knows_it_is_safe(play)
    standing = _what_counts_is_what_happened(play)
    _each_laptop_knows_every_hand_over(play, standing)
    _what_came_from_the_blocked_is_before_a_person(play.centre)
    for laptop in play.laptops:
        _what_is_derived_is_what_the_facts_give(play, laptop)


def snapshot(play: Play) -> tuple[Any, ...]:
    """Everything that a sync with nothing new must leave as it is."""
    rows = []
    for laptop in play.laptops:
        for engine in (laptop.database.ledger, laptop.database.roster):
            with engine.connect() as connection:
                names = connection.exec_driver_sql(
                    "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
                )
                for (name,) in names.all():
                    if name not in _OF_A_SYNC:
                        found = connection.exec_driver_sql(f'SELECT * FROM main."{name}"').all()
                        rows.append((name, [tuple(row) for row in found]))
    return play.centre.contents(), rows


def _all_is_at_the_centre_once(play: Play) -> None:
    written, kept = play.chronicle.written, play.centre.kept()
    assert set(Counter(one.hash for one in kept).values()) <= {1}, "each is held once"
    for one in kept:
        wrote = written[one.hash]
        assert (one.feed, one.seq) == (wrote.feed, wrote.seq)
        if recorded_hash(one.body) is not None:
            assert one.hash in play.chronicle.rotten
        else:
            assert one.body == wrote.body
    lost = written.keys() - {one.hash for one in kept} - play.chronicle.gone
    assert not lost, [written[digest] for digest in lost]
    for laptop in play.laptops:
        assert hashes_on(laptop) <= {one.hash for one in kept}
    damaged = {one.place for one in kept if recorded_hash(one.body) is not None}
    assert play.centre.reviewed(ReviewKind.DAMAGED) == damaged


def _each_laptop_knows_it_is_safe(play: Play) -> None:
    held = play.centre.hashes()
    for laptop in play.laptops:
        assert laptop.ledger.safety().unsafe == 0
        safe = laptop.connection.execute(
            select(FACT.c.hash)
            .join(FEED, (FEED.c.feed == FACT.c.feed) & (FEED.c.safe_seq == FACT.c.seq))
            .where(FACT.c.branch == 0)
        )
        assert set(safe.scalars()) <= held, "no receipt covers what the centre does not hold"


def _what_counts_is_what_happened(play: Play) -> set[bytes]:
    """The hand-overs that stand, by the facts that the centre holds whole."""
    centre, chronicle = play.centre, play.chronicle
    kept = {one.hash: one for one in centre.kept() if recorded_hash(one.body) is None}
    given, voided = chronicle.handovers(kept), chronicle.voided(kept)
    rows = centre.rows(
        "SELECT f.feed_id, h.seq, h.branch::int, h.voided, h.in_review FROM handover AS h"
        " JOIN feed AS f USING (feed_no)"
    )
    counted = {(bytes(feed), seq, branch): (gone, flag) for feed, seq, branch, gone, flag in rows}
    assert len(counted) == len(rows)
    beyond, reached = set(), set()
    for one in sorted(given.values(), key=lambda one: one.fact.at):
        body = one.fact.body
        assert isinstance(body, Handover)
        if one.hash not in voided:
            if body.household in reached:
                beyond.add(one.hash)
            reached.add(body.household)
    expected = {kept[digest].place: (digest in voided, digest in beyond) for digest in given}
    assert counted == expected
    assert centre.reviewed(ReviewKind.DOUBLE) == {kept[digest].place for digest in beyond}
    assert centre.figures() == centre.recount()
    return given.keys() - voided


def _each_laptop_knows_every_hand_over(play: Play, standing: set[bytes]) -> None:
    """Of what rotted or is gone a laptop may know more than the centre, never less."""
    written = play.chronicle.written
    doubtful = play.chronicle.rotten | play.chronicle.gone
    doubtful |= play.chronicle.voided(play.chronicle.rotten | play.chronicle.gone)
    for laptop in play.laptops:
        if laptop.identity.device in play.revoked:
            continue  # it is told nothing more
        for family in FAMILIES:
            of = {
                digest
                for digest, one in written.items()
                if isinstance(one.fact.body, Handover) and one.fact.body.household == family.id
            }
            known = Counter(
                (row.feed, row.seq, row.at) for row in laptop.station.roster.taken(family.id)
            )
            assert set(known.values()) <= {1}, "known once"
            by_place = {(written[d].feed, written[d].seq, written[d].fact.at): d for d in of}
            told = {by_place[place] for place in known}
            must, may = of & standing - doubtful, of & (standing | doubtful)
            assert must <= told <= may, "every laptop knows of every hand-over"


def _what_came_from_the_blocked_is_before_a_person(centre: Centre) -> None:
    late = centre.rows(
        "SELECT f.feed_id, t.seq, t.branch::int FROM fact AS t JOIN feed AS f USING (feed_no)"
        " JOIN device AS d ON d.id = t.device WHERE t.received_at >= d.revoked_at"
    )
    expected = {(bytes(feed), seq, branch) for feed, seq, branch in late}
    assert centre.reviewed(ReviewKind.REVOKED) == expected


def _what_is_derived_is_what_the_facts_give(play: Play, laptop: FieldDevice) -> None:
    if hashes_on(laptop) & play.chronicle.rotten:
        return  # what follows from a fact is kept when it rots

    def derived() -> list[Any]:
        return [
            sorted(map(repr, laptop.connection.execute(select(table)).all())) for table in _DERIVED
        ]

    before = derived()
    with suppress(_Undo), write(laptop.connection):
        laptop.ledger.projector.rebuild()
        assert derived() == before, "what is derived is what a rebuild gives"
        raise _Undo
    laptop.ledger.projector.forget()


def story(play: Play) -> str:
    """Everything that was written, for a person who looks at what went wrong."""
    lines = []
    for one in play.chronicle.written.values():
        body = facts.decode(one.body).body
        if isinstance(body, Handover | Void):
            marks = "rotten " * (one.hash in play.chronicle.rotten)
            marks += "gone" * (one.hash in play.chronicle.gone)
            lines.append(f"{one.device} {one.feed.hex()[:6]} {one.seq} {body} {marks}")
    return "\n".join(lines)

"""The figures on a paper, out of the ledger: added up, in words, and as its signed code."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from desktop.papers.content import Figures, SessionLine, StockRow
from desktop.papers.wording import Speech
from desktop.presenters.names import Names, kelurahan
from models.field.day_book import Scope, entries, hour_of, sittings
from models.field.device import Identity
from models.field.roster import Roster
from models.paper import PaperCode, PaperKind, Stretch
from models.tally import Tally


def tally_of(
    connection: Connection,
    scope: Scope,
    speech: Speech,
    report: Callable[[int, int], None] = lambda _done, _total: None,
) -> Tally:
    """What the facts of ``scope`` come to."""
    roster = Roster(connection)

    def where(household: int) -> str:
        known = roster.household(household)
        if known is None:
            return speech.say("area_unknown")
        return speech.say("area", rw=f"{known.rw:03d}", kelurahan=kelurahan(known.region))

    total = sum(part.last - part.first + 1 for part in scope.parts)
    tally = Tally(where, hour_of)
    for entry in entries(connection, scope):
        tally.add(entry.feed, entry.hash, entry.fact, entry.stands)
        report(min(tally.records, total), total)
    return tally


def figures(
    tally: Tally, listed: int, names: Names, speech: Speech, pile: Tally | None = None
) -> Figures:
    """The same in words, the largest first where there is no other order. ``pile``: whose stock it
    is, where that is handed out by more laptops than the paper is about."""
    stock = pile or tally

    def package(number: int) -> str:
        return names.packages.get(number, f"#{number}")

    return Figures(
        listed=listed,
        households=len(tally.households),
        handed=tally.handed,
        voided=tally.voided,
        refused=tally.refused,
        stock=tuple(
            StockRow(
                package(number),
                one.opening,
                one.received,
                one.borrowed,
                one.handed,
                one.damaged,
                one.returned,
                one.lent,
                one.difference,
                one.left,
            )
            for number, one in stock.stock.items()
        ),
        receivers=tuple(
            (speech.member("receiver", one), count)
            for one, count in sorted(tally.receivers.items())
        ),
        outcomes=tuple(
            (speech.member("outcome", one), count) for one, count in sorted(tally.outcomes.items())
        ),
        complaints=tuple(
            (speech.leaf("complaint", str(one)), count)
            for one, count in sorted(tally.complaints.items())
        ),
        volunteers=tuple(
            (names.volunteers.get(one, f"#{one}"), count)
            for one, count in tally.volunteers.most_common()
        ),
        packages=tuple((package(one), count) for one, count in sorted(tally.packages.items())),
        hours=_hours(tally),
        areas=tuple(sorted(tally.areas.items())),
        remarks=tuple(
            speech.say(
                "bast.remark",
                movement=speech.member("movement", one.movement),
                n=speech.number(one.pieces),
                package=package(one.package),
                words=one.words,
            )
            for one in stock.remarks
        ),
        whole_point=pile is not None,
    )


def _hours(tally: Tally) -> tuple[tuple[int, int], ...]:
    """Every hour from the first hand-over to the last, the empty ones too."""
    if not tally.hours:
        return ()
    return tuple(
        (hour, tally.hours[hour]) for hour in range(min(tally.hours), max(tally.hours) + 1)
    )


def code_of(kind: PaperKind, scope: Scope, tally: Tally, now: int) -> PaperCode:
    """What is signed of a paper."""
    first, last = scope.days
    return PaperCode(
        kind,
        scope.point,
        first,
        last,
        now // 1000 * 1000,
        tally.handed,
        tuple(sorted(tally.packages.items())),
        tally.digest,
        tuple(Stretch(part.feed, part.first, part.last) for part in scope.parts),
    )


def rounds(
    connection: Connection, scope: Scope, names: Names, identity: Identity
) -> tuple[SessionLine, ...]:
    """The sessions of ``scope``, the first one first."""
    laptops = {one.device: one.name for one in Roster(connection).siblings()}
    laptops[identity.device] = identity.name
    parts = {(part.feed, part.first) for part in scope.parts}
    return tuple(
        SessionLine(
            one.opened_at,
            one.closed_at,
            names.volunteers.get(one.opened_by, f"#{one.opened_by}"),
            laptops.get(one.device, f"#{one.device}"),
        )
        for one in sorted(sittings(connection), key=lambda one: one.opened_at)
        if parts & set(one.places)
    )

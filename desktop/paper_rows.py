"""Rows of the sign-off list and of an export, out of the ledger's streams, one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from desktop.paper_receipt import record_number
from desktop.papers.content import DanomRow, Received
from desktop.papers.tables import COMPLAINTS, HANDOVERS, OUTCOMES, STOCK, Cell, Row
from desktop.papers.wording import Speech, local
from desktop.presenters.names import Names, kelurahan
from models.facts import Complaint, Handover, Line, NoHandover, Stock
from models.field.day_book import Entry, Scope, entries
from models.field.roster import Roster
from models.field.sign_off import Listed
from models.numbers import format_kk, format_slip_number, mask_kk


def danom_rows(listed: Iterable[Listed], names: Names) -> Iterator[DanomRow]:
    """Households as the sign-off list names them; KK numbers masked."""
    for one in listed:
        household = one.household
        received = _received(one, names)
        if household is None:
            slip = next((taken.slip for taken in one.taken if taken.slip is not None), None)
            number = format_slip_number(slip) if slip is not None else ""
            yield DanomRow("", number, 0, 0, "", (), received)
            continue
        yield DanomRow(
            household.name,
            mask_kk(household.kk),
            household.rt,
            household.rw,
            kelurahan(household.region),
            tuple(_goods(names, line) for line in one.due),
            received,
        )


def _received(one: Listed, names: Names) -> tuple[Received, ...]:
    """Its hand-overs, each with all its lines."""
    acts: dict[tuple[bytes, int], list[int]] = {}
    for place, taken in enumerate(one.taken):
        acts.setdefault((taken.feed, taken.seq), []).append(place)
    found = []
    for places in acts.values():
        first = one.taken[places[0]]
        found.append(
            Received(
                first.at,
                tuple(_goods(names, one.taken[place].line) for place in places),
                names.volunteers.get(first.actor, f"#{first.actor}"),
                first.receiver,
                first.receiver_name,
            )
        )
    return tuple(found)


def _goods(names: Names, line: Line) -> tuple[int, str]:
    return line.quantity, names.packages.get(line.package, f"#{line.package}")


def export_rows(
    connection: Connection, scope: Scope, names: Names, speech: Speech, whole_kk: bool
) -> Iterator[Row]:
    """Every hand-over, outcome, stock movement and complaint of ``scope``, in its order."""
    telling = _Telling(Roster(connection), names, speech, whole_kk, names.point(scope.point))
    for entry in entries(connection, scope):
        yield from telling.rows(entry)


class _Telling:
    """Facts as rows."""

    def __init__(
        self, roster: Roster, names: Names, speech: Speech, whole_kk: bool, point: str
    ) -> None:
        self._roster = roster
        self._names = names
        self._speech = speech
        self._kk = format_kk if whole_kk else mask_kk
        self._point = point

    def rows(self, entry: Entry) -> Iterator[Row]:
        """The rows of one fact; none for what an export does not tell."""
        speech, names = self._speech, self._names
        begin: tuple[Cell, ...] = (local(entry.fact.at).replace(microsecond=0), self._point)
        match entry.fact.body:
            case Handover() as body:
                about = (*begin, *self._household(body.household))
                receiver = speech.member("receiver", body.receiver)
                because = body.replaced_because
                for line in body.lines:
                    cells: tuple[Cell, ...] = (
                        *about,
                        names.stages.get(line.stage, f"#{line.stage}"),
                        names.packages.get(line.package, f"#{line.package}"),
                        line.quantity,
                        receiver,
                        body.proxy_name,
                        None if because is None else speech.member("outcome", because),
                        body.answered_by,
                        _slip(body.slip),
                        body.note,
                    )
                    yield Row(HANDOVERS, (*cells, *self._record(entry)))
            case NoHandover() as body:
                cells = (
                    *begin,
                    *self._household(body.household),
                    names.stages.get(body.stage, f"#{body.stage}") if body.stage else None,
                    speech.member("outcome", body.outcome),
                    _slip(body.slip),
                    body.note,
                )
                yield Row(OUTCOMES, (*cells, *self._record(entry)))
            case Stock() as body:
                cells = (
                    *begin,
                    speech.member("movement", body.movement),
                    names.packages.get(body.package, f"#{body.package}"),
                    body.quantity,
                    body.reference,
                    names.point(body.other_point) or None,
                    body.note,
                )
                yield Row(STOCK, (*cells, *self._record(entry)))
            case Complaint() as body:
                cells = (
                    *begin,
                    _slip(body.number),
                    *self._household(body.household),
                    speech.leaf("complaint", str(body.category)),
                    body.words,
                )
                yield Row(COMPLAINTS, (*cells, *self._record(entry)))
            case _:
                return

    def _household(self, household: int | None) -> tuple[Cell, ...]:
        known = self._roster.household(household) if household is not None else None
        if known is None:
            return (None,) * 6
        return (
            kelurahan(known.region),
            known.region,
            f"{known.rw:03d}" if known.rw else None,
            f"{known.rt:03d}" if known.rt else None,
            known.name,
            self._kk(known.kk),
        )

    def _record(self, entry: Entry) -> tuple[Cell, ...]:
        actor = entry.fact.actor
        return (
            self._names.volunteers.get(actor, f"#{actor}"),
            str(entry.device),
            record_number(entry.feed, entry.seq),
            self._speech.say("standing.stands" if entry.stands else "standing.voided"),
        )


def _slip(number: int | None) -> str | None:
    return None if number is None else format_slip_number(number)

"""What waits for a decision: the list, and each question with its stories side by side and the form
that decides it."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, select
from starlette.responses import Response

from server.errors import Incomplete
from server.personal import Personal
from server.reviews.deciding import Ruling, decide
from server.reviews.lines import QuestionWords
from server.reviews.parts import Wanted, count_questions, questions_with, some_questions
from server.tables import CentreTable, Point, ReviewKind, table
from server.web.office.declared import CENTRAL, REVIEWERS, OfficePage
from server.web.office.paging import A_PART, asked_part, part
from server.web.office.visit import Visit

PATH = "/kantor/tinjauan"
_UNPROCESSABLE = 422


class ReviewPages:
    """``/kantor/tinjauan`` and ``/kantor/tinjauan/{number}``."""

    def __init__(self, engine: Engine, personal: Personal) -> None:
        self._engine = engine
        self._personal = personal

    def declared(self) -> list[OfficePage]:
        """Both pages; an aggregator's staff would see stories of others' points there."""
        return [
            OfficePage(PATH, self._all, CENTRAL, entry="reviews"),
            OfficePage(f"{PATH}/{{number}}", self._one, CENTRAL, REVIEWERS),
        ]

    def _all(self, visit: Visit) -> Response:
        kind = visit.asked("jenis")
        kinds = [one for one in ReviewKind if one.name.lower() == kind]
        wanted = Wanted(visit.asked("keadaan") != "sudah", kinds, visit.number("titik"))
        with self._engine.connect() as connection:
            total = count_questions(connection, wanted)
            number, _ = asked_part(visit, total)
            skipped = (number - 1) * A_PART
            found = some_questions(connection, self._personal, wanted, skipped, A_PART)
            points = names_of(connection, Point)
        return visit.page(
            "office/reviews.html",
            part=part(visit, found, total),
            wanted=wanted,
            kinds=[one.name.lower() for one in ReviewKind],
            kind=kind if kinds else "",
            points=points,
            say_of=QuestionWords(visit.language),
        )

    def _one(self, visit: Visit) -> Response:
        number = visit.number("number") or 0
        if visit.posted:
            return self._decided(visit)
        with self._engine.connect() as connection:
            found = questions_with(connection, self._personal, number)
        return visit.page(
            "office/review.html",
            of=number,
            questions=found,
            ids=sorted({one for question in found for one in question.ids}),
            open=any(one.decision is None for one in found),
            rulings=list(Ruling),
            may=visit.account.role in REVIEWERS,
            say_of=QuestionWords(visit.language),
        )

    def _decided(self, visit: Visit) -> Response:
        """Decides just what was shown: what has joined it since is asked anew."""
        shown = [int(one) for one in visit.fields("nomor") if one.isascii() and one.isdecimal()]
        why = visit.field("alasan")
        if visit.field("putusan") not in list(Ruling) or not why:
            raise Incomplete()
        with self._engine.begin() as connection:
            ruling = Ruling(visit.field("putusan"))
            decide(connection, shown, ruling, why, visit.now, actor=visit.account.name)
        return visit.see(PATH, "review.decided")


def names_of(connection: Connection, kind: type[CentreTable]) -> dict[int, str]:
    """Everything of a kind to choose from, by its number."""
    columns = table(kind).c
    rows = connection.execute(select(columns.id, columns.name).order_by(columns.name))
    return {row.id: row.name for row in rows}

"""What recipients complained of: the list by how far each is, one with the form that answers."""

from __future__ import annotations

from sqlalchemy import Engine
from starlette.responses import Response

from models.numbers import NumberError, parse_slip_number
from models.regions import regions
from server.complaints.answers import State, answer
from server.complaints.listing import Complained, list_complaints
from server.errors import Incomplete, NothingFound
from server.personal import Personal
from server.reviews.lines import QuestionWords
from server.tables import Point
from server.web.office.declared import CENTRAL, REVIEWERS, OfficePage
from server.web.office.paging import part_of
from server.web.office.reviews import names_of
from server.web.office.visit import Visit

PATH = "/kantor/pengaduan"


class ComplaintPages:
    """``/kantor/pengaduan`` and ``/kantor/pengaduan/{number}``."""

    def __init__(self, engine: Engine, personal: Personal) -> None:
        self._engine = engine
        self._personal = personal

    def declared(self) -> list[OfficePage]:
        """Both pages; a complaint may be about an aggregator's own staff, who don't see it."""
        return [
            OfficePage(PATH, self._all, CENTRAL, entry="complaints"),
            OfficePage(f"{PATH}/{{number}}", self._one, CENTRAL, REVIEWERS),
        ]

    def _all(self, visit: Visit) -> Response:
        wanted, point = visit.asked("keadaan"), visit.number("titik")
        with self._engine.connect() as connection:
            found = list_complaints(connection, self._personal, point)
            points = names_of(connection, Point)
        state = next((one for one in State if one.value == wanted), None)
        shown = [one for one in found if state is None or state_of(one) is state]
        # What nobody has taken up is looked for from its oldest, the rest from its newest.
        if state is not State.RECEIVED:
            shown.reverse()
        return visit.page(
            "office/complaints.html",
            part=part_of(visit, shown),
            states=list(State),
            state=state or "",
            point=point,
            points=points,
            state_of=state_of,
            region_name=region_name,
            say_of=QuestionWords(visit.language),
        )

    def _one(self, visit: Visit) -> Response:
        number = _number(visit)
        if visit.posted:
            wanted = visit.field("keadaan")
            if wanted not in (State.HANDLED, State.ANSWERED):
                raise Incomplete()
            with self._engine.begin() as connection:
                state, words = State(wanted), visit.field("kata")
                answer(connection, number, state, words, visit.now, actor=visit.account.name)
            return visit.see(f"{PATH}/{number}", "complaint.answered")
        with self._engine.connect() as connection:
            known = list_complaints(connection, self._personal)
        found = [one for one in known if one.number == number]
        if not found:
            raise NothingFound(what="Complaint", name=str(number))
        return visit.page(
            "office/complaint.html",
            found=found,
            of=number,
            states=(State.HANDLED, State.ANSWERED),
            state_of=state_of,
            may=visit.account.role in REVIEWERS,
            region_name=region_name,
            say_of=QuestionWords(visit.language),
        )


def state_of(one: Complained) -> State:
    """How far it is by now."""
    return one.answers[-1].state if one.answers else State.RECEIVED


def region_name(code: str) -> str:
    """A kelurahan's name; empty where none is meant."""
    region = regions().get(code)
    return region.name if region is not None else ""


def _number(visit: Visit) -> int:
    written = str(visit.request.path_params["number"])
    try:
        return parse_slip_number(written)
    except NumberError as error:
        raise NothingFound(what="Complaint", name=written[:20]) from error

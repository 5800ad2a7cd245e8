"""What is offered and by whom: the list by how far each pledge is, and one with its steps, what it
is tied to, and the forms that take it on."""

from __future__ import annotations

from sqlalchemy import Engine
from starlette.responses import Response

from models.numbers import NumberError, parse_slip_number
from server.errors import Incomplete, NothingFound
from server.giving.pledges import Donor, PledgeDesk, Progress, Ties, advance, tie
from server.office.accounts import Role
from server.personal import Personal
from server.tables import Agregator, Kolaborator, Package
from server.web.office.complaints import region_name
from server.web.office.declared import EVERYBODY, OfficePage
from server.web.office.paging import part_of
from server.web.office.reviews import names_of
from server.web.office.visit import Visit

PATH = "/kantor/komitmen"
_WRITES = frozenset({Role.ADMINISTRATOR, Role.AGREGATOR})
_OWN_STEPS = (Progress.ARRIVED, Progress.SENT)
"""What an aggregator's staff says of a pledge whose goods come to it."""
_STEPS = (Progress.CONFIRMED, *_OWN_STEPS, Progress.DECLINED)


class OfficePledges:
    """``/kantor/komitmen`` and ``/kantor/komitmen/{number}``."""

    def __init__(self, engine: Engine, personal: Personal) -> None:
        self._engine = engine
        self._desk = PledgeDesk(engine, personal)

    def declared(self) -> list[OfficePage]:
        """Both pages; an aggregator's staff sees the pledges whose goods come to it."""
        return [
            OfficePage(PATH, self._all, EVERYBODY, entry="pledges"),
            OfficePage(f"{PATH}/{{number}}", self._one, EVERYBODY, _WRITES),
        ]

    def _mine(self, visit: Visit) -> list[Donor]:
        return [
            one
            for one in self._desk.all()
            if visit.agregator is None or one.tied.agregator == visit.agregator
        ]

    def _all(self, visit: Visit) -> Response:
        wanted = visit.asked("keadaan")
        state = next((one for one in Progress if one.value == wanted), None)
        found = [one for one in self._mine(visit) if state is None or one.pledge.state is state]
        found.reverse()
        with self._engine.connect() as connection:
            agregators = names_of(connection, Agregator)
        return visit.page(
            "office/pledges.html",
            part=part_of(visit, found),
            states=list(Progress),
            state=state or "",
            agregators=agregators,
            region_name=region_name,
        )

    def _one(self, visit: Visit) -> Response:
        number = _number(visit)
        found = next((one for one in self._mine(visit) if one.pledge.number == number), None)
        if found is None:
            raise NothingFound(what="Pledge", name=str(number))
        staff = visit.agregator is not None
        if visit.posted:
            if visit.field("apa") == "ikat" and not staff:
                return self._tied(visit, number)
            return self._advanced(visit, number, _OWN_STEPS if staff else _STEPS)
        with self._engine.connect() as connection:
            choices = {
                "kolaborator": names_of(connection, Kolaborator),
                "package": names_of(connection, Package),
                "agregator": names_of(connection, Agregator),
            }
        return visit.page(
            "office/pledge.html",
            one=found,
            pledge=found.pledge,
            choices=choices,
            steps=_OWN_STEPS if staff else _STEPS,
            may=visit.account.role in _WRITES,
            may_tie=visit.account.role in _WRITES and not staff,
            region_name=region_name,
        )

    def _advanced(self, visit: Visit, number: int, steps: tuple[Progress, ...]) -> Response:
        wanted = visit.field("keadaan")
        if wanted not in steps:
            raise Incomplete()
        arrived = visit.field("tiba").replace(".", "")
        with self._engine.begin() as connection:
            advance(
                connection,
                number,
                Progress(wanted),
                visit.field("kata"),
                visit.now,
                actor=visit.account.name,
                arrived=int(arrived) if arrived.isascii() and arrived.isdecimal() else None,
            )
        return visit.see(f"{PATH}/{number}", "pledge.advanced")

    def _tied(self, visit: Visit, number: int) -> Response:
        given = {
            name: int(chosen)
            for name in ("kolaborator", "package", "agregator")
            if (chosen := visit.field(name)).isascii() and chosen.isdecimal()
        }
        with self._engine.begin() as connection:
            tie(connection, number, Ties(**given), visit.now, actor=visit.account.name)
        return visit.see(f"{PATH}/{number}", "pledge.tied")


def _number(visit: Visit) -> int:
    written = str(visit.request.path_params["number"])
    try:
        return parse_slip_number(written)
    except NumberError as error:
        raise NothingFound(what="Pledge", name=written[:20]) from error

"""Who hands over: the volunteers, at which points each works, and a PIN, which is said once."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, Engine, text
from starlette.responses import Response

from server.catalogue import add_volunteer, set_pin
from server.errors import Incomplete, NothingFound
from server.laptops.assigning import assign_volunteer
from server.office.accounts import Role
from server.tables import Point
from server.web.office.declared import EVERYBODY, OfficePage
from server.web.office.paging import part_of
from server.web.office.reviews import names_of
from server.web.office.visit import Visit

PATH = "/kantor/relawan"
_WRITES = frozenset({Role.ADMINISTRATOR, Role.AGREGATOR})
_ALL = text(
    "SELECT v.id, v.name, ARRAY(SELECT vp.point FROM volunteer_point AS vp"
    " WHERE vp.volunteer = v.id ORDER BY vp.point) AS points FROM volunteer AS v"
    " WHERE v.active ORDER BY v.name, v.id"
)
_POINTS_OF = text("SELECT id FROM point WHERE agregator = :agregator")


class VolunteerPages:
    """``/kantor/relawan`` and ``/kantor/relawan/{number}``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def declared(self) -> list[OfficePage]:
        """Both pages. An aggregator's staff sees who works at its points, and changes those who
        work nowhere else: a PIN opens what the volunteer records at another's too."""
        return [
            OfficePage(PATH, self._all, EVERYBODY, _WRITES, entry="volunteers"),
            OfficePage(f"{PATH}/{{number}}", self._one, EVERYBODY, _WRITES),
        ]

    def _all(self, visit: Visit) -> Response:
        with self._engine.begin() as connection:
            points = _points(connection, visit)
            if visit.posted:
                chosen = _chosen(visit, points)
                name = visit.field("nama")
                _, pin = add_volunteer(visit.desk(connection), name, chosen)
                return _pin_page(visit, name, pin)
            found = [
                one
                for one in connection.execute(_ALL)
                if visit.agregator is None or set(one.points) & set(points)
            ]
        return visit.page(
            "office/volunteers.html",
            part=part_of(visit, found),
            points=points,
            may=visit.account.role in _WRITES,
        )

    def _one(self, visit: Visit) -> Response:
        number = visit.number("number")
        with self._engine.begin() as connection:
            points = _points(connection, visit)
            one = next((row for row in connection.execute(_ALL) if row.id == number), None)
            if one is None or (visit.agregator is not None and not set(one.points) & set(points)):
                raise NothingFound(what="Volunteer", name=str(visit.request.path_params["number"]))
            theirs = visit.agregator is None or set(one.points) <= set(points)
            if visit.posted:
                if not theirs:
                    raise NothingFound(what="Volunteer", name=one.name)
                return self._changed(visit, connection, one.id, one.name, one.points)
        return visit.page(
            "office/volunteer.html",
            one=one,
            points=points,
            may=theirs and visit.account.role in _WRITES,
        )

    def _changed(
        self,
        visit: Visit,
        connection: Connection,
        number: int,
        name: str,
        before: Collection[int],
    ) -> Response:
        if visit.field("apa") == "pin":
            return _pin_page(visit, name, set_pin(visit.desk(connection), number))
        if visit.field("apa") != "titik":
            raise Incomplete()
        chosen = set(_chosen(visit, _points(connection, visit)))
        assign_volunteer(
            connection,
            number,
            visit.now,
            give=chosen,
            take=set(before) - chosen,
            actor=visit.account.name,
        )
        return visit.see(f"{PATH}/{number}", "volunteer.changed")


def _pin_page(visit: Visit, name: str, pin: str) -> Response:
    """The answer to the form itself: nobody can read the PIN afterwards."""
    return visit.page("office/pin.html", name=name, pin=pin)


def _points(connection: Connection, visit: Visit) -> dict[int, str]:
    """The points to choose from: the visitor's."""
    points = names_of(connection, Point)
    if visit.agregator is None:
        return points
    own = set(connection.scalars(_POINTS_OF, {"agregator": visit.agregator}))
    return {number: name for number, name in points.items() if number in own}


def _chosen(visit: Visit, points: Collection[int]) -> list[int]:
    """The points of the form. Raises Incomplete for none, and for one that is not the
    visitor's."""
    given = {int(one) for one in visit.fields("titik") if one.isascii() and one.isdecimal()}
    if not given or not given <= set(points):
        raise Incomplete()
    return sorted(given)

"""The first page of the office: who one is there, where to go, and how much waits there."""

from __future__ import annotations

from sqlalchemy import Engine, select, text
from starlette.responses import Response

from server.tables import Agregator, table
from server.web.office.declared import EVERYBODY, OfficePage
from server.web.office.door import HOME
from server.web.office.visit import Visit

_WAITING = {
    "reviews": text("SELECT count(*) FROM review WHERE decided_at IS NULL"),
    "complaints": text(
        "SELECT count(*) FROM (SELECT number FROM complaint UNION ALL SELECT number"
        " FROM web_complaint) AS c WHERE NOT EXISTS (SELECT FROM complaint_answer AS a"
        " WHERE a.number = c.number)"
    ),
    "pledges": text(
        "SELECT count(*) FROM pledge AS p WHERE NOT EXISTS (SELECT FROM pledge_step AS s"
        " WHERE s.number = p.number)"
    ),
}
"""What nobody has taken up yet, by the page's words in the navigation."""


class OfficeHome:
    """``/kantor``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def declared(self) -> list[OfficePage]:
        """The page, open to everybody who has entered."""
        return [OfficePage(HOME, self._answer, EVERYBODY, entry="home")]

    def _answer(self, visit: Visit) -> Response:
        columns = table(Agregator).c
        with self._engine.connect() as connection:
            if visit.agregator is None:
                waiting = {name: connection.scalar(of) or 0 for name, of in _WAITING.items()}
                return visit.page("office/home.html", agregator=None, waiting=waiting)
            # What waits is the office's own to take up; the staff is not told how much.
            agregator = connection.scalar(select(columns.name).where(columns.id == visit.agregator))
        return visit.page("office/home.html", agregator=agregator, waiting={})

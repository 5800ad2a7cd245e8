"""The first page of the office: who one is there, and where to go."""

from __future__ import annotations

from sqlalchemy import Engine, select
from starlette.responses import Response

from server.tables import Agregator, table
from server.web.office.declared import EVERYBODY, OfficePage
from server.web.office.door import HOME
from server.web.office.visit import Visit


class OfficeHome:
    """``/kantor``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def declared(self) -> list[OfficePage]:
        """The page, open to everybody who has entered."""
        return [OfficePage(HOME, self._answer, EVERYBODY, entry="home")]

    def _answer(self, visit: Visit) -> Response:
        agregator = None
        if visit.agregator is not None:
            columns = table(Agregator).c
            with self._engine.connect() as connection:
                agregator = connection.scalar(
                    select(columns.name).where(columns.id == visit.agregator)
                )
        return visit.page("office/home.html", agregator=agregator)

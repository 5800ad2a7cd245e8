"""A package for the households of an area: how many would be owed it, and owing it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Engine
from starlette.responses import Response

from server.allocating.households import Share, choose, entitle
from server.catalogue_commands import find_one, village_of
from server.named import names_of
from server.tables import Package, Point, Stage
from server.web.office.declared import ADMINISTRATORS, CENTRAL, OfficePage
from server.web.office.stages import chosen_stage
from server.web.office.visit import Visit, whole_number

PATH = "/kantor/alokasi/keluarga"
FIELDS = ("tahap", "paket", "titik", "kelurahan", "rw", "banyak", "tiap")


class OwingPages:
    """``/kantor/alokasi/keluarga``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def declared(self) -> list[OfficePage]:
        """The centre's; nobody is listed there."""
        return [OfficePage(PATH, self._answer, CENTRAL, ADMINISTRATORS)]

    def _answer(self, visit: Visit) -> Response:
        if visit.posted:
            with self._engine.begin() as connection:
                share = _share(connection, {name: visit.field(name) for name in FIELDS})
                entitle(visit.desk(connection), share, visit.field("usulan"))
            return visit.see(f"/kantor/alokasi?tahap={share.stage}", "owing.done")
        typed = {name: visit.asked(name) for name in FIELDS}
        with self._engine.connect() as connection:
            stages, stage = chosen_stage(connection, visit)
            chosen = None
            if visit.asked("usul") == "1":
                chosen = choose(connection, _share(connection, typed))
            return visit.page(
                "office/owing.html",
                stages=stages,
                stage=stage,
                chosen=chosen,
                typed=typed,
                fields=FIELDS,
                packages=names_of(connection, Package),
                points=names_of(connection, Point),
                may_accept=visit.account.role in ADMINISTRATORS,
            )


def _share(connection: Connection, typed: Mapping[str, str]) -> Share:
    """Raises BadWords, BadRegion, NothingFound."""
    each = whole_number(typed["tiap"], "pieces")
    return Share(
        find_one(connection, Stage, typed["tahap"]),
        find_one(connection, Package, typed["paket"]),
        find_one(connection, Point, typed["titik"]),
        village_of(typed["kelurahan"]),
        whole_number(typed["rw"], "rw"),
        whole_number(typed["banyak"], "households"),
        1 if each is None else each,
    )

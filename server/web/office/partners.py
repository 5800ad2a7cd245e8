"""Who gives, who distributes and who else than households is given to, as pages of the office."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, text
from starlette.responses import Response

from models.regions import regions
from server.catalogue_commands import find_one, village_of
from server.errors import BadWords
from server.giving.partners import add_agregator, add_kolaborator, suspend_agregator
from server.giving.targets import (
    Institution,
    TargetKind,
    add_target,
    close_target,
    need_of_target,
    targets,
)
from server.named import names_of
from server.tables import Agregator, Package, Stage, Target
from server.web.office.declared import ADMINISTRATORS, CENTRAL, EVERYBODY, OfficePage
from server.web.office.stages import chosen_stage
from server.web.office.visit import Visit, whole_number

PARTNERS, TARGETS = "/kantor/mitra", "/kantor/sasaran"


class PartnerPages:
    """``/kantor/mitra`` and ``/kantor/sasaran``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def declared(self) -> list[OfficePage]:
        """The centre's; targets may be seen by everybody, as the public sees them too."""
        return [
            OfficePage(PARTNERS, self._partners, CENTRAL, ADMINISTRATORS, entry="partners"),
            OfficePage(TARGETS, self._targets, EVERYBODY, ADMINISTRATORS, entry="targets"),
        ]

    def _partners(self, visit: Visit) -> Response:
        if not visit.posted:
            with self._engine.connect() as connection:
                return visit.page(
                    "office/partners.html",
                    givers=connection.execute(_GIVERS).all(),
                    agregators=connection.execute(_AGREGATORS).all(),
                )
        what = visit.field("apa")
        with self._engine.begin() as connection:
            desk = visit.desk(connection)
            if what == "kolaborator":
                add_kolaborator(desk, visit.field("nama"))
            elif what == "agregator":
                add_agregator(desk, visit.field("nama"))
            elif what in ("tangguhkan", "lanjutkan"):
                number = find_one(connection, Agregator, visit.field("agregator"))
                why, stop = visit.field("alasan"), what == "tangguhkan"
                suspend_agregator(desk, number, why, suspended=stop)
            else:
                raise BadWords(what="field", value=what)
        return visit.see(PARTNERS, "partner.changed")

    def _targets(self, visit: Visit) -> Response:
        if visit.posted:
            with self._engine.begin() as connection:
                self._change_target(visit, connection)
            return visit.see(TARGETS, "target.changed")
        with self._engine.connect() as connection:
            stages, stage = chosen_stage(connection, visit)
            return visit.page(
                "office/targets.html",
                found=targets(connection, stage),
                stages=stages,
                stage=stage,
                kinds=list(TargetKind),
                packages=names_of(connection, Package),
                agregators=names_of(connection, Agregator),
                village=_village,
                may_change=visit.account.role in ADMINISTRATORS,
            )

    def _change_target(self, visit: Visit, connection: Connection) -> None:
        desk, what = visit.desk(connection), visit.field("apa")
        if what == "tambah":
            add_target(desk, _institution(visit, connection))
            return
        target = find_one(connection, Target, visit.field("sasaran"))
        if what == "kebutuhan":
            stage = find_one(connection, Stage, visit.field("tahap"))
            package = find_one(connection, Package, visit.field("paket"))
            need_of_target(desk, target, stage, package, _whole(visit, "banyak", "pieces"))
        elif what in ("tutup", "buka"):
            close_target(desk, target, closed=what == "tutup")
        else:
            raise BadWords(what="field", value=what)


def _institution(visit: Visit, connection: Connection) -> Institution:
    kind = visit.field("jenis")
    if kind not in list(TargetKind):
        raise BadWords(what="field", value=kind)
    served_by = visit.field("agregator")
    return Institution(
        TargetKind(kind),
        visit.field("nama"),
        village_of(visit.field("kelurahan")),
        _whole(visit, "orang", "persons"),
        _whole(visit, "rw", "rw") if visit.field("rw") else 0,
        visit.field("alamat"),
        find_one(connection, Agregator, served_by) if served_by else None,
    )


def _whole(visit: Visit, name: str, what: str) -> int:
    """Raises BadWords for what is no whole number, and for nothing."""
    found = whole_number(visit.field(name), what)
    if found is None:
        raise BadWords(what=what, value="")
    return found


def _village(code: str) -> str:
    region = regions().get(code)
    return region.name if region is not None else code


_GIVERS = text(
    "SELECT k.id, k.name, count(p.number) AS pledges, coalesce(sum(p.packages), 0)::int8 AS pieces"
    " FROM kolaborator AS k LEFT JOIN pledge AS p ON p.kolaborator = k.id"
    " GROUP BY k.id, k.name ORDER BY k.name, k.id"
)
_AGREGATORS = text(
    "SELECT a.id, a.name, a.suspended_at, (SELECT count(*) FROM point AS p"
    " WHERE p.agregator = a.id) AS points FROM agregator AS a ORDER BY a.name, a.id"
)

"""What is handed out, when and where: programmes with their stages and packages, and the points."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, Engine, select, text
from starlette.responses import Response

from models.asks import NAMES, Asks
from models.regions import Level, regions
from server import catalogue
from server.errors import Incomplete
from server.tables import Agregator, Package, Programme, Stage, table
from server.web.office.complaints import region_name
from server.web.office.declared import ADMINISTRATORS, EVERYBODY, OfficePage
from server.web.office.paging import part_of
from server.web.office.reviews import names_of
from server.web.office.visit import Visit

PROGRAMMES, POINTS = "/kantor/program", "/kantor/titik"
_POINTS = text(
    "SELECT p.id, p.name, p.region, p.address, a.name AS agregator, (SELECT count(*)"
    " FROM device_point AS dp JOIN device AS d ON d.id = dp.device WHERE dp.point = p.id"
    " AND d.revoked_at IS NULL) AS laptops, (SELECT count(*) FROM volunteer_point AS vp"
    " WHERE vp.point = p.id) AS volunteers FROM point AS p"
    " LEFT JOIN agregator AS a ON a.id = p.agregator"
    " WHERE :all OR p.agregator = :agregator ORDER BY p.name, p.id"
)


class CataloguePages:
    """``/kantor/program`` and ``/kantor/titik``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def declared(self) -> list[OfficePage]:
        """Both pages; an aggregator's staff sees its own points there."""
        return [
            OfficePage(PROGRAMMES, self._programmes, EVERYBODY, ADMINISTRATORS, entry="programmes"),
            OfficePage(POINTS, self._points, EVERYBODY, ADMINISTRATORS, entry="points"),
        ]

    def _programmes(self, visit: Visit) -> Response:
        if visit.posted:
            with self._engine.begin() as connection:
                _add(visit, connection)
            return visit.see(PROGRAMMES, "catalogue.added")
        with self._engine.connect() as connection:
            programmes, stages, packages = (
                connection.execute(select(table(kind)).order_by(table(kind).c.id)).all()
                for kind in (Programme, Stage, Package)
            )
        return visit.page(
            "office/programmes.html",
            programmes=programmes,
            stages=stages,
            packages=packages,
            asks=NAMES,
            asked=lambda bits: [name for name in NAMES if Asks.of([name]) & bits],
            may=visit.account.role in ADMINISTRATORS,
        )

    def _points(self, visit: Visit) -> Response:
        if visit.posted:
            with self._engine.begin() as connection:
                region = regions().get(visit.field("wilayah"))
                if region is None or region.level is not Level.VILLAGE:
                    raise Incomplete()
                catalogue.add_point(
                    visit.desk(connection),
                    visit.field("nama"),
                    region.code,
                    visit.field("alamat"),
                    names_of(connection, Agregator).get(_whole(visit.field("agregator")), ""),
                )
            return visit.see(POINTS, "catalogue.added")
        with self._engine.connect() as connection:
            asked = {"all": visit.agregator is None, "agregator": visit.agregator}
            found = connection.execute(_POINTS, asked).all()
            agregators = names_of(connection, Agregator)
        return visit.page(
            "office/points.html",
            part=part_of(visit, found),
            agregators=agregators,
            places=_places(),
            region_name=region_name,
            may=visit.account.role in ADMINISTRATORS,
        )


def _add(visit: Visit, connection: Connection) -> None:
    """What the form is about. Raises Incomplete, BadWords, NameTaken."""
    desk, what, name = visit.desk(connection), visit.field("apa"), visit.field("nama")
    if what == "program":
        catalogue.add_programme(desk, name, visit.field("bidang"))
        return
    programme = _whole(visit.field("program"))
    if programme not in names_of(connection, Programme):
        raise Incomplete()
    if what == "paket":
        contents = [line for line in visit.field("isi").splitlines() if line.strip()]
        catalogue.add_package(desk, name, programme, contents)
        return
    try:
        first, last = (date.fromisoformat(visit.field(day)) for day in ("mulai", "sampai"))
        asks = Asks.of(visit.fields("minta"))
    except (ValueError, KeyError) as error:
        raise Incomplete() from error
    if what != "tahap":
        raise Incomplete()
    catalogue.add_stage(desk, name, programme, first, last, asks)


def _whole(written: str) -> int:
    """A number that was chosen; 0, which nothing has, for anything else."""
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 19 else 0


def _places() -> list[tuple[str, list[tuple[str, str]]]]:
    """The kelurahan by kecamatan, to choose from."""
    return [
        (
            district.name,
            [(village.code, village.name) for village in regions().inside(district.code)],
        )
        for district in regions().all(Level.DISTRICT)
    ]

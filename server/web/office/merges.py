"""Two KK numbers that are one family, at the office: looked at side by side, merged, parted."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, select
from starlette.responses import Response

from models.numbers import NumberError, mask_kk, parse_kk
from models.regions import regions
from server.errors import BadKKNumber
from server.personal import Personal, PersonalColumn
from server.roster.merging import Merged, find_household, merge, merges, part
from server.tables import Household, table
from server.web.office.declared import ADMINISTRATORS, OfficePage
from server.web.office.visit import Visit

PATH = "/kantor/gabungan"
_HOUSEHOLD = table(Household)


@dataclass(frozen=True, slots=True)
class Shown:
    """A household as whoever merges must see it, to tell whether it is the same family."""

    id: int
    kk: str
    name: str
    address: str
    place: str
    members: int


class MergePages:
    """``/kantor/gabungan``."""

    def __init__(self, engine: Engine, personal: Personal) -> None:
        self._engine = engine
        self._personal = personal

    def declared(self) -> list[OfficePage]:
        """The page, the administrator's alone: it concerns every aggregator's lists."""
        return [OfficePage(PATH, self._answer, ADMINISTRATORS, ADMINISTRATORS, entry="merges")]

    def _answer(self, visit: Visit) -> Response:
        what = visit.field("apa")
        if what == "lihat":
            with self._engine.connect() as connection:
                pair = [
                    self._shown(
                        connection, find_household(connection, self._personal, _kk(visit, name))
                    )
                    for name in ("tetap", "lama")
                ]
                return self._page(visit, connection, pair)
        if what == "gabung":
            with self._engine.begin() as connection:
                kept, gone = (_number(visit, name) for name in ("tetap", "lama"))
                merge(visit.desk(connection), self._personal, kept, gone)
            return visit.see(PATH, "merge.merged")
        if what == "pisah":
            with self._engine.begin() as connection:
                part(visit.desk(connection), self._personal, _number(visit, "nomor"))
            return visit.see(PATH, "merge.parted")
        with self._engine.connect() as connection:
            return self._page(visit, connection, [])

    def _page(self, visit: Visit, connection: Connection, pair: list[Shown]) -> Response:
        done = merges(connection)
        return visit.page(
            "office/merges.html",
            pair=pair,
            merges=[(one, self._masked(connection, one)) for one in done],
        )

    def _masked(self, connection: Connection, one: Merged) -> tuple[str, str]:
        rows = connection.execute(
            select(_HOUSEHOLD.c.id, _HOUSEHOLD.c.kk_enc).where(
                _HOUSEHOLD.c.id.in_([one.kept, one.gone])
            )
        )
        kk = {row.id: mask_kk(self._personal.kk(bytes(row.kk_enc), row.id)) for row in rows}
        return kk.get(one.kept, "–"), kk.get(one.gone, "–")

    def _shown(self, connection: Connection, household: int) -> Shown:
        row = connection.execute(select(_HOUSEHOLD).where(_HOUSEHOLD.c.id == household)).one()
        decrypt, region = self._personal.decrypt, regions().get(row.region)
        return Shown(
            row.id,
            mask_kk(self._personal.kk(bytes(row.kk_enc), row.id)),
            decrypt(bytes(row.name_enc), row.id, PersonalColumn.NAME),
            decrypt(bytes(row.address_enc), row.id, PersonalColumn.ADDRESS),
            f"RT {row.rt:02} / RW {row.rw:02}, {region.name if region else row.region}",
            row.members,
        )


def _kk(visit: Visit, name: str) -> int:
    try:
        return parse_kk(visit.field(name))
    except NumberError as error:
        raise BadKKNumber(found=error.found) from error


def _number(visit: Visit, name: str) -> int:
    written = visit.field(name)
    return int(written) if written.isascii() and written.isdigit() and len(written) < 19 else 0

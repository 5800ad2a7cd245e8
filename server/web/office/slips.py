"""Slips at the office: issued where they are missing, printed by point and RW, with the danom
beside them; one issued anew or revoked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, select, text
from starlette.responses import Response

from models.numbers import NumberError, parse_slip_number
from server.errors import NoSlipNumber, NothingFound
from server.keys import Keys
from server.office.audit import note
from server.personal import Personal
from server.slips.card import Selection, area_words
from server.slips.danom import danom
from server.slips.issue import SlipProblem, SlipUnusable, issue_slips, reissue, revoke_slip
from server.slips.printing import print_one, print_part
from server.tables import Slip, Stage, table
from server.web.office.declared import OfficePage
from server.web.office.roster import LISTERS, points_of
from server.web.office.visit import Visit
from server.web.rendering import NO_STORE

PATH = "/kantor/undangan"
_STAGE = table(Stage)
_BY_RW = text(
    "SELECT h.region, h.rw, count(DISTINCT h.id) AS households,"
    " count(DISTINCT s.number) AS slips,"
    " count(DISTINCT s.number) FILTER (WHERE s.printed_at IS NOT NULL) AS printed"
    " FROM entitlement AS e JOIN household AS h ON h.id = e.household"
    " LEFT JOIN slip AS s ON s.household = h.id AND s.point = e.point AND s.revoked_at IS NULL"
    " AND s.valid_until > :now AND EXISTS (SELECT FROM jsonb_array_elements(s.lines) AS l (line)"
    " WHERE (l.line->>0)::bigint = e.stage)"
    " WHERE e.point = :point AND e.stage = :stage GROUP BY h.region, h.rw ORDER BY h.region, h.rw"
)


class SlipPages:
    """``/kantor/undangan``. ``address``: the public one, which the codes lead to."""

    def __init__(self, engine: Engine, keys: Keys, personal: Personal, address: str) -> None:
        self._engine = engine
        self._keys = keys
        self._personal = personal
        self._address = address

    def declared(self) -> list[OfficePage]:
        """The page, for who brings the lists: there are names on slips."""
        return [OfficePage(PATH, self._answer, LISTERS, LISTERS, entry="slips")]

    def _answer(self, visit: Visit) -> Response:
        what = visit.field("apa")
        if not visit.posted:
            return self._page(visit)
        with self._engine.begin() as connection:
            if what in ("ganti", "cabut"):
                return self._one(visit, connection, anew=what == "ganti")
            point, stage = self._chosen(visit, connection, visit.field)
            if point == 0 or stage == 0:
                raise NothingFound(what="Point" if point == 0 else "Stage", name="")
            if what == "terbit":
                return self._issue(visit, connection, point, stage)
            return self._paper(visit, connection, point, stage, slips=what == "cetak")

    # --- what is done ---------------------------------------------------------------------------

    def _issue(self, visit: Visit, connection: Connection, point: int, stage: int) -> Response:
        period = connection.execute(select(_STAGE).where(_STAGE.c.id == stage)).one()
        details = {"point": point, "stages": [stage]}
        note(connection, visit.now, visit.account.name, "slips.issued", details)
        issued = issue_slips(
            connection,
            self._keys,
            point=point,
            stages=[stage],
            now=visit.now,
            valid_from=period.starts_at,
            valid_until=period.ends_at,
        )
        done = "slip.issued" if issued else "slip.none_missing"
        return visit.see(f"{PATH}?titik={point}&tahap={stage}", done)

    def _paper(
        self, visit: Visit, connection: Connection, point: int, stage: int, *, slips: bool
    ) -> Response:
        region, _, number = visit.field("rw").partition("/")
        rw = (region, int(number)) if region and number.isdecimal() else None
        if slips:
            # Of a whole point what was not printed yet, so that a large one comes in turns.
            selection = Selection(point, (stage,), visit.now, unprinted=rw is None, rw=rw)
            name, content = print_part(
                connection,
                self._keys,
                selection,
                address=self._address,
                language=visit.language,
            )
        else:
            name = "danom.pdf"
            content = danom(
                connection,
                self._personal,
                point=point,
                stage=stage,
                now=visit.now,
                rw=rw,
                language=visit.language,
            )
        if not content:
            return visit.see(f"{PATH}?titik={point}&tahap={stage}", "slip.nothing")
        details = {"point": point, "stage": stage, "rw": visit.field("rw")}
        action = "slips.printed" if slips else "danom.printed"
        note(connection, visit.now, visit.account.name, action, details)
        return _pdf(name, content)

    def _one(self, visit: Visit, connection: Connection, *, anew: bool) -> Response:
        """A slip issued anew, which is printed, or only revoked."""
        try:
            number = parse_slip_number(visit.field("nomor"))
        except NumberError as error:
            raise NoSlipNumber() from error
        point = connection.scalar(select(table(Slip).c.point).where(table(Slip).c.number == number))
        if point not in dict(points_of(connection, visit.agregator)):
            raise SlipUnusable(SlipProblem.UNKNOWN, number)
        details = {"point": point, "slip": number}
        action = "slip.reissued" if anew else "slip.revoked"
        note(connection, visit.now, visit.account.name, action, details)
        if not anew:
            if not revoke_slip(connection, number, visit.now):
                raise SlipUnusable(SlipProblem.REVOKED, number)
            return visit.see(PATH, "slip.revoked")
        new = reissue(connection, self._keys, number, visit.now).slip.number
        name, content = print_one(
            connection,
            self._keys,
            new,
            address=self._address,
            now=visit.now,
            language=visit.language,
        )
        return _pdf(name, content)

    # --- showing it -----------------------------------------------------------------------------

    def _page(self, visit: Visit) -> Response:
        with self._engine.connect() as connection:
            point, stage = self._chosen(visit, connection, visit.asked)
            asked = {"point": point, "stage": stage, "now": visit.now}
            rows = connection.execute(_BY_RW, asked).all() if point and stage else []
            return visit.page(
                "office/slips.html",
                points=points_of(connection, visit.agregator),
                stages=[(row.id, row.name) for row in connection.execute(_stages())],
                point=point,
                stage=stage,
                rows=[(row, area_words(visit.language, row.region, row.rw, 0)) for row in rows],
            )

    def _chosen(
        self, visit: Visit, connection: Connection, given: Callable[[str], str]
    ) -> tuple[int, int]:
        """Point and stage that were named, 0 for one that is none of the account's."""
        points = dict(points_of(connection, visit.agregator))
        stages = {row.id for row in connection.execute(_stages())}
        point, stage = (
            int(written) if (written := given(name)).isdecimal() and len(written) < 19 else 0
            for name in ("titik", "tahap")
        )
        return point if point in points else 0, stage if stage in stages else 0


def _stages() -> Any:
    return select(_STAGE.c.id, _STAGE.c.name).order_by(_STAGE.c.starts_at.desc())


def _pdf(name: str, content: bytes) -> Response:
    headers = {**NO_STORE, "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(content, media_type="application/pdf", headers=headers)

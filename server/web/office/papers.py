"""The archive of BAST, sign-off lists and recaps: taken in by their codes, each held against what
the centre counts whenever it is opened."""

from __future__ import annotations

from sqlalchemy import Engine
from starlette.responses import Response

from models.paper import PaperKind
from server.errors import NothingFound, PaperUnknown
from server.office.accounts import Role
from server.papers.archive import (
    WantedPapers,
    count_papers,
    keep_paper,
    look_at_paper,
    some_papers,
)
from server.papers.lines import (
    count_lines,
    difference_lines,
    made_words,
    paper_words,
    verdict_words,
)
from server.papers.reading import code_in_bytes
from server.tables import Point
from server.web.office.declared import EVERYBODY, OfficePage
from server.web.office.paging import A_PART, asked_part, part
from server.web.office.reviews import names_of
from server.web.office.visit import Visit

PATH = "/kantor/arsip"
_WRITES = frozenset({Role.ADMINISTRATOR, Role.REVIEWER, Role.AGREGATOR})
_MOST = 16 * 1024 * 1024


class PaperArchive:
    """``/kantor/arsip`` and ``/kantor/arsip/{hash}``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def declared(self) -> list[OfficePage]:
        """Both pages; an aggregator's staff sees and brings the papers of its own points."""
        return [
            OfficePage(PATH, self._all, EVERYBODY, _WRITES, entry="papers", upload=_MOST),
            OfficePage(f"{PATH}/{{hash}}", self._one, EVERYBODY),
        ]

    def _all(self, visit: Visit) -> Response:
        if visit.posted:
            return self._keep(visit)
        asked = visit.asked("jenis")
        kind = next((one for one in PaperKind if one.name.lower() == asked), None)
        wanted = WantedPapers(kind, visit.number("titik"), visit.agregator)
        with self._engine.connect() as connection:
            total = count_papers(connection, wanted)
            number, _ = asked_part(visit, total)
            found = some_papers(connection, wanted, (number - 1) * A_PART, A_PART)
            points = names_of(connection, Point)
        return visit.page(
            "office/papers.html",
            part=part(visit, found, total),
            kinds=[one.name.lower() for one in PaperKind],
            kind=asked if kind else "",
            wanted=wanted,
            points=points if visit.agregator is None else {},
            may=visit.account.role in _WRITES,
            megabytes=_MOST // (1024 * 1024),
        )

    def _keep(self, visit: Visit) -> Response:
        written = visit.field("kode")
        if visit.file is not None and visit.file.data:
            written = code_in_bytes(visit.file.data, visit.file.name[:80])
        if not written:
            raise PaperUnknown()
        with self._engine.begin() as connection:
            digest = keep_paper(
                connection,
                written,
                visit.now,
                actor=visit.account.name,
                agregator=visit.agregator,
            )
        return visit.see(f"{PATH}/{digest.hex()}", "paper.kept")

    def _one(self, visit: Visit) -> Response:
        written = str(visit.request.path_params["hash"])
        try:
            digest = bytes.fromhex(written)
        except ValueError as error:
            raise NothingFound(what="Paper", name=written[:16]) from error
        with self._engine.connect() as connection:
            looked = look_at_paper(connection, digest, visit.agregator)
        checked, language = looked.checked, visit.language
        return visit.page(
            "office/paper.html",
            looked=looked,
            checked=checked,
            paper=paper_words(checked, language),
            made=made_words(checked, language),
            counts=list(count_lines(checked, language)),
            verdict=verdict_words(checked, language),
            differences=list(difference_lines(checked, language)),
        )

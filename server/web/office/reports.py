"""The office's reports as pages, and as files to take along."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import BinaryIO

from sqlalchemy import Engine
from starlette.exceptions import HTTPException
from starlette.responses import Response

from models.clock import local
from models.texts import Language
from server.giving.pledge_commands import pledge_number
from server.reports.content import Report, ReportKind, Wanted, make_report
from server.web.office.declared import EVERYBODY, OfficePage
from server.web.office.stages import chosen_stage
from server.web.office.visit import Visit
from server.web.rendering import NO_STORE

PATH = "/kantor/laporan"
MOST_ROWS = 300
"""A page shows so many; a file holds all."""
_KINDS = (ReportKind.STAGE, ReportKind.AGREGATOR, ReportKind.AREA)


class ReportPages:
    """``/kantor/laporan``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def declared(self) -> list[OfficePage]:
        """Open to everybody; an aggregator's staff gets its own part."""
        return [OfficePage(PATH, self._answer, EVERYBODY, entry="reports")]

    def _answer(self, visit: Visit) -> Response:
        kind = _kind(visit)
        with self._engine.connect() as connection:
            stages, stage = chosen_stage(connection, visit)
            wanted = Wanted(
                kind,
                stage if kind is ReportKind.AREA else None,
                pledge_number(visit.asked("komitmen")) if kind is ReportKind.PLEDGE else None,
                visit.agregator,
            )
            report = make_report(connection, wanted, visit.now, visit.language)
        if form := visit.asked("bentuk"):
            return _file(report, form, visit.language)
        return visit.page(
            "office/report.html",
            report=report,
            kinds=_KINDS,
            stages=stages,
            stage=stage,
            pledge=visit.asked("komitmen"),
            most=MOST_ROWS,
        )


def _kind(visit: Visit) -> ReportKind:
    if visit.asked("komitmen"):
        return ReportKind.PLEDGE
    try:
        kind = ReportKind(visit.asked("menurut") or ReportKind.STAGE)
    except ValueError as error:
        raise HTTPException(404) from error
    return kind if kind is not ReportKind.PLEDGE else ReportKind.STAGE


def _file(report: Report, form: str, language: Language) -> Response:
    from server.reports.book import write_xlsx
    from server.reports.paper import write_pdf

    writers: dict[str, tuple[str, Callable[[BinaryIO, Report, Language], None]]] = {
        "xlsx": (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            write_xlsx,
        ),
        "pdf": ("application/pdf", write_pdf),
    }
    if form not in writers:
        raise HTTPException(404)
    media, write = writers[form]
    out = io.BytesIO()
    write(out, report, language)
    name = f"laporan-{report.kind}-{local(report.made_at):%Y%m%d-%H%M}.{form}"
    disposition = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(out.getvalue(), 200, {**NO_STORE, **disposition}, media)

"""The USB road's page: a file from a stick in, what became of it and the receipt file out.

No account is needed, because the file proves itself: only what certified devices signed is kept.
Nothing is remembered between two pages; the receipt travels in the result's own form.
"""

from __future__ import annotations

import base64
import binascii

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from models.cose import SignatureProblem
from models.errors import KsbbError, ParcelError
from models.texts import LANGUAGES, Language
from server.parcels.desk import ParcelOffice, ParcelReport
from server.parcels.lines import trouble_line
from server.web.counter import Counter
from server.web.forms import read_form
from server.web.problems import language_of
from server.web.rendering import NO_STORE, address, elsewhere
from server.web.routing import PageRoute
from server.web.uploads import read_upload
from sync.messages import MessageProblem, read_receipt
from sync.parcel import Kind, take_apart

PATH, RECEIPT_PATH = "/berkas", "/berkas/tanda-terima"
MAX_UPLOAD = 16 * 1024 * 1024
"""Bytes: a third of a million records, taken in before a browser loses patience."""
_FILE, _RECEIPTS = "berkas", "tanda_terima"
_LONGEST_RECEIPTS = 1024 * 1024
_SHOWN = 50
"""Troubles on one page; a file with more is not worth reading them all."""
_UNPROCESSABLE = 422


class ParcelPages:
    """``/berkas`` and ``/en/berkas``. ``keys``: the centre's own, to know its receipts by."""

    def __init__(self, counter: Counter, office: ParcelOffice, keys: dict[bytes, bytes]) -> None:
        self._counter = counter
        self._office = office
        self._keys = keys

    def routes(self) -> list[PageRoute]:
        """Form, result and receipt in both languages."""
        form = [
            PageRoute(address(language, PATH), self._answer, methods=["GET", "POST"])
            for language in LANGUAGES
        ]
        receipt = [
            PageRoute(address(language, RECEIPT_PATH), self._receipt, methods=["POST"])
            for language in LANGUAGES
        ]
        return form + receipt

    async def _answer(self, request: Request) -> Response:
        language = language_of(request)
        if request.method != "POST":
            return self._form(language)
        if held_up := self._counter.held_up(request):
            return held_up
        try:
            data = (await read_upload(request, _FILE, MAX_UPLOAD)).data
            if not data:
                return self._form(language, nothing=True)
            report = await run_in_threadpool(self._office.take, data, self._counter.clock())
        except ParcelError as error:
            return self._form(language, problem=error)
        if report.problem is not None:
            return self._form(language, report=report, problem=report.problem)
        return self._result(language, report)

    def _form(
        self,
        language: Language,
        *,
        nothing: bool = False,
        problem: KsbbError | None = None,
        report: ParcelReport | None = None,
    ) -> HTMLResponse:
        words = None
        if problem is not None:
            words = (problem.title(language), problem.what_to_do(language))
        return self._page(
            "parcel.html",
            language,
            _UNPROCESSABLE if nothing or words else 200,
            nothing=nothing,
            problem=words,
            troubles=self._troubles(report, language) if report else [],
            megabytes=MAX_UPLOAD // (1024 * 1024),
            field=_FILE,
        )

    def _result(self, language: Language, report: ParcelReport) -> HTMLResponse:
        troubles = self._troubles(report, language)
        return self._page(
            "parcel_result.html",
            language,
            report=report,
            troubles=troubles[:_SHOWN],
            more=max(len(troubles) - _SHOWN, 0),
            receipts=base64.b64encode(report.receipts).decode() if report.devices else "",
            field=_RECEIPTS,
            receipt_path=RECEIPT_PATH,
        )

    def _troubles(self, report: ParcelReport, language: Language) -> list[str]:
        return [trouble_line(trouble, language) for trouble in report.troubles]

    async def _receipt(self, request: Request) -> Response:
        """The receipt file that a result page brought along. Only what this centre signed is given
        out under its name."""
        form = await read_form(request, _LONGEST_RECEIPTS)
        try:
            data = base64.b64decode(form.get(_RECEIPTS, ""), validate=True)
            parcel = take_apart(data)
            if parcel.kind is not Kind.RECEIPTS or parcel.head is None:
                raise MessageProblem("not receipts")
            for item in parcel.items:
                read_receipt(item.data, self._keys)
            if parcel.head + b"".join(item.data for item in parcel.items) != data:
                raise MessageProblem("more than receipts")
        except (binascii.Error, ParcelError, SignatureProblem, MessageProblem) as error:
            raise HTTPException(_UNPROCESSABLE) from error
        name = f"tanda-terima-{parcel.id.hex()[:8]}.ksbb"
        headers = {**NO_STORE, "content-disposition": f'attachment; filename="{name}"'}
        return Response(data, media_type="application/octet-stream", headers=headers)

    def _page(
        self, template: str, language: Language, code: int = 200, **state: object
    ) -> HTMLResponse:
        other = elsewhere(language, PATH)
        return self._counter.page(template, language, other, code, **state)

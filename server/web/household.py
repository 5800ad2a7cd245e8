"""A household's own status by its KK number: the form and the answer.

The number travels in the body of a POST, is never repeated in an answer (only masked, where the
household is on a list) and never logged. Whoever is not on a list gets the very same bytes as an
unknown number.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from models.numbers import NumberError, mask_kk, parse_kk, parse_slip_number
from models.texts import LANGUAGES, Language
from server.complaints.online import WebComplaintDesk
from server.status import StatusDesk
from server.web.counter import Counter
from server.web.forms import read_form
from server.web.guard import POLICY_WITH_SCRIPT
from server.web.problems import TOO_MANY, language_of, retry_after, wait_words
from server.web.proof import Hurry
from server.web.rendering import address, elsewhere
from server.web.routing import PageRoute

_UNPROCESSABLE = 422
_PATH = "/status"


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """Why a field can't be used; ``key`` is its text under ``pages.status``."""

    field: str
    key: str
    found: int


class StatusPages:
    """``/status`` and ``/en/status``."""

    def __init__(
        self, counter: Counter, hurry: Hurry, desk: StatusDesk, complaints: WebComplaintDesk
    ) -> None:
        self._counter = counter
        self._hurry = hurry
        self._desk = desk
        self._complaints = complaints

    def routes(self) -> list[PageRoute]:
        """Form and answer in both languages."""
        return [
            PageRoute(address(language, _PATH), self._answer, methods=["GET", "POST"])
            for language in LANGUAGES
        ]

    async def _answer(self, request: Request) -> Response:
        language = language_of(request)
        if request.method == "POST":
            return await self._ask(request, language)
        wait = self._counter.limiter.wait(self._counter.address(request))
        return self._form(language, wait_ms=wait)

    def _form(
        self, language: Language, *problems: FieldProblem, code: int = 200, wait_ms: int = 0
    ) -> HTMLResponse:
        """The form; for who has to wait, with work to be proved instead."""
        response = self._page(
            "status.html",
            language,
            code,
            problems={problem.field: problem for problem in problems},
            wait=wait_words(language, wait_ms) if wait_ms else "",
            challenge=self._hurry.proofs.challenge() if wait_ms else "",
        )
        if wait_ms:
            response.headers["content-security-policy"] = POLICY_WITH_SCRIPT
        return response

    def _held_up(self, request: Request, language: Language, proof: str) -> Response | None:
        """Takes a turn, or one for a proof; the answer for who asked too often, else None."""
        address = self._counter.address(request)
        wait = self._counter.limiter.take(address)
        if not wait or self._hurry.admits(proof, address):
            return None
        response = self._form(language, code=TOO_MANY, wait_ms=wait)
        response.headers.update(retry_after(wait))
        return response

    def _page(
        self, template: str, language: Language, code: int = 200, **state: object
    ) -> HTMLResponse:
        other = elsewhere(language, _PATH)
        return self._counter.page(template, language, other, code, **state)

    async def _ask(self, request: Request, language: Language) -> Response:
        form = await read_form(request)
        kk = _number("kk", form.get("kk", ""))
        typed_slip = form.get("slip", "").strip()
        slip = _number("slip", typed_slip) if typed_slip else None
        if isinstance(kk, FieldProblem) or isinstance(slip, FieldProblem):
            found = (one for one in (kk, slip) if isinstance(one, FieldProblem))
            wait = self._counter.limiter.wait(self._counter.address(request))
            return self._form(language, *found, code=_UNPROCESSABLE, wait_ms=wait)
        if held_up := self._held_up(request, language, form.get("bukti", "")):
            return held_up
        now = self._counter.clock()
        status = await run_in_threadpool(self._desk.household, kk, slip, now)
        if status is None:
            return self._page("unlisted.html", language)
        about = self._complaints.about_mark(status.household, now)
        return self._page(
            "result.html", language, found=status, masked=mask_kk(kk), about=about, now=now
        )


def _number(field: str, typed: str) -> int | FieldProblem:
    try:
        return parse_kk(typed) if field == "kk" else parse_slip_number(typed)
    except NumberError as error:
        return FieldProblem(field, f"status.{field}_problem.{error.problem}", error.found)

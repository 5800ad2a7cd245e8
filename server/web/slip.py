"""Where a slip's QR leads a recipient's own phone: genuine or not, valid or not, received or not.

The payload is checked like at the point, with the slip key alone; only a genuine slip reaches the
database. It is never logged, and nothing shown says whose slip it is.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from models.decide import Slip, SlipProblem
from models.slip import NotOurSlip, read_slip
from models.slip_text import from_text
from server.complaints.online import WebComplaintDesk
from server.status import StatusDesk
from server.web.counter import Counter
from server.web.problems import language_of
from server.web.rendering import code_elsewhere
from server.web.routing import PageRoute

_ANY_CENTRE = "https://x/s/"
"""A slip outlives a change of address, so only what follows ``/S/`` counts."""
_NOT_FOUND = 404


class SlipPages:
    """``/S/…``, ``/s/…`` and both below ``/en``; ``slip_keys`` as ``read_slip`` takes them."""

    def __init__(
        self,
        counter: Counter,
        desk: StatusDesk,
        complaints: WebComplaintDesk,
        slip_keys: Mapping[bytes, bytes],
    ) -> None:
        self._counter = counter
        self._desk = desk
        self._complaints = complaints
        self._slip_keys = slip_keys

    def routes(self) -> list[PageRoute]:
        """Both spellings in both languages. Whatever follows is the payload, slashes too: a
        damaged code deserves the page that says so."""
        return [
            PageRoute(f"{language}/{letter}/{{payload:path}}", self._answer)
            for language in ("", "/en")
            for letter in "Ss"
        ]

    async def _answer(self, request: Request) -> Response:
        if held_up := self._counter.held_up(request):
            return held_up
        return await run_in_threadpool(self._judged, request, request.path_params["payload"])

    def _judged(self, request: Request, payload: str) -> Response:
        slip = self._read(payload)
        if isinstance(slip, SlipProblem):
            kind = "forged" if slip is SlipProblem.FORGED else "damaged"
            return self._page(request, "slip_bad.html", payload, _NOT_FOUND, kind=kind)
        now = self._counter.clock()
        return self._page(
            request,
            "slip.html",
            payload,
            slip=self._desk.slip(slip, now),
            about=self._complaints.about_mark(slip.household, now),
            now=now,
        )

    def _read(self, payload: str) -> Slip | SlipProblem:
        signed = from_text(_ANY_CENTRE + payload)
        if signed is None:
            return SlipProblem.FOREIGN
        try:
            return read_slip(signed, self._slip_keys)
        except NotOurSlip as error:
            return error.problem

    def _page(
        self, request: Request, template: str, payload: str, code: int = 200, **state: object
    ) -> Response:
        language = language_of(request)
        other = code_elsewhere(language, "S", payload)
        return self._counter.page(template, language, other, code, **state)

"""Where a paper's QR leads anybody's phone: genuine or not, and whether the centre counts the same.

What is shown stands on the paper already, beside whether it agrees; nothing of any household. The
code is never logged.
"""

from __future__ import annotations

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from models.paper import NotAPaper, from_text
from server.papers.check import Checked, check_paper
from server.papers.lines import (
    count_lines,
    difference_lines,
    made_words,
    paper_words,
    verdict_words,
)
from server.web.counter import Counter
from server.web.problems import language_of
from server.web.rendering import code_elsewhere
from server.web.routing import PageRoute

_ANY_CENTRE = "https://x/p/"
"""A paper outlives a change of address, so only what follows ``/P/`` counts."""
_NOT_FOUND = 404


class PaperPages:
    """``/P/…``, ``/p/…`` and both below ``/en``."""

    def __init__(self, counter: Counter, engine: Engine) -> None:
        self._counter = counter
        self._engine = engine

    def routes(self) -> list[PageRoute]:
        """Both spellings in both languages."""
        return [
            PageRoute(f"{language}/{letter}/{{payload:path}}", self._answer)
            for language in ("", "/en")
            for letter in "Pp"
        ]

    async def _answer(self, request: Request) -> Response:
        if held_up := self._counter.held_up(request):
            return held_up
        return await run_in_threadpool(self._checked, request, request.path_params["payload"])

    def _checked(self, request: Request, payload: str) -> Response:
        language = language_of(request)
        checked = self._read(payload)
        if checked is None:
            return self._page(request, payload, _NOT_FOUND, checked=None)
        return self._page(
            request,
            payload,
            checked=checked,
            paper=paper_words(checked, language),
            made=made_words(checked, language),
            counts=list(count_lines(checked, language)),
            verdict=verdict_words(checked, language),
            differences=list(difference_lines(checked, language)),
        )

    def _read(self, payload: str) -> Checked | None:
        signed = from_text(_ANY_CENTRE + payload)
        if signed is None:
            return None
        try:
            with self._engine.connect() as connection:
                return check_paper(connection, signed)
        except NotAPaper:
            return None

    def _page(self, request: Request, payload: str, code: int = 200, **state: object) -> Response:
        language = language_of(request)
        other = code_elsewhere(language, "P", payload)
        return self._counter.page("paper.html", language, other, code, **state)

"""A page where something is followed by its eleven-digit number: the form, and what has the number.

The number travels in the body of a POST and is never logged.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from models.numbers import NumberError, parse_slip_number
from models.texts import LANGUAGES, Language
from server.web.counter import Counter
from server.web.forms import read_form
from server.web.problems import language_of
from server.web.rendering import address, elsewhere
from server.web.routing import PageRoute

UNPROCESSABLE = 422


class ByNumber:
    """``path`` in both languages. ``follow`` gives what has a number, or None; ``more`` stands in
    the template beside it."""

    def __init__(
        self,
        counter: Counter,
        path: str,
        template: str,
        follow: Callable[[int], object | None],
        **more: object,
    ) -> None:
        self._counter = counter
        self._path = path
        self._template = template
        self._follow = follow
        self._more = more

    def routes(self) -> list[PageRoute]:
        """Form and answer in both languages."""
        return [
            PageRoute(address(language, self._path), self._answer, methods=["GET", "POST"])
            for language in LANGUAGES
        ]

    def page(self, language: Language, code: int = 200, **state: object) -> Response:
        """The form, with what was found (``found``) of what was asked for (``asked``), or what is
        wrong with the number (``problem``)."""
        shown = {"problem": None, "asked": None, "found": None, **self._more, **state}
        other = elsewhere(language, self._path)
        return self._counter.page(self._template, language, other, code, **shown)

    async def _answer(self, request: Request) -> Response:
        language = language_of(request)
        if request.method != "POST":
            return self.page(language)
        form = await read_form(request)
        try:
            number = parse_slip_number(form.get("nomor", ""))
        except NumberError as error:
            return self.page(language, UNPROCESSABLE, problem=error)
        if held_up := self._counter.held_up(request):
            return held_up
        found = await run_in_threadpool(self._follow, number)
        return self.page(language, asked=number, found=found)

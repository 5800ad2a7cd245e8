"""*Mengadu*: a complaint made on the web, in one step from a status or a slip, and its number.

Nobody is asked who they are. From a status the form knows which household it is about by a sealed
mark, which whoever complains may leave out.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from models.regions import Level, regions
from models.texts import LANGUAGES, Language
from server.complaints.online import CATEGORIES, LONGEST_WORDS, Said, WebComplaintDesk
from server.web.by_number import UNPROCESSABLE
from server.web.counter import Counter
from server.web.forms import read_form
from server.web.places import villages_by_district
from server.web.problems import language_of
from server.web.rendering import address, elsewhere
from server.web.routing import PageRoute

COMPLAIN = "/mengadu"
_LONGEST = 8_192
"""Bytes of the form: each letter of a word may take nine."""
_OTHER = 8
"""The category that says nothing without words."""


class ComplainingPages:
    """``/mengadu`` and ``/en/mengadu``."""

    def __init__(self, counter: Counter, desk: WebComplaintDesk) -> None:
        self._counter = counter
        self._desk = desk

    def routes(self) -> list[PageRoute]:
        """Form and answer in both languages."""
        return [
            PageRoute(address(language, COMPLAIN), self._answer, methods=["GET", "POST"])
            for language in LANGUAGES
        ]

    async def _answer(self, request: Request) -> Response:
        language, now = language_of(request), self._counter.clock()
        form = await read_form(request, _LONGEST) if request.method == "POST" else {}
        about = self._desk.about(form.get("tentang", ""), now)
        if "kirim" not in form:
            return self._form(language, now, form, about)
        said, bad = _read(form, about)
        if bad:
            return self._form(language, now, form, about, bad)
        if held_up := self._counter.held_up(request):
            return held_up
        number = await run_in_threadpool(self._desk.take, said, form.get("tanda", ""), now)
        return self._page(language, "complained.html", given=number, said=said)

    def _form(
        self,
        language: Language,
        now: int,
        form: Mapping[str, str],
        about: int | None,
        bad: tuple[str, ...] = (),
    ) -> Response:
        return self._page(
            language,
            "complain.html",
            UNPROCESSABLE if bad else 200,
            typed={name: form.get(name, "") for name in ("kategori", "cerita", "wilayah")},
            bad=bad,
            mark=form.get("tanda") or self._desk.form_mark(now),
            about=form.get("tentang", "") if about is not None else "",
            with_about="kirim" not in form or "sertakan" in form,
            categories=CATEGORIES,
            longest=LONGEST_WORDS,
            places=villages_by_district(),
        )

    def _page(
        self, language: Language, template: str, code: int = 200, **state: object
    ) -> Response:
        return self._counter.page(template, language, elsewhere(language, COMPLAIN), code, **state)


def _read(form: Mapping[str, str], about: int | None) -> tuple[Said, tuple[str, ...]]:
    """What the form says, and the fields that are wrong (``pages.complain.problem.<field>``)."""
    bad = []
    written = form.get("kategori", "")
    category = int(written) if written in map(str, CATEGORIES) else 0
    if not category:
        bad.append("kategori")
    lines = form.get("cerita", "").replace("\r\n", "\n")
    words = "".join(one if one.isprintable() or one == "\n" else " " for one in lines).strip()
    if len(words) > LONGEST_WORDS or (category == _OTHER and not words):
        bad.append("cerita")
    region = regions().get(form.get("wilayah", ""))
    code = region.code if region is not None and region.level is Level.VILLAGE else ""
    household = about if "sertakan" in form else None
    return Said(category, words, code, household), tuple(bad)

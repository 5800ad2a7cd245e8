"""The door of every page of the office: who is it, may they, is it their own form; then the page.

What a page can't do for a reason that a person should know (a KsbbError) is said in the office's
frame; whatever else fails is the guard's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from markupsafe import Markup
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.clock import WallClock
from models.errors import KsbbError
from models.texts import LANGUAGES, Language
from server.office.accounts import Account
from server.office.entrance import who
from server.web.forms import read_fields
from server.web.office.declared import OfficePage
from server.web.office.tokens import FIELD, Cookies, fits, form_token
from server.web.office.visit import DONE, Visit
from server.web.problems import language_of
from server.web.rendering import NO_STORE, Pages, address, elsewhere
from server.web.routing import PageRoute
from server.web.uploads import has_file, read_upload
from server.web.wording import words

HOME, ENTER = "/kantor", "/kantor/masuk"
FILE_FIELD = "berkas"
_LONGEST_FORM, _MOST_FIELDS = 128 * 1024, 1_000
_TOKEN = Markup('<input type="hidden" name="{name}" value="{token}">')
_FORBIDDEN, _UNPROCESSABLE, _SEE_OTHER = 403, 422, 303


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the navigation: its words under ``office.nav``, and whether one is there."""

    words: str
    path: str
    here: bool


class Door:
    """All declared pages behind one door."""

    def __init__(
        self,
        pages: Pages,
        cookies: Cookies,
        engine: Engine,
        clock: WallClock,
        declared: Sequence[OfficePage],
    ) -> None:
        self._pages = pages
        self._cookies = cookies
        self._engine = engine
        self._clock = clock
        self.declared = tuple(declared)

    def routes(self) -> list[PageRoute]:
        """Every page in both languages."""
        return [
            PageRoute(
                address(language, page.path),
                partial(self._answer, page),
                methods=["GET", "POST"] if page.writes else ["GET"],
            )
            for page in self.declared
            for language in LANGUAGES
        ]

    async def _answer(self, page: OfficePage, request: Request) -> Response:
        language, now = language_of(request), self._clock()
        token = self._cookies.session(request)
        account = await run_in_threadpool(who, self._engine, token, now) if token else None
        if account is None:
            return _to_entrance(request, language)
        visit = Visit(request, language, account, now, form_token(token), self._render)
        if account.role not in (page.writes if visit.posted else page.reads):
            return self._refused(visit, "role")
        if visit.posted:
            visit = await self._filled(page, visit)
            if not fits(visit.field(FIELD), token):
                return self._refused(visit, "form")
        return await run_in_threadpool(self._told, page, visit)

    async def _filled(self, page: OfficePage, visit: Visit) -> Visit:
        """With what the form brought. Raises HTTPException for too much of it."""
        if has_file(visit.request):
            if not page.upload:
                raise HTTPException(415)
            found = await read_upload(visit.request, FILE_FIELD, page.upload, _MOST_FIELDS)
            return replace(visit, form=found.fields, file=found)
        fields = await read_fields(visit.request, _LONGEST_FORM, _MOST_FIELDS)
        return replace(visit, form=fields)

    def _told(self, page: OfficePage, visit: Visit) -> Response:
        try:
            return page.answer(visit)
        except KsbbError as error:
            return self._problem(
                visit,
                _UNPROCESSABLE,
                error.title(visit.language),
                error.what_to_do(visit.language),
            )

    def _refused(self, visit: Visit, why: str) -> Response:
        title, what_to_do = (
            words(visit.language, f"office.refused.{key}") for key in (why, f"{why}_words")
        )
        return self._problem(visit, _FORBIDDEN, title, what_to_do)

    def _problem(self, visit: Visit, code: int, title: str, what_to_do: str) -> Response:
        return visit.page("office/problem.html", code, problem_title=title, what_to_do=what_to_do)

    def _render(
        self, visit: Visit, template: str, code: int, state: Mapping[str, object]
    ) -> Response:
        path = visit.request.url.path.removeprefix("/en") or HOME
        # What a form led to can't be asked for again in the other language.
        query = "&".join(
            f"{name}={value}"
            for name, value in visit.request.query_params.multi_items()
            if name != DONE and value.isascii() and value.replace("-", "").isalnum()
        )
        counterpart = elsewhere(visit.language, path) + (f"?{query}" if query else "")
        frame = {
            "visit": visit,
            "account": visit.account,
            "navigation": self._navigation(visit.account, path),
            "token_field": _TOKEN.format(name=FIELD, token=visit.token),
        }
        return self._pages.page(
            template, visit.language, counterpart, code, NO_STORE, **frame, **state
        )

    def _navigation(self, account: Account, path: str) -> list[Entry]:
        mine = [page for page in self.declared if page.entry and account.role in page.reads]
        at = max(
            (one.path for one in mine if path == one.path or path.startswith(one.path + "/")),
            key=len,
            default="",
        )
        return [Entry(page.entry, page.path, page.path == at) for page in mine]


def _to_entrance(request: Request, language: Language) -> Response:
    """Whoever has not entered, or not lately; back to the page afterwards."""
    path = request.url.path
    back = f"?ke={path}" if path.removeprefix("/en") != HOME else ""
    return RedirectResponse(address(language, ENTER) + back, _SEE_OTHER, NO_STORE)

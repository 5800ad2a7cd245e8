"""In and out of the office: entering, setting an account up with a one-time link, one's own
account, leaving."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlalchemy import Engine
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.clock import WallClock
from models.errors import KsbbError
from models.texts import LANGUAGES, Language
from server.errors import CodeUsed, WrongNumber
from server.office import entrance
from server.office.accounts import SET_UP, Invited, invited, set_password, set_up
from server.office.one_time import address as totp_address
from server.office.passwords import LONGEST, SHORTEST
from server.personal import Personal
from server.web.addresses import Networks, client_address
from server.web.forms import read_form
from server.web.limits import Limits, TokenBuckets
from server.web.office.declared import EVERYBODY, OfficePage
from server.web.office.door import ENTER, HOME
from server.web.office.qr import qr_drawing
from server.web.office.tokens import FIELD, Cookies, fits, form_token
from server.web.office.visit import Visit
from server.web.problems import Problems, language_of
from server.web.rendering import NO_STORE, Pages, address, elsewhere
from server.web.routing import PageRoute
from server.web.wording import words

OWN, LEAVE = "/kantor/saya", "/kantor/keluar"
_BACK = re.compile(r"(?:/en)?/kantor(?:/[a-z0-9-]+)*", re.ASCII)
_FORBIDDEN, _UNPROCESSABLE, _SEE_OTHER, _GONE = 403, 422, 303, 410
_LONGEST_NAME = 64


class Entrance:
    """``/kantor/masuk``, ``/kantor/pasang/…`` before the door; ``/kantor/saya`` and
    ``/kantor/keluar`` behind it."""

    def __init__(
        self,
        pages: Pages,
        problems: Problems,
        cookies: Cookies,
        engine: Engine,
        personal: Personal,
        clock: WallClock,
        limits: Limits,
        trusted: Networks,
    ) -> None:
        self._pages = pages
        self._problems = problems
        self._cookies = cookies
        self._engine = engine
        self._personal = personal
        self._clock = clock
        self._trusted = trusted
        self._by_address = TokenBuckets(limits.entry_address, clock)
        self._by_account = TokenBuckets(limits.entry_account, clock)
        self._total = TokenBuckets(limits.entry_total, clock, most=1)

    def routes(self) -> list[PageRoute]:
        """What is open to who has not entered."""
        return [
            PageRoute(address(language, path), answer, methods=["GET", "POST"])
            for language in LANGUAGES
            for path, answer in ((ENTER, self._enter), (f"{SET_UP}/{{code}}", self._set_up))
        ]

    def declared(self) -> list[OfficePage]:
        """What is about one's own account."""
        return [
            OfficePage(OWN, self._own, EVERYBODY, EVERYBODY, entry="own", own=True),
            OfficePage(LEAVE, self._leave, EVERYBODY, EVERYBODY, own=True),
        ]

    # --- entering -----------------------------------------------------------------------------

    async def _enter(self, request: Request) -> Response:
        language = language_of(request)
        if request.method != "POST":
            return self._entrance(request, language, back=request.query_params.get("ke", ""))
        form = await read_form(request)
        back = form.get("ke", "")
        if not fits(form.get(FIELD, ""), self._cookies.guest(request)):
            return self._entrance(request, language, _FORBIDDEN, back=back, stale=True)
        name = form.get("nama", "")[:_LONGEST_NAME].strip().casefold()
        if wait := self._wait(request, name):
            return self._problems.too_many(request, wait)
        return await run_in_threadpool(self._tried, request, form, name, back)

    def _wait(self, request: Request, name: str) -> int:
        """The ms until another try; one who is over a limit uses up nothing of the others'."""
        return (
            self._by_address.take(client_address(request, self._trusted))
            or self._by_account.take(name)
            or self._total.take("")
        )

    def _tried(self, request: Request, form: dict[str, str], name: str, back: str) -> Response:
        language, now = language_of(request), self._clock()
        tried = entrance.enter(
            self._engine, self._personal, name, form.get("sandi", ""), form.get("angka", ""), now
        )
        if tried.account is None:
            refused = self._entrance(request, language, _UNPROCESSABLE, back=back, refused=True)
            if tried.exposed is not None:
                refused.background = BackgroundTask(entrance.warn, self._engine, tried.exposed, now)
            return refused
        with self._engine.begin() as connection:
            token = entrance.begin(connection, tried.account, now)
        to = back if _BACK.fullmatch(back) else address(language, HOME)
        return self._entered(to, token)

    def _entered(self, to: str, token: str) -> Response:
        response = RedirectResponse(to, _SEE_OTHER, NO_STORE)
        self._cookies.keep_session(response, token)
        return response

    def _entrance(
        self,
        request: Request,
        language: Language,
        code: int = 200,
        *,
        back: str = "",
        refused: bool = False,
        stale: bool = False,
    ) -> Response:
        back = back if _BACK.fullmatch(back) else ""
        other = elsewhere(language, ENTER) + (f"?ke={back}" if back else "")
        return self._guest_page(
            request,
            language,
            lambda token: self._pages.page(
                "office/enter.html",
                language,
                other,
                code,
                NO_STORE,
                token=token,
                token_name=FIELD,
                back=back,
                refused=refused,
                stale=stale,
                longest=LONGEST,
            ),
        )

    def _guest_page(
        self, request: Request, language: Language, page: Callable[[str], Response]
    ) -> Response:
        """A page with a form for who has not entered: whose token it is, the browser holds too."""
        held = self._cookies.guest(request)
        if held:
            return page(form_token(held))
        kept = Response()
        response = page(form_token(self._cookies.keep_guest(kept)))
        response.headers.append("set-cookie", kept.headers["set-cookie"])
        return response

    # --- setting up ---------------------------------------------------------------------------

    async def _set_up(self, request: Request) -> Response:
        form: dict[str, str] = {}
        if request.method == "POST":
            form = await read_form(request)
        return await run_in_threadpool(self._set, request, form, request.path_params["code"])

    def _set(self, request: Request, form: dict[str, str], code: str) -> Response:
        language, now = language_of(request), self._clock()
        try:
            with self._engine.connect() as connection:
                one = invited(connection, self._personal, code, now)
            if request.method != "POST":
                return self._setting_up(request, one, code)
            if not fits(form.get(FIELD, ""), self._cookies.guest(request)):
                stale = _both(language, "refused.form")
                return self._setting_up(request, one, code, _FORBIDDEN, stale)
            if form.get("sandi", "") != form.get("ulang", ""):
                differ = _both(language, "set_up.differ")
                return self._setting_up(request, one, code, _UNPROCESSABLE, differ)
            with self._engine.begin() as connection:
                account = set_up(
                    connection,
                    self._personal,
                    code,
                    form.get("sandi", ""),
                    form.get("angka", ""),
                    now,
                )
                token = entrance.begin(connection, account, now)
            return self._entered(address(language, HOME), token)
        except CodeUsed as error:
            return self._no_link(language, error)
        except KsbbError as error:
            problem = error.title(language), error.what_to_do(language)
            return self._setting_up(request, one, code, _UNPROCESSABLE, problem)

    def _no_link(self, language: Language, error: CodeUsed) -> Response:
        return self._pages.page(
            "office/no_link.html",
            language,
            elsewhere(language, ENTER),
            _GONE,
            NO_STORE,
            problem_title=error.title(language),
            what_to_do=error.what_to_do(language),
        )

    def _setting_up(
        self,
        request: Request,
        one: Invited,
        code: str,
        status: int = 200,
        problem: tuple[str, str] | None = None,
    ) -> Response:
        language = language_of(request)
        path = f"{SET_UP}/{code}"
        return self._guest_page(
            request,
            language,
            lambda token: self._pages.page(
                "office/set_up.html",
                language,
                elsewhere(language, path),
                status,
                NO_STORE,
                token=token,
                token_name=FIELD,
                path=path,
                name=one.account.name,
                secret=" ".join(re.findall("....", one.secret)),
                drawing=qr_drawing(totp_address(one.secret, one.account.name)),
                problem=problem,
                shortest=SHORTEST,
                longest=LONGEST,
            ),
        )

    # --- one's own account --------------------------------------------------------------------

    def _own(self, visit: Visit) -> Response:
        if not visit.posted:
            return self._own_page(visit)
        account, now = visit.account, visit.now
        wait = self._by_account.take(account.name)
        if wait:
            return self._problems.too_many(visit.request, wait)
        new = visit.form.get("baru", [""])[0]
        if new != visit.form.get("ulang", [""])[0]:
            return self._own_page(visit, _both(visit.language, "set_up.differ"))
        current = visit.form.get("sandi", [""])[0]
        try:
            with self._engine.begin() as connection:
                if not entrance.again(
                    connection, self._personal, account, current, visit.field("angka"), now
                ):
                    raise WrongNumber()
                set_password(visit.desk(connection), account, new)
                token = entrance.begin(connection, account, now)
        except KsbbError as error:
            return self._own_page(
                visit, (error.title(visit.language), error.what_to_do(visit.language))
            )
        response = visit.see(OWN, "own.changed")
        self._cookies.keep_session(response, token)
        return response

    def _own_page(self, visit: Visit, problem: tuple[str, str] | None = None) -> Response:
        return visit.page(
            "office/own.html",
            _UNPROCESSABLE if problem else 200,
            problem=problem,
            shortest=SHORTEST,
            longest=LONGEST,
        )

    def _leave(self, visit: Visit) -> Response:
        if visit.posted:
            with self._engine.begin() as connection:
                token = self._cookies.session(visit.request)
                entrance.leave(connection, token, visit.account, visit.now)
            response: Response = RedirectResponse(
                address(visit.language, ENTER), _SEE_OTHER, NO_STORE
            )
            self._cookies.forget(response)
            return response
        return visit.see(HOME)


def _both(language: Language, key: str) -> tuple[str, str]:
    """What happened and what to do."""
    return words(language, f"office.{key}"), words(language, f"office.{key}_words")

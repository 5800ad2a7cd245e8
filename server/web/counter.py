"""What a page needs that asks for something of one household or person: nothing it shows is kept by
a browser or proxy, and nobody may ask without end."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from models.clock import WallClock
from models.texts import Language
from server.web.addresses import Networks, client_address
from server.web.limits import Limiter
from server.web.problems import Problems
from server.web.rendering import NO_STORE, Pages


@dataclass(frozen=True, slots=True)
class Counter:
    """One kind of question. ``trusted`` are the proxies whose word on an address is believed."""

    pages: Pages
    problems: Problems
    limiter: Limiter
    trusted: Networks
    clock: WallClock

    def held_up(self, request: Request) -> Response | None:
        """Takes a turn; the answer for who asked too often, else None."""
        wait = self.limiter.take(self.address(request))
        return self.problems.too_many(request, wait) if wait else None

    def address(self, request: Request) -> str:
        """Whose turns a request takes."""
        return client_address(request, self.trusted)

    def page(
        self,
        template: str,
        language: Language,
        counterpart: str,
        code: int = 200,
        **state: object,
    ) -> HTMLResponse:
        """A page that nobody keeps; ``counterpart`` as for ``Pages.page``."""
        return self.pages.page(template, language, counterpart, code, NO_STORE, **state)

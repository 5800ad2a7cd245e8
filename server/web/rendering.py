"""The page maker: Jinja2 with autoescape, words of one language, static files by their content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from models.numbers import format_slip_number
from models.texts import LANGUAGES, Language
from resources import resource
from server.web import wording

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
NO_STORE = {"cache-control": "no-store", "x-robots-tag": "noindex"}
"""For whatever is about one household."""


class Pages:
    """Renders templates; one for the whole app."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,  # a template does not change under a running centre
        )
        self._environment.globals.update(
            icon=icon, static=static_address, slip_number=format_slip_number
        )

    def page(
        self,
        template: str,
        language: Language,
        counterpart: str,
        code: int = 200,
        headers: Mapping[str, str] | None = None,
        **state: Any,
    ) -> HTMLResponse:
        """``template`` with ``state`` under HTTP status ``code``; ``counterpart`` is the address
        of the same page in the other language."""
        other = next(one for one in LANGUAGES if one != language)
        words = {
            name: partial(getattr(wording, name), language)
            for name in (
                *("say", "words", "number", "count", "spoken", "category", "weekday"),
                *("day_words", "long_day", "short_day", "day_of", "moment", "lately", "period"),
            )
        }
        html = self._environment.get_template(template).render(
            language=language,
            other=other,
            counterpart=counterpart,
            at=partial(address, language),
            **words,
            **state,
        )
        return HTMLResponse(html, code, dict(headers or {}))


def address(language: Language, path: str) -> str:
    """The address of ``path`` (``/status``) in ``language``: Indonesian has no prefix."""
    return path if language == "id" else f"/{language}{path}"


def elsewhere(language: Language, path: str) -> str:
    """The address of ``path`` in the other language."""
    return address("en" if language == "id" else "id", path)


def code_elsewhere(language: Language, letter: str, payload: str) -> str:
    """The same for the page of a code, ``/S/…``. Only a payload that is plain base32 goes back into
    a page."""
    plain = payload.isascii() and payload.isalnum()
    return elsewhere(language, f"/{letter}/{payload.upper()}" if plain else "/")


@cache
def icon(name: str) -> Markup:
    """A drawing of ``resources/icons`` to stand beside words, so hidden from who hears the page."""
    drawing = resource("icons", f"{name}.svg").read_text(encoding="utf-8")
    shown = drawing.replace("<svg ", '<svg class="icon" aria-hidden="true" focusable="false" ', 1)
    return Markup(shown)


@cache
def static_address(name: str) -> str:
    """A static file's address with a mark of its content, so that browsers may keep it for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"

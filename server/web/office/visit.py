"""One request of somebody who has entered: who asks for what, and how a page answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.texts import Language, both
from server.catalogue import Desk
from server.errors import BadWords
from server.office.accounts import Account
from server.web.rendering import address
from server.web.uploads import Upload

DONE = "selesai"
"""The parameter of an address that says what was just done there."""
_KEY = re.compile(r"[a-z_]+\.[a-z_]+")
_SEE_OTHER = 303
_LONGEST_NUMBER, _LONGEST_SHOWN = 9, 20

Render = Callable[["Visit", str, int, Mapping[str, object]], Response]


def whole_number(typed: str, what: str) -> int | None:
    """What was typed into a field for a whole number, None for nothing; ``what`` says in a message
    what it should have been. Raises BadWords."""
    if not typed:
        return None
    bare = typed.replace(".", "")
    if not (bare.isascii() and bare.isdigit() and len(bare) < _LONGEST_NUMBER):
        raise BadWords(what=what, value=typed[:_LONGEST_SHOWN])
    return int(bare)


@dataclass(frozen=True, slots=True)
class Visit:
    """``form`` and ``file`` are what a POST brought, its token checked. Every form
    of a template has ``{{ token_field }}`` in it, which brings ``token`` along."""

    request: Request
    language: Language
    account: Account
    now: int
    token: str
    render: Render
    form: Mapping[str, Sequence[str]] = field(default_factory=dict)
    file: Upload | None = None

    @property
    def posted(self) -> bool:
        """Whether something is to be done, and not only shown."""
        return self.request.method == "POST"

    @property
    def agregator(self) -> int | None:
        """Whose points, households and pledges alone may be shown; None: everybody's."""
        return self.account.agregator

    def field(self, name: str) -> str:
        """What was typed into a field, without spaces around it; empty for none."""
        return (self.form.get(name) or ("",))[0].strip()

    def fields(self, name: str) -> Sequence[str]:
        """Every value of a field that may be there more than once."""
        return self.form.get(name, ())

    def asked(self, name: str) -> str:
        """A parameter of the address; empty for none."""
        return self.request.query_params.get(name, "").strip()

    def number(self, name: str) -> int | None:
        """A parameter of the address or a part of the path that is a whole number, or None."""
        written = str(self.request.path_params.get(name, "")) or self.asked(name)
        whole = written.isascii() and written.isdigit() and len(written) < 19
        return int(written) if whole else None

    @property
    def done(self) -> str:
        """The key under ``office`` of what was just done, empty for nothing."""
        said = self.asked(DONE)
        return said if _KEY.fullmatch(said) and both(f"office.{said}") else ""

    def desk(self, connection: Connection) -> Desk:
        """For what the office changes: on whose account and when."""
        return Desk(connection, self.now, self.account.name)

    def page(self, template: str, code: int = 200, /, **state: object) -> Response:
        """A page in the office's frame; nobody keeps it."""
        return self.render(self, template, code, state)

    def see(self, path: str, done: str = "") -> Response:
        """To another page after something was done, so that a reload does not do it again;
        ``done`` is the key under ``office`` of what to say there."""
        mark = "&" if "?" in path else "?"
        to = address(self.language, path) + (f"{mark}{DONE}={done}" if done else "")
        return RedirectResponse(to, _SEE_OTHER, {"cache-control": "no-store"})

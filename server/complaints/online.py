"""Complaints that are made on the public pages: taken in under a number, with nobody asked who they
are.

A form carries its number sealed, so that sending it twice is one complaint. From a status or a slip
it may carry, sealed too, which household it is about; neither can be made up outside.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.dialects.postgresql import insert

from models.numbers import slip_number
from server.personal import CannotDecrypt, Personal
from server.tables import WebComplaint, table

CATEGORIES = range(1, 9)
"""The words stand under ``complaint.category.<number>``."""
LONGEST_WORDS = 500
_NUMBERS = 10**10
_FORM_MS, _ABOUT_MS = 24 * 3_600_000, 2 * 3_600_000
"""How long a form may lie open, and a status stand on the screen, before it is sent."""

_FREE = text("SELECT NOT EXISTS (SELECT FROM complaint WHERE number = :number)")
_WEB = table(WebComplaint)
_KEEP = insert(_WEB).on_conflict_do_nothing().returning(_WEB.c.number)
_KEPT = text(
    "SELECT category, household, region, words_enc FROM web_complaint WHERE number = :number"
)


@dataclass(frozen=True, slots=True)
class Said:
    """What the form says. ``household`` None: about nobody the centre knows of; ``region`` is a
    kelurahan's code or empty."""

    category: int
    words: str = ""
    region: str = ""
    household: int | None = None


class WebComplaintDesk:
    """Gives forms their marks, and takes in what is sent with them."""

    def __init__(self, engine: Engine, personal: Personal) -> None:
        self._engine = engine
        self._personal = personal

    def form_mark(self, now: int) -> str:
        """The sealed number of a form that is shown at ``now``."""
        return self._mark(slip_number(secrets.randbelow(_NUMBERS)), now, b"form")

    def about_mark(self, household: int, now: int) -> str:
        """That a form is about a household, sealed."""
        return self._mark(household, now, b"about")

    def about(self, mark: str, now: int) -> int | None:
        """The household of such a mark; None for none, an old one and one made up."""
        return self._marked(mark, now, b"about", _ABOUT_MS)

    def take(self, said: Said, form: str, now: int) -> int:
        """Keeps a complaint; its number. The same form sent again says the same number, changed in
        between it is another complaint."""
        number = self._marked(form, now, b"form", _FORM_MS)
        with self._engine.begin() as connection:
            while True:
                if number is None:
                    number = slip_number(secrets.randbelow(_NUMBERS))
                if self._kept(connection, number, said, now):
                    return number
                number = None

    def _kept(self, connection: Connection, number: int, said: Said, now: int) -> bool:
        """Whether it stands under this number, now or from before."""
        if not connection.scalar(_FREE, {"number": number}):
            return False
        sealed = self._personal.seal(said.words.encode(), _bound(number)) if said.words else None
        row = {
            "number": number,
            "at": now,
            "category": said.category,
            "household": said.household,
            "region": said.region,
            "words_enc": sealed,
        }
        if connection.scalar(_KEEP, row) is not None:
            return True
        held = connection.execute(_KEPT, {"number": number}).one()
        words = opened_words(self._personal, number, held.words_enc)
        return said == Said(held.category, words, held.region, held.household)

    def _mark(self, value: int, now: int, what: bytes) -> str:
        sealed = self._personal.seal(b"%d %d" % (value, now), b"complaint/" + what)
        return urlsafe_b64encode(sealed).decode()

    def _marked(self, mark: str, now: int, what: bytes, most: int) -> int | None:
        try:
            sealed = urlsafe_b64decode(mark.encode("ascii"))
            value, at = self._personal.unseal(sealed, b"complaint/" + what).split()
        except (CannotDecrypt, Error, ValueError):
            return None
        return int(value) if abs(now - int(at)) <= most else None


def opened_words(personal: Personal, number: int, stored: Any) -> str:
    """The words of a complaint of the pages, from its row."""
    return "" if stored is None else personal.unseal(bytes(stored), _bound(number)).decode()


def _bound(number: int) -> bytes:
    return b"web-complaint/%d" % number

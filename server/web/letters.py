"""The letters that the public's pages send: fixed words and a number, nothing of what was typed, so
that nobody can have us write to others in their words."""

from __future__ import annotations

from dataclasses import dataclass

from models.numbers import format_slip_number
from models.texts import Language
from server.mail import Letter, Mailer, address_in
from server.web.rendering import address
from server.web.wording import say


@dataclass(frozen=True, slots=True)
class Letters:
    """``home`` is the centre's public address."""

    mailer: Mailer
    home: str

    def pledged(self, language: Language, contact: str, number: int) -> None:
        """To who pledged, if the contact holds an e-mail address: the number to follow it by."""
        to = address_in(contact)
        if to:
            words = say(
                language,
                "pledge.letter",
                number=format_slip_number(number),
                page=self.home + address(language, "/komitmen"),
            )
            self.mailer.send(Letter(to, say(language, "pledge.letter_subject"), words))

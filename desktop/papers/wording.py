"""Words, numbers and times on a paper, in its language; times are Jakarta's (WIB)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import IntEnum

from models.texts import Language, both, text

# A fixed offset: Jakarta has no summer time, and Windows ships no time zone data.
WIB = timezone(timedelta(hours=7), "WIB")


@dataclass(frozen=True, slots=True)
class Speech:
    """One language, spoken on paper."""

    language: Language

    def say(self, leaf: str, /, **parts: object) -> str:
        """The words under ``papers.<leaf>``."""
        return text(self.language, f"papers.{leaf}", **parts)

    def number(self, value: int) -> str:
        """``1.840`` (id), ``1,840`` (en)."""
        return f"{value:,}".replace(",", text(self.language, "field.number.thousands"))

    def signed(self, value: int) -> str:
        """A difference, with its sign: ``+3``, ``-2``, ``0``."""
        return ("+" if value > 0 else "−" if value < 0 else "") + self.number(abs(value))

    def clock(self, ms: int) -> str:
        """``14.05`` (id), ``14:05`` (en)."""
        return local(ms).strftime(text(self.language, "field.when.clock"))

    def day(self, day: date) -> str:
        """``24 November 2026``."""
        month = text(self.language, "field.when.months").split()[day.month - 1]
        return text(self.language, "field.when.day", day=day.day, month=month, year=day.year)

    def weekday(self, day: date) -> str:
        """``Selasa, 24 November 2026``."""
        name = self.say("weekdays").split()[day.weekday()]
        return f"{name}, {self.day(day)}"

    def moment(self, ms: int) -> str:
        """``24 November 2026 pukul 14.05``."""
        return text(
            self.language,
            "field.when.day_clock",
            day=self.day(local(ms).date()),
            clock=self.clock(ms),
        )

    def member(self, table: str, member: IntEnum) -> str:
        """The words of an enum's member; its name where a later version has given it none."""
        return self.leaf(table, member.name.lower())

    def leaf(self, table: str, leaf: str) -> str:
        """The words under ``papers.<table>.<leaf>``; ``leaf`` itself where there are none."""
        found = both(f"papers.{table}.{leaf}")
        return leaf if found is None else found[self.language]

    def goods(self, quantity: int, name: str) -> str:
        """``2 × Paket sembako``."""
        return text(self.language, "field.number.goods", quantity=self.number(quantity), name=name)


def local(ms: int) -> datetime:
    """``ms`` in Jakarta."""
    return datetime.fromtimestamp(ms / 1000, WIB)

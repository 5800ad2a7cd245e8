"""Numbers, days and times in the words of a language; all words stand in ``texts/pages.toml``."""

from __future__ import annotations

from datetime import date

from models.clock import local
from models.texts import Language, text
from server.figures.telling import Count

_OTHER = 8


def say(language: Language, key: str, /, **parts: object) -> str:
    """The words under ``pages.<key>``."""
    return text(language, f"pages.{key}", **parts)


def words(language: Language, key: str, /, **parts: object) -> str:
    """The words under ``key`` of any room."""
    return text(language, key, **parts)


def number(language: Language, value: int) -> str:
    """``12345`` as ``12.345`` or ``12,345``."""
    grouped = f"{value:,}"
    return grouped.replace(",", ".") if language == "id" else grouped


def count(language: Language, value: Count, smallest: int) -> str:
    """A count as ``server.figures.daily`` lets it be shown: ``41``, ``<5`` or ``41+``."""
    if value.is_small:
        return f"<{smallest}"
    return number(language, value.at_least) + ("+" if value.untold else "")


def spoken(language: Language, value: Count, smallest: int) -> str:
    """The same in words, for who hears it: ``at least 41``."""
    if value.is_small:
        return say(language, "count.fewer", smallest=smallest)
    least = number(language, value.at_least)
    return say(language, "count.at_least", count=least) if value.untold else least


def category(language: Language, number: int) -> str:
    """What a complaint is about; a category of a later version is *other*."""
    return text(language, f"complaint.category.{number if 1 <= number <= _OTHER else _OTHER}")


def weekday(language: Language, day: date) -> str:
    """``Selasa``."""
    return say(language, f"weekday.{day.isoweekday()}")


def day_words(language: Language, day: date) -> str:
    """``24 November 2026``."""
    return f"{day.day} {say(language, f'month.{day.month}')} {day.year}"


def long_day(language: Language, day: date) -> str:
    """``Selasa, 24 November 2026``."""
    return f"{weekday(language, day)}, {day_words(language, day)}"


def day_of(language: Language, ms: int) -> str:
    """The day of a time in Jakarta."""
    return day_words(language, local(ms).date())


def moment(language: Language, ms: int) -> str:
    """A day and time in Jakarta: ``24 November 2026 pukul 14.05 WIB``."""
    at = local(ms)
    return say(
        language,
        "moment",
        day=day_words(language, at.date()),
        hour=f"{at.hour:02d}",
        minute=f"{at.minute:02d}",
    )


def short_day(language: Language, day: date) -> str:
    """``24 Nov 2026``: both languages cut a month's name to three letters."""
    return f"{day.day} {say(language, f'month.{day.month}')[:3]} {day.year}"


def lately(language: Language, ms: int, today: date) -> str:
    """``hari ini pukul 14.05 WIB``; for another day the same as ``moment``."""
    at = local(ms)
    if at.date() != today:
        return moment(language, ms)
    return say(language, "lately", hour=f"{at.hour:02d}", minute=f"{at.minute:02d}")


def period(language: Language, starts_at: int | None, ends_at: int | None) -> str:
    """From the first to the last day of a stage: ``24-30 November 2026``.

    ``ends_at`` is the first moment after it.
    """
    if starts_at is None or ends_at is None:
        return ""
    first, last = local(starts_at).date(), local(max(starts_at, ends_at - 1)).date()
    if first == last:
        return day_words(language, first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day_words(language, last)}"
    if first.year == last.year:
        begins = day_words(language, first).removesuffix(f" {first.year}")
        return f"{begins} – {day_words(language, last)}"
    return f"{day_words(language, first)} – {day_words(language, last)}"

"""When a slip is good for, in words a person reads, in Jakarta's time."""

from __future__ import annotations

from datetime import datetime, timedelta

from models.clock import local
from models.texts import Language
from models.texts import text as words
from server.web.wording import long_day

_LAST_MINUTE = (23, 59)


def period_words(language: Language, valid_from: int, valid_until: int) -> tuple[str, ...]:
    """One line, or two that belong together; ``valid_until`` (ms) is the first moment after.

    ``Sabtu, 6 Juni 2026`` · ``pukul 08.00–15.00 WIB``, or from one day to another. Hours are left
    out where whole days are meant.
    """
    begins, ends = local(valid_from), local(valid_until)
    first = long_day(language, begins.date())
    # The end of a day is written 24.00 of that day, not 00.00 of the next, which people misread.
    day_ends = (ends.hour, ends.minute, ends.second) == (0, 0, 0)
    last_day = (ends - timedelta(days=1)).date() if day_ends else ends.date()
    last = long_day(language, last_day)
    whole = (begins.hour, begins.minute) == (0, 0) and (
        day_ends or (ends.hour, ends.minute) == _LAST_MINUTE
    )
    until = words(language, "slip.period.midnight") if day_ends else _hour(language, ends)
    if whole and begins.date() == last_day:
        return (first,)
    if whole:
        return first, words(language, "slip.period.last_day", day=last)
    if begins.date() == last_day:
        hours = {"begins": _hour(language, begins), "ends": until}
        return first, words(language, "slip.period.hours", **hours)
    return (
        words(language, "slip.period.begins", day=first, time=_hour(language, begins)),
        words(language, "slip.period.ends", day=last, time=until),
    )


def _hour(language: Language, at: datetime) -> str:
    return words(language, "slip.period.hour", hour=f"{at.hour:02d}", minute=f"{at.minute:02d}")

"""Times, numbers and goods in words, in the language shown; times are always Jakarta's (WIB)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone

from desktop.theme.look import Look
from desktop.views.state import Earlier, Goods
from models.facts import Receiver
from models.numbers import mask_kk

# A fixed offset: Jakarta has no summer time, and Windows ships no time zone data.
WIB = timezone(timedelta(hours=7), "WIB")

_MINUTE = 60_000
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


def _local(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, WIB)


def clock(look: Look, ms: int) -> str:
    """The time of day: ``14.05`` (id), ``14:05`` (en)."""
    return _local(ms).strftime(look.text("when.clock"))


def day(look: Look, ms: int) -> str:
    """The date: ``1 Juni 2026``."""
    at = _local(ms)
    month = look.text("when.months").split()[at.month - 1]
    return look.text("when.day", day=at.day, month=month, year=at.year)


def moment(look: Look, ms: int, now: int) -> str:
    """A moment as people say it: ``hari ini pukul 09.42``, ``kemarin …``, or with its date."""
    apart = (_local(now).date() - _local(ms).date()).days
    words = clock(look, ms)
    if apart == 0:
        return look.text("when.today", clock=words)
    if apart == 1:
        return look.text("when.yesterday", clock=words)
    return look.text("when.day_clock", day=day(look, ms), clock=words)


def shortly(look: Look, ms: int, now: int) -> str:
    """A moment in a word or two: its time today, else its day."""
    apart = (_local(now).date() - _local(ms).date()).days
    if apart == 0:
        return clock(look, ms)
    if apart == 1:
        return look.text("when.short_yesterday")
    at = _local(ms)
    month = look.text("when.months").split()[at.month - 1]
    return look.text("when.short_day", day=at.day, month=month)


def ago(look: Look, ms: int, now: int) -> str:
    """How long ago: ``12 menit lalu``; "" for a moment that lies ahead (a clock was wrong)."""
    passed = now - ms
    if passed < 0:
        return ""
    if passed < _MINUTE:
        return look.text("when.just_now")
    if passed < _HOUR:
        return look.text("when.minutes_ago", n=passed // _MINUTE)
    if passed < _DAY:
        hours, minutes = passed // _HOUR, passed % _HOUR // _MINUTE
        if minutes:
            return look.text("when.hours_minutes_ago", n=hours, m=minutes)
        return look.text("when.hours_ago", n=hours)
    return look.text("when.days_ago", n=passed // _DAY)


def kept_here(look: Look, device: str, since: int | None, now: int) -> str:
    """Where the records are that are not safe, and since when."""
    where = look.text("sync.here_named", name=device) if device else look.text("sync.here")
    if since is None:
        return look.text("sync.kept", where=where)
    return look.text("sync.kept_since", where=where, when=moment(look, since, now))


def photos_left(look: Look, count: int) -> str:
    """How many photos the centre has not got."""
    key = "left_1" if count == 1 else "left_n"
    return look.text(f"photos.{key}", n=number(look, count))


def countdown(look: Look, seconds: int) -> str:
    """Minutes and seconds left: ``04.32`` (id), ``04:32`` (en)."""
    separator = look.text("when.clock")[2]
    return f"{seconds // 60:02d}{separator}{seconds % 60:02d}"


def number(look: Look, value: int) -> str:
    """A whole number with its thousands set apart: ``1.840`` (id), ``1,840`` (en)."""
    return f"{value:,}".replace(",", look.text("number.thousands"))


def size_words(look: Look, size: int) -> str:
    """A size in bytes as disks are sold: ``12,4 GB`` (id), ``12.4 GB`` (en)."""
    unit, divisor = ("GB", 10**9) if size >= 10**9 else ("MB", 10**6)
    tenths = size * 10 // divisor
    if tenths >= 1000:
        return f"{number(look, tenths // 10)} {unit}"
    comma = "." if look.text("number.thousands") == "," else ","
    return f"{tenths // 10}{comma}{tenths % 10} {unit}"


def goods_line(look: Look, one: Goods) -> str:
    """``1 × Paket sembako``."""
    return look.text("number.goods", quantity=number(look, one.quantity), name=one.name)


def goods_words(look: Look, several: Iterable[Goods]) -> str:
    """Several goods in one line, equal names added up."""
    sums: dict[str, int] = {}
    for one in several:
        sums[one.name] = sums.get(one.name, 0) + one.quantity
    return ", ".join(goods_line(look, Goods(count, name)) for name, count in sums.items())


def receiver_words(look: Look, earlier: Earlier, holder: str = "") -> str:
    """Who took the goods, with the part they played; "" where no name is known."""
    name = earlier.receiver_name or (holder if earlier.receiver is Receiver.HOLDER else "")
    if not name:
        return ""
    return look.text(f"receiver.{earlier.receiver.name.lower()}", name=name)


def masked_kk(kk: int) -> str:
    """A KK number for a screen others can see, in fours: ``3171 •••• •••• 0005``."""
    bare = mask_kk(kk).replace("*", "•")
    return " ".join(bare[i : i + 4] for i in range(0, len(bare), 4))


def worded_parts(look: Look, parts: Mapping[str, object], now: int) -> dict[str, object]:
    """Parts of a text with their times put in words (``since_at=…`` becomes ``since=…``) and their
    numbers set apart."""
    return {
        name.removesuffix("_at"): _worded(look, name, value, now) for name, value in parts.items()
    }


def _worded(look: Look, name: str, value: object, now: int) -> object:
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    return moment(look, value, now) if name.endswith("_at") else number(look, value)

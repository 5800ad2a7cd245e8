"""Finding households by what somebody knows of them: part of a KK number, a name however it is
spelled, kelurahan, RW and RT, or the number of a slip. Reads what ``name_index`` keeps.

First who is called just that, then whose name goes on from there, then whose name is a slip of the
finger away or parted otherwise; no step is taken once there are enough. A step is one statement
of some milliseconds, and between two of them, and within one that goes over many rows, a search
that nobody waits for any more ends.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, text

from models.addresses import walking_order
from models.area_names import areas_in
from models.asked import Asked
from models.decide import Household, HouseholdStatus
from models.errors import Cancelled, DataError
from models.field.name_index import LONG_TAIL, TAIL, region_word, rt_word, rw_word, tail_word
from models.field.roster import Roster
from models.field.straight import Straight
from models.numbers import KK_DIGITS
from models.spelling import Word, fold, is_near, near_keys, slips, words_of

CANDIDATES = 200
"""Households that are looked at before the best are shown."""
_LONGER, _NEAR, _PARTINGS = 40, 12, 4
_OPS = 2_000
"""SQLite's own steps between two looks at whether the search is still wanted."""

_MATCHING = Straight(
    text(
        "SELECT rowid FROM roster.household_word WHERE household_word MATCH :words"
        " AND rowid BETWEEN :low AND :high AND rowid % :tens = :tail LIMIT :most"
    )
)
_MATCHING_ALL = Straight(
    text("SELECT rowid FROM roster.household_word WHERE household_word MATCH :words LIMIT :most")
)
_IN_RANGE = Straight(
    text("SELECT kk FROM roster.household WHERE kk BETWEEN :low AND :high LIMIT :most")
)
_HOUSEHOLDS = Straight(
    text(
        "SELECT id, kk, name, rw, rt, region, status, members, address FROM roster.household"
        " WHERE kk IN (SELECT value FROM json_each(:kks))"
    )
)
_LONGER_WORDS = Straight(
    text(
        "SELECT word FROM roster.name_word WHERE word >= :low AND word < :high"
        " ORDER BY households DESC LIMIT :most"
    )
)
_KNOWN_WORDS = Straight(
    text("SELECT word FROM roster.name_word WHERE word IN (SELECT value FROM json_each(:words))")
)
_NEAR_WORDS = Straight(
    text(
        "SELECT DISTINCT word FROM roster.name_near"
        " WHERE key IN (SELECT value FROM json_each(:keys))"
    )
)
_HIGHEST_KK = 10**KK_DIGITS - 1


@dataclass(frozen=True, slots=True)
class Hit:
    """A household that was found, and which parts of its name (from, to) are what was typed."""

    household: Household
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """The best first. ``more``: there are others; a word more would tell them apart."""

    hits: tuple[Hit, ...] = ()
    more: bool = False


@dataclass(frozen=True, slots=True)
class _Numbers:
    """What is asked for beside a name: words of the index, and which KK numbers."""

    words: tuple[str, ...] = ()
    low: int = 0
    high: int = _HIGHEST_KK
    tens: int = 1
    tail: int = 0

    @property
    def anywhere(self) -> bool:
        return (self.low, self.high, self.tens) == (0, _HIGHEST_KK, 1)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to take the words: all of them a name's, or some a kelurahan's."""

    asked: Asked
    regions: tuple[str, ...] = ()


def _readings(asked: Asked) -> tuple[_Reading, ...]:
    """The first takes all words for a name's."""
    rest, regions = areas_in(asked.words, asked.open)
    if not regions:
        return (_Reading(asked),)
    still_open = asked.open and rest[-1:] == asked.words[-1:]
    return _Reading(asked), _Reading(replace(asked, words=rest, open=still_open), regions)


class Finder:
    """Searches on one connection, on its thread."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._roster = Roster(connection)

    def find(self, asked: Asked, most: int, stopped: Callable[[], bool] = lambda: False) -> Found:
        """At most so many households. Raises Cancelled once ``stopped``."""
        if asked.empty:
            return Found()
        try:
            with _looking_up(self._connection, stopped):
                return self._find(asked, most, stopped)
        except DataError:
            if stopped():
                raise Cancelled from None
            raise

    def _find(self, asked: Asked, most: int, stopped: Callable[[], bool]) -> Found:
        if asked.kk is not None:
            known = self._roster.household_by_kk(asked.kk)
            return Found((Hit(known, _judged(asked, known)[1]),) if known else ())
        slip = self._roster.slip(asked.slip) if asked.slip is not None else None
        holder = self._roster.household(slip[0].household) if slip is not None else None
        if holder is not None:
            return Found((Hit(holder),))
        found: dict[int, None] = {}
        readings = _readings(asked)
        for reading in readings:
            of_this: dict[int, None] = {}
            for names in self._names(reading.asked):
                for numbers in _numbers(reading.asked):
                    if stopped():
                        raise Cancelled
                    kks = self._matching(names, numbers, reading.regions)
                    of_this.update(dict.fromkeys(kks))
                if len(of_this) >= most:
                    break
            found.update(of_this)
        return self._best(readings, found, most)

    def _matching(self, names: str, numbers: _Numbers, regions: Sequence[str]) -> list[int]:
        where_words = [_any(map(region_word, regions))] if regions else []
        parts = [*([names] if names else []), *map(_quoted, numbers.words), *where_words]
        words = " AND ".join(parts)
        where = {"low": numbers.low, "high": numbers.high, "most": CANDIDATES}
        if not words:
            rows = _IN_RANGE.all(self._connection, **where)
        elif numbers.anywhere:
            rows = _MATCHING_ALL.all(self._connection, words=words, most=CANDIDATES)
        else:
            tail = {"tens": numbers.tens, "tail": numbers.tail}
            rows = _MATCHING.all(self._connection, words=words, **where, **tail)
        return [kk for (kk,) in rows]

    def _best(self, readings: Sequence[_Reading], found: Iterable[int], most: int) -> Found:
        asked = readings[0].asked
        kks = json.dumps(list(found))
        ranked = []
        for row in _HOUSEHOLDS.all(self._connection, kks=kks):
            of, kk, name, rw, rt, region, status, members, address = row
            one = Household(of, kk, name, rw, rt, region, HouseholdStatus(status), members, address)
            far, marks = min(
                _judged(reading.asked, one)
                for reading in readings
                if not reading.regions or region in reading.regions
            )
            tail = not asked.digits or f"{kk:016d}".endswith(asked.digits)
            place = (one.rw, one.rt, walking_order(one.address))
            key = (far, not tail, *((one.name.casefold(),) if asked.words else ()), *place, kk)
            ranked.append((key, Hit(one, marks)))
        ranked.sort(key=lambda one: one[0])
        return Found(tuple(hit for _, hit in ranked[:most]), len(ranked) > most)

    # --- names -------------------------------------------------------------------------------

    def _names(self, asked: Asked) -> Iterator[str]:
        """What the index is asked for, step by step; "" where no name is asked for."""
        words = asked.words
        if not words:
            yield ""
            return
        yield _all(_quoted(word.folded) for word in words)
        if asked.open:
            whole = [_quoted(word.folded) for word in words[:-1]]
            yield _all([*whole, _any(self._longer(words[-1].folded))])
        yield _all(_any(self._alike(word.folded)) for word in words)
        parted = [self._parted(word) for word in words]
        if any(parted):
            yield _all(
                _any([*map(_quoted, self._alike(word.folded)), *others], quote=False)
                for word, others in zip(words, parted, strict=True)
            )
        yield from self._joined(words)

    def _longer(self, begin: str) -> list[str]:
        """The words that begin so, the commonest first; itself always."""
        high = begin[:-1] + chr(ord(begin[-1]) + 1)
        rows = _LONGER_WORDS.all(self._connection, low=begin, high=high, most=_LONGER)
        return list(dict.fromkeys([begin, *(word for (word,) in rows)]))

    def _alike(self, folded: str) -> list[str]:
        """The word itself, longer ones, and those that it may be a slip for."""
        rows = _NEAR_WORDS.all(self._connection, keys=json.dumps(sorted(near_keys(folded))))
        near = sorted((slips(word, folded), word) for (word,) in rows if is_near(word, folded))
        return list(dict.fromkeys([*self._longer(folded), *(word for _, word in near[:_NEAR])]))

    def _parted(self, word: Word) -> list[str]:
        """``word`` as two, where the space between them was left out."""
        plain = word.plain
        pairs = [(fold(plain[:i]), fold(plain[i:])) for i in range(2, len(plain) - 1)]
        known = self._known({part for pair in pairs for part in pair})
        parted = [(one, self._longer(other)) for one, other in pairs if one in known]
        parted = [(one, others) for one, others in parted if len(others) > 1 or others[0] in known]
        return [f"({_quoted(one)} AND {_any(others)})" for one, others in parted[-_PARTINGS:]]

    def _joined(self, words: Sequence[Word]) -> Iterator[str]:
        """Two words as one, where the list has no space between them."""
        for i in range(len(words) - 1):
            one = fold(words[i].plain + words[i + 1].plain)
            rest = [*words[:i], *words[i + 2 :]]
            yield _all([_any(self._alike(one)), *(_quoted(word.folded) for word in rest)])

    def _known(self, words: set[str]) -> set[str]:
        rows = _KNOWN_WORDS.all(self._connection, words=json.dumps(sorted(words)))
        return {word for (word,) in rows}


def _numbers(asked: Asked) -> Iterator[_Numbers]:
    """The ways to take the digits: as a KK number's end, as its beginning."""
    words = []
    if asked.rw is not None:
        words.append(rw_word(asked.rw))
    if asked.rt is not None:
        words.append(rt_word(asked.rt))
    count = len(asked.digits)
    if not count:
        yield _Numbers(tuple(words))
        return
    value = int(asked.digits)
    end = tail_word(value, LONG_TAIL if count >= LONG_TAIL else TAIL)
    yield _Numbers((*words, end), tens=10**count, tail=value)
    open_digits = 10 ** (KK_DIGITS - count)
    yield _Numbers(tuple(words), value * open_digits, (value + 1) * open_digits - 1)


def _quoted(word: str) -> str:
    return f'"{word}"'


def _all(choices: Iterable[str]) -> str:
    return " AND ".join(choices)


def _any(words: Iterable[str], quote: bool = True) -> str:
    return f"({' OR '.join(map(_quoted, words) if quote else words)})"


@contextmanager
def _looking_up(connection: Connection, stopped: Callable[[], bool]) -> Iterator[None]:
    """Lets SQLite ask now and then whether the search is still wanted."""
    driver: Any = connection.connection.dbapi_connection
    driver.set_progress_handler(stopped, _OPS)
    try:
        yield
    finally:
        driver.set_progress_handler(None, _OPS)


# --- judging -------------------------------------------------------------------------------------


def _judged(asked: Asked, household: Household) -> tuple[int, tuple[tuple[int, int], ...]]:
    """How far a household's name is from what was typed, and which parts of it were meant."""
    names = words_of(household.name)
    far, marks = 0, []
    for word in asked.words:
        distance, mark = min((_distance(word, name) for name in names), default=(_FAR, None))
        far += distance
        if mark is not None:
            marks.append(mark)
    return far * 100 + min(len(names), 99), tuple(sorted(set(marks)))


_FAR = 9


def _distance(typed: Word, name: Word) -> tuple[int, tuple[int, int] | None]:
    whole = (name.begin, name.end)
    if name.plain == typed.plain:
        return 0, whole
    if name.plain.startswith(typed.plain):
        return 1, (name.begin, name.begin + len(typed.plain))
    if name.folded == typed.folded:
        return 2, whole
    if name.folded.startswith(typed.folded):
        return 3, whole
    if is_near(name.folded, typed.folded):
        return 3 + slips(name.folded, typed.folded), whole
    if len(name.plain) > 1 and typed.plain.startswith(name.plain):
        return 6, whole
    if len(name.plain) > 1 and (name.plain in typed.plain or typed.plain in name.plain):
        return 7, whole
    return _FAR, None

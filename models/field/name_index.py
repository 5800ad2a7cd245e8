"""The roster's index for finding households without a slip, kept in the page's own transaction.

``household_word`` is a full-text index that holds no text: to a household's KK number the folded
words of its name, its kelurahan, its RW, its RT and the end of its KK number. ``name_word`` lists
each folded word once with how many households have it, and ``name_near`` leads from a mistyped word
to those it may have been meant for. What a name is made of leaves with the last household that has
it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection

from models.page import Row
from models.spelling import folded_words, near_keys

TAIL, LONG_TAIL = 4, 8
"""Last digits of a KK number that are words of their own: those that are shown and printed, and so
many that they single out a day of record as well."""
_LONG = 10**LONG_TAIL

_KK, _ID, _NAME, _RW, _RT, _REGION = range(6)
"""Places in a page's row of a household."""
_GOING = (
    "SELECT kk, name FROM household WHERE id IN (SELECT value FROM json_each(?1))"
    " UNION SELECT kk, name FROM household WHERE kk IN (SELECT value FROM json_each(?2))"
)
_FORGET = "DELETE FROM household_word WHERE rowid = ?"
_MERGE = "INSERT INTO household_word (household_word) VALUES ('optimize')"
_LEARN = "INSERT INTO household_word (rowid, words) VALUES (?, ?)"
_HELD = "SELECT word, households FROM name_word WHERE word IN (SELECT value FROM json_each(?))"
_COUNT = "INSERT OR REPLACE INTO name_word (word, households) VALUES (?, ?)"
_DROP = "DELETE FROM name_word WHERE word = ?"
_NEAR = "INSERT OR IGNORE INTO name_near (key, word) VALUES (?, ?)"
_NOT_NEAR = "DELETE FROM name_near WHERE key = ? AND word = ?"


def purge(connection: Connection) -> None:
    """Lets go of what the index still holds of those who left: until its parts are merged it only
    marks them. Inside the caller's ``write``."""
    connection.exec_driver_sql(_MERGE)


def rw_word(rw: int) -> str:
    """An RW among the words; the sign is in no folded word."""
    return f"§w{rw}"


def region_word(code: str) -> str:
    """A kelurahan among the words."""
    return f"§r{code.replace('.', '')}"


def rt_word(rt: int) -> str:
    """An RT among the words."""
    return f"§t{rt}"


def tail_word(kk: int, digits: int) -> str:
    """The last digits of a KK number among the words."""
    return f"§{kk % 10**digits:0{digits}d}"


def index_households(connection: Connection, ids: Sequence[int], households: Sequence[Row]) -> bool:
    """Makes the index tell of ``households`` what they are now, and of ``ids`` and of whoever has
    their KK numbers nothing else any more. Before the rows themselves are written; returns whether
    any of them is known already, or told of twice."""
    numbers = [row[_KK] for row in households]
    going = _rows(connection, _GOING, json.dumps(list(ids)), json.dumps(numbers))
    if going:
        connection.exec_driver_sql(_FORGET, [(kk,) for kk, _ in going])
    # In order: FTS5 begins a segment anew for each number that is not above the last one.
    coming = {row[_KK]: row for row in households}
    named = {kk: folded_words(row[_NAME]) for kk, row in sorted(coming.items())}
    if named:
        connection.exec_driver_sql(
            _LEARN,
            [
                (kk, " ".join((*words, _area(*coming[kk][_RW : _REGION + 1]), _tails(kk))))
                for kk, words in named.items()
            ],
        )
    changes = Counter(chain.from_iterable(named.values()))
    changes.subtract(chain.from_iterable(folded_words(name) for _, name in going))
    _count(connection, changes)
    return bool(going) or len(coming) < len(households) or len(set(ids)) < len(ids)


@cache
def _area(rw: int, rt: int, region: str) -> str:
    return f"{rw_word(rw)} {rt_word(rt)} {region_word(region)}"


def _tails(kk: int) -> str:
    """As of ``tail_word``, both; for millions of numbers."""
    tail = f"{kk % _LONG:0{LONG_TAIL}d}"
    return f"§{tail[-TAIL:]} §{tail}"


def _count(connection: Connection, changes: Counter[str]) -> None:
    """Brings the list of words up to date."""
    changed = sorted(word for word, change in changes.items() if change)
    held = dict(_rows(connection, _HELD, json.dumps(changed)))
    now = {word: held.get(word, 0) + changes[word] for word in changed}
    for statement, rows in (
        (_COUNT, [(word, count) for word, count in now.items() if count]),
        (_DROP, [(word,) for word, count in now.items() if not count]),
        (_NEAR, _keyed(word for word, count in now.items() if count and word not in held)),
        (_NOT_NEAR, _keyed(word for word, count in now.items() if not count)),
    ):
        if rows:
            connection.exec_driver_sql(statement, rows)


def _keyed(words: Iterable[str]) -> list[tuple[str, str]]:
    return sorted((key, word) for word in words for key in near_keys(word))


def _rows(connection: Connection, statement: str, *values: str) -> list[tuple[Any, Any]]:
    """Rows as the driver has them."""
    return [tuple(row) for row in connection.exec_driver_sql(statement, values)]

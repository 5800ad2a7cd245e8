"""Rows that may be a household which is listed already under another KK number: one family in two
lists, a child beside its parents, a head of household who got a new card.

Names are encrypted in the database and no index of them stands there in clear. So only the
households of the RW in the file are opened, for as long as they are compared. A name counts as the
same when it sounds alike (``models.spelling``) with the words in any order and next to no other
letters; and only within an RT, or at one address in the RW, for names repeat. Nothing is refused
for it: a person looks, and may merge the two (``server.roster.merging``).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy
from rapidfuzz import fuzz, process
from sqlalchemy import Connection, text

from models.numbers import mask_kk
from models.spelling import TITLES, fold, folded_words
from server.personal import Personal, PersonalColumn
from server.roster_import.findings import Finding, Reason, RosterReport
from server.roster_import.header import Column
from server.roster_import.rows import RosterRow

_ALIKE = 90
"""Of 100; in a name of 20 letters one may be another."""
_MOST_TOGETHER = 2_000
"""Names that are compared each with each; of more (no RT in the list) only those that begin
alike."""
_TITLES = TITLES | {fold(title) for title in TITLES}
_ADDRESS = re.compile(r"[^\W\d_]+|\d+")
_NOT_TELLING = frozenset(["jl", "jalan", "gg", "gang", "no", "nomor", "nmr", "rt", "rw", "blok"])
_STREAMED = {"yield_per": 5_000}
_LISTED = text(
    "SELECT id, region, rw, rt, kk_enc, name_enc, address_enc FROM household"
    " WHERE region = :region AND rw = ANY(:rws) AND erased_at IS NULL ORDER BY id"
)


class _One(NamedTuple):
    """A household to compare; ``row`` 0: it stands in the roster and not in the file."""

    name: str
    rt: int
    address: str
    household: int
    kk: int
    sheet: str
    row: int


class Alikes:
    """Gathers the rows of a file, and at its end says which are alike."""

    def __init__(self, connection: Connection, personal: Personal, report: RosterReport) -> None:
        self._connection = connection
        self._personal = personal
        self._report = report
        self._rows: dict[str, dict[int, list[_One]]] = defaultdict(lambda: defaultdict(list))

    def note(self, sheet: str, row: RosterRow, household: int) -> None:
        """A row that names a household; ``household`` 0 where it has no number yet."""
        one = _One(row.name, row.rt, row.address, household, row.kk, sheet, row.row)
        self._rows[row.region][row.rw].append(one)

    def tell(self) -> None:
        """Adds what was found to the report; each row once, beside the one it is most like."""
        for region, rows in self._rows.items():
            listed = self._listed(region, rows)
            for rw, ones in rows.items():
                for one, other in _pairs([*listed.get(rw, ()), *ones]):
                    self._report.findings.append(_finding(one, other))

    def _listed(self, region: str, rows: dict[int, list[_One]]) -> dict[int, list[_One]]:
        """The households of these RW that the file says nothing of."""
        named = {one.household for ones in rows.values() for one in ones}
        found: dict[int, list[_One]] = defaultdict(list)
        decrypt = self._personal.decrypt
        asked = {"region": region, "rws": list(rows)}
        for row in self._connection.execute(_LISTED, asked, execution_options=_STREAMED):
            if row.id not in named:
                found[row.rw].append(
                    _One(
                        decrypt(row.name_enc, row.id, PersonalColumn.NAME),
                        row.rt,
                        decrypt(row.address_enc, row.id, PersonalColumn.ADDRESS),
                        row.id,
                        self._personal.kk(row.kk_enc, row.id),
                        "",
                        0,
                    )
                )
        return found


def _finding(one: _One, other: _One) -> Finding:
    listed = other.row == 0
    return Finding(
        one.sheet,
        one.row,
        Column.NAME,
        Reason.NAME_LISTED if listed else Reason.NAME_ALIKE,
        bad=False,
        shown=mask_kk(other.kk) if listed else "",
        other_row=other.row,
        pair=(one.kk, other.kk),
    )


def _pairs(ones: Sequence[_One]) -> Iterator[tuple[_One, _One]]:
    """Each row of the file with the one before it that it is most like, if there is any."""
    names = [_plain(one.name) for one in ones]
    best: dict[int, tuple[int, int]] = {}
    for together in _blocks(ones, names):
        for before, after, score in _alike([names[at] for at in together]):
            first, second = together[before], together[after]
            if ones[second].row and score > best.get(second, (0, 0))[0]:
                best[second] = score, first
    for second, (_, first) in sorted(best.items()):
        yield ones[second], ones[first]


def _plain(name: str) -> str:
    """As it sounds, without titles, its words in order of the alphabet."""
    return " ".join(sorted(word for word in folded_words(name) if word not in _TITLES))


def _blocks(ones: Sequence[_One], names: Sequence[str]) -> Iterator[list[int]]:
    """Those that are compared with each other: of one RT, and of one address; ascending."""
    by_rt: dict[object, list[int]] = defaultdict(list)
    by_address: dict[object, list[int]] = defaultdict(list)
    for at, (one, name) in enumerate(zip(ones, names, strict=True)):
        if " " in name:  # one word alone is many people's
            by_rt[one.rt].append(at)
        if name and (address := _house(one.address)):
            by_address[address].append(at)
    for block in [*by_rt.values(), *by_address.values()]:
        if len(block) <= _MOST_TOGETHER:
            yield block
        else:
            yield from _by_beginning(block, names)


def _by_beginning(block: Iterable[int], names: Sequence[str]) -> Iterator[list[int]]:
    begin: dict[str, list[int]] = defaultdict(list)
    for at in block:
        begin[names[at][:2]].append(at)
    for together in begin.values():
        for start in range(0, len(together), _MOST_TOGETHER):
            yield together[start : start + _MOST_TOGETHER]


def _house(address: str) -> tuple[str, ...]:
    """What tells a house: words and numbers, in order; () where no number is given."""
    words = [word for word in _ADDRESS.findall(address.casefold()) if word not in _NOT_TELLING]
    return tuple(words) if any(map(str.isdigit, words)) else ()


def _alike(names: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """(earlier, later, how alike of 100) of each two that are."""
    if len(names) < 2:
        return
    scores = process.cdist(
        names, names, scorer=fuzz.ratio, score_cutoff=_ALIKE, dtype=numpy.uint8, workers=1
    )
    for before, after in zip(*numpy.nonzero(numpy.triu(scores, 1)), strict=True):
        yield int(before), int(after), int(scores[before, after])

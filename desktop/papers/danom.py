"""The sign-off list (danom): a row for each household, its head repeated on every sheet.

┌────┬────────────┬───────┬──────────┬───────────────┬──────────────┐
│ no │ name, KK   │ RT/RW │ packages │ received, who │ signature    │   a row is as high as a
├────┼────────────┼───────┼──────────┼───────────────┼──────────────┤   signature needs, so that
│ …  │            │       │          │               │              │   sheets can be counted
└────┴────────────┴───────┴──────────┴───────────────┴──────────────┘   beforehand
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO

from desktop.papers.content import DanomRow, Head, Received
from desktop.papers.sheet import (
    FOOT,
    HEAD,
    HEIGHT,
    MARGIN,
    NEXT_HEAD,
    WIDTH,
    draw_foot,
    draw_head,
    open_canvas,
    put,
    put_lines,
    rule,
)
from desktop.papers.wording import Speech
from models.facts import Receiver
from models.texts import Language
from models.typesetting import Piece, Weight, printable

ROW = 12.0
_TABLE_HEAD = 8.0
_EDGES = (MARGIN, 21.0, 70.0, 88.0, 122.0, 156.0, WIDTH - MARGIN)
_COLUMNS = ("no", "name", "rt_rw", "due", "received", "signature")
_PAD = 1.2
_SIZE, _SMALL = 8.5, 7.5
_TOTALS = 26.0
_PACKAGES = 3

Report = Callable[[int], None]


def sheets(count: int) -> int:
    """How many sheets so many rows take, with the totals under the last."""
    first, other = _fits(HEAD), _fits(NEXT_HEAD)
    if count <= first:
        pages, used, room = 1, count, first
    else:
        pages = 1 + -(-(count - first) // other)
        used, room = (count - first - 1) % other + 1, other
    return pages if (room - used) * ROW >= _TOTALS else pages + 1


def write_danom(
    target: BinaryIO,
    head: Head,
    rows: Iterable[DanomRow],
    count: int,
    language: Language = "id",
    report: Report = lambda _done: None,
) -> None:
    """The list of ``rows``, of which there are ``count``, as a PDF; holds one row at a time."""
    speech = Speech(language)
    pages = sheets(count)
    canvas = open_canvas(target, speech.say("danom.title"))
    page, left, y = 1, _fits(HEAD), _begin(canvas, head, speech, 1)
    served = done = 0
    due: Counter[str] = Counter()
    given: Counter[str] = Counter()
    for row in rows:
        if left == 0:
            _end(canvas, head, speech, page, pages)
            page += 1
            left, y = _fits(NEXT_HEAD), _begin(canvas, head, speech, page)
        done += 1
        _row(canvas, speech, y, done, row)
        y, left = y + ROW, left - 1
        served += bool(row.received)
        for quantity, name in row.due:
            due[name] += quantity
        for one in row.received:
            for quantity, name in one.goods:
                given[name] += quantity
        report(done)
    if left * ROW < _TOTALS:
        _end(canvas, head, speech, page, pages)
        page += 1
        y = _begin(canvas, head, speech, page, table=False)
    _totals(canvas, speech, y, done, served, due, given)
    _end(canvas, head, speech, page, pages)
    canvas.save()


def _fits(head: float) -> int:
    return int((HEIGHT - FOOT - head - _TABLE_HEAD) // ROW)


def _begin(canvas: Any, head: Head, speech: Speech, page: int, table: bool = True) -> float:
    draw_head(canvas, head, speech, page)
    top = HEAD if page == 1 else NEXT_HEAD
    if not table:
        return top
    canvas.setFillGray(0.9)
    canvas.rect(
        MARGIN * 72 / 25.4,
        (HEIGHT - top - _TABLE_HEAD) * 72 / 25.4,
        (WIDTH - 2 * MARGIN) * 72 / 25.4,
        _TABLE_HEAD * 72 / 25.4,
        stroke=0,
        fill=1,
    )
    canvas.setFillGray(0)
    for name, x, end in zip(_COLUMNS, _EDGES, _EDGES[1:], strict=False):
        words = (Piece(speech.say(f"danom.{name}"), Weight.BOLD),)
        put_lines(canvas, x + _PAD, top + 3.4, words, _SMALL, end - x - 2 * _PAD)
    rule(canvas, MARGIN, top, WIDTH - MARGIN, top)
    _lines(canvas, top, _TABLE_HEAD)
    return top + _TABLE_HEAD


def _end(canvas: Any, head: Head, speech: Speech, page: int, pages: int) -> None:
    draw_foot(canvas, head, speech, page, pages)
    canvas.showPage()


def _lines(canvas: Any, top: float, height: float) -> None:
    rule(canvas, MARGIN, top + height, WIDTH - MARGIN, top + height)
    for x in _EDGES:
        rule(canvas, x, top, x, top + height)


def _row(canvas: Any, speech: Speech, y: float, number: int, row: DanomRow) -> None:
    def cell(column: int, line: int, text: str, most: int = 1, bold: bool = False) -> None:
        x, end = _EDGES[column], _EDGES[column + 1]
        pieces = (Piece(printable(text), Weight.BOLD if bold else Weight.REGULAR),)
        size = _SIZE if bold else _SMALL
        put_lines(canvas, x + _PAD, y + 3.6 + line * 3.6, pieces, size, end - x - 2 * _PAD, most)

    cell(0, 0, speech.number(number))
    cell(1, 0, row.name or speech.say("danom.stranger"), bold=bool(row.name))
    cell(1, 1, row.kk)
    cell(1, 2, row.area)
    cell(2, 0, f"{row.rt:03d}/{row.rw:03d}" if row.rt or row.rw else "")
    cell(3, 0, ", ".join(speech.goods(*one) for one in row.due), most=3)
    for line, words in enumerate(_received(speech, row.received)):
        cell(4, line, words)
    _lines(canvas, y, ROW)


def _received(speech: Speech, received: tuple[Received, ...]) -> list[str]:
    """At most three lines: when, by whom, and who came in the holder's place."""
    if not received:
        return []
    first = received[0]
    words = [f"{speech.clock(first.at)} · {first.volunteer}"]
    if first.receiver is not Receiver.HOLDER:
        role = speech.member("receiver", first.receiver)
        words.append(f"{role}: {first.receiver_name}" if first.receiver_name else role)
    given: Counter[str] = Counter()
    for one in received:
        for quantity, name in one.goods:
            given[name] += quantity
    words.append(", ".join(speech.goods(quantity, name) for name, quantity in given.items()))
    return words[:3]


def _totals(
    canvas: Any,
    speech: Speech,
    y: float,
    listed: int,
    served: int,
    due: Counter[str],
    given: Counter[str],
) -> None:
    words = speech.say(
        "danom.totals",
        listed=speech.number(listed),
        served=speech.number(served),
        left=speech.number(listed - served),
    )
    put(canvas, MARGIN, y + 6, words, 9, Weight.BOLD)
    names = list(dict.fromkeys([*due, *given]))
    lines = [
        speech.say(
            "danom.package_total",
            package=printable(name),
            given=speech.number(given[name]),
            due=speech.number(due[name]),
        )
        for name in names[:_PACKAGES]
    ]
    if len(names) > _PACKAGES:
        lines[-1] = speech.say("danom.more_packages", n=len(names) - _PACKAGES + 1)
    for place, line in enumerate(lines):
        put(canvas, MARGIN, y + 11 + place * 4.2, line, 8.5)

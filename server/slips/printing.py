"""Printing the slips of a point into a folder, as PDFs of at most so many sheets.

A PDF is kept in memory until it is whole, so a large order comes in parts; each part is in its
place only when it is complete, and its slips count as printed only then.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

from sqlalchemy import Connection, text

from models.clock import local
from models.texts import Language
from server.keys import Keys
from server.private_files import whole_file
from server.slips.card import Bundle, Cards, Selection
from server.slips.form import EIGHT, Form
from server.slips.sheet import SheetWriter

SHEETS_A_FILE = 250
"""2,000 slips of eight a sheet: half a ream, some 35 MB of memory and 5 MB of file."""

_MARK = text("UPDATE slip SET printed_at = :now WHERE number = ANY(:numbers)")
_NO_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Printed:
    """What an order came to; no files where there was nothing to print."""

    files: tuple[Path, ...]
    slips: int
    sheets: int


def print_slips(
    connection: Connection,
    keys: Keys,
    selection: Selection,
    folder: Path,
    *,
    address: str,
    language: Language = "id",
    form: Form = EIGHT,
    sheets_a_file: int = SHEETS_A_FILE,
) -> Printed:
    """Print ``selection`` as ``undangan-<point>-<day and time>[-<part>].pdf`` into ``folder``.

    ``address`` is the centre's public one, which the codes lead to. The files are for their owner
    alone, for they hold names; an earlier order's stay. An RW's sheets are in one file.
    In the caller's transaction the slips are marked as printed at ``selection.now``. Raises
    OSError where the folder cannot be written to.
    """
    cards = Cards(connection, keys, address, language)
    with closing(cards.bundles(selection, form.a_sheet)) as bundles:
        first = next(bundles, None)
        if first is None:
            return Printed((), 0, 0)
        point, stages = cards.point(selection.point), cards.stages(selection.stages)
        name = _name(point, selection)
        folder.mkdir(parents=True, exist_ok=True)
        files: list[Path] = []
        slips = sheets = 0
        for number, part in enumerate(
            _parts(chain([first], bundles), form.a_sheet, sheets_a_file), 1
        ):
            whole = number == 1 and first.all_sheets <= sheets_a_file
            file = folder / (f"{name}.pdf" if whole else f"{name}-{number}.pdf")
            with whole_file(file) as target:
                writer = SheetWriter(target, point, stages, language, sheets + 1, form)
                numbers: list[int] = []
                for bundle in part:
                    writer.add(bundle)
                    numbers += bundle.numbers
                written = writer.close()
            connection.execute(_MARK, {"now": selection.now, "numbers": numbers})
            files.append(file)
            slips += written.slips
            sheets += written.sheets
    return Printed(tuple(files), slips, sheets)


def print_part(
    connection: Connection,
    keys: Keys,
    selection: Selection,
    *,
    address: str,
    language: Language = "id",
    form: Form = EIGHT,
    sheets: int = SHEETS_A_FILE,
) -> tuple[str, bytes]:
    """The first ``sheets`` of ``selection`` as a PDF in memory, and what to call it; empty where
    there is nothing to print. Whoever asks for the unprinted ones again gets the next.

    In the caller's transaction these slips are marked as printed at ``selection.now``.
    """
    cards = Cards(connection, keys, address, language)
    target, numbers = io.BytesIO(), list[int]()
    with closing(cards.bundles(selection, form.a_sheet)) as bundles:
        part = next(_parts(bundles, form.a_sheet, sheets), None)
        if part is None:
            return "", b""
        point, stages = cards.point(selection.point), cards.stages(selection.stages)
        writer = SheetWriter(target, point, stages, language, form=form)
        for bundle in part:
            writer.add(bundle)
            numbers += bundle.numbers
        writer.close()
    connection.execute(_MARK, {"now": selection.now, "numbers": numbers})
    return f"{_name(point, selection)}.pdf", target.getvalue()


def print_slip(
    connection: Connection,
    keys: Keys,
    number: int,
    folder: Path,
    *,
    address: str,
    now: int,
    language: Language = "id",
) -> Path:
    """Print one slip, whatever it is worth, as ``undangan-<number>.pdf`` into ``folder``.

    Otherwise as ``print_slips``. Raises ValueError for a number no slip has.
    """
    name, content = print_one(connection, keys, number, address=address, now=now, language=language)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    with whole_file(file) as target:
        target.write(content)
    return file


def print_one(
    connection: Connection,
    keys: Keys,
    number: int,
    *,
    address: str,
    now: int,
    language: Language = "id",
) -> tuple[str, bytes]:
    """The same as a PDF in memory, and what to call it."""
    card = Cards(connection, keys, address, language).card(number)
    if card is None:
        raise ValueError(f"no slip {number}")
    target = io.BytesIO()
    stages = ", ".join(stage.name for stage in card.stages)
    writer = SheetWriter(target, card.point, stages, language)
    # Its area names the RT already.
    writer.add(Bundle(card.area, (replace(card, rt=0),), (number,), 1))
    writer.close()
    connection.execute(_MARK, {"now": now, "numbers": [number]})
    return f"undangan-{number:011d}.pdf", target.getvalue()


def _parts(
    bundles: Iterator[Bundle], a_sheet: int, sheets_a_file: int
) -> Iterator[Iterator[Bundle]]:
    """``bundles`` as one iterator a file; each must be used up before the next is asked for."""
    waiting: list[Bundle] = []

    def part() -> Iterator[Bundle]:
        sheets = 0
        for bundle in chain([waiting.pop()], bundles):
            needed = -(-len(bundle.cards) // a_sheet)
            if sheets and sheets + needed > sheets_a_file:
                waiting.append(bundle)
                return
            sheets += needed
            yield bundle

    waiting += islice(bundles, 1)
    while waiting:
        yield part()


def _name(point: str, selection: Selection) -> str:
    name = _NO_NAME.sub("-", point.casefold()).strip("-") or str(selection.point)
    return f"undangan-{name}-{local(selection.now):%Y%m%d-%H%M%S}"

"""``ksbb-centre check-paper``: the code of a paper, typed, scanned or in a picture, is checked."""

from __future__ import annotations

import argparse
from pathlib import Path

from models.paper import NotAPaper, from_text
from server.cli import FAILED, OK, Centre
from server.errors import FileTrouble, PaperUnknown
from server.papers.check import check_paper
from server.papers.lines import (
    count_lines,
    difference_lines,
    made_words,
    paper_words,
    verdict_words,
)
from server.papers.reading import code_in_bytes

_MOST = 64 * 1024 * 1024


def check_one(centre: Centre, parsed: argparse.Namespace) -> int:
    """Says whose paper it is and what it counts; ends with 1 when the centre holds something else.

    Raises PaperUnknown for what is no paper of an enrolled laptop's.
    """
    signed = from_text(_text(parsed.paper))
    if signed is None:
        raise PaperUnknown()
    try:
        with centre.engine.connect() as connection:
            checked = check_paper(connection, signed)
    except NotAPaper as error:
        raise PaperUnknown() from error
    language = centre.language
    print(paper_words(checked, language))
    print(made_words(checked, language))
    for what, figure in count_lines(checked, language):
        print(f"  {what}: {figure}")
    print(verdict_words(checked, language))
    for line in difference_lines(checked, language):
        print(f"  - {line}")
    return OK if checked.agrees else FAILED


def _text(given: str) -> str:
    """The code's text: what was given, or what is in the file of that name."""
    path = Path(given)
    if given.lower().startswith("http") or not path.is_file():
        return given
    try:
        with path.open("rb") as file:
            data = file.read(_MOST)
    except OSError as error:
        raise FileTrouble(file=path, problem=error.strerror or str(error)) from error
    return code_in_bytes(data, str(path))

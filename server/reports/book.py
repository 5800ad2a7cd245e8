"""A report as a workbook of one sheet: figures stay figures."""

from __future__ import annotations

import re
from typing import BinaryIO

from models.texts import Language, text
from models.workbook import Book
from server.reports.content import Report
from server.web.wording import moment

_NOT_IN_A_TITLE = re.compile(r"[\[\]:*?/\\]")
_LONGEST_TITLE = 31
_WIDE = 18


def write_xlsx(target: BinaryIO, report: Report, language: Language) -> None:
    """The table; below it what it is about and when it was made."""
    with Book() as book:
        title = _NOT_IN_A_TITLE.sub(" ", report.title)[:_LONGEST_TITLE]
        sheet = book.sheet(title, (report.columns,), _WIDE)
        for row in (*report.rows, report.total):
            sheet.append(row)
        sheet.append(("",))
        made = text(language, "reports.made", when=moment(language, report.made_at))
        for line in (report.title, *report.about, made):
            sheet.append((line,))
        book.save(target)

"""Copying the whole city to a help desk: a snapshot, page after page, each kept with how far it is.

It goes on where it was cut off, in whichever sync comes next. What changes meanwhile is told by the
city's stream, which is followed from where it stood when the snapshot began.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from models.cose import SignatureProblem
from models.errors import BadAnswer, NotTrusted
from models.field.city_copy import CityCopy, load_copy, take_snapshot
from models.page import PageProblem
from models.snapshot import SnapshotPage, decode_snapshot
from sync.messages import Reply, Snapshot
from sync.pace import Pace
from sync.progress import Phase, Progress, Report
from sync.reading import Reading

PAGE_HOUSEHOLDS, SMALLEST_PAGE = 5_000, 50


class CityCopying:
    """The copying that is done in one sync; ``fetched`` counts the rows it brought."""

    def __init__(self, roster: Connection, reading: Reading, report: Report) -> None:
        self._roster = roster
        self._reading = reading
        self._report = report
        self._pace = Pace(PAGE_HOUSEHOLDS, SMALLEST_PAGE)
        self.fetched = 0

    def run(self) -> None:
        """Copies what is left to be copied. Raises SyncError or DataError; the pages before
        stay."""
        copy = load_copy(self._roster)
        while copy is not None:
            self._report(Progress(Phase.COPYING, copy.done, copy.total))
            page = self._page(self._ask(copy.place), copy)
            page = replace(page, rows=self._reading.of_others(page.rows))
            copy = take_snapshot(self._roster, page, copy)
            self.fetched += sum(len(rows) for rows in page.rows.values())

    def _ask(self, place: bytes) -> Reply:
        return self._reading.ask(
            "snapshot", lambda now, own: Snapshot(now, place, self._pace.size, own), self._pace
        )

    def _page(self, reply: Reply, copy: CityCopy) -> SnapshotPage:
        try:
            page = decode_snapshot(reply.body, self._reading.keys())
        except SignatureProblem as error:
            raise NotTrusted() from error
        except PageProblem as error:
            raise BadAnswer() from error
        begins = not copy.place
        if page.place != copy.place or page.ended == page.place != b"":
            raise BadAnswer()
        if begins != (page.start is not None):
            raise BadAnswer()
        return page

"""Taking over what is new in a stream: page after page, each kept with its cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from models.cose import SignatureProblem
from models.errors import BadAnswer, NotTrusted
from models.field.pulled import forget_cursor, marked_cursor, take_page
from models.page import Page, PageProblem, decode_page
from models.streams import CITY
from sync.messages import Pull, Reply
from sync.pace import Pace
from sync.progress import Phase, Progress, Report
from sync.reading import Reading

PAGE_ROWS, SMALLEST_PAGE = 2_000, 50
"""Changes in a page: what it holds of each is a row or a few."""

VolunteerKeys = Callable[[Sequence[dict[str, Any]]], None]
"""Takes the volunteers of a page with what opens the vault for them (``page.SECTIONS``)."""


class Pulling:
    """The pulls of one sync; ``fetched`` counts the rows they brought. ``restored``: the centre was
    put back from a backup since the last one."""

    def __init__(
        self, roster: Connection, reading: Reading, volunteers: VolunteerKeys, report: Report
    ) -> None:
        self._roster = roster
        self._reading = reading
        self._volunteers = volunteers
        self._report = report
        self._pace = Pace(PAGE_ROWS, SMALLEST_PAGE)
        self.fetched = 0
        self.restored = False

    def pull(self, point: int) -> None:
        """Everything new in the stream ``point``; of the city's nothing, and no cursor any more,
        where it has to begin with a snapshot again. Raises SyncError or DataError; the pages before
        stay."""
        seen, anew = 0, False
        while True:
            after, mark = marked_cursor(self._roster, point)
            page = self._page(self._ask(point, after, mark), point, after)
            if page.after != after:
                # The centre was restored from a backup, and these numbers are other changes now:
                # from the beginning, but never in a circle.
                if anew:
                    raise BadAnswer()
                self.restored = anew = True
                if point == CITY:
                    forget_cursor(self._roster, CITY)
                    return
                after = seen = 0
            # First the vault and the ledger: the page with its cursor is the word that all of it
            # was taken.
            if page.rows.get("volunteers"):
                self._volunteers(page.dicts("volunteers"))
            if reviews := page.rows.get("reviews"):
                self._reading.keep_reviews(reviews)
            take_page(self._roster, replace(page, rows=self._reading.of_others(page.rows)))
            self.fetched += sum(len(rows) for rows in page.rows.values())
            seen += page.upto - after
            self._report(Progress(Phase.FETCHING, seen, seen + page.left))
            if page.left == 0:
                return
            if page.upto <= after:
                raise BadAnswer()

    def _ask(self, point: int, after: int, mark: int) -> Reply:
        return self._reading.ask(
            "pull",
            lambda now, own: Pull(now, point, after, self._pace.size, own, mark),
            self._pace,
        )

    def _page(self, reply: Reply, point: int, after: int) -> Page:
        try:
            page = decode_page(reply.body, self._reading.keys())
        except SignatureProblem as error:
            raise NotTrusted() from error
        except PageProblem as error:
            raise BadAnswer() from error
        if page.point != point or page.after not in (after, 0) or page.upto < page.after:
            raise BadAnswer()
        return page

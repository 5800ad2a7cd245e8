"""Taking over what is new at a point: page after page, each kept with its cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from models.cose import SignatureProblem
from models.errors import BadAnswer, NotTrusted
from models.field.ledger import Ledger
from models.field.pulled import cursor, take_page
from models.field.roster import Roster
from models.page import Page, PageProblem, decode_page
from sync.asking import Asking
from sync.messages import Pull, Reply
from sync.pace import Pace
from sync.progress import Phase, Progress, Report

PAGE_ROWS, SMALLEST_PAGE = 2_000, 50
"""Changes in a page: what it holds of each is a row or a few."""

VolunteerKeys = Callable[[Sequence[dict[str, Any]]], None]
"""Takes the volunteers of a page with what opens the vault for them (``page.SECTIONS``)."""


class Pulling:
    """The pulls of one sync; ``fetched`` counts the rows they brought."""

    def __init__(
        self,
        ledger: Ledger,
        roster: Connection,
        asking: Asking,
        centre_key: bytes,
        volunteers: VolunteerKeys,
        report: Report,
    ) -> None:
        self._ledger = ledger
        self._roster = roster
        self._asking = asking
        self._centre_key = centre_key
        self._volunteers = volunteers
        self._report = report
        self._pace = Pace(PAGE_ROWS, SMALLEST_PAGE)
        self.fetched = 0

    def pull(self, point: int) -> None:
        """Everything new at ``point``. Raises SyncError or DataError; the pages before stay."""
        seen = 0
        while True:
            after = cursor(self._roster, point)
            page = self._page(self._ask(point, after), point, after)
            # First the vault: the page with its cursor is the word that all of it was taken.
            if page.rows.get("volunteers"):
                self._volunteers(page.dicts("volunteers"))
            take_page(self._roster, self._of_others(page))
            self.fetched += sum(len(rows) for rows in page.rows.values())
            seen += page.upto - after
            self._report(Progress(Phase.FETCHING, seen, seen + page.left))
            if page.left == 0:
                return
            if page.upto <= after:
                raise BadAnswer()

    def _ask(self, point: int, after: int) -> Reply:
        def next_page() -> Pull:
            # What the centre has signed for: a head that it does not hold tells it nothing.
            own = tuple((one.feed, one.safe_head()) for one in self._ledger.own_feeds())
            return Pull(self._ledger.clock().now, point, after, self._pace.size, own)

        return self._asking.ask("pull", next_page, self._ledger.signer, self._pace)

    def _of_others(self, page: Page) -> Page:
        """Without what this laptop recorded itself: somebody else may have carried it to the centre
        before it could say so, and here it is known better (it may have been voided since). That it
        was taken back is news where a clone did that."""
        own = {one.feed for one in self._ledger.own_feeds()}
        told = page.rows.get("elsewhere", ())
        named = zip(page.dicts("elsewhere"), told, strict=True)
        others = [
            row
            for of, row in named
            if of["feed"] not in own
            or not self._ledger.wrote(
                of["feed"], of["seq"], of["household"], of["at"], voided=of["voided"]
            )
        ]
        return replace(page, rows={**page.rows, "elsewhere": others}) if told else page

    def _page(self, reply: Reply, point: int, after: int) -> Page:
        try:
            page = decode_page(reply.body, Roster(self._roster).centre_keys(self._centre_key))
        except SignatureProblem as error:
            raise NotTrusted() from error
        except PageProblem as error:
            raise BadAnswer() from error
        if (page.point, page.after) != (point, after) or page.upto < after:
            raise BadAnswer()
        return page

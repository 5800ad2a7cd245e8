"""Asking the centre for anybody's data: signed with the mended clock of that moment, which is
mended anew, once, where the centre finds it off; and telling one's own records from others'."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from models.errors import ClockRefused
from models.feed import Head
from models.field.ledger import Ledger
from models.field.reviews import take_reviews
from models.field.roster import Roster
from models.page import Row, as_dicts
from sync.asking import Asking
from sync.messages import Reply, Request
from sync.pace import Pace

Heads = tuple[tuple[bytes, Head], ...]


class Reading:
    """The requests of one sync for pages. ``mend_clock`` asks the centre for its time."""

    def __init__(
        self, ledger: Ledger, asking: Asking, centre_key: bytes, mend_clock: Callable[[], None]
    ) -> None:
        self._ledger = ledger
        self._asking = asking
        self._centre_key = centre_key
        self._mend_clock = mend_clock

    def ask(self, operation: str, request: Callable[[int, Heads], Request], pace: Pace) -> Reply:
        """The answer to ``request``, which is made of now and of where the own feeds stand. Raises
        SyncError."""

        def made() -> Request:
            # What the centre has signed for: a head that it does not hold tells it nothing.
            own = tuple((one.feed, one.safe_head()) for one in self._ledger.own_feeds())
            return request(self._ledger.clock().now, own)

        try:
            return self._asking.ask(operation, made, self._ledger.signer, pace)
        except ClockRefused:
            # Set by somebody, or woken from a sleep, since the greeting.
            self._mend_clock()
        return self._asking.ask(operation, made, self._ledger.signer, pace)

    def keys(self) -> dict[bytes, bytes]:
        """The keys that pages are checked with."""
        return Roster(self._ledger.connection).centre_keys(self._centre_key)

    def keep_reviews(self, rows: Sequence[Row]) -> None:
        """Notes what is before a person about own facts."""
        take_reviews(self._ledger, rows)

    def of_others(self, rows: Mapping[str, Sequence[Row]]) -> Mapping[str, Sequence[Row]]:
        """Without what this laptop recorded itself: somebody else may have carried it to the centre
        before it could say so, and here it is known better (it may have been voided since). That it
        was taken back is news where a clone did that."""
        told = rows.get("elsewhere", ())
        if not told:
            return rows
        own = {one.feed for one in self._ledger.own_feeds()}
        others = [
            row
            for of, row in zip(as_dicts("elsewhere", rows), told, strict=True)
            if of["feed"] not in own
            or not self._ledger.wrote(
                of["feed"], of["seq"], of["household"], of["at"], voided=of["voided"]
            )
        ]
        return {**rows, "elsewhere": others}

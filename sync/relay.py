"""What a device can tell others of the feeds it holds: where each stands, sealed stretches of it,
who writes it, and what the centre has signed for it.

Belongs to the thread that made it.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, select, update

from models.cose import SignatureProblem
from models.feed import Head, Segment
from models.field.chains import MERGED, Chains
from models.field.database import write
from models.field.device import Identity
from models.field.ledger import Ledger
from models.field.own_feed import keep_exceptions
from models.field.projections import FEED, table
from models.field.roster import Roster
from models.field.tables import SiblingRow
from models.field.wholeness import Wholeness
from sync.exchange import Standing
from sync.field_store import FieldFeedStore
from sync.messages import MessageProblem, Refusal, read_certificate, read_receipt

_SIBLING = table(SiblingRow)
_FEEDS = select(FEED.c.feed, FEED.c.safe_seq, FEED.c.certificate.is_not(None).label("certified"))
_CERTIFICATE = select(FEED.c.certificate).where(FEED.c.feed == bindparam("feed"))
_BLOCKED = select(_SIBLING.c.revoked).where(_SIBLING.c.feed == bindparam("feed"))
_BLOCKED_DEVICE = (
    select(_SIBLING.c.revoked)
    .where(_SIBLING.c.device == bindparam("device"), _SIBLING.c.revoked)
    .limit(1)
)
_UNTOLD = select(FEED.c.certificate).where(
    FEED.c.certificate.is_not(None), FEED.c.feed.not_in(select(_SIBLING.c.feed))
)
"""The certificates of those whom the centre has not told of."""
_RECEIPT = select(FEED.c.receipt).where(FEED.c.feed == bindparam("feed"))
_COVER = (
    update(FEED)
    .where(FEED.c.feed == bindparam("of_feed"), FEED.c.safe_seq < bindparam("seq"))
    .values(safe_seq=bindparam("seq"), safe_at=bindparam("at"), receipt=bindparam("signed"))
)


class Relay:
    """The feeds in a ledger, one's own among them; ``store`` takes in what others hold."""

    def __init__(self, ledger: Ledger, identity: Identity) -> None:
        self.store = FieldFeedStore(ledger, identity)
        self._ledger = ledger
        self._identity = identity
        self._connection = ledger.connection
        self._chains = Chains(ledger.connection)
        self.wholeness = Wholeness(ledger.connection)

    def standing(self) -> tuple[Standing, ...]:
        """Where every known feed stands, those that the centre only told of too."""
        rows = self._connection.execute(_FEEDS.order_by(FEED.c.ordinal)).all()
        found = [
            Standing(row.feed, row.safe_seq, bool(row.certified), self._chains.tips(row.feed))
            for row in rows
        ]
        known = {row.feed for row in rows}
        told = self._connection.scalars(select(_SIBLING.c.feed).order_by(_SIBLING.c.feed))
        return tuple(found + [Standing(feed, 0, False, ()) for feed in told if feed not in known])

    def admits(self, feed: bytes) -> Refusal | None:
        """Why the device that writes ``feed`` may not take part here; None when it may.

        It may when the centre told of it and did not block it; or, enrolled or gone on in a new
        feed since, when its certificate names one of this device's points.
        """
        sibling = self._connection.execute(_BLOCKED, {"feed": feed}).first()
        if sibling is not None:
            return Refusal.REVOKED if sibling.revoked else None
        for signed in self.certificates([feed]):
            certificate = read_certificate(signed).certificate
            here = set(certificate.points) & set(self._identity.points)
            blocked = self._connection.scalar(_BLOCKED_DEVICE, {"device": certificate.device})
            return None if here and not blocked else Refusal.REVOKED
        return Refusal.UNKNOWN_FEED

    def device_of(self, feed: bytes) -> int | None:
        """The device that writes ``feed``; None when nobody has told of it."""
        sender = self.store.sender(feed)
        return sender.device if sender is not None else None

    def names(self) -> dict[bytes, str]:
        """What the centre calls the devices that write the feeds known here."""
        # Reading a certificate is the dear part, and this is asked with every hand-over.
        certified = [read_certificate(one).certificate for one in self._connection.scalars(_UNTOLD)]
        siblings = self._connection.execute(select(_SIBLING.c.feed, _SIBLING.c.name))
        return {one.feed: one.name for one in certified} | {row.feed: row.name for row in siblings}

    def blocked(self) -> frozenset[bytes]:
        """The feeds of devices that the centre has blocked."""
        return frozenset(
            self._connection.scalars(select(_SIBLING.c.feed).where(_SIBLING.c.revoked))
        )

    def is_first_branch(self, feed: bytes, head: Head) -> bool:
        """Whether that fact lies on the feed's first branch: its device's own, where that is us."""
        return self._chains.branch_of(feed, head) == 0

    def lacking(self, feed: bytes, head: Head) -> tuple[Head, ...] | None:
        """The tips of ``feed`` that are held here, for whoever can send what leads up to ``head``;
        None when that is held already."""
        return None if self._chains.holds(feed, head) else self._chains.tips(feed)

    def segment(
        self, feed: bytes, upto: Head, held: Iterable[Head], most: int = MERGED
    ) -> Segment | None:
        """The next sealed stretch towards ``upto`` for somebody who holds the heads ``held``.

        None when ``upto`` isn't held here, when they have all of it, or when there is no place
        where it was sealed.
        """
        branch = self._chains.branch_of(feed, upto)
        if branch is None:
            return None
        path = self._chains.path(feed, branch, upto.seq)
        after = self._chains.common(feed, path, held)
        if after >= upto.seq:
            return None
        ours = [own for own in self._ledger.own_feeds() if own.feed == feed and branch == 0]
        if ours:
            return ours[0].segment_after(after, most)
        return self._chains.sealed(feed, path, after, most)

    def around(self, feed: bytes, fact: Head) -> Segment | None:
        """The shortest sealed stretch that begins with that fact; None when there is none."""
        branch = self._chains.branch_of(feed, fact)
        if branch is None:
            return None
        tip = self._chains.tip(feed, branch)
        before = self._chains.hash_at(feed, self._chains.path(feed, branch, fact.seq), fact.seq - 1)
        return self.segment(feed, tip, [Head(fact.seq - 1, before)], 1)

    def certificates(self, feeds: Iterable[bytes]) -> tuple[bytes, ...]:
        """The centre's signed word on the writers of ``feeds``, as far as it is held."""
        found = [self._connection.execute(_CERTIFICATE, {"feed": one}).scalar() for one in feeds]
        return tuple(signed for signed in found if signed is not None)

    def receipts(self, feeds: Iterable[bytes]) -> tuple[bytes, ...]:
        """The centre's last receipts for ``feeds``, as far as there are any."""
        found = [self._connection.execute(_RECEIPT, {"feed": one}).scalar() for one in feeds]
        return tuple(signed for signed in found if signed is not None)

    def cover(self, signed: bytes) -> bool:
        """Takes the centre's receipt for any feed, whoever brought it: what it covers is safe from
        now on. False when it brings nothing new. Raises MessageProblem when it isn't the centre's.

        It counts only where the very facts are held, on the feed's first branch.
        """
        keys = Roster(self._connection).centre_keys(self._identity.centre_key)
        try:
            receipt = read_receipt(signed, keys)
        except SignatureProblem as error:
            raise MessageProblem(str(error)) from error
        if self._chains.branch_of(receipt.feed, receipt.head) != 0:
            return False
        values = {"of_feed": receipt.feed, "seq": receipt.head.seq, "at": receipt.at}
        own = any(one.feed == receipt.feed for one in self._ledger.own_feeds())
        with write(self._connection):
            done = self._connection.execute(_COVER, {**values, "signed": signed})
            if own and not receipt.forked:
                keep_exceptions(self._connection, receipt.feed, receipt.exceptions)
        return done.rowcount > 0

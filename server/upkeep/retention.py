"""What is past its time is erased or made anonymous, and every figure stays as it is.

| what | when | what stays |
|---|---|---|
| households | no stage is due to them any more | a random number, kelurahan and RW |
| people in facts | their stage is over and settled | all else of it (``server.upkeep.redacting``) |
| photos and signatures | earlier than the rest | that there was one |
| who gave | after the last day of the pledge | the pledge |
| words of complaints | with the facts | category, day, whether it was answered |
| lists half brought in, sessions that ended | a day | nothing |

A stage that runs, or ended too lately, or about which somebody still has to decide, holds back all
that belongs to it. Goes on in small transactions, remembers how far it came, and may be stopped at
any moment and run again.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Engine, text

from models.clock import DAY, local
from models.facts import Complaint, Handover, NoHandover
from server.feeds.arrived import fact_context
from server.office.audit import note
from server.personal import Personal, PersonalColumn
from server.streams.changes import appending
from server.tables import ChangeKind
from server.upkeep.periods import Periods
from server.upkeep.redacting import GONE, interpret_kept, redacted

_AT_ONCE = 500
_BLOBS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A stage that is over and yet not let go: so many questions about it are open."""

    id: int
    name: str
    reviews: int


@dataclass(slots=True)
class Erased:
    """What was, or with ``dry`` would be, erased; by number of rows."""

    dry: bool
    households: int = 0
    facts: int = 0
    complaints: int = 0
    photos: int = 0
    donors: int = 0
    uploads: int = 0
    held_back: list[HeldBack] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """The numbers alone."""
        of_all = asdict(self)
        return {name: of_all[name] for name in _COUNTS}


_COUNTS = ("households", "facts", "complaints", "photos", "donors", "uploads")


class _Kept:
    """The stages whose data must stay for now: their numbers, and when they were."""

    def __init__(self, rows: Sequence[Any], cutoff: int) -> None:
        kept = [row for row in rows if row.ends_at > cutoff or row.reviews]
        self.numbers = [row.id for row in kept]
        self._times = [(row.starts_at, row.ends_at) for row in kept]
        self.cutoff = cutoff

    def at(self, when: int) -> bool:
        """Whether one of them was on then."""
        return any(begins <= when <= ends for begins, ends in self._times)


class Retention:
    """Erases what is past its time at ``now`` in one database; ``dry``: counts it only."""

    def __init__(
        self, engine: Engine, personal: Personal, periods: Periods, now: int, *, dry: bool
    ) -> None:
        self._engine = engine
        self._personal = personal
        self._periods = periods
        self._now = now
        self._erased = Erased(dry)

    def run(self, actor: str) -> Erased:
        """All of it. ``actor`` stands in the office's log for it."""
        with self._engine.connect() as connection:
            stages = connection.execute(_STAGES).all()
            feeds = [tuple(row) for row in connection.execute(_FEEDS)]
        kept = _Kept(stages, self._now - self._periods.households * DAY)
        pictures = _Kept(stages, self._now - self._periods.photos * DAY)
        self._erased.held_back = [
            HeldBack(row.id, row.name, row.reviews)
            for row in stages
            if row.reviews and row.ends_at <= kept.cutoff
        ]
        self._photos(pictures)
        for feed_no, device in feeds:
            self._feed(feed_no, device, kept)
        self._complaints(kept.cutoff)
        self._households(kept)
        self._donors()
        self._leftovers()
        if not self._erased.dry:
            with self._engine.begin() as connection:
                periods = {f"{name}_days": days for name, days in asdict(self._periods).items()}
                details = {**self._erased.counts(), **periods}
                note(connection, self._now, actor, "retention.done", details)
        return self._erased

    # --- facts, and what stands of people in what follows from them ----------------------------

    def _feed(self, feed_no: int, device: int, kept: _Kept) -> None:
        after: int | None = 0
        while after is not None:
            # Pushes lock the feed's row too: for as long as one stretch takes they wait.
            with self._engine.begin() as connection:
                place = {"device": device, "feed_no": feed_no}
                done = connection.scalar(_LOCK_FEED, place)
                after = max(after, done)
                after = self._stretch(connection, place, after, kept)

    def _stretch(
        self, connection: Connection, place: dict[str, int], after: int, kept: _Kept
    ) -> int | None:
        """One transaction's worth behind number ``after``; where to go on, None at the end."""
        asked = {**place, "after": after, "most": _AT_ONCE}
        rows = connection.execute(_FACTS, asked).all()
        # A number has several facts where the feed was forked: all of them or none.
        full = len(rows) == _AT_ONCE
        last = rows[-1].seq if rows else after
        if full and rows[0].seq < last:
            last -= 1
        changed, numbers = [], []
        for row in rows:
            context = fact_context(row.feed_no, row.branch, row.seq)
            body = self._personal.unseal(bytes(row.body), context)
            if row.seq > last:
                break
            if self._is_kept(body, row, kept):
                last, full = row.seq - 1, False
                break
            rest = redacted(body, bytes(row.hash))
            if rest is not None:
                sealed = self._personal.seal(rest, context)
                key = {**place, "seq": row.seq, "hash": row.hash}
                changed.append({**key, "body": sealed, "kind": row.kind or GONE})
            said = interpret_kept(body).body
            if isinstance(said, Complaint) and said.number is not None and said.words:
                numbers.append(said.number)
        changed = [one for one in changed if one["seq"] <= last]
        self._erased.facts += len(changed)
        self._erased.complaints += len(numbers)
        if not self._erased.dry and last > after:
            if changed:
                connection.execute(_REDACT, changed)
            span = {**place, "first": after, "last": last}
            connection.execute(_FORGET_PROXIES, span)
            connection.execute(_SILENCE, {"numbers": numbers})
            connection.execute(_DONE_UPTO, span)
        return last if full else None

    def _is_kept(self, body: bytes, row: Any, kept: _Kept) -> bool:
        if row.received_at > kept.cutoff or kept.at(row.at):
            return True
        match interpret_kept(body).body:
            case Handover() as handover:
                return any(line.stage in kept.numbers for line in handover.lines)
            case NoHandover(stage=int(stage)):
                return stage in kept.numbers
        return False

    def _complaints(self, cutoff: int) -> None:
        with self._engine.begin() as connection:
            if self._erased.dry:
                found = connection.scalar(_WEB_COMPLAINTS, {"cutoff": cutoff})
                self._erased.complaints += int(found or 0)
                return
            numbers = list(connection.scalars(_SILENCE_WEB, {"cutoff": cutoff}))
            connection.execute(_SILENCE, {"numbers": numbers})
            self._erased.complaints += len(numbers)

    # --- households ----------------------------------------------------------------------------

    def _households(self, kept: _Kept) -> None:
        asked = {"cutoff": kept.cutoff, "kept": kept.numbers, "most": _AT_ONCE}
        after = -1
        while True:
            with self._engine.begin() as connection:
                wanted = {**asked, "after": after}
                found = list(connection.scalars(_HOUSEHOLDS, wanted))
                if found and not self._erased.dry:
                    self._forget(connection, found)
            self._erased.households += len(found)
            if len(found) < _AT_ONCE:
                return
            after = found[-1]

    def _forget(self, connection: Connection, households: Sequence[int]) -> None:
        seal = self._personal.encrypt
        rows = [
            {
                "id": number,
                "kk_hmac": os.urandom(32),
                "kk_enc": seal("0", number, PersonalColumn.KK),
                "name_enc": seal("", number, PersonalColumn.NAME),
                "address_enc": seal("", number, PersonalColumn.ADDRESS),
                "now": self._now,
            }
            for number in households
        ]
        connection.execute(_ANONYMISE, rows)
        connection.execute(_FORGET_ALIASES, {"households": list(households)})
        connection.execute(_FORGET_MERGES, {"households": list(households)})
        # Laptops that still hold them hear that they are gone.
        connection.execute(_TELL, {"households": list(households)})

    # --- photos and givers ---------------------------------------------------------------------

    def _photos(self, kept: _Kept) -> None:
        asked: dict[str, Any] = {"cutoff": kept.cutoff, "kept": kept.numbers}
        device, hash_ = -1, b""
        while True:
            with self._engine.begin() as connection:
                place = {"device": device, "hash": hash_, "most": _BLOBS_AT_ONCE}
                found = connection.execute(_PHOTOS, {**asked, **place}).all()
                if found and not self._erased.dry:
                    keys = [{"device": one.device, "hash": one.hash} for one in found]
                    connection.execute(_ERASE_PHOTO, keys)
                    connection.execute(_NOTE_ERASED, [{**one, "now": self._now} for one in keys])
            self._erased.photos += len(found)
            if len(found) < _BLOBS_AT_ONCE:
                return
            device, hash_ = found[-1].device, bytes(found[-1].hash)

    def _donors(self) -> None:
        last_day = local(self._now).date() - timedelta(days=self._periods.donors)
        with self._engine.begin() as connection:
            found: Iterable[int] = list(connection.scalars(_PLEDGES, {"day": last_day}))
            rows = [
                {
                    "number": number,
                    "donor_enc": self._personal.encrypt("", number, PersonalColumn.DONOR),
                    "contact_enc": self._personal.encrypt("", number, PersonalColumn.CONTACT),
                    "now": self._now,
                }
                for number in found
            ]
            self._erased.donors += len(rows)
            if rows and not self._erased.dry:
                connection.execute(_FORGET_DONOR, rows)

    def _leftovers(self) -> None:
        """What its own desk forgets when somebody comes to it the next time, and nobody came."""
        with self._engine.begin() as connection:
            past = {"cutoff": self._now - DAY}
            self._erased.uploads += int(connection.scalar(_UPLOADS, past) or 0)
            if not self._erased.dry:
                connection.execute(_FORGET_UPLOADS, past)
                connection.execute(_FORGET_SESSIONS, past)


# A question is about a stage by what it says itself, by the hand-over that it is about, by what is
# due to its household, or else by the time of its fact.
_STAGES = text(
    "WITH open AS (SELECT id, device, feed_no, seq, household, details FROM review"
    " WHERE decided_at IS NULL), about AS ("
    " SELECT id, (details->>'stage')::int8 AS stage FROM open"
    " UNION SELECT o.id, h.stage FROM open AS o JOIN handover AS h"
    " ON h.device = o.device AND h.feed_no = o.feed_no AND h.seq = o.seq"
    " UNION SELECT o.id, e.stage FROM open AS o JOIN entitlement AS e ON e.household = o.household"
    " UNION SELECT o.id, s.id FROM open AS o JOIN fact AS f"
    " ON f.device = o.device AND f.feed_no = o.feed_no AND f.seq = o.seq"
    " JOIN stage AS s ON f.at BETWEEN s.starts_at AND s.ends_at)"
    " SELECT s.id, s.name, s.starts_at, s.ends_at, count(a.id) AS reviews FROM stage AS s"
    " LEFT JOIN about AS a ON a.stage = s.id GROUP BY s.id ORDER BY s.id"
)
_FEEDS = text("SELECT feed_no, device FROM feed ORDER BY feed_no")
# Of a forked feed older facts may still come, on another branch.
_LOCK_FEED = text(
    "SELECT CASE WHEN forked_at_seq IS NULL THEN erased_seq ELSE 0 END FROM feed"
    " WHERE feed_no = :feed_no FOR UPDATE"
)
_FACTS = text(
    "SELECT feed_no, seq, branch, hash, at, kind::int, body, received_at FROM fact"
    " WHERE device = :device AND feed_no = :feed_no AND seq > :after ORDER BY seq, branch"
    " LIMIT :most"
)
_REDACT = text(
    "UPDATE fact SET body = :body, kind = :kind WHERE device = :device AND feed_no = :feed_no"
    " AND seq = :seq AND hash = :hash"
)
_FORGET_PROXIES = text(
    "UPDATE handover SET receiver_enc = NULL WHERE device = :device AND feed_no = :feed_no"
    " AND seq > :first AND seq <= :last AND receiver_enc IS NOT NULL"
)
_DONE_UPTO = text("UPDATE feed SET erased_seq = :last WHERE feed_no = :feed_no")
_SILENCE = text(
    "UPDATE complaint_answer SET words = '' WHERE number = ANY((:numbers)::int8[]) AND words <> ''"
)
_WEB_PAST = "at <= :cutoff AND words_enc IS NOT NULL"
_WEB_COMPLAINTS = text(f"SELECT count(*) FROM web_complaint WHERE {_WEB_PAST}")
_SILENCE_WEB = text(f"UPDATE web_complaint SET words_enc = NULL WHERE {_WEB_PAST} RETURNING number")
_HOUSEHOLDS = text(
    "SELECT h.id FROM household AS h WHERE h.id > :after AND h.erased_at IS NULL"
    " AND h.updated_at <= :cutoff"
    " AND NOT EXISTS (SELECT FROM entitlement AS e WHERE e.household = h.id"
    " AND e.stage = ANY((:kept)::int8[]))"
    " AND NOT EXISTS (SELECT FROM handover AS o WHERE o.household = h.id"
    " AND (o.at > :cutoff OR o.stage = ANY((:kept)::int8[])))"
    " AND h.id NOT IN (SELECT household FROM review WHERE decided_at IS NULL"
    " AND household IS NOT NULL) ORDER BY h.id LIMIT :most FOR UPDATE OF h"
)
_ANONYMISE = text(
    "UPDATE household SET kk_hmac = :kk_hmac, kk_enc = :kk_enc, name_enc = :name_enc,"
    " address_enc = :address_enc, rt = 0, erased_at = :now WHERE id = :id"
)
_FORGET_ALIASES = text("DELETE FROM kk_alias WHERE household = ANY((:households)::int8[])")
# A merge stands, for the figures; how it was before holds the digest of a KK number.
_FORGET_MERGES = text(
    "UPDATE household_merge SET before = '{}'::jsonb"
    " WHERE gone = ANY((:households)::int8[]) OR kept = ANY((:households)::int8[])"
)
_TELL = appending(
    f"SELECT DISTINCT point, {int(ChangeKind.HOUSEHOLD)} AS kind, household, NULL::int8 AS ref,"
    " NULL::int8 AS feed_no, NULL::int8 AS seq FROM entitlement"
    " WHERE household = ANY((:households)::int8[])"
)
_PHOTOS = text(
    "SELECT b.device, b.hash FROM blob AS b WHERE b.erased_at IS NULL"
    " AND coalesce(b.whole_at, b.begun_at) <= :cutoff AND (b.device, b.hash) > (:device, :hash)"
    " AND NOT EXISTS (SELECT FROM blob_named AS n JOIN handover AS o ON o.device = n.device"
    " AND o.feed_no = n.feed_no AND o.seq = n.seq WHERE n.device = b.device AND n.hash = b.hash"
    " AND (o.at > :cutoff OR o.stage = ANY((:kept)::int8[])))"
    " ORDER BY b.device, b.hash LIMIT :most FOR UPDATE OF b"
)
_ERASE_PHOTO = text("DELETE FROM blob_data WHERE device = :device AND hash = :hash")
# Counted as whole from now on: the laptop is not asked for it again.
_NOTE_ERASED = text(
    "UPDATE blob SET erased_at = :now, whole_at = coalesce(whole_at, :now)"
    " WHERE device = :device AND hash = :hash"
)
_PLEDGES = text(
    "SELECT number FROM pledge WHERE erased_at IS NULL AND last_day < :day ORDER BY number"
    " FOR UPDATE"
)
_FORGET_DONOR = text(
    "UPDATE pledge SET donor_enc = :donor_enc, contact_enc = :contact_enc, erased_at = :now"
    " WHERE number = :number"
)
_UPLOADS = text("SELECT count(*) FROM roster_upload WHERE at <= :cutoff")
_FORGET_UPLOADS = text("DELETE FROM roster_upload WHERE at <= :cutoff")
_FORGET_SESSIONS = text("DELETE FROM office_session WHERE begun_at <= :cutoff")

"""A stranger's whole client: enrols, records, sends, fetches, as ``docs/sync-protocol.md`` says.

It keeps three small files: who it is, its feed (facts one after the other), and what it pulled.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.sync.stranger import papers, wire
from tests.sync.stranger.line import Line, OtherVersion, Pace, Refused, SomebodyElse, checked
from tests.sync.stranger.papers import Page, Receipt, Row
from tests.sync.stranger.pulled import CITY, Pulled
from tests.sync.stranger.segments import Segment, write_segment
from tests.sync.stranger.wire import Signer, read, write

VERSION = "stranger 1"


class Client:
    """One device in ``folder``; its own clock and its pauses can be set."""

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        folder.mkdir(exist_ok=True)
        self.folder, self.clock, self.pause = folder, clock, pause
        self._me, self._feed, self._pulled = (folder / n for n in ("me", "feed", "pulled"))
        self.me: dict[str, Any] = self._load(self._me, {})
        self.pulled = Pulled(*self._load(self._pulled, [{}, {}, None]))
        self.facts: list[bytes] = []
        if self._feed.exists():
            self.facts = read(b"\x9f" + self._feed.read_bytes() + b"\xff")
        self.last_receipt: Receipt | None = None

    @property
    def line(self) -> Line:
        """The way to the centre."""
        return Line(self.me["address"], self.pause)

    def ask(self, make: Callable[[], list[Any]], pace: Pace | None = None) -> bytes:
        """The answer to a request, signed anew for each try; its first part is the operation."""
        return self.line.post(make()[0], lambda: self.signed(make()), pace)

    def signed(self, plain: list[Any]) -> bytes:
        """A request's bytes."""
        return self.key.sign(write(plain), wire.REQUEST)

    # --- who this is -------------------------------------------------------------------------

    @property
    def key(self) -> Signer:
        """The key of its feed."""
        return Signer(self.me["seed"])

    def enrol(self, address: str, code: str, name: str, fingerprint: bytes | None = None) -> None:
        """Becomes a device. After a lost answer: once more, and the same key is used."""
        if "seed" not in self.me:
            self._save_me(seed=os.urandom(32), safe=0, offset=0)
        self._save_me(address=address)
        began = self.clock()
        asked = ["enrol", began, code, self.key.public, name, VERSION, self.key.box_public]
        given = checked(papers.read_certificate, self.ask(lambda: asked))
        if fingerprint not in (None, wire.key_id(given.centre_key, wire.CENTRE_ID)):
            raise SomebodyElse("another centre's key")
        if given.public_key != self.key.public:
            raise OtherVersion("another feed's certificate")
        self._set_clock(given.at, began)
        self._save_me(centre=given.centre_key, device=given.device, points=given.points)

    def now(self) -> int:
        """The clock, mended by the centre's word."""
        return self.clock() + int(self.me["offset"])

    def _set_clock(self, at: int, began: int) -> None:
        self._save_me(offset=at - (began + self.clock()) // 2)

    def _save_me(self, **changed: Any) -> None:
        self.me.update(changed)
        self._keep(self._me, self.me)

    # --- the feed ----------------------------------------------------------------------------

    def record(self, kind: int, body: dict[int, Any], actor: int = 0, session: int = 0) -> int:
        """Writes a fact and gives its number; it is on the disk when this returns."""
        fact = write([kind, self.now(), actor, session, body])
        with self._feed.open("ab") as file:
            file.write(write(fact))
            file.flush()
            os.fsync(file.fileno())
        self.facts.append(fact)
        return len(self.facts)

    @property
    def hashes(self) -> list[bytes]:
        """hash(0), hash(1) …"""
        nothing = wire.start(self.key.id)
        return [nothing, *wire.chain(nothing, 1, self.facts)]

    @property
    def safe(self) -> int:
        """Facts 1 to this are safe."""
        return int(self.me["safe"])

    def segment(self, first: int, last: int) -> bytes:
        """Facts ``first`` to ``last`` as they travel."""
        hashes, key = self.hashes, self.key
        signed = wire.make_checkpoint(key, last, hashes[last], self.now())
        facts = tuple(self.facts[first - 1 : last])
        return write_segment(Segment(key.id, first, hashes[first - 1], facts, signed))

    # --- a sync ------------------------------------------------------------------------------

    def sync(self) -> bool:
        """Sends and fetches everything; False when the feed is forked and a new one is needed."""
        if self.push(self.hello()):
            return False
        self._pull_all(-self.me["device"])
        mine = [row["point"] for row in self.table(papers.ASSIGNED) if row["held"]]
        for point in mine:
            if point > CITY:
                self._pull_all(point)
        if CITY in mine:
            while CITY not in self.cursors:
                self.snapshot()
            self._pull_all(CITY)
        return True

    def _pull_all(self, point: int) -> None:
        while self.pull(point).left:
            pass

    def refeed(self) -> None:
        """Goes on in a new feed, once a fork was told and everything of the old one was sent."""
        if "next" not in self.me:
            self._save_me(next=os.urandom(32))
        new, old, number = Signer(self.me["next"]), self.key.id, len(self.facts)
        head = [old, number, self.hashes[number]]
        offer = new.sign(write(["feed", *head, new.public, new.box_public]), wire.REQUEST)
        data = self.ask(lambda: ["refeed", self.now(), offer])
        given = checked(papers.read_certificate, data)
        if (given.centre_key, given.public_key) != (self.me["centre"], new.public):
            raise OtherVersion("another certificate")
        self._feed.rename(self._feed.with_name(f"feed-{old.hex()}"))
        left = [*self.me.get("left", []), head]
        seed = self.me.pop("next")
        self._save_me(seed=seed, left=left, safe=0, points=given.points)
        self.facts = []
        self.pulled.cursors, self.pulled.copy = {}, None

    def hello(self) -> Receipt:
        """Asks what is held and what time it is."""
        began, number = self.clock(), len(self.facts)
        asked = ["hello", began, number, self.hashes[number], VERSION]
        receipt = self._receipt(self.ask(lambda: asked))
        self._set_clock(receipt.at, began)
        return receipt

    def push(self, receipt: Receipt) -> bool:
        """Sends what the centre lacks; True when the feed is forked."""
        forked, held = receipt.forked or not self._ours(receipt), self._held(receipt)
        pace, went_back = Pace(500, 25), False

        def rest() -> bytes:
            return self.segment(held + 1, min(held + pace.size, len(self.facts)))

        while held < len(self.facts):
            receipt = self._receipt(self.line.post("push", rest, pace))
            forked = forked or receipt.forked or not self._ours(receipt)
            now_held = self._held(receipt)
            if now_held <= held and (went_back or now_held == held):
                raise OtherVersion("receipts that lead nowhere")
            went_back, held = went_back or now_held <= held, now_held
        return forked

    def pull(self, point: int, most: int = 2_000) -> Page:
        """Fetches the next page of a point's stream and takes it."""
        (after, mark), pace = self.cursors.get(point, [0, 0]), Pace(most, min(most, 50))
        data = self._read(
            lambda: ["pull", self.now(), point, after, mark, pace.size, self._heads()], pace
        )
        page: Page = checked(papers.read_page, data, self.trusted)
        moves = page.upto - page.after >= (page.left > 0)
        if page.point != point or page.after not in (0, after) or not moves:
            raise OtherVersion("another page than was asked for")
        if point == CITY and page.after != after:  # the centre was restored: from a new snapshot
            del self.cursors[CITY]
            self._keep_pulled()
        else:
            self._take(page)
        return page

    def snapshot(self, most: int = 2_000) -> None:
        """Fetches the next households of the city and takes them."""
        place, follow = self.pulled.copy or [b"", [0, 0]]
        pace = Pace(most, min(most, 50))
        data = self._read(lambda: ["snapshot", self.now(), place, pace.size, self._heads()], pace)
        page: papers.Snapshot = checked(papers.read_snapshot, data, self.trusted)
        if page.place != place or (page.start is None) != (place != b""):
            raise OtherVersion("another place than was asked for")
        follow = page.start[:2] if page.start else follow
        self.pulled.merge(page.rows)
        self.pulled.copy = [page.ended, follow] if page.ended else None
        if not page.ended:
            self.cursors[CITY] = follow
        self._keep_pulled()

    def _heads(self) -> list[Any]:
        number = len(self.facts)
        return [*self.me.get("left", []), [self.key.id, number, self.hashes[number]]]

    def _read(self, make: Callable[[], list[Any]], pace: Pace) -> bytes:
        try:
            return self.ask(make, pace)
        except Refused as refused:
            if refused.error != "clock":
                raise
        self.hello()
        return self.ask(make, pace)

    def _receipt(self, data: bytes) -> Receipt:
        receipt: Receipt = checked(papers.read_receipt, data, self.trusted)
        if receipt.feed != self.key.id:
            raise OtherVersion("another feed's receipt")
        if self._ours(receipt) and receipt.number >= self.safe:
            self._save_me(safe=receipt.number, receipt=data)
        self.last_receipt = receipt
        return receipt

    def _ours(self, receipt: Receipt) -> bool:
        return self.hashes[receipt.number : receipt.number + 1] == [receipt.hash]

    def _held(self, receipt: Receipt) -> int:
        return receipt.number if self._ours(receipt) else 0

    # --- what was pulled ---------------------------------------------------------------------

    @property
    def trusted(self) -> dict[bytes, bytes]:
        """The centre's keys: the one of the certificate, and those it named since."""
        keys = [self.me["centre"], *self._keys("centre")]
        return {wire.key_id(key, wire.CENTRE_ID): key for key in keys}

    @property
    def slip_keys(self) -> dict[bytes, bytes]:
        """What slips are checked with."""
        return {wire.key_id(key, wire.SLIP_ID): key for key in self._keys("slip")}

    def _keys(self, purpose: str) -> list[bytes]:
        rows = self.table(papers.KEYS)
        return [row["public_key"] for row in rows if row["purpose"] == purpose]

    def table(self, section: int) -> Sequence[Row]:
        """The rows of a section as they stand."""
        return self.pulled.table(section)

    @property
    def cursors(self) -> dict[int, list[int]]:
        """How far each stream was read, with the mark of that change."""
        return self.pulled.cursors

    def _take(self, page: Page) -> None:
        self.pulled.merge(page.rows)
        if papers.ASSIGNED in page.rows:
            self.pulled.let_go(page.rows[papers.ASSIGNED])
        self.cursors[page.point] = [page.upto, page.mark]
        self._keep_pulled()

    def _keep_pulled(self) -> None:
        self._keep(self._pulled, [self.cursors, self.pulled.rows, self.pulled.copy])

    # --- the disk -----------------------------------------------------------------------------

    def _load(self, file: Path, nothing: Any) -> Any:
        return read(file.read_bytes()) if file.exists() else nothing

    def _keep(self, file: Path, value: Any) -> None:
        """Whole or not at all."""
        new = file.with_suffix(".new")
        with new.open("wb") as stream:
            stream.write(write(value))
            stream.flush()
            os.fsync(stream.fileno())
        new.replace(file)

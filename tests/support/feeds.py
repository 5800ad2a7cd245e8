"""A device's feed made by hand, so that a test can fork it, bend it and send any stretch of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from models import facts
from models.box_keys import BoxKey
from models.cose import Signer
from models.facts import Body, Fact, Handover, Line, SessionOpened, Source
from models.feed import (
    FEED_ID_BYTES,
    Head,
    Segment,
    chain,
    encode_segment,
    genesis,
    make_checkpoint,
)
from models.field.device import Identity
from models.page import Page
from sync.messages import Certificate, encode_certificate
from tests.support.world import AT, CENTRE, HERE, RANI, Family


@dataclass
class MadeFeed:
    """A feed's facts as bytes; ``session`` is what new facts belong to."""

    device: int = 1
    session: int = 0
    facts: list[bytes] = field(default_factory=list)
    key: int = 0
    """Tells the keys of one device apart."""

    @property
    def signer(self) -> Signer:
        """The device's key."""
        return Signer.of(bytes([100 + self.device, self.key]) * 16, FEED_ID_BYTES)

    @property
    def id(self) -> bytes:
        """The feed's name."""
        return self.signer.key_id

    @property
    def hashes(self) -> list[bytes]:
        """The hash of each fact."""
        return chain(genesis(self.id), 1, self.facts)

    def head(self, seq: int | None = None) -> Head:
        """Where the feed stands, or stood at ``seq``."""
        seq = len(self.facts) if seq is None else seq
        return Head(seq, self.hashes[seq - 1] if seq else genesis(self.id))

    def add(self, *bodies: Body, at: int | None = None, session: int | None = None) -> None:
        """Writes facts, a minute apart."""
        for body in bodies:
            when = AT + len(self.facts) * 60_000 if at is None else at
            of = self.session if session is None else session
            self.add_raw(facts.encode(Fact(when, RANI, of, body)))

    def add_raw(self, *encoded: bytes) -> None:
        """Writes bytes as the next facts, whatever they are."""
        self.facts.extend(encoded)

    def open(self, point: int = HERE) -> None:
        """Opens a session."""
        self.add(SessionOpened(point), session=0)
        self.session = len(self.facts)

    def give(self, *families: Family, quantity: int = 1, at: int | None = None) -> None:
        """Hands each family its first line over."""
        for one in families:
            line = Line(one.due[0].stage, one.due[0].package, quantity)
            self.add(Handover(one.id, (line,), Source.CAMERA, slip=one.slip_number), at=at)

    def branch_off(self, seq: int) -> MadeFeed:
        """The same device as it was at ``seq``, as a restored disk makes it."""
        return MadeFeed(self.device, self.session, self.facts[:seq], self.key)

    def segment(self, first: int = 1, last: int | None = None) -> Segment:
        """Facts ``first`` to ``last``, sealed."""
        last = len(self.facts) if last is None else last
        checkpoint = make_checkpoint(self.id, self.head(last), AT, self.signer)
        bodies = tuple(self.facts[first - 1 : last])
        return Segment(self.id, first, self.head(first - 1).hash, bodies, checkpoint)

    def wire(self, first: int = 1, last: int | None = None) -> bytes:
        """The same as it travels."""
        return encode_segment(self.segment(first, last))


def certificate_of(feed: MadeFeed, points: Iterable[int] = (HERE,)) -> bytes:
    """The centre's signed word on who writes ``feed``."""
    name, key = f"Laptop {feed.device}", feed.signer.public_key
    return encode_certificate(Certificate(AT, key, feed.device, name, tuple(points)), CENTRE)


def siblings_page(
    writers: Iterable[MadeFeed | Identity], *, after: int = 0, revoked: bool = False
) -> Page:
    """What a pull brings when these are enrolled at the point, or blocked."""
    rows = [
        (
            one.device,
            one.signer.key_id,
            f"Laptop {one.device}",
            one.signer.public_key,
            BoxKey.of_feed(one.signer).public_key,
            revoked,
        )
        for one in writers
    ]
    return Page(HERE, after, after + 1, 0, AT, {"siblings": rows})


def gave(device: int, families: Iterable[Family], point: int = HERE) -> MadeFeed:
    """The feed of a device that opened a session and served ``families``."""
    made = MadeFeed(device)
    made.open(point)
    made.give(*families)
    return made

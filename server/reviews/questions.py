"""What is before a person at the centre: a question, and every story that belongs to it.

A household is known here by its masked KK number and its RW, as on its slip; names of a household
or of a proxy are left out, because what a terminal shows is kept, mailed and pasted elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from models.facts import Fact, Handover, Refused, Unknown, Void, WalkIn
from models.numbers import KK_DIGITS, mask_kk
from server.reviews.deciding import Ruling
from server.tables import ReviewKind


class Standing(StrEnum):
    """What became of a hand-over's line; the words stand under ``review.standing.<value>``."""

    COUNTS = "counts"
    IN_REVIEW = "in_review"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True)
class Named:
    """A point, volunteer, device, stage or package; the name is empty where the centre has none."""

    id: int
    name: str

    def as_json(self) -> dict[str, Any]:
        """For another program."""
        return {"id": self.id, "name": self.name}


@dataclass(frozen=True, slots=True)
class Home:
    """A household as the office may see it listed; ``kk`` is masked, and empty where the centre
    does not know the household."""

    id: int
    kk: str = ""
    region: str = ""
    rw: int = 0
    rt: int = 0

    def as_json(self) -> dict[str, Any]:
        """For another program."""
        return {
            "id": self.id,
            "kk": self.kk or None,
            "region": self.region or None,
            "rw": self.rw or None,
            "rt": self.rt or None,
        }


@dataclass(frozen=True, slots=True)
class Due:
    """What a double is about; ``quantity`` is None where the household was not on the list."""

    stage: Named
    package: Named
    quantity: int | None

    def as_json(self) -> dict[str, Any]:
        """For another program."""
        return {
            "stage": self.stage.as_json(),
            "package": self.package.as_json(),
            "quantity": self.quantity,
        }


def masked_walk_in(body: WalkIn) -> str:
    """The masked KK number of somebody on no list; "" where none was shown, or it is none."""
    known = body.kk is not None and 0 <= body.kk < 10**KK_DIGITS
    return mask_kk(body.kk or 0) if known else ""


@dataclass(frozen=True, slots=True)
class Story:
    """One fact as it was told. ``asked`` are those that the question is about, the others belong to
    it; of a double ``quantity`` and ``standing`` are those of its line.

    ``point`` is None outside a session, and where the session has not come.
    """

    device: Named
    feed: bytes
    seq: int
    branch: int
    hash: bytes
    asked: bool
    fact: Fact
    arrived_at: int
    point: Named | None
    volunteer: Named | None
    quantity: int | None = None
    standing: Standing | None = None
    replaced_by: Home | None = None
    """The household that received in place of the one listed; of one that only its KK number names
    ``id`` is 0."""
    takes_back: Named | None = None
    """The device of whose record a void speaks, where that is another feed than its own."""

    @property
    def at(self) -> int | None:
        """When it happened by the laptop; None where that can't be read."""
        body = self.fact.body
        return None if isinstance(body, Unknown) and body.kind == 0 else self.fact.at

    def as_json(self) -> dict[str, Any]:
        """For another program."""
        return {
            "device": self.device.as_json(),
            "feed": self.feed.hex(),
            "number": self.seq,
            "branch": self.branch,
            "hash": self.hash.hex(),
            "asked": self.asked,
            "at": self.at,
            "arrived_at": self.arrived_at,
            "point": self.point and self.point.as_json(),
            "volunteer": self.volunteer and self.volunteer.as_json(),
            "quantity": self.quantity,
            "standing": self.standing,
            **self._body_as_json(),
        }

    def _body_as_json(self) -> dict[str, Any]:
        match self.fact.body:
            case Handover() as body:
                return {
                    "fact": "handover",
                    "source": body.source.name.lower(),
                    "slip": body.slip,
                    "verdict": body.verdict.key,
                    "receiver": body.receiver.name.lower(),
                    "replaced_by": self.replaced_by and self.replaced_by.as_json(),
                    "replaced_because": body.replaced_because
                    and body.replaced_because.name.lower(),
                    "proxy_document": body.proxy_document and body.proxy_document.name.lower(),
                    "letter_of_authority": body.letter_of_authority,
                }
            case Refused() as body:
                return {
                    "fact": "refused",
                    "source": body.source.name.lower(),
                    "slip": body.slip,
                    "verdict": body.verdict.key,
                    "digest": body.digest.hex() if body.digest else None,
                }
            case Void() as body:
                return {
                    "fact": "void",
                    "target": body.target,
                    "target_feed": body.feed.hex() if body.feed else None,
                    "target_device": self.takes_back and self.takes_back.as_json(),
                }
            case WalkIn() as body:
                return {
                    "fact": "walk_in",
                    "kk": masked_walk_in(body) or None,
                    "rw": body.rw or None,
                    "rt": body.rt or None,
                    "people": body.people or None,
                }
            case Unknown() as body:
                return {"fact": "unknown", "fact_kind": body.kind}
            case body:
                return {"fact": type(body).__name__.lower()}


@dataclass(frozen=True, slots=True)
class Branch:
    """One side of a fork: the facts that only it has, ``first`` to ``last``. Branch 0, which came
    first, has all from 1; of another one the facts before ``first`` are those of ``parent``."""

    number: int
    parent: int | None
    first: int
    last: int
    hash: bytes
    arrived_at: int

    @property
    def facts(self) -> int:
        """How many it has."""
        return self.last - self.first + 1

    def as_json(self) -> dict[str, Any]:
        """For another program."""
        return {
            "branch": self.number,
            "parent": self.parent,
            "first": self.first,
            "last": self.last,
            "facts": self.facts,
            "hash": self.hash.hex(),
            "arrived_at": self.arrived_at,
        }


@dataclass(frozen=True, slots=True)
class Follower:
    """A feed in which a laptop went on after a fork; clones have one each."""

    feed: bytes
    head: int
    since: int

    def as_json(self) -> dict[str, Any]:
        """For another program."""
        return {"feed": self.feed.hex(), "head": self.head, "since": self.since}


@dataclass(frozen=True, slots=True)
class Forked:
    """A fork: of which device, from which number on, its branches and what follows them."""

    device: Named
    feed: bytes
    seq: int
    branches: tuple[Branch, ...]
    followers: tuple[Follower, ...]

    def as_json(self) -> dict[str, Any]:
        """For another program."""
        return {
            "device": self.device.as_json(),
            "feed": self.feed.hex(),
            "number": self.seq,
            "branches": [one.as_json() for one in self.branches],
            "followers": [one.as_json() for one in self.followers],
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody made of it."""

    at: int
    by: str
    what: Ruling
    why: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked, with its stories in the order in which they count. The doubles of one
    entitlement are one question; ``ids`` are the rows of ``review`` behind it."""

    kind: ReviewKind
    ids: tuple[int, ...]
    opened_at: int
    decision: Decision | None = None
    household: Home | None = None
    due: Due | None = None
    stories: tuple[Story, ...] = ()
    fork: Forked | None = None

    @property
    def given(self) -> int:
        """How many pieces went out in all that was not taken back."""
        return sum(one.quantity or 0 for one in self.stories if one.standing != Standing.VOIDED)

    def as_json(self) -> dict[str, Any]:
        """For another program."""
        return {
            "kind": self.kind.name.lower(),
            "ids": list(self.ids),
            "opened_at": self.opened_at,
            "decided_at": self.decision and self.decision.at,
            "decided_by": self.decision and self.decision.by,
            "decision": self.decision and self.decision.what,
            "decided_why": self.decision and self.decision.why,
            "household": self.household and self.household.as_json(),
            "due": self.due and self.due.as_json(),
            "stories": [one.as_json() for one in self.stories],
            "fork": self.fork and self.fork.as_json(),
        }

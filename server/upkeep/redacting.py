"""What stays of a fact when its time is over: all that the figures rest on, and nothing of anybody.

In the chain it is still the fact that it was: like one that rotted (``models.damage``) it stands as
``CBOR([hash, rest])``, with the hash that was recorded when it came, so every link before and
behind it, and every checkpoint over it, can be checked as ever. ``rest`` is the fact without what
was personal, or empty bytes where nobody can tell what was.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from models import facts
from models.damage import recorded_hash, stand_in
from models.facts import (
    Complaint,
    Fact,
    Handover,
    HouseholdNote,
    NoHandover,
    Refused,
    Stock,
    Unknown,
    Void,
    WalkIn,
)

GONE = -1
"""The kind under which a fact is kept of which nothing may stay and whose own kind is none."""
_PERSONAL: dict[type[Any], dict[str, Any]] = {
    Handover: {
        "proxy_name": None,
        "proxy_relation": None,
        "replacing_kk": None,
        "answered_by": None,
        "note": None,
        "location": None,
    },
    NoHandover: {"note": None},
    Void: {"note": None},
    Stock: {"note": None},
    Refused: {"digest": None},
    Complaint: {"words": ""},
    HouseholdNote: {"kk": None, "words": None},
    WalkIn: {"name": "", "kk": None, "rt": 0, "address": "", "words": ""},
}
"""What may say something of somebody, and what stands there afterwards. A household's number is
random and leads nowhere once its row is anonymous; a photo's hash is that of bytes which are gone.
"""
_HEAD = len(stand_in(bytes(32), b"")) - 1


def redacted(fact: bytes, hash_: bytes) -> bytes | None:
    """What is to be kept of ``fact``, whose hash in the chain is ``hash_``; None where it may stay
    as it is."""
    if recorded_hash(fact) is not None:
        # Rotten, or done before.
        return None if _rest(fact) is not None else stand_in(hash_, b"")
    said = facts.interpret(fact)
    if isinstance(said.body, Unknown):
        return stand_in(hash_, b"")
    changed = replace(said.body, **_PERSONAL.get(type(said.body), {}))
    if changed == said.body:
        return None
    return stand_in(hash_, b"")[:_HEAD] + facts.encode(replace(said, body=changed))


def interpret_kept(kept: bytes) -> Fact:
    """What a fact says as the centre keeps it (``models.facts.interpret``)."""
    rest = _rest(kept)
    return facts.interpret(kept if rest is None else rest)


def _rest(kept: bytes) -> bytes | None:
    """The fact within a stand-in that ``redacted`` made; of a rotten one there are only bytes."""
    if recorded_hash(kept) is None or kept[_HEAD : _HEAD + 1] != b"\x85":
        return b"" if recorded_hash(kept) is not None and kept[_HEAD:] == b"\x40" else None
    return kept[_HEAD:]

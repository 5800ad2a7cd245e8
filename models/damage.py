"""A fact whose bytes rotted on a laptop's disk: what stands for it in the chain, so that it holds
back none of its neighbours.

``CBOR([hash, bytes])``: the hash that was recorded when the fact was whole, and the bytes as they
are now, for a person to look at. Its hash in the chain is that ``hash``, so everything behind it
hangs together as it was written. No whole fact begins like this: a fact is an array of five.
"""

from __future__ import annotations

from models import cbor

_BEGIN = b"\x82\x58\x20"
_HASH_BYTES = 32


def stand_in(hash_: bytes, found: bytes) -> bytes:
    """What travels for a fact of that hash of which only ``found`` is left."""
    return cbor.dumps([hash_, found])


def recorded_hash(fact: bytes) -> bytes | None:
    """The hash in a stand-in; None for anything else."""
    if not fact.startswith(_BEGIN) or len(fact) < len(_BEGIN) + _HASH_BYTES:
        return None
    return fact[len(_BEGIN) : len(_BEGIN) + _HASH_BYTES]

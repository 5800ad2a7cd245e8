"""Strategies that make facts of every kind, also of kinds and forms that nobody knows."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from models import cbor, facts
from models.facts import (
    Blob,
    Complaint,
    Fact,
    Handover,
    HouseholdNote,
    Line,
    Movement,
    NoHandover,
    Outcome,
    ProxyDocument,
    Receiver,
    Refused,
    SessionClosed,
    SessionOpened,
    Source,
    Stock,
    Unknown,
    Void,
    VoidReason,
    WalkIn,
)
from models.verdict import Verdict

_ID = st.integers(0, (1 << 62) - 1)
_WORDS = st.none() | st.text(max_size=20)

WEIRD: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 70), 1 << 70)
    | st.binary(max_size=9)
    | st.text(max_size=9)
    | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.integers(-5, 50), inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
"""Any value CBOR can hold, as a newer version might put into a fact."""

HANDOVERS = st.builds(
    Handover,
    household=_ID,
    lines=st.lists(st.builds(Line, _ID, _ID, st.integers(1, 99)), min_size=1, max_size=3).map(
        tuple
    ),
    source=st.sampled_from(Source),
    slip=st.none() | _ID,
    verdict=st.sampled_from(Verdict),
    receiver=st.sampled_from(Receiver),
    proxy_name=_WORDS,
    proxy_relation=_WORDS,
    replacing_household=st.none() | _ID,
    note=_WORDS,
    blobs=st.lists(st.builds(Blob, _ID, st.binary(min_size=32, max_size=32)), max_size=3).map(
        tuple
    ),
    proxy_document=st.none() | st.sampled_from(ProxyDocument),
    letter_of_authority=st.booleans(),
    replacing_kk=st.none() | _ID,
    replaced_because=st.none() | st.sampled_from(Outcome),
    answered_by=_WORDS,
    location=_WORDS,
)
_REFUSED = st.builds(
    Refused,
    st.sampled_from(Verdict),
    st.sampled_from(Source),
    st.none() | _ID,
    st.none() | _ID,
    st.none() | st.binary(min_size=8, max_size=8),
)
_FEED = st.none() | st.binary(min_size=16, max_size=16)
KNOWN_BODIES = st.one_of(
    HANDOVERS,
    st.builds(SessionOpened, _ID, st.text(max_size=20), _FEED, st.none() | _ID, _WORDS),
    st.builds(SessionClosed, _ID),
    st.builds(NoHandover, _ID, st.sampled_from(Outcome), st.none() | _ID, st.none() | _ID, _WORDS),
    st.builds(
        Void,
        _ID,
        st.sampled_from(VoidReason),
        _FEED,
        _WORDS,
        st.none() | st.binary(min_size=32, max_size=32),
    ),
    st.builds(
        Stock,
        st.sampled_from(Movement),
        _ID,
        st.integers(0, 10_000),
        _WORDS,
        _WORDS,
        st.none() | _ID,
    ),
    _REFUSED,
    st.builds(Complaint, st.integers(1, 8), st.text(max_size=20), st.none() | _ID, st.none() | _ID),
    st.builds(HouseholdNote, _ID, st.integers(1, 3), st.none() | _ID, _WORDS),
    st.builds(
        WalkIn,
        st.text(max_size=20),
        st.none() | _ID,
        st.integers(0, 99),
        st.integers(0, 99),
        st.text(max_size=20),
        st.integers(0, 99),
        st.text(max_size=20),
    ),
)
BODIES = KNOWN_BODIES | st.builds(Unknown, st.integers(11, 1 << 40), WEIRD)
FACTS = st.builds(
    Fact, st.integers(0, 1 << 45), st.integers(0, 1 << 20), st.integers(0, 1 << 20), BODIES
)
# Also what only another program would write: CBOR that is not deterministic, and no fact at all.
_ODD = st.sampled_from(
    [
        bytes.fromhex("9f03010203a0ff"),
        bytes.fromhex("851803010203a0"),
        bytes.fromhex("8503010203a202800105"),
        bytes.fromhex("8503010203bfff"),
        bytes.fromhex("fb3ff0000000000000"),
        b"\xf6",
    ]
)
ENCODED = st.one_of(
    FACTS.map(facts.encode),
    st.builds(lambda raw: cbor.dumps([77, 1, 2, 3, raw]), WEIRD),
    st.builds(lambda raw: cbor.dumps([3, 1, 2, 3, {1: raw}]), WEIRD),
    _ODD,
)
"""Facts as bytes, as any device may send them."""

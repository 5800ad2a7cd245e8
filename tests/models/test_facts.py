"""Facts: what is written is read again, and what this version does not know is kept as it is."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import cbor, facts
from models.facts import (
    COUNTABLE,
    MOST_BLOBS,
    MOST_PIECES,
    Blob,
    Complaint,
    Fact,
    Handover,
    HouseholdNote,
    Line,
    Movement,
    NoHandover,
    Outcome,
    Receiver,
    Refused,
    SessionClosed,
    SessionOpened,
    Source,
    Stock,
    Unknown,
    Void,
    VoidReason,
)
from models.verdict import Verdict
from tests.support.made_facts import BODIES, FACTS, WEIRD

HANDOVER = Handover(1 << 60, (Line(1, 2, 3),), Source.CAMERA, slip=48210937745)


@given(FACTS)
def test_a_fact_survives_being_written_and_read(fact: Fact) -> None:
    encoded = facts.encode(fact)
    assert facts.decode(encoded) == fact
    assert facts.encode(facts.decode(encoded)) == encoded


def test_every_kind_has_a_number_of_its_own_that_never_changes() -> None:
    kinds: dict[int, Any] = {
        1: SessionOpened, 2: SessionClosed, 3: Handover, 4: NoHandover, 5: Void,
        6: Stock, 7: Refused, 8: Complaint, 9: HouseholdNote,
    }  # fmt: skip
    for number, cls in kinds.items():
        assert number == cls.KIND


def test_every_field_of_every_kind_goes_on_the_wire() -> None:
    for cls, keys in facts._KEYS.items():
        assert {name for _, name in keys} == {field.name for field in dataclasses.fields(cls)}
        assert len({number for number, _ in keys}) == len(keys)


def test_the_bytes_of_a_hand_over_are_as_agreed() -> None:
    assert facts.encode(Fact(1_795_500_000_000, 7, 1, HANDOVER)).hex() == (
        "85031b000001a20c23c3000701a4011b10000000000000000281830102030301041b0000000b39988791"
    )


def test_a_field_that_has_its_default_costs_nothing() -> None:
    plain = facts.to_plain(Fact(0, 0, 0, HANDOVER))
    assert set(plain[4]) == {1, 2, 3, 4}


@given(WEIRD, st.integers(10, 1 << 70), st.integers(), st.integers(), st.integers())
def test_an_unknown_kind_is_kept_byte_for_byte(
    raw: Any, kind: int, at: int, actor: int, session: int
) -> None:
    encoded = cbor.dumps([kind, at, actor, session, raw])
    fact = facts.decode(encoded)
    assert isinstance(fact.body, Unknown)
    assert facts.encode(fact) == encoded


@given(BODIES, st.integers(40, 99), WEIRD)
def test_an_unknown_key_in_a_known_kind_is_kept_byte_for_byte(
    body: Any, key: int, value: Any
) -> None:
    plain = facts.to_plain(Fact(1, 2, 3, body))
    if not isinstance(plain[4], dict):
        return
    plain[4][key] = value
    encoded = cbor.dumps(plain)
    assert isinstance(facts.decode(encoded).body, Unknown)
    assert facts.encode(facts.decode(encoded)) == encoded


def _handover(**changed: Any) -> list[Any]:
    body: dict[Any, Any] = {1: 5, 2: [[1, 1, 1]], 3: 1}
    body.update({int(key[1:]): value for key, value in changed.items()})
    return [3, 1, 2, 3, body]


@pytest.mark.parametrize(
    "plain",
    [
        _handover(k1="5"),
        _handover(k1=5.0),
        _handover(k1=True),
        _handover(k1=None),
        _handover(k1=[5]),
        _handover(k2=[[1, 1]]),
        _handover(k2=[[1, 1, True]]),
        _handover(k2=[b"\x01\x01\x01"]),
        _handover(k2={(1, 1, 1): 0}),
        _handover(k2=7),
        _handover(k3=99),
        _handover(k3=1.0),
        _handover(k3=True),
        _handover(k4="48210937745"),
        _handover(k5=999),
        _handover(k7=b"name"),
        _handover(k10=7),
        _handover(k11=7),
        _handover(k11=[[1]]),
        _handover(k11=[[1, bytes(31)]]),
        _handover(k11=[[1, "x" * 32]]),
        _handover(k11=[[True, bytes(32)]]),
        _handover(k11=[[1, bytes(32), 0]]),
        _handover(k11=[[1, bytes(32)]] * (MOST_BLOBS + 1)),
        [3, 1, 2, 3, {1: 5, 2: []}],
        [3, 1, 2, 3, {True: 5, 2: [[1, 1, 1]], 3: 1}],
        [3, 1, 2, 3, {"1": 5}],
        [3, 1, 2, 3, []],
        [3, 1, 2, 3, None],
        [1, 1, 2, 3, {1: "HERE"}],
        [1, 1, 2, 3, {1: 1, 2: 5}],
        [5, 1, 2, 3, {1: "3", 2: 1}],
        [5, 1, 2, 3, {1: 3, 2: 1, 3: "feed"}],
        [6, 1, 2, 3, {1: 1, 2: 1, 3: "10"}],
        [7, 1, 2, 3, {1: 7, 2: 1, 5: "digest"}],
    ],
)
def test_a_known_kind_of_another_form_is_unknown_and_nobody_counts_it(plain: list[Any]) -> None:
    encoded = cbor.dumps(plain)
    fact = facts.decode(encoded)
    assert isinstance(fact.body, Unknown)
    assert facts.encode(fact) == encoded
    assert not facts.is_countable(fact)


@pytest.mark.parametrize(
    "plain",
    [
        None,
        7,
        {},
        [],
        [3, 1, 2, 3],
        [3, 1, 2, 3, {}, 6],
        ["3", 1, 2, 3, {}],
        [3, 1.5, 2, 3, {}],
        [True, 1, 2, 3, {}],
    ],
)
def test_what_is_no_fact_is_told_apart_and_still_kept_when_signed(plain: Any) -> None:
    encoded = cbor.dumps(plain)
    with pytest.raises(facts.FactError):
        facts.decode(encoded)
    assert facts.interpret(encoded) == Fact(0, 0, 0, Unknown(0, encoded))


@given(st.binary(max_size=60))
def test_any_bytes_can_be_interpreted(data: bytes) -> None:
    fact = facts.interpret(data)
    assert isinstance(facts.is_countable(fact), bool)


COUNTABLE_FACT = Fact(1, 2, 3, HANDOVER)


@pytest.mark.parametrize(
    "fact",
    [
        Fact(1 << 62, 2, 3, HANDOVER),
        Fact(1, -2, 3, HANDOVER),
        Fact(1, 2, 1 << 70, HANDOVER),
        Fact(1, 2, 3, dataclasses.replace(HANDOVER, household=COUNTABLE)),
        Fact(1, 2, 3, dataclasses.replace(HANDOVER, household=-1)),
        Fact(1, 2, 3, dataclasses.replace(HANDOVER, slip=1 << 64)),
        Fact(1, 2, 3, dataclasses.replace(HANDOVER, replacing_household=-1)),
        Fact(1, 2, 3, dataclasses.replace(HANDOVER, lines=())),
        Fact(1, 2, 3, dataclasses.replace(HANDOVER, lines=(Line(1, 1, 0),))),
        Fact(1, 2, 3, dataclasses.replace(HANDOVER, lines=(Line(1, 1, -1),))),
        Fact(1, 2, 3, dataclasses.replace(HANDOVER, lines=(Line(1, 1, MOST_PIECES),))),
        Fact(1, 2, 3, dataclasses.replace(HANDOVER, lines=(Line(-1, 1, 1),))),
        Fact(1, 2, 3, dataclasses.replace(HANDOVER, blobs=(Blob(-1, bytes(32)),))),
        Fact(1, 2, 3, dataclasses.replace(HANDOVER, blobs=(Blob(COUNTABLE, bytes(32)),))),
        Fact(1, 2, 3, SessionOpened(1 << 63)),
        Fact(1, 2, 3, Void(-1, VoidReason.OTHER)),
        Fact(1, 2, 3, Stock(Movement.COUNTED, 1, MOST_PIECES)),
        Fact(1, 2, 3, Stock(Movement.COUNTED, 1, -1)),
        Fact(1, 2, 3, Stock(Movement.COUNTED, COUNTABLE, 1)),
        Fact(1, 2, 3, Unknown(77, {})),
    ],
)
def test_numbers_that_no_column_holds_are_kept_but_not_counted(fact: Fact) -> None:
    assert facts.is_countable(COUNTABLE_FACT)
    assert not facts.is_countable(fact)
    assert facts.decode(facts.encode(fact)) == fact


def test_a_clock_before_1970_is_no_reason_not_to_count() -> None:
    assert facts.is_countable(Fact(-5, 2, 3, HANDOVER))


def test_enums_stand_as_their_numbers() -> None:
    fact = Fact(0, 0, 0, Refused(Verdict.FORGED, Source.PICTURE, digest=bytes(8)))
    assert facts.to_plain(fact)[4] == {1: 7, 2: 3, 5: bytes(8)}
    other = Fact(0, 0, 0, NoHandover(5, Outcome.ABSENT))
    assert facts.to_plain(other)[4] == {1: 5, 2: 1}
    proxy = dataclasses.replace(HANDOVER, receiver=Receiver.PROXY, proxy_name="Budi")
    assert facts.decode(facts.encode(Fact(0, 0, 0, proxy))).body == proxy


def test_a_picture_of_a_kind_that_is_not_known_yet_is_read_like_the_others() -> None:
    blobs = tuple(Blob(kind, bytes([kind]) * 32) for kind in range(MOST_BLOBS))
    fact = Fact(1, 2, 3, dataclasses.replace(HANDOVER, blobs=blobs))
    assert facts.decode(facts.encode(fact)) == fact
    assert facts.is_countable(fact)

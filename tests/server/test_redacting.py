"""What stays of each kind of fact: nobody's name or number, the same place in the chain."""

from __future__ import annotations

from typing import get_args

import pytest

from models import facts
from models.damage import recorded_hash, stand_in
from models.facts import (
    Blob,
    Body,
    Complaint,
    Fact,
    Handover,
    HouseholdNote,
    Line,
    Movement,
    NoHandover,
    Outcome,
    Refused,
    SessionOpened,
    Source,
    Stock,
    Unknown,
    Void,
    VoidReason,
    WalkIn,
)
from models.feed import chain
from models.verdict import Verdict
from server.upkeep.redacting import interpret_kept, redacted

NAME, KK = "Siti Rahmawati", 3171010101200001
HASH = bytes(range(32))
AFTER: dict[str, tuple[Body, Body]] = {
    "hand-over": (
        Handover(
            1 << 41, (Line(1, 2, 3),), Source.CAMERA, slip=5, proxy_name=NAME,
            replacing_household=1 << 42, note=NAME, blobs=(Blob(1, bytes(32)),), replacing_kk=KK,
            proxy_relation="anak", answered_by=NAME, location="geo:-6.1,106.8",
            letter_of_authority=True,
        ),
        Handover(
            1 << 41, (Line(1, 2, 3),), Source.CAMERA, slip=5, replacing_household=1 << 42,
            blobs=(Blob(1, bytes(32)),), letter_of_authority=True,
        ),
    ),
    "no hand-over": (
        NoHandover(9, Outcome.ABSENT, 1, 5, NAME), NoHandover(9, Outcome.ABSENT, 1, 5),
    ),
    "void": (Void(3, VoidReason.OTHER, note=NAME), Void(3, VoidReason.OTHER)),
    "stock": (
        Stock(Movement.COUNTED, 1, 7, "SJ 12", NAME), Stock(Movement.COUNTED, 1, 7, "SJ 12"),
    ),
    "refused": (
        Refused(Verdict.ELIGIBLE, Source.CAMERA, digest=b"12345678"),
        Refused(Verdict.ELIGIBLE, Source.CAMERA),
    ),
    "complaint": (Complaint(2, f"{NAME} {KK}", 9, 11), Complaint(2, "", 9, 11)),
    "note": (HouseholdNote(9, 1, KK, NAME), HouseholdNote(9, 1)),
    "walk-in": (WalkIn(NAME, KK, 3, 4, "Jl. Sunyi", 5, NAME), WalkIn("", None, 3, 0, "", 5, "")),
}  # fmt: skip


@pytest.mark.parametrize("kind", AFTER)
def test_what_is_personal_goes_and_all_else_stays(kind: str) -> None:
    before, after = AFTER[kind]
    whole = facts.encode(Fact(10, 7, 1, before))
    rest = redacted(whole, HASH)
    assert rest is not None
    assert NAME.encode() not in rest and str(KK).encode() not in rest
    assert interpret_kept(rest) == Fact(10, 7, 1, after)
    assert recorded_hash(rest) == HASH
    assert redacted(rest, HASH) is None, "once is enough"


def test_every_kind_that_can_say_something_of_somebody_is_here() -> None:
    """A kind that comes later has to be looked at: what is text, or a family card's number."""
    silent = {SessionOpened, facts.SessionClosed}
    kinds = {type(body) for body, _ in AFTER.values()} | silent
    assert kinds == set(get_args(facts.Body)) - {Unknown}


@pytest.mark.parametrize("body", [SessionOpened(1, "pagi"), Handover(9, (), Source.CAMERA)])
def test_what_names_nobody_stays_as_it_came(body: Body) -> None:
    assert redacted(facts.encode(Fact(10, 7, 1, body)), HASH) is None


@pytest.mark.parametrize(
    "whole",
    [
        facts.encode(Fact(10, 7, 1, Unknown(99, {1: NAME}))),
        NAME.encode(),
        stand_in(HASH, NAME.encode()),
    ],
    ids=["a newer kind", "no fact", "rotten"],
)
def test_of_what_nobody_can_read_nothing_stays(whole: bytes) -> None:
    rest = redacted(whole, HASH)
    assert rest == stand_in(HASH, b"")
    assert interpret_kept(rest).body == Unknown(0, b"")
    assert redacted(rest, HASH) is None


def test_the_chain_goes_through_it() -> None:
    whole = [facts.encode(Fact(n, 7, 1, body)) for n, (body, _) in enumerate(AFTER.values())]
    hashes = chain(HASH, 1, whole)
    kept = [redacted(*one) or one[0] for one in zip(whole, hashes, strict=True)]
    assert kept != whole
    assert chain(HASH, 1, kept) == hashes
    kept[3] = whole[3]
    assert chain(HASH, 1, kept) == hashes, "those that are still whole are checked by what they say"
    kept[3] = facts.encode(Fact(99, 7, 1, Void(3, VoidReason.OTHER)))
    assert chain(HASH, 1, kept) != hashes

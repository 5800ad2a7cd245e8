"""What the sync panel calls the records that are not safe."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from desktop.presenters.records import read_records
from desktop.views.sync_panel import WaitingKind
from models.facts import (
    Body,
    Complaint,
    Handover,
    HouseholdNote,
    Line,
    Movement,
    NoHandover,
    Outcome,
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
from models.texts import catalogue
from models.verdict import Verdict
from tests.support.field import device_in
from tests.support.world import FIRST, RANI, SEMBAKO, family, roster_page

SITI = family(1)


def test_no_kind_of_record_that_is_not_safe_is_called_something_else(tmp_path: Path) -> None:
    bodies: list[Body] = [
        SessionOpened(1, "Pagi"),
        Handover(SITI.id, (Line(FIRST, SEMBAKO, 1),), Source.SCANNER),
        NoHandover(SITI.id, Outcome.ABSENT),
        Void(2, VoidReason.OTHER),
        Stock(Movement.COUNTED, SEMBAKO, 5),
        Refused(Verdict.FORGED, Source.SCANNER),
        Complaint(3, "kurang satu"),
        HouseholdNote(SITI.id, 2),
        WalkIn("Wati"),
        SessionClosed(1),
    ]
    assert {type(one) for one in bodies} == set(get_args(Body)) - {Unknown}
    with device_in(tmp_path / "one", page=roster_page([SITI])) as device:
        device.ledger.append(RANI, 0, *bodies)
        waiting = read_records(device.station).waiting
    assert len(waiting) == len(bodies)
    assert {one.kind for one in waiting} == set(WaitingKind) - {WaitingKind.OTHER}
    assert all(f"field.sync.{kind.value}" in catalogue() for kind in WaitingKind)
    named = {one.kind: one.name for one in waiting}
    assert named[WaitingKind.WALK_IN] == "Wati"
    assert named[WaitingKind.HANDOVER] == named[WaitingKind.LEARNED] == SITI.name

"""A day at a point with something of everything, recorded on a real device, for tests of papers."""

from __future__ import annotations

from models.facts import (
    Complaint,
    Handover,
    Line,
    Movement,
    NoHandover,
    Outcome,
    Receiver,
    Source,
    Stock,
    VoidReason,
)
from tests.support.field import FieldDevice
from tests.support.world import BUDI, FIRST, HERE, LEBARAN, RANI, SEMBAKO, Family, family

FAMILIES = [family(number) for number in range(1, 31)]
HANDED, PROXY, VOIDED = 10, 1, 1
STAND = HANDED + PROXY - VOIDED
FORMULA = '=HYPERLINK("http://x","minyak kurang")'


def live(device: FieldDevice, families: list[Family] = FAMILIES) -> FieldDevice:
    """Opens a session with 20 and 5 packages, hands eleven over, takes one back, has two
    outcomes, a delivery, damage, a count that is one short, and a complaint."""
    station, ledger = device.station, device.ledger
    station.open_session(RANI, HERE, counted=[(SEMBAKO, 20), (LEBARAN, 5)])
    for number, one in enumerate(families[:HANDED]):
        station.hand_over(station.look_up_code(one.code, Source.CAMERA), (RANI, BUDI)[number % 2])
        device.clock.forward(12 * 60_000)
    session = station.session
    assert session is not None
    (voided,) = ledger.append(
        RANI,
        session.seq,
        Handover(
            families[20].id,
            (Line(FIRST, SEMBAKO, 1),),
            Source.SEARCH,
            receiver=Receiver.PROXY,
            proxy_name="Dewi Lestari",
        ),
    )
    ledger.append(
        RANI,
        session.seq,
        NoHandover(families[21].id, Outcome.ABSENT, FIRST),
        NoHandover(families[22].id, Outcome.MOVED, FIRST, note="@pindah ke Bogor"),
        Stock(Movement.RECEIVED, SEMBAKO, 6, "SJ-001"),
        Stock(Movement.DAMAGED, SEMBAKO, 2),
        Complaint(3, FORMULA, families[2].id),
    )
    station.void(voided.place - 1, RANI, VoidReason.WRONG_QUANTITY)
    ledger.append(RANI, session.seq, Stock(Movement.COUNTED, SEMBAKO, 13))
    return device

"""A laptop whose ledger was damaged and put back from its backup: the next sync tells it what it
lost, and nobody is served twice for that."""

from __future__ import annotations

from pathlib import Path

from models.facts import Source
from models.field.backup import back_up
from models.field.database import LEDGER_FILE
from models.field.rescue import rescue
from models.verdict import Verdict
from sync.session import Synced
from tests.support.centre_world import Centre
from tests.support.field import KEY, FieldDevice, new_device, opened
from tests.support.syncing import Straight, sync
from tests.support.world import HERE, RANI, SEMBAKO, family

FAMILIES = [family(number) for number in range(1, 30)]


def serve(device: FieldDevice, *numbers: int) -> None:
    for number in numbers:
        look = device.station.look_up_code(FAMILIES[number].code, Source.CAMERA)
        device.station.hand_over(look, RANI)
        device.clock.forward()


def told(device: FieldDevice, centre: Centre) -> Synced:
    return sync(device, Straight(centre.receiver.answer))


def begun(centre: Centre, folder: Path) -> FieldDevice:
    centre.list_families(FAMILIES)
    made = new_device(folder)
    centre.enrol(made.identity)
    told(made, centre)
    made.station.open_session(RANI, HERE, counted=[(SEMBAKO, 50)])
    serve(made, 0, 1)
    back_up(folder, KEY, made.clock())
    return made


def damaged(device: FieldDevice, *, legible: bool) -> FieldDevice:
    """The device with its ledger's head gone, or all of it, after the rescue."""
    device.close()
    ledger = device.folder / LEDGER_FILE
    ledger.write_bytes(bytes(4096) + (ledger.read_bytes()[4096:] if legible else b""))
    rescue(device.folder, KEY)
    made = opened(device.folder, device.clock)
    made.clock.forward()
    return made


def test_what_was_sent_after_the_backup_is_known_again_and_the_laptop_goes_on(
    centre: Centre, tmp_path: Path
) -> None:
    device = begun(centre, tmp_path / "one")
    serve(device, 2, 3)
    told(device, centre)
    device = damaged(device, legible=False)
    serve(device, 4)
    assert told(device, centre).moved
    device.station.reload()
    for number in (2, 3):
        look = device.station.look_up_code(FAMILIES[number].code, Source.CAMERA)
        assert look.decision.verdict is Verdict.ALREADY_COLLECTED
    serve(device, 5)
    told(device, centre)
    assert device.ledger.safety().unsafe == 0
    assert centre.rows("SELECT count(*) FROM handover WHERE NOT voided") == [(6,)]
    assert centre.figures() == centre.recount()
    device.close()


def test_what_was_never_sent_but_is_legible_reaches_the_centre_in_the_same_feed(
    centre: Centre, tmp_path: Path
) -> None:
    device = begun(centre, tmp_path / "one")
    serve(device, 2, 3)
    device = damaged(device, legible=True)
    serve(device, 4)
    assert not told(device, centre).moved
    assert device.ledger.safety().unsafe == 0
    assert centre.rows("SELECT count(*) FROM handover WHERE NOT voided") == [(5,)]
    device.close()

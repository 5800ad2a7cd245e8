"""One sync at a time on a device: the second one waits or is told, a killed one never blocks."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from models.errors import Cancelled, DataError, SyncRunning
from models.field.device import load_last_sync
from sync.messages import Reply
from sync.progress import Phase, Progress
from sync.turn import LOCK_FILE, Turn
from tests.support.centre_world import Centre
from tests.support.field import FieldDevice, new_device
from tests.support.syncing import Hurry, Straight, sync
from tests.support.world import HERE, RANI, family

HOLDER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from sync.turn import Turn
    assert Turn(Path(sys.argv[1])).take()
    print("taken", flush=True)
    sys.stdin.read()
    """
)


@contextmanager
def another_program(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the turn of the device in ``folder`` until it ends."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "taken\n"
        try:
            yield holder
        finally:
            holder.kill()


@pytest.fixture
def device(centre: Centre, tmp_path: Path) -> Iterator[FieldDevice]:
    """An enrolled device with something to send."""
    centre.list_families([family(1)])
    made = new_device(tmp_path / "one")
    centre.enrol(made.identity)
    made.station.open_session(RANI, HERE)
    yield made
    made.close()


def test_a_second_program_is_told_and_changes_nothing(centre: Centre, device: FieldDevice) -> None:
    transport = Straight(centre.receiver.answer)
    with another_program(device.folder), pytest.raises(SyncRunning):
        sync(device, transport)
    assert transport.asked == []
    assert load_last_sync(device.connection) is None, "how the other one ends is what counts"
    sync(device, transport)
    assert device.ledger.safety().unsafe == 0


def test_a_killed_program_never_blocks(centre: Centre, device: FieldDevice) -> None:
    with another_program(device.folder) as holder:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        assert (device.folder / LOCK_FILE).exists(), "its file is left, and means nothing"
        sync(device, Straight(centre.receiver.answer))
    assert device.ledger.safety().unsafe == 0


def test_who_has_patience_waits_says_so_once_and_syncs_then(
    centre: Centre, device: FieldDevice
) -> None:
    seen: list[Progress] = []
    with another_program(device.folder) as holder:

        class Waiting(Hurry):
            def wait(self, timeout: float | None = None) -> bool:
                if len(self.pauses) == 3:
                    holder.kill()
                    holder.wait()
                return super().wait(timeout)

        sync(
            device,
            Straight(centre.receiver.answer),
            stop=Waiting(),
            report=seen.append,
            patience=60,
        )
    phases = [progress.phase for progress in seen]
    assert phases[:2] == [Phase.QUEUED, Phase.CONNECTING]
    assert phases.count(Phase.QUEUED) == 1 and phases[-1] is Phase.DONE


def test_patience_ends(centre: Centre, device: FieldDevice) -> None:
    hurry = Hurry()
    with another_program(device.folder), pytest.raises(SyncRunning):
        sync(device, Straight(centre.receiver.answer), stop=hurry, patience=5)
    assert sum(hurry.pauses) == pytest.approx(5, abs=0.2)


def test_waiting_can_be_stopped(centre: Centre, device: FieldDevice) -> None:
    stop = threading.Event()
    with another_program(device.folder), pytest.raises(Cancelled):
        sync(
            device,
            Straight(centre.receiver.answer),
            stop=stop,
            report=lambda _progress: stop.set(),
            patience=60,
        )


def test_two_syncs_of_one_program_take_turns_too(centre: Centre, device: FieldDevice) -> None:
    refused: list[SyncRunning] = []

    def answer(operation: str, body: bytes) -> Reply:
        if operation == "hello":
            with pytest.raises(SyncRunning) as caught:
                sync(device, Straight(centre.receiver.answer))
            refused.append(caught.value)
        return centre.receiver.answer(operation, body)

    sync(device, Straight(answer))
    assert len(refused) == 1


def test_however_a_sync_ends_it_gives_its_turn_back(centre: Centre, device: FieldDevice) -> None:
    def breaks(_operation: str, _body: bytes) -> Reply:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        sync(device, Straight(breaks))
    turn = Turn(device.folder)
    assert turn.take() and turn.take()
    turn.give_back()
    turn.give_back()
    sync(device, Straight(centre.receiver.answer))


def test_a_folder_that_is_not_there_is_a_data_error(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        Turn(tmp_path / "gone").take()

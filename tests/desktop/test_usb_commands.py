"""``ksbb-field export-usb`` and ``import-usb``: what they write, say and end with."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from desktop.cli import main
from desktop.device import VAULT_FILE, OpenDevice, open_device
from desktop.device_secret import usual_stores
from desktop.vault import Vault
from sync.messages import Receipt, encode_receipt
from sync.parcel import ReceiptsHead, encode_receipts, take_apart
from tests.support.app import PINS, furnish
from tests.support.feeds import certificate_of, gave
from tests.support.field import SetClock
from tests.support.parcels import made_parcel
from tests.support.world import AT, BOX, CENTRE, HERE, RANI, family

FAMILIES = [family(number) for number in range(1, 9)]

Run = Callable[..., int]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An enrolled device with one fact."""
    made = tmp_path / "laptop"
    furnish(made, FAMILIES)
    with opened(made) as device:
        device.station.open_session(RANI, HERE)
    return made


@contextmanager
def opened(folder: Path) -> Iterator[OpenDevice]:
    """The device as the app opens it, closed at the end."""
    clock = SetClock()
    vault = Vault.open(folder / VAULT_FILE, usual_stores(folder), clock)
    device = open_device(folder, vault, RANI, PINS[RANI][1], clock)
    with closing(device.connection):
        yield device


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command, with Rani's PIN on its standard input."""

    def run(*arguments: object, pin: str = PINS[RANI][1]) -> int:
        monkeypatch.setattr(sys, "stdin", io.StringIO(pin + "\n"))
        who = ["--volunteer", "Rani", "--pin-stdin"]
        return main(["--folder", str(folder), *map(str, arguments), *who])

    return run


def receipts(folder: Path) -> bytes:
    """The centre signs for all that the laptop wrote."""
    with opened(folder) as device:
        ledger = device.station.ledger
        signed = encode_receipt(Receipt(ledger.feed, ledger.head(), AT), CENTRE)
    return encode_receipts(ReceiptsHead(CENTRE.key_id, AT, 1), [signed])


def test_a_file_is_written_and_its_receipt_makes_the_records_safe(
    run: Run, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "hari ini.ksbb"
    assert run("export-usb", file) == 0
    told = capsys.readouterr()
    assert f"1 catatan ditulis ke {file}." in told.out
    assert "Menulis 0 dari 1 catatan" in told.err
    assert len(take_apart(file.read_bytes()).items) == 1

    receipt = tmp_path / "tanda-terima.ksbb"
    receipt.write_bytes(receipts(folder))
    assert run("import-usb", receipt, "--lang", "en") == 0
    told = capsys.readouterr()
    assert "tanda-terima.ksbb: 1 records are safe now; 0 receipts for other laptops." in told.out
    assert "All safe" in told.out
    assert run("export-usb", file) == 1
    assert "Tidak ada yang perlu dibawa" in capsys.readouterr().err


def test_a_folder_of_files_is_taken_in_each_with_its_own_line(
    run: Run, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    assert run("export-usb", stick, "--centre-only") == 0
    neighbour = gave(7, FAMILIES[:3])
    made = made_parcel(neighbour, [BOX.public_key], certificate=certificate_of(neighbour))
    (stick / "a.ksbb").write_bytes(b"a letter")
    (stick / "b.ksbb").write_bytes(made.bytes)
    (stick / "c.ksbb").write_bytes(made.bytes[:-3])
    assert run("import-usb", stick) == 1
    told = capsys.readouterr()
    assert "a.ksbb: Ini bukan berkas KSBB." in told.err
    assert "b.ksbb: 4 catatan dari " in told.out
    assert "4 menunggu sinkronisasi laptop ini." in told.out
    assert "c.ksbb: sebagian rusak atau hilang" in told.err
    assert "dibuat laptop ini sendiri" in told.out
    assert "1 belum aman" in told.out
    assert "Traceback" not in told.err


def test_where_nothing_lies_it_says_so(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("import-usb", tmp_path / "laptop") == 1
    assert "Tidak ada berkas .ksbb di sana." in capsys.readouterr().out
    assert run("import-usb", tmp_path / "gone.ksbb") == 1
    assert "Penyimpan USB tercabut" in capsys.readouterr().err


def test_a_wrong_pin_opens_nothing(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("export-usb", tmp_path, pin="999999") == 1
    assert "PIN salah" in capsys.readouterr().err
    assert list(tmp_path.glob("*.ksbb*")) == []

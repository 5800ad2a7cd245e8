"""``ksbb-field export-usb`` and ``import-usb``: the USB road without a screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from desktop.device import OpenDevice
from desktop.headless import FAILED, OK, complain, printer, safety_words, with_device, worded
from desktop.threads import Cancel
from models.clock import wall_clock
from models.errors import KsbbError
from models.texts import Language, text
from sync.unpacking import GotFacts, GotReceipts
from sync.usb import Imported, UsbRoad

ReadPin = Callable[[str], str]


def export_usb(
    folder: Path | None,
    target: Path,
    volunteer: str | None,
    read_pin: ReadPin,
    language: Language,
    *,
    siblings: bool,
) -> int:
    """Everything unsafe into ``target``, and beside it receipts for others; returns the exit
    code."""

    def work(device: OpenDevice, cancel: Cancel) -> int:
        road = UsbRoad(device.database, wall_clock)
        done = road.export(target, siblings=siblings, stop=cancel, report=printer(language))
        if done.packed is not None:
            _say(language, "exported", count=done.packed.facts, file=done.packed.path)
            if done.packed.left:
                _say(language, "export_left", count=done.packed.left)
        if done.receipts is not None:
            _say(language, "receipts_at", file=done.receipts)
        return OK

    return with_device(folder, volunteer, read_pin, language, work)


def import_usb(
    folder: Path | None,
    places: Sequence[Path],
    volunteer: str | None,
    read_pin: ReadPin,
    language: Language,
) -> int:
    """Takes files in, and all parcels in folders; ends with 1 when one of them was of no use."""

    def work(device: OpenDevice, cancel: Cancel) -> int:
        road = UsbRoad(device.database, wall_clock)
        files = road.take_in(places, stop=cancel, report=printer(language))
        codes = [_tell(one, language) for one in files]
        if not files:
            _say(language, "import_nothing")
        print(safety_words(device, language))
        return max(codes, default=FAILED)

    return with_device(folder, volunteer, read_pin, language, work)


def _tell(file: Imported, language: Language) -> int:
    match file.got:
        case GotReceipts() as got:
            words = {"file": file.file, "safe": got.safe, "others": got.others}
            _say(language, "got_receipts", **words)
            if got.review:
                _say(language, "review", count=got.review)
            if got.damaged:
                return complain(_words(language, "got_damaged", file=file.file), FAILED)
        case GotFacts(own=True):
            _say(language, "got_own", file=file.file)
        case GotFacts() as got:
            parts = {"file": file.file, "name": got.sender or "?", "waiting": got.waiting}
            _say(language, "got_facts", facts=got.facts, **parts)
            if got.taken is not None:
                _say(language, "got_taken", count=got.taken)
            if got.damaged or (got.promised is not None and got.facts < got.promised):
                return complain(_words(language, "got_damaged", file=file.file), FAILED)
        case KsbbError() as error:
            return complain(f"{file.file}: {worded(error, language)}", FAILED)
    return OK


def _say(language: Language, leaf: str, **parts: object) -> None:
    print(_words(language, leaf, **parts))


def _words(language: Language, leaf: str, **parts: object) -> str:
    return text(language, f"cli.field.{leaf}", **parts)

"""Made-up states of the USB page for the pictures of ``desktop.shots``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from desktop.views.state import Notice, Progress
from desktop.views.usb_page import CarriedLine, Drive, UsbState
from models.verdict import Tone

_FILE = "ksbb-laptop-rw-03-20261124-100500.ksbb"


def usb_states(now: int) -> Iterator[tuple[str, UsbState]]:
    """(name, state) of everything the USB page can show."""
    stick = Drive("/media/sari/KINGSTON", "KINGSTON", 14_730_000_000)
    folder = Drive("/home/sari/Dokumen", "Dokumen", 212_400_000_000)
    ready = UsbState(unsafe=38, drives=(stick,), chosen=stick.path, siblings=True, now=now)
    yield "ready", ready
    yield "no-drive", replace(ready, drives=(), chosen="", siblings=None)
    full = Drive("/media/sari/DATA", "DATA", 940_000)
    locked = Drive("/media/sari/ARSIP", "ARSIP", 0, read_only=True)
    carried = (
        CarriedLine("Laptop RPTRA Kebon Pala Berseri", 1_240),
        CarriedLine("", 12),
        CarriedLine("Laptop Rorotan 2", 96, refused=True),
    )
    yield "several", replace(ready, drives=(full, stick, locked, folder), carried=carried)
    yield "safe", replace(ready, unsafe=0, siblings=None)
    packing = Progress("app.phase.packing", 500, 1_840)
    yield "packing", replace(ready, unsafe=1_840, progress=packing)
    yield "stopping", replace(ready, progress=Progress("app.phase.taking", 1, 5), cancelling=True)

    def told(leaf: str, tone: Tone | None, about: str = "", **parts: object) -> Notice:
        return Notice(f"field.usb.{leaf}", tone, parts, dismissible=False, about=about)

    exported = told("exported", Tone.GO, n=38, file=_FILE)
    yield "exported", replace(ready, notices=(exported,))
    received = (
        told("safe_some", Tone.CHECK, n=38, left=2),
        told("review", Tone.CHECK, n=1),
    )
    yield "received", replace(ready, unsafe=2, notices=received)
    read = (
        told("carried_for", Tone.GO, n=1_240, name="Laptop RPTRA Kebon Pala Berseri"),
        told("taken", Tone.GO, n=1_240, name="Laptop RPTRA Kebon Pala Berseri"),
        told("damaged", Tone.CHECK, about=_FILE),
        Notice("errors.other_centre", Tone.STOP, dismissible=False, about="ksbb-laptop-7.ksbb"),
    )
    yield "imported", replace(ready, carried=carried, notices=read)
    gone = Notice("errors.stick_gone", Tone.STOP, dismissible=False)
    yield "gone", replace(ready, notices=(gone,))

"""What this machine says of itself: battery, room on the disk, printers. Knows no screen."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_POWER = Path("/sys/class/power_supply")
_UNKNOWN = 255
"""What Windows says of a battery that it can't read."""


@dataclass(frozen=True, slots=True)
class Battery:
    """How full it is, in percent, and whether the charger is connected."""

    percent: int
    plugged: bool


def battery(power: Path = _POWER) -> Battery | None:
    """The laptop's battery; None for a machine without one, or that does not tell."""
    if sys.platform == "win32":
        return _windows_battery()
    return _linux_battery(power)


def _linux_battery(power: Path) -> Battery | None:
    levels: list[int] = []
    plugged = False
    for supply in sorted(power.glob("*")):
        match _word(supply / "type"):
            case "Battery" if _word(supply / "scope") != "Device":  # a mouse has one too
                level = _word(supply / "capacity")
                if level.isdigit():
                    levels.append(min(int(level), 100))
                plugged |= _word(supply / "status") in ("Charging", "Full", "Not charging")
            case "Mains" | "USB":
                plugged |= _word(supply / "online") == "1"
    # Of two batteries the fuller one: what is left is at least that.
    return Battery(max(levels), plugged) if levels else None


def _word(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""


def _windows_battery() -> Battery | None:
    if sys.platform != "win32":
        return None
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = (
            ("ac", ctypes.c_ubyte),
            ("flag", ctypes.c_ubyte),
            ("percent", ctypes.c_ubyte),
            ("saver", ctypes.c_ubyte),
            ("seconds", ctypes.c_ulong),
            ("full_seconds", ctypes.c_ulong),
        )

    status = Status()
    if not ctypes.windll.kernel32.GetSystemPowerStatus(ctypes.byref(status)):
        return None
    return None if status.percent == _UNKNOWN else Battery(status.percent, status.ac == 1)


def free_bytes(folder: Path) -> int | None:
    """Room left where ``folder`` lies; None when the disk does not tell."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def printers() -> tuple[str, ...]:
    """The printers that the system knows, its usual one first. May take seconds where a print
    server does not answer: not on the GUI thread, which must have imported Qt's module before."""
    from PySide6.QtPrintSupport import QPrinterInfo

    names = QPrinterInfo.availablePrinterNames()
    usual = QPrinterInfo.defaultPrinterName()
    return tuple(sorted(names, key=lambda name: (name != usual, name.casefold())))


def meant(chosen: str, printers: Sequence[str]) -> str:
    """Which of ``printers`` to print on: the ``chosen`` one, or for "" the usual one, which is the
    first; "" where it is not there."""
    if not chosen:
        return printers[0] if printers else ""
    return chosen if chosen in printers else ""

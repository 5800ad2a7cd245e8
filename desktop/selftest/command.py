"""Runs the parts one after another, a line for each, whatever any of them does."""

from __future__ import annotations

import io
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TextIO, cast

from desktop.selftest.noise import muffled
from models import __version__
from models.texts import Language, text

OK, FAILED = 0, 1
PARTS = (
    "shipped:texts",
    "shipped:regions",
    "shipped:clock",
    "keys:signing",
    "keys:pin",
    "keys:keyring",
    "ledger:database",
    "ledger:segment",
    "network:certificates",
    "network:handshake",
    "network:neighbourhood",
    "screen:plugins",
    "screen:fonts",
    "screen:icons",
    "pictures:formats",
    "pictures:slip",
    "video:camera",
    "video:decoders",
    "video:film",
    "video:sounds",
    "screen:printing",
    "papers:papers",
    "screen:window",
)
"""Module and function below this package; the words for it are ``selftest.part.<function>``."""

Check = Callable[[Path], str]
"""A part: given a folder of its own, some words for support; raises whatever is wrong."""


def run(out: TextIO | None, language: Language, parts: Sequence[str] = PARTS) -> int:
    """Tries each of ``parts`` and says how it went; returns 0 when all are well, else 1."""
    # A program of a window has no standard output at all (Windows); the exit code still tells.
    out = io.StringIO() if out is None else out
    # Nobody needs to look on, and a build machine has no display.
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    kind = text(language, f"selftest.{'frozen' if _is_frozen() else 'unfrozen'}")
    _say(out, text(language, "selftest.begin", version=__version__, kind=kind))
    failed = [part for part in parts if not _went_well(part, out, language)]
    if failed:
        names = ", ".join(_name(part, language) for part in failed)
        _say(out, text(language, "selftest.some", count=len(failed), of=len(parts), names=names))
        return FAILED
    _say(out, text(language, "selftest.all", count=len(parts)))
    return OK


def _went_well(part: str, out: TextIO, language: Language) -> bool:
    """Tries ``part`` and writes its line."""
    # The name before it is tried: a library that takes the whole process down leaves it behind.
    _say(out, f"{_name(part, language)} … ", end="")
    began = time.perf_counter()
    with muffled() as said:
        try:
            told = _tried(part)
        except Exception as error:
            words = text(language, "selftest.failed")
            _say(out, f"{words}: {type(error).__name__}: {error}\n{said()}".rstrip())
            return False
    ms = round((time.perf_counter() - began) * 1000)
    _say(out, f"{text(language, 'selftest.ok')} ({ms} ms){': ' if told else ''}{told}")
    return True


def _tried(part: str) -> str:
    # Imported one by one: what a bundle lacks then fails its own part and no other.
    module, _, function = part.partition(":")
    check = cast(Check, getattr(import_module(f"desktop.selftest.{module}"), function))
    # What Windows still holds open is left behind rather than called a failure.
    with tempfile.TemporaryDirectory(prefix="ksbb-", ignore_cleanup_errors=True) as folder:
        return check(Path(folder))


def _name(part: str, language: Language) -> str:
    return text(language, f"selftest.part.{part.partition(':')[2]}")


def _is_frozen() -> bool:
    return bool(getattr(sys, "frozen", False))


def _say(out: TextIO, words: str, end: str = "\n") -> None:
    """A console of Windows may know fewer characters than our words have."""
    encoding = out.encoding or "utf-8"
    out.write(words.encode(encoding, "replace").decode(encoding) + end)
    out.flush()

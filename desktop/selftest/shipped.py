"""The shipped files that know no Qt: every word, every region, and the time zone of a point."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

from desktop.selftest.expect import expect
from models.clock import JAKARTA
from models.errors import KsbbError
from models.regions import Level
from models.regions import regions as shipped_regions
from models.texts import LANGUAGES, catalogue

ROOMS = (
    "app", "cli", "door", "errors", "field", "papers", "parcel", "pin", "qt", "scan", "selftest",
    "verdict",
)  # fmt: skip
"""Files of ``resources/texts`` without which the app says nothing at some place."""
KELURAHAN = 267


def texts(_folder: Path) -> str:
    """Every room is there in both languages, and every error of the app has its words."""
    words = catalogue()
    missing = set(ROOMS) - {key.partition(".")[0] for key in words}
    expect(not missing, f"no words of {', '.join(sorted(missing))}")
    empty = [key for key, both in words.items() for one in LANGUAGES if not both[one].strip()]
    expect(not empty, f"no words under {', '.join(empty)}")
    for module in ("models.errors", "desktop.vault_errors"):
        import_module(module)
    for kind in _kinds(KsbbError):
        own = kind.title is not KsbbError.title
        expect(own or f"errors.{kind.code}.title" in words, f"no words for {kind.code}")
    return f"{len(words)} × {'/'.join(LANGUAGES)}"


def regions(_folder: Path) -> str:
    """Jakarta's list is whole."""
    found = len(shipped_regions().all(Level.VILLAGE))
    expect(found == KELURAHAN, f"{found} kelurahan")
    return f"{found} kelurahan"


def clock(_folder: Path) -> str:
    """The zone of a point is known: Windows has no list of zones of its own."""
    offset = JAKARTA.utcoffset(datetime.now(UTC).replace(tzinfo=None))
    expect(offset == timedelta(hours=7), f"WIB = UTC{offset}")
    return "WIB = UTC+7"


def _kinds(cls: type[KsbbError]) -> Iterator[type[KsbbError]]:
    yield cls
    for kind in cls.__subclasses__():
        yield from _kinds(kind)

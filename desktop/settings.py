"""This laptop's preferences: how the app looks and sounds, kept beside the vault and in the clear.

They are read before anything is opened, so they hold nothing about anybody. A file that is missing
or damaged never stops the app: what can be read counts, the rest is as it was at first.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from desktop.private_file import write_private
from desktop.theme.sizes import SCALES
from desktop.theme.tokens import Room
from models.texts import LANGUAGES, Language

SETTINGS_FILE = "settings.json"

ANY_CAMERA = ""
"""Whichever camera the system names first."""
NO_CAMERA = "none"
"""The camera stays off."""

PHOTO_LIMITS = (0, 20, 100, None)
"""MB of photos a day over a link that is paid by the byte; None: no limit."""

PHOTO_DAYS = (1, 7, 30, 90)
"""For so many days after the centre has signed for it a photo may stay on the laptop."""

RETENTION_DAYS = (7, 30, 90, 365)
"""For so many days after the last stage of a household is over it may stay on the laptop."""

USUAL_PRINTER = ""
"""Whichever printer the system calls its usual one."""

_LONGEST = 64 * 1024
"""Bytes; a longer file was not written by us."""
_LONGEST_TEXT = 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """``scale`` is the text size in percent, one of ``SCALES``; ``camera`` a device's id,
    ``ANY_CAMERA`` or ``NO_CAMERA``; ``printer`` a printer's name or ``USUAL_PRINTER``."""

    language: Language = "id"
    room: Room = Room.AUTO
    scale: int = 100
    camera: str = ANY_CAMERA
    sound: bool = True
    automatic: bool = True
    """Whether the app syncs by itself."""
    point: str = ""
    """What this laptop is among the others of its point: ``desktop.hub.HubDesk.choice``."""
    photo_limit: int | None = 20
    """One of ``PHOTO_LIMITS``."""
    papers: str = ""
    """The folder that papers are saved in; "" is the usual one."""
    photo_days: int = 7
    """One of ``PHOTO_DAYS``."""
    retention_days: int = 30
    """One of ``RETENTION_DAYS``."""
    printer: str = USUAL_PRINTER


def load_settings(path: Path) -> Settings:
    """The settings in ``path``; whatever is missing there or makes no sense is as at first."""
    try:
        with path.open("rb") as file:
            found = json.loads(file.read(_LONGEST))
    except (OSError, ValueError, RecursionError):
        return Settings()
    return _read(found) if isinstance(found, dict) else Settings()


def save_settings(path: Path, settings: Settings) -> bool:
    """Replaces ``path`` as a whole; False where the disk did not take it, and then the old stands.

    Not an error: a preference that is lost at the next start must not stand in a volunteer's way.
    """
    plain = {
        "language": settings.language,
        "room": settings.room.value,
        "scale": settings.scale,
        "camera": settings.camera,
        "sound": settings.sound,
        "automatic": settings.automatic,
        "photo_limit": settings.photo_limit,
        "photo_days": settings.photo_days,
        "retention_days": settings.retention_days,
        "point": settings.point,
        "papers": settings.papers,
        "printer": settings.printer,
    }
    try:
        write_private(path, (json.dumps(plain, indent=2) + "\n").encode("ascii"))
    except OSError:
        return False
    return True


def _read(plain: dict[str, Any]) -> Settings:
    first = Settings()
    language, room, scale = plain.get("language"), plain.get("room"), plain.get("scale")
    sound, automatic = plain.get("sound"), plain.get("automatic")
    photo_limit = plain.get("photo_limit", first.photo_limit)
    photo_days = plain.get("photo_days")
    days = plain.get("retention_days")
    return Settings(
        language=next((one for one in LANGUAGES if one == language), first.language),
        room=next((one for one in Room if one.value == room), first.room),
        # True == 1 in Python, but nobody means it as a size.
        scale=scale if type(scale) is int and scale in SCALES else first.scale,
        camera=_text(plain.get("camera"), first.camera),
        sound=sound if isinstance(sound, bool) else first.sound,
        automatic=automatic if isinstance(automatic, bool) else first.automatic,
        photo_limit=photo_limit if _is_limit(photo_limit) else first.photo_limit,
        retention_days=days if _is_one_of(days, RETENTION_DAYS) else first.retention_days,
        photo_days=photo_days if _is_one_of(photo_days, PHOTO_DAYS) else first.photo_days,
        point=_text(plain.get("point"), first.point),
        papers=_text(plain.get("papers"), first.papers),
        printer=_text(plain.get("printer"), first.printer),
    )


def _text(found: object, otherwise: str) -> str:
    return found if isinstance(found, str) and len(found) <= _LONGEST_TEXT else otherwise


def _is_limit(found: object) -> bool:
    return found is None or _is_one_of(found, PHOTO_LIMITS)


def _is_one_of(found: object, choices: Sequence[int | None]) -> TypeGuard[int]:
    return type(found) is int and found in choices

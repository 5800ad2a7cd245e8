"""``ksbb-centre backup`` and ``restore``."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from models.clock import local, wall_clock
from models.texts import Language
from server.cli import OK, Centre, say
from server.keys import obtain_keys
from server.settings import read_settings
from server.upkeep.backup import restore_backup, write_backup
from server.upkeep.postgres import open_database

_MEGABYTE = 1_000_000


def back_up(centre: Centre, parsed: argparse.Namespace) -> int:
    """Writes the database to a file, while the centre goes on."""
    size = write_backup(centre.engine, parsed.file)
    now = f"{local(wall_clock()):%Y-%m-%d %H.%M}"
    centre.say("backup.written", file=parsed.file, mb=f"{size / _MEGABYTE:.1f}", when=now)
    centre.say("backup.keys", file=centre.settings.keys_file)
    return OK


def restore(environment: Mapping[str, str], language: Language, parsed: argparse.Namespace) -> int:
    """Puts a backup into an empty database. It opens the centre by itself: there must be no new
    keys before the old database is back."""
    settings = read_settings(environment)
    with open_database(settings) as engine:
        restore_backup(engine, parsed.file)
        say(language, "backup.restored", file=parsed.file)
        obtain_keys(engine, settings.keys_file, environment, wall_clock())
        say(language, "backup.complete", keys=settings.keys_file)
    return OK

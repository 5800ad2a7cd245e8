"""``ksbb-centre migrate``: the tables to another revision, forwards or back."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from models.texts import Language
from server import migrations
from server.cli import OK, say
from server.errors import NotEmpty, NotInitialised
from server.settings import read_settings
from server.upkeep.backup import holds_data
from server.upkeep.postgres import open_database

NOTHING = "base"


def migrate(environment: Mapping[str, str], language: Language, parsed: argparse.Namespace) -> int:
    """Moves the tables and says where they are. It opens the centre by itself: whatever else opens
    it brings the tables forwards first. Raises NotEmpty, NotInitialised for no such revision."""
    with open_database(read_settings(environment)) as engine:
        steps = migrations.history()
        wanted = parsed.to or steps[0]
        if wanted not in steps:
            raise NotInitialised()
        with engine.connect() as connection:
            there = migrations.current(connection) or NOTHING
        if wanted == NOTHING and holds_data(engine):
            raise NotEmpty()
        if there not in steps or steps.index(wanted) < steps.index(there):
            migrations.upgrade(engine, wanted)
        elif wanted != there:
            migrations.downgrade(engine, wanted)
        say(language, "migrate.moved", before=there, now=wanted)
    return OK

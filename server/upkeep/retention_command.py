"""``ksbb-centre retain``: erases what is past its time, or says what would be."""

from __future__ import annotations

import argparse

from models.clock import wall_clock
from server.cli import OK, Centre
from server.office.audit import person
from server.personal import Personal
from server.upkeep.retention import Retention


def retain(centre: Centre, parsed: argparse.Namespace) -> int:
    """What was erased by kind, and which stages had to be left alone."""
    periods, now = centre.settings.periods, wall_clock()
    retention = Retention(centre.engine, Personal(centre.keys), periods, now, dry=parsed.dry_run)
    erased = retention.run(person())
    centre.say("retain.dry" if erased.dry else "retain.done")
    for name, count in erased.counts().items():
        centre.say(f"retain.{name}", count=count)
    for stage in erased.held_back:
        centre.say("retain.held_back", stage=stage.name, id=stage.id, reviews=stage.reviews)
    return OK

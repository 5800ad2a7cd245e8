"""``ksbb-centre audit``: the office's log, checked from its first entry to its last."""

from __future__ import annotations

import argparse
import json
from collections import deque

from models.clock import local
from server.cli import FAILED, OK, Centre
from server.office.audit import Entry, entries


def audit(centre: Centre, parsed: argparse.Namespace) -> int:
    """The newest entries and the head; ends with 1 when the chain is broken anywhere."""
    count, broken, last = 0, None, deque[Entry](maxlen=max(parsed.last, 1))
    with centre.engine.connect() as connection:
        for one in entries(connection):
            count += 1
            last.append(one)
            if not one.sound and broken is None:
                broken = one.id
    shown = list(last) if parsed.last else []
    if parsed.json:
        head = last[-1].hash.hex() if last else None
        listed = [_as_json(one) for one in shown]
        print(json.dumps({"entries": listed, "count": count, "head": head, "broken": broken}))
        return OK if broken is None else FAILED
    for one in shown:
        at = f"{local(one.at):%Y-%m-%d %H.%M}"
        print(f"{one.id:>6}  {at}  {one.actor}  {one.action}  {json.dumps(dict(one.details))}")
    if broken is not None:
        centre.say("audit.broken", id=broken)
        return FAILED
    if last:
        centre.say("audit.whole", count=count, head=last[-1].hash.hex())
    else:
        centre.say("audit.none")
    return OK


def _as_json(one: Entry) -> dict[str, object]:
    return {
        "id": one.id,
        "at": one.at,
        "actor": one.actor,
        "action": one.action,
        "details": dict(one.details),
        "hash": one.hash.hex(),
        "sound": one.sound,
    }

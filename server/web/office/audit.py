"""The office's log: who did what, newest first, each entry held against the one before it."""

from __future__ import annotations

import json

from sqlalchemy import Engine
from starlette.responses import Response

from models.texts import Language, both
from server.office.accounts import Role
from server.office.audit import Entry, entries, entry_count, newest
from server.web.office.declared import OfficePage
from server.web.office.paging import asked_part, part
from server.web.office.visit import Visit

PATH = "/kantor/catatan"
_A_PART = 50
_READS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


class AuditPages:
    """``/kantor/catatan``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def declared(self) -> list[OfficePage]:
        """For who watches over the others."""
        return [OfficePage(PATH, self._answer, _READS, entry="audit")]

    def _answer(self, visit: Visit) -> Response:
        with self._engine.connect() as connection:
            total = entry_count(connection)
            number, _ = asked_part(visit, total, _A_PART)
            shown = newest(connection, (number - 1) * _A_PART, _A_PART)
            head = newest(connection, 0, 1)
            checked, broken = False, None
            if visit.asked("periksa"):
                checked = True
                broken = min((one.id for one in entries(connection) if not one.sound), default=None)
        return visit.page(
            "office/audit.html",
            part=part(visit, [_shown(one, visit.language) for one in shown], total, _A_PART),
            head=head[0].hash.hex() if head else "",
            checked=checked,
            broken=broken,
        )


def _shown(one: Entry, language: Language) -> dict[str, object]:
    words = both(f"office.act.{one.action}")
    return {
        "id": one.id,
        "at": one.at,
        "actor": one.actor,
        "action": one.action,
        # What an earlier or later version of the centre did may have no words here.
        "act": words[language] if words else "",
        "details": json.dumps(dict(one.details), ensure_ascii=False),
        "hash": one.hash.hex()[:16],
        "sound": one.sound,
    }

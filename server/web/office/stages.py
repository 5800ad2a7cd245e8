"""The stage that a page of the office is about: the one in its address, or the one under way."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text
from starlette.exceptions import HTTPException

from server.web.office.visit import Visit


@dataclass(frozen=True, slots=True)
class StageNamed:
    """To choose from."""

    id: int
    name: str
    programme: str


_STAGES = text(
    "SELECT s.id, s.name, p.name AS programme FROM stage AS s JOIN programme AS p"
    " ON p.id = s.programme ORDER BY NOT (s.starts_at <= :now AND :now < s.ends_at),"
    " s.starts_at DESC, s.id"
)


def chosen_stage(connection: Connection, visit: Visit) -> tuple[list[StageNamed], int | None]:
    """Those there are, the ones under way first, and the chosen one's number; None where there is
    none at all. One that is not there is no page."""
    stages = [StageNamed(*row) for row in connection.execute(_STAGES, {"now": visit.now})]
    if not visit.asked("tahap"):
        return stages, stages[0].id if stages else None
    number = visit.number("tahap")
    if number not in {one.id for one in stages}:
        raise HTTPException(404)
    return stages, number

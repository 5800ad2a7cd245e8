"""The archive of papers: each is known by the code that its laptop signed, kept once, and held
against the facts again whenever somebody looks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, text
from sqlalchemy.dialects.postgresql import insert

from models.paper import NotAPaper, PaperKind, from_text
from server.errors import NothingFound, PaperUnknown
from server.office.audit import note
from server.papers.check import Checked, check_paper
from server.tables import PaperKept, table

_KEPT = table(PaperKept)
_KEEP = insert(_KEPT).on_conflict_do_nothing().returning(_KEPT.c.hash)
_WANTED = (
    " FROM paper_kept AS k LEFT JOIN point AS p ON p.id = k.point"
    " WHERE (:any_kind OR k.kind = :kind) AND (:anywhere OR k.point = :point)"
    " AND (:anybody OR p.agregator = :agregator)"
)
_COUNT = text(f"SELECT count(*){_WANTED}")
_PART = text(
    "SELECT k.hash, k.point, p.name, k.kind, k.first_day, k.last_day, k.made_at, k.handed,"
    f" k.kept_at, k.kept_by{_WANTED} ORDER BY k.last_day DESC, k.kept_at DESC, k.hash"
    " LIMIT :most OFFSET :skipped"
)
_ONE = text(
    "SELECT k.signed, k.kept_at, k.kept_by, p.agregator FROM paper_kept AS k"
    " LEFT JOIN point AS p ON p.id = k.point WHERE k.hash = :hash"
)


@dataclass(frozen=True, slots=True)
class WantedPapers:
    """Which papers: of this kind, of this point, of this aggregator's points (None: any)."""

    kind: PaperKind | None = None
    point: int | None = None
    agregator: int | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A kept paper in the list; ``point`` is its name."""

    hash: bytes
    point: str
    kind: PaperKind
    first_day: date
    last_day: date
    made_at: int
    handed: int
    kept_at: int
    kept_by: str


@dataclass(frozen=True, slots=True)
class Looked:
    """A kept paper as it stands against the facts now."""

    checked: Checked
    kept_at: int
    kept_by: str


def keep_paper(
    connection: Connection, written: str, now: int, *, actor: str, agregator: int | None = None
) -> bytes:
    """Keeps the paper whose code says ``written``; its hash. One that is kept already stays as it
    was. Raises PaperUnknown for what no enrolled laptop signed, and for a paper of a point that is
    not of ``agregator``, where one is given."""
    signed = from_text(written.strip())
    if signed is None:
        raise PaperUnknown()
    try:
        code = check_paper(connection, signed).code
    except NotAPaper as error:
        raise PaperUnknown() from error
    if agregator is not None and agregator != connection.scalar(_AGREGATOR, {"id": code.point}):
        raise PaperUnknown()
    digest = hashlib.sha256(signed).digest()
    row = {
        "point": code.point,
        "hash": digest,
        "signed": signed,
        "kind": int(code.kind),
        "first_day": code.first_day,
        "last_day": code.last_day,
        "made_at": code.made_at,
        "handed": code.handed,
        "kept_at": now,
        "kept_by": actor,
    }
    if connection.scalar(_KEEP, row) is not None:
        note(connection, now, actor, "paper.kept", {"hash": digest.hex(), "point": code.point})
    return digest


_AGREGATOR = text("SELECT agregator FROM point WHERE id = :id")


def count_papers(connection: Connection, wanted: WantedPapers) -> int:
    """How many there are."""
    return int(connection.scalar(_COUNT, _values(wanted)) or 0)


def some_papers(
    connection: Connection, wanted: WantedPapers, skipped: int, most: int
) -> list[Paper]:
    """So many, the latest day first."""
    values = {**_values(wanted), "skipped": skipped, "most": most}
    return [_paper(row) for row in connection.execute(_PART, values)]


def look_at_paper(connection: Connection, digest: bytes, agregator: int | None = None) -> Looked:
    """The paper with that hash, checked again. Raises NothingFound, also for one that is not of
    ``agregator``'s points, where one is given."""
    row = connection.execute(_ONE, {"hash": digest}).first()
    if row is None or (agregator is not None and row.agregator != agregator):
        raise NothingFound(what="Paper", name=digest.hex()[:16])
    return Looked(check_paper(connection, bytes(row.signed)), row.kept_at, row.kept_by)


def _paper(row: Row[Any]) -> Paper:
    return Paper(
        bytes(row.hash),
        row.name or f"#{row.point}",
        PaperKind(row.kind),
        row.first_day,
        row.last_day,
        row.made_at,
        row.handed,
        row.kept_at,
        row.kept_by,
    )


def _values(wanted: WantedPapers) -> dict[str, object]:
    return {
        "any_kind": wanted.kind is None,
        "kind": None if wanted.kind is None else int(wanted.kind),
        "anywhere": wanted.point is None,
        "point": wanted.point,
        "anybody": wanted.agregator is None,
        "agregator": wanted.agregator,
    }

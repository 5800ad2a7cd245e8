"""The tables of whom else than households is given to, and what they need."""

from __future__ import annotations

from sqlmodel import Field

from server.tables.base import CentreTable, big, given_id, reference, small


class Target(CentreTable, table=True):
    """An institution that is given to; ``kind`` is ``giving.targets.TargetKind``. ``agregator`` is
    who serves it, None: any may. One that is closed is given nothing more."""

    id: int | None = given_id()
    kind: str
    name: str
    region: str
    rw: int = small(0)
    address: str = Field(default="", sa_column_kwargs={"server_default": ""})
    persons: int = big()
    agregator: int | None = reference("agregator.id", optional=True)
    closed_at: int | None = big()


class TargetNeed(CentreTable, table=True):
    """Pieces of a package that a target needs in a stage."""

    __tablename__ = "target_need"
    stage: int = reference("stage.id", key=True)
    target: int = reference("target.id", key=True)
    package: int = reference("package.id", key=True)
    pieces: int = big()

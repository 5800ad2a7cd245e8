"""What the page "Berkas" shows: which paper about what, where it goes, and how it went."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.views.state import Notice, Progress

PAPERS = ("bast", "danom", "recap", "xlsx", "csv")
"""What can be made, in the order shown; words under ``papers.page.paper``."""
EXPORTS = ("xlsx", "csv")
Ink = tuple[tuple[tuple[tuple[float, float], ...], ...], tuple[int, int]]
"""The pen's strokes, and the size of the pad that they are on, in pixels."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A day at a point, or (``session``) one session there; ``ends`` is None while it is open."""

    point: str
    begins: int
    ends: int | None = None
    session: bool = False


@dataclass(frozen=True, slots=True)
class PapersState:
    """``paper`` is the place of one in ``PAPERS``, ``subject`` that of what it is about. ``more``:
    how many older subjects there are. ``subjects`` is None until it was read."""

    paper: int = 0
    subjects: tuple[Subject, ...] | None = None
    subject: int = 0
    more: int = 0
    folder: str = ""
    whole_kk: bool = False
    progress: Progress | None = None
    cancelling: bool = False
    made: bool = False
    """Whether the last one lies in the folder."""
    notices: tuple[Notice, ...] = ()
    now: int = 0

    @property
    def kind(self) -> str:
        """The paper's name."""
        return PAPERS[self.paper]

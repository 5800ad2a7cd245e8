"""How a page of the office is declared: where it is, who may open it, who may change something on
it, and what answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.responses import Response

from server.office.accounts import Role
from server.web.office.visit import Visit

Answer = Callable[[Visit], Response]

EVERYBODY = frozenset(Role)
CENTRAL = frozenset({Role.ADMINISTRATOR, Role.REVIEWER, Role.AUDITOR})
"""All but an aggregator's staff."""
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
REVIEWERS = frozenset({Role.ADMINISTRATOR, Role.REVIEWER})


@dataclass(frozen=True, slots=True)
class OfficePage:
    """One page. ``path`` begins with ``/kantor``; each language has its own address of it.

    ``reads``: the roles that may open it. ``writes``: those whose forms it takes; never the
    auditor's, unless the page is about the ``own`` account alone. ``entry``: the words of the
    navigation under ``office.nav``, empty for a page that another leads to. ``upload``: the most
    bytes of a file in its form's field ``berkas``; 0 takes none.

    ``answer`` runs in a thread of its own. A role that sees only one aggregator's is told so by
    ``visit.agregator``: the page's statements must ask for it.
    """

    path: str
    answer: Answer
    reads: frozenset[Role]
    writes: frozenset[Role] = field(default=frozenset())
    entry: str = ""
    upload: int = 0
    own: bool = False

    def __post_init__(self) -> None:
        """A declaration that would let an auditor change something is a mistake in the program."""
        if not self.writes <= self.reads or (Role.AUDITOR in self.writes and not self.own):
            raise ValueError(f"{self.path}: who writes there must read there, and no auditor")

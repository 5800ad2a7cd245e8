"""What processor time the parts of the whole take: laptops, the centre's processes, PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from bench.laptop import Sent


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of processor time, of the laptops', the centre's and PostgreSQL's processes."""

    laptops: float
    centre: float
    database: float

    def since(self, before: Spent, sent: Sequence[Sent]) -> Spent:
        """What went since ``before`` for each of the facts that were ``sent``."""
        facts = sum(one.facts for one in sent)
        return Spent(
            sum(one.spent for one in sent) / facts,
            (self.centre - before.centre) / facts,
            (self.database - before.database) / facts,
        )


def spent_by_centre(folder: Path) -> Spent:
    """Until now, by the centre that runs in ``folder`` and was started here."""
    serving = [one for one in psutil.Process().children() if "server.cli" in one.cmdline()]
    postmaster = (folder / "data" / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0]
    return Spent(0, sum(map(_of_tree, serving)), _of_tree(psutil.Process(int(postmaster))))


def _of_tree(process: psutil.Process) -> float:
    """With its children's, those that ended among them."""
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    ended = times[0].children_user + times[0].children_system
    return float(sum(one.user + one.system for one in times) + ended)

"""The whole table, each scenario with its reckoning: ``python -m tests.chaos --kills 100``."""

from __future__ import annotations

import argparse
import os
import sys

# Before anything asks for a keyring: a scenario must never touch the developer's own.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"

from tests.chaos.disk import CannotMount
from tests.chaos.scenarios import SCENARIOS, Outcome, play
from tests.chaos.town import built_town
from tests.support.slow_link import CannotMakeNetworks

_WIDTHS = (16, 6, 9, 8, 8, 6, 8, 8, 8)
_HEADS = ("scenario", "kills", "recorded", "perhaps", "doubles", "lost", "doubled", "untrue", "s")


def main() -> int:
    """Plays the scenarios one after the other; 1 when any found something."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="in each scenario")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", choices=SCENARIOS, help="may be repeated")
    given = parser.parse_args()
    _row(*_HEADS)
    clean = True
    with built_town() as town:
        for name in given.only or SCENARIOS:
            try:
                outcome = play(town, name, given.kills, given.seed)
            except (CannotMount, CannotMakeNetworks) as error:
                print(f"{name}: not here, where that may not be made: {error}")
                continue
            _tell(outcome)
            clean = clean and outcome.findings.clean
    return 0 if clean else 1


def _tell(outcome: Outcome) -> None:
    found = outcome.findings
    _row(
        outcome.name,
        outcome.kills,
        found.facts,
        found.perhaps,
        found.doubles,
        len(found.lost),
        len(found.doubled),
        len(found.untrue),
        f"{outcome.seconds:.0f}",
    )
    print("   hit:", ", ".join(f"{what} {n}" for what, n in outcome.fell.most_common()))
    for problem in [*found.lost, *found.doubled, *found.untrue][:20]:
        print("   !", problem)
    sys.stdout.flush()


def _row(name: object, *columns: object) -> None:
    cells = (f"{column:>{width}}" for column, width in zip(columns, _WIDTHS[1:], strict=True))
    print(f"{name:<{_WIDTHS[0]}}", *cells)


if __name__ == "__main__":
    sys.exit(main())

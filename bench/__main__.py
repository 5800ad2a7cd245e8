"""``make bench``: every topic in turn, each figure beside its floor and its target.

A topic is a module here with ``run(ground) -> Table``; to add one, write it and name it in
``TOPICS``.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import TextIO

from bench.figures import Table, render
from bench.ground import Ground, ground

TOPICS = (
    "record",
    "lookup",
    "scan",
    "start",
    "start_sync",
    "hub",
    "ingest",
    "load",
    "rush",
    "roster_import",
    "wire",
    "slow_line",
    "snapshot",
    "search",
    "gui_thread",
    "public_pages",
)
"""In the order in which they run."""


def main(arguments: Sequence[str] | None = None, out: TextIO = sys.stdout) -> int:
    """Runs all topics, or those that are named. A figure that misses its target is printed and
    counted, but is no error, since machines differ; a topic that can't be measured is one."""
    parser = argparse.ArgumentParser("bench", description=main.__doc__)
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help=", ".join(TOPICS))
    parser.add_argument("--list", action="store_true", help="say what each topic measures")
    parser.add_argument("--full", action="store_true", help="3.5 million households, not a tenth")
    parsed = parser.parse_args(arguments)
    if unknown := sorted(set(parsed.topics) - set(TOPICS)):
        parser.error(f"no such topic: {', '.join(unknown)} (there are {', '.join(TOPICS)})")
    if parsed.list:
        for name in TOPICS:
            print(f"{name:15}{_about(name)}", file=out)
        return 0
    with ground(full=parsed.full) as place:
        return _run(parsed.topics or TOPICS, place, out)


def _about(name: str) -> str:
    """The first sentence of the topic's own description."""
    return (import_module(f"bench.{name}").__doc__ or "").partition("\n\n")[0].replace("\n", " ")


def _run(topics: Sequence[str], place: Ground, out: TextIO) -> int:
    """Runs ``topics``; one that fails is told of and keeps none of the others from running."""
    began = time.perf_counter()
    tables: list[Table] = []
    failed: list[str] = []
    for name in topics:
        try:
            table: Table = import_module(f"bench.{name}").run(place)
        except Exception:
            traceback.print_exc(file=out)
            failed.append(name)
        else:
            tables.append(table)
            print(render(table) + "\n", file=out, flush=True)
    judged = sum(table.judged() for table in tables)
    missed = sum(table.missed() for table in tables)
    seconds = time.perf_counter() - began
    kept = f"{judged - missed} of {judged} targets kept, {missed} MISSED"
    print(f"{kept}; {seconds:.0f} s.", file=out)
    if failed:
        print(f"Not measured: {', '.join(failed)}.", file=out)
    return 1 if failed else 0


if __name__ == "__main__":
    # What a machine's sound and video lack is no figure; Qt would say so between them.
    os.environ.setdefault("QT_LOGGING_RULES", "qt.multimedia*=false")
    sys.exit(main())

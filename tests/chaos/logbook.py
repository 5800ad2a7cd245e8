"""A field process's own account of what it does: one line a thing, on the disk before it goes on.

    life 3                            the process began, for the third time
    intent 17 handover 8374 1/1/1     what will be recorded, one or more facts with `` | `` between
    done 17 5 1f2e…                   recorded: the first one's number, and the feed
    failed 17 disk_full               not recorded, the program said
    at sending 0 120                  where a sync is
    end sync 120 3                    how it ended

An ``intent`` without an end may or may not have been recorded; everything else is certain.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

BETWEEN = " | "
TORN = "~"
"""Ends a line that a process died in; it says nothing."""


class Logbook:
    """Writes lines, from any thread; each is on the disk when ``write`` returns."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._one_at_a_time = threading.Lock()
        size = os.fstat(self._file).st_size
        # The process before this one may have died in the middle of a line.
        if size and os.pread(self._file, 1, size - 1) != b"\n":
            os.write(self._file, TORN.encode() + b"\n")

    def write(self, *words: object) -> None:
        """One line."""
        line = " ".join(map(str, words)).encode("ascii") + b"\n"
        with self._one_at_a_time:
            if os.write(self._file, line) != len(line):
                raise OSError("half a line was written")
            os.fsync(self._file)

    def close(self) -> None:
        """Lets the file go."""
        os.close(self._file)


@dataclass
class Group:
    """Facts that were to be recorded together; ``seq`` is the first one's number when it is
    certain that they were, ``failure`` why they were certainly not."""

    facts: tuple[str, ...]
    seq: int | None = None
    feed: str = ""
    failure: str = ""


@dataclass
class Account:
    """What a log says, in the order of the intents."""

    groups: list[Group] = field(default_factory=list)
    lives: int = 0
    syncs: int = 0


def read_account(path: Path) -> Account:
    """What the log of one device says; raises ValueError for a line that can't be there."""
    account = Account()
    *lines, unfinished = path.read_text(encoding="ascii").split("\n")
    del unfinished  # the process died while it wrote this
    begun: dict[str, Group] = {}
    for number, line in enumerate(lines, 1):
        if line.endswith(TORN):
            continue
        match line.split(" ", 2):
            case ["life", _]:
                account.lives += 1
                begun = {}
            case ["intent", name, facts]:
                begun[name] = Group(tuple(facts.split(BETWEEN)))
                account.groups.append(begun[name])
            case ["done", name, place]:
                group = begun.pop(name)
                seq, group.feed = place.split(" ")
                group.seq = int(seq)
            case ["failed", name, why]:
                begun.pop(name).failure = why
            case ["end", "sync", _]:
                account.syncs += 1
            case ["open"] | ["at" | "end", *_]:
                pass
            case _:
                raise ValueError(f"{path.name}:{number}: {line!r}")
    return account

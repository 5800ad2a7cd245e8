"""A field process's own account of what it does: one line a thing, on the disk before it goes on.

Each life of the process has a file of its own.

    open                              the device is open
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


class Logbook:
    """Writes the lines of one life, from any thread; each is on the disk when ``write`` returns."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._one_at_a_time = threading.Lock()

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


def read_account(folder: Path) -> Account:
    """What the logs of one device say; raises ValueError for a line that can't be there."""
    account = Account()
    for path in sorted(folder.iterdir()):
        # What follows the last line's end the process died in; it says nothing.
        lines = path.read_text(encoding="ascii").split("\n")[:-1]
        begun: dict[str, Group] = {}
        account.lives += 1
        for number, line in enumerate(lines, 1):
            match line.split(" ", 2):
                case ["intent", name, facts]:
                    begun[name] = Group(tuple(facts.split(BETWEEN)))
                    account.groups.append(begun[name])
                case ["done", name, place]:
                    group = begun.pop(name)
                    seq, group.feed = place.split(" ")
                    group.seq = int(seq)
                case ["failed", name, why]:
                    begun.pop(name).failure = why
                case ["open" | "life"] | ["at" | "end", *_]:
                    pass
                case _:
                    raise ValueError(f"{path}:{number}: {line!r}")
    return account

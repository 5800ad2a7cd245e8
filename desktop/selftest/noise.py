"""What libraries write on standard error past Python, kept away from the lines that a person reads.

The multimedia and the database library say a lot there of what is as it should be.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_ERR = 2
_LINES = 12


@contextmanager
def muffled() -> Iterator[Callable[[], str]]:
    """Holds it back meanwhile; gives a function for the last lines of what was said so far."""
    try:
        before = os.dup(_ERR)
    except OSError:  # a program of a window has no standard error (Windows)
        yield lambda: ""
        return
    with tempfile.TemporaryFile() as kept:

        def said() -> str:
            kept.seek(0)
            lines = kept.read().decode("utf-8", "replace").splitlines()
            return "\n".join(f"    {line}" for line in lines[-_LINES:])

        os.dup2(kept.fileno(), _ERR)
        try:
            yield said
        finally:
            os.dup2(before, _ERR)
            os.close(before)

"""``ksbb-field decode FILE…``: one JSON line a picture, so that staff learn whether a print reads.

A line holds ``file`` and ``ms`` and either ``text`` (with ``texts``, the largest code first, where
there are several) or ``error`` in words and ``reason``, which never changes, for scripts. Lines are
ASCII, so any terminal, pipe and file name will do. Needs no display and no Qt.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any, TextIO

from desktop.scan.decode import decode_picture
from desktop.scan.pictures import PictureError, open_picture
from models.texts import Language, text

ALL_READ, SOME_NOT_READ, USAGE, INTERRUPTED = 0, 1, 2, 130


def run(
    paths: list[str],
    out: TextIO,
    language: Language = "id",
    clock: Callable[[], float] = time.perf_counter,
) -> int:
    """Reads the code in each of ``paths`` and writes a line each to ``out``.

    Returns 0 when all were read, 1 when some were not (or nobody reads ``out`` any more), 2 without
    any path, 130 when stopped by Ctrl+C. Whatever a file holds, it gets its line.
    """
    if not paths:
        print("ksbb-field decode FILE…", file=sys.stderr)
        return USAGE
    result = ALL_READ
    try:
        for path in paths:
            started = clock()
            found = _examine(path, language)
            ms = round((clock() - started) * 1000, 1)
            if "error" in found:
                result = SOME_NOT_READ
            out.write(json.dumps({"file": path, **found, "ms": ms}) + "\n")
            out.flush()
    except BrokenPipeError:
        _leave_quietly(out)
        return SOME_NOT_READ
    except KeyboardInterrupt:
        return INTERRUPTED
    return result


def _examine(path: str, language: Language) -> dict[str, Any]:
    try:
        reading = decode_picture(open_picture(path))
    except PictureError as error:
        return {"error": error.words(language), "reason": error.problem.value}
    except Exception as error:
        # The last line of defence for the files that follow: nothing is known to come here.
        words = text(language, "scan.no_code.unexpected")
        return {"error": f"{words} ({type(error).__name__})", "reason": "unexpected"}
    if reading.reason is not None:
        words = text(language, f"scan.no_code.{reading.reason.value}")
        return {"error": words, "reason": reading.reason.value}
    first, *others = reading.texts
    return {"text": first, "texts": [first, *others]} if others else {"text": first}


def _leave_quietly(out: TextIO) -> None:
    """Keeps Python from complaining at its end that it can't flush ``out`` either."""
    try:
        descriptor = out.fileno()
    except (OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)

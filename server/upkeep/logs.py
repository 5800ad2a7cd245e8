"""What the centre writes about itself: lines for people or JSON for machines, and nobody's data.

A message of ours is made of parts that hold none (``server.web.guard``); of what others write only
the words of their own source are kept, never what they put into them, and of an error its kind and
where it happened, never its message, which may hold a value.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TextIO

OURS = "ksbb"
FIELDS = "ksbb_fields"
"""Where a record of ours carries its parts for a machine."""
_FRAMES = 12
"""The innermost frames of a failure; those further out are the framework's."""


class Form(StrEnum):
    """How a line looks."""

    TEXT = "text"
    JSON = "json"


class Level(StrEnum):
    """From where on something is written. ``INFO``: a line a request too."""

    INFO = "info"
    WARNING = "warning"


def set_up(form: Form, level: Level, out: TextIO | None = None) -> None:
    """Sends all that is logged in this process to ``out`` (the standard error), once."""
    handler = logging.StreamHandler(out or sys.stderr)
    handler.setFormatter(_Json() if form is Form.JSON else _Text())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(level.value.upper())


def told_of(error: BaseException) -> tuple[str, str]:
    """What kind of error it was, from which others; and where it happened."""
    kinds = []
    cause: BaseException | None = error
    while cause is not None:
        kinds.append(type(cause).__name__)
        cause = cause.__cause__
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return " from ".join(kinds), "".join(traceback.format_list(frames))


def _parts(record: logging.LogRecord) -> dict[str, Any]:
    ours = record.name == OURS or record.name.startswith(f"{OURS}.")
    # What stands in ``msg`` of another's record is its source's words, unless they were put
    # together beforehand: of those the first are enough to find it by.
    said = record.getMessage() if ours else str(record.msg).partition("\n")[0]
    parts: dict[str, Any] = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": said,
        **getattr(record, FIELDS, {}),
    }
    if record.exc_info and record.exc_info[1] is not None:
        parts["error"], parts["where"] = told_of(record.exc_info[1])
    return parts


class _Json(logging.Formatter):
    """One object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's parts."""
        return json.dumps(_parts(record), ensure_ascii=False)


class _Text(logging.Formatter):
    """The time, how serious, by whom, what; an error's places on lines of their own."""

    def format(self, record: logging.LogRecord) -> str:
        """The same parts for a person."""
        parts = _parts(record)
        line = "{at} {level} {logger} {message}".format(**parts)
        if "error" in parts:
            line += f" {parts['error']}\n{parts['where'].rstrip()}"
        return line

"""The app's log on the disk, for support: what went wrong and how syncs ended, and nobody's data.

Of an error only its kind and our own lines stand there, never its message, which may hold a name;
of every message all longer rows of figures are blacked out. It is kept small: two files.
"""

from __future__ import annotations

import logging
import re
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path

LOG_FILE = "ksbb-field.log"
_BYTES, _OLDER = 256 * 1024, 1
_ROOT = Path(__file__).resolve().parents[1]
_FIGURES = re.compile(r"\d{6,}")
_LOGGER = "ksbb.field"


class Discreet(logging.Formatter):
    """One line a record: time, gravity, message, and where an error came from."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%d %H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """The line, without any error's own words."""
        words = _FIGURES.sub("…", record.getMessage())
        when = self.formatTime(record, self.datefmt)
        line = f"{when} {record.levelname} {words}"
        if record.exc_info and record.exc_info[1] is not None:
            line += f" {_kinds(record.exc_info[1])}"
        return line.replace("\n", " ")


def _kinds(error: BaseException) -> str:
    """The kinds of an error and of what caused it, each with our own lines, innermost last."""
    found: list[str] = []
    reason: BaseException | None = error
    while reason is not None and len(found) < 4:
        places = [
            f"{Path(one.filename).relative_to(_ROOT)}:{one.lineno}"
            for one in traceback.extract_tb(reason.__traceback__)
            if Path(one.filename).is_relative_to(_ROOT)
        ]
        found.append(f"{type(reason).__name__} at {' > '.join(places) or '?'}")
        reason = reason.__cause__ or reason.__context__
    return " because of ".join(found)


def keep_log(folder: Path) -> logging.Handler | None:
    """Lets the app's log be written to ``folder`` from now on; None where the disk refuses."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            folder / LOG_FILE, maxBytes=_BYTES, backupCount=_OLDER, encoding="utf-8", delay=True
        )
    except OSError:
        return None
    handler.setFormatter(Discreet())
    logger = logging.getLogger(_LOGGER)
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    return handler


def let_log_go(handler: logging.Handler | None) -> None:
    """Closes it."""
    if handler is not None:
        logging.getLogger(_LOGGER).removeHandler(handler)
        handler.close()


def tail(folder: Path, lines: int) -> list[str]:
    """The newest lines of the log, oldest first."""
    found: list[str] = []
    for name in (f"{LOG_FILE}.1", LOG_FILE):
        try:
            found += (folder / name).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
    return found[-lines:]

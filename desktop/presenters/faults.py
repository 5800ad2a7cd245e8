"""Any failure as something a screen can say: the one mapper at the GUI's edge."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from desktop.views.state import Notice
from models.errors import KsbbError
from models.field.faults import fault_of
from models.verdict import Tone

_log = logging.getLogger("ksbb.field")


@dataclass(frozen=True, slots=True)
class Fault:
    """An error's code, what fills its words, and lines for support without anybody's data."""

    code: str
    parts: dict[str, object] = field(default_factory=dict)
    detail: str = ""


def fault(error: BaseException) -> Fault:
    """What to say of ``error``; a bug of ours is logged with its trace and named "unexpected"."""
    ours = error if isinstance(error, KsbbError) else None
    if ours is None and isinstance(error, Exception):
        ours = fault_of(error)
    if ours is None:
        _log.error("unexpected", exc_info=error)
        return Fault("unexpected", {}, _detail(error))
    return Fault(ours.code, dict(ours.parts), _detail(error))


def notice(error: BaseException, tone: Tone = Tone.STOP, action: str = "") -> Notice:
    """``error`` as a notice in place."""
    found = fault(error)
    return Notice(f"errors.{found.code}", tone, found.parts, action)


def _detail(error: BaseException) -> str:
    """The kinds of the error and of what caused it; never its message, which may hold values."""
    kinds: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(kinds) < 5:
        kinds.append(type(cause).__name__)
        cause = cause.__cause__
    return " ← ".join(kinds)

"""Which printers there are, asked in the pool."""

from __future__ import annotations

from collections.abc import Callable

from desktop import machine
from desktop.threads import Threads


def look_for_printers(threads: Threads, told: Callable[[tuple[str, ...]], None]) -> None:
    """Asks the system, which may take seconds, and tells on the GUI thread: none where it can't
    say. On the GUI thread."""
    # Here first: a second thread must not be the one that makes Qt's types.
    from PySide6 import QtPrintSupport  # noqa: F401

    threads.submit_net(machine.printers, told, lambda _error: told(()))

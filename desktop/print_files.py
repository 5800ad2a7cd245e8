"""A PDF sent to one of the system's printers, as its own programs print it: at its own size."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

_PATIENCE_S = 60
_COMMAND = "lp"


def send_to_printer(file: Path, printer: str) -> None:
    """Has the system print ``file``; raises RuntimeError where it can't. It may take seconds: not
    on the GUI thread."""
    if not file.is_file():
        raise RuntimeError("no such file")
    if sys.platform == "win32":
        _by_its_program(file, printer)
    else:
        _by_command(file, printer)


def _by_command(file: Path, printer: str) -> None:
    command = shutil.which(_COMMAND)
    if command is None:
        raise RuntimeError("the system has no command that prints")
    wanted = [command, "-d", printer, "-o", "media=A4", "-o", "print-scaling=none", "--", str(file)]
    try:
        done = subprocess.run(
            wanted,
            env=_plain_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RuntimeError("the printer took nothing") from error
    if done.returncode:
        raise RuntimeError("the printer took nothing")


def _plain_environment() -> dict[str, str]:
    """The environment as it was before a bundle put its own libraries first: the system's programs
    need the system's."""
    plain = dict(os.environ)
    before = plain.pop("LD_LIBRARY_PATH_ORIG", None)
    if getattr(sys, "frozen", False):
        plain.pop("LD_LIBRARY_PATH", None)
    if before is not None:
        plain["LD_LIBRARY_PATH"] = before
    return plain


def _by_its_program(file: Path, printer: str) -> None:
    """Windows asks the program that opens PDFs to print."""
    start = getattr(os, "startfile", None)
    if start is None:
        raise RuntimeError("no program prints here")
    try:
        start(str(file), "printto", f'"{printer}"')
    except OSError as error:
        raise RuntimeError("no program prints PDFs here") from error

"""What of the lock a centre needs: everything but the field app's parts and the tools of the trade.

Reads ``requirements.lock`` from the standard input and writes the rest of it; runs on the standard
library alone, before anything is installed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator

_NAMES = """
altgraph ast-serialize axe-playwright-python execnet graphql-core grimp harfile hypothesis
hypothesis-graphql ifaddr import-linter iniconfig jsonpath-ng jsonschema-rs libhxl librt
macholib mypy mypy-extensions pathspec pefile playwright pluggy pyinstaller
pyinstaller-hooks-contrib pyrate-limiter pyside6-addons pyside6-essentials pytest pytest-qt
pytest-timeout pytest-xdist pywin32-ctypes ruff schemathesis shiboken6 sqlcipher3
types-requests zeroconf
"""
NOT_AT_THE_CENTRE = frozenset(_NAMES.split())
_BEGINS = re.compile(r"([A-Za-z0-9._-]+)==")


def centre_lines(lock: Iterable[str]) -> Iterator[str]:
    """The lines of ``lock`` that speak of what a centre needs, hashes and all."""
    wanted = True
    for line in lock:
        if begins := _BEGINS.match(line):
            wanted = begins[1].lower() not in NOT_AT_THE_CENTRE
        if wanted:
            yield line


if __name__ == "__main__":
    sys.stdout.writelines(centre_lines(sys.stdin))

"""``ksbb-centre`` for tests, on the database of a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from server.cli import main
from server.keys import write_keys
from tests.support.centre import TestPostgres
from tests.support.pages import KEYS

Run = Callable[..., tuple[int, str, str]]


def commands_of(
    postgres: TestPostgres, engine: Engine, folder: Path, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Runs a command of the centre of ``engine``: (exit code, output, errors)."""
    write_keys(KEYS, folder / "keys.json")
    url = postgres.url(str(engine.url.database)).set(drivername="postgresql")
    settings = {
        "KSBB_DSN": url.render_as_string(hide_password=False),
        "KSBB_DATA": str(folder),
        "KSBB_KEYS_FILE": str(folder / "keys.json"),
    }

    def command(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            code = main(arguments, settings)
        except SystemExit as ended:
            code = int(ended.code or 0)
        told = capsys.readouterr()
        return code, told.out, told.err

    return command

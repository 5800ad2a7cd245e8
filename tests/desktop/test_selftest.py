"""The self-test: all is well here, it goes on behind a part that fails, it forgets none."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from importlib import import_module

import pytest

from desktop.selftest.command import FAILED, OK, PARTS, run
from desktop.selftest.shipped import ROOMS
from models.texts import LANGUAGES, Language, both
from resources import resource


def test_every_part_is_well_without_a_display() -> None:
    shown = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    bare = {name: value for name, value in os.environ.items() if name not in shown}
    done = subprocess.run(
        [sys.executable, "-m", "desktop.cli", "--self-test", "--lang", "en"],
        env=bare,
        capture_output=True,
        text=True,
        check=False,
    )
    begin, *lines, end = done.stdout.splitlines()
    assert done.returncode == OK, done.stdout
    assert "Self-test of ksbb-field" in begin
    assert [line for line in lines if "… ok (" not in line] == []
    assert len(lines) == len(PARTS)
    assert end == f"All {len(PARTS)} parts are fine."


@pytest.mark.parametrize(
    ("language", "name", "failed"), [("id", "Ikon", "GAGAL"), ("en", "Icons", "FAILED")]
)
def test_a_part_that_fails_is_named_and_the_next_is_still_tried(
    language: Language, name: str, failed: str
) -> None:
    out = io.StringIO()
    # A module that a bundle lacks.
    parts = ("shipped:texts", "left_out:icons", "shipped:regions")
    assert run(out, language, parts) == FAILED
    lines = out.getvalue().splitlines()
    assert [failed in line for line in lines[1:4]] == [False, True, False]
    assert lines[2].startswith(name) and "left_out" in lines[2]
    assert lines[-1].endswith(f": {name}") and "1" in lines[-1]


def test_where_nobody_can_read_the_code_still_tells() -> None:
    assert run(None, "id", ("shipped:regions",)) == OK


def test_a_console_that_lacks_a_sign_gets_another_in_its_place() -> None:
    console = io.TextIOWrapper(io.BytesIO(), encoding="cp437")
    assert run(console, "id", ("shipped:regions",)) == OK
    console.seek(0)
    assert "Daftar kelurahan" in console.read()


def test_what_libraries_say_is_shown_only_under_a_part_that_failed(
    capfd: pytest.CaptureFixture[str],
) -> None:
    from desktop.selftest.noise import muffled

    with muffled() as said:
        os.write(2, b"no such decoder\n")
        assert said().strip() == "no such decoder"
    os.write(2, b"heard again\n")
    assert capfd.readouterr().err == "heard again\n"


def test_every_part_exists_and_has_its_words() -> None:
    for part in PARTS:
        module, _, function = part.partition(":")
        assert callable(getattr(import_module(f"desktop.selftest.{module}"), function))
        assert set(both(f"selftest.part.{function}") or ()) == set(LANGUAGES), part


def test_the_rooms_of_words_that_it_asks_for_are_shipped() -> None:
    assert [room for room in ROOMS if not resource("texts", f"{room}.toml").is_file()] == []

"""``ksbb-field`` at a terminal: its languages, wrong use, a machine without a display."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.cli import USAGE, main


def _said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == USAGE
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["decode"], "pemakaian: ksbb-field decode"),
        (["decode"], "yang harus disebut: FILE"),
        (["--lang", "en", "decode"], "these must be given: FILE"),
        (["bagi"], "bagi"),
        (["sync", "--pin"], "tidak dikenal"),
        (["--lang", "jv", "sync"], "pilih"),
    ],
)
def test_wrong_use_is_told_in_the_language_chosen(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = _said(arguments, capsys)
    assert words in said
    if "en" not in arguments:
        assert "usage:" not in said and "error:" not in said


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(
    "command", [[], ["app"], ["sync"], ["export-usb"], ["import-usb"], ["enrol"], ["decode"]]
)
def test_every_command_has_its_help(
    language: str, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command, "--lang", language, "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert ("pemakaian:" if language == "id" else "usage:") in said


def test_what_a_picture_lacks_is_said_in_the_language_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = []
    for language in ("id", "en"):
        out = io.StringIO()
        monkeypatch.setattr(sys, "stdout", out)
        main(["decode", str(tmp_path), "--lang", language])
        said.append(json.loads(out.getvalue())["error"])
    assert "Ini folder" in said[0] and "folder" in said[1] and said[0] != said[1]


def test_without_a_display_the_app_says_what_else_can_be_done() -> None:
    shown = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    bare = {name: value for name, value in os.environ.items() if name not in shown}
    done = subprocess.run(
        [sys.executable, "-m", "desktop.cli"], env=bare, capture_output=True, text=True, check=False
    )
    assert done.returncode == USAGE
    assert done.stderr.count("\n") == 1 and "tidak ada layar" in done.stderr


def test_where_no_pin_can_be_asked_for_it_says_how_to_give_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for stdin in (io.StringIO("135790"), None):
        monkeypatch.setattr(sys, "stdin", stdin)
        assert main(["--folder", str(tmp_path), "sync"]) == USAGE
        said = capsys.readouterr().err
        assert said.count("\n") == 1 and "--pin-stdin" in said

"""The files that make a program out of the checkout say what the checkout is."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SPEC = (ROOT / "build.spec").read_text(encoding="utf-8")


def _constant(name: str) -> Any:
    """What ``build.spec`` sets ``name`` to, where that is a literal."""
    for node in ast.parse(SPEC).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == name:
            return ast.literal_eval(node.value)
    raise AssertionError(f"build.spec has no {name}")


def test_what_is_left_out_by_name_is_there_to_be_left_out() -> None:
    for name in _constant("NOT_IN_THE_FIELD"):
        package, _, start = name.partition(".")
        assert any(path.name.startswith(start) for path in (ROOT / package).iterdir()), name


def test_the_camera_keeps_the_libraries_that_look_unused() -> None:
    dropped, plugins = _constant("NOT_OF_QT"), _constant("PLUGINS")
    for needed in ("libQt6Qml.so.6", "libQt6Quick.so.6", "libQt6FFmpegStub-ssl.so.3"):
        assert not any(name in needed for name in dropped), needed
    assert "ffmpeg" in plugins["multimedia"] and "qjpeg" in plugins["imageformats"]


def test_nothing_is_stripped_or_packed() -> None:
    for node in ast.walk(ast.parse(SPEC)):
        if isinstance(node, ast.keyword) and node.arg in ("strip", "upx"):
            assert ast.literal_eval(node.value) is False


def test_the_version_is_the_programs_own() -> None:
    from models import __version__

    assert "from models import __version__" in SPEC
    assert __version__ not in SPEC, "one place says it"


@pytest.mark.parametrize("name", ["build.spec", "scripts/bundle.py", "scripts/windows_wheels.py"])
def test_the_builders_name_no_host(name: str) -> None:
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")

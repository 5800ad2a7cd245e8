"""The files that make a program out of the checkout say what the checkout is."""

from __future__ import annotations

import ast
import re
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest

from scripts.make_deb import control, dependencies

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


def test_nothing_is_left_out_that_the_app_itself_imports() -> None:
    unused, elsewhere = set(_constant("UNUSED")), tuple(_constant("NOT_IN_THE_FIELD"))
    read = 0
    for room in ("desktop", "sync", "models", "resources"):
        for file in (ROOT / room).rglob("*.py"):
            if not ".".join(file.relative_to(ROOT).with_suffix("").parts).startswith(elsewhere):
                read += 1
                assert not _imports(file) & unused, file
    assert read > 200


def _imports(file: Path) -> set[str]:
    """Every module that ``file`` names in an import, wherever in it, and the packages around it."""
    named = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            named += [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            named += [node.module, *(f"{node.module}.{one.name}" for one in node.names)]
    return {
        ".".join(name.split(".")[: n + 1]) for name in named for n in range(name.count(".") + 1)
    }


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


def test_the_menus_entry_starts_the_command_and_shows_the_icon_of_the_package() -> None:
    entry = ConfigParser(interpolation=None)
    entry.optionxform = str  # type: ignore[assignment]
    entry.read(ROOT / "packaging/linux/ksbb-field.desktop", encoding="utf-8")
    words = entry["Desktop Entry"]
    assert (words["Exec"], words["Icon"], words["Terminal"]) == (_constant("NAME"),) * 2 + (
        "false",
    )
    for told in ("Comment", "GenericName"):
        assert words[told] != words[f"{told}[id]"]


def test_the_package_depends_on_what_setup_prepares_a_machine_with() -> None:
    depends = dependencies()
    assert re.fullmatch(r"libc6 \(>= \d+\.\d+\)", depends[0])
    assert {"libxcb-cursor0", "libpulse0", "libgl1", "tzdata"} <= set(depends)
    # A distribution that moved to 64-bit time calls some by another name.
    assert "libcups2 | libcups2t64" in depends
    assert control(1000).count("Depends: ") == 1 and control(1000).endswith("\n")


def test_the_installer_takes_what_the_spec_makes_and_speaks_both_languages() -> None:
    windows = ROOT / "packaging" / "windows"
    script = (windows / "ksbb-field.iss").read_text(encoding="utf-8")
    name = _constant("NAME")
    assert f"dist\\{name}\\*" in script and f"build\\{name}.ico" in script
    for file in re.findall(r"packaging\\windows\\([\w.-]+\.isl)", script):
        assert (windows / file).is_file()
    own = re.findall(r"^(id|en)\.(\w+)=", script, re.MULTILINE)
    said = {language: {key for one, key in own if one == language} for language in ("id", "en")}
    assert said["id"] == said["en"] == set(re.findall(r"\{cm:(\w+)\}", script))
    messages = re.findall(r"^(\w+)=", (windows / "id.isl").read_text("ascii"), re.MULTILINE)
    assert len(messages) == len(set(messages)) > 40


def test_what_runs_elsewhere_runs_commands_that_there_are() -> None:
    workflow = (ROOT / ".github/workflows/build.yml").read_text(encoding="utf-8")
    for file in re.findall(r"packaging\\[\w.\\-]+", workflow):
        assert (ROOT / file.replace("\\", "/")).is_file()
    for module in re.findall(r"-m (scripts\.\w+)", workflow):
        assert (ROOT / module.replace(".", "/")).with_suffix(".py").is_file()
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"run: make ([a-z-]+)", workflow):
        assert f"\n{target}:" in makefile


@pytest.mark.parametrize(
    "name", ["build.spec", "scripts/bundle.py", "scripts/make_deb.py", "scripts/windows_wheels.py"]
)
def test_the_builders_name_no_host(name: str) -> None:
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")

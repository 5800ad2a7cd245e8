"""The pages for people say what is so: their links, commands, keys and the modules they name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from desktop.views.help_page import KEYS
from models.texts import LANGUAGES, Language, text
from server.cli import main as centre_main

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_is_named_is_there(page: Path) -> None:
    named = r"`((?:desktop|models|resources|scripts|server|sync|tests|views)/[\w/.]+\.\w+)`"
    for name in re.findall(named, page.read_text(encoding="utf-8")):
        below = ROOT / "desktop" if name.startswith("views/") else ROOT
        assert (below / name).exists(), name


def test_every_module_of_the_architecture_is_in_its_room() -> None:
    room, found = "", 0
    for line in (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").splitlines():
        opened = re.match(r"\*\*`(\w+)/`\*\*", line)
        if opened:
            room = opened[1]
        elif line.startswith("## "):
            room = ""
        elif room and line.startswith("|"):
            folders = ["", "field", *re.findall(r"`([a-z_]+)/`", line)]
            for name in re.findall(r"`([a-z_]+)/?`", line):
                places = [ROOT / room / folder / name for folder in folders]
                assert any(p.is_dir() or p.with_suffix(".py").exists() for p in places), name
                found += 1
    assert found > 60


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_readme_names_commands_that_there_are(
    language: Language, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        centre_main(["--lang", language, "--help"])
    centre = capsys.readouterr().out
    commands = (
        "import-roster issue-slips enrol-code devices revoke-device reviews import-parcel serve"
        " backup restore decide audit add-programme add-stage add-package add-point add-volunteer"
        " set-pin catalogue complaints answer-complaint"
        " pledges advance-pledge"
    )
    for command in commands.split():
        assert README.count(command) >= len(LANGUAGES), command
        assert command in centre
    for command in re.findall(r"`ksbb-field (\w+)", README):
        assert text(language, f"cli.field.about_{command}")


def test_the_readme_names_keys_that_the_help_names_too() -> None:
    known = {key for key, _ in KEYS}
    named = set(re.findall(r"\*\*((?:Ctrl\+)?(?:F\d+|Enter|[A-Z]))\*\*", README))
    assert named >= {"Enter", "Ctrl+Enter", "F1", "F5", "F8"}
    assert named <= known


def test_every_make_target_that_is_named_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for page in PAGES:
        assert set(re.findall(r"`make ([a-z-]+)", page.read_text("utf-8"))) <= targets, page
    assert set(re.findall(r"^make ([a-z-]+)", README, re.MULTILINE)) <= targets


def test_the_pictures_are_small_enough_to_load_over_a_phone() -> None:
    for picture in (ROOT / "docs" / "pictures").iterdir():
        assert picture.stat().st_size < 250_000, picture.name

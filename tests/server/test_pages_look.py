"""The pages' words and colours, checked without a browser."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from models.texts import LANGUAGES, catalogue
from server.status import Progress, Validity
from server.web.rendering import STATIC, Pages, icon

TEMPLATES = sorted((STATIC.parent / "templates").rglob("*.html"))
CSS = (STATIC / "centre.css").read_text(encoding="utf-8")
PAIRS = [
    *((ink, ground) for ink in ("text", "muted", "accent") for ground in
      ("background", "surface", "inset")),
    ("text", "hover"),
    ("on-primary", "primary"),
    ("on-primary", "primary-hover"),
    ("on-hero", "hero"),
    *((f"{tone}-ink", f"{tone}-tint") for tone in ("info", "go", "check", "stop")),
    ("stop-ink", "surface"),
    ("check-ink", "surface"),
]  # fmt: skip


def test_every_word_a_template_asks_for_exists() -> None:
    for template in TEMPLATES:
        for key in re.findall(r"say\('([a-z_0-9.]+)'[,)]", template.read_text(encoding="utf-8")):
            assert f"pages.{key}" in catalogue(), (template.name, key)
        for key in re.findall(r"words\('([a-z_0-9.]+)'[,)]", template.read_text(encoding="utf-8")):
            assert key in catalogue(), (template.name, key)
    for key in (*(f"progress.{one}" for one in Progress), *(f"slip.{one}" for one in Validity)):
        assert f"pages.{key}" in catalogue()


def test_both_languages_have_the_same_parts_to_fill_in() -> None:
    for key, words in catalogue().items():
        if key.startswith(("pages.", "office.")):
            parts = [{name for _, name, _, _ in Formatter().parse(words[one])} for one in LANGUAGES]
            assert parts[0] == parts[1], key
            assert all(words[one].strip() for one in LANGUAGES), key


def test_every_template_compiles_and_every_drawing_exists() -> None:
    Pages()
    for template in TEMPLATES:
        for name in re.findall(r"icon\('([a-z-]+)'\)", template.read_text(encoding="utf-8")):
            assert 'aria-hidden="true"' in icon(name)


def _colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))


def _contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_writing_reads_on_its_ground(scheme: str) -> None:
    light = _colours(CSS[CSS.index(":root") : CSS.index("@media")])
    dark = _colours(CSS[CSS.index("prefers-color-scheme") : CSS.index("/* --- ground")])
    assert light.keys() == dark.keys()
    colours = light if scheme == "light" else dark
    for ink, ground in PAIRS:
        assert _contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    assert _contrast(colours["edge"], colours["surface"]) >= 3


def test_the_style_names_no_other_host_and_colours_stand_in_one_place() -> None:
    assert "http" not in CSS and "//" not in CSS.replace("/* ", "").replace(" */", "")
    rules = CSS[CSS.index("/* --- ground") : CSS.index("/* --- paper")]
    assert not re.findall(r"#[0-9a-f]{3,8}\b", rules)

"""Colours that read, sizes that grow, fonts and symbols that are there, tones told apart."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import QApplication

from desktop.theme.fonts import app_font, load_fonts, tabular
from desktop.theme.sizes import SCALES, sizes
from desktop.theme.stylesheet import build_stylesheet
from desktop.theme.tokens import DARK, LIGHT, SHAPE_PAIRS, TEXT_PAIRS, Tokens, contrast
from desktop.theme.tones import wav
from models.verdict import Tone
from resources import resource_path

_ROOMS = pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#FFFFFF", "#FFFFFF") == 1
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@_ROOMS
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_what_is_written_reads(tokens: Tokens, ink: str, ground: str) -> None:
    assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= 4.5


@_ROOMS
@pytest.mark.parametrize(("line", "ground"), SHAPE_PAIRS)
def test_what_is_used_can_be_seen(tokens: Tokens, line: str, ground: str) -> None:
    assert contrast(getattr(tokens, line), getattr(tokens, ground)) >= 3


@_ROOMS
def test_the_style_sheet_knows_no_colour_of_its_own(tokens: Tokens) -> None:
    known = {getattr(tokens, name) for name in Tokens.__slots__}
    sheet = build_stylesheet(tokens, sizes(100))
    assert set(re.findall(r"#[0-9A-Fa-f]{6}\b", sheet)) <= known


def test_text_grows_with_its_scale_and_what_is_small_grows_most() -> None:
    small, usual, large = (sizes(scale) for scale in SCALES)
    for name in ("small", "body", "heading", "name", "figure", "verdict", "control", "icon"):
        assert getattr(small, name) < getattr(usual, name) < getattr(large, name)
    assert large.body == 2 * small.body
    assert large.verdict / small.verdict < large.body / small.body


def test_the_fonts_are_bundled_and_figures_can_be_equally_wide(qapp: QApplication) -> None:
    assert {"Inter", "Inter Display"} <= set(load_fonts())
    metrics = QFontMetricsF(tabular(app_font(32)))
    assert len({metrics.horizontalAdvance(figure) for figure in "0123456789"}) == 1
    # In running text a hyphen must not stand apart from its words.
    hyphen = QFontMetricsF(app_font(32)).horizontalAdvance("-")
    assert hyphen < metrics.horizontalAdvance("0") * 0.75
    assert app_font(32, QFont.Weight.Bold).weight() == QFont.Weight.Bold


@pytest.mark.parametrize("tone", Tone, ids=lambda tone: tone.value)
def test_the_shipped_sounds_are_those_of_the_score(tone: Tone) -> None:
    assert resource_path("sounds", f"{tone.value}.wav").read_bytes() == wav(tone)


def test_the_sounds_differ_by_more_than_pitch() -> None:
    lengths = sorted(len(wav(tone)) for tone in Tone)
    assert all(longer > shorter * 1.05 for shorter, longer in pairwise(lengths))

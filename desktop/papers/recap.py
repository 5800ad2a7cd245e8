"""The daily recap: the day on one or two sheets, as plots that need no colour, and as a table."""

from __future__ import annotations

from typing import Any, BinaryIO

from reportlab.graphics.charts.barcharts import HorizontalBarChart, VerticalBarChart
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import Color, black
from reportlab.platypus import KeepTogether

from desktop.papers.bast import count_grids, stock_grid
from desktop.papers.content import Figures, Recap
from desktop.papers.flow import ROOM, flow
from desktop.papers.wording import Speech
from models.flowing import BODY, HEADING, SMALL, words
from models.texts import Language
from models.typesetting import MM, Weight, printable

_FILL = Color(0.62, 0.62, 0.62)
"""One series a plot, each bar outlined and with its figure beside it."""
_HIGH = 46.0
_BAR = 6.5
_MOST_AREAS = 14
_LABEL = 8.0


def write_recap(target: BinaryIO, recap: Recap, language: Language = "id") -> None:
    """The recap as a PDF."""
    speech = Speech(language)
    flow(target, recap.head, speech, lambda: _story(recap.figures, speech))


def _story(figures: Figures, speech: Speech) -> list[Any]:
    lead = speech.say(
        "recap.summary",
        handed=speech.number(figures.handed),
        households=speech.number(figures.households),
        listed=speech.number(figures.listed),
    )
    story: list[Any] = [words(lead, BODY)]
    if figures.hours:
        busiest = max(figures.hours, key=lambda pair: pair[1])
        peak = speech.say("recap.busiest", hour=f"{busiest[0]:02d}", n=speech.number(busiest[1]))
        story += _plot(speech.say("recap.by_hour"), _columns(figures.hours, speech), peak)
    outcomes = ((speech.say("recap.handed"), figures.handed), *figures.outcomes)
    if figures.voided:
        outcomes = (*outcomes, (speech.say("bast.voided"), figures.voided))
    story += _plot(speech.say("recap.by_outcome"), _bars(outcomes, speech))
    areas, note = _largest(figures.areas, speech)
    if areas:
        story += _plot(speech.say("recap.by_area"), _bars(areas, speech), note)
    story += [words(speech.say("bast.packages"), HEADING), stock_grid(figures.stock, speech)]
    story += count_grids(
        (
            (speech.say("recap.by_area"), figures.areas),
            (speech.say("recap.by_receiver"), figures.receivers),
            (speech.say("bast.volunteers"), figures.volunteers),
            (speech.say("bast.complaints"), figures.complaints),
        ),
        speech,
    )
    return story


def _plot(title: str, drawing: Drawing, note: str = "") -> list[Any]:
    parts: list[Any] = [words(title, HEADING), drawing]
    if note:
        parts.append(words(note, SMALL))
    return [KeepTogether(parts)]


def _columns(hours: tuple[tuple[int, int], ...], speech: Speech) -> Drawing:
    """Hand-overs an hour, from the first to the last."""
    drawing = Drawing(ROOM * MM, _HIGH * MM)
    chart = VerticalBarChart()
    chart.x, chart.y = 10 * MM, 7 * MM
    chart.width, chart.height = (ROOM - 14) * MM, (_HIGH - 14) * MM
    chart.categoryAxis.categoryNames = [f"{hour:02d}" for hour, _ in hours]
    _settle(chart, [count for _, count in hours], speech)
    chart.barLabels.nudge = 6
    chart.barWidth, chart.groupSpacing = 10, 5
    drawing.add(chart)
    return drawing


def _bars(pairs: tuple[tuple[str, int], ...], speech: Speech) -> Drawing:
    """One bar under another, the first on top."""
    high = len(pairs) * _BAR + 4
    drawing = Drawing(ROOM * MM, high * MM)
    chart = HorizontalBarChart()
    chart.x, chart.y = 52 * MM, 2 * MM
    chart.width, chart.height = (ROOM - 70) * MM, (high - 4) * MM
    chart.categoryAxis.categoryNames = [printable(name)[:34] for name, _ in pairs]
    chart.categoryAxis.reverseDirection = 1
    _settle(chart, [count for _, count in pairs], speech)
    chart.barLabels.nudge = 3
    chart.barLabels.boxAnchor = "w"
    chart.barLabels.boxTarget = "hi"
    chart.valueAxis.visibleLabels = 0
    chart.barWidth, chart.groupSpacing = 10, 5
    drawing.add(chart)
    return drawing


def _settle(chart: Any, counts: list[int], speech: Speech) -> None:
    chart.data = [counts]
    chart.bars[0].fillColor = _FILL
    chart.bars[0].strokeColor = black
    chart.bars[0].strokeWidth = 0.6
    chart.valueAxis.valueMin = 0
    chart.valueAxis.valueMax = max(1, *counts) * 1.08
    chart.valueAxis.labelTextFormat = lambda value: speech.number(round(value))
    chart.valueAxis.visibleGrid = 0
    chart.barLabelFormat = lambda value: speech.number(round(value))
    for labels in (chart.barLabels, chart.categoryAxis.labels, chart.valueAxis.labels):
        labels.fontName = Weight.REGULAR.value
        labels.fontSize = _LABEL
    chart.barLabels.fontName = Weight.BOLD.value


def _largest(
    areas: tuple[tuple[str, int], ...], speech: Speech
) -> tuple[tuple[tuple[str, int], ...], str]:
    """The RW with the most hand-overs, and what is said of the others: the table has them all."""
    if len(areas) <= _MOST_AREAS:
        return areas, ""
    largest = sorted(areas, key=lambda pair: (-pair[1], pair[0]))[:_MOST_AREAS]
    left = len(areas) - _MOST_AREAS
    return tuple(largest), speech.say("recap.more_areas", n=speech.number(left))

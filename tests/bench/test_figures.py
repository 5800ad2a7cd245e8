"""What a benchmark prints: figure, floor, ratio, target, and whether the target is kept."""

from __future__ import annotations

import io
from importlib import import_module

import pytest

from bench.__main__ import TOPICS, main
from bench.figures import (
    Figure,
    Table,
    Target,
    at_least_share,
    at_most,
    at_most_times,
    render,
)


@pytest.mark.parametrize(
    ("value", "floor", "target", "verdict"),
    [
        (20.0, None, at_most(20), "ok"),
        (20.1, None, at_most(20), "MISSED"),
        (10.0, 2.0, at_most_times(5), "ok"),
        (10.1, 2.0, at_most_times(5), "MISSED"),
        (50.0, 100.0, at_least_share(0.5), "ok"),
        (49.0, 100.0, at_least_share(0.5), "MISSED"),
        (0.0, None, at_most(0), "ok"),
        (10.0, 2.0, None, ""),
        (None, 2.0, at_most_times(5), "not measured"),
        (10.0, None, at_most_times(5), "not measured"),
    ],
)
def test_a_target_is_kept_up_to_its_limit(
    value: float | None, floor: float | None, target: Target | None, verdict: str
) -> None:
    figure = Figure("x", value, "ms", floor, target)
    assert figure.verdict == verdict
    table = Table("t", "f", [figure])
    assert table.missed() == (verdict == "MISSED")
    assert table.judged() == (verdict in ("ok", "MISSED"))


def test_a_table_stands_in_columns() -> None:
    table = Table(
        "sync: records a second",
        "COPY of the same rows",
        [
            Figure("ingest", 12_345.6, "/s", 20_000.0, at_least_share(0.6)),
            Figure("  slowest", 0.5, "ms", 0.25, at_most_times(1.5)),
            Figure("no server here", None, "ms"),
        ],
        ["note " * 40],
    )
    lines = render(table).splitlines()
    assert lines[:6] == [
        "sync: records a second",
        "  floor: COPY of the same rows",
        "                     figure      floor  ratio   target",
        "  ingest          12,346 /s  20,000 /s   62 %  >= 60 %      ok",
        "    slowest          0.5 ms    0.25 ms  2.00x  <= 1.5x  MISSED",
        "  no server here          -",
    ]
    assert len(lines) > 7
    assert all(line.startswith("  note") and len(line) <= 100 for line in lines[6:])


def test_every_topic_says_what_it_measures_and_can_be_run() -> None:
    out = io.StringIO()
    assert main(["--list"], out) == 0
    listed = out.getvalue().splitlines()
    assert [line.split()[0] for line in listed] == list(TOPICS)
    assert all(len(line.split()) > 3 for line in listed)
    assert all(callable(import_module(f"bench.{name}").run) for name in TOPICS)


def test_a_topic_that_fails_is_an_error_and_a_missed_target_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow = Table("slow", "none", [Figure("x", 2.0, "ms", 1.0, at_most_times(1))])
    monkeypatch.setattr("bench.start.run", lambda _ground: slow)
    out = io.StringIO()
    assert main(["start"], out) == 0
    assert "0 of 1 targets kept, 1 MISSED" in out.getvalue()

    def fails(_ground: object) -> Table:
        raise RuntimeError("no disk")

    monkeypatch.setattr("bench.lookup.run", fails)
    out = io.StringIO()
    assert main(["lookup", "start"], out) == 1
    said = out.getvalue()
    assert "no disk" in said and "1 MISSED" in said, "the others are run all the same"
    assert said.endswith("Not measured: lookup.\n")

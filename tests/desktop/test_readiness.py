"""What the check list before leaving makes of what is known, and where that comes from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from desktop.machine import Battery, _linux_battery
from desktop.readiness import Found, Remembered, Trial, lines
from models.clock import DAY, Anchor
from models.texts import catalogue
from models.verdict import Tone
from tests.support.world import AT

HOUR = 3_600_000
GOOD = Found(
    AT,
    households=800,
    fetched_at=AT - HOUR,
    key_ends=(None,),
    anchor=Anchor(AT - HOUR, 3_000),
    battery=Battery(90, plugged=False),
    free=80_000_000_000,
    backup_at=AT - HOUR,
    remembered=Remembered(AT - HOUR, AT - HOUR, printer_at=AT - HOUR, printer="HP"),
)


_NOTHING = Trial()


def seen(found: Found, name: str, trial: Trial = _NOTHING, camera: bool = True) -> tuple[str, str]:
    line = next(one for one in lines(found, trial, camera) if one.name == name)
    assert f"keeping.before.{name}.{line.case}" in catalogue()
    return ("-" if line.tone is None else line.tone.name.lower()), line.case


def test_a_laptop_in_order_has_nothing_to_put_right() -> None:
    tones = {one.tone for one in lines(GOOD, Trial(printers=("HP",)), has_camera=True)}
    assert tones == {Tone.GO}


@pytest.mark.parametrize(
    ("change", "name", "expected"),
    [
        ({"fetched_at": None}, "roster", ("stop", "never")),
        ({"households": 0}, "roster", ("stop", "never")),
        ({"fetched_at": AT - 2 * DAY}, "roster", ("check", "fetched")),
        ({"fetched_at": AT - 4 * DAY}, "roster", ("stop", "fetched")),
        ({"key_ends": ()}, "keys", ("stop", "none")),
        ({"key_ends": (AT - 1,)}, "keys", ("stop", "none")),
        ({"key_ends": (AT + DAY, AT - DAY)}, "keys", ("check", "until")),
        ({"key_ends": (AT + 30 * DAY,)}, "keys", ("go", "until")),
        ({"anchor": None}, "clock", ("check", "never")),
        ({"anchor": Anchor(AT - HOUR, -10 * 60_000)}, "clock", ("check", "off")),
        ({"anchor": Anchor(AT + 3 * DAY, 0)}, "clock", ("stop", "absurd")),
        ({"unsafe": 3}, "unsafe", ("check", "some")),
        ({"photos": 3}, "photos", ("check", "some")),
        ({"backup_at": None}, "backup", ("check", "none")),
        ({"backup_at": AT - 3 * DAY}, "backup", ("check", "made")),
        ({"backup_at": AT + DAY}, "backup", ("check", "made")),
        ({"battery": None}, "battery", ("-", "none")),
        ({"battery": Battery(20, plugged=True)}, "battery", ("go", "plugged")),
        ({"battery": Battery(45, plugged=False)}, "battery", ("check", "alone")),
        ({"battery": Battery(20, plugged=False)}, "battery", ("stop", "alone")),
        ({"free": None}, "disk", ("check", "unknown")),
        ({"free": 1_000_000_000}, "disk", ("check", "free")),
        ({"free": 100_000_000}, "disk", ("stop", "free")),
        ({"remembered": replace(GOOD.remembered, camera_at=None)}, "camera", ("-", "untried")),
        (
            {"remembered": replace(GOOD.remembered, camera_at=AT - 9 * DAY)},
            "camera",
            ("-", "tried"),
        ),
        ({"remembered": replace(GOOD.remembered, scanner_at=None)}, "scanner", ("-", "untried")),
    ],
)
def test_each_thing_is_judged_by_itself(
    change: dict[str, object], name: str, expected: tuple[str, str]
) -> None:
    found = replace(GOOD, **change)  # type: ignore[arg-type]
    assert seen(found, name) == expected
    open_ = [one for one in lines(found, Trial(printers=("HP",)), True) if one.tone is not Tone.GO]
    assert [one.name for one in open_] == ([name] if expected[0] != "go" else [])


def test_what_is_being_tried_is_told() -> None:
    assert seen(GOOD, "camera", Trial(camera="trying")) == ("-", "trying")
    assert seen(GOOD, "camera", Trial(camera="failed")) == ("check", "failed")
    assert seen(replace(GOOD, remembered=Remembered()), "camera", camera=False) == ("-", "none")
    assert seen(GOOD, "scanner", Trial(scanner="failed")) == ("check", "failed")


@pytest.mark.parametrize(
    ("trial", "expected"),
    [
        (Trial(), ("-", "asking")),
        (Trial(printers=()), ("-", "none")),
        (Trial(printers=("HP", "EPSON")), ("go", "tried")),
        (Trial(printers=("EPSON", "HP")), ("-", "untried")),
        (Trial(printers=("EPSON", "HP"), chosen_printer="HP"), ("go", "tried")),
        (Trial(printers=("HP",), chosen_printer="EPSON"), ("check", "gone")),
        (Trial(printers=("HP",), printer="trying"), ("-", "trying")),
        (Trial(printers=("HP",), printer="failed"), ("check", "failed")),
    ],
)
def test_a_printer_counts_as_tried_by_the_page_that_this_one_took(
    trial: Trial, expected: tuple[str, str]
) -> None:
    assert seen(GOOD, "printer", trial) == expected
    untried = Remembered(AT, AT, printer_at=AT - 9 * DAY, printer="HP")
    old = seen(replace(GOOD, remembered=untried), "printer", Trial(printers=("HP",)))
    assert old == ("-", "tried")


def test_every_thing_says_what_to_do() -> None:
    for line in lines(GOOD, _NOTHING, has_camera=True):
        for leaf in ("title", "todo"):
            assert f"keeping.before.{line.name}.{leaf}" in catalogue()


# --- the machine ---------------------------------------------------------------------------------


def supply(folder: Path, name: str, **files: str) -> None:
    place = folder / name
    place.mkdir()
    for file, words in files.items():
        (place / file).write_text(f"{words}\n")


def test_a_laptops_battery_is_read_and_a_mouses_is_not(tmp_path: Path) -> None:
    supply(tmp_path, "BAT0", type="Battery", capacity="55", status="Discharging")
    supply(tmp_path, "AC", type="Mains", online="0")
    supply(tmp_path, "hidpp_0", type="Battery", scope="Device", capacity="95")
    assert _linux_battery(tmp_path) == Battery(55, plugged=False)
    (tmp_path / "AC/online").write_text("1\n")
    assert _linux_battery(tmp_path) == Battery(55, plugged=True)


def test_a_machine_without_a_battery_or_with_a_silent_one_has_none(tmp_path: Path) -> None:
    assert _linux_battery(tmp_path / "none") is None
    supply(tmp_path, "AC", type="Mains", online="1")
    supply(tmp_path, "BAT0", type="Battery", capacity="?")
    assert _linux_battery(tmp_path) is None

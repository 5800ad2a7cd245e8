"""Preferences survive a restart, and no file however broken keeps the app from starting."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.settings import NO_CAMERA, PHOTO_LIMITS, Settings, load_settings, save_settings
from desktop.theme.sizes import SCALES
from desktop.theme.tokens import Room
from models.texts import LANGUAGES

CHOSEN = Settings(
    "en",
    Room.DARK,
    150,
    'usb-046d:0825 "C270"\n',
    False,
    False,
    "hub",
    100,
    "/media/kartu",
    printer="EPSON L3210 (lantai 2)",
)

any_settings = st.builds(
    Settings,
    st.sampled_from(LANGUAGES),
    st.sampled_from(Room),
    st.sampled_from(SCALES),
    st.text(max_size=60),
    st.booleans(),
    st.booleans(),
    st.text(max_size=60),
    st.sampled_from(PHOTO_LIMITS),
    st.text(max_size=60),
    printer=st.text(max_size=60),
)


@given(chosen=any_settings)
def test_what_is_saved_is_what_is_loaded(
    chosen: Settings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("settings") / "settings.json"
    assert save_settings(path, chosen)
    assert load_settings(path) == chosen


def test_a_first_start_is_in_indonesian_with_everything_on(tmp_path: Path) -> None:
    first = load_settings(tmp_path / "settings.json")
    assert first == Settings(
        language="id", room=Room.AUTO, scale=100, camera="", sound=True, automatic=True
    )


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00" * 100, b"{", b"[1, 2]", b'"id"', b"\xff\xfe{", b"[" * 60_000, b"7" * 200_000],
    ids=["empty", "zeros", "cut off", "a list", "a string", "not utf-8", "too deep", "too long"],
)
def test_a_damaged_file_counts_as_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    assert load_settings(path) == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("language", "fr"),
        ("photo_limit", 7),
        ("photo_limit", True),
        ("photo_limit", "20"),
        ("photo_days", 0),
        ("photo_days", True),
        ("photo_days", None),
        ("language", ["id"]),
        ("room", "purple"),
        ("room", {}),
        ("scale", 120),
        ("scale", True),
        ("scale", "150"),
        ("camera", 3),
        ("camera", "x" * 5000),
        ("printer", 3),
        ("printer", "x" * 5000),
        ("sound", "yes"),
        ("automatic", 1),
        ("point", None),
        ("point", "1" * 5000),
    ],
)
def test_one_senseless_value_does_not_cost_the_others(
    tmp_path: Path, name: str, value: object
) -> None:
    path = tmp_path / "settings.json"
    save_settings(path, CHOSEN)
    plain = json.loads(path.read_bytes()) | {name: value, "unheard of": 1}
    path.write_text(json.dumps(plain), encoding="utf-8")
    loaded = load_settings(path)
    assert getattr(loaded, name) == getattr(Settings(), name)
    for other in {"language", "room", "scale", "camera", "sound", "automatic", "point"} - {name}:
        assert getattr(loaded, other) == getattr(CHOSEN, other)


def test_a_folder_in_its_place_is_told_and_stops_nothing(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.mkdir()
    assert load_settings(path) == Settings()
    assert not save_settings(path, CHOSEN)
    assert path.is_dir()


def test_a_disk_that_takes_nothing_leaves_the_old_settings(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    save_settings(path, CHOSEN)
    (tmp_path / "settings.json.new").mkdir()  # the draft cannot be written
    assert not save_settings(path, Settings(camera=NO_CAMERA))
    assert load_settings(path) == CHOSEN


def test_the_folder_is_made_and_nothing_else_is_left_in_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "settings.json"
    assert save_settings(path, CHOSEN)
    assert [one.name for one in path.parent.iterdir()] == ["settings.json"]

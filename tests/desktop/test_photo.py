"""The photo simulator: the same photo for the same seed, and each trouble when asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PIL import Image, ImageChops, ImageStat

from desktop.photo import Shot, everyday_shot, photograph
from tests.desktop.scan.printed import code_print

SHOT = Shot(width=320, height=240, share=0.6)


def test_the_same_seed_gives_the_same_photo_and_another_one_another() -> None:
    clean = code_print("A")
    shot = replace(everyday_shot(1), width=320, height=240)
    first, again, other = (photograph(clean, shot, seed) for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes() != other.tobytes()
    assert everyday_shot(3) == everyday_shot(3) != everyday_shot(4)


@pytest.mark.parametrize(
    ("mode", "wanted"), [("L", "L"), ("RGB", "RGB"), ("1", "RGB"), ("P", "RGB")]
)
def test_grey_stays_grey_and_everything_else_becomes_colour(mode: str, wanted: str) -> None:
    photo = photograph(code_print("A").convert(mode), SHOT, 1)
    assert (photo.mode, photo.size) == (wanted, (320, 240))


@pytest.mark.parametrize(
    "trouble",
    [
        {"tilt": 0.5}, {"turn": 20.0}, {"curl": 0.5}, {"defocus": 2.0}, {"motion": 6.0},
        {"noise": 12.0}, {"light": 0.4}, {"contrast": 0.3}, {"gradient": 0.7}, {"shadow": 0.7},
        {"glare": 0.7}, {"crease": 0.1}, {"smear": 0.2}, {"cover": 0.3}, {"inverted": True},
    ],
    ids=lambda trouble: next(iter(trouble)),
)  # fmt: skip
def test_each_trouble_shows(trouble: dict[str, float]) -> None:
    clean = code_print("A" * 60)
    plain = photograph(clean, SHOT, 1)
    troubled = photograph(clean, replace(SHOT, **trouble), 1)  # type: ignore[arg-type]
    assert ImageStat.Stat(ImageChops.difference(plain, troubled)).mean[0] > 0.5


def test_a_tiny_and_a_huge_original_make_the_same_kind_of_photo() -> None:
    for size in ((30, 30), (3000, 3000)):
        clean = code_print("A").resize(size, Image.Resampling.NEAREST)
        assert photograph(clean, SHOT, 1).size == (320, 240)

"""The PIN: what may be one, and the key made of it."""

from __future__ import annotations

import pytest

from models.pin import (
    PIN_PARAMS,
    PinError,
    PinParams,
    PinProblem,
    check_pin,
    derive_pin_key,
    new_salt,
)
from models.texts import LANGUAGES, text

SALT = bytes(range(16))


def test_six_digits_are_a_pin_however_they_are_spaced() -> None:
    assert check_pin("012345") == "012345"
    assert check_pin(" 012 345\n") == "012345"


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", PinProblem.LENGTH),
        ("12345", PinProblem.LENGTH),
        ("1234567", PinProblem.LENGTH),
        ("12345a", PinProblem.NOT_DIGITS),
        ("١٢٣٤٥٦", PinProblem.NOT_DIGITS),
        ("12-456", PinProblem.NOT_DIGITS),
    ],
)
def test_anything_else_is_told_why_without_repeating_it(typed: str, problem: PinProblem) -> None:
    with pytest.raises(PinError) as caught:
        check_pin(typed)
    assert caught.value.problem is problem
    assert not typed or typed not in str(caught.value)
    for language in LANGUAGES:
        assert text(language, f"pin.{problem}")


def test_the_key_is_the_same_at_both_ends_for_ever() -> None:
    assert derive_pin_key("402817", SALT).hex() == (
        "c735337cf5b2200e9d6bf625b7829eba8bb32109732845e4632e78a52d2bf6c6"
    )


def test_pin_salt_and_costs_all_change_the_key() -> None:
    cheap = PinParams(memory_kib=8, passes=1)
    keys = {
        derive_pin_key("402817", SALT, cheap),
        derive_pin_key("402818", SALT, cheap),
        derive_pin_key("402817", new_salt(), cheap),
        derive_pin_key("402817", SALT, PinParams(memory_kib=16, passes=1)),
        derive_pin_key("402817", SALT, PinParams(memory_kib=8, passes=2)),
    }
    assert len(keys) == 5
    assert {len(key) for key in keys} == {32}


def test_a_salt_of_another_length_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        derive_pin_key("402817", b"short")


@pytest.mark.parametrize(
    "costs", [(4 * 1024 * 1024, 3, 1), (65536, 0, 1), (65536, 3, 64), (0, 1, 1)]
)
def test_costs_that_would_stop_the_machine_are_refused(costs: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="bounds"):
        PinParams(*costs)


def test_new_pins_cost_what_was_decided() -> None:
    assert PinParams(memory_kib=65536, passes=3, lanes=1) == PIN_PARAMS

"""The same code once while it stays, a different one at once."""

from __future__ import annotations

from desktop.scan.debounce import SAME_CODE_SECONDS, Debounce


class Watch:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_same_code_passes_again_only_after_it_was_away() -> None:
    watch = Watch()
    debounce = Debounce(watch)
    assert debounce.passes("A")
    for _ in range(100):
        watch.now += 0.1
        assert not debounce.passes("A")
    watch.now += SAME_CODE_SECONDS
    assert debounce.passes("A")


def test_a_different_code_passes_at_once_and_two_side_by_side_take_no_turns() -> None:
    watch = Watch()
    debounce = Debounce(watch)
    seen = []
    for _ in range(50):
        for code in ("A", "B"):
            if debounce.passes(code):
                seen.append(code)
        watch.now += 0.05
    assert seen == ["A", "B"]


def test_what_is_forgotten_passes_again() -> None:
    debounce = Debounce(Watch())
    assert debounce.passes("A") and not debounce.passes("A")
    debounce.forget()
    assert debounce.passes("A")

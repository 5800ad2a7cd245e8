"""The rhythm of keys: a scanner's are held to the end, a person's let go in order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop.scan.keystrokes import FEWEST_KEYS, QUICK_MS, Burst, Settle, Stroke, Take


class Desk:
    """Plays keys and notes what comes out: typed letters, scans and Enters, in order."""

    def __init__(self) -> None:
        self.burst = Burst()
        self.out: list[str] = []
        self._held: list[str] = []
        self.at = 0.0

    def key(self, gap: float, letter: str, stroke: Stroke = Stroke.CHARACTER) -> None:
        self.at += gap
        order = self.burst.press(stroke, letter, self.at)
        self._settle(order.before, order.scanned)
        if order.take is Take.PASS:
            self.out.append(letter)
        elif order.take is Take.HOLD:
            self._held.append(letter)
        if order.after is not Settle.KEEP:
            self._settle(order.after, order.scanned)

    def type(self, gap: float, text: str) -> None:
        for letter in text:
            self.key(gap, letter)

    def enter(self, gap: float) -> None:
        self.key(gap, "\n", Stroke.END)

    def rest(self) -> list[str]:
        self._settle(*self.burst.idle(float("inf")))
        return self.out

    def _settle(self, settle: Settle, scanned: str) -> None:
        if settle is Settle.RELEASE:
            self.out += self._held
        elif settle is Settle.FINISH:
            self.out.append(f"<{scanned}>")
        if settle is not Settle.KEEP:
            self._held.clear()


def test_a_scan_with_enter_is_one_text_and_nothing_else_comes_through() -> None:
    desk = Desk()
    desk.type(8, "48210937745")
    desk.enter(8)
    assert desk.rest() == ["<48210937745>"]


def test_a_scan_without_enter_ends_by_a_pause() -> None:
    desk = Desk()
    desk.type(8, "48210937745")
    assert desk.rest() == ["<48210937745>"]


def test_a_second_enter_right_after_a_scan_confirms_nothing() -> None:
    desk = Desk()
    desk.type(4, "48210937745")
    desk.enter(4)
    desk.enter(4)
    desk.enter(400)
    assert desk.rest() == ["<48210937745>", "\n"]


def test_an_enter_that_comes_late_still_belongs_to_the_scan() -> None:
    desk = Desk()
    desk.type(4, "48210937745")
    desk.enter(200)
    assert desk.rest() == ["<48210937745>"]


def test_a_person_types_letter_by_letter_and_presses_enter() -> None:
    desk = Desk()
    desk.type(90, "Siti")
    desk.enter(120)
    assert desk.rest() == [*"Siti", "\n"]


def test_a_fast_pair_of_letters_and_a_rolled_enter_are_a_persons() -> None:
    desk = Desk()
    desk.key(100, "e")
    desk.key(20, "r")
    desk.enter(15)
    assert desk.rest() == ["e", "r", "\n"]


def test_an_arrow_key_lets_what_is_held_go_before_it() -> None:
    desk = Desk()
    desk.key(100, "7")
    desk.key(10, "<-", Stroke.OTHER)
    assert desk.rest() == ["7", "<-"]


def test_a_scan_right_after_typing_leaves_what_was_typed() -> None:
    desk = Desk()
    desk.type(90, "31")
    desk.type(200, "4")
    desk.at += 200
    desk.type(6, "ABCDEFGH")
    desk.enter(6)
    assert desk.rest() == ["3", "1", "4", "<ABCDEFGH>"]


def test_two_scans_in_a_row_are_two_texts() -> None:
    desk = Desk()
    desk.type(5, "ABCDEF")
    desk.enter(5)
    desk.at += 300
    desk.type(5, "GHIJKL")
    desk.at += 300
    desk.type(5, "MNOPQR")
    assert desk.rest() == ["<ABCDEF>", "<GHIJKL>", "<MNOPQR>"]


def test_a_scanner_may_stutter_once_it_is_recognised() -> None:
    desk = Desk()
    desk.type(10, "ABCDEFGH")
    desk.type(90, "IJ")
    desk.enter(90)
    assert desk.rest() == ["<ABCDEFGHIJ>"]


@given(st.lists(st.tuples(st.floats(0, 400), st.sampled_from("abc123\n")), max_size=40))
def test_no_letter_is_ever_lost_or_doubled_or_out_of_order(keys: list[tuple[float, str]]) -> None:
    desk = Desk()
    for gap, letter in keys:
        if letter == "\n":
            desk.enter(gap)
        else:
            desk.key(gap, letter)
    out = "".join(part.strip("<>") for part in desk.rest())
    typed = "".join(letter for _, letter in keys)
    assert out.replace("\n", "") == typed.replace("\n", "")


@given(st.lists(st.floats(QUICK_MS + 1, 2000), max_size=30))
def test_whoever_types_slower_than_a_scanner_is_never_taken_for_one(gaps: list[float]) -> None:
    desk = Desk()
    for gap in gaps:
        desk.key(gap, "x")
        desk.enter(gap)
    assert "".join(desk.rest()) == "x\n" * len(gaps)


@given(st.integers(FEWEST_KEYS, 400), st.floats(0, QUICK_MS))
def test_whatever_types_as_fast_as_a_scanner_is_one(length: int, gap: float) -> None:
    desk = Desk()
    desk.type(gap, "z" * length)
    desk.enter(gap)
    assert desk.rest() == ["<" + "z" * length + ">"]

"""Whatever a slip has to say, it is legible, in its place, and never over anything else."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.clock import JAKARTA
from models.qr import code_matrix, rectangles
from models.texts import LANGUAGES, Language
from models.typesetting import MM, Piece, Weight, line_width, printable, shorten, wrap
from server.slips.card import Card, CardLine, CardStage, area_words, contents_words
from server.slips.form import EIGHT, FORMS, PAD, SMALLEST, TEN, WIDTH, Form
from server.slips.layout import Layout, Rule, Text, lay_out, quiet_zone
from server.slips.period import period_words
from tests.support.printed import sample_card

Box = tuple[float, float, float, float]

each_form = pytest.mark.parametrize("form", FORMS.values(), ids=map(str, FORMS))

SEMBAKO = CardLine(
    1,
    "Paket sembako",
    "5 kg beras, 2 l minyak goreng, 1 kg tepung terigu, 1 kg gula pasir, 2 kaleng sarden",
)
LONG = replace(
    sample_card(),
    name="Raden Ajeng Siti Nurhaliza Kusumaningtyas Wijayakusuma binti Abdurrahman Wahid",
    area="RT 012 / RW 014, Kebayoran Lama Utara Seberang Rel",
    stages=tuple(
        CardStage(
            f"Tahap {number} tahun anggaran 2026 gelombang kedua",
            (CardLine(12, "Paket sembako lengkap untuk keluarga besar", "5 kg beras " * 20),),
        )
        for number in range(1, 5)
    ),
    point="Rumah Susun Sederhana Sewa Cipinang Besar Selatan, Blok C, lantai dasar",
    address="Jl. Jenderal Basuki Rachmat Gang Kenanga 3 No. 115, di belakang masjid " * 3,
    period=(
        "Sabtu, 26 September 2026 pukul 08.00",
        "sampai Jumat, 30 Oktober 2026 pukul 15.00 WIB",
    ),
)
CARDS = {
    "plain": sample_card(),
    "one long word": replace(sample_card(), name="Wolfeschlegelsteinhausenbergerdorff" * 3),
    "no address": replace(sample_card(), address=""),
    "nothing known of the place": replace(sample_card(), address="", area="", point="#7"),
    "two of one stage": replace(
        sample_card(),
        stages=(CardStage("Tahap 1", (SEMBAKO, CardLine(2, "Makanan siap saji", "nasi"))),),
    ),
    "four of two stages": replace(
        sample_card(),
        stages=(CardStage("Tahap 1", (SEMBAKO,) * 2), CardStage("Tahap 2", (SEMBAKO,) * 2)),
    ),
    "everything too long": LONG,
}


def box(text: Text) -> Box:
    """Left, top, right, bottom of a line of text, from its capitals to its descenders."""
    size = text.size / MM
    right = text.x + line_width(text.line, text.size)
    return text.x, text.y - 0.73 * size, right, text.y + 0.21 * size


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes share more than an edge (0.01 mm)."""
    slack = 0.01
    return (
        one[0] < other[2] - slack
        and other[0] < one[2] - slack
        and one[1] < other[3] - slack
        and other[1] < one[3] - slack
    )


def thick_line(rule: Rule) -> Box:
    """The box of a level or upright line."""
    half = rule.thick / 2
    if rule.x1 == rule.x2:
        return rule.x1 - half, rule.y1, rule.x2 + half, rule.y2
    return rule.x1, rule.y1 - half, rule.x2, rule.y2 + half


def words_of(layout: Layout) -> str:
    """All that is printed, line by line."""
    lines = ("".join(piece.text for piece in text.line) for text in layout.texts)
    return "\n".join(lines).replace("\u00a0", " ")


def assert_sound(layout: Layout, form: Form) -> None:
    """Nothing overlaps, leaves the slip, comes near the code, or is too small."""
    boxes = [box(text) for text in layout.texts]
    quiet = quiet_zone(layout)
    code = (
        layout.code_x - quiet,
        layout.code_y - quiet,
        layout.code_x + layout.code_side + quiet,
        layout.code_y + layout.code_side + quiet,
    )
    lines = [thick_line(rule) for rule in layout.rules]
    for one, other in itertools.combinations([*boxes, *lines], 2):
        assert not overlap(one, other), (one, other, words_of(layout))
    for one in [*boxes, *lines]:
        assert not overlap(one, code)
        assert one[0] >= PAD - 0.01 and one[2] <= WIDTH - PAD + 0.01
        assert one[1] >= 3.5 and one[3] <= form.height - 2.5
    assert all(text.size >= SMALLEST for text in layout.texts)
    assert all(rule.thick >= 0.25 for rule in layout.rules)


@each_form
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS.keys())
def test_nothing_overlaps_or_is_too_small(card: Card, language: Language, form: Form) -> None:
    assert_sound(lay_out(card, language, form), form)


@given(
    name=st.text(max_size=90),
    point=st.text(max_size=90),
    address=st.text(max_size=200),
    stage=st.text(max_size=60),
    package=st.text(max_size=60),
    contents=st.text(max_size=200),
    lines=st.integers(1, 4),
    stages=st.booleans(),
    form=st.sampled_from([EIGHT, TEN]),
)
@settings(max_examples=60, deadline=None)
def test_nothing_overlaps_whatever_is_written(
    name: str,
    point: str,
    address: str,
    stage: str,
    package: str,
    contents: str,
    lines: int,
    stages: bool,
    form: Form,
) -> None:
    line = CardLine(99, package, contents)
    due = (
        tuple(CardStage(stage, (line,)) for _ in range(lines))
        if stages
        else (CardStage(stage, (line,) * lines),)
    )
    card = replace(LONG, name=name, point=point, address=address, stages=due)
    assert_sound(lay_out(card, form=form), form)


@each_form
def test_an_ordinary_slip_says_everything(form: Form) -> None:
    said = " ".join(words_of(lay_out(sample_card(), form=form)).split())
    for part in (
        "Undangan KSBB · Tahap 1",
        "Siti Aminah",
        "RT 007 / RW 003, Gambir",
        "KK 3171********0005",
        "1 × Paket sembako",
        "5 kg beras, 2 l minyak goreng",
        "Ambil di Kantor Kelurahan Gambir",
        "Jl. Kramat Raya 5",
        "Sabtu, 6 Juni 2026 pukul 08.00–15.00 WIB",
        "4821 093 7745",
        "Bawa undangan ini dan KK/KTP asli.",
        "Undangan ini gratis; laporkan bila diminta uang.",
    ):
        assert part in said
    assert "…" not in said
    assert ("Nomor undangan" in said) is (form is EIGHT)


@each_form
def test_four_lines_are_all_named(form: Form) -> None:
    said = words_of(lay_out(CARDS["four of two stages"], form=form))
    assert said.count("1 × Paket sembako") == 4
    assert "Tahap 1" in said and "Tahap 2" in said


@each_form
def test_a_name_that_is_too_long_is_set_smaller_before_it_is_cut(form: Form) -> None:
    name = "Muhammad Zulkarnain Hadiningrat Kusumaningtyas"
    layout = lay_out(replace(sample_card(), name=name), form=form)
    assert name in words_of(layout).replace("\n", " ")


@each_form
def test_the_days_are_never_cut(form: Form) -> None:
    for card in CARDS.values():
        said = " ".join(words_of(lay_out(card, form=form)).split())
        assert " ".join(card.period).replace("\u00a0", " ") in said


@pytest.mark.parametrize(("form", "module"), [(EIGHT, 0.65), (TEN, 0.57)], ids=["8", "10"])
def test_the_code_is_large_and_off_the_fold(form: Form, module: float) -> None:
    layout = lay_out(sample_card(), form=form)
    assert layout.code_side >= 30
    assert layout.code_side / len(layout.code) >= module
    assert layout.code_x - quiet_zone(layout) > form.fold
    assert layout.code_x - quiet_zone(layout) > WIDTH / 2  # where it folds if nobody looks
    assert layout.code_x + layout.code_side + quiet_zone(layout) <= WIDTH
    assert layout.code_y - quiet_zone(layout) >= 0


def test_rectangles_cover_the_dark_modules_once() -> None:
    matrix = code_matrix(sample_card().code)
    covered = [[0] * len(matrix) for _ in matrix]
    for x, y, wide, high in rectangles(matrix):
        for row, column in itertools.product(range(y, y + high), range(x, x + wide)):
            covered[row][column] += 1
    assert covered == [[int(dark) for dark in row] for row in matrix]
    assert len(rectangles(matrix)) < sum(map(sum, matrix)) / 2


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("  Siti \t\n Aminah ", "Siti Aminah"),
        ("5\u00a0kg  beras", "5\u00a0kg beras"),
        ("Nguyễn Thị", "Nguyen Thi"),
        ("Müller-Ångström", "Müller-Ångström"),
        ("Siti\u0000\u200b Aminah\u0301", "Siti\u200b Aminah"),
        ("王 Wei", "? Wei"),
        ("", ""),
    ],
)
def test_letters_the_font_lacks_lose_their_marks(written: str, printed: str) -> None:
    assert printable(written) == printed


def test_text_breaks_at_spaces_and_long_words_anywhere() -> None:
    lines = wrap((Piece("Ambil di"), Piece("Kantor Kelurahan", Weight.BOLD)), 10, 25)
    assert ["".join(piece.text for piece in line) for line in lines] == [
        "Ambil di",
        "Kantor",
        "Kelurahan",
    ]
    pieces = wrap((Piece("x" * 100),), 10, 20)
    assert "".join(line[0].text for line in pieces) == "x" * 100
    assert all(line_width(line, 10) <= 20 for line in pieces)


def test_a_list_is_cut_between_its_items() -> None:
    assert shorten((Piece("5 kg beras, 2 l minyak goreng, 1 kg gula"),), 10, 60) == (
        Piece("5 kg beras, 2 l minyak goreng…"),
    )
    assert shorten((Piece("Kusumaningtyas"),), 10, 15)[0].text.startswith("Kusu")


def ms(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    """A time in Jakarta as ms since 1970."""
    at = datetime(year, month, day, hour, minute, second, tzinfo=JAKARTA)
    return int(at.timestamp() * 1000)


@pytest.mark.parametrize(
    ("begins", "ends", "said"),
    [
        (ms(2026, 6, 6, 8), ms(2026, 6, 6, 15), "Sabtu, 6 Juni 2026|pukul 08.00–15.00 WIB"),
        (ms(2026, 6, 6), ms(2026, 6, 7), "Sabtu, 6 Juni 2026"),
        (ms(2026, 6, 6), ms(2026, 6, 6, 23, 59, 59), "Sabtu, 6 Juni 2026"),
        (ms(2026, 6, 6), ms(2026, 6, 13), "Sabtu, 6 Juni 2026|sampai Jumat, 12 Juni 2026"),
        (ms(2026, 6, 6, 8), ms(2026, 6, 7), "Sabtu, 6 Juni 2026|pukul 08.00–24.00 WIB"),
        (
            ms(2026, 12, 31, 8, 30),
            ms(2027, 1, 2, 15, 5),
            "Kamis, 31 Desember 2026 pukul 08.30|sampai Sabtu, 2 Januari 2027 pukul 15.05 WIB",
        ),
    ],
)
def test_a_period_is_said_in_words(begins: int, ends: int, said: str) -> None:
    assert "|".join(period_words("id", begins, ends)).replace("\u00a0", " ") == said
    assert period_words("en", begins, ends)


def test_an_area_leaves_out_what_is_not_known() -> None:
    assert area_words("id", "31.71.01.1001", 3, 7) == "RT 007 / RW 003, Gambir"
    assert area_words("id", "31.71.01.1001", 3, 0) == "RW 003, Gambir"
    assert area_words("id", "31.71.01.1001", 0, 7) == "RT 007, Gambir"
    assert area_words("id", "32.75.01.1001", 0, 0) == "32.75.01.1001"


def test_contents_without_amount_or_unit_are_said_plainly() -> None:
    contents: list[dict[str, Any]] = [
        {"item": "beras", "quantity": 5, "unit": "kg"},
        {"item": "telur", "quantity": 10, "unit": ""},
        {"item": "sabun"},
        {},
    ]
    assert contents_words(contents) == "5\u00a0kg beras, 10 telur, sabun"

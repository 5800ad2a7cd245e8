"""What comes out of the printer can be read and verified, and its code tells nobody's KK."""

from __future__ import annotations

import base64
import re
import stat
import subprocess
import sys
import zlib
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageDraw
from sqlalchemy import Connection, Engine, select, text

from models.decide import Slip
from models.numbers import format_slip_number
from models.slip import read_slip, slip_key_id
from models.slip_text import from_text
from models.texts import LANGUAGES, Language
from server.keys import Keys
from server.personal import CannotDecrypt
from server.slips.card import Bundle, Card, Cards, Selection
from server.slips.form import EIGHT, FORMS, TEN, Form
from server.slips.issue import issue_slips, revoke_slip, slip_lines
from server.slips.picture import draw_picture, save_picture
from server.slips.printing import print_slips
from server.slips.sheet import SheetWriter
from server.tables import Slip as SlipRow
from server.tables import table
from tests.support.printed import KK, NOW, POINT, VALID_FROM, VALID_UNTIL, Place, place_with

KEYS = Keys.generate()
ADDRESS = "https://ksbb.example.id"
ALL = Selection(POINT, (1, 2), NOW)
NAMES = ("Wati", "Ani", "Budi", "Siti Nurhaliza Kusumaningtyas Wijayakusuma", "Ode", "Umar")


@pytest.fixture
def place(engine: Engine) -> Iterator[Place]:
    """Eleven households with slips: 9 in RW 3 (RT 7 and 2), 2 in RW 12; one with four lines."""
    with engine.begin() as connection:
        place = place_with(connection, KEYS)
        for number in range(1, 12):
            due = [(1, 1, 1)] if number != 4 else [(1, 1, 1), (1, 2, 2), (2, 1, 1), (2, 3, 1)]
            rw = 3 if number < 10 else 12
            rt = 2 if number % 2 else 7
            place.household(number, due=due, name=NAMES[number % len(NAMES)], rw=rw, rt=rt)
        issue(connection)
        yield place


def issue(connection: Connection) -> None:
    """Issue what is missing in both stages."""
    issue_slips(
        connection,
        KEYS,
        point=POINT,
        stages=[1, 2],
        now=NOW,
        valid_from=VALID_FROM,
        valid_until=VALID_UNTIL,
    )


def bundles(place: Place, selection: Selection = ALL, form: Form = EIGHT) -> list[Bundle]:
    """What would be printed."""
    return list(Cards(place.connection, KEYS, ADDRESS).bundles(selection, form.a_sheet))


def all_cards(place: Place, selection: Selection = ALL) -> list[Card]:
    """The cards of every bundle in order."""
    return [card for bundle in bundles(place, selection) for card in bundle.cards]


def read(image: Image.Image) -> list[str]:
    """The texts of the codes in a picture, sorted."""
    found = zxingcpp.read_barcodes(
        image, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)
    )
    return sorted(one.text for one in found)


def pages(pdf: bytes) -> list[str]:
    """What is drawn on each page of one of our PDFs, as PDF operators."""
    streams = re.findall(rb"/ASCII85Decode.*?stream\s(.*?)endstream", pdf, re.S)
    drawn = (
        zlib.decompress(base64.a85decode(found.strip().removesuffix(b"~>"))) for found in streams
    )
    return [page.decode("latin-1") for page in drawn if b" re " in page]


def codes_drawn(page: str) -> list[Image.Image]:
    """Each code on a page, drawn anew from the rectangles in the PDF at 4 px a module."""
    images = []
    for path in re.findall(r"cm ((?:\d+ \d+ \d+ \d+ re )+)f Q", page):
        image = Image.new("L", (300, 300), 255)
        draw = ImageDraw.Draw(image)
        for rectangle in re.findall(r"(\d+) (\d+) (\d+) (\d+) re", path):
            x, y, wide, high = (4 * int(number) for number in rectangle)
            draw.rectangle((x + 16, y + 16, x + wide + 15, y + high + 15), 0)
        images.append(image)
    return images


def sheets(*printed: Bundle, form: Form = EIGHT, language: Language = "id") -> bytes:
    """``printed`` as one PDF."""
    target = BytesIO()
    point = "Kantor Kelurahan Gambir"
    writer = SheetWriter(target, point, "Tahap 1, Tahap 2", language, form=form)
    for bundle in printed:
        writer.add(bundle)
    writer.close()
    return target.getvalue()


def test_every_picture_decodes_to_a_slip_that_verifies(place: Place) -> None:
    keys = {slip_key_id(KEYS.slip.key_id): KEYS.slip.public_key}
    issued = {
        row.number: Slip(
            row.number,
            row.household,
            row.point,
            slip_lines(row.lines),
            row.valid_from,
            row.valid_until,
        )
        for row in place.connection.execute(select(table(SlipRow)))
    }
    seen = set()
    for card in all_cards(place):
        texts = read(draw_picture(card))
        assert texts == [card.code]
        signed = from_text(texts[0])
        assert signed is not None
        slip = read_slip(signed, keys)
        assert issued[slip.number] == slip
        assert format_slip_number(slip.number) == card.number
        seen.add(slip.number)
    assert seen == issued.keys()


def test_every_code_in_the_pdf_decodes(place: Place) -> None:
    printed = bundles(place)
    drawn = pages(sheets(*printed))
    assert [len(codes_drawn(page)) for page in drawn] == [8, 1, 2]
    texts = [read(image) for page in drawn for image in codes_drawn(page)]
    assert texts == [[card.code] for bundle in printed for card in bundle.cards]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", FORMS.values(), ids=map(str, FORMS))
@pytest.mark.parametrize("dpi", [110, 150, 300])
def test_a_rendered_page_shows_every_code(
    place: Place, tmp_path: Path, dpi: int, form: Form, language: Language
) -> None:
    pdf = tmp_path / "sheet.pdf"
    # The longest of everything in each slip, so that a crowded one is read as well.
    name, point = "Siti Nurhaliza Kusumaningtyas " * 3, "Rumah Susun Sewa " * 5
    one = replace(bundles(place)[0], all_sheets=1)
    full = tuple(replace(card, name=name, point=point) for card in (one.cards * 2)[: form.a_sheet])
    codes = [replace(card, code=f"{card.code}{n}") for n, card in enumerate(full)]
    pdf.write_bytes(sheets(replace(one, cards=tuple(codes)), form=form, language=language))
    command = ["pdftoppm", "-r", str(dpi), "-gray", "-f", "1", "-l", "1", "-singlefile", str(pdf)]
    subprocess.run([*command, str(tmp_path / "page")], check=True)
    with Image.open(tmp_path / "page.pgm") as page:
        assert read(page) == sorted(card.code for card in codes)


def test_ten_on_a_sheet_take_fewer_sheets_and_are_cut_apart(place: Place, tmp_path: Path) -> None:
    printed = print_slips(place.connection, KEYS, ALL, tmp_path, address=ADDRESS, form=TEN)
    assert (printed.slips, printed.sheets) == (11, 2)
    first, second = pages(printed.files[0].read_bytes())
    assert [len(codes_drawn(page)) for page in (first, second)] == [9, 2]
    # Nine slips: one cut down the middle, and under each of five rows one to the paper's edges.
    across = re.findall(r"\bn 0 (\S+) m 595\.27\S* (\S+) l S", first)
    assert len(across) == 5 and all(left == right for left, right in across)
    rows = [float(left) * 25.4 / 72 for left, _ in across]
    assert rows == pytest.approx([297 - 57.6 * row for row in range(1, 6)], abs=0.01)


def test_slips_come_by_rw_rt_and_name_with_each_rw_on_its_own_sheet(place: Place) -> None:
    first, second = bundles(place)
    assert (first.area, second.area) == ("RW 003, Gambir", "RW 012, Gambir")
    assert (len(first.cards), len(second.cards)) == (9, 2)
    assert {first.all_sheets, second.all_sheets} == {3}
    for bundle in (first, second):
        order = [(card.rt, card.name.casefold()) for card in bundle.cards]
        assert order == sorted(order)
        assert [format_slip_number(number) for number in bundle.numbers] == [
            card.number for card in bundle.cards
        ]


def test_a_card_says_what_the_holder_needs(place: Place) -> None:
    cards = [card for card in all_cards(place) if len(card.stages) == 2]
    assert [stage.name for stage in cards[0].stages] == ["Tahap 1", "Tahap 2"]
    assert [(line.quantity, line.package) for s in cards[0].stages for line in s.lines] == [
        (1, "Paket sembako"),
        (2, "Makanan siap saji"),
        (1, "Paket sembako"),
        (1, "Paket Lebaran"),
    ]
    assert cards[0].kk == "3171********0004"
    assert cards[0].point == "Balai RW 03 Gambir"
    assert cards[0].address == "Jl. Kramat Raya 5"


def test_nothing_personal_is_in_the_code(place: Place) -> None:
    for card in all_cards(place):
        signed = from_text(card.code)
        assert signed is not None
        assert card.name.split()[0].encode().upper() not in signed.upper()
        kk = KK + int(card.kk[-4:])
        for form in (str(kk).encode(), kk.to_bytes(7, "big"), card.kk[:4].encode()):
            assert form not in signed


def test_nothing_whole_of_a_kk_number_is_printed(place: Place) -> None:
    for card in all_cards(place):
        said = repr(replace(card, code="", number=""))
        assert not re.search(r"\d{12}", said)


def test_a_point_without_address_and_a_package_that_is_gone_are_printed(place: Place) -> None:
    place.connection.execute(text("UPDATE point SET address = '', name = 'Balai RW'"))
    place.connection.execute(text("UPDATE slip SET lines = '[[1, 99, 1]]'"))
    card = all_cards(place)[0]
    assert (card.point, card.address) == ("Balai RW", "")
    assert card.stages[0].lines[0].package == "#99"
    assert read(draw_picture(card)) == [card.code]


def test_revoked_expired_and_other_slips_are_not_printed(place: Place) -> None:
    number = bundles(place)[0].numbers[0]
    revoke_slip(place.connection, number, NOW)
    assert len(all_cards(place)) == 10
    assert all_cards(place, replace(ALL, stages=(2,)))[0].kk == "3171********0004"
    assert len(all_cards(place, replace(ALL, stages=(2,)))) == 1
    assert all_cards(place, replace(ALL, point=1)) == []
    assert all_cards(place, replace(ALL, now=VALID_UNTIL)) == []


def test_one_slip_is_found_by_its_number(place: Place) -> None:
    printed = bundles(place)[0]
    cards = Cards(place.connection, KEYS, ADDRESS)
    assert cards.card(printed.numbers[3]) == printed.cards[3]
    assert cards.card(5) is None


def test_printing_writes_one_private_file_and_remembers(place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "undangan"
    printed = print_slips(place.connection, KEYS, ALL, folder, address=ADDRESS)
    assert (printed.slips, printed.sheets) == (11, 3)
    assert [file.name for file in printed.files] == [
        "undangan-balai-rw-03-gambir-20260603-080000.pdf"
    ]
    assert sorted(folder.iterdir()) == list(printed.files)
    if sys.platform != "win32":
        assert stat.S_IMODE(printed.files[0].stat().st_mode) == 0o600

    marked = place.connection.scalars(select(table(SlipRow).c.printed_at)).all()
    assert set(marked) == {NOW}
    new = replace(ALL, unprinted=True)
    assert print_slips(place.connection, KEYS, new, tmp_path, address=ADDRESS).files == ()
    place.household(12, due=[(1, 1, 1)])
    issue(place.connection)
    assert print_slips(place.connection, KEYS, new, tmp_path, address=ADDRESS).slips == 1


def test_a_large_order_comes_in_parts_whose_sheets_are_numbered_through(
    place: Place, tmp_path: Path
) -> None:
    order = {"address": ADDRESS, "sheets_a_file": 2}
    printed = print_slips(place.connection, KEYS, ALL, tmp_path, **order)  # type: ignore[arg-type]
    assert (printed.slips, printed.sheets) == (11, 3)
    parts = [pages(file.read_bytes()) for file in printed.files]
    assert [file.name[-6:] for file in printed.files] == ["-1.pdf", "-2.pdf"]
    assert [len(part) for part in parts] == [2, 1]


def test_what_fails_midway_leaves_no_file_and_no_mark(place: Place, tmp_path: Path) -> None:
    # A household of the second RW whose name belongs to another row.
    place.connection.execute(
        text(
            "UPDATE household SET name_enc = (SELECT name_enc FROM household WHERE id = 1)"
            " WHERE id = 10"
        )
    )
    with pytest.raises(CannotDecrypt):
        print_slips(place.connection, KEYS, ALL, tmp_path, address=ADDRESS)
    assert list(tmp_path.iterdir()) == []
    assert set(place.connection.scalars(select(table(SlipRow).c.printed_at))) == {None}


def test_the_pdf_brings_its_fonts_and_no_trace_of_when_it_was_made(place: Place) -> None:
    pdf = sheets(*bundles(place))
    assert pdf == sheets(*bundles(place))
    assert pdf.count(b"/FontFile2") == 2
    assert b"Helvetica" not in pdf


def test_a_picture_knows_its_size_on_paper(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "slip.png"
    save_picture(all_cards(place)[0], file)
    with Image.open(file) as image:
        assert image.size == (1240, 850)
        assert [round(dpi) for dpi in image.info["dpi"]] == [300, 300]
        assert image.crop((0, 0, 1240, 30)).getextrema() == (255, 255)

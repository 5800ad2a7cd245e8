"""BAST, danom and recap as they come out of the printer: read back, and their code scanned."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtPrintSupport import QPrinter

from desktop.paper_desk import PaperDesk
from desktop.paper_making import Order, Paper
from desktop.papers.bast import write_bast
from desktop.papers.content import Bast, DanomRow, Figures, Head, Receipt, Signer
from desktop.papers.danom import sheets, write_danom
from desktop.papers.receipt import write_receipt
from desktop.papers.wording import Speech
from desktop.printing import print_receipt, print_test_page, printer_named, receipt_html
from models.errors import Cancelled, NothingRecorded
from models.facts import Receiver
from models.paper import PaperKind, from_text, read_paper
from models.texts import LANGUAGES, Language, text
from tests.support.field import FieldDevice, device_in, new_device
from tests.support.paper_day import FAMILIES, STAND, live
from tests.support.pdf import Pdf
from tests.support.world import HERE, SEMBAKO, roster_page

pytestmark = pytest.mark.usefixtures("qapp")
HEAD = Head(PaperKind.DANOM, "Balai RW 03", "Jl. Cideng 5", "24 November 2026", "Laptop 1", 0)


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FieldDevice]:
    device = new_device(tmp_path_factory.mktemp("laptop"), page=roster_page(FAMILIES))
    yield live(device)
    device.close()


def made(
    day: FieldDevice, folder: Path, paper: Paper, language: Language = "id", witness: str = ""
) -> Pdf:
    desk = PaperDesk(day.database, day.identity, day.clock)
    order = Order(paper, desk.choices()[0], folder, language, witness=witness)
    (file,) = desk.make(order, lambda _done, _total: None)
    assert file.stat().st_mode & 0o077 == 0, "it holds names"
    return Pdf(file)


@pytest.mark.parametrize("paper", [Paper.BAST, Paper.DANOM, Paper.RECAP])
def test_the_code_on_the_first_sheet_is_signed_and_says_what_the_paper_counts(
    day: FieldDevice, tmp_path: Path, paper: Paper
) -> None:
    signed = from_text(made(day, tmp_path, paper).code())
    assert signed is not None
    signer = day.identity.signer
    code, feed = read_paper(signed, {signer.key_id: signer.public_key})
    assert feed == signer.key_id
    assert code.kind.name.lower() == paper.value
    assert (code.point, code.handed, code.packages) == (HERE, STAND, ((SEMBAKO, STAND),))
    assert [(one.feed, one.first) for one in code.stretches] == [(feed, 1)]
    assert code.first_day.isoformat() == "2026-11-24"


def test_the_minutes_say_what_came_went_out_and_is_left(day: FieldDevice, tmp_path: Path) -> None:
    pdf = made(day, tmp_path, Paper.BAST, witness="Ibu Ratna")
    words = " ".join(pdf.words(page) for page in range(pdf.pages))
    # At first 20, 6 came, 10 went out, 2 were damaged, none went back, one missing, 13 left.
    assert f"Paket sembako 20 6 {STAND} 2 0 −1 13" in words
    assert "Paket Lebaran 5 0 0 0 0 0 5" in words
    for line in ("KK di daftar titik ini 30", "Tidak hadir 1", "Pindah 1", "Jumlah kurang 1"):
        assert line in words
    assert "Penjelasan selisih" in words and "Ibu Ratna" in words
    assert "Catatan yang dibatalkan 1" in words
    assert f"halaman {pdf.pages} dari {pdf.pages}" in pdf.words(pdf.pages - 1)
    assert pdf.size() == (210, 297)


def test_the_sign_off_list_names_everybody_in_order_with_masked_numbers(
    day: FieldDevice, tmp_path: Path
) -> None:
    pdf = made(day, tmp_path, Paper.DANOM)
    words = [pdf.words(page) for page in range(pdf.pages)]
    for page, one in enumerate(words, 1):
        assert f"halaman {page} dari {len(words)}" in one
        assert "Tanda tangan" in one, "the head is repeated"
    whole = " ".join(words)
    places = [whole.index(f"{one.name} 3171") for one in sorted(FAMILIES, key=lambda f: f.name)]
    assert places == sorted(places)
    assert "3171********0001" in whole and "317101010120" not in whole
    assert "Diwakilkan: Dewi Lestari" in whole
    assert f"30 KK di daftar · {STAND} sudah menerima · {30 - STAND} belum" in whole
    assert f"Paket sembako: {STAND} diserahkan dari 30 dialokasikan" in whole


def test_the_recap_has_its_plots_figures_and_a_table(day: FieldDevice, tmp_path: Path) -> None:
    for language in LANGUAGES:
        words = made(day, tmp_path, Paper.RECAP, language).words(0)
        assert text(language, "papers.recap.by_hour") in words and "RW 003 Cideng" in words


def test_before_the_day_the_list_can_be_printed_and_nothing_else(tmp_path: Path) -> None:
    with device_in(tmp_path / "laptop", page=roster_page(FAMILIES)) as device:
        words = made(device, tmp_path, Paper.DANOM).words(0)
        assert "Keluarga 1 3171" in words
        for paper in (Paper.BAST, Paper.RECAP, Paper.XLSX, Paper.CSV):
            with pytest.raises(NothingRecorded):
                made(device, tmp_path / "none", paper)
        assert not list((tmp_path / "none").glob("*"))


def test_what_is_stopped_leaves_no_file(
    day: FieldDevice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(hidden))
    desk = PaperDesk(day.database, day.identity, day.clock)

    def stop(done: int, _total: int) -> None:
        if done > 5:
            raise Cancelled()

    for paper in Paper:
        with pytest.raises(Cancelled):
            desk.make(Order(paper, desk.choices()[0], tmp_path / "stopped"), stop)
    assert not list((tmp_path / "stopped").glob("*"))
    assert not list(hidden.iterdir()), "a half-done workbook lay in a temporary file"


def row(number: int) -> DanomRow:
    name = f"Muhammad Abdurrahman Wahid Nurrohman bin Syamsuddin {number}"
    due = ((2, "Makanan siap saji"), (1, "Paket sembako besar keluarga"), (1, "Paket Lebaran"))
    return DanomRow(name, "3171********0005", 12, 16, "Kebayoran Lama Selatan", due)


@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 18, 19, 35, 36, 37, 38, 39, 40, 41, 60])
def test_so_many_sheets_are_promised_as_come(count: int, tmp_path: Path) -> None:
    file = tmp_path / "danom.pdf"
    with file.open("wb") as target:
        write_danom(target, HEAD, map(row, range(count)), count)
    pdf = Pdf(file)
    assert pdf.pages == sheets(count)
    assert f"{count} KK di daftar" in pdf.words(pdf.pages - 1)
    assert f"halaman {pdf.pages} dari {pdf.pages}" in pdf.words(pdf.pages - 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_signatures_that_were_given_stand_in_their_boxes(
    language: Language, tmp_path: Path
) -> None:
    ink = io.BytesIO()
    Image.new("RGB", (300, 120), (0, 0, 0)).save(ink, "PNG")

    def bast(picture: bytes | None) -> Bast:
        figures = Figures(0, 0, 0, 0, 0, (), (), (), (), (), (), (), ())
        head = Head(PaperKind.BAST, "Balai <RW> & 03", "", "24 November 2026", "Laptop 1", 0)
        signers = (Signer("officer", "Rani", picture), Signer("receiving"), Signer("witness"))
        return Bast(head, figures, (), signers)

    dark = []
    for name, picture in (("with", ink.getvalue()), ("without", None)):
        file = tmp_path / f"{name}.pdf"
        with file.open("wb") as target:
            write_bast(target, bast(picture), language)
        pdf = Pdf(file)
        assert "Balai <RW> & 03" in pdf.words(0), "names are no markup"
        sheet = pdf.picture(pdf.pages - 1)
        dark.append(
            sum(
                sheet.pixelColor(x, y).lightness() < 50
                for x in range(0, sheet.width(), 9)
                for y in range(0, sheet.height(), 9)
            )
        )
    assert dark[0] > dark[1] + 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_receipt_fits_a_roll_of_80_mm_and_says_who_got_what(
    language: Language, tmp_path: Path
) -> None:
    receipt = Receipt(
        "0ae90e36-1204",
        1_795_500_000_000,
        "Balai RW 03",
        "I Gusti Ayu Kadek Prameswari Dewi Anggraini",
        "3171********0013",
        ((1, "Paket sembako"), (2, "Makanan siap saji")),
        "Sari",
        Receiver.PROXY,
        "Dewi <b>Lestari</b>",
    )
    file = tmp_path / "receipt.pdf"
    with file.open("wb") as target:
        write_receipt(target, receipt, language)
    pdf = Pdf(file)
    assert pdf.pages == 1 and pdf.size()[0] == 80
    words = pdf.words(0)
    for part in ("0ae90e36-1204", "2 × Makanan siap saji", "3171********0013", "<b>Lestari</b>"):
        assert part in words
    assert "Anggraini" in words and "Sari" in words


def _dark(file: Path) -> int:
    """How much is printed in the upper half."""
    sheet = Pdf(file).picture()
    return sum(
        sheet.pixelColor(x, y).lightness() < 90
        for x in range(0, sheet.width(), 2)
        for y in range(0, sheet.height() // 2, 2)
    )


def test_a_test_page_is_printed_from_the_pool_and_one_for_a_printer_that_is_gone_is_not(
    tmp_path: Path,
) -> None:
    file = tmp_path / "printed.pdf"

    def work() -> None:
        printer = QPrinter()
        printer.setOutputFileName(str(file))
        print_test_page("EPSON L3210", Speech("id"), 0, printer)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()
    assert Pdf(file).pages == 1 and _dark(file) > 500
    with pytest.raises(RuntimeError):
        printer_named("EPSON L3210 yang sudah tidak ada")


def test_a_printer_gets_the_same_words(tmp_path: Path) -> None:
    receipt = Receipt("0ae90e36-7", 0, "Balai <RW>", "Siti", "", ((1, "Paket"),), "Sari")
    file = tmp_path / "printed.pdf"
    printer = QPrinter()
    printer.setOutputFileName(str(file))
    print_receipt(receipt, Speech("id"), printer)
    assert Pdf(file).pages == 1 and _dark(file) > 500
    # Which letters Qt writes into a PDF of its own depends on the fonts loaded: these are the ones.
    html = receipt_html(receipt, Speech("id"))
    for part in ("0ae90e36-7", "Balai &lt;RW&gt;", "1 × Paket", "<b>Siti</b>"):
        assert part in html

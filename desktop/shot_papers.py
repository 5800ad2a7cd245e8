"""Made-up states of the page "Berkas" for the pictures of ``desktop.shots``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from desktop.views.papers_state import PAPERS, PapersState, Subject
from desktop.views.receipt_page import ReceiptState
from desktop.views.state import Notice, Progress
from models.verdict import Tone

_HOUR = 3_600_000
_POINT = "Balai RW 03 Cideng"
_FOLDER = "/home/sari/Dokumen/KSBB"


def papers_states(now: int) -> Iterator[tuple[str, PapersState]]:
    """(name, state) of everything that the page can show."""
    subjects = (
        Subject(_POINT, now - 10 * _HOUR),
        Subject(_POINT, now - 2 * _HOUR, session=True),
        Subject(_POINT, now - 26 * _HOUR, now - 20 * _HOUR, session=True),
        Subject("RPTRA Kebon Pala Berseri Kampung Melayu", now - 34 * _HOUR),
    )
    bast = PapersState(subjects=subjects, more=12, folder=_FOLDER, now=now)
    yield "bast", bast
    yield "reading", replace(bast, subjects=None, more=0)
    xlsx = replace(bast, paper=PAPERS.index("xlsx"))
    yield "export", replace(xlsx, whole_kk=True)
    making = Progress("papers.page.making", 8_400, 20_000)
    yield "making", replace(bast, paper=PAPERS.index("danom"), progress=making)
    file = "bast-balai-rw-03-cideng-20261124-100500.pdf"
    parts: dict[str, object] = {"file": file, "n": 1, "folder": _FOLDER}
    made = Notice("papers.page.made", Tone.GO, parts, dismissible=False)
    yield "made", replace(bast, made=True, notices=(made,))
    whole = Notice("papers.page.holds_kk", Tone.CHECK, dismissible=False)
    yield "made-kk", replace(xlsx, whole_kk=True, made=True, notices=(made, whole))
    for code in ("folder_full", "folder_read_only", "folder_gone", "nothing_recorded"):
        tone = Tone.CHECK if code == "nothing_recorded" else Tone.STOP
        trouble = Notice(f"errors.{code}", tone, {"folder": _FOLDER}, dismissible=False)
        yield code.replace("_", "-"), replace(bast, notices=(trouble,))


def receipt_states(now: int) -> Iterator[tuple[str, ReceiptState]]:
    """(name, state) of everything that the receipt can show."""
    lines = (
        (_POINT, False),
        ("24 November 2026 pukul 10.04 WIB", False),
        ("I Gusti Ayu Kadek Prameswari Dewi Anggraini", True),
        ("KK 3171********0013", False),
        ("1 × Paket sembako", True),
        ("2 × Makanan siap saji", True),
        ("Diwakilkan: Dewi Lestari", False),
        ("Petugas: Sari Wulandari", False),
    )
    receipt = ReceiptState("0ae90e36-1204", lines, read=True, now=now)
    yield "there", receipt
    yield "none", ReceiptState(read=True, now=now)
    parts: dict[str, object] = {"file": "tanda-terima-0ae90e36-1204.pdf", "folder": _FOLDER}
    made = Notice("papers.page.made", Tone.GO, parts, dismissible=False)
    yield "saved", replace(receipt, saved=True, notices=(made,))
    no_printer = Notice("papers.no_printer", Tone.CHECK, dismissible=False)
    yield "no-printer", replace(receipt, notices=(no_printer,))

"""Made-up states of the page "Berkas" for the pictures of ``desktop.shots``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from desktop.views.papers_state import PAPERS, PapersState, Subject
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

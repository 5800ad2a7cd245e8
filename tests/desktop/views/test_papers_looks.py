"""The page of papers and the receipt in every state: nothing cut off, all of it named."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.shot_papers import papers_states, receipt_states
from desktop.views.papers_page import PapersPage
from desktop.views.parts.button import Button
from desktop.views.receipt_page import ReceiptPage
from models.texts import LANGUAGES, Language
from tests.support.capture import sign
from tests.support.cut_off import cut_off
from tests.support.shown import dressed, leave, stand

NOW = 1_795_489_500_000


def screens(application: QApplication, language: Language, scale: int) -> list[tuple[str, QWidget]]:
    look = dressed(application, language, scale)
    made: list[tuple[str, QWidget]] = []
    for name, papers in papers_states(NOW):
        page = PapersPage(look)
        page.show_papers(papers)
        made.append((name, page))
    signing = PapersPage(look)
    signing.show_papers(dict(papers_states(NOW))["bast"])
    first, second, _ = signing.signers.papers
    for one in (first, second):
        one.show_pad(True)
        sign(one.pad)
    made.append(("signing", signing))
    for name, receipt in receipt_states(NOW):
        shown = ReceiptPage(look)
        shown.show_receipt(receipt)
        made.append((name, shown))
    return made


@pytest.mark.parametrize("size", [(1366, 768), (1024, 600)], ids=["laptop", "small"])
@pytest.mark.parametrize("scale", [100, 200])
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_cut_off_and_every_button_is_named_and_large_enough(
    qapp: QApplication, language: Language, scale: int, size: tuple[int, int]
) -> None:
    faults = []
    for name, screen in screens(qapp, language, scale):
        stand(screen, *size)
        faults += [f"{name}: {fault}" for fault in cut_off(screen)]
        for button in screen.findChildren(Button):
            if button.isVisible() and not button.accessibleName():
                faults.append(f"{name}: a button without a name")
            if button.isVisible() and button.height() < 44:
                faults.append(f"{name}: {button.text()} is {button.height()} high")
        leave(screen)
    assert not faults

"""Enrolling: by typing, by picture, by a USB scanner; while it works, halts, and is done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.views.enrol_screen import EnrolScreen
from desktop.views.enrol_state import EnrolStage, EnrolState, EnrolStep, trouble_key, typed_code
from desktop.views.state import Notice
from models.enrolment_text import to_text
from tests.support.door_states import FORM, WORK
from tests.support.shown import KEY, dressed, press, stand

INVITATION = to_text("ABCD2345", "https://pusat.example", bytes(range(8)))


@pytest.fixture
def screen(qtbot: QtBot, qapp: QApplication) -> EnrolScreen:
    made = EnrolScreen(dressed(qapp))
    qtbot.addWidget(made)
    made.show_enrol(FORM)
    stand(made)
    made.take_focus()
    return made


def words(screen: EnrolScreen) -> list[str]:
    return [one.text() for one in screen.findChildren(QLabel) if one.isVisible()]


def test_address_tab_code_enter(qtbot: QtBot, screen: EnrolScreen) -> None:
    with qtbot.waitSignal(screen.code_entered) as got:
        press("pusat.example/", KEY.Key_Tab, "abcd2345", KEY.Key_Return)
    assert got.args == ["https://pusat.example", "ABCD2345", "Laptop 2"]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("abc", "ABC"),
        ("abcd2", "ABCD-2"),
        ("ABCD-", "ABCD"),
        ("abcd 2345", "ABCD-2345"),
        ("ABCD-23456", "ABCD-23456"),
        (INVITATION, INVITATION),
    ],
)
def test_a_code_takes_its_form_while_it_is_typed(typed: str, shown: str) -> None:
    assert typed_code(typed) == shown


def test_a_code_is_not_stuck_when_it_is_erased(screen: EnrolScreen) -> None:
    screen.form.code.line.setFocus()
    press("abcd2", KEY.Key_Backspace, KEY.Key_Backspace)
    assert screen.form.code.text == "ABC"


def test_what_is_wrong_is_said_at_the_field_and_goes_when_it_is_mended(
    screen: EnrolScreen,
) -> None:
    sent: list[object] = []
    screen.code_entered.connect(lambda *what: sent.append(what))
    press("http://pusat.example", KEY.Key_Tab, "0OIL", KEY.Key_Return)
    assert not sent
    assert "Alamat diawali https://, tanpa garis miring lain." in words(screen)
    assert "Kode berisi 8 huruf dan angka, tanpa 0, O, 1, I, dan L." in words(screen)
    assert screen.form.address.line.hasFocus()
    press("pusat.example", KEY.Key_Tab)
    assert "Alamat diawali https://, tanpa garis miring lain." not in words(screen)


def test_a_usb_scanner_may_type_the_whole_qr_into_any_field(
    qtbot: QtBot, screen: EnrolScreen
) -> None:
    for field in (screen.form.address, screen.form.code, screen.form.name):
        field.line.clear()
        field.line.setFocus()
        with qtbot.waitSignal(screen.invitation_entered) as got:
            press(INVITATION, KEY.Key_Return)
        assert got.args == [INVITATION]
        assert field.text == ""


def test_a_code_that_was_read_fills_the_fields_and_waits_for_enter(
    qtbot: QtBot, screen: EnrolScreen
) -> None:
    screen.show_enrol(
        replace(FORM, address="https://pusat.example", code="ABCD2345", code_read=True)
    )
    assert screen.form.code.text == "ABCD-2345"
    assert "Kode QR terbaca" in words(screen)
    with qtbot.waitSignal(screen.code_entered) as got:
        press(KEY.Key_Return)
    assert got.args == ["https://pusat.example", "ABCD2345", "Laptop 2"]


def test_a_new_notice_does_not_undo_what_was_typed(screen: EnrolScreen) -> None:
    press("pusat.example")
    screen.show_enrol(replace(FORM, notices=(Notice("door.trouble.other_code"),)))
    assert screen.form.address.text == "pusat.example"


def _paste() -> None:
    target = QApplication.focusWidget()
    assert target is not None
    QTest.keyClick(target, KEY.Key_V, Qt.KeyboardModifier.ControlModifier)


def test_a_picture_on_the_clipboard_is_pasted_from_inside_a_field_too(
    qtbot: QtBot, screen: EnrolScreen
) -> None:
    QGuiApplication.clipboard().setImage(QImage(4, 4, QImage.Format.Format_RGB32))
    with qtbot.waitSignal(screen.paste_asked):
        _paste()
    QGuiApplication.clipboard().setText("pusat.example")
    _paste()
    assert screen.form.address.text == "pusat.example"


def _drop(screen: EnrolScreen, data: QMimeData) -> bool:
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(9, 9), copy, data, left, none)
    enter.ignore()
    QApplication.sendEvent(screen, enter)
    if enter.isAccepted():
        QApplication.sendEvent(screen, QDropEvent(QPointF(9, 9), copy, data, left, none))
    return enter.isAccepted()


def test_a_dropped_picture_is_taken_and_a_dropped_word_is_not(
    qtbot: QtBot, screen: EnrolScreen, tmp_path: Path
) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "kode daftar.png"))])
    with qtbot.waitSignal(screen.picture_chosen) as got:
        assert _drop(screen, data)
    assert Path(got.args[0]) == tmp_path / "kode daftar.png"
    image = QMimeData()
    image.setImageData(QImage(4, 4, QImage.Format.Format_RGB32))
    with qtbot.waitSignal(screen.image_dropped):
        assert _drop(screen, image)
    word = QMimeData()
    word.setText("halo")
    assert not _drop(screen, word)


def test_nothing_is_taken_while_it_works(screen: EnrolScreen, tmp_path: Path) -> None:
    screen.show_enrol(WORK)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "kode.png"))])
    assert not _drop(screen, data)


def test_progress_is_told_in_figures_and_can_be_stopped(qtbot: QtBot, screen: EnrolScreen) -> None:
    screen.show_enrol(WORK)
    assert "12.400 dari 20.118" in words(screen)
    with qtbot.waitSignal(screen.cancel_asked):
        press(KEY.Key_Escape)
    screen.show_enrol(replace(WORK, cancelling=True))
    assert not screen.work.stop.isEnabled()


def test_the_end_without_figures_runs_to_and_fro(screen: EnrolScreen) -> None:
    screen.show_enrol(EnrolState(EnrolStage.WORKING, step=EnrolStep.FINISH))
    assert not any("dari 0" in one for one in words(screen))


def test_a_spent_code_is_tried_again_with_enter(qtbot: QtBot, screen: EnrolScreen) -> None:
    screen.show_enrol(WORK)
    down = Notice(trouble_key("centre_down"))
    screen.show_enrol(replace(WORK, stage=EnrolStage.HALTED, notices=(down,)))
    assert "Pusat tidak dapat dihubungi" in words(screen)
    with qtbot.waitSignal(screen.retry_asked):
        press(KEY.Key_Return)
    with qtbot.waitSignal(screen.start_over_asked):
        screen.work.over.click()


def test_the_end_says_who_it_is_and_how_many_can_be_served(
    qtbot: QtBot, screen: EnrolScreen
) -> None:
    screen.show_enrol(EnrolState(EnrolStage.DONE, device="Laptop 2", households=20_118))
    assert "Pusat mengenalnya sebagai Laptop 2." in words(screen)
    assert any(one.startswith("20.118 ") for one in words(screen))
    with qtbot.waitSignal(screen.finished):
        press(KEY.Key_Return)


def test_errors_have_words_for_a_laptop_without_records_where_they_need_them() -> None:
    assert trouble_key("centre_down") == "door.trouble.centre_down"
    assert trouble_key("no_volunteers") == "errors.no_volunteers"


def test_the_other_language_and_the_settings_are_one_key_away(
    qtbot: QtBot, screen: EnrolScreen
) -> None:
    with qtbot.waitSignal(screen.settings_asked):
        press(KEY.Key_F9)


def test_a_picture_is_chosen_in_a_dialog(qtbot: QtBot, screen: EnrolScreen, tmp_path: Path) -> None:
    file = tmp_path / "kode daftar.png"
    QImage(4, 4, QImage.Format.Format_RGB32).save(str(file))
    screen.open_picture()
    dialog = screen.findChildren(QFileDialog)[0]
    dialog.findChildren(QLineEdit)[0].setText(str(file))
    with qtbot.waitSignal(screen.picture_chosen) as got:
        dialog.accept()
    assert Path(got.args[0]) == file

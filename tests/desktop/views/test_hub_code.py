"""The hub's code on its screen is read by another laptop's camera across the table."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from PySide6.QtCore import QBuffer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.photo import everyday_shot, photograph
from desktop.scan.decode import decode_picture
from desktop.shot_hub import laptops_states
from desktop.shot_states import NOW
from desktop.theme.tokens import Room
from desktop.views.laptops_page import LaptopsPage
from desktop.views.laptops_state import LaptopsState
from models import hub_text
from tests.support.shown import dressed, stand

STATES: dict[str, LaptopsState] = dict(laptops_states(NOW))
SEEN_AT_A_METRE_MM = 1_155
"""How wide a scene a laptop's camera (60 degrees) takes in from a metre away."""
SHOTS = 12


@pytest.mark.parametrize("room", [Room.LIGHT, Room.DARK])
@pytest.mark.parametrize("name", ["hub", "hub-many"])
@pytest.mark.parametrize(
    ("size", "pixel_mm", "metres"),
    [((1366, 768), 0.252, 1.0), ((1024, 600), 0.2175, 0.6)],
    ids=["usual", "smallest"],
)
def test_it_is_read_from_where_another_laptop_stands(
    qtbot: QtBot,
    qapp: QApplication,
    room: Room,
    name: str,
    size: tuple[int, int],
    pixel_mm: float,
    metres: float,
) -> None:
    look = dressed(qapp)
    look.change(room=room)
    page = LaptopsPage(look)
    qtbot.addWidget(page)
    page.show_laptops(STATES[name])
    stand(page, *size)
    picture = page.code.picture
    share = picture.width() * pixel_mm / (SEEN_AT_A_METRE_MM * metres)
    clean = _grabbed(picture)
    look.change(room=Room.LIGHT)
    code = STATES[name].code
    unread = [
        seed
        for seed in range(SHOTS)
        if code not in decode_picture(photograph(clean, everyday_shot(seed, share), seed)).texts
    ]
    assert len(unread) <= 1, (unread, picture.width(), share)


def test_it_follows_the_laptop_into_another_network(qtbot: QtBot, qapp: QApplication) -> None:
    page = LaptopsPage(dressed(qapp))
    qtbot.addWidget(page)
    page.show_laptops(STATES["hub-no-network"])
    stand(page, 1366, 768)
    assert not page.code.picture.isVisible()
    page.show_laptops(STATES["hub"])
    stand(page, 1366, 768)
    (text,) = decode_picture(_grabbed(page.code.picture)).texts
    place = hub_text.from_text(text)
    assert place is not None
    assert place.addresses == ("192.168.1.17",)


def _grabbed(widget: QWidget) -> Image.Image:
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    widget.grab().save(buffer, "PNG")
    return Image.open(io.BytesIO(bytes(buffer.data().data()))).convert("L")

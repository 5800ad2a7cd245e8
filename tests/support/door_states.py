"""Every state of the door screens worth looking at, by a name; fictional throughout."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from desktop.settings import NO_CAMERA, Settings
from desktop.theme.look import Look
from desktop.theme.tokens import Room
from desktop.views.enrol_screen import EnrolScreen
from desktop.views.enrol_state import EnrolStage, EnrolState, EnrolStep
from desktop.views.login_screen import LoginScreen
from desktop.views.login_state import LoginState
from desktop.views.parts.name_list import Person
from desktop.views.repair_screen import RepairScreen, RepairState
from desktop.views.settings_panel import SettingsPanel
from desktop.views.settings_state import DeviceChoice, SettingsPanelState
from desktop.views.start_screen import StartScreen, StartState
from desktop.views.state import CameraStatus, Notice, Progress
from models.verdict import Tone

NAMES = (
    "Siti Nurhaliza Rahmawati",
    "Agus Setiawan",
    "Bambang Wicaksono",
    "Dewi Lestari",
    "Fransiska Hutabarat",
    "I Gusti Ayu Kadek Prameswari Dewi Anggraini",
    "Muhammad Rizky",
    "Nurul Hidayah",
    "Sari Wulandari",
    "Yohanes",
)
PEOPLE = tuple(Person(7 * i + 3, name, locked=i == 3) for i, name in enumerate(NAMES))
DETAIL = (
    "KSBB Lapangan 0.1.0 · Linux 6.1 · Python 3.11\n"
    "database_damaged: quick_check gagal pada halaman 412\n"
    "/home/posko/.local/share/ksbb-lapangan/ledger.db (18,4 MB), 1 Juni 2026 pukul 08.12\n"
    "Umpan 3f9a61c2…, catatan terakhir 412, tanda terima terakhir 398"
)
PRINTERS = tuple(DeviceChoice(name, name) for name in ("EPSON L3210", "Canon LBP2900 lantai 2"))
CAMERAS = (DeviceChoice("a", "Integrated Webcam"), DeviceChoice("b", "Logitech HD Webcam C270"))

FORM = EnrolState(camera=CameraStatus.LIVE, name="Laptop 2")
WORK = EnrolState(EnrolStage.WORKING, step=EnrolStep.FETCH, done=12_400, total=20_118)
REFUSED = Notice("door.trouble.enrolment_refused", Tone.STOP)
DOWN = Notice("door.trouble.centre_down", Tone.CHECK)
CHOSEN = LoginState(PEOPLE, chosen=PEOPLE[0].id)

Built = Callable[[Look], QWidget]


def _start(state: StartState) -> Built:
    def build(look: Look) -> QWidget:
        screen = StartScreen(look)
        screen.show_start(state)
        return screen

    return build


def _enrol(state: EnrolState) -> Built:
    def build(look: Look) -> QWidget:
        screen = EnrolScreen(look)
        screen.show_enrol(state)
        screen.take_focus()
        return screen

    return build


def _login(state: LoginState, typed: str = "", digits: str = "") -> Built:
    def build(look: Look) -> QWidget:
        screen = LoginScreen(look)
        screen.show_login(state)
        screen.take_focus()
        screen.names.typed.emit(typed)
        for digit in digits:
            screen.pin.entry.press(digit)
        return screen

    return build


def _repair(state: RepairState) -> Built:
    def build(look: Look) -> QWidget:
        screen = RepairScreen(look)
        screen.show_repair(state)
        screen.take_focus()
        return screen

    return build


def _settings(state: SettingsPanelState) -> Built:
    def build(look: Look) -> QWidget:
        panel = SettingsPanel(look)
        panel.show_settings(state)
        panel.take_focus()
        return panel

    return build


PATH = {"path": "/home/posko/.local/share/ksbb-lapangan"}

SCREENS: dict[str, Built] = {
    "start": _start(StartState()),
    "start-updating": _start(StartState(Progress("door.start.updating", 3, 12))),
    "enrol": _enrol(FORM),
    "enrol-no-camera": _enrol(replace(FORM, camera=CameraStatus.NONE, name="")),
    "enrol-read": _enrol(
        replace(FORM, address="https://pusat.ksbb.example", code="ABCD2345", code_read=True)
    ),
    "enrol-refused": _enrol(
        replace(FORM, address="https://pusat.ksbb.example", code="ABCD2345", notices=(REFUSED,))
    ),
    "enrol-connect": _enrol(EnrolState(EnrolStage.WORKING)),
    "enrol-fetch": _enrol(WORK),
    "enrol-halted": _enrol(replace(WORK, stage=EnrolStage.HALTED, notices=(DOWN,))),
    "enrol-done": _enrol(EnrolState(EnrolStage.DONE, device="Laptop 2", households=20_118)),
    "login": _login(LoginState(PEOPLE)),
    "login-typed": _login(LoginState(PEOPLE), "de"),
    "login-nobody": _login(LoginState(PEOPLE), "xyz"),
    "login-empty": _login(LoginState()),
    "login-pin": _login(CHOSEN, digits="4711"),
    "login-busy": _login(replace(CHOSEN, busy=True)),
    "login-wrong": _login(replace(CHOSEN, attempts_left=3)),
    "login-wrong-last": _login(replace(CHOSEN, chosen=PEOPLE[5].id, attempts_left=1)),
    "login-locked": _login(replace(CHOSEN, chosen=PEOPLE[3].id, locked_seconds=272)),
    "login-locked-long": _login(replace(CHOSEN, chosen=PEOPLE[3].id, locked_seconds=7_500)),
    "login-trouble": _login(replace(CHOSEN, notices=(Notice("errors.secret_silent"),))),
    "repair-damaged": _repair(RepairState("database_damaged", detail=DETAIL)),
    "repair-missing": _repair(RepairState("database_missing", PATH, DETAIL, can_enrol=True)),
    "repair-newer": _repair(RepairState("database_newer")),
    "repair-locked": _repair(RepairState("database_locked", busy=True)),
    "repair-secret-lost": _repair(RepairState("secret_lost", detail=DETAIL, can_enrol=True)),
    "repair-vault-missing": _repair(RepairState("vault_missing", PATH, can_enrol=True)),
    "repair-unheard-of": _repair(RepairState("no_such_code", detail="ValueError")),
    "settings": _settings(SettingsPanelState(cameras=CAMERAS, printers=PRINTERS, can_wipe=True)),
    "settings-bare": _settings(
        SettingsPanelState(
            Settings("en", Room.DARK, 150, NO_CAMERA, sound=False, printer="EPSON L3210"),
            printers=(),
            loudspeaker=False,
            notices=(Notice("door.settings.unsaved"),),
        )
    ),
}

"""The way from something that can't be opened back to work: try again, restore, or enrol anew."""

from __future__ import annotations

import platform
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.presenters.faults import fault
from desktop.presenters.restoring import Restoring, is_restorable
from desktop.presenters.wiping import EnrollingAnew
from desktop.vault import Vault
from desktop.views.repair_screen import RepairScreen, RepairState
from desktop.views.state import Notice
from models import __version__
from models.verdict import Tone

if TYPE_CHECKING:
    from desktop.workplace import Workplace

_ENROL_HELPS = ("secret_lost", "database_missing")
"""Errors after which what lies here can't be opened any more on this laptop."""


def show_repair(place: Workplace, error: BaseException, vault: Vault | None) -> None:
    """The repair screen for ``error``; ``vault``, where it is open, lets the ledger be restored."""
    found = fault(error)
    screen = RepairScreen(place.look)
    detail = f"{found.code} · {found.detail} · {__version__} · {platform.platform()}"
    can_enrol = found.code in _ENROL_HELPS
    if vault is None and place.shift is not None:
        vault = place.shift.device.vault
    can_restore = vault is not None and is_restorable(error, place.folder)
    state = RepairState(found.code, found.parts, detail, can_enrol, can_restore)
    screen.show_repair(state)
    if can_restore and vault is not None:
        _offer_restoring(place, screen, state, vault)
    anew = EnrollingAnew(place.window, place.threads, place.folder, screen)

    def set_aside(folder: Path) -> None:
        said = Notice("door.wiped.unknown", Tone.CHECK, {"folder": str(folder)})
        place.start_anew(lambda: place.begin(said))
        place.window.drop_screen(screen)

    anew.done.connect(set_aside)
    screen.enrol_asked.connect(anew.ask)

    def retry() -> None:
        place.window.drop_screen(screen)
        place.begin()

    screen.retry_asked.connect(retry)
    screen.quit_asked.connect(place.window.close)
    place.preferences.serve_door(screen)
    place.window.show_screen(screen)
    screen.take_focus()


def _offer_restoring(
    place: Workplace, screen: RepairScreen, state: RepairState, vault: Vault
) -> None:
    flow = Restoring(place.threads, place.folder, vault.database_key, screen)

    def begin() -> None:
        screen.show_repair(replace(state, busy=True))
        shift, place.shift = place.shift, None
        if shift is not None:  # its connections are let go first, on the same thread
            shift.end()
        flow.begin()

    def done(said: Notice) -> None:
        vault.lock()
        place.start_anew(lambda: place.begin(said))
        place.window.drop_screen(screen)

    def failed(error: BaseException) -> None:
        place.repair(error, vault)
        place.window.drop_screen(screen)

    screen.restore_asked.connect(begin)
    flow.done.connect(done)
    flow.failed.connect(failed)

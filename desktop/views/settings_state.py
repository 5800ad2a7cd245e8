"""What the settings show, and the choices that a row of devices offers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from desktop.settings import Settings
from desktop.theme.look import Look
from desktop.views.state import Notice


@dataclass(frozen=True, slots=True)
class DeviceChoice:
    """A camera or printer that is there: the id it is remembered by, and the name a person knows
    it by."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class SettingsPanelState:
    """``cameras`` as the system names them, and ``printers`` (None until it has), the one it would
    take first; ``loudspeaker``: whether there is one to be heard; ``can_wipe``: whether somebody is
    logged in who may wipe the laptop.
    """

    settings: Settings = field(default_factory=Settings)
    cameras: tuple[DeviceChoice, ...] = ()
    printers: tuple[DeviceChoice, ...] | None = None
    loudspeaker: bool = True
    can_wipe: bool = False
    notices: tuple[Notice, ...] = ()
    now: int = 0


def device_choices(
    look: Look, what: str, found: Sequence[DeviceChoice], chosen: str, *more: DeviceChoice
) -> list[DeviceChoice]:
    """Everything that can be chosen, with words under ``door.settings.<what>_…``: the system's own
    choice under the id "", ``found``, ``more``; a chosen one that is gone stays there."""
    first = look.any_text(f"door.settings.{what}_any")
    if found:
        first = look.any_text(f"door.settings.{what}_any_named", name=found[0].name)
    choices = [DeviceChoice("", first)]
    # With a single one the system's choice is that one; to list it twice would only puzzle.
    if len(found) > 1 or any(one.id == chosen for one in found):
        choices += found
    choices += more
    if all(one.id != chosen for one in choices):
        gone = look.any_text(f"door.settings.{what}_gone", name=chosen)
        choices.insert(1, DeviceChoice(chosen, gone))
    return choices

"""What the log-in screen shows. It never holds a PIN."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.views.parts.name_list import Person
from desktop.views.state import Notice


@dataclass(frozen=True, slots=True)
class LoginState:
    """``chosen`` is a person's id. ``attempts_left`` follows a wrong PIN of theirs, else None.
    ``locked_seconds`` is how long they still have to wait: given anew each second, 0 for no wait.
    """

    people: tuple[Person, ...] = ()
    chosen: int | None = None
    busy: bool = False
    attempts_left: int | None = None
    locked_seconds: int = 0
    notices: tuple[Notice, ...] = ()
    now: int = 0

    @property
    def person(self) -> Person | None:
        """Who is chosen, if that is somebody on the list."""
        return next((one for one in self.people if one.id == self.chosen), None)

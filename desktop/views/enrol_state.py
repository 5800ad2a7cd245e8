"""What the enrolment screen shows, and how a typed code is brought into its form."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from desktop.views.state import CameraStatus, Notice
from models.enrolment_text import CODE_LENGTH, show_code
from models.texts import both


class EnrolStage(Enum):
    """Where enrolment stands."""

    FORM = "form"
    """Nothing is sent yet, or the centre refused the code (a notice says so)."""
    WORKING = "working"
    HALTED = "halted"
    """The code is spent, but not everything is here: to be tried again without typing it."""
    DONE = "done"


class EnrolStep(Enum):
    """The steps a person sees, in their order; words under ``door.enrol.<value>``."""

    CONNECT = "connect"
    FETCH = "fetch"
    FINISH = "finish"


@dataclass(frozen=True, slots=True)
class EnrolState:
    """``address``, ``code`` and ``name`` are put into the fields whenever they change; after that
    what is typed stands. ``code_read`` says that they came out of a QR code. ``done`` of ``total``
    are figures of ``step``; ``total`` 0 means not known. ``device`` and ``households`` stand in
    DONE.
    """

    stage: EnrolStage = EnrolStage.FORM
    camera: CameraStatus = CameraStatus.STARTING
    address: str = ""
    code: str = ""
    name: str = ""
    code_read: bool = False
    step: EnrolStep = EnrolStep.CONNECT
    done: int = 0
    total: int = 0
    cancelling: bool = False
    notices: tuple[Notice, ...] = ()
    device: str = ""
    households: int = 0
    now: int = 0


def trouble_key(code: str) -> str:
    """The key of a Notice for the error ``code`` while enrolling: words for a laptop that holds no
    records yet, where there are such."""
    own = f"door.trouble.{code}"
    return own if both(f"{own}.title") else f"errors.{code}"


def typed_code(typed: str) -> str:
    """A one-time code while it is being typed, as it is shown: ``abcd2`` becomes ``ABCD-2``.

    What can't be a code, such as the whole text of an enrolment QR, is left as it is.
    """
    bare = "".join(typed.split()).replace("-", "").replace(".", "").upper()
    if len(bare) > CODE_LENGTH or not (bare.isascii() and bare.isalnum()):
        return typed
    return show_code(bare) if len(bare) > CODE_LENGTH // 2 else bare

"""Syncing and enrolling without a screen, by the same code as the app's."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from enum import Enum
from pathlib import Path

from desktop.device import (
    VAULT_FILE,
    Enrolment,
    OpenDevice,
    is_enrolled,
    open_device,
    sync,
)
from desktop.device_secret import usual_stores
from desktop.diagnostics import of_machine, write
from desktop.folders import usual_folder
from desktop.metered import is_metered, photo_limit
from desktop.settings import SETTINGS_FILE, load_settings
from desktop.threads import Cancel
from desktop.vault import Vault
from models.clock import local, wall_clock
from models.enrolment_text import Invitation
from models.errors import KsbbError
from models.pin import PinError
from models.texts import Language, text
from sync.blob_limit import NO_BLOBS, BlobLimit
from sync.blob_sending import BlobsSent
from sync.messages import ExceptionCode
from sync.progress import Progress

OK, FAILED, USAGE = 0, 1, 2
PATIENCE_S = 120.0
"""How long the command waits for the app's own sync: nobody stands before it."""


class Photos(Enum):
    """Which photos a sync sends."""

    LIMITED = "limited"
    """As many as the setting allows in a day over a link that is paid by the byte."""
    NONE = "none"
    ALL = "all"


Work = Callable[[OpenDevice, Cancel], int]
"""What is done with an opened device; returns the exit code. Raises KsbbError."""


def with_device(
    folder: Path | None,
    volunteer: str | None,
    read_pin: Callable[[str], str],
    language: Language,
    work: Work,
) -> int:
    """Opens the device for ``volunteer``, lets ``work`` be done and closes it; says what keeps it
    from that, and returns the exit code."""
    folder = folder or usual_folder()
    if not is_enrolled(folder):
        return complain(text(language, "cli.field.not_enrolled", folder=folder), USAGE)
    cancel = Cancel()
    try:
        vault = Vault.open(folder / VAULT_FILE, usual_stores(folder), wall_clock)
        who = [one for one in vault.volunteers() if volunteer in (one.name, str(one.id))]
        if len(who) != 1:
            names = ", ".join(one.name for one in vault.volunteers())
            return complain(text(language, "cli.field.who", names=names), USAGE)
        device = open_device(folder, vault, who[0].id, read_pin(who[0].name), wall_clock)
        with closing(device):
            return work(device, cancel)
    except PinError:
        return complain(text(language, "cli.field.bad_pin"), USAGE)
    except KsbbError as error:
        return complain(worded(error, language), FAILED)
    except KeyboardInterrupt:
        cancel.set()
        return FAILED


def sync_once(
    folder: Path | None,
    volunteer: str | None,
    read_pin: Callable[[str], str],
    language: Language,
    photos: Photos = Photos.LIMITED,
) -> int:
    """Opens the device for ``volunteer``, syncs once, says how it ended; returns the exit code."""

    def work(device: OpenDevice, cancel: Cancel) -> int:
        limit = _limit(device.database.folder, photos)
        say = printer(language)
        done = sync(device, wall_clock, cancel, say, patience=PATIENCE_S, blobs=limit)
        print(text(language, "cli.field.synced", sent=done.sent, fetched=done.fetched))
        damaged = [str(place) for place, code in done.exceptions if code == ExceptionCode.DAMAGED]
        if damaged:
            print(text(language, "cli.field.damaged", places=", ".join(damaged)))
        if done.moved:
            print(text(language, "cli.field.moved"))
        if done.carried:
            print(text(language, "cli.field.carried", count=done.carried))
        if done.exceptions:
            print(text(language, "cli.field.review", count=len(done.exceptions)))
        print(safety_words(device, language))
        for line in _photo_words(done.blobs, language):
            print(line)
        return OK

    return with_device(folder, volunteer, read_pin, language, work)


def _limit(folder: Path, photos: Photos) -> BlobLimit:
    """What may go out for photos, by the app's setting where nothing else was asked for."""
    if photos is Photos.NONE:
        return NO_BLOBS
    metered, megabytes = is_metered(), load_settings(folder / SETTINGS_FILE).photo_limit
    return photo_limit(metered, megabytes, regardless=photos is Photos.ALL)


def _photo_words(blobs: BlobsSent, language: Language) -> Iterator[str]:
    """What came of the photos, if there were any."""
    if blobs.sent:
        yield text(language, "cli.field.photos_sent", count=blobs.sent)
    if blobs.left.count:
        size = f"{blobs.left.bytes / 1_000_000:.1f}"
        why = "limited" if blobs.limited else "broken" if blobs.problem else "left"
        yield text(language, f"cli.field.photos_{why}", count=blobs.left.count, mb=size)


def enrol_here(
    folder: Path | None, invitation: Invitation | None, name: str, language: Language
) -> int:
    """Enrols this machine; returns the exit code."""
    folder = folder or usual_folder()
    if invitation is None:
        return complain(text(language, "cli.field.bad_invitation"), USAGE)
    if is_enrolled(folder):
        return complain(text(language, "errors.vault_exists.title"), FAILED)
    enrolment = Enrolment(folder, usual_stores, wall_clock, Cancel())
    try:
        enrolment.begin(invitation, name or platform.node() or "Laptop")
        enrolment.finish(printer(language))
    except KsbbError as error:
        return complain(worded(error, language), FAILED)
    print(
        text(
            language,
            "cli.field.enrolled",
            name=enrolment.name,
            households=enrolment.households,
        )
    )
    return OK


def diagnose(folder: Path | None, target: Path | None, language: Language) -> int:
    """Writes the file for support, opening nothing; returns the exit code."""
    folder = folder or usual_folder()
    try:
        file = write(target or Path.cwd(), folder, [of_machine(folder)])
    except OSError:
        return complain(text(language, "keeping.diagnostics.failed.title"), FAILED)
    print(text(language, "keeping.diagnostics.saved", file=file))
    return OK


def printer(language: Language) -> Callable[[Progress], None]:
    """Says on standard error how far it is."""

    def show(progress: Progress) -> None:
        words = text(
            language, f"cli.phase.{progress.phase.value}", done=progress.done, total=progress.total
        )
        print(words, file=sys.stderr)

    return show


def safety_words(device: OpenDevice, language: Language) -> str:
    """What is not safe, or since when all is."""
    safety = device.station.ledger.safety()
    if safety.unsafe or safety.safe_at is None:
        return text(language, "cli.field.unsafe", count=safety.unsafe)
    return text(language, "cli.field.all_safe", time=f"{local(safety.safe_at):%H.%M}")


def worded(error: KsbbError, language: Language) -> str:
    """What happened and what to do."""
    return f"{error.title(language)}. {error.what_to_do(language)}"


def complain(message: str, code: int) -> int:
    """Says ``message`` on standard error; returns ``code``."""
    print(message, file=sys.stderr)
    return code

"""What became of an export or an import, as notices in place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from desktop.presenters.faults import notice
from desktop.views.state import Notice
from models.errors import ExportStopped, KsbbError, NothingToExport
from models.verdict import Tone
from sync.unpacking import GotFacts, GotReceipts
from sync.usb import Exported, Imported


def of_export(exported: Exported) -> tuple[Notice, ...]:
    """What was written, and what had no room."""
    notices: list[Notice] = []
    packed = exported.packed
    if packed is not None:
        parts: dict[str, object] = {"n": packed.facts, "file": packed.path.name}
        notices.append(_fixed("exported", Tone.GO, parts))
        if packed.left:
            notices.append(_fixed("exported_left", Tone.CHECK, {"n": packed.left}))
    if exported.receipts is not None:
        notices.append(_fixed("receipts", Tone.GO, {"file": exported.receipts.name}))
    return tuple(notices)


def of_import(files: Sequence[Imported]) -> tuple[Notice, ...]:
    """What came of each file; with several, what this laptop made itself goes without saying."""
    notices = [one for file in files for one in _of_file(file)]
    if len(notices) > 1:
        notices = [one for one in notices if one.key != "field.usb.own"]
    return tuple(notices) or (_fixed("nothing", None),)


def of_failure(error: BaseException) -> tuple[Notice, ...]:
    """Why it ended before it was done."""
    calm = isinstance(error, ExportStopped | NothingToExport)
    found = notice(error, Tone.CHECK if calm else Tone.STOP)
    return (Notice(found.key, found.tone, found.parts, dismissible=False),)


def _of_file(file: Imported) -> Iterator[Notice]:
    match file.got:
        case GotReceipts() as got:
            yield from _of_receipts(got, file.file)
        case GotFacts() as got:
            yield from _of_facts(got, file.file)
        case KsbbError() as error:
            found = of_failure(error)[0]
            yield Notice(found.key, found.tone, found.parts, dismissible=False, about=file.file)


def _of_receipts(got: GotReceipts, file: str) -> Iterator[Notice]:
    if got.safe and not got.unsafe:
        yield _fixed("safe", Tone.GO, {"n": got.safe})
    elif got.safe:
        yield _fixed("safe_some", Tone.CHECK, {"n": got.safe, "left": got.unsafe})
    else:
        yield _fixed("safe_none", None, about=file)
    if got.review:
        yield _fixed("review", Tone.CHECK, {"n": got.review})
    if got.damaged:
        yield _fixed("damaged", Tone.CHECK, about=file)


def _of_facts(got: GotFacts, file: str) -> Iterator[Notice]:
    name = got.sender or file
    if got.own:
        yield _fixed("own", None, about=file)
        return
    if got.waiting:
        yield _fixed("carried_for", Tone.GO, {"n": got.waiting, "name": name})
    else:
        yield _fixed("delivered", Tone.GO, {"name": name})
    if got.taken:
        yield _fixed("taken", Tone.GO, {"n": got.taken, "name": name})
    if got.damaged or (got.promised is not None and got.facts < got.promised):
        yield _fixed("damaged", Tone.CHECK, about=file)


def _fixed(
    leaf: str, tone: Tone | None, parts: dict[str, object] | None = None, *, about: str = ""
) -> Notice:
    """It stays until something else is done here: there is nothing that it stands in the way of."""
    return Notice(f"field.usb.{leaf}", tone, parts or {}, dismissible=False, about=about)

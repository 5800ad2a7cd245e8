"""Files on a stick: written under another name until they are whole, read with a limit, and every
way the system fails said as one of ``models.errors``.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from models.errors import (
    ParcelError,
    ParcelTooLarge,
    StickFull,
    StickGone,
    StickReadOnly,
    StickTrouble,
)

DRAFT_SUFFIX = ".part"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_GONE = {errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO, errno.ENOTCONN, errno.ESTALE}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
_WINDOWS_GONE = {2, 3, 15, 21, 55, 433, 1006, 1117, 1167}
"""File, path or drive not found, not ready, device gone: Python calls some of them EACCES."""


def fault_of(error: OSError, path: Path) -> ParcelError:
    """Our error for one of the system's, about the file or folder ``path``."""
    folder = str(path.parent)
    if getattr(error, "winerror", None) in _WINDOWS_GONE or error.errno in _GONE:
        return StickGone(folder=folder)
    if error.errno in _FULL:
        return StickFull(folder=folder)
    if error.errno in _READ_ONLY:
        return StickReadOnly(folder=folder)
    name = errno.errorcode.get(error.errno or 0, type(error).__name__)
    return StickTrouble(file=path.name, problem=name)


@contextmanager
def on_stick(path: Path) -> Iterator[None]:
    """Whatever the system raises inside of ``path`` comes out as a ParcelError."""
    try:
        yield
    except OSError as error:
        raise fault_of(error, path) from error


def read_whole(path: Path, most: int) -> bytes:
    """The bytes of a file; raises ParcelTooLarge for more than ``most``, or another ParcelError."""
    with on_stick(path), path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise ParcelTooLarge()
    return data


class Draft:
    """A file that gets its name only when it is whole and on the medium.

    Until ``finish`` it stands beside its final place with ``.part`` behind its name; what another
    run left there is continued where ``keep`` says. Anybody may read it: on a stick that knows
    owners the carrier is another one, and what is in it is closed. Every method raises ParcelError.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._draft = path.with_name(path.name + DRAFT_SUFFIX)
        self._file: BinaryIO | None = None

    def left(self, most: int) -> bytes:
        """What an earlier run left, at most so many bytes of it; nothing where there is none."""
        with on_stick(self._draft):
            try:
                with self._draft.open("rb") as file:
                    return file.read(most)
            except FileNotFoundError:
                return b""

    def begin(self, keep: int = 0) -> None:
        """Opens it for writing behind its first ``keep`` bytes."""
        with on_stick(self._draft):
            handle = os.open(self._draft, os.O_RDWR | os.O_CREAT | _BINARY, 0o644)
            self._file = open(handle, "r+b")  # noqa: SIM115 - it lives as long as the draft
            self._file.truncate(keep)
            self._file.seek(keep)

    def write(self, data: bytes) -> None:
        """Adds ``data``, handed to the system at once: a pulled stick keeps what was written."""
        assert self._file is not None, "begin comes first"
        with on_stick(self._draft):
            self._file.write(data)
            self._file.flush()

    def finish(self) -> None:
        """Brings it onto the medium and gives it its name, in place of an older file."""
        assert self._file is not None, "begin comes first"
        with on_stick(self._draft):
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None
            self._draft.replace(self.path)
        _sync_folder(self.path.parent)

    def discard(self) -> None:
        """Closes it and removes what there is of it."""
        self.close()
        with suppress(OSError):
            self._draft.unlink()

    def close(self) -> None:
        """Lets it go; what is written stays for the next run."""
        file, self._file = self._file, None
        if file is not None:
            # A pulled stick fails here once more; what matters was told by ``write``.
            with suppress(OSError):
                file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def write_whole(path: Path, data: bytes) -> None:
    """``data`` as the whole of ``path``: afterwards there is the old file or the new one. Raises
    ParcelError."""
    with Draft(path) as draft:
        try:
            draft.begin()
            draft.write(data)
            draft.finish()
        except ParcelError:
            draft.discard()
            raise


_BINARY: int = getattr(os, "O_BINARY", 0)


def _sync_folder(folder: Path) -> None:
    """Makes the new name itself last. Not every file system of a stick can; then the system's own
    writing out does it when the stick is taken out properly."""
    if os.name != "posix":
        return
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

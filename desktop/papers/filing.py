"""Putting a paper into a folder: whole or not at all, for its owner alone, trouble in words."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from models.errors import FolderFull, FolderGone, FolderReadOnly, PaperError

_NO_NAME = re.compile(r"[^a-z0-9]+")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """``path``, in its place only once everything is written. Raises PaperError."""
    draft = path.with_name(f"{path.name}.part")
    try:
        with _said(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(draft, "w+b", opener=_owner_only) as target:
                yield target
            os.replace(draft, path)
    finally:
        with _said(path.parent):
            draft.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Lets ``folder`` exist. Raises PaperError."""
    with _said(folder):
        folder.mkdir(parents=True, exist_ok=True)


def file_name(words: str) -> str:
    """``words`` as part of a file's name: small letters, digits and hyphens."""
    return _NO_NAME.sub("-", words.casefold()).strip("-")


@contextmanager
def _said(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _trouble(error, folder) from error


def _trouble(error: OSError, folder: Path) -> PaperError:
    if error.errno in _FULL:
        return FolderFull(folder=str(folder))
    if error.errno in _READ_ONLY:
        return FolderReadOnly(folder=str(folder))
    return FolderGone(folder=str(folder))


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)

"""Where benchmarks keep their files: on the checkout's own disk, removed at the end."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parent.parent
_LONGEST = 70
"""Characters of a folder in which the embedded PostgreSQL's socket still has a legal name."""


class Ground:
    """A folder for one run. What is costly to make is made once and kept until the run ends."""

    def __init__(self, folder: Path, *, full: bool = False) -> None:
        """``full``: topics that measure a part by default measure all of it."""
        self.folder = folder
        self.full = full
        self._kept: dict[str, Path] = {}

    def new(self, name: str) -> Path:
        """An empty folder."""
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.folder))

    def kept(self, name: str) -> tuple[Path, bool]:
        """The folder kept under ``name``, and whether it was made just now."""
        fresh = name not in self._kept
        if fresh:
            self._kept[name] = self.new(name)
        return self._kept[name], fresh


@contextmanager
def ground(*, full: bool = False) -> Iterator[Ground]:
    """A ``Ground`` under the checkout's ``build/``: a temporary folder of the system often lies in
    memory, where nothing costs what it costs on a disk."""
    above = _CHECKOUT / "build"
    if len(os.fsencode(above)) > _LONGEST - 20:
        above = Path("/var/tmp")
    above.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=above))
    # Run by root the embedded PostgreSQL belongs to another user, who must pass through.
    folder.chmod(0o711)
    try:
        yield Ground(folder, full=full)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class AppendedFile:
    """The floor of everything durable: appending bytes to a file and waiting for the disk."""

    def __init__(self, folder: Path, size: int = 200) -> None:
        self._bytes = os.urandom(size)
        self._file = os.open(folder / "appended", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def append(self) -> None:
        """One append and fsync."""
        os.write(self._file, self._bytes)
        os.fsync(self._file)

    def close(self) -> None:
        """Closes the file."""
        os.close(self._file)

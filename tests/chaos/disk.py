"""Disks without room: a small one of one's own where it may be mounted, and a limit where not."""

from __future__ import annotations

import os
import random
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_CRUMBS = 96 * 1024
"""At most so many bytes are left on a disk that is called full."""


class CannotMount(Exception):
    """This user may not mount anything here; the message says what the system said."""


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """``folder`` as a disk of its own, of so many megabytes. Raises CannotMount."""
    folder.mkdir(exist_ok=True)
    options = f"size={megabytes}m,mode=0711"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "ksbb-chaos", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotMount(done.stderr.strip())
    try:
        yield Disk(folder)
    finally:
        # Lazily: whoever was killed may not quite be gone.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


class Disk:
    """A mounted disk that can be filled up and freed again."""

    def __init__(self, folder: Path) -> None:
        self._filling = folder / ".filling"
        self.folder = folder

    def fill(self, chance: random.Random) -> None:
        """Takes all room but a few crumbs, or none at all."""
        crumbs = chance.choice((0, chance.randrange(_CRUMBS)))
        with self._filling.open("ab") as file:
            while (left := self._room() - crumbs) > 0:
                # Somebody else may have taken of it in between.
                with suppress(OSError):
                    os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, left)

    def free(self) -> None:
        """Gives the room back."""
        self._filling.unlink(missing_ok=True)

    def _room(self) -> int:
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize


class FileLimit:
    """For a process that anybody may start: from now on no file may grow beyond a size."""

    def __init__(self, pid: int) -> None:
        self._pid = pid

    def fill(self, chance: random.Random) -> None:
        """Writes beyond a place between 32 and 256 KiB fail."""
        _, most = resource.prlimit(self._pid, resource.RLIMIT_FSIZE)
        limit = chance.randint(32 * 1024, 256 * 1024)
        resource.prlimit(self._pid, resource.RLIMIT_FSIZE, (limit, most))

    def free(self) -> None:
        """Lets files grow again."""
        _, most = resource.prlimit(self._pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self._pid, resource.RLIMIT_FSIZE, (most, most))

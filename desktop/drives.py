"""The removable drives that are plugged in now, as the system names them. May take its time: a
network drive that is away holds the question up, so it is asked off the GUI thread."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterable
from pathlib import Path, PurePath, PurePosixPath

from PySide6.QtCore import QStorageInfo

from desktop.views.usb_page import Drive

_MOUNTS = {
    "linux": (PurePosixPath("/media"), PurePosixPath("/run/media"), PurePosixPath("/mnt")),
    "darwin": (PurePosixPath("/Volumes"),),
}
"""Where desktops put what is plugged in. What a disk says of itself is no help: most sticks say
that they are removable, most USB disks don't."""
_REMOVABLE = 2
"""``DRIVE_REMOVABLE`` of Windows' GetDriveTypeW."""


def find_drives(volumes: Iterable[QStorageInfo] | None = None) -> tuple[Drive, ...]:
    """The drives a person may mean by "the USB drive", by name."""
    found = QStorageInfo.mountedVolumes() if volumes is None else volumes
    drives = [
        drive_at(Path(one.rootPath()), one)
        for one in found
        if one.isValid() and one.isReady() and is_removable(one.rootPath())
    ]
    return tuple(sorted(drives, key=lambda drive: (drive.name.casefold(), drive.path)))


def drive_at(folder: Path, volume: QStorageInfo | None = None) -> Drive:
    """A folder as a place to write to, with the room on whatever it lies on."""
    on = volume or QStorageInfo(str(folder))
    whole = volume is not None
    name = (on.displayName() if whole else "") or folder.name or str(folder)
    # A volume without a label is named by its path; its last part says as much.
    name = name if name != str(folder) else folder.name or name
    free = on.bytesAvailable() if on.isValid() else -1
    return Drive(str(folder), name, free if free >= 0 else None, on.isReadOnly())


def is_removable(root: str, platform: str = sys.platform) -> bool:
    """Whether a volume at ``root`` is one that was plugged in."""
    if platform == "win32":
        return _windows_kind(root) == _REMOVABLE
    path: PurePath = PurePosixPath(root)
    return any(mount in path.parents for mount in _MOUNTS.get(platform, ()))


def _windows_kind(root: str) -> int:
    if sys.platform != "win32":
        return 0
    return int(ctypes.windll.kernel32.GetDriveTypeW(str(Path(root))))

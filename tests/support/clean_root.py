"""A clean system in a folder: what a laptop has once it is installed, and nothing of ours."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

_INSIDE = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
    "DEBIAN_FRONTEND": "noninteractive",
}
_ENTER = """
set -e
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
mkdir -p "$1/tmp/.X11-unix"
[ ! -d /tmp/.X11-unix ] || mount --bind /tmp/.X11-unix "$1/tmp/.X11-unix"
root=$1 user=$2; shift 2
exec chroot --userspec="$user" "$root" "$@"
"""
"""In a mount namespace of its own, which takes the mounts away with it however this ends."""


@dataclass(frozen=True)
class CleanRoot:
    """The folder that is ``/`` inside."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> CleanRoot:
        """Fetches the least system of this machine's own distribution (a minute or two); skips the
        test where that can't be done."""
        missing = [name for name in ("debootstrap", "unshare", "chroot") if not shutil.which(name)]
        if missing or os.geteuid() != 0:
            why = f"no {', '.join(missing)} here" if missing else "only root can make one"
            pytest.skip(f"not tried in a clean system: {why}")
        suite = platform.freedesktop_os_release()["VERSION_CODENAME"]
        command = ["debootstrap", "--variant=minbase", suite, str(folder), *_mirror(suite)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-2000:]
        return cls(folder)

    def command(self, words: Sequence[str], user: str = "root", **environment: str) -> list[str]:
        """What runs ``words`` inside, and sees none of this machine's environment."""
        inside = {**_INSIDE, "HOME": "/root" if user == "root" else f"/home/{user}", **environment}
        given = [f"{name}={value}" for name, value in inside.items()]
        enter = ["unshare", "--mount", "--propagation", "private", "sh", "-c", _ENTER, "sh"]
        return [*enter, str(self.folder), user, "/usr/bin/env", "-i", *given, *words]

    def run(
        self, *words: str, user: str = "root", timeout: float = 300
    ) -> subprocess.CompletedProcess[str]:
        """Runs ``words`` inside to its end."""
        return subprocess.run(
            self.command(words, user), capture_output=True, text=True, check=False, timeout=timeout
        )


def _mirror(suite: str) -> list[str]:
    """Where this machine itself has its packages from."""
    wanted = ["indextargets", "--format", "$(RELEASE) $(REPO_URI)", "Created-By: Packages"]
    told = subprocess.run(["apt-get", *wanted], capture_output=True, text=True, check=False).stdout
    return [line.split()[1] for line in told.splitlines() if line.split()[0] == suite][:1]

"""Makes a fresh checkout ready: system packages, ``.venv``, locked dependencies, our programs.

Runs on the standard library alone, changes nothing and says nothing when all is in place.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAMP = "ksbb-setup.json"

LIBRARIES: dict[str, tuple[str, ...]] = {
    "libglib-2.0.so.0": ("libglib2.0-0", "libglib2.0-0t64"),
    "libgthread-2.0.so.0": ("libglib2.0-0", "libglib2.0-0t64"),
    "libGL.so.1": ("libgl1",),
    "libEGL.so.1": ("libegl1",),
    "libxkbcommon.so.0": ("libxkbcommon0",),
    "libdbus-1.so.3": ("libdbus-1-3",),
    "libstdc++.so.6": ("libstdc++6",),
    "libgcc_s.so.1": ("libgcc-s1",),
    "libz.so.1": ("zlib1g",),
    "libzstd.so.1": ("libzstd1",),
    "libfontconfig.so.1": ("libfontconfig1",),
    "libfreetype.so.6": ("libfreetype6",),
    "libbrotlicommon.so.1": ("libbrotli1",),
    "libbrotlidec.so.1": ("libbrotli1",),
    "libgssapi_krb5.so.2": ("libgssapi-krb5-2",),
    "libdrm.so.2": ("libdrm2",),
    "libwayland-client.so.0": ("libwayland-client0",),
    "libwayland-cursor.so.0": ("libwayland-cursor0",),
    "libwayland-egl.so.1": ("libwayland-egl1",),
    "libX11.so.6": ("libx11-6",),
    "libX11-xcb.so.1": ("libx11-xcb1",),
    "libXext.so.6": ("libxext6",),
    "libxcb.so.1": ("libxcb1",),
    "libxcb-cursor.so.0": ("libxcb-cursor0",),
    "libxcb-glx.so.0": ("libxcb-glx0",),
    "libxcb-icccm.so.4": ("libxcb-icccm4",),
    "libxcb-image.so.0": ("libxcb-image0",),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1",),
    "libxcb-randr.so.0": ("libxcb-randr0",),
    "libxcb-render.so.0": ("libxcb-render0",),
    "libxcb-render-util.so.0": ("libxcb-render-util0",),
    "libxcb-shape.so.0": ("libxcb-shape0",),
    "libxcb-shm.so.0": ("libxcb-shm0",),
    "libxcb-sync.so.1": ("libxcb-sync1",),
    "libxcb-util.so.1": ("libxcb-util1",),
    "libxcb-xfixes.so.0": ("libxcb-xfixes0",),
    "libxcb-xkb.so.1": ("libxcb-xkb1",),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0",),
    "libpulse.so.0": ("libpulse0",),
    "libXrandr.so.2": ("libxrandr2",),
    "libcups.so.2": ("libcups2", "libcups2t64"),
}
"""What Qt's libraries and plugins load, and the package that holds it: each row names the
alternatives, since a distribution that moved to 64-bit time renamed some. The Debian package of the
field app depends on these (``make_deb``)."""

TEST_LIBRARIES: dict[str, tuple[str, ...]] = {"libatomic.so.1": ("libatomic1",)}
"""What only tests load: the browser's driver comes with a Node.js that needs it."""

PROGRAMS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Xvfb": (("Xvfb",), ("xvfb",)),
    "pdftoppm": (("pdftoppm",), ("poppler-utils",)),
    "ip": (("ip",), ("iproute2",)),
    "Chromium": (
        ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
        ("chromium",),
    ),
}
"""What only tests use: program → its possible commands, its possible packages. Ubuntu's
``chromium-browser`` is not among the packages: it installs a stub that asks for a snap."""


class SetupError(Exception):
    """Setting up cannot go on; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing that is missing and the names its package may have."""

    thing: str
    packages: tuple[str, ...]


def _loads(soname: str) -> bool:
    """Whether the loader finds this library: the same question that Qt will ask."""
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def missing_libraries(
    loads: Callable[[str], bool] = _loads, table: Mapping[str, tuple[str, ...]] = LIBRARIES
) -> list[Wanted]:
    """The libraries of ``table`` that the loader does not find: those that Qt needs, say."""
    return [Wanted(soname, packages) for soname, packages in table.items() if not loads(soname)]


def missing_programs(which: Callable[[str], str | None] = shutil.which) -> list[Wanted]:
    """The programs that only tests use and this machine has not."""
    return [
        Wanted(thing, packages)
        for thing, (commands, packages) in PROGRAMS.items()
        if not any(which(command) for command in commands)
    ]


def missing_for_tests() -> list[Wanted]:
    """Whatever only tests use and this machine has not."""
    return [*missing_libraries(table=TEST_LIBRARIES), *missing_programs()]


def missing_ensurepip() -> list[Wanted]:
    """Debian cuts the part of Python that makes virtual environments into a package of its own."""
    if importlib.util.find_spec("ensurepip") is not None:
        return []
    versioned = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    return [Wanted("ensurepip", (versioned, "python3-venv"))]


def known_packages(policy: str) -> set[str]:
    """The names that have a candidate in the output of ``apt-cache policy``."""
    found = re.findall(r"^(\S+):\n(?:  .*\n)*?  Candidate: (\S+)", policy, re.MULTILINE)
    return {name for name, candidate in found if candidate != "(none)"}


def choose(wanted: Iterable[Wanted], known: set[str]) -> list[str]:
    """One package a missing thing, without repeats: the first name that is known.

    A thing none of whose names is known is passed over, unless nothing at all is known (no
    package lists on this machine): then its first name is as good a guess as any.
    """
    chosen = []
    for want in wanted:
        names = [name for name in want.packages if name in known]
        if not known:
            names = list(want.packages)
        chosen.extend(names[:1])
    return sorted(set(chosen))


def _apt_known(wanted: Sequence[Wanted]) -> set[str]:
    names = sorted({name for want in wanted for name in want.packages})
    answer = subprocess.run(
        ["apt-cache", "policy", *names],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    )
    return known_packages(answer.stdout)


_APT_GET = ("apt-get", "-qq", "-o", "Acquire::http::Timeout=15", "-o", "DPkg::Lock::Timeout=60")


def _apt_get(*words: str) -> bool:
    """Whether apt-get did it; what it printed is shown only when it did not."""
    done = subprocess.run(
        [*_APT_GET, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    )
    if done.returncode:
        print("\n".join(done.stdout.splitlines()[-5:]), file=sys.stderr)
    return done.returncode == 0


def system_packages(needed: Sequence[Wanted], for_tests: Sequence[Wanted]) -> None:
    """Installs what is missing where we may, and names it in one line where we may not."""
    if not needed and not for_tests:
        return
    wanted = [*needed, *for_tests]
    if shutil.which("apt-get") is None:
        things = ", ".join(want.thing for want in wanted)
        print(f"setup: please install with your system's package manager: {things}")
        return
    if os.geteuid() == 0:
        known = _apt_known(wanted)
        if len(choose(needed, known)) < len({want.packages for want in needed}) or not known:
            _apt_get("update")
            known = _apt_known(wanted)
        # Apart, so that a browser that cannot be had does not keep Qt's libraries away.
        for group in (needed, for_tests):
            names = choose(group, known)
            if names:
                print(f"setup: installing {' '.join(names)}", flush=True)
                install = ("install", "-y", "--no-install-recommends", *names)
                # Old package lists name files that the mirror no longer has.
                _ = _apt_get(*install) or (_apt_get("update") and _apt_get(*install))
        wanted = [*missing_libraries(), *missing_ensurepip(), *missing_for_tests()]
    names = choose(wanted, _apt_known(wanted)) if wanted else []
    if names:
        line = f"setup: still missing, please run: sudo apt-get install {' '.join(names)}"
        print(line, flush=True)


def wanted_state(root: Path) -> dict[str, str]:
    """What the environment depends on; while it is unchanged nothing is to be done."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    packaging = [project["project"], project["build-system"], project["tool"]["setuptools"]]
    return {
        "python": sys.version,
        "place": str(root),
        "lock": hashlib.sha256((root / "requirements.lock").read_bytes()).hexdigest(),
        "project": hashlib.sha256(json.dumps(packaging).encode()).hexdigest(),
    }


def _recorded_state(stamp: Path) -> dict[str, str]:
    try:
        recorded = json.loads(stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return recorded if isinstance(recorded, dict) else {}


def _version_of(python: Path) -> str | None:
    try:
        answer = subprocess.run(
            [python, "-c", "import sys; print(sys.version, end='')"],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return None
    return answer.stdout if answer.returncode == 0 else None


def _run(*command: str | Path) -> None:
    done = subprocess.run([str(part) for part in command], check=False)
    if done.returncode:
        raise SetupError(f"this step failed: {' '.join(str(part) for part in command)}")


def environment(root: Path) -> None:
    """Makes ``.venv`` and fills it from the lock, as far as that is not done already."""
    venv = root / ".venv"
    python, stamp = venv / "bin" / "python", venv / STAMP
    wanted, recorded = wanted_state(root), _recorded_state(stamp)
    if _version_of(python) != sys.version or recorded.get("place", str(root)) != str(root):
        if missing_ensurepip():
            raise SetupError(
                "Python cannot make virtual environments before python3-venv is installed"
            )
        print("setup: making .venv", flush=True)
        _run(sys.executable, "-m", "venv", "--clear", venv)
        recorded = {}
    if recorded == wanted:
        return
    stamp.unlink(missing_ok=True)
    pip = (python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install")
    if recorded.get("lock") != wanted["lock"]:
        print("setup: installing the locked packages (minutes, the first time)", flush=True)
        _run(*pip, "--require-hashes", "-r", root / "requirements.lock")
    print("setup: installing ksbb-field and ksbb-centre", flush=True)
    _run(*pip, "--no-deps", "--no-build-isolation", "--editable", root)
    stamp.write_text(json.dumps(wanted), encoding="utf-8")


def main() -> int:
    """Sets up this checkout; 0 when it can be used."""
    with open(__file__, "rb") as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        try:
            system_packages([*missing_libraries(), *missing_ensurepip()], missing_for_tests())
            environment(ROOT)
        except SetupError as error:
            print(f"setup: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""``make bundle``: the field app as a folder under dist/, tried and measured where it was made."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from bench.start import shown, x_server

ROOT = Path(__file__).resolve().parent.parent
NAME = "ksbb-field"
BUNDLE = ROOT / "dist" / NAME
PROGRAM = BUNDLE / (f"{NAME}.exe" if sys.platform == "win32" else NAME)
MOST_MB = 250
MOST_MS = 1000
_STARTS = 6


def main() -> int:
    """Makes it; 0 when it passes its self-test and keeps both limits."""
    build()
    tried = subprocess.run([PROGRAM, "--self-test", "--lang", "en"], check=False, cwd=BUNDLE)
    within = [_told("size", size_mb(BUNDLE), MOST_MB, "MB")]
    for name, ms in start_times().items():
        within.append(_told(f"start to the window, {name} (best of {_STARTS})", ms, MOST_MS, "ms"))
    return 0 if tried.returncode == 0 and all(within) else 1


def build() -> None:
    """Runs PyInstaller on build.spec."""
    subprocess.run(
        [
            *(sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"),
            *("--distpath", ROOT / "dist", "--workpath", ROOT / "build" / "frozen"),
            ROOT / "build.spec",
        ],
        check=True,
        cwd=ROOT,
    )


def size_mb(folder: Path) -> float:
    """What the files take, in megabytes; a link counts nothing."""
    files = (file for file in folder.rglob("*") if file.is_file() and not file.is_symlink())
    return sum(file.stat().st_size for file in files) / 1e6


def start_times() -> dict[str, float]:
    """Milliseconds from the start of the process to its window, on each platform there is here: the
    best of some, because what else the machine does can only add to it."""
    times = {"offscreen": _start({"QT_QPA_PLATFORM": "offscreen"})}
    if sys.platform == "win32":
        times["Windows"] = _start({"QT_QPA_PLATFORM": "windows"})
    elif shutil.which("Xvfb"):
        with x_server() as display:
            times["X"] = _start({"QT_QPA_PLATFORM": "xcb", "DISPLAY": display})
    return times


def _start(platform: Mapping[str, str]) -> float:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        command = [str(PROGRAM), "--folder", folder]
        return min(shown(command, platform)[0] for _ in range(_STARTS))


def _told(what: str, found: float, most: float, unit: str) -> bool:
    kept = found <= most
    print(f"{what}: {found:.0f} {unit}, {'within' if kept else 'OVER'} {most:.0f} {unit}")
    return kept


if __name__ == "__main__":
    sys.exit(main())

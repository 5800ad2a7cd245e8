"""``make windows-check``: has every locked package that Windows needs a wheel for it?

The lock holds the hashes of all files of a version and not their names, so the package index is
asked, by pip, and nothing is installed. Only a file whose hash is in the lock counts.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
PYTHON = "3.11"
WINDOWS = {
    "os_name": "nt",
    "sys_platform": "win32",
    "platform_system": "Windows",
    "platform_machine": "AMD64",
    "platform_python_implementation": "CPython",
    "implementation_name": "cpython",
    "python_version": PYTHON,
    "python_full_version": f"{PYTHON}.0",
    "extra": "",
}
"""What the lock's markers ask about, as it is there."""
FROM_SOURCE = frozenset({"libhxl", "python-io-wrapper"})
"""Published as source alone; plain Python, and only the tests want them."""
_MISSING = re.compile(r"No matching distribution found for ([A-Za-z0-9._-]+)==")


def wanted_on_windows(lock: str) -> dict[str, str]:
    """Name → its lines of ``lock`` without the marker, for each package that Windows needs."""
    wanted = {}
    for entry in re.split(r"^(?=[A-Za-z])", lock, flags=re.MULTILINE)[1:]:
        head, *hashes = entry.replace("\\\n", " ").split("--hash=")
        requirement = Requirement(head.strip())
        if requirement.name in FROM_SOURCE:
            continue
        if requirement.marker is None or requirement.marker.evaluate(WINDOWS):
            pinned = f"{requirement.name}{requirement.specifier}"
            wanted[requirement.name] = " ".join(
                [pinned, *(f"--hash={one.strip()}" for one in hashes)]
            )
    return wanted


def main() -> int:
    """Names each package without a wheel; 0 when there is none."""
    wanted = wanted_on_windows((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    missing: list[str] = []
    while True:
        asked = {name: line for name, line in wanted.items() if name not in missing}
        answer = _ask(asked)
        if answer.returncode == 0:
            break
        # pip stops at the first, so it is put aside and the rest asked again.
        found = _MISSING.search(answer.stderr)
        if found is None or found[1] not in asked:
            print(answer.stderr, file=sys.stderr)
            return 1
        missing.append(found[1])
    for name in missing:
        print(f"windows: no wheel of {wanted[name].split()[0]}")
    print(f"windows: {len(wanted) - len(missing)} of {len(wanted)} locked packages have a wheel")
    return 1 if missing else 0


def _ask(asked: dict[str, str]) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "windows.txt"
        file.write_text("\n".join(asked.values()) + "\n", encoding="utf-8")
        return subprocess.run(
            [
                *(sys.executable, "-m", "pip", "--disable-pip-version-check", "install"),
                *("--quiet", "--dry-run", "--ignore-installed", "--no-deps", "--require-hashes"),
                *("--only-binary", ":all:", "--platform", "win_amd64", "--target", folder),
                *("--python-version", PYTHON, "--implementation", "cp", "-r", str(file)),
            ],
            capture_output=True,
            text=True,
            check=False,
        )


if __name__ == "__main__":
    sys.exit(main())

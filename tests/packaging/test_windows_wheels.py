"""Which of the locked packages Windows needs, as ``make windows-check`` asks the index for them."""

from __future__ import annotations

from pathlib import Path

from scripts.windows_wheels import wanted_on_windows

ROOT = Path(__file__).resolve().parent.parent.parent
WANTED = wanted_on_windows((ROOT / "requirements.lock").read_text(encoding="utf-8"))


def test_what_only_windows_needs_is_among_them_and_what_only_linux_needs_is_not() -> None:
    assert {"tzdata", "pywin32-ctypes", "pefile", "sqlcipher3", "zxing-cpp"} <= set(WANTED)
    assert "secretstorage" not in WANTED and "jeepney" not in WANTED


def test_of_two_locked_versions_the_one_for_its_python_is_asked_for() -> None:
    assert WANTED["pyside6-addons"].startswith("pyside6-addons==6.11.3 ")


def test_each_line_has_its_hashes_and_no_marker() -> None:
    for line in WANTED.values():
        assert ";" not in line and "\n" not in line
        assert "--hash=sha256:" in line and line.count("--hash=") == line.count("sha256:")

"""The checkout itself: what sets it up, what is locked, what the commands promise."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


def _load_setup() -> ModuleType:
    spec = importlib.util.spec_from_file_location("setup_script", ROOT / "scripts" / "setup.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


setup = _load_setup()


def _locked() -> dict[str, set[str]]:
    """Locked name → versions (a marker may choose between two)."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9.\-]+)==(\S+)", lock, re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found


def _project() -> dict[str, object]:
    tree = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = tree["project"]
    assert isinstance(project, dict)
    return project


def test_every_dependency_of_the_project_is_locked() -> None:
    project = _project()
    dependencies = project["dependencies"]
    extras = project["optional-dependencies"]
    assert isinstance(dependencies, list) and isinstance(extras, dict)
    locked = _locked()
    for requirement in [*dependencies, *extras["dev"]]:
        name = re.split(r"[\[<>=;! ]", requirement, maxsplit=1)[0].lower().replace("_", "-")
        assert name in locked, requirement


def test_every_locked_package_carries_a_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"^(?=[A-Za-z])", lock, flags=re.MULTILINE)[1:]
    assert len(entries) > 50
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_and_the_commands_name_no_host() -> None:
    for name in ("requirements.lock", "Makefile", "scripts/setup.py", "scripts/setup.sh"):
        assert "://" not in (ROOT / name).read_text(encoding="utf-8"), name


def test_python_before_3_12_keeps_the_qt_that_is_clean_there() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "pyside6-essentials==6.11.3 ; python_full_version < '3.12'" in lock


def test_a_library_that_loads_is_not_asked_for() -> None:
    wanted = setup.missing_libraries(loads=lambda soname: soname != "libcups.so.2")
    assert [want.thing for want in wanted] == ["libcups.so.2"]


def test_any_one_browser_is_enough() -> None:
    others = {name: f"/usr/bin/{name}" for name in ("Xvfb", "pdftoppm", "ip")}
    assert setup.missing_programs(which={**others, "google-chrome": "/opt/chrome"}.get) == []
    missing = {want.thing for want in setup.missing_programs(which={}.get)}
    assert missing == {"Xvfb", "pdftoppm", "ip", "Chromium"}


POLICY_OF_UBUNTU_24_04 = """\
libcups2:
  Installed: (none)
  Candidate: (none)
  Version table:
libcups2t64:
  Installed: (none)
  Candidate: 2.4.7-1.2ubuntu7.4
  Version table:
     2.4.7-1.2ubuntu7.4 500
        500 mirror noble-updates/main amd64 Packages
libgl1:
  Installed: (none)
  Candidate: 1.7.0-1build1
  Version table:
"""


def test_the_package_is_called_as_this_distribution_calls_it() -> None:
    known = setup.known_packages(POLICY_OF_UBUNTU_24_04)
    assert known == {"libcups2t64", "libgl1"}
    wanted = [
        setup.Wanted("libcups.so.2", ("libcups2", "libcups2t64")),
        setup.Wanted("libGL.so.1", ("libgl1",)),
        setup.Wanted("Chromium", ("chromium",)),
    ]
    assert setup.choose(wanted, known) == ["libcups2t64", "libgl1"]


def test_without_package_lists_the_usual_name_is_given() -> None:
    wanted = [setup.Wanted("libcups.so.2", ("libcups2", "libcups2t64"))]
    assert setup.choose(wanted, set()) == ["libcups2"]


def test_who_may_not_install_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    apt = tmp_path / "apt-get"
    apt.write_text("#!/bin/sh\necho called >&2; exit 9\n", encoding="utf-8")
    apt.chmod(0o755)
    (tmp_path / "apt-cache").symlink_to("/bin/true")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(
        setup, "missing_libraries", lambda: [setup.Wanted("libGL.so.1", ("libgl1",))]
    )
    setup.system_packages(setup.missing_libraries(), [])
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 1
    assert told[0].startswith("setup: still missing, please run: sudo apt-get install ")
    assert "libgl1" in told[0]


def test_nothing_is_said_or_done_when_nothing_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    setup.system_packages([], [])
    assert capsys.readouterr().out == ""


def test_the_environment_is_made_anew_only_for_a_changed_lock_project_place_or_python(
    tmp_path: Path,
) -> None:
    for name in ("pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    before = setup.wanted_state(tmp_path)
    assert setup.wanted_state(tmp_path) == before
    with (tmp_path / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("\n[tool.something-else]\nstyle = 1\n")
    assert setup.wanted_state(tmp_path) == before
    with (tmp_path / "requirements.lock").open("a", encoding="utf-8") as file:
        file.write("# more\n")
    assert setup.wanted_state(tmp_path) != before


def test_a_machine_without_a_new_enough_python_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "dirname").symlink_to("/usr/bin/dirname")
    (tmp_path / "python3").symlink_to("/bin/false")
    done = subprocess.run(
        ["/bin/sh", str(ROOT / "scripts" / "setup.sh")],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Python 3.11 or newer" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_build_machine_runs_the_same_checks_as_a_person() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "make test" in script.read_text(encoding="utf-8")


@pytest.mark.parametrize("program", ["ksbb-field", "ksbb-centre"])
def test_the_programs_are_installed(program: str) -> None:
    assert (Path(sys.executable).parent / program).exists()


def test_help_names_every_command() -> None:
    make = shutil.which("make")
    if make is None:
        pytest.skip("no make on this machine")
    told = subprocess.run(
        [make, "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    commands = "setup run test lint bench shots bundle deb bundle-test windows-check lock clean"
    for command in commands.split():
        assert f"make {command} " in told


def test_the_last_word_of_make_test_is_pytests_own() -> None:
    make = shutil.which("make")
    if make is None:
        pytest.skip("no make on this machine")
    steps = subprocess.run(
        [make, "--no-print-directory", "--dry-run", "test"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert "scripts/setup.sh" in steps[0]
    assert " pytest " in steps[-1]

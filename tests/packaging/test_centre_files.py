"""The centre's container and systemd units: whatever they name is there, and nothing secret is."""

from __future__ import annotations

import importlib.metadata
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from scripts.centre_lock import NOT_AT_THE_CENTRE, centre_lines
from server.app import create_app
from server.settings import read_settings
from tests.support.pages import KEYS, settings

ROOT = Path(__file__).resolve().parent.parent.parent
UNITS = ROOT / "packaging" / "centre"
CONTAINERFILE = (ROOT / "Containerfile").read_text(encoding="utf-8")
_PROGRAM = "/opt/ksbb/.venv/bin/ksbb-centre"


def steps(name: str) -> list[str]:
    """What follows the instruction ``name``, each time it stands there, on one line."""
    joined = CONTAINERFILE.replace("\\\n", " ")
    return re.findall(rf"^{name} +(.*)$", joined, re.MULTILINE)


# --- the container ---------------------------------------------------------------------------


def test_everything_that_is_copied_is_there_and_nothing_that_is_made_here() -> None:
    copied = [one.split() for one in steps("COPY") if not one.startswith("--from")]
    for *sources, _target in copied:
        for source in sources:
            assert (ROOT / source).exists(), source
            assert "*" not in source and source not in (".", "./")
    ignored = (ROOT / ".containerignore").read_text(encoding="utf-8").split()
    assert {".git", ".venv", "trial", "**/__pycache__"} <= set(ignored)


def test_it_runs_as_nobody_in_particular_and_holds_no_secret() -> None:
    (user,) = steps("USER")
    assert user == "ksbb" and f"useradd --system --uid 8470 --gid {user}" in CONTAINERFILE
    assert CONTAINERFILE.index("\nUSER ") < CONTAINERFILE.index("\nENTRYPOINT ")
    given = dict(part.split("=", 1) for one in steps("ENV") for part in shlex.split(one))
    assert not {"KSBB_DSN", "KSBB_KEYS"} & set(given)
    assert not re.search(r"^ARG|password|secret=", CONTAINERFILE, re.MULTILINE | re.IGNORECASE)
    ours = {name: value for name, value in given.items() if name.startswith("KSBB_")}
    source = (ROOT / "server" / "settings.py").read_text(encoding="utf-8")
    assert all(name in source for name in ours)
    config = read_settings(ours)
    assert config.port == int(steps("EXPOSE")[0])
    assert str(config.data_folder) == steps("VOLUME")[0]
    assert config.keys_file.is_relative_to(config.data_folder)


def test_its_health_is_asked_where_the_centre_answers() -> None:
    (asked,) = steps("HEALTHCHECK")
    port, path = re.findall(r"127\.0\.0\.1:(\d+)(/\w+)", asked)[0]
    assert int(port) == read_settings({}).port
    app = create_app(settings(), create_engine("postgresql+psycopg://x@127.0.0.1:1/x"), KEYS)
    assert path in {getattr(one, "path", "") for one in app.routes}
    code = re.findall(r'"-c", "(.*)"\]', asked)[0]
    compile(code, "healthcheck", "exec")


def test_its_program_is_one_of_ours_and_takes_what_it_is_given() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (entry,) = steps("ENTRYPOINT")
    assert entry == f'["{_PROGRAM}"]'
    assert Path(_PROGRAM).name in project["project"]["scripts"]
    assert steps("CMD")[-1] == '["serve"]'


def test_what_is_left_out_of_the_lock_is_in_it_and_no_more_than_that() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = list(centre_lines(lock))

    def named(lines: list[str]) -> set[str]:
        return {one.split("==")[0].lower() for one in lines if re.match(r"[A-Za-z0-9]", one)}

    assert named(lock) - named(kept) == NOT_AT_THE_CENTRE
    assert {"fastapi", "psycopg", "uvicorn", "setuptools", "prometheus-client"} <= named(kept)
    assert sum("--hash" in one for one in kept) > 300
    script = [sys.executable, str(ROOT / "scripts" / "centre_lock.py")]
    done = subprocess.run(script, input="".join(lock), capture_output=True, text=True, check=True)
    assert done.stdout == "".join(kept)


_BLOCKED = """
import importlib.metadata, pkgutil, sys
left_out = set(sys.argv[1].split())
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in left_out:
            raise ModuleNotFoundError(f"{name} is not at the centre")
sys.meta_path.insert(0, Blocked())
import server
for found in pkgutil.walk_packages(server.__path__, "server."):
    if ".migrations." not in found.name:
        __import__(found.name)
print(len(sys.modules))
"""


def test_the_centre_runs_without_what_is_left_out() -> None:
    """Every module of the centre is imported where none of that can be."""
    left_out = {
        module
        for module, packages in importlib.metadata.packages_distributions().items()
        if {one.lower().replace("_", "-") for one in packages} & NOT_AT_THE_CENTRE
    } - {"__pycache__"}
    assert {"PySide6", "pytest", "sqlcipher3"} <= left_out
    command = [sys.executable, "-c", _BLOCKED, " ".join([*left_out, "desktop"])]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) > 300


# --- the units -------------------------------------------------------------------------------


@pytest.fixture
def system(tmp_path: Path) -> Path:
    """A system in a folder, with our units and what they start."""
    units = tmp_path / "etc" / "systemd" / "system"
    units.mkdir(parents=True)
    for one in UNITS.glob("ksbb-*"):
        shutil.copy(one, units)
    for target in ("sysinit", "basic", "shutdown", "timers", "network-online", "multi-user"):
        (units / f"{target}.target").write_text(f"[Unit]\nDescription={target}\n")
    for program in (_PROGRAM, "/bin/sh"):
        made = tmp_path / program.lstrip("/")
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_text("#!/bin/sh\n")
        made.chmod(0o755)
    return tmp_path


def _verified(system: Path) -> subprocess.CompletedProcess[str]:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd here")
    units = [one.name for one in sorted(UNITS.glob("ksbb-*"))]
    assert len(units) == 5
    command = ["systemd-analyze", "verify", "--man=no", f"--root={system}", *units]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_systemd_has_nothing_to_say_against_the_units(system: Path) -> None:
    done = _verified(system)
    said = [line for line in (done.stdout + done.stderr).splitlines() if "ksbb-" in line]
    assert said == [], "of its own system, which is a mere folder, it may say what it likes"


def test_systemd_would_say_so(system: Path) -> None:
    """The check itself: a unit that names what there isn't is found."""
    unit = system / "etc" / "systemd" / "system" / "ksbb-centre.service"
    unit.write_text(unit.read_text().replace("ProtectHome=yes", "ProtectHouse=yes"))
    assert "ProtectHouse" in _verified(system).stderr


def test_every_timer_has_a_service_and_is_on_the_page() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    for timer in UNITS.glob("*.timer"):
        assert timer.with_suffix(".service").is_file()
        assert timer.name in page
    enabled = re.findall(r"systemctl enable --now (.*)", page)[0].split()
    assert set(enabled) == {"ksbb-centre.service", *(one.name for one in UNITS.glob("*.timer"))}

"""What ``make deb`` made: whole, small, quick, and at home in a clean system without Python."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.app import REPORT_VARIABLE
from desktop.selftest.command import PARTS
from models import __version__
from scripts.bundle import BUNDLE, MOST_MB, MOST_MS, PROGRAM, size_mb, start_times
from scripts.make_deb import HOME, NAME, architecture
from scripts.setup import LIBRARIES
from tests.support.clean_root import CleanRoot
from tests.support.x_display import x_display

pytestmark = [pytest.mark.bundle, pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parent.parent.parent
USER = "petugas"
LEAST_COLOURS = 1_500
"""The page on which a laptop is enrolled has 2,100, the one that stands while it loads 900."""
C_LIBRARY = ("libc.", "libm.", "libdl.", "libpthread.", "librt.", "libresolv.", "ld-linux")


@pytest.fixture(scope="module")
def package() -> Path:
    """The Debian package."""
    made = ROOT / "dist" / f"{NAME}_{__version__}_{architecture()}.deb"
    assert made.is_file(), "make deb comes first"
    return made


@pytest.fixture(scope="module")
def clean(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CleanRoot]:
    """A clean system in which the package was installed the usual way."""
    folder = tmp_path_factory.mktemp("clean") / "root"
    root = CleanRoot.make(folder)
    shutil.copy(package, folder / "var/tmp/field.deb")
    done = root.run("apt-get", "install", "-y", "--no-install-recommends", "/var/tmp/field.deb")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert root.run("useradd", "--create-home", USER).returncode == 0
    yield root
    shutil.rmtree(folder)


def test_it_is_small_and_quick_enough() -> None:
    assert size_mb(BUNDLE) <= MOST_MB
    for name, ms in start_times().items():
        assert ms <= MOST_MS, name


def test_every_library_is_in_it_or_in_a_package_that_it_depends_on() -> None:
    if shutil.which("objdump") is None:
        pytest.skip("what libraries need was not looked up: no objdump here")
    files = [path for path in BUNDLE.rglob("*") if ".so" in path.name or path == PROGRAM]
    told = subprocess.run(
        ["objdump", "-p", *(path for path in files if path.is_file())],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    needed = set(re.findall(r"NEEDED +(\S+)", told))
    assert len(needed) > 50
    there = {path.name for path in files} | set(LIBRARIES)
    assert {name for name in needed - there if not name.startswith(C_LIBRARY)} == set()


@pytest.mark.parametrize("library", ["libQt6Qml.so.6", "libavcodec.so.*", "libqjpeg.so"])
def test_without_a_library_of_the_camera_the_self_test_says_so(
    library: str, tmp_path: Path
) -> None:
    copy = tmp_path / NAME
    shutil.copytree(BUNDLE, copy, symlinks=True)
    lost = list(copy.rglob(library))
    assert lost
    for path in lost:
        path.unlink()
    done = subprocess.run(
        [copy / NAME, "--self-test", "--lang", "en"], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "FAILED" in done.stdout and "parts failed" in done.stdout


def test_in_a_clean_system_every_part_is_well(clean: CleanRoot) -> None:
    assert clean.run("which", "python3").returncode != 0, "no Python but the bundle's own"
    done = clean.run(NAME, "--self-test", "--lang", "en", user=USER)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("… ok (") == len(PARTS)


def test_in_a_clean_system_its_window_comes_up_on_a_display(
    clean: CleanRoot, tmp_path: Path
) -> None:
    with x_display(tmp_path) as display:
        began = {REPORT_VARIABLE: str(time.time() * 1000)}
        command = clean.command([NAME], USER, DISPLAY=display.name, **began)
        app = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        try:
            assert app.stderr is not None
            # Until the window is shown, or the program ended without one.
            said = iter(app.stderr.readline, "")
            assert any(line.startswith("window-shown") for line in said)
            picture = display.wait_for_colours(LEAST_COLOURS)
        finally:
            app.kill()
            app.communicate()
    picture.save(ROOT / "build" / "clean-system.png")


def test_it_leaves_as_it_came(clean: CleanRoot) -> None:
    assert clean.run("dpkg", "--verify", NAME).stdout == "", "every file is as it was packed"
    assert clean.run("apt-get", "remove", "-y", NAME).returncode == 0
    assert not (clean.folder / HOME).exists()
    assert not (clean.folder / "usr/bin" / NAME).is_symlink()

"""``make deb``: the bundle under dist/ as a Debian package, and what it needs of a system."""

from __future__ import annotations

import gzip
import hashlib
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from models import __version__
from scripts.app_icon import write_icon
from scripts.setup import LIBRARIES

ROOT = Path(__file__).resolve().parent.parent
NAME = "ksbb-field"
HOME = Path("usr/lib") / NAME
"""Where the bundle lies in a system; the command is a link to the program there."""
ICON_SIZES = (48, 128, 256)
ALSO = ("tzdata", "ca-certificates")
"""The list of time zones, which Python asks the system for, and what else a laptop should have."""


def main() -> int:
    """Makes it and says where it is."""
    bundle = ROOT / "dist" / NAME
    if not (bundle / NAME).is_file():
        print("deb: there is no bundle yet; run: make bundle", file=sys.stderr)
        return 1
    tree = ROOT / "build" / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    fill(tree, bundle)
    describe(tree)
    package = ROOT / "dist" / f"{NAME}_{__version__}_{architecture()}.deb"
    subprocess.run(
        # xz makes it a tenth smaller in ten times the time, and slower to install.
        ["dpkg-deb", "--root-owner-group", "-Zzstd", "-z12", "--build", tree, package],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    print(f"{package.relative_to(ROOT)}: {package.stat().st_size / 1e6:.0f} MB")
    return 0


def fill(tree: Path, bundle: Path) -> None:
    """Lays the files where a system has them."""
    shutil.copytree(bundle, tree / HOME, symlinks=True)
    command = tree / "usr/bin" / NAME
    command.parent.mkdir(parents=True)
    command.symlink_to(Path("..") / "lib" / NAME / NAME)
    share = tree / "usr/share"
    _copy(ROOT / f"packaging/linux/{NAME}.desktop", share / "applications" / f"{NAME}.desktop")
    icons = share / "icons/hicolor"
    _copy(ROOT / "resources/icons/ksbb.svg", icons / f"scalable/apps/{NAME}.svg")
    for size in ICON_SIZES:
        write_icon(icons / f"{size}x{size}" / "apps" / f"{NAME}.png", size)
    documents = share / "doc" / NAME
    documents.mkdir(parents=True)
    (documents / "copyright").write_text(_copyright(), encoding="utf-8")
    with gzip.GzipFile(documents / "changelog.gz", "wb", mtime=0) as changelog:
        changelog.write(f"{NAME} ({__version__})\n".encode())
    for path in tree.rglob("*"):
        if not path.is_symlink():
            # Libraries have no need to be executable; everyone on the laptop may read.
            runs = path.is_dir() or path == tree / HOME / NAME
            path.chmod(0o755 if runs else 0o644)


def describe(tree: Path) -> None:
    """Writes what dpkg wants to know: control and md5sums."""
    files = sorted(path for path in tree.rglob("*") if path.is_file() and not path.is_symlink())
    about = tree / "DEBIAN"
    about.mkdir()
    sums = [
        f"{hashlib.md5(file.read_bytes()).hexdigest()}  {file.relative_to(tree)}" for file in files
    ]
    (about / "md5sums").write_text("\n".join(sums) + "\n", encoding="utf-8")
    kib = -(-sum(file.stat().st_size for file in files) // 1024)
    (about / "control").write_text(control(kib), encoding="utf-8")


def control(installed_kib: int) -> str:
    """The package's description of itself."""
    fields = {
        "Package": NAME,
        "Version": __version__,
        "Architecture": architecture(),
        "Maintainer": "KSBB Lapangan <ksbb-lapangan@localhost>",
        "Section": "misc",
        "Priority": "optional",
        "Installed-Size": str(installed_kib),
        "Depends": ", ".join(dependencies()),
        "Recommends": "gnome-keyring | kwalletmanager, cups-client",
        "Description": "serah terima bantuan KSBB, aplikasi lapangan luring\n"
        " Pindai undangan, lihat boleh atau tidak, serahkan, tercatat; tanpa internet pun jalan.\n"
        " .\n"
        " KSBB's field app: scan a slip, see whether they may receive, hand over, recorded;\n"
        " works without a network and syncs when there is one.",
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items())


def dependencies() -> list[str]:
    """The packages that hold what the bundle's libraries load, and a C library as new as ours."""
    packages = {" | ".join(names) for names in LIBRARIES.values()}
    return [f"libc6 (>= {platform.libc_ver()[1]})", *sorted(packages | set(ALSO))]


def architecture() -> str:
    """Debian's name for this machine's kind."""
    answer = subprocess.run(
        ["dpkg", "--print-architecture"], check=True, capture_output=True, text=True
    )
    return answer.stdout.strip()


def _copyright() -> str:
    return (
        f"{NAME} contains works of others. Their licences are in /{HOME}/_internal/licences,\n"
        f"those of fonts and icons in /{HOME}/_internal/resources/fonts and icons. Qt, PySide and\n"
        "FFmpeg are used under the LGPL (version 3, and 2.1 for FFmpeg) as files of their own in\n"
        f"/{HOME}/_internal/PySide6, which may be exchanged; see\n"
        "/usr/share/common-licenses/LGPL-3 and LGPL-2.1.\n"
    )


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


if __name__ == "__main__":
    sys.exit(main())

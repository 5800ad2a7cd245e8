"""Sets the trial up, then opens the field app, or without a display does its work offscreen."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from desktop.cli import has_display
from desktop.device import Enrolment
from desktop.device_secret import FileStore
from desktop.threads import Cancel
from desktop.trial.centre import TrialCentre, TrialFailed
from models import enrolment_text
from models.clock import wall_clock
from models.errors import KsbbError
from models.texts import text


def main() -> int:
    """Returns 0 when every step went well."""
    parser = argparse.ArgumentParser("python -m desktop.trial")
    parser.add_argument("--folder", type=Path, default=Path("trial"))
    parser.add_argument("--offscreen", action="store_true", help="as if there were no display")
    given = parser.parse_args()
    folder: Path = given.folder.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    centre = TrialCentre(folder)
    try:
        _say("preparing", folder=folder)
        made = centre.fill()
        centre.start()
        device = _enrol(centre, folder / "laptop", made["points"][0])
        _say("ready", address=centre.address, loaded=made["loaded"], sheet=made["sheets"][0])
        if given.offscreen or not has_display():
            from desktop.trial.offscreen import run

            run(centre, made, device)
        else:
            _tell(centre, made, folder)
            _open_app(device)
    except TrialFailed as failure:
        _say("failed", problem=failure)
        return 1
    except KsbbError as error:
        _say("failed", problem=f"{error.title('id')}. {error.what_to_do('id')}")
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        centre.stop()
    return 0


def _enrol(centre: TrialCentre, folder: Path, point: int) -> Path:
    """Makes ``folder`` a device of the trial's centre, by the code in its enrolment QR."""
    invitation = enrolment_text.from_text(centre.enrolment(point)["invitation"])
    if invitation is None:
        raise TrialFailed("kode pendaftaran tidak terbaca")
    # A trial leaves nothing in the system's keyring.
    enrolment = Enrolment(folder, lambda home: [FileStore(home)], wall_clock, Cancel())
    enrolment.begin(invitation, "Laptop uji coba")
    enrolment.finish()
    return folder


def _tell(centre: TrialCentre, made: dict[str, Any], folder: Path) -> None:
    name, pin = next(iter(made["pins"].items()))
    stock = ", ".join(f"{pieces} {package}" for package, pieces in made["stock"].items())
    _say("try", name=name, pin=pin, stock=stock, pictures=folder / "undangan")
    _say("try_pages", address=centre.address)
    _say("try_office", link=made["office"])


def _open_app(device: Path) -> None:
    """The app in a process of its own, until its window is closed."""
    _say("opening")
    environment = {**os.environ, "KSBB_FIELD_FOLDER": str(device)}
    subprocess.run(
        [sys.executable, "-m", "desktop.cli", "app", "--lang", "id"], env=environment, check=False
    )


def _say(leaf: str, **parts: object) -> None:
    print(text("id", f"trial.{leaf}", **parts), flush=True)


if __name__ == "__main__":
    sys.exit(main())

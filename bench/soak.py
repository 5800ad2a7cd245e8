"""Five thousand hand-overs through the real app, offscreen: is its memory flat?

``make soak``, or ``python -m bench.soak [HAND-OVERS]``; takes a quarter of an hour, and so is no
topic of the others.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import cast

EVERY = 500
FROM, MOST = 1000, 1.10
"""What is in use at the end, against after so many hand-overs."""


def main() -> int:
    """Prints the figures; returns 1 when memory grew by more than a tenth."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("QT_LOGGING_RULES", "qt.multimedia*=false")
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from bench.gui_thread import Hands
    from tests.support.app import furnish, running
    from tests.support.soaking import soak
    from tests.support.world import family

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    application = cast(QApplication, QApplication.instance() or QApplication(["soak"]))
    families = [family(number) for number in range(1, count + 1)]
    with tempfile.TemporaryDirectory() as made:
        furnish(Path(made), families)
        with running(cast(QtBot, Hands()), application, Path(made)) as app:
            app.log_in()
            app.open_session(2 * count, count)
            began = time.monotonic()
            used: dict[int, int] = {}
            for number, size in soak(app, families, EVERY):
                used[number] = size
                each = (time.monotonic() - began) / number * 1000
                print(
                    f"{number:6} hand-overs: {size / 1e6:7.1f} MB, {each:.0f} ms each", flush=True
                )
            assert len(app.facts()) >= count
    if FROM not in used or count <= FROM:
        return 0
    growth = used[max(used)] / used[FROM]
    print(f"in use after {max(used)} against after {FROM}: {growth:.3f}")
    return int(growth > MOST)


if __name__ == "__main__":
    sys.exit(main())

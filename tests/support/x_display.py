"""A display for tests: a fresh Xvfb and what is to be seen on it."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

SIZE = (1366, 768)
_PATIENCE_S, _LOOK_S = 30.0, 0.1


@dataclass(frozen=True)
class Display:
    """``name`` is for ``$DISPLAY``."""

    name: str
    buffer: Path

    def picture(self) -> Image.Image:
        """What it shows now."""
        data = self.buffer.read_bytes()
        # An XWD file: a header of 32-bit words, a colour table, then the rows.
        header = struct.unpack(">25I", data[:100])
        width, height, stride, colours = header[4], header[5], header[12], header[19]
        rows = data[header[0] + 12 * colours :]
        return Image.frombuffer("RGB", (width, height), rows, "raw", "BGRX", stride, 1)

    def wait_for_colours(self, least: int) -> Image.Image:
        """The picture as soon as it has so many; fails when it never has."""
        never = threading.Event()
        for _ in range(int(_PATIENCE_S / _LOOK_S)):
            picture = self.picture()
            if len(picture.getcolors(1 << 24) or ()) >= least:
                return picture
            never.wait(_LOOK_S)
        raise AssertionError("the display stays empty")


@contextmanager
def x_display(folder: Path) -> Iterator[Display]:
    """A display that keeps its picture in ``folder``; skips the test where there is no Xvfb."""
    if shutil.which("Xvfb") is None:
        pytest.skip("not tried on a display: no Xvfb here")
    ready, told = os.pipe()
    screen = "x".join(map(str, (*SIZE, 24)))
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(told), "-screen", "0", screen, "-fbdir", str(folder), "-ac"],
        pass_fds=(told,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(told)
    try:
        with os.fdopen(ready, encoding="ascii") as line:
            number = line.readline().strip()
        assert number, "Xvfb did not start"
        yield Display(f":{number}", folder / "Xvfb_screen0")
    finally:
        server.terminate()
        server.wait(timeout=10)

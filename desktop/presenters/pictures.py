"""Codes in pictures that were opened, dropped or pasted, read in the pool."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PIL.Image import Image
from PySide6.QtGui import QImage

from desktop.scan.decode import decode_picture
from desktop.scan.pictures import PictureError, open_picture, picture_of_qimage
from desktop.threads import Threads
from desktop.views.state import Notice
from models.verdict import Tone

Chooses = Callable[[str], bool]
"""Whether a text is of the kind that is looked for, where a picture holds several codes."""


class Pictures:
    """Reads one picture after the other and hands on the code, or a notice."""

    def __init__(
        self,
        threads: Threads,
        on_code: Callable[[str], object],
        on_notice: Callable[[Notice], None],
        wanted: Chooses,
        words: str = "field.notice",
    ) -> None:
        """``words``: the table of texts that has ``no_code`` and ``not_a_picture``."""
        self._threads = threads
        self._on_code = on_code
        self._on_notice = on_notice
        self._wanted = wanted
        self._words = words

    def read_files(self, paths: list[str]) -> None:
        """The first code in the first of ``paths`` that has one; each without one gets a notice."""
        for path in paths:
            self._read(partial(open_picture, path), Path(path).name)

    def read_image(self, image: QImage) -> None:
        """The code in a picture without a file."""
        self._read(lambda: picture_of_qimage(image), "")

    def _read(self, opened: Callable[[], Image], name: str) -> None:
        def work() -> tuple[str, ...]:
            return decode_picture(opened()).texts

        self._threads.submit_net(
            work, lambda texts: self._found(texts, name), lambda error: self._failed(error, name)
        )

    def _found(self, texts: tuple[str, ...], name: str) -> None:
        chosen = next((text for text in texts if self._wanted(text)), None)
        if chosen is None and texts:
            chosen = texts[0]
        if chosen is None:
            self._on_notice(Notice(f"{self._words}.no_code", Tone.CHECK, {"file": name}))
        else:
            self._on_code(chosen)

    def _failed(self, error: BaseException, name: str) -> None:
        if not isinstance(error, PictureError):
            raise error
        self._on_notice(Notice(f"{self._words}.not_a_picture", Tone.CHECK, {"file": name}))

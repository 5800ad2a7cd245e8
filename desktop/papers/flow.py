"""Papers whose text flows over sheets, under their heading and over their foot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO

from desktop.papers.content import Head
from desktop.papers.sheet import FOOT, HEAD, HEIGHT, MARGIN, NEXT_HEAD, WIDTH, draw_foot, draw_head
from desktop.papers.wording import Speech
from models import flowing

ROOM = WIDTH - 2 * MARGIN
_FRAMES = tuple((MARGIN, FOOT, ROOM, HEIGHT - FOOT - top) for top in (HEAD, NEXT_HEAD))


def flow(target: BinaryIO, head: Head, speech: Speech, story: Callable[[], list[Any]]) -> None:
    """Sets what ``story`` makes (anew each time) under ``head``."""

    def dress(canvas: Any, page: int, pages: int) -> None:
        draw_head(canvas, head, speech, page)
        draw_foot(canvas, head, speech, page, pages)

    flowing.flow(target, speech.say(f"{head.kind.name.lower()}.title"), dress, _FRAMES, story)

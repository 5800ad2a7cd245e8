"""Files with names of people in them: for their owner alone, and in their place only when whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(file: Path) -> Iterator[BinaryIO]:
    """``file``, for its owner alone, in its place only once everything is written."""
    partial = file.with_suffix(".part")
    try:
        with open(partial, "wb", opener=_owner_only) as target:
            yield target
        os.replace(partial, file)
    finally:
        partial.unlink(missing_ok=True)


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)

"""Files the programs ship: texts, fonts, icons, sounds, region list."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path


def resource(*parts: str) -> Traversable:
    """The shipped file or folder ``resources/<parts>``; read it with ``read_text`` and kin."""
    return files(__name__).joinpath(*parts)


def resource_path(*parts: str) -> Path:
    """The same as a real path, for libraries that insist on one (a frozen app is one folder)."""
    return Path(str(resource(*parts)))

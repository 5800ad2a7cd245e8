"""The kelurahan by kecamatan, as a form offers them."""

from __future__ import annotations

from functools import cache

from models.regions import Level, regions

Choices = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


@cache
def villages_by_district() -> Choices:
    """(kecamatan, its kelurahan as (code, name)), each in the order of their codes."""
    return tuple(
        (
            district.name,
            tuple((village.code, village.name) for village in regions().inside(district.code)),
        )
        for district in regions().all(Level.DISTRICT)
    )

"""Borders of the kelurahan on the public map: read, thinned out, refused where they are wrong."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from models.regions import Level, regions
from server.catalogue import Desk
from server.cli import main
from server.errors import BadBoundaries
from server.figures.boundaries import Corner, Outlines, keep_outlines, read_outlines, thinned
from server.web.area_map import area_map
from tests.support.centre import TestPostgres
from tests.support.pages import GAMBIR, NOW, SENEN, Town
from tests.support.serving import visiting

CORNERS = st.tuples(st.floats(106, 107), st.floats(-7, -6))


def box(code: str, half: float = 0.004) -> list[list[float]]:
    """A square around a kelurahan's centre point, closed as RFC 7946 asks."""
    region = regions().get(code)
    assert region is not None and region.lon is not None and region.lat is not None
    x, y = region.lon, region.lat
    corners = [
        [x - half, y - half],
        [x + half, y - half],
        [x + half, y + half],
        [x - half, y + half],
    ]
    return [*corners, corners[0]]


def feature(properties: dict[str, Any], *polygons: Any) -> dict[str, Any]:
    """One feature of several polygons."""
    geometry = {"type": "MultiPolygon", "coordinates": [[one] for one in polygons]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features: Any) -> bytes:
    """A file of them."""
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def test_a_kelurahan_is_found_by_its_code_however_it_is_written() -> None:
    dotted = feature({"nama": "GAMBIR", "kode": GAMBIR, "luas": 2.5}, box(GAMBIR))
    bare = feature(
        {"KODE_DESA": SENEN.replace(".", ""), "OBJECTID": 7}, box(SENEN), box(SENEN, 0.002)
    )
    other = feature({"kode": "32.75.01.1001"}, box(GAMBIR))
    line = {"type": "Feature", "properties": {"kode": GAMBIR}, "geometry": {"type": "LineString"}}
    found = read_outlines(collection(dotted, bare, other, line))
    assert {code: len(rings) for code, rings in found.rings.items()} == {GAMBIR: 1, SENEN: 2}
    assert found.left_out == 2
    assert len(found.rings[GAMBIR][0]) == 4, "closed without its first corner once more"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"PK\x03\x04", "no_json"),
        (b"[" * 100_000, "no_json"),
        (b"[]", "no_features"),
        (b'{"type": "FeatureCollection"}', "no_features"),
        (collection(), "nobodys"),
        (collection(feature({"kode": "3171010001"}, box(GAMBIR))), "nobodys"),
        (collection(feature({"kode": GAMBIR}, [["a", 1], [2, 3]])), "no_corners"),
        (collection(feature({"kode": GAMBIR}, [[math.nan, 1.0], [2.0, 3.0]])), "no_corners"),
        (
            collection(feature({"kode": GAMBIR}, [corner[::-1] for corner in box(GAMBIR)])),
            "elsewhere",
        ),
        (collection(feature({"kode": "31.74.09.1001"}, box(GAMBIR))), "elsewhere"),
    ],
)
def test_what_gives_no_border_is_refused_with_words(data: bytes, problem: str) -> None:
    with pytest.raises(BadBoundaries) as refused:
        read_outlines(data)
    assert refused.value.parts["problem"] == problem
    for language in ("id", "en"):
        assert "{" not in refused.value.title(language) + refused.value.what_to_do(language)


@given(st.lists(CORNERS, max_size=40, unique=True), st.floats(0.0001, 0.2))
def test_no_corner_that_is_left_out_lies_further_off_than_was_asked(
    ring: list[Corner], finest: float
) -> None:
    kept = thinned(ring, finest)
    if len(kept) < 2:
        return
    sides = list(zip(kept, [*kept[1:], kept[0]], strict=True))
    for corner in ring:
        assert min(_off(corner, *side) for side in sides) <= finest + 2e-5


def _off(corner: Corner, start: Corner, end: Corner) -> float:
    steps = 400
    points = (
        (start[0] + (end[0] - start[0]) * at / steps, start[1] + (end[1] - start[1]) * at / steps)
        for at in range(steps + 1)
    )
    return min(math.dist(corner, one) for one in points)


def test_ten_thousand_corners_of_a_coast_become_a_few() -> None:
    coast = [
        (106.8 + 0.01 * math.cos(turn / 1592), -6.2 + 0.01 * math.sin(turn / 1592))
        for turn in range(10_000)
    ]
    assert 8 <= len(thinned(coast, 0.0004)) <= 40


def test_the_map_has_borders_once_they_are_loaded_and_none_after_they_are_taken_off(
    postgres: TestPostgres, engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = postgres.url(str(engine.url.database)).set(drivername="postgresql")
    environment = {
        "KSBB_DSN": url.render_as_string(hide_password=False),
        "KSBB_DATA": str(tmp_path / "centre"),
    }
    assert main(["init"], environment) == 0
    file = tmp_path / "batas.geojson"
    file.write_bytes(collection(feature({"kode": GAMBIR}, box(GAMBIR)), feature({"kode": "x"})))
    assert main(["load-boundaries", str(file)], environment) == 0
    assert "Batas 1 kelurahan" in capsys.readouterr().out
    file.write_bytes(b"x")
    assert main(["load-boundaries", str(file)], environment) == 5
    assert "bukan GeoJSON" in capsys.readouterr().err
    assert main(["audit"], environment) == 0
    assert capsys.readouterr().out.count("boundaries.loaded") == 1


def test_each_kelurahan_is_drawn_the_darker_the_more_is_due(engine: Engine) -> None:
    town = Town(engine)
    town.furnish()
    town.settle(range(60), GAMBIR)
    town.settle(range(70, 80), SENEN)
    quiet = next(one.code for one in regions().all(Level.VILLAGE) if one.code.startswith("31.75"))
    with visiting(town.app()) as client:
        assert 'class="land' not in client.get("/wilayah").text
    data = collection(*(feature({"kode": code}, box(code)) for code in (GAMBIR, SENEN, quiet)))
    with engine.begin() as connection:
        keep_outlines(Desk(connection, NOW, "test"), read_outlines(data))
    with visiting(town.app()) as client:
        page = client.get("/wilayah").text
    assert [page.count(f'class="land shade-{shade}"') for shade in range(5)] == [1, 1, 0, 0, 1]
    assert "Makin kuat warna kelurahannya" in page
    with engine.begin() as connection:
        keep_outlines(Desk(connection, NOW, "test"), Outlines({}))
    with visiting(town.app()) as client:
        assert 'class="land' not in client.get("/wilayah").text


def test_a_border_lies_around_its_centre_on_the_map() -> None:
    outlines = read_outlines(collection(feature({"kode": GAMBIR}, box(GAMBIR))))
    (land,) = area_map({}, outlines.rings).lands
    corners = [tuple(map(float, one.split())) for one in land.path.strip("MZ").split("L")]
    across, down = [x for x, _ in corners], [y for _, y in corners]
    assert any(
        min(across) < dot.x < max(across) and min(down) < dot.y < max(down)
        for dot in area_map({}).dots
    )

"""Pages: what the centre tells arrives as it was told, or not at all."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import cbor, columns
from models.cose import Purpose, SignatureProblem, Signer, sign
from models.page import INDEX_LIMIT, MAX_ROWS, SECTIONS, Page, PageProblem, decode_page, encode_page

CENTRE = Signer.of(b"\x01" * 32)
KEYS = {CENTRE.key_id: CENTRE.public_key}

_BY_TYPE: dict[str, st.SearchStrategy[Any]] = {
    "int": st.integers(-(1 << 63), (1 << 63) - 1),
    "str": st.text(max_size=12),
    "bytes": st.binary(max_size=12),
    "bool": st.booleans(),
    "int?": st.none() | st.integers(0, 1 << 62),
    "str?": st.none() | st.text(max_size=12),
}
_IDS = st.integers(INDEX_LIMIT, (1 << 63) - 1)


@st.composite
def _rows(draw: st.DrawFn) -> dict[str, list[tuple[Any, ...]]]:
    rows: dict[str, list[tuple[Any, ...]]] = {}
    known = draw(st.lists(_IDS, max_size=4, unique=True))
    anyone = _IDS | st.sampled_from(known) if known else _IDS
    for section, (_, shape) in SECTIONS.items():
        if section == "households":
            kks = draw(
                st.lists(
                    st.integers(0, 10**16), min_size=len(known), max_size=len(known), unique=True
                )
            )
            made = [
                (kk, number, *(draw(_BY_TYPE[kind]) for _, kind in shape[2:]))
                for kk, number in zip(sorted(kks), known, strict=True)
            ]
        else:
            made = [
                tuple(
                    draw(anyone if name == "household" else _BY_TYPE[kind]) for name, kind in shape
                )
                for _ in range(draw(st.integers(0, 3)))
            ]
        if made:
            rows[section] = made
    return rows


PAGES = st.builds(
    Page,
    point=st.integers(0, 1 << 40),
    after=st.integers(0, 1 << 40),
    upto=st.integers(0, 1 << 40),
    left=st.integers(0, 1 << 40),
    at=st.integers(0, 1 << 45),
    rows=_rows(),
)


@given(PAGES)
def test_a_page_arrives_as_it_was_told(page: Page) -> None:
    arrived = decode_page(encode_page(page, CENTRE), KEYS)
    assert (arrived.point, arrived.after, arrived.upto, arrived.left, arrived.at) == (
        page.point, page.after, page.upto, page.left, page.at,
    )  # fmt: skip
    assert arrived.rows.keys() == page.rows.keys()
    for section, rows in page.rows.items():
        assert Counter(arrived.rows[section]) == Counter(rows), section


def test_households_go_out_sorted_by_kk_number_and_the_rest_still_names_them() -> None:
    families = [
        (30, INDEX_LIMIT + 1, "C", 1, 1, "31", 1, 4, ""),
        (10, INDEX_LIMIT + 2, "A", 1, 1, "31", 1, 4, ""),
    ]
    due = [(INDEX_LIMIT + 1, 1, 1, 1, 1), (INDEX_LIMIT + 2, 1, 1, 1, 2), (1 << 60, 1, 1, 1, 3)]
    page = Page(1, 0, 5, 0, 1, {"households": families, "entitlements": due})
    arrived = decode_page(encode_page(page, CENTRE), KEYS)
    assert [row[0] for row in arrived.rows["households"]] == [10, 30]
    assert arrived.rows["entitlements"] == [due[1], due[0], due[2]]
    assert arrived.dicts("entitlements")[0]["household"] == INDEX_LIMIT + 2
    assert arrived.dicts("slips") == []


def test_an_id_that_would_pass_for_an_index_is_never_sent() -> None:
    page = Page(1, 0, 1, 0, 1, {"aliases": [(1, INDEX_LIMIT - 1)]})
    with pytest.raises(ValueError, match="2\\^32"):
        encode_page(page, CENTRE)


PAGE = Page(1, 0, 1, 0, 1, {"aliases": [(3171010101200005, INDEX_LIMIT)]})
SIGNED = encode_page(PAGE, CENTRE)


@given(st.integers(0, len(SIGNED) - 1), st.integers(1, 255))
def test_no_byte_of_a_page_can_be_changed(at: int, by: int) -> None:
    changed = bytearray(SIGNED)
    changed[at] ^= by
    with pytest.raises(SignatureProblem):
        decode_page(bytes(changed), KEYS)


def test_a_page_of_another_centre_is_not_trusted() -> None:
    with pytest.raises(SignatureProblem):
        decode_page(encode_page(PAGE, Signer.of(b"\x09" * 32)), KEYS)


def test_a_receipt_is_no_page() -> None:
    with pytest.raises(SignatureProblem):
        decode_page(sign(b"", CENTRE, Purpose.RECEIPT), KEYS)


def _page(sections: Any) -> bytes:
    payload = [1, 1, 0, 1, 7, 0, 1, columns.squeeze(sections)]
    return sign(cbor.dumps(payload), CENTRE, Purpose.PAGE)


def test_a_section_of_a_newer_version_is_passed_over() -> None:
    newer = _page({99: [1, [0, "new"]], 6: [1, [0, 1 << 60]]})
    assert decode_page(newer, KEYS).rows == {"gone": [(1 << 60,)]}


@pytest.mark.parametrize(
    "sections",
    [
        None,
        [],
        {6: None},
        {6: []},
        {6: [0, [1, []]]},
        {6: [-1, [0, 1]]},
        {6: [MAX_ROWS + 1, [0, 1 << 60]]},
        {6: [1]},
        {6: [1, [0, 1], [0, 1]]},
        {6: [1, [0, "1"]]},
        {6: [1, [0, True]]},
        {6: [1, [0, None]]},
        {6: [2, [1, [1]]]},
        {5: [1, [0, 10], [0, 0]]},
        {5: [1, [0, 10], [0, -1]]},
        {5: [1, [0, 10], [0, INDEX_LIMIT - 1]]},
    ],
)
def test_a_section_that_is_not_whole_spoils_the_page(sections: Any) -> None:
    with pytest.raises(PageProblem):
        decode_page(_page(sections), KEYS)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        cbor.dumps(None),
        cbor.dumps([2, 1, 0, 1, 0, 1, columns.squeeze({})]),
        cbor.dumps([1, 1, 0, 1, 0, 1, columns.squeeze({})]),
        cbor.dumps([1, 1, 0, 1, 7, 0, 1, b"not a frame"]),
    ],
)
def test_what_the_centre_signed_but_is_no_page_is_told_apart(payload: bytes) -> None:
    with pytest.raises(PageProblem):
        decode_page(sign(payload, CENTRE, Purpose.PAGE), KEYS)

"""The page that takes a file from a stick: what it says, what it refuses, the receipt it gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import httpx
import pytest
from sqlalchemy import Engine

from models.box_keys import BoxKey
from server.app import create_app
from server.web.limits import Limits, Rate
from server.web.parcels import MAX_UPLOAD
from sync.messages import read_receipt
from sync.parcel import ReceiptsHead, encode_receipts, take_apart
from tests.support.centre_world import KEYS, Centre
from tests.support.feeds import MadeFeed, gave
from tests.support.pages import LOOSE, settings
from tests.support.parcels import made_parcel
from tests.support.serving import visiting
from tests.support.world import AT, CENTRE, family

FAMILIES = [family(number) for number in range(1, 12)]
OURS = [KEYS.box.public_key]
CENTRE_KEYS = {CENTRE.key_id: CENTRE.public_key}


@pytest.fixture
def centre(engine: Engine) -> Centre:
    """A furnished centre."""
    made = Centre(engine)
    made.furnish(FAMILIES)
    return made


@pytest.fixture
def feed(centre: Centre) -> MadeFeed:
    """A known device's feed of ten facts."""
    made = gave(1, FAMILIES[:9])
    centre.certify(1, made.id, made.signer.public_key)
    return made


@pytest.fixture
def client(centre: Centre) -> Iterator[httpx.Client]:
    """A visitor."""
    with visiting(create_app(settings(), centre.engine, KEYS, lambda: AT, limits=LOOSE)) as one:
        yield one


def upload(client: httpx.Client, data: bytes, path: str = "/berkas") -> httpx.Response:
    """Sends a file as the form does."""
    return client.post(path, files={"berkas": ("hari ini.ksbb", data)}, timeout=60)


def words(answer: httpx.Response) -> str:
    """The page's words."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def test_the_form_is_there_in_both_languages(client: httpx.Client) -> None:
    for path, title in (("/berkas", "Berkas dari USB"), ("/en/berkas", "A file from USB")):
        answer = client.get(path)
        assert answer.status_code == 200
        assert f"<h1>{title}</h1>" in answer.text
        assert 'enctype="multipart/form-data"' in answer.text
        assert answer.headers["cache-control"] == "no-store"
    assert 'href="/berkas"' in client.get("/").text


def test_a_file_is_taken_and_its_receipt_can_be_saved(
    centre: Centre, client: httpx.Client, feed: MadeFeed
) -> None:
    answer = upload(client, made_parcel(feed, OURS, 3).bytes)
    assert answer.status_code == 200
    told = words(answer)
    assert "Dari Laptop 1, dibuat 24 November 2026 pukul 13.00 WIB" in told
    assert "Semua isi berkas sudah ada di pusat" in told
    assert "Baru diambil 10 Sudah ada sebelumnya 0" in told
    assert len(centre.facts_of(feed.id)) == 10
    receipts = re.search(r'name="tanda_terima" value="([^"]+)"', answer.text)
    assert receipts is not None
    saved = client.post("/berkas/tanda-terima", data={"tanda_terima": receipts[1]})
    assert saved.status_code == 200
    assert saved.headers["content-type"] == "application/octet-stream"
    assert re.fullmatch(
        r'attachment; filename="tanda-terima-[0-9a-f]{8}\.ksbb"',
        saved.headers["content-disposition"],
    )
    (item,) = take_apart(saved.content).items
    assert read_receipt(item.data, CENTRE_KEYS).head == feed.head()


def test_uploading_twice_doubles_nothing_and_says_so(
    centre: Centre, client: httpx.Client, feed: MadeFeed
) -> None:
    data = made_parcel(feed, OURS, 3).bytes
    upload(client, data)
    before = centre.contents()
    assert "Newly taken 0 Held before 10" in words(upload(client, data, "/en/berkas"))
    assert centre.contents() == before


def test_what_is_damaged_is_listed_and_the_rest_is_taken(
    centre: Centre, client: httpx.Client, feed: MadeFeed
) -> None:
    made = made_parcel(feed, OURS, 3)
    made.items[2] = made.items[2][:-1] + bytes([made.items[2][-1] ^ 1])
    answer = upload(client, made.bytes)
    told = words(answer)
    assert answer.status_code == 200
    assert "Sebagian isi berkas tidak dapat diambil" in told
    assert "Laptop 1: catatan 4–6 tidak ada dalam berkas" in told
    assert "rusak, tidak diambil" in told
    assert "Menunggu catatan sebelumnya 4" in told
    assert len(centre.facts_of(feed.id)) == 3
    assert "tanda_terima" in answer.text


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("letter", "Ini bukan berkas KSBB"),
        ("empty", "Belum ada berkas yang dipilih"),
        ("stranger", "Berkas ini untuk pusat lain"),
        ("closed", "Berkas ini untuk pusat lain"),
        ("damaged", "Berkas ini rusak seluruhnya"),
        ("receipts", "Berkas ini berisi tanda terima, bukan catatan"),
        ("long", "Berkas ini terlalu besar untuk berkas KSBB"),
        ("longer", "Berkas ini terlalu besar untuk berkas KSBB"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_why(
    client: httpx.Client, feed: MadeFeed, kind: str, title: str
) -> None:
    made = made_parcel(feed, OURS, 20)
    data = {
        "letter": b"Yth. Bapak/Ibu",
        "empty": b"",
        "stranger": made_parcel(gave(7, FAMILIES[:2]), OURS).bytes,
        "closed": made_parcel(feed, [BoxKey(b"\x09" * 32).public_key]).bytes,
        "damaged": made.bytes[:-1] + bytes([made.bytes[-1] ^ 1]),
        "receipts": encode_receipts(ReceiptsHead(CENTRE.key_id, AT, 0), []),
        "long": bytes(MAX_UPLOAD + 1),
        "longer": bytes(MAX_UPLOAD + 1024 * 1024),
    }[kind]
    answer = upload(client, data)
    assert answer.status_code == 422
    assert title in words(answer)
    assert 'role="alert"' in answer.text
    assert 'name="tanda_terima"' not in answer.text


def test_only_this_centres_receipts_are_given_out(client: httpx.Client, feed: MadeFeed) -> None:
    answer = upload(client, made_parcel(feed, OURS).bytes)
    found = re.search(r'value="([^"]+)"', answer.text)
    assert found is not None
    forged = found[1][:-6] + "AAAAA="
    for value in (forged, "", "!", "bm90aGluZw==", found[1][:-4] + "AAAA" + found[1][-4:]):
        given = client.post("/berkas/tanda-terima", data={"tanda_terima": value})
        assert given.status_code == 422, value
        assert "attachment" not in given.headers.get("content-disposition", "")


def test_another_kind_of_form_is_refused(client: httpx.Client) -> None:
    assert client.post("/berkas", data={"berkas": "x"}).status_code == 415
    broken = {"content-type": "multipart/form-data; boundary=x"}
    assert client.post("/berkas", content=b"--y\r\n", headers=broken).status_code in (415, 422)
    no_boundary = {"content-type": "multipart/form-data"}
    assert client.post("/berkas", content=b"", headers=no_boundary).status_code == 415
    assert client.get("/berkas/tanda-terima").status_code == 405


def test_who_uploads_too_often_is_asked_to_wait(centre: Centre, feed: MadeFeed) -> None:
    limits = Limits(parcel_address=Rate(2, 60_000), parcel_total=Rate(100, 1))
    data = made_parcel(feed, OURS).bytes
    with visiting(create_app(settings(), centre.engine, KEYS, lambda: AT, limits=limits)) as one:
        assert [upload(one, data).status_code for _ in range(3)] == [200, 200, 429]


def test_a_carrier_reaches_the_same_door_over_the_protocol(
    client: httpx.Client, feed: MadeFeed
) -> None:
    answer = client.post("/api/v1/parcel", content=made_parcel(feed, OURS).bytes)
    assert answer.status_code == 200
    (item,) = take_apart(answer.content).items
    assert read_receipt(item.data, CENTRE_KEYS).head == feed.head()


def test_no_page_tells_anything_of_a_household(client: httpx.Client, feed: MadeFeed) -> None:
    made = made_parcel(feed, OURS, 3)
    del made.items[2]
    told = upload(client, made.bytes).text
    for one in FAMILIES:
        for secret in (one.name, str(one.kk), str(one.id), str(one.slip_number)):
            assert secret not in told

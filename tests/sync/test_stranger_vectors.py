"""A stranger, who has only the protocol's page, reads and makes every golden vector."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from models import feed as ours
from models.cose import Signer as OurSigner
from models.feed import FEED_ID_BYTES, Head
from tests.support.made_facts import ENCODED
from tests.sync.stranger import papers, segments, wire
from tests.sync.stranger.papers import Slip
from tests.sync.stranger.wire import Signer, read, write

ROOT = Path(__file__).parent.parent.parent
FOLDER = Path(__file__).parent / "stranger"
VECTORS = ROOT / "tests" / "vectors"
ALLOWED = {"cbor2", "cryptography", "requests", "zstandard"}
OURS = {"models", "sync", "server", "desktop", "resources"}


def vector(name: str) -> dict[str, Any]:
    """A golden vector as it stands in its file."""
    found: dict[str, Any] = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def plain(value: Any) -> Any:
    """``{"hex": …}`` as bytes; everything else as it is."""
    match value:
        case {"hex": str(digits), **more} if not more:
            return bytes.fromhex(digits)
        case dict():
            return {key: plain(inner) for key, inner in value.items()}
        case list():
            return [plain(inner) for inner in value]
    return value


def raw(golden: dict[str, Any], key: str = "hex") -> bytes:
    """The bytes under ``key``."""
    return bytes.fromhex(golden[key])


def key_of(golden: dict[str, Any], id_length: int) -> Signer:
    """The key of the vector's seed."""
    return Signer(raw(golden, "seed"), id_length)


CENTRE = key_of(vector("receipt"), wire.CENTRE_ID)
FEED = key_of(vector("segment"), wire.FEED_ID)
OF_CENTRE = f"KSBB {CENTRE.id.hex()}"
TRUSTED = {CENTRE.id: CENTRE.public}


# --- that it is a stranger -------------------------------------------------------------------


def _modules(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                names |= {alias.name for alias in node.names}
            case ast.ImportFrom(module=str(module), level=0):
                names.add(module)
            case ast.ImportFrom():
                names.add("a relative import")
            case ast.Name(id="__import__" | "eval" | "exec"):
                names.add(node.id)
    return names


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.py")), ids=lambda file: file.stem)
def test_the_stranger_imports_nothing_of_ours(file: Path) -> None:
    known = sys.stdlib_module_names - {"importlib", "runpy", "subprocess", "ctypes"}
    for name in _modules(file):
        assert name.split(".")[0] in known | ALLOWED or name.startswith("tests.sync.stranger"), name
    assert len(file.read_text(encoding="utf-8").splitlines()) < 300


def test_nothing_of_ours_is_loaded_along_with_it() -> None:
    mine = "import tests.sync.stranger.client, tests.sync.stranger.station"
    look = f"{mine}; import sys; " + "print(*{m.split('.')[0] for m in sys.modules})"
    said = subprocess.run(
        [sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(said.stdout.split())
    assert "cbor2" in loaded
    assert not loaded & OURS


# --- the vectors -----------------------------------------------------------------------------


def test_every_vector_file_is_read_here() -> None:
    here = {
        "blobs",  # in test_stranger_blobs
        "certificate",
        "checkpoint",
        "column",
        "enrolment",
        "fact",
        "hub",  # in test_stranger_station
        "page",
        "parcel",  # in test_stranger_parcels
        "receipt",
        "refusal",
        "request",
        "segment",
        "slip",
        "snapshot",
    }
    assert {file.stem for file in VECTORS.glob("*.json")} == here


def test_facts() -> None:
    seen = set()
    for golden in vector("fact")["facts"]:
        *head, body = plain(golden["says"])
        if isinstance(body, dict):
            body = {int(key): value for key, value in body.items()}
        assert read(raw(golden)) == [*head, body]
        assert write([*head, body]) == raw(golden)
        seen.add(head[0])
    assert seen == {*range(1, 11), 77}


def test_columns() -> None:
    forms = set()
    for golden in vector("column")["columns"]:
        values, column = plain(golden["values"]), read(raw(golden))
        assert wire.values_of(column, len(values)) == values
        assert wire.values_of(wire.column(values), len(values)) == values
        forms.add(column[0])
    assert forms == {0, 1, 2, 3, 4, 5}


def test_the_segment_and_its_chain() -> None:
    golden = vector("segment")
    segment = segments.read_segment(raw(golden))
    assert segment.feed == raw(golden, "feed") == FEED.id
    assert segment.before == raw(golden, "before") == wire.start(FEED.id)
    assert [fact.hex() for fact in segment.facts] == golden["facts"]
    assert [digest.hex() for digest in segments.check_segment(segment, FEED.public)] == golden[
        "hashes"
    ]
    assert segments.read_segment(segments.write_segment(segment)) == segment


def test_the_checkpoint() -> None:
    golden = vector("checkpoint")
    payload = wire.open_signed(raw(golden), wire.CHECKPOINT, {FEED.id: FEED.public})
    head = [raw(golden, "feed"), golden["seq"], raw(golden, "hash"), golden["at"]]
    assert read(payload) == head
    assert wire.make_checkpoint(FEED, *head[1:]) == raw(golden)


@pytest.mark.parametrize("name", ["enrol", "hello", "pull", "snapshot", "refeed", "heads"])
def test_the_requests(name: str) -> None:
    golden = vector("request")
    payload = wire.open_signed(raw(golden, name), wire.REQUEST, {FEED.id: FEED.public})
    assert read(payload) == plain(golden["says"][name])
    assert FEED.sign(write(plain(golden["says"][name])), wire.REQUEST) == raw(golden, name)


def test_the_certificate() -> None:
    golden = vector("certificate")
    given = papers.read_certificate(raw(golden))
    assert (given.at, given.public_key, given.device, given.name, given.points) == (
        golden["at"],
        FEED.public,
        golden["device"],
        golden["name"],
        golden["points"],
    )
    assert (given.centre_key, raw(golden, "feed")) == (CENTRE.public, FEED.id)
    assert (given.tls, given.authority) == (raw(golden, "x509"), raw(golden, "authority"))
    said = [1, *vars(given).values()]
    assert CENTRE.sign(write(said), wire.CERTIFICATE) == raw(golden)


def test_the_certificates_for_tls() -> None:
    golden = vector("certificate")
    ours, authority = (
        x509.load_der_x509_certificate(raw(golden, name)) for name in ("x509", "authority")
    )
    ours.verify_directly_issued_by(authority)
    authority.verify_directly_issued_by(authority)
    for one, key, name in ((ours, FEED, f"{FEED.id.hex()}.ksbb"), (authority, CENTRE, OF_CENTRE)):
        public = one.public_key()
        assert isinstance(public, Ed25519PublicKey)
        assert public.public_bytes_raw() == key.public
        assert one.serial_number == int.from_bytes(b"\x01" + key.id)
        told = one.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        assert [attribute.value for attribute in told] == [name]
    device = ours.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    assert [attribute.value for attribute in device] == ["12"]
    names = ours.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [f"{FEED.id.hex()}.ksbb"]


def test_the_receipt() -> None:
    golden = vector("receipt")
    receipt = papers.read_receipt(raw(golden), TRUSTED)
    exceptions = [list(pair) for pair in receipt.exceptions]
    said = [receipt.feed, receipt.number, receipt.hash, receipt.at, exceptions, receipt.forked]
    feed, digest = raw(golden, "feed"), raw(golden, "hash")
    told = [feed, golden["seq"], digest, golden["at"], golden["exceptions"], golden["forked"]]
    assert said == told
    assert CENTRE.sign(write([1, *said]), wire.RECEIPT) == raw(golden)


def test_the_refusals() -> None:
    golden = vector("refusal")
    for one in golden["refusals"]:
        said = {"error": one["error"], "at": golden["at"]}
        assert read(raw(one)) == said
        assert write(said) == raw(one)


def test_the_page() -> None:
    golden = vector("page")
    page = papers.read_page(raw(golden), TRUSTED)
    rows = {str(number): [list(row.values()) for row in rows] for number, rows in page.rows.items()}
    assert rows == plain(golden["rows"])
    assert set(page.rows) == set(papers.SECTIONS)
    assert (page.point, page.after, page.upto, page.mark, page.left, page.at) == (
        golden["point"],
        golden["after"],
        golden["upto"],
        golden["mark"],
        golden["left"],
        golden["at"],
    )
    assert papers.read_page(papers.write_page(page, CENTRE), TRUSTED) == page


def test_the_snapshot() -> None:
    golden = vector("snapshot")
    page = papers.read_snapshot(raw(golden), TRUSTED)
    rows = {str(number): [list(row.values()) for row in rows] for number, rows in page.rows.items()}
    assert rows == plain(golden["rows"])
    start = [golden["follow"], golden["mark"], golden["total"]]
    assert (page.place, page.ended, page.start) == (b"", raw(golden, "ended"), start)


def test_the_slip_and_its_text() -> None:
    golden = vector("slip")
    key = key_of(golden, wire.SLIP_ID)
    slip = papers.read_slip(raw(golden), {key.id: key.public})
    assert slip == Slip(
        golden["number"],
        golden["household"],
        golden["point"],
        golden["lines"],
        golden["valid_from"] // 1000,
        golden["valid_until"] // 1000,
    )
    assert papers.write_slip(slip, key) == raw(golden)
    assert papers.slip_bytes(golden["text"]) == raw(golden)
    assert papers.slip_text(raw(golden), "ksbb.example.id") == golden["text"]
    assert papers.is_slip_number(f"{slip.number:011d}")
    assert not papers.is_slip_number(f"{slip.number + 1:011d}")
    with pytest.raises(papers.Forged):
        papers.read_slip(raw(golden), {})


def test_the_enrolment_text() -> None:
    golden = vector("enrolment")
    invitation = papers.read_invitation(golden["text"])
    assert (invitation.code, invitation.address) == (golden["code"], golden["address"])
    assert invitation.fingerprint == raw(golden, "fingerprint") == CENTRE.id
    assert papers.write_invitation(invitation) == golden["text"]


# --- both codecs, on anything ----------------------------------------------------------------


@given(st.lists(ENCODED, min_size=1, max_size=12).map(tuple), st.integers(2, 1 << 61))
def test_any_segment_is_the_same_to_both_ends(facts: tuple[bytes, ...], first: int) -> None:
    last = first + len(facts) - 1
    digest = ours.chain(bytes(32), first, facts)[-1]
    signer = OurSigner.of(FEED.seed, FEED_ID_BYTES)
    checkpoint = ours.make_checkpoint(FEED.id, Head(last, digest), 1, signer)
    assert wire.make_checkpoint(FEED, last, digest, 1) == checkpoint
    theirs = segments.Segment(FEED.id, first, bytes(32), facts, checkpoint)
    made = ours.Segment(FEED.id, first, bytes(32), facts, checkpoint)
    assert segments.read_segment(ours.encode_segment(made)) == theirs
    assert ours.decode_segment(segments.write_segment(theirs)) == made
    assert segments.check_segment(theirs, FEED.public) == ours.verify_segment(made, FEED.public)

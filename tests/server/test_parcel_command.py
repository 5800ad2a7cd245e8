"""``ksbb-centre import-parcel``: a line for every problem, sums, and receipts to take back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from server.cli import main
from server.keys import write_keys
from sync.messages import Receipt, read_receipt
from sync.parcel import Stretch, take_apart
from tests.support.centre import TestPostgres
from tests.support.centre_world import KEYS, Centre
from tests.support.feeds import MadeFeed, gave
from tests.support.parcels import MadeParcel, made_parcel
from tests.support.world import CENTRE, family

FAMILIES = [family(number) for number in range(1, 12)]
OURS = [KEYS.box.public_key]
CENTRE_KEYS = {CENTRE.key_id: CENTRE.public_key}

Run = Callable[..., int]


@pytest.fixture
def centre(engine: Engine) -> Centre:
    """A furnished centre."""
    made = Centre(engine)
    made.furnish(FAMILIES)
    return made


@pytest.fixture
def run(centre: Centre, postgres: TestPostgres, tmp_path: Path) -> Run:
    """The command on that centre."""
    url = postgres.url(str(centre.engine.url.database)).set(drivername="postgresql")
    write_keys(KEYS, tmp_path / "centre" / "centre-keys.json")
    environment = {
        "KSBB_DSN": url.render_as_string(hide_password=False),
        "KSBB_DATA": str(tmp_path / "centre"),
        "KSBB_PUBLIC_ADDRESS": "https://ksbb.example.id",
    }
    return lambda *arguments: main(["import-parcel", *map(str, arguments)], environment)


@pytest.fixture
def feed(centre: Centre) -> MadeFeed:
    """A known device's feed of ten facts."""
    made = gave(1, FAMILIES[:9])
    centre.certify(1, made.id, made.signer.public_key)
    return made


def receipts_in(file: Path) -> list[Receipt]:
    """The receipts in a file, each checked."""
    return [read_receipt(item.data, CENTRE_KEYS) for item in take_apart(file.read_bytes()).items]


def test_a_whole_file_is_taken_and_its_receipt_lies_beside_it(
    centre: Centre, run: Run, feed: MadeFeed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "hari ini.ksbb"
    file.write_bytes(made_parcel(feed, OURS, 3).bytes)
    assert run(file) == 0
    told = capsys.readouterr().out
    assert "hari ini.ksbb: dari Laptop 1, dibuat 2026-11-24" in told
    assert "Laptop 1: 10 diambil, 0 sudah ada, 0 menunggu" in told
    assert "Jumlah: 10 catatan diambil, 0 sudah ada, 0 masalah." in told
    receipt = tmp_path / "hari ini-tanda-terima.ksbb"
    assert str(receipt) in told
    assert [(one.feed, one.head) for one in receipts_in(receipt)] == [(feed.id, feed.head())]
    assert len(centre.facts_of(feed.id)) == 10
    assert run("--lang", "en", file) == 0
    assert "Laptop 1: 0 taken, 10 held before" in capsys.readouterr().out


def test_each_broken_part_has_a_line_and_its_neighbours_are_kept(
    centre: Centre, run: Run, feed: MadeFeed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = gave(2, FAMILIES[:2])
    centre.certify(2, other.id, other.signer.public_key)
    made = MadeParcel(feed.signer, OURS).begin(Stretch(feed.id, 1, 10), Stretch(other.id, 1, 3))
    made.add(feed.segment(1, 4)).add(feed.segment(5, 7)).add(feed.segment(8, 10))
    made.add(other.segment())
    made.items[2] = made.items[2][:-1] + bytes([made.items[2][-1] ^ 1])
    file = tmp_path / "rusak.ksbb"
    file.write_bytes(made.bytes[:-3])
    assert run(file) == 1
    told = capsys.readouterr().out.splitlines()
    start = sum(map(len, made.items[:2]))
    assert f"  Mulai bita ke-{start}: rusak, tidak diambil" in told
    assert any(
        line.startswith("  Bagian 3, Laptop 1, catatan 8–10: utuh dan disimpan") for line in told
    )
    end = sum(map(len, made.items[:4]))
    assert f"  Mulai bita ke-{end}: berkas terpotong di sini" in told
    assert any("Laptop 1: catatan 5–7 tidak ada" in line for line in told)
    assert any("Laptop 2: catatan 1–3 tidak ada" in line for line in told)
    assert "  Laptop 1: 4 diambil, 0 sudah ada, 3 menunggu" in told
    (receipt,) = receipts_in(tmp_path / "rusak-tanda-terima.ksbb")
    assert receipt.head == feed.head(4)


def test_several_files_are_each_judged_and_may_share_one_receipt_file(
    centre: Centre, run: Run, feed: MadeFeed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = gave(2, FAMILIES[:2])
    centre.certify(2, other.id, other.signer.public_key)
    files = {"a": feed, "b": other}
    for name, one in files.items():
        (tmp_path / f"{name}.ksbb").write_bytes(made_parcel(one, OURS).bytes)
    (tmp_path / "letter.ksbb").write_text("not a parcel")
    names = [tmp_path / f"{name}.ksbb" for name in ("a", "letter", "missing", "b")]
    target = tmp_path / "receipts.ksbb"
    assert run(*names, "--receipt", target) == 1
    told = capsys.readouterr()
    assert "letter.ksbb: Ini bukan berkas KSBB" in told.err
    assert "missing.ksbb" in told.err
    assert "Traceback" not in told.err
    assert {one.feed for one in receipts_in(target)} == {feed.id, other.id}
    assert sorted(file.name for file in tmp_path.glob("*tanda*")) == []
    assert len(centre.facts_of(other.id)) == 3


def test_a_file_for_another_centre_is_named_and_leaves_no_receipt(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stranger = gave(7, FAMILIES[:3])
    file = tmp_path / "a.ksbb"
    file.write_bytes(made_parcel(stranger, OURS).bytes)
    assert run(file) == 1
    told = capsys.readouterr()
    assert "a.ksbb: Berkas ini untuk pusat lain" in told.err
    assert "tidak terdaftar di pusat ini" in told.out
    assert list(tmp_path.glob("*tanda-terima*")) == []


def test_a_receipt_that_cannot_be_written_is_told_and_what_was_taken_stays(
    centre: Centre, run: Run, feed: MadeFeed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.ksbb"
    file.write_bytes(made_parcel(feed, OURS).bytes)
    assert run(file, "--receipt", tmp_path / "gone" / "receipt.ksbb") == 1
    assert "Penyimpan USB" in capsys.readouterr().err
    assert len(centre.facts_of(feed.id)) == 10
    assert run(file) == 0


def test_no_name_and_no_number_of_a_household_is_printed(
    run: Run, feed: MadeFeed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.ksbb"
    file.write_bytes(made_parcel(feed, OURS).bytes)
    run(file)
    told = capsys.readouterr()
    for one in FAMILIES:
        for secret in (one.name, str(one.kk), str(one.id), str(one.slip_number)):
            assert secret not in told.out + told.err

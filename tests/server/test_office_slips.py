"""Slips at the office: issued, printed by RW with the danom, one replaced, one revoked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from sqlalchemy import Engine, text

from models.numbers import mask_kk
from server.office.accounts import Role
from tests.support.centre import TestPostgres
from tests.support.centre_world import empty
from tests.support.office import entered, hire
from tests.support.pages import Town, kk_of
from tests.support.pdf import Pdf

PATH = "/kantor/undangan"
HERE, OPEN = "1", "1"


@pytest.fixture(scope="module")
def reused(postgres: TestPostgres) -> Iterator[Engine]:
    """One database for all tests here."""
    with postgres.database() as engine:
        yield engine


@pytest.fixture
def town(reused: Engine) -> Town:
    empty(reused)
    made = Town(reused)
    made.furnish()
    made.settle([1, 2, 3])
    with reused.begin() as connection:
        connection.execute(text("INSERT INTO agregator (name) VALUES ('Yayasan Peduli'), ('PMI')"))
        connection.execute(text("UPDATE point SET agregator = id"))
        connection.execute(text("UPDATE household SET rw = CASE WHEN id % 2 = 0 THEN 3 ELSE 4 END"))
    return made


@pytest.fixture
def read(qapp: QApplication, tmp_path: Path) -> Callable[[bytes], str]:
    """The words of a PDF."""

    def words(content: bytes) -> str:
        file = tmp_path / "read.pdf"
        file.write_bytes(content)
        pdf = Pdf(file)
        return " ".join(pdf.words(page) for page in range(pdf.pages))

    return words


def numbers(town: Town, valid: bool = True) -> list[int]:
    """The slips that are, or are no longer, worth anything."""
    with town.engine.connect() as connection:
        found = connection.scalars(
            text("SELECT number FROM slip WHERE (revoked_at IS NULL) = :valid ORDER BY number"),
            {"valid": valid},
        )
        return list(found)


def test_slips_are_issued_printed_by_rw_and_the_danom_names_all(
    town: Town, read: Callable[[bytes], str]
) -> None:
    with entered(town.app(), hire(town, "sari", Role.ADMINISTRATOR)) as browser:
        browser.get(f"{PATH}?titik={HERE}&tahap={OPEN}")
        form = {"titik": HERE, "tahap": OPEN}
        answer = browser.post(PATH, apa="terbit", **form)
        assert answer.headers["location"].endswith("selesai=slip.issued")
        again = browser.post(PATH, apa="terbit", **form)
        assert again.headers["location"].endswith("selesai=slip.none_missing")
        assert len(numbers(town)) == 3
        with town.engine.connect() as connection:
            region, rw = connection.execute(
                text("SELECT region, rw FROM household GROUP BY 1, 2 ORDER BY count(*) LIMIT 1")
            ).one()
        one = browser.post(PATH, apa="cetak", rw=f"{region}/{rw}", **form)
        assert one.headers["content-type"] == "application/pdf"
        assert "Rahasia" in read(one.content)
        page = browser.get(f"{PATH}?titik={HERE}&tahap={OPEN}")
        assert page.count('value="cetak"') == 3
        rest = read(browser.post(PATH, apa="cetak", **form).content)
        nothing = browser.post(PATH, apa="cetak", **form)
        assert nothing.headers["location"].endswith("selesai=slip.nothing")
        danom = read(browser.post(PATH, apa="danom", **form).content)
        for number in (1, 2, 3):
            assert f"Rahasia {number}" in danom
            assert mask_kk(kk_of(number)) in danom and str(kk_of(number)) not in danom + rest
    with town.engine.connect() as connection:
        log = connection.scalars(text("SELECT action FROM audit_log WHERE actor = 'sari'")).all()
    assert [one for one in log if "slip" in one or "danom" in one] == [
        "slips.issued", "slips.issued", "slips.printed", "slips.printed", "danom.printed"
    ]  # fmt: skip


def test_a_lost_slip_is_replaced_and_one_revoked_but_never_another_aggregators(town: Town) -> None:
    app = town.app()
    with entered(app, hire(town, "sari", Role.ADMINISTRATOR)) as browser:
        browser.get(PATH)
        browser.post(PATH, apa="terbit", titik=HERE, tahap=OPEN)
        first, second, _ = numbers(town)
        new = browser.post(PATH, apa="ganti", nomor=f"{first:011d}")
        assert new.headers["content-type"] == "application/pdf"
        assert numbers(town, valid=False) == [first] and len(numbers(town)) == 3
        done = browser.post(PATH, apa="cabut", nomor=f"{second:011d}")
        assert done.headers["location"].endswith("selesai=slip.revoked")
        for bad in (f"{second:011d}", "12345"):
            assert browser.post(PATH, apa="cabut", nomor=bad).status_code == 422
    left = numbers(town)
    with entered(app, hire(town, "tuti", Role.AGREGATOR, 2)) as browser:
        page = browser.get(f"{PATH}?titik={HERE}&tahap={OPEN}")
        assert "Cideng" not in page
        assert browser.post(PATH, apa="cabut", nomor=f"{left[0]:011d}").status_code == 422
        assert browser.post(PATH, apa="danom", titik=HERE, tahap=OPEN).status_code == 422
    assert numbers(town) == left

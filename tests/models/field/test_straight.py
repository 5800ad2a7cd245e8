"""Statements that go straight to the driver keep transactions and errors as all others do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import bindparam, insert, select, text
from sqlcipher3 import dbapi2

from models.errors import DatabaseLocked
from models.field.database import write
from models.field.projections import STOCK
from models.field.pulled import HOUSEHOLD
from models.field.straight import Straight
from tests.support.field import FieldDevice, device_in
from tests.support.world import HERE, family, roster_page

FAMILIES = [family(number) for number in range(9)]
ADD = Straight(insert(STOCK))
FROM = {"feed": b"", "branch": 0, "seq": 1, "at": 0}
LEFT = Straight(select(STOCK.c.left).where(STOCK.c.package == bindparam("package")))


@pytest.fixture
def device(tmp_path: Path) -> Iterator[FieldDevice]:
    with device_in(tmp_path / "data", page=roster_page(FAMILIES)) as made:
        yield made


def test_it_says_what_the_engine_says(device: FieldDevice) -> None:
    asked = select(HOUSEHOLD).where(HOUSEHOLD.c.kk > bindparam("kk")).order_by("kk").limit(3)
    kk = FAMILIES[2].kk
    slow = device.connection.execute(asked, {"kk": kk}).all()
    assert len(slow) == 3
    assert Straight(asked).all(device.connection, kk=kk) == [tuple(row) for row in slow]
    assert Straight(asked).first(device.connection, kk=kk) == tuple(slow[0])
    assert Straight(asked).first(device.connection, kk=1 << 60) is None


def test_it_writes_in_the_open_transaction_and_goes_back_with_it(device: FieldDevice) -> None:
    with write(device.connection):
        ADD.run(device.connection, point=HERE, package=1, left=10, **FROM)
    with pytest.raises(RuntimeError), write(device.connection):
        ADD.run(device.connection, point=HERE, package=2, left=20, **FROM)
        raise RuntimeError
    device.restart()
    assert LEFT.all(device.connection, package=1) == [(10,)]
    assert LEFT.all(device.connection, package=2) == []


def test_a_fault_comes_out_as_one_of_ours(device: FieldDevice) -> None:
    device.connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    with (
        closing(device.database.ledger.connect()) as other,
        write(other),
        pytest.raises(DatabaseLocked) as caught,
    ):
        ADD.run(device.connection, point=HERE, package=1, left=10, **FROM)
    assert isinstance(caught.value.__cause__, dbapi2.OperationalError)


def test_a_bug_passes_as_it_is(device: FieldDevice) -> None:
    with pytest.raises(dbapi2.OperationalError, match="no such table"):
        Straight(text("SELECT 1 FROM nowhere")).all(device.connection)
    with write(device.connection), pytest.raises(dbapi2.IntegrityError):
        for _ in range(2):
            ADD.run(device.connection, point=HERE, package=1, left=10, **FROM)

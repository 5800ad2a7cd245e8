"""The centre's keys lie outside the database, unreadable to others, and are never replaced."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from server.errors import KeysMissing, KeysUnusable
from server.keys import VARIABLE, Keys, obtain_keys, read_keys, write_keys
from server.personal import CannotDecrypt, Personal, PersonalColumn

KK = 3171010101200005


def test_keys_are_made_once_and_found_again(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "below" / "keys.json"
    first = obtain_keys(engine, file, {}, now=1)
    assert obtain_keys(engine, file, {}, now=2) == first
    if sys.platform != "win32":
        assert file.stat().st_mode & 0o777 == 0o600
    assert obtain_keys(engine, tmp_path / "none", {VARIABLE: file.read_text()}, now=3) == first


def test_a_database_whose_keys_are_lost_gets_no_new_ones(engine: Engine, tmp_path: Path) -> None:
    obtain_keys(engine, tmp_path / "keys.json", {}, now=1)
    with pytest.raises(KeysMissing):
        obtain_keys(engine, tmp_path / "elsewhere.json", {}, now=2)
    assert not (tmp_path / "elsewhere.json").exists()


def test_keys_of_another_database_are_refused(engine: Engine, tmp_path: Path) -> None:
    obtain_keys(engine, tmp_path / "keys.json", {}, now=1)
    write_keys(Keys.generate(), tmp_path / "other.json")
    with pytest.raises(KeysMissing):
        obtain_keys(engine, tmp_path / "other.json", {}, now=2)


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX's")
def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    write_keys(Keys.generate(), file)
    file.chmod(0o640)
    with pytest.raises(KeysUnusable) as caught:
        read_keys(file, {})
    assert "chmod 600" in str(caught.value.parts["problem"])


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"centre": "short"}', "\x00\x01"])
def test_a_damaged_file_is_refused_without_being_repeated(tmp_path: Path, content: str) -> None:
    file = tmp_path / "keys.json"
    file.write_text(content)
    file.chmod(0o600)
    with pytest.raises(KeysUnusable) as caught:
        read_keys(file, {})
    assert "short" not in str(caught.value)


def test_an_existing_file_is_never_written_over(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    write_keys(Keys.generate(), file)
    before = file.read_bytes()
    with pytest.raises(KeysUnusable):
        write_keys(Keys.generate(), file)
    assert file.read_bytes() == before


def test_secrets_are_in_no_repr_and_not_in_the_database(engine: Engine, tmp_path: Path) -> None:
    keys = obtain_keys(engine, tmp_path / "keys.json", {}, now=1)
    secrets = list(json.loads((tmp_path / "keys.json").read_text()).values())
    with engine.connect() as connection:
        stored = str(connection.execute(text("SELECT * FROM centre_key")).fetchall())
    for secret in (keys.kk_hmac, keys.personal, keys.centre.private_key, keys.slip.private_key):
        assert repr(secret) not in repr(keys)
        assert repr(secret) not in stored
    assert not any(secret in repr(keys) for secret in secrets)


def test_a_kk_number_has_one_digest_a_key() -> None:
    one, other = Personal(Keys.generate()), Personal(Keys.generate())
    assert one.kk_hmac(KK) == one.kk_hmac(KK)
    assert one.kk_hmac(KK) != other.kk_hmac(KK)
    assert one.kk_hmac(KK) != one.kk_hmac(KK + 1)
    assert len(one.kk_hmac(KK)) == 32


def test_a_value_reads_back_only_in_its_own_row_and_column() -> None:
    personal = Personal(Keys.generate())
    stored = personal.encrypt("Siti Nurhaliza", 7, PersonalColumn.NAME)
    assert personal.decrypt(stored, 7, PersonalColumn.NAME) == "Siti Nurhaliza"
    assert b"Siti" not in stored
    assert stored != personal.encrypt("Siti Nurhaliza", 7, PersonalColumn.NAME)
    for household, column in ((8, PersonalColumn.NAME), (7, PersonalColumn.ADDRESS)):
        with pytest.raises(CannotDecrypt):
            personal.decrypt(stored, household, column)
    for broken in (b"", b"\x01", stored[:-1], b"\x02" + stored[1:]):
        with pytest.raises(CannotDecrypt):
            personal.decrypt(broken, 7, PersonalColumn.NAME)


def test_a_kk_number_reads_back_whole() -> None:
    personal = Personal(Keys.generate())
    assert personal.kk(personal.encrypt(f"{KK}", 7, PersonalColumn.KK), 7) == KK

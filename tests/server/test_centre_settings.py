"""The environment is read once, checked, and a bad value is named with what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.errors import BadSetting
from server.settings import DEFAULT_PORT, default_data_folder, read_settings
from server.upkeep.logs import Form, Level


def test_nothing_set_gives_a_centre_on_the_loopback_address() -> None:
    settings = read_settings({})
    assert settings.dsn is None
    assert settings.data_folder == default_data_folder()
    assert settings.keys_file.parent == settings.data_folder
    assert settings.public_address == f"http://127.0.0.1:{DEFAULT_PORT}"


def test_every_variable_is_read() -> None:
    settings = read_settings(
        {
            "KSBB_DSN": "postgres://ksbb:secret@db.example:5433/ksbb",
            "KSBB_DATA": "/srv/ksbb",
            "KSBB_PUBLIC_ADDRESS": "https://ksbb.example.go.id/",
            "KSBB_HOST": "0.0.0.0",
            "KSBB_PORT": "9000",
            "KSBB_KEYS_FILE": "/etc/ksbb/keys.json",
            "KSBB_SMALLEST_COUNT": "10",
            "KSBB_TRUSTED_PROXIES": "10.0.0.1, 10.0.0.2",
            "KSBB_WORKERS": "3",
            "KSBB_METRICS": "[::1]:9470",
            "KSBB_LOG": "JSON",
            "KSBB_LOG_LEVEL": "info",
        }
    )
    assert settings.dsn == "postgres://ksbb:secret@db.example:5433/ksbb"
    assert settings.data_folder == Path("/srv/ksbb")
    assert settings.public_address == "https://ksbb.example.go.id"
    assert (settings.host, settings.port) == ("0.0.0.0", 9000)
    assert settings.keys_file == Path("/etc/ksbb/keys.json")
    assert settings.smallest_count == 10
    assert settings.trusted_proxies == ("10.0.0.1", "10.0.0.2")
    assert settings.workers == 3
    assert settings.metrics == ("::1", 9470)
    assert (settings.log, settings.log_level) == (Form.JSON, Level.INFO)


def test_a_server_that_listens_everywhere_is_reached_on_the_loopback_address() -> None:
    assert read_settings({"KSBB_HOST": "::"}).public_address == f"http://127.0.0.1:{DEFAULT_PORT}"
    assert read_settings({"KSBB_HOST": "::1"}).public_address == f"http://[::1]:{DEFAULT_PORT}"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KSBB_PORT", "eighty"),
        ("KSBB_PORT", "0"),
        ("KSBB_PORT", "65536"),
        ("KSBB_PORT", "-1"),
        ("KSBB_SMALLEST_COUNT", "0"),
        ("KSBB_WORKERS", "0"),
        ("KSBB_METRICS", "9470"),
        ("KSBB_METRICS", ":9470"),
        ("KSBB_METRICS", "127.0.0.1:0"),
        ("KSBB_LOG", "xml"),
        ("KSBB_LOG_LEVEL", "debug"),
        ("KSBB_DSN", "mysql://u:secret@h/d"),
        ("KSBB_DSN", "postgresql://u:secret@h"),
        ("KSBB_DSN", "postgresql://[::1/d?secret"),
        ("KSBB_DATA", "relative/folder"),
        ("KSBB_PUBLIC_ADDRESS", "ksbb.example"),
        ("KSBB_PUBLIC_ADDRESS", "https://ksbb.example/?x=1"),
        ("KSBB_PUBLIC_ADDRESS", "https://ksbb.example/path"),
        ("KSBB_PUBLIC_ADDRESS", "https://user:secret@ksbb.example"),
        ("KSBB_PUBLIC_ADDRESS", "http://[::1"),
        ("KSBB_PUBLIC_ADDRESS", "https://ksbb.example:99999"),
    ],
)
def test_a_bad_value_is_named_and_a_password_never(variable: str, value: str) -> None:
    with pytest.raises(BadSetting) as caught:
        read_settings({variable: value})
    assert caught.value.parts["variable"] == variable
    assert caught.value.parts["expected"]
    assert "secret" not in str(caught.value)

"""What the centre is told from outside: the ``KSBB_…`` environment variables, read and checked."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from platformdirs import user_data_path

from server.errors import BadSetting
from server.mail import MailServer, mail_server
from server.upkeep.logs import Form, Level
from server.upkeep.periods import Periods

DEFAULT_PORT = 8470
_POSTGRES_SCHEMES = {"postgresql", "postgres", "postgresql+psycopg"}
_HIGHEST_PORT = 65535
_MOST_SUPPRESSED = 1000
_MOST_ASKED = 1000
_USUAL, _MOST_DAYS = Periods(), 36_500
_MOST_WORKERS, _USUAL_WORKERS = 61, 16
"""The most that Windows can wait for; and what a machine of many cores gets unasked."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything about one centre that is not in its database.

    ``dsn`` None means the embedded PostgreSQL under ``data_folder``. ``public_address`` is how
    devices and phones reach the centre, without a slash at the end. ``keys_file`` holds the keys
    that the database must never hold. Public counts below ``smallest_count`` are not shown.
    ``workers`` is how many processes take in what laptops push. ``metrics`` is the host and port on
    which Prometheus is answered; ``log`` how the log looks, ``log_level`` from where on it is kept.
    ``periods``: how long data of people is kept. ``status_rate``: how many households a second may
    ask their status, all together and in each process. ``mail`` is where letters are handed in.
    """

    data_folder: Path
    dsn: str | None
    public_address: str
    host: str
    port: int
    keys_file: Path
    smallest_count: int = 5
    trusted_proxies: tuple[str, ...] = ()
    workers: int = 1
    metrics: tuple[str, int] | None = None
    log: Form = Form.TEXT
    log_level: Level = Level.WARNING
    periods: Periods = _USUAL
    status_rate: int = 10
    mail: MailServer | None = None

    @property
    def database_folder(self) -> Path:
        """Where the embedded PostgreSQL keeps its files."""
        return self.data_folder / "postgres"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings in ``environment``; raises BadSetting naming the variable and what is wrong.

    ``KSBB_DSN`` · ``KSBB_DATA`` · ``KSBB_PUBLIC_ADDRESS`` · ``KSBB_HOST`` · ``KSBB_PORT`` ·
    ``KSBB_KEYS_FILE`` · ``KSBB_SMALLEST_COUNT`` · ``KSBB_TRUSTED_PROXIES`` · ``KSBB_WORKERS``
    (one a core) · ``KSBB_METRICS`` · ``KSBB_LOG`` · ``KSBB_LOG_LEVEL`` ·
    ``KSBB_KEEP_DAYS`` · ``KSBB_KEEP_PHOTOS_DAYS`` · ``KSBB_KEEP_DONORS_DAYS`` ·
    ``KSBB_STATUS_RATE`` · ``KSBB_SMTP`` · ``KSBB_MAIL_FROM``; each may be absent.
    """
    host = environment.get("KSBB_HOST", "").strip() or "127.0.0.1"
    port = _whole(environment, "KSBB_PORT", DEFAULT_PORT, 1, _HIGHEST_PORT)
    folder = _folder(environment)
    keys = environment.get("KSBB_KEYS_FILE", "").strip()
    proxies = environment.get("KSBB_TRUSTED_PROXIES", "")
    cores = min(os.cpu_count() or 1, _USUAL_WORKERS)
    return Settings(
        data_folder=folder,
        dsn=_dsn(environment),
        public_address=_address(environment, f"http://{_reachable(host)}:{port}"),
        host=host,
        port=port,
        keys_file=Path(keys).expanduser() if keys else folder / "centre-keys.json",
        smallest_count=_whole(environment, "KSBB_SMALLEST_COUNT", 5, 1, _MOST_SUPPRESSED),
        trusted_proxies=tuple(part.strip() for part in proxies.split(",") if part.strip()),
        workers=_whole(environment, "KSBB_WORKERS", cores, 1, _MOST_WORKERS),
        metrics=_metrics(environment),
        log=_one_of(environment, "KSBB_LOG", Form.TEXT),
        log_level=_one_of(environment, "KSBB_LOG_LEVEL", Level.WARNING),
        status_rate=_whole(environment, "KSBB_STATUS_RATE", 10, 1, _MOST_ASKED),
        mail=mail_server(
            environment.get("KSBB_SMTP", "").strip(), environment.get("KSBB_MAIL_FROM", "").strip()
        ),
        periods=Periods(
            households=_whole(environment, "KSBB_KEEP_DAYS", _USUAL.households, 1, _MOST_DAYS),
            photos=_whole(environment, "KSBB_KEEP_PHOTOS_DAYS", _USUAL.photos, 1, _MOST_DAYS),
            donors=_whole(environment, "KSBB_KEEP_DONORS_DAYS", _USUAL.donors, 1, _MOST_DAYS),
        ),
    )


def default_data_folder() -> Path:
    """Where the centre keeps its files when nobody says.

    Run by root the embedded PostgreSQL belongs to a user of its own, who must be able to reach it:
    then it is a system folder and never a private home.
    """
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/ksbb-centre")
    return user_data_path("ksbb-centre", appauthor=False)


def _folder(environment: Mapping[str, str]) -> Path:
    given = environment.get("KSBB_DATA", "").strip()
    if not given:
        return default_data_folder()
    folder = Path(given).expanduser()
    if not folder.is_absolute():
        raise BadSetting(variable="KSBB_DATA", value=given, expected=_example_folder())
    return folder


def _example_folder() -> str:
    return str(Path(tempfile.gettempdir()) / "ksbb-centre")


def _dsn(environment: Mapping[str, str]) -> str | None:
    given = environment.get("KSBB_DSN", "").strip()
    if not given:
        return None
    try:
        parts = urlsplit(given)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in _POSTGRES_SCHEMES or not parts.path.strip("/"):
        # The value is not repeated: it may hold a password.
        raise BadSetting(
            variable="KSBB_DSN", value="…", expected="postgresql://user:password@host:5432/ksbb"
        )
    return given


def _address(environment: Mapping[str, str], otherwise: str) -> str:
    given = environment.get("KSBB_PUBLIC_ADDRESS", "").strip()
    if not given:
        return otherwise
    try:
        parts = urlsplit(given)
        # The slips' links carry host and port only, so there is no room for a path.
        valid = (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and parts.port != 0
            and parts.path in {"", "/"}
            and "@" not in parts.netloc
            and not (parts.query or parts.fragment)
        )
    except ValueError:
        valid = False
    if not valid:
        shown = "…" if "@" in given else given
        raise BadSetting(
            variable="KSBB_PUBLIC_ADDRESS", value=shown, expected="https://ksbb.example.go.id"
        )
    return given.rstrip("/")


def _whole(environment: Mapping[str, str], name: str, otherwise: int, low: int, high: int) -> int:
    given = environment.get(name, "").strip()
    if not given:
        return otherwise
    if not (given.isascii() and given.isdigit() and low <= int(given) <= high):
        raise BadSetting(variable=name, value=given, expected=f"{low}-{high}")
    return int(given)


def _metrics(environment: Mapping[str, str]) -> tuple[str, int] | None:
    """``127.0.0.1:9470`` or ``[::1]:9470``: both are said: nothing is open by chance."""
    given = environment.get("KSBB_METRICS", "").strip()
    if not given:
        return None
    host, _, port = given.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not (host and port.isascii() and port.isdigit() and 0 < int(port) <= _HIGHEST_PORT):
        raise BadSetting(variable="KSBB_METRICS", value=given, expected="127.0.0.1:9470")
    return host, int(port)


_Choice = TypeVar("_Choice", bound=StrEnum)


def _one_of(environment: Mapping[str, str], name: str, otherwise: _Choice) -> _Choice:
    given = environment.get(name, "").strip().lower()
    choices = type(otherwise)
    if not given:
        return otherwise
    if given not in set(choices):
        raise BadSetting(variable=name, value=given, expected=" | ".join(choices))
    return choices(given)


def _reachable(host: str) -> str:
    """An address a browser on this machine can open when the server listens everywhere."""
    if host in {"0.0.0.0", "::"}:
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host

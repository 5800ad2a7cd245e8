"""``ksbb-centre serve --check``: would it run as it is set up? Looks, and changes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from smtplib import SMTPException
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Engine
from sqlalchemy import text as sql

from models.errors import KsbbError
from models.texts import Language, text
from server import migrations
from server.commands import is_taken
from server.errors import NotInitialised
from server.faults import told
from server.keys import check_keys
from server.mail import MailServer, connected
from server.settings import Settings, read_settings
from server.upkeep.postgres import CONNECTIONS, open_database
from server.web.addresses import trusted_networks

_ROOM = 2_000_000_000
"""Bytes that a day of a city's hand-overs and their photos fit in many times."""
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: the words are ``cli.centre.check.<leaf>``. ``ok`` None: works, but look at it."""

    ok: bool | None
    leaf: str
    parts: Mapping[str, Any]


def check(environment: Mapping[str, str], language: Language) -> int:
    """Says a line for each thing; 0 when nothing stands in the way."""
    failed = False
    for found in _findings(environment):
        failed |= found.ok is False
        if isinstance(error := found.parts.get("error"), KsbbError):
            said = f"{error.title(language)}. {error.what_to_do(language)}"
        else:
            said = text(language, f"cli.centre.check.{found.leaf}", **found.parts)
        mark = text(language, f"cli.centre.check.{_MARKS[found.ok]}")
        print(f"{mark:>7}  {said}")
    return int(failed)


_MARKS = {True: "fine", None: "look", False: "wrong"}


def _findings(environment: Mapping[str, str]) -> Iterator[Finding]:
    try:
        settings = read_settings(environment)
        trusted_networks(settings.trusted_proxies)
    except KsbbError as error:
        yield Finding(False, "", {"error": error})
        return
    yield _address(settings)
    yield from _proxies(settings)
    if is_taken(settings.host, settings.port):
        yield Finding(False, "port_taken", {"host": settings.host, "port": settings.port})
    else:
        yield Finding(True, "port", {"host": settings.host, "port": settings.port})
    if settings.metrics is not None:
        yield _metrics(*settings.metrics)
    yield from _database(settings, environment)
    yield _room(settings.data_folder)
    if settings.mail is not None:
        yield _mail(settings.mail)


def _proxies(settings: Settings) -> Iterator[Finding]:
    """Whether the limits can tell visitors apart."""
    if settings.trusted_proxies:
        yield Finding(True, "proxies", {"networks": ", ".join(settings.trusted_proxies)})
    elif settings.public_address.startswith("https://"):  # the centre itself speaks no TLS
        yield Finding(None, "proxies_none", {})


def _metrics(host: str, port: int) -> Finding:
    """Figures about nobody, and yet for nobody but who runs the centre."""
    parts = {"host": host, "port": port}
    if is_taken(host, port):
        return Finding(False, "metrics_taken", parts)
    private = host in _LOOPBACK
    return Finding(True if private else None, "metrics" if private else "metrics_open", parts)


def _address(settings: Settings) -> Finding:
    parts = urlsplit(settings.public_address)
    private = parts.scheme == "https" or parts.hostname in _LOOPBACK
    leaf = "address" if private else "address_plain"
    return Finding(True if private else None, leaf, {"address": settings.public_address})


def _database(settings: Settings, environment: Mapping[str, str]) -> Iterator[Finding]:
    if settings.dsn is None and not settings.database_folder.exists():
        yield Finding(None, "database_new", {"folder": settings.database_folder})
        return
    try:
        with open_database(settings) as engine:
            yield _tables(engine)
            yield _connections(engine, settings.workers)
            found = check_keys(engine, settings.keys_file, environment)
            yield Finding(found, "keys" if found else "keys_new", {"file": settings.keys_file})
    except Exception as error:
        known = told(error)
        if known is None:
            raise
        yield Finding(False, "", {"error": known})


def _tables(engine: Engine) -> Finding:
    version = ".".join(map(str, engine.dialect.server_version_info or ()))
    try:
        migrations.check(engine)
    except NotInitialised:
        return Finding(None, "tables_old", {"version": version})
    return Finding(True, "database", {"version": version})


def _connections(engine: Engine, workers: int) -> Finding:
    """Whether PostgreSQL takes as many connections as may be opened: those of the web process, and
    of each that takes segments in one, with two for when that one is away."""
    with engine.connect() as connection:
        most = int(connection.scalar(sql("SHOW max_connections")) or 0)
    needed = CONNECTIONS * 3 + workers * 3
    leaf = "connections" if needed < most else "connections_few"
    return Finding(True if needed < most else None, leaf, {"most": most, "needed": needed})


def _room(folder: Path) -> Finding:
    there = next(one for one in (folder, *folder.parents) if one.exists())
    free = shutil.disk_usage(there).free
    parts = {"folder": there, "gb": f"{free / 1e9:.1f}"}
    return Finding(True if free > _ROOM else None, "room" if free > _ROOM else "room_low", parts)


def _mail(server: MailServer) -> Finding:
    """Whether the mail server lets us in; nothing is sent."""
    parts: dict[str, Any] = {"host": server.host, "port": server.port}
    try:
        with connected(server) as link:
            link.noop()
    except (OSError, SMTPException) as error:
        return Finding(None, "mail_wrong", {**parts, "why": type(error).__name__})
    return Finding(True, "mail", parts)

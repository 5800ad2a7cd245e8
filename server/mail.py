"""E-mail where an operator has set it up: handed to a thread that sends it, so that no page waits
for another host, and nothing is lost of what was committed if it can't be sent.

The log says that a letter could not be sent and why by kind, never to whom or what.
"""

from __future__ import annotations

import logging
import queue
import re
import smtplib
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from server.errors import BadSetting

_LOG = logging.getLogger("ksbb.mail")
_ADDRESS = re.compile(r"[\w.+-]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}", re.ASCII | re.IGNORECASE)
_MOST_WAITING = 1_000
_SECONDS = 20.0
_TRIES = 3
_PAUSE = 30.0


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed in, and from whom they come. ``encrypted``: TLS from the first
    byte; otherwise it is asked for, and a password is sent only under it."""

    host: str
    port: int
    sender: str
    encrypted: bool
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """One message of plain words."""

    to: str = field(repr=False)
    subject: str
    words: str = field(repr=False)


def mail_server(written: str, sender: str) -> MailServer | None:
    """The server of ``KSBB_SMTP`` and ``KSBB_MAIL_FROM``; None where none is set. Raises
    BadSetting, which repeats no password."""
    if not written:
        return None
    bad = BadSetting(
        variable="KSBB_SMTP", value="…", expected="smtps://user:password@mail.example.id:465"
    )
    try:
        parts = urlsplit(written)
        port = parts.port
    except ValueError:
        raise bad from None
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path.strip("/"):
        raise bad
    if address_in(sender) != sender:
        raise BadSetting(variable="KSBB_MAIL_FROM", value=sender, expected="ksbb@example.go.id")
    encrypted = parts.scheme == "smtps"
    return MailServer(
        parts.hostname,
        port or (465 if encrypted else 587),
        sender,
        encrypted,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )


def address_in(words: str) -> str:
    """The e-mail address somewhere in ``words``; empty without one."""
    found = _ADDRESS.search(words)
    return found[0] if found else ""


def connected(server: MailServer) -> smtplib.SMTP:
    """A connection that letters can be handed in by; raises OSError and smtplib's errors."""
    context = ssl.create_default_context()
    if server.encrypted:
        link: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=_SECONDS, context=context
        )
    else:
        link = smtplib.SMTP(server.host, server.port, timeout=_SECONDS)
    try:
        link.ehlo()
        if not server.encrypted and link.has_extn("starttls"):
            link.starttls(context=context)
            link.ehlo()
        if server.user:
            if not isinstance(link.sock, ssl.SSLSocket):
                raise smtplib.SMTPNotSupportedError("no TLS, so no password")
            link.login(server.user, server.password)
    except BaseException:
        link.close()
        raise
    return link


class Mailer:
    """Sends letters one after another in a thread of its own; without a server it sends none."""

    def __init__(self, server: MailServer | None, *, pause: float = _PAUSE) -> None:
        self._server = server
        self._pause = pause
        self._waiting: queue.Queue[Letter | None] = queue.Queue(_MOST_WAITING)
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        if server is not None:
            self._thread = threading.Thread(target=self._run, args=(server,), daemon=True)
            self._thread.start()

    def send(self, letter: Letter) -> None:
        """Puts it in line and returns; one too many is dropped, and said so in the log."""
        if self._server is None:
            return
        try:
            self._waiting.put_nowait(letter)
        except queue.Full:
            _LOG.error("a letter was dropped: %d wait already", _MOST_WAITING)

    def close(self) -> None:
        """Ends the thread; what still waits is sent if it can be at once."""
        if self._thread is not None:
            self._ended.set()
            with suppress(queue.Full):  # then the thread, a daemon, ends with the process
                self._waiting.put(None, timeout=1)
            self._thread.join(2 * _SECONDS)

    def _run(self, server: MailServer) -> None:
        while (letter := self._waiting.get()) is not None:
            self._try(server, letter)

    def _try(self, server: MailServer, letter: Letter) -> None:
        for left in reversed(range(_TRIES)):
            try:
                with connected(server) as link:
                    link.send_message(_written(server, letter))
                return
            except (OSError, smtplib.SMTPException) as error:
                kind = type(error).__name__
                _LOG.error("a letter could not be sent (%s), %d tries left", kind, left)
            if left:
                self._ended.wait(self._pause)


def _written(server: MailServer, letter: Letter) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = server.sender, letter.to
    message["Subject"] = letter.subject
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.words)
    return message

"""Letters: sent beside the page and not before it, tried again, and never told of to the log."""

from __future__ import annotations

import email
import email.policy
import logging
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import Engine

from server.app import create_app
from server.errors import BadSetting
from server.mail import Letter, Mailer, address_in, mail_server
from tests.support.mailbox import Mailbox, mailbox
from tests.support.pages import KEYS, LOOSE, Town, settings
from tests.support.serving import visiting

FROM = "ksbb@example.go.id"


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as made:
        yield made


def mailer(box: Mailbox) -> Mailer:
    return Mailer(mail_server(box.address, FROM), pause=0.01)


def opened(box: Mailbox) -> Any:
    return email.message_from_string(box.letters.get(timeout=60), policy=email.policy.default)


@pytest.mark.postgres
def test_who_pledges_with_an_address_gets_the_number_by_letter(
    engine: Engine, box: Mailbox
) -> None:
    town = Town(engine)
    form = {
        "donor": "PT Rahasia", "contents": "5 kg beras", "packages": "10", "region": "",
        "first": "2026-12-01", "last": "2026-12-14",
    }  # fmt: skip
    with closing(mailer(box)) as sending:
        app = create_app(settings(), town.engine, KEYS, town.clock, limits=LOOSE, mailer=sending)
        with visiting(app) as client:
            contact = "Budi, budi@example.id / 0812"
            page = client.post("/en/beri", data={**form, "contact": contact}).text
            client.post("/beri", data={**form, "contact": "0812 3456"})
        letter = opened(box)
    assert (letter["To"], letter["From"]) == ("budi@example.id", FROM)
    words = letter.get_content()
    number = page.split('id="nomor-komitmen">')[1].split("<")[0]
    assert number in words and "/en/komitmen" in words
    assert "Rahasia" not in words and "beras" not in words, "nobody writes through us"
    assert box.letters.empty()


def test_a_letter_that_is_refused_is_tried_again_and_the_log_names_nobody(
    box: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    box.refusing = 2
    with closing(mailer(box)) as sending, caplog.at_level(logging.DEBUG):
        sending.send(Letter("budi@example.id", "Komitmen", "rahasia"))
        assert opened(box)["To"] == "budi@example.id"
    assert caplog.text.count("SMTPRecipientsRefused") == 2
    assert "budi" not in caplog.text and "rahasia" not in caplog.text


def test_a_server_that_is_not_there_keeps_no_page_waiting(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with mailbox() as gone:
        server = mail_server(gone.address, FROM)
    with caplog.at_level(logging.ERROR), closing(Mailer(server, pause=0.01)) as sending:
        begun = threading.active_count()
        sending.send(Letter("budi@example.id", "Komitmen", "rahasia"))
        assert threading.active_count() == begun
    assert caplog.text.count("ConnectionRefusedError") == 3
    assert "budi" not in caplog.text


def test_without_a_server_nothing_is_sent() -> None:
    with closing(Mailer(None)) as sending:
        sending.send(Letter("budi@example.id", "Komitmen", "rahasia"))


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("budi@example.id", "budi@example.id"),
        ("Budi <b.u-di+1@mail.example.co.id>, 0812", "b.u-di+1@mail.example.co.id"),
        ("0812 3456 7890", ""),
        ("budi@localhost", ""),
        ("@example.id", ""),
        ("budi@example.id\r\nBcc: a@b.id", "budi@example.id"),
    ],
)
def test_an_address_is_found_among_other_words(written: str, found: str) -> None:
    assert address_in(written) == found


def test_settings_that_can_t_be_are_refused_and_no_password_is_repeated() -> None:
    assert mail_server("", "") is None
    server = mail_server("smtps://ksbb:r%40hasia@mail.example.id", FROM)
    assert server is not None
    assert (server.port, server.encrypted, server.password) == (465, True, "r@hasia")
    assert "hasia" not in repr(server)
    for written in ("mail.example.id", "http://x", "smtp://", "smtp://x:99999", "smtp://x/y"):
        with pytest.raises(BadSetting):
            mail_server(written, FROM)
    with pytest.raises(BadSetting):
        mail_server("smtp://mail.example.id", "KSBB")
    with mailbox() as box:
        plain = mail_server(box.address.replace("//", "//ksbb:rahasia@"), FROM)
        with closing(Mailer(plain, pause=0.01)) as sending:
            sending.send(Letter("budi@example.id", "Komitmen", "x"))
        assert box.letters.empty(), "a password is sent under TLS alone"

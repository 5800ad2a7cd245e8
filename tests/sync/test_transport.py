"""HTTP: whoever answers, and however, is told apart from the centre by the right error."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
import requests
from urllib3.exceptions import ReadTimeoutError

from models.errors import (
    BadAnswer,
    Cancelled,
    CentreBusy,
    CentreDown,
    CentreSlow,
    CentreTrouble,
    LinkLost,
    NotTheCentre,
    ProxyRefused,
    SyncError,
)
from sync import faults, transport
from sync.messages import MAX_BODY, MEDIA_TYPE, Reply
from sync.transport import HttpTransport
from tests.support.tiny_server import Said, TinyServer, closed_port, serving

QUICK = (0.5, 0.5)
LOGIN = b"<html><title>Hotel Melati Wi-Fi</title><form>Room number</form></html>"


@pytest.fixture
def server() -> Iterator[TinyServer]:
    """A server that echoes."""
    with serving(lambda _operation, body: Said(body=body)) as made:
        yield made


def post(url: str, body: bytes = b"question") -> Reply:
    """One request."""
    with closing(HttpTransport(url, timeouts=QUICK)) as sender:
        return sender.post("hello", body)


def test_what_is_sent_arrives_and_the_answer_comes_back(server: TinyServer) -> None:
    body = bytes(range(256)) * 4000
    assert post(server.url, body) == Reply(200, body)
    assert post(server.url + "/", b"") == Reply(200, b"")
    assert server.asked == ["hello", "hello"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 413, 422])
def test_a_refusal_by_the_centre_is_an_answer(server: TinyServer, status: int) -> None:
    server.answer = lambda _operation, _body: Said(status, b"why")
    assert post(server.url) == Reply(status, b"why")


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
@pytest.mark.parametrize("label", [MEDIA_TYPE, "text/html", "application/json"])
def test_a_fault_of_the_centre_is_told_with_its_code(
    server: TinyServer, status: int, label: str
) -> None:
    server.answer = lambda _operation, _body: Said(status, b"oops", label)
    with pytest.raises(CentreTrouble) as caught:
        post(server.url)
    assert caught.value.parts == {"status": status}
    assert str(status) in caught.value.title("id")


@pytest.mark.parametrize(
    ("header", "seconds"), [("0", 0.0), ("7", 7.0), (" 120 ", 120.0), ("86400", 86400.0)]
)
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("label", [MEDIA_TYPE, "text/html"])
def test_how_long_to_wait_is_read_from_the_answer(
    server: TinyServer, header: str, seconds: float, status: int, label: str
) -> None:
    headers = {"Retry-After": header}
    server.answer = lambda _operation, _body: Said(status, b"", label, headers)
    with pytest.raises(CentreBusy) as caught:
        post(server.url)
    assert caught.value.seconds == seconds


@pytest.mark.parametrize("header", ["Wed, 21 Oct 2026 07:28:00 GMT", "-1", "1.5", "", "²"])
def test_a_time_to_wait_of_another_form_counts_as_none(server: TinyServer, header: str) -> None:
    headers = {"Retry-After": header.encode("utf-8").decode("latin-1")}
    server.answer = lambda _operation, _body: Said(503, headers=headers)
    with pytest.raises(CentreTrouble):
        post(server.url)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (Said(407, LOGIN, "text/html", {"Proxy-Authenticate": "Basic"}), ProxyRefused),
        (Said(408, b"<h1>Request timeout</h1>", "text/html"), CentreSlow),
        (Said(413, b"<h1>Too large</h1>", "text/html"), CentreTrouble),
        (Said(429, b"slow down", "text/plain"), CentreTrouble),
        (Said(502, b"<h1>Squid: ERR_CONNECT_FAIL</h1>", "text/html"), CentreTrouble),
        (Said(504, b"<h1>Gateway timeout</h1>", "text/html"), CentreTrouble),
        (Said(403, b"<h1>Squid: ERR_ACCESS_DENIED</h1>", "text/html"), NotTheCentre),
    ],
)
def test_what_a_proxy_says_is_told_for_what_it_is(
    server: TinyServer, said: Said, expected: type[SyncError]
) -> None:
    server.answer = lambda _operation, _body: said
    with pytest.raises(expected):
        post(server.url)


_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """No proxy but those that a test names."""
    for name in _PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


def test_requests_go_through_the_proxy_of_the_environment(
    server: TinyServer, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("http_proxy", server.url)
    assert post("http://pusat.invalid").body == b"question"
    assert server.asked == ["http://pusat.invalid/api/v1/hello"]


@pytest.mark.parametrize("no_proxy", ["pusat.invalid", ".invalid", "10.0.0.1, pusat.invalid", "*"])
def test_addresses_that_need_no_proxy_are_called_directly(
    server: TinyServer, environment: pytest.MonkeyPatch, no_proxy: str
) -> None:
    environment.setenv("http_proxy", server.url)
    environment.setenv("no_proxy", no_proxy)
    with pytest.raises(CentreDown):  # nothing is there, and nobody else was asked
        post("http://pusat.invalid")
    assert server.asked == []


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_not_there_is_not_taken_for_the_centre(
    environment: pytest.MonkeyPatch, scheme: str
) -> None:
    environment.setenv(f"{scheme}_proxy", closed_port())
    with pytest.raises(ProxyRefused):
        post(f"{scheme}://pusat.invalid")


def test_a_proxy_that_wants_a_password_before_it_builds_a_tunnel(
    environment: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        asked: list[bytes] = []

        def say() -> None:
            connection, _ = listener.accept()
            with connection:
                asked.append(connection.recv(4096))
                connection.sendall(
                    b"HTTP/1.1 407 Proxy Authentication Required\r\n"
                    b'Proxy-Authenticate: Basic realm="office"\r\nContent-Length: 0\r\n\r\n'
                )

        talker = threading.Thread(target=say)
        talker.start()
        environment.setenv("https_proxy", f"http://127.0.0.1:{listener.getsockname()[1]}")
        with pytest.raises(ProxyRefused):
            post("https://pusat.invalid")
        talker.join()
    assert asked[0].startswith(b"CONNECT pusat.invalid:443 ")


@pytest.mark.parametrize(
    "said",
    [
        Said(200, LOGIN, "text/html; charset=utf-8"),
        Said(200, LOGIN, ""),
        Said(200, b"{}", "application/json"),
        Said(200, b"\xa0", "application/cbor"),
        Said(302, b"", "text/html", {"Location": "http://login.hotel/"}),
        Said(301, b"", MEDIA_TYPE.replace("ksbb", "other"), {"Location": "https://other/"}),
        Said(307, LOGIN, "text/html", {"Location": "/login"}),
        Said(404, b"not found", "text/html"),
        Said(403, b"blocked by company", "text/plain"),
        Said(511, LOGIN, "text/html"),
    ],
)
def test_a_wifi_login_page_is_not_the_centre(server: TinyServer, said: Said) -> None:
    server.answer = lambda _operation, _body: said
    with pytest.raises(NotTheCentre):
        post(server.url)
    assert server.asked == ["hello"], "a redirect is never followed with our data"


def test_the_label_is_recognised_however_it_is_written(server: TinyServer) -> None:
    label = MEDIA_TYPE.upper() + " ; version=1"
    server.answer = lambda _operation, _body: Said(200, b"x", label)
    assert post(server.url).body == b"x"


def test_where_nobody_listens_the_centre_is_down() -> None:
    with pytest.raises(CentreDown):
        post(closed_port())


@pytest.mark.parametrize("host", ["nowhere.invalid", "pusat.invalid:8443"])
def test_a_name_that_is_not_found_is_a_centre_that_is_down(host: str) -> None:
    with pytest.raises(CentreDown):
        post(f"http://{host}")


@pytest.mark.parametrize("said", [Said(silent=True), Said(body=b"x" * 2000, stalls=True)])
def test_silence_before_or_within_the_answer_is_slow(server: TinyServer, said: Said) -> None:
    server.answer = lambda _operation, _body: said
    with pytest.raises(CentreSlow):
        post(server.url)


@pytest.mark.parametrize(
    "said",
    [Said(body=b"x" * 2000, cut=1), Said(body=b"x" * 50_000, cut=30_000), Said(hangs_up=True)],
)
def test_an_answer_cut_short_is_a_lost_connection_and_never_an_answer(
    server: TinyServer, said: Said
) -> None:
    server.answer = lambda _operation, _body: said
    with pytest.raises(LinkLost):
        post(server.url)


def test_a_line_that_breaks_while_we_speak_is_lost_and_not_down() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            connection, _ = listener.accept()
            connection.recv(1)
            # Closed with the rest unread: the other side is told by a reset.
            connection.close()

        talker = threading.Thread(target=hang_up)
        talker.start()
        with pytest.raises(LinkLost):
            post(f"http://127.0.0.1:{listener.getsockname()[1]}", bytes(4_000_000))
        talker.join()


def test_something_that_does_not_speak_http_is_not_waited_for_long() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def say() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"220 mail.example.id ESMTP\r\n")

        talker = threading.Thread(target=say)
        talker.start()
        with pytest.raises(SyncError):
            post(f"http://127.0.0.1:{listener.getsockname()[1]}")
        talker.join()


def test_http_where_https_is_meant_is_not_the_centre(server: TinyServer) -> None:
    with pytest.raises(NotTheCentre):
        post(server.url.replace("http:", "https:"))


def test_an_endless_answer_is_given_up(server: TinyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MAX_BODY", 100_000)
    server.answer = lambda _operation, _body: Said(body=bytes(100_001))
    with pytest.raises(BadAnswer):
        post(server.url)
    server.answer = lambda _operation, _body: Said(body=bytes(100_000))
    assert len(post(server.url).body) == 100_000
    assert MAX_BODY >= 8 * 1024 * 1024


@pytest.mark.parametrize(
    "address",
    [
        "",
        "pusat",
        "htp://pusat",
        "http://",
        "http://[::1",
        "http://a b",
        "http://" + "a" * 300,
        "\x00",
    ],
)
def test_an_address_that_is_none_is_a_sync_error_too(address: str) -> None:
    with pytest.raises(SyncError):
        post(address)


def test_cancelling_is_looked_at_before_and_within_an_answer(server: TinyServer) -> None:
    with closing(HttpTransport(server.url, cancelled=lambda: True)) as sender:
        with pytest.raises(Cancelled):
            sender.post("hello", b"")
        assert server.asked == []
    times = iter([False, True])
    with (
        closing(HttpTransport(server.url, cancelled=lambda: next(times))) as sender,
        pytest.raises(Cancelled),
    ):
        sender.post("hello", bytes(100_000))


def test_the_environment_changes_neither_certificates_nor_passwords(
    server: TinyServer, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    monkeypatch.setenv("CURL_CA_BUNDLE", "/nowhere/ca.pem")
    assert post(server.url).status == 200
    with closing(HttpTransport("https://pusat", certificates="/etc/own.pem")) as sender:
        assert sender._session.verify == "/etc/own.pem"
        assert not sender._session.trust_env


# --- the mapper ------------------------------------------------------------------------------


def _kinds() -> list[type[requests.RequestException]]:
    found: list[type[requests.RequestException]] = []
    waiting = [requests.RequestException]
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting += kind.__subclasses__()
    return sorted(set(found), key=lambda kind: kind.__name__)


EXPECTED = {
    "SSLError": NotTheCentre,
    "ConnectTimeout": CentreDown,
    "ReadTimeout": CentreSlow,
    "Timeout": CentreSlow,
    "ConnectionError": CentreDown,
    "ProxyError": ProxyRefused,
    "ChunkedEncodingError": LinkLost,
    "ContentDecodingError": NotTheCentre,
    "TooManyRedirects": NotTheCentre,
    "InvalidURL": NotTheCentre,
    "InvalidProxyURL": NotTheCentre,
    "MissingSchema": NotTheCentre,
    "InvalidSchema": NotTheCentre,
}


@pytest.mark.parametrize("kind", _kinds(), ids=lambda kind: kind.__name__)
def test_every_exception_of_the_library_has_its_error(
    kind: type[requests.RequestException],
) -> None:
    error = kind.__new__(kind)  # some want arguments that say nothing here
    error.args = ("said so",)
    ours = faults.fault_of(error)
    assert type(ours) is EXPECTED.get(kind.__name__, BadAnswer)


def test_the_table_names_only_exceptions_that_exist() -> None:
    assert EXPECTED.keys() <= {kind.__name__ for kind in _kinds()}


def test_silence_that_the_library_calls_a_lost_connection_is_slow() -> None:
    silence = ReadTimeoutError(None, "/", "read timed out")  # type: ignore[arg-type]
    assert type(faults.fault_of(requests.ConnectionError(silence))) is CentreSlow

"""500 hand-overs synced over TLS on a line of 64 kbit/s, 300 ms and 5 % loss.

Laptop and ``ksbb-centre serve`` are processes of their own in two networks of this machine, and
TCP is the system's. Making networks needs root.
"""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median

from bench.centre import SESSION, furnished, ready, serving
from bench.figures import Figure, Table, at_most
from bench.ground import Ground
from bench.laptop import Laptop
from bench.secure_centre import write_certificate
from models.clock import wall_clock
from models.decide import Slip
from models.feed import encode_segment
from models.field.database import Database
from models.field.device import load_identity
from models.field.ledger import Ledger
from tests.support.slow_link import VILLAGE, CannotMakeNetworks, SlowLink, slow_link

HANDOVERS, ROUNDS = 500, 5
_ANSWER = 200
"""Bytes of a receipt."""
_LONGEST = 120.0
"""Seconds in which a bare transfer has come through, whatever is lost."""

_SEND = """
import socket, ssl, sys, time
host, port, certificate, size, answer = sys.argv[1:]
trusted = ssl.create_default_context(cafile=certificate)
began = time.monotonic()
with socket.create_connection((host, int(port))) as plain:
    with trusted.wrap_socket(plain, server_hostname=host) as line:
        line.sendall(bytes(int(size)))
        left = int(answer)
        while left:
            left -= len(line.recv(left))
print(time.monotonic() - began)
"""


def run(ground: Ground) -> Table:
    """In turn: a laptop records and syncs; a bare TLS socket carries as many bytes."""
    try:
        with slow_link(VILLAGE, seed=1) as link:
            return _measure(ground, link)
    except CannotMakeNetworks as error:
        return _table(
            [Figure(f"500 hand-overs: needs root ({error})", None, "s", target=at_most(10))], []
        )


def _measure(ground: Ground, link: SlowLink) -> Table:
    whole: list[float] = []
    pushed: list[float] = []
    floor: list[float] = []
    with furnished(ground, [ROUNDS * HANDOVERS]) as made:
        slips = made.issue(1)
        folder = ground.new("laptop")
        with serving(made.folder) as address:
            database = ready(made, address, 1, folder)
        certificate = write_certificate(made.folder / "tls.pem", [link.near])
        with serving(made.folder, host=link.near, certificate=certificate) as address:
            for number in range(ROUNDS):
                given = slips[number * HANDOVERS : (number + 1) * HANDOVERS]
                seconds = _sync(link, folder, given, address, certificate)
                whole.append(seconds[0])
                pushed.append(seconds[1])
                size = _segment_size(database, number)
                floor.append(_bare(link, certificate, size))
    return _table(
        [
            Figure(
                f"{HANDOVERS} hand-overs: the whole sync",
                median(whole),
                "s",
                median(floor),
                at_most(10),
            ),
            Figure("  the longest of all rounds", max(whole), "s", median(floor)),
            Figure("  of that the push, until its receipt is kept", median(pushed), "s"),
        ],
        [
            f"Medians of {ROUNDS} rounds. The whole sync is handshake, greeting, the segment, what"
            f" is new at the point and what is carried for others. {size:,} bytes of segment."
        ],
    )


def _table(figures: list[Figure], notes: list[str]) -> Table:
    return Table(
        "slow line: 64 kbit/s, 300 ms there and back, 5 % of packets lost, TLS",
        "a bare TLS socket on the same line: handshake, the segment's bytes, a receipt's back",
        figures,
        notes,
    )


def _sync(
    link: SlowLink, folder: Path, slips: list[Slip], address: str, certificate: Path
) -> tuple[float, float]:
    """Seconds of the whole sync, and of its push."""
    laptop = Laptop(folder, slips, address, certificate=certificate, inside=_inside(link))
    laptop.recorded()
    laptop.go()
    sent = laptop.sent()
    assert sent.facts == len(slips)
    return sent.whole, sent.ended - sent.began


def _inside(link: SlowLink) -> tuple[str, ...]:
    return "nsenter", f"--net=/proc/{link.far_pid}/ns/net"


def _segment_size(database: Database, number: int) -> int:
    """Bytes of the segment that went in a round."""
    with closing(database.ledger.connect()) as connection:
        identity = load_identity(connection)
        assert identity is not None
        ledger = Ledger(connection, identity, wall_clock)
        segment = ledger.segment_after(SESSION + number * HANDOVERS, HANDOVERS)
        assert segment is not None
        return len(encode_segment(segment))


def _bare(link: SlowLink, certificate: Path, size: int) -> float:
    """Seconds that so many bytes take there and an answer back."""
    with _listening(link.near, certificate, size) as port:
        given = [str(port), str(certificate), str(size), str(_ANSWER)]
        done = subprocess.run(
            [*_inside(link), sys.executable, "-c", _SEND, link.near, *given],
            stdout=subprocess.PIPE,
            text=True,
            timeout=_LONGEST,
            check=True,
        )
    return float(done.stdout)


@contextmanager
def _listening(host: str, certificate: Path, size: int) -> Iterator[int]:
    """Takes one connection and so many bytes, and answers; the port."""
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(certificate)
    with socket.create_server((host, 0)) as server:
        server.settimeout(_LONGEST)

        def answer() -> None:
            plain, _ = server.accept()
            plain.settimeout(_LONGEST)
            with secure.wrap_socket(plain, server_side=True) as line:
                left = size
                while left > 0:
                    left -= len(line.recv(65536)) or left
                line.sendall(bytes(_ANSWER))
                line.recv(1)  # until the other end has it and closes

        thread = threading.Thread(target=answer)
        thread.start()
        yield server.getsockname()[1]
        thread.join(_LONGEST)

"""The slow line is as slow as it says, and what TCP sends over it arrives whole all the same."""

from __future__ import annotations

import socket
import subprocess
import sys
import time

import pytest

from tests.support.slow_link import CannotMakeNetworks, Line, slow_link

_SEND = """
import socket, sys
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as line:
    line.sendall(bytes(range(256)) * 100)
"""


def test_what_crosses_it_takes_its_time_and_arrives_whole() -> None:
    line = Line(bits_per_second=200_000, delay=0.05, loss=0.05)
    try:
        with slow_link(line, seed=1) as link, socket.create_server((link.near, 0)) as server:
            began = time.monotonic()
            far = ["nsenter", f"--net=/proc/{link.far_pid}/ns/net", sys.executable, "-c", _SEND]
            with subprocess.Popen([*far, link.near, str(server.getsockname()[1])]) as sender:
                server.settimeout(60)
                connection, _ = server.accept()
                with connection, connection.makefile("rb") as stream:
                    arrived = stream.read()
                assert sender.wait(60) == 0
            took = time.monotonic() - began
            assert arrived == bytes(range(256)) * 100
            assert link.dropped > 0
            assert took >= len(arrived) * 8 / line.bits_per_second + 2 * line.delay
    except CannotMakeNetworks as error:
        pytest.skip(f"needs network devices of its own: {error}")

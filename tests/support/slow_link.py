"""A slow and lossy line between this machine's network and another one that is made for it.

Two TUN devices, one here and one in a network of its own, and a thread between them that carries
each IP packet as such a line would: one after the other at so many bits a second, late, and some
not at all. So it is the system's own TCP that has to cope. Making devices needs root.
"""

from __future__ import annotations

import fcntl
import heapq
import os
import random
import select
import shutil
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count

_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
_MTU = 1400
_QUEUE_SECONDS = 2.0
"""What would wait longer than this for its turn is dropped, as a modem's buffer does."""
_NUMBERS = count()


class CannotMakeNetworks(Exception):
    """This user may not make network devices here; the message says what the system said."""


@dataclass(frozen=True)
class Line:
    """What a line does to each packet, in either direction."""

    bits_per_second: float
    delay: float
    """Seconds one way."""
    loss: float
    """Share of packets that never arrive."""


VILLAGE = Line(64_000, 0.15, 0.05)
"""64 kbit/s, 300 ms there and back, 5 % lost: what a phone in a crowded hall may give."""
CLEAR = Line(1e9, 0.0, 0.0)


@dataclass
class SlowLink:
    """``near`` is our address on the line; programs on the far side run in the network of process
    ``far_pid`` (``nsenter --net``)."""

    near: str
    far_pid: int
    ends: tuple[int, int]
    line: Line
    chance: random.Random
    carried: int = 0
    """Bytes that arrived."""
    dropped: int = 0
    """Packets that did not."""
    _due: list[tuple[float, int, int, bytes]] = field(default_factory=list)
    _free_at: dict[int, float] = field(default_factory=dict)
    _order: Iterator[int] = field(default_factory=count)

    def carry(self, ended: threading.Event) -> None:
        """Carries packets until ``ended``."""
        here, there = self.ends
        other = {here: there, there: here}
        while not ended.is_set():
            wait = 0.05 if not self._due else min(0.05, self._due[0][0] - time.monotonic())
            ready, _, _ = select.select(self.ends, (), (), max(wait, 0))
            for end in ready:
                self._take(os.read(end, 4 * _MTU), other[end])
            while self._due and self._due[0][0] <= time.monotonic():
                _, _, end, packet = heapq.heappop(self._due)
                with suppress(OSError):  # a device that is going away
                    self.carried += os.write(end, packet)

    def _take(self, packet: bytes, to: int) -> None:
        line, now = self.line, time.monotonic()
        starts = max(now, self._free_at.get(to, 0.0))
        if self.chance.random() < line.loss or starts - now > _QUEUE_SECONDS:
            self.dropped += 1
            return
        done = self._free_at[to] = starts + len(packet) * 8 / line.bits_per_second
        heapq.heappush(self._due, (done + line.delay, next(self._order), to, packet))


@contextmanager
def slow_link(line: Line = VILLAGE, seed: int = 0) -> Iterator[SlowLink]:
    """A line for as long as the block lasts. Raises CannotMakeNetworks."""
    if missing := [one for one in ("ip", "nsenter", "unshare") if shutil.which(one) is None]:
        raise CannotMakeNetworks(f"not installed: {', '.join(missing)}")
    number = (os.getpid() * 8 + next(_NUMBERS)) % 16_384
    # RFC 2544's addresses for measurements: nobody's network.
    base = (198 << 24) + (18 << 16) + 4 * number
    near, far = (".".join(str(b) for b in struct.pack(">I", base + n)) for n in (1, 2))
    with ExitStack() as stack:
        holder = stack.enter_context(_other_network())
        ends = []
        for name in (f"ksbb{number}n", f"ksbb{number}f"):
            ends.append(_tun(name))
            stack.callback(os.close, ends[-1])
        _run("ip", "link", "set", f"ksbb{number}f", "netns", str(holder))
        inside = ("nsenter", f"--net=/proc/{holder}/ns/net")
        for where, device, address in (((), "n", near), (inside, "f", far)):
            device = f"ksbb{number}{device}"
            _run(*where, "ip", "address", "add", f"{address}/30", "dev", device)
            _run(*where, "ip", "link", "set", device, "mtu", str(_MTU), "up")
        _run(*inside, "ip", "link", "set", "lo", "up")
        link = SlowLink(near, holder, (ends[0], ends[1]), line, random.Random(seed))
        ended = threading.Event()
        carrier = threading.Thread(target=link.carry, args=(ended,), name=f"line {near}")
        carrier.start()
        stack.callback(carrier.join)
        stack.callback(ended.set)
        yield link


@contextmanager
def _other_network() -> Iterator[int]:
    """A process with a network of its own, which ends with the pipe to it."""
    with subprocess.Popen(
        ["unshare", "--net", "sh", "-c", "echo ready; exec cat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None and holder.stderr is not None
        if holder.stdout.readline() != "ready\n":
            raise CannotMakeNetworks(holder.stderr.read().strip())
        yield holder.pid


def _tun(name: str) -> int:
    try:
        device = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
        wanted = struct.pack("16sH22x", name.encode(), _IFF_TUN | _IFF_NO_PI)
        fcntl.ioctl(device, _TUNSETIFF, wanted)
    except OSError as error:
        raise CannotMakeNetworks(f"/dev/net/tun: {error.strerror}") from error
    return device


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotMakeNetworks(f"{' '.join(command)}: {done.stderr.strip()}")

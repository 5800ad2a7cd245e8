"""Finding hubs in the local network without a name server: DNS-SD over mDNS, by zeroconf.

A hub announces itself as ``<feed>._ksbb-hub._tcp.local.`` with its centre, its points and its
version. Anybody in the network can announce anything: what is found here is only where to try, and
who answers there is proved by TLS.
"""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Callable
from contextlib import suppress

import ifaddr
from zeroconf import (
    Error,
    IPVersion,
    ServiceBrowser,
    ServiceInfo,
    ServiceStateChange,
    Zeroconf,
)

from models.cose import key_id_of
from models.feed import FEED_ID_BYTES
from models.field.device import Identity
from models.hub_text import HubPlace

SERVICE = "_ksbb-hub._tcp.local."
VERSION = "1"
MOST_FOUND = 64
"""A stranger may announce thousands."""

_LOOK_MS = 2_000


def own_addresses() -> tuple[str, ...]:
    """This machine's IPv4 addresses in local networks, those of its Wi-Fi and cables."""
    found = [
        str(ip.ip)
        for adapter in ifaddr.get_adapters()
        for ip in adapter.ips
        if ip.is_IPv4 and not ipaddress.ip_address(str(ip.ip)).is_loopback
    ]
    # An address that the laptop gave itself, because nobody gave it one, is the last resort.
    return tuple(sorted(found, key=lambda address: (address.startswith("169.254."), address)))


class Neighbourhood:
    """What is announced and found around one device. Every method may be called from any thread,
    and may take a second or two; none raises for a network that isn't there."""

    def __init__(
        self, identity: Identity, addresses: Callable[[], tuple[str, ...]] = own_addresses
    ) -> None:
        self._identity = identity
        self._own = identity.signer.key_id
        self._centre = key_id_of(identity.centre_key).hex()
        self._addresses = addresses
        self._lock = threading.RLock()
        self._found: dict[str, HubPlace] = {}
        self._zeroconf: Zeroconf | None = None
        self._at: tuple[str, ...] = ()
        self._port: int | None = None
        self._closed = False

    def announce(self, port: int) -> None:
        """Tells all that this device is a hub."""
        with self._lock:
            self._port = port
            self.refresh(anew=True)

    def withdraw(self) -> None:
        """It no longer is."""
        with self._lock:
            self._port = None
            self.refresh(anew=True)

    def places(self) -> tuple[HubPlace, ...]:
        """The hubs of this centre that share a point, by their feeds: so that all stations that
        see the same ones choose alike."""
        self.refresh()
        with self._lock:
            return tuple(sorted(self._found.values(), key=lambda place: place.feed or b""))

    def addresses(self) -> tuple[str, ...]:
        """Where this device can be reached."""
        return self._addresses()

    def refresh(self, *, anew: bool = False) -> None:
        """Follows the laptop into another network: the sockets are tied to its addresses."""
        with self._lock:
            at = self._addresses()
            if self._closed or (at == self._at and not anew):
                return
            self._shut()
            self._at = at
            if at:
                with suppress(OSError, Error):
                    self._open(at)

    def close(self) -> None:
        """Says goodbye."""
        with self._lock:
            self._closed = True
            self._shut()

    def _open(self, at: tuple[str, ...]) -> None:
        zeroconf = self._zeroconf = Zeroconf(interfaces=list(at), ip_version=IPVersion.V4Only)
        ServiceBrowser(zeroconf, SERVICE, handlers=[self._heard])
        if self._port is not None:
            zeroconf.register_service(
                ServiceInfo(
                    SERVICE,
                    f"{self._own.hex()}.{SERVICE}",
                    port=self._port,
                    parsed_addresses=list(at),
                    server=f"ksbb-{self._own.hex()}.local.",
                    properties={
                        "v": VERSION,
                        "centre": self._centre,
                        "points": ",".join(map(str, self._identity.points)),
                    },
                ),
                # Another laptop with a copy of this disk may say the same.
                cooperating_responders=True,
            )

    def _shut(self) -> None:
        zeroconf, self._zeroconf = self._zeroconf, None
        self._found.clear()
        if zeroconf is not None:
            with suppress(OSError, Error):
                zeroconf.close()

    def _heard(
        self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange
    ) -> None:
        """On the browser's own thread."""
        place = None
        if state_change is not ServiceStateChange.Removed:
            with suppress(OSError, Error):
                place = self._place(zeroconf.get_service_info(service_type, name, _LOOK_MS))
        with self._lock:
            if zeroconf is not self._zeroconf:
                return
            if place is None:
                self._found.pop(name, None)
            elif name in self._found or len(self._found) < MOST_FOUND:
                self._found[name] = place

    def _place(self, info: ServiceInfo | None) -> HubPlace | None:
        """Where the announced hub is; None when it is none for us."""
        if info is None or info.port is None:
            return None
        said = {key: value or "" for key, value in info.decoded_properties.items()}
        points = set(said.get("points", "").split(","))
        ours = {str(point) for point in self._identity.points}
        addresses = tuple(info.parsed_addresses(IPVersion.V4Only))
        try:
            feed = bytes.fromhex(info.name.removesuffix("." + SERVICE))
        except ValueError:
            return None
        if (
            said.get("v") != VERSION
            or said.get("centre") != self._centre
            or not points & ours
            or not addresses
            or len(feed) != FEED_ID_BYTES
            or feed == self._own
        ):
            return None
        return HubPlace(addresses, info.port, feed)

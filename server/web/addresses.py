"""Whose address a request comes from, for the limits: the peer's, or what a trusted proxy says."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from starlette.requests import Request

from server.errors import BadSetting

Networks = tuple[IPv4Network | IPv6Network, ...]
_HOUSEHOLD_BITS = 64
"""A connection has a /64 of IPv6 addresses to itself; it counts as one."""


def trusted_networks(proxies: Iterable[str]) -> Networks:
    """The networks of ``KSBB_TRUSTED_PROXIES``; raises BadSetting."""
    found = []
    for proxy in proxies:
        try:
            found.append(ip_network(proxy, strict=False))
        except ValueError as error:
            raise BadSetting(
                variable="KSBB_TRUSTED_PROXIES", value=proxy, expected="10.0.0.0/8,127.0.0.1"
            ) from error
    return tuple(found)


def client_address(request: Request, trusted: Networks) -> str:
    """The address that a limit counts under.

    ``X-Forwarded-For`` is believed from the right only as far as trusted proxies wrote it: what
    stands further left anybody can invent.
    """
    peer = request.client.host if request.client is not None else ""
    hops = [
        part.strip()
        for value in request.headers.getlist("x-forwarded-for")
        for part in value.split(",")
    ]
    address = _parse(peer)
    while hops and address is not None and any(address in network for network in trusted):
        further = _parse(hops.pop())
        if further is None:
            break
        address = further
    return peer if address is None else _counted(address)


def _parse(written: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(written.strip("[]"))
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _counted(address: IPv4Address | IPv6Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(ip_network((address, _HOUSEHOLD_BITS), strict=False))

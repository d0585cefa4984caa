"""Where a request comes from, as far as it can be trusted."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LOCAL_SOCKET = "unix"
"""Stands in TRUSTED_PROXIES for a proxy on a socket of this machine, which has no address."""

UNKNOWN = "unknown"


@lru_cache(maxsize=8)
def _networks(proxies: tuple[str, ...]) -> tuple[_Network, ...]:
    return tuple(
        ipaddress.ip_network(proxy, strict=False) for proxy in proxies if proxy != LOCAL_SOCKET
    )


def _parse(text: str) -> _Address | None:
    try:
        address = ipaddress.ip_address(text.strip().strip("[]"))
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def _shown(address: _Address) -> str:
    """Write an address as limits count it: an IPv6 line owns its /64 and counts as one."""
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def came_through_proxy(request: HttpRequest) -> bool:
    """Tell whether the connection was opened by one of TRUSTED_PROXIES.

    Only then is what its headers say of the client to be believed.
    """
    remote = str(request.META.get("REMOTE_ADDR", ""))
    address = _parse(remote)
    if address is None:
        return not remote and LOCAL_SOCKET in settings.TRUSTED_PROXIES
    return any(address in network for network in _networks(tuple(settings.TRUSTED_PROXIES)))


def client_address(request: HttpRequest) -> str:
    """Give the address that limits are counted by.

    It is whoever opened the connection, or, where that is one of TRUSTED_PROXIES, the last hop
    before them in X-Forwarded-For, read from the end: what stands before it was written by the
    client and may say anything (O19 c).
    """
    address = _parse(str(request.META.get("REMOTE_ADDR", "")))
    if not came_through_proxy(request):
        return UNKNOWN if address is None else _shown(address)
    trusted = _networks(tuple(settings.TRUSTED_PROXIES))
    for hop in reversed(str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")):
        forwarded = _parse(hop)
        if forwarded is None:
            break
        address = forwarded
        if not any(forwarded in network for network in trusted):
            break
    return UNKNOWN if address is None else _shown(address)

"""Which web addresses may be fetched, and to which machines they may lead.

An address comes from a user, from a feed or from a redirect, and each of them can point into the network that this
program runs in. So only the plainest form of an address is taken, its name is looked up once, every address that comes
back has to be a public one, and the connection goes to what was checked, not to the name.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from typing import Final

import httpx

from interviewer.errors import DocumentRefused

Resolver = Callable[[str], Sequence[str]]
"""From a host name to all its IP addresses; OSError if there are none. Blocking."""

BY_HAND: Final = "open it in a browser, save it, and add the file"

_LONGEST: Final = 2000
_CONTROL_OR_BACKSLASH: Final = re.compile(r"[\x00-\x20\x7f-\x9f\\]")
_NAME: Final = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?")
# After a last label that is a number, the C library reads the whole as IPv4: octal, hexadecimal, or with parts missing.
_NUMBER: Final = re.compile(r"(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$")

_REFUSED: Final = tuple(
    ipaddress.ip_network(network)
    for network in (
        # Not all of these are private to every version of `ipaddress`.
        "0.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT; Alibaba's metadata at 100.100.100.200
        "168.63.129.16/32",  # Azure's, among public addresses
        "169.254.0.0/16",  # link-local; most clouds' metadata at 169.254.169.254
        "192.0.0.0/24",  # protocol assignments; Oracle's metadata at 192.0.0.192
        "192.88.99.0/24",  # relays of 6to4
        "198.18.0.0/15",
        "240.0.0.0/4",
        "2001::/23",  # Teredo, ORCHID and other protocol assignments
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",
    )
)
_UNICAST: Final = IPv6Network("2000::/3")
"""All of IPv6 that is given out; ::1, v4-mapped, v4-compatible, 64:ff9b:: (NAT64), fc00::, fe80::, ff00:: are not."""
_ISATAP: Final = (b"\x00\x00\x5e\xfe", b"\x02\x00\x5e\xfe")


def system_resolver(host: str) -> tuple[str, ...]:
    """All addresses of a name, in the order in which the system would try them."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass(frozen=True)
class Policy:
    """What may be fetched, and at what cost. The default is for addresses that come from outside."""

    ports: frozenset[int] = frozenset({80, 443})
    exempt: frozenset[tuple[str, int]] = frozenset()
    """IP addresses with a port that may be reached although they are not public; empty but for a test's own server."""
    resolve: Resolver = system_resolver
    seconds: float = 20.0
    """For everything: looking up, connecting, all redirects, the last byte."""
    most_bytes: int = 20_000_000
    """Of a body, packed and unpacked."""
    redirects: int = 3
    tls: ssl.SSLContext | None = None
    """None: certificates are checked against the well-known authorities."""

    def allows(self, address: str, port: int) -> bool:
        """Whether this IP address may be connected to at this port."""
        return (address, port) in self.exempt or (port in self.ports and is_public(address))

    def context(self) -> ssl.SSLContext:
        """What TLS connections are made with."""
        return self.tls or _well_known()


@cache
def _well_known() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


STRICT: Final = Policy()


def is_public(address: str) -> bool:
    """Whether an IP address belongs to a machine in the open internet, and hides no other address inside."""
    try:
        found: IPv4Address | IPv6Address = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and (found not in _UNICAST or found.packed[8:12] in _ISATAP):
        return False
    refused = any(found.version == network.version and found in network for network in _REFUSED)
    return found.is_global and not (refused or found.is_multicast or found.is_reserved)


def parsed(address: str, *, policy: Policy) -> httpx.URL:
    """The address in its one plain form, without the fragment. Raises DocumentRefused."""
    text = address.strip()
    if len(text) > _LONGEST or _CONTROL_OR_BACKSLASH.search(text):
        raise DocumentRefused("This is not a web address: it is too long or has spaces or backslashes in it.")
    try:
        url = httpx.URL(text)
        host = url.raw_host.decode("ascii")
    except (httpx.InvalidURL, ValueError) as error:
        raise DocumentRefused("This is not a web address: check how it is written.") from error
    if url.scheme not in {"http", "https"}:
        raise DocumentRefused("Only addresses that begin with https:// or http:// can be fetched.")
    if url.userinfo:
        raise DocumentRefused("This address has a user name in it (what stands before the @): leave it out.")
    if not _is_host(host):
        raise DocumentRefused("This is not a web address: its host is not written as a name or a plain IP address.")
    port = port_of(url)
    if port not in policy.ports and all(port != allowed for _, allowed in policy.exempt):
        raise DocumentRefused(f"Only the usual ports of the web are fetched from, 80 and 443, not {port}.")
    return url.copy_with(fragment=None)


def port_of(url: httpx.URL) -> int:
    """The port, said or implied."""
    return url.port if url.port is not None else {"http": 80, "https": 443}[url.scheme]


def _is_host(host: str) -> bool:
    return _is_ip(host) or (_NAME.fullmatch(host) is not None and _NUMBER.search(host) is None)


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def looked_up(host: str, port: int, *, policy: Policy, seconds: float) -> tuple[str, ...]:
    """The IP addresses to connect to, all of them allowed. Raises DocumentRefused; TimeoutError after `seconds`."""
    addresses = (host,) if _is_ip(host) else tuple(_resolved(host, policy.resolve, seconds))
    if not addresses:
        raise DocumentRefused(f"There is no host {host}: check the address.")
    if not all(policy.allows(address, port) for address in addresses):
        raise DocumentRefused(
            f"{host} leads to this machine or into a private network, which is not fetched from: {BY_HAND}."
        )
    return addresses


def _resolved(host: str, resolve: Resolver, seconds: float) -> Sequence[str]:
    future: Future[Sequence[str]] = Future()

    def run() -> None:
        try:
            future.set_result(resolve(host))
        except (OSError, UnicodeError) as error:
            future.set_exception(error)

    # The system's look-up cannot be interrupted, so it is left behind; a daemon does not hold up the program's end.
    threading.Thread(target=run, name="look-up", daemon=True).start()
    try:
        return future.result(timeout=seconds)
    except TimeoutError:
        raise
    except (OSError, UnicodeError) as error:
        if getattr(error, "errno", None) == socket.EAI_AGAIN:
            raise DocumentRefused(
                f"{host} could not be looked up: this machine seems to have no network now; try again, or add a file."
            ) from error
        raise DocumentRefused(
            f"There is no host {host}, or this machine has no network now: check both, or {BY_HAND}."
        ) from error

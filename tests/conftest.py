"""For every test: no network but loopback, no variable of this machine, a data folder of its own."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """INTERVIEWER_HOME in the test's own folder, and none of the settings of whoever runs the tests."""
    for name in list(os.environ):
        if name.startswith(("INTERVIEWER_", "OPENAI_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("INTERVIEWER_HOME", str(tmp_path))


@pytest.fixture(autouse=True)
def network_guard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Connections may go to loopback and Unix sockets only; another one fails the test, even if the code hides it.

    Names other than localhost do not resolve, as on a machine without a network.
    """
    outside: list[str] = []
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def checked(found: socket.socket, address: Any) -> None:
        if found.family != socket.AF_UNIX and not is_loopback(address[0]):
            outside.append(f"{address[0]}:{address[1]}")
            raise ConnectionRefusedError(f"a test may not connect to {address[0]!r}")

    def guarded_connect(found: socket.socket, address: Any) -> None:
        checked(found, address)
        connect(found, address)

    def guarded_connect_ex(found: socket.socket, address: Any) -> int:
        checked(found, address)
        return connect_ex(found, address)

    def guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and not is_address(name) and name != "localhost":
            raise socket.gaierror(socket.EAI_NONAME, "names do not resolve in tests")
        return getaddrinfo(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
    yield outside
    assert not outside, f"the test reached for the network: {', '.join(outside)}"


def is_address(name: str) -> bool:
    """Whether a name is an IP address, which needs no resolving."""
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    return host == "localhost" or (is_address(host) and ipaddress.ip_address(host.partition("%")[0]).is_loopback)

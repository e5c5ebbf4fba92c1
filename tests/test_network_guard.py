"""The guard that keeps every test off the network."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path

import pytest


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        for host in ("127.0.0.1", "localhost"):
            with socket.create_connection((host, port), timeout=2):
                pass


def test_a_connection_outwards_is_refused_and_remembered(network_guard: list[str]) -> None:
    # 192.0.2.0/24 and 2001:db8::/32 are reserved for documentation.
    for address in (("192.0.2.1", 443), ("2001:db8::1", 443, 0, 0)):
        family = socket.AF_INET6 if ":" in str(address[0]) else socket.AF_INET
        with socket.socket(family) as client:
            with pytest.raises(ConnectionRefusedError, match="may not connect"):
                client.connect(address)
            with pytest.raises(ConnectionRefusedError):
                client.connect_ex(address)
    assert len(network_guard) == 4
    network_guard.clear()


def test_asyncio_is_guarded_too(network_guard: list[str]) -> None:
    async def reach() -> None:
        await asyncio.open_connection("192.0.2.1", 443)

    with pytest.raises(OSError, match="may not connect"):
        asyncio.run(reach())
    assert network_guard == ["192.0.2.1:443"]
    network_guard.clear()


def test_names_do_not_resolve() -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("example.org", 443)


def test_nothing_of_this_machine_takes_part(tmp_path: Path) -> None:
    left = {name for name in os.environ if name.startswith(("INTERVIEWER_", "OPENAI_"))}
    assert left == {"INTERVIEWER_HOME"} and os.environ["INTERVIEWER_HOME"] == str(tmp_path)

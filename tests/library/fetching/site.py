"""A web site on loopback with whatever manners a test wants, and policies that let the fetcher reach it alone."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

from interviewer.library.addresses import Policy

PEM = Path(__file__).parent / "blog.test.pem"
"""A certificate for blog.test and its key, made for these tests and trusted by nobody else."""

Route = Callable[[BaseHTTPRequestHandler], None]


def page(
    body: bytes | str = b"<html><body><p>Hello.</p></body></html>",
    *,
    type: str | None = "text/html; charset=utf-8",
    status: int = 200,
    **headers: str,
) -> Route:
    """An answer in one piece."""
    data = body.encode() if isinstance(body, str) else body

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        if type is not None:
            request.send_header("Content-Type", type)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)

    return answer


def to(location: str, status: int = 302) -> Route:
    """A redirect."""
    return page(b"elsewhere", status=status, Location=location)


def raw(*pieces: bytes, pause: float = 0.0, forever: bool = False) -> Route:
    """Bytes as they are, with a pause after each; the last one again and again if `forever`."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        for piece in pieces:
            request.wfile.write(piece)
            time.sleep(pause)
        while forever:
            request.wfile.write(pieces[-1])
            time.sleep(pause)

    return answer


@dataclass
class Site:
    """The server; a context manager. `asked` are the requests: Host header and path."""

    routes: Mapping[str, Route]
    host: str = "127.0.0.1"
    port: int = 0
    tls: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def __enter__(self) -> Site:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.asked.append((self.headers["Host"], self.path))
                site.headers.append(dict(self.headers))
                site.times.append(time.monotonic())
                self.close_connection = True
                site.routes.get(self.path, page(b"none", status=404))(self)

            def log_message(self, format: str, *args: object) -> None:
                """Nothing: the tests look at `asked`."""

        self._server = _Server((self.host, self.port), Handler)
        if self.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(PEM)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def url(self, path: str = "/", *, host: str = "blog.test") -> str:
        """An address of this site under a name."""
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{path}"

    def policy(self, **changes: Any) -> Policy:
        """Strict but for this one server: every name that ends in .test leads to it."""
        given: dict[str, Any] = {
            "exempt": frozenset({(self.host, self.port)}),
            "resolve": Names({}, otherwise=self.host),
        }
        return Policy(**given | changes)


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: fetchers hang up on bad manners, as they should."""


@dataclass
class Names:
    """A resolver with answers of its own: for each name, lists of addresses, one list for each time it is asked."""

    answers: Mapping[str, list[list[str]]]
    otherwise: str = ""
    """Address of every other name in .test."""
    asked: list[str] = field(default_factory=list)

    def __call__(self, host: str) -> list[str]:
        self.asked.append(host)
        if host in self.answers:
            turns = self.answers[host]
            return turns[min(self.asked.count(host), len(turns)) - 1]
        if self.otherwise and host.endswith(".test"):
            return [self.otherwise]
        raise socket.gaierror(socket.EAI_NONAME, "no such name")


@dataclass
class Trap:
    """A listener that must not be reached: `untouched()` says whether any connection waits."""

    host: str = "127.0.0.1"
    port: int = 0

    def __enter__(self) -> Trap:
        self._socket = socket.create_server(
            (self.host, self.port), family=socket.AF_INET6 if ":" in self.host else socket.AF_INET
        )
        self._socket.setblocking(False)
        self.port = self._socket.getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def untouched(self) -> bool:
        """Whether nobody has connected since it was opened: the system keeps whoever did in a queue."""
        try:
            self._socket.accept()[0].close()
        except BlockingIOError:
            return True
        return False

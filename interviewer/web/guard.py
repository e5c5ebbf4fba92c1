"""What stands in front of everything that is served: who may ask, how much, and what a browser may do with the answer.

Gradio's own defaults let any web page that the user visits talk to a program on their machine (security.md D1, §6, §7).
The guard answers 403 to whatever does not come from its own pages or from the user: a Host that is not ours (which is
also what a rebound name looks like), an Origin that is not exactly the page's own, and every fetch that a browser marks
as coming from elsewhere, links included: the address has to be typed or opened from the terminal. Whatever can change
something has to name its Origin, as every browser does by itself.

It cannot tell the user's programs from the user: whoever may open connections to loopback and writes the headers that a
browser would write is let in (design.md §8: local mode has one user).

Nothing is buffered: what the application sends goes on at once, so streams of events stay streams.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("interviewer.web")

LARGEST_BODY: Final = 1_000_000
"""Bytes that a request may carry, but for the paths that a guard is told of."""

POLICY: Final = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; media-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; frame-src 'self'; "
    "worker-src 'self' blob:"
)
"""The Content-Security-Policy of security.md §6; Gradio needs inline scripts and styles, and nothing from outside."""

FRAMED: Final = "/board/"
"""What is under this path stands in a frame of our own pages; it is all files of this package."""

FRAMED_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; frame-src 'none'"
)
"""No inline script, and no connection at all: it talks to the page around it only. JointJS writes a style element."""

_HEADERS: Final = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
)

_ASSETS: Final = ("/assets/", "/static/")
"""Files of the packages themselves; everything else is data or leads to it, and is not kept by browsers."""

_CALLS: Final = "/gradio_api"
_OPEN_CALLS: Final = (
    "/app_id",
    "/cancel",
    "/heartbeat/",
    "/info",
    "/queue/data",
    "/queue/join",
    "/reset",
    "/startup-events",
    "/theme.css",
)
"""What the pages need of Gradio's own routes; the rest (direct calls, uploads, files, proxy, …) is as if not there."""

_HIDDEN: Final = ("/docs", "/login", "/logout", "/monitoring", "/openapi.json", "/pwa_icon", "/redoc", "/svelte")
"""Routes of the frameworks that no page needs, each with everything below it."""

_SAFE: Final = frozenset(("GET", "HEAD", "OPTIONS"))
"""Methods that change nothing; a browser sends all others with an Origin."""

_FROM_PROXIES: Final = (b"forwarded", b"x-forwarded-", b"x-gradio-")
"""Beginnings of request headers from which Gradio builds addresses. No proxy stands before us, so they are forged."""

_OWN_SITES: Final = frozenset(("", "same-origin", "none"))
"""Sec-Fetch-Site of requests from our own pages, from the user, and from programs that are no browsers."""

_WRONG_HOST: Final = "This address is not the one that the program printed when it started: open that one."
_FOREIGN: Final = "Another page asked for this, so it was refused: type the address into the address bar to open it."
_TOO_LARGE: Final = "The request is larger than {most:,} bytes, so it was not taken."
_NOTHING: Final = "There is nothing at this address."
_BROKEN: Final = "Something went wrong here; your interview is kept. Reload the page."


class Guard:
    """Wraps an ASGI application; use it as the outermost layer.

    Args:
        app: the application.
        port: the port that is served; None: the one that the request's socket has.
        hosts: the names and addresses that may stand in front of it, IPv6 in brackets.
        larger: path → bytes that a request to exactly this path may carry instead of LARGEST_BODY.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        port: int | None = None,
        hosts: Iterable[str] = ("127.0.0.1", "localhost", "[::1]"),
        larger: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self._app = app
        self._port = port
        self._larger = larger
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, refuse, or pass on one connection."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        most = self._larger.get(scope["path"], LARGEST_BODY)
        exchange = _Exchange(scope["path"], receive, send, most=most)
        if refusal := self._refusal(scope) or _length_refusal(scope, most=most):
            await exchange.refuse(*refusal)
            return
        try:
            await self._app(_direct(scope), exchange.receive, exchange.send)
        except Exception as error:
            if exchange.too_large:
                return
            id = uuid.uuid4().hex[:8]
            log.exception("request failed (%s): %s", id, type(error).__name__)
            if exchange.finished:
                return
            if exchange.started:
                # Only so does the server cut the connection, and the browser see that something is missing.
                raise
            await exchange.refuse(HTTPStatus.INTERNAL_SERVER_ERROR, f"{_BROKEN} (In the log: {id})")

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._refusal(scope):
            await receive()
            # Closing before accepting is a 403 to the client.
            await send({"type": "websocket.close", "code": 1008})
            return

        cut = False

        async def limited() -> Message:
            nonlocal cut
            message = await receive()
            size = len(message.get("bytes") or b"") + len((message.get("text") or "").encode())
            if size > LARGEST_BODY:
                cut = True
                await send({"type": "websocket.close", "code": 1009})
                return {"type": "websocket.disconnect", "code": 1009}
            return message

        async def answering(message: Message) -> None:
            if cut:
                return
            headers = message.get("headers")
            await send(message if headers is None else {**message, "headers": _guarded(headers, scope["path"])})

        try:
            await self._app(_direct(scope), limited, answering)
        except Exception:
            if not cut:
                raise

    def _refusal(self, scope: Scope) -> tuple[HTTPStatus, str] | None:
        """Status and sentence if the request may not pass."""
        hosts, origins = _all(scope, b"host"), _all(scope, b"origin")
        if len(hosts) != 1 or not self._ours(hosts[0], scope):
            return HTTPStatus.FORBIDDEN, _WRONG_HOST
        scheme = {"ws": "http", "wss": "https"}.get(scope["scheme"], scope["scheme"])
        if any(origin.lower() != f"{scheme}://{hosts[0].lower()}" for origin in origins):
            return HTTPStatus.FORBIDDEN, _FOREIGN
        if not origins and scope.get("method", "GET") not in _SAFE:
            return HTTPStatus.FORBIDDEN, _FOREIGN
        if any(site.lower() not in _OWN_SITES for site in _all(scope, b"sec-fetch-site")):
            return HTTPStatus.FORBIDDEN, _FOREIGN
        return (HTTPStatus.NOT_FOUND, _NOTHING) if _hidden(scope["path"]) else None

    def _ours(self, host: str, scope: Scope) -> bool:
        name, colon, port = host.lower().rpartition(":")
        if not colon or port.endswith("]"):
            name, port = host.lower(), "443" if scope["scheme"] in ("https", "wss") else "80"
        served = self._port if self._port is not None else (scope.get("server") or ("", None))[1]
        return name in self._hosts and port == str(served)


class _Exchange:
    """One request and its answer: counts what comes in, completes the headers of what goes out."""

    def __init__(self, path: str, receive: Receive, send: Send, *, most: int) -> None:
        self._path = path
        self._most = most
        self._receive = receive
        self._send = send
        self._received = 0
        self.too_large = False
        self.started = False
        self.finished = False

    async def receive(self) -> Message:
        """The next part of the body; the sender is as good as gone once it has sent too much."""
        if self.too_large:
            return {"type": "http.disconnect"}
        message = await self._receive()
        if message["type"] == "http.request":
            self._received += len(message.get("body", b""))
            if self._received > self._most:
                self.too_large = True
                if not self.started:
                    await self.refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _TOO_LARGE.format(most=self._most))
                return {"type": "http.disconnect"}
        return message

    async def send(self, message: Message) -> None:
        """Pass the answer on at once; nothing more once the request was refused."""
        if self.too_large:
            return
        if message["type"] == "http.response.start":
            self.started = True
            message = {**message, "headers": _guarded(message.get("headers", ()), self._path)}
        await self._send(message)
        self.finished = message["type"] == "http.response.body" and not message.get("more_body", False)

    async def refuse(self, status: HTTPStatus, sentence: str) -> None:
        """Answer with one sentence instead of what was asked for; nothing if an answer has begun."""
        if self.started:
            return
        self.started = True
        body = f"{sentence}\n".encode()
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        headers = _guarded(headers, self._path)
        if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            headers.append((b"connection", b"close"))
        await self._send({"type": "http.response.start", "status": int(status), "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


def _all(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1").strip() for key, value in scope["headers"] if key.lower() == name]


def _length_refusal(scope: Scope, *, most: int) -> tuple[HTTPStatus, str] | None:
    """Refuse by the announced length, before anything is read; what is not announced is counted."""
    for length in _all(scope, b"content-length"):
        if not (length.isascii() and length.isdigit()):
            return HTTPStatus.BAD_REQUEST, "The length of the request is not a number."
        if int(length[:20]) > most:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _TOO_LARGE.format(most=most)
    return None


def _hidden(path: str) -> bool:
    """Whether there is nothing at this path, however often its slashes are doubled."""
    plain = "/" + "/".join(part for part in path.split("/") if part)
    if plain == _CALLS or plain.startswith(f"{_CALLS}/"):
        rest = plain.removeprefix(_CALLS)
        return not any(rest == name or (name.endswith("/") and rest.startswith(name)) for name in _OPEN_CALLS)
    return any(plain == name or plain.startswith(f"{name}/") for name in _HIDDEN)


def _direct(scope: Scope) -> Scope:
    """The scope without what only a proxy could know."""
    kept = [(name, value) for name, value in scope["headers"] if not name.lower().startswith(_FROM_PROXIES)]
    return {**scope, "headers": kept}


def _guarded(headers: Iterable[tuple[bytes, bytes]], path: str) -> list[tuple[bytes, bytes]]:
    """The headers with ours in place of any of the same name, and without what would let other sites in."""
    ours = dict(_HEADERS)
    if not path.startswith(_ASSETS):
        ours[b"cache-control"] = b"no-store"
    if path.startswith(FRAMED):
        ours[b"content-security-policy"] = FRAMED_POLICY.encode()
    kept = [
        (name, value)
        for name, value in headers
        if name.lower() not in ours and not name.lower().startswith(b"access-control-")
    ]
    return [*kept, *ours.items()]

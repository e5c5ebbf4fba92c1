"""An application asked straight through ASGI, and the list of all its routes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from starlette.routing import Mount

PORT = 7860


class Answer(NamedTuple):
    """The beginning of an answer and its first piece; for a websocket, how it was closed."""

    status: int
    headers: dict[str, str]
    body: bytes


def routes(found: Iterable[Any], before: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    """Path and methods of every route, through everything that is mounted or included."""
    for route in found:
        if isinstance(route, Mount):
            yield from routes(route.routes, before + route.path)
        elif hasattr(route, "original_router"):
            yield from routes(route.original_router.routes, before + route.include_context.prefix)
        else:
            yield before + route.path, frozenset(getattr(route, "methods", None) or {"GET"})


def address_of(path: str) -> str:
    """A path with something in place of its parameters."""
    return re.sub(r"\{[^}]*\}", "x", path)


async def ask(app: Any, method: str, path: str, headers: Iterable[tuple[str, str]], *, kind: str = "http") -> Answer:
    """One request straight through ASGI; what streams on is cut after its first piece."""
    got: dict[str, Any] = {}
    done = asyncio.Event()
    asked = [{"type": f"{kind}.connect"} if kind == "websocket" else {"type": "http.request", "body": b""}]

    async def receive() -> dict[str, Any]:
        if asked:
            return asked.pop()
        await done.wait()
        return {"type": f"{kind}.disconnect", "code": 1000}

    async def send(message: dict[str, Any]) -> None:
        got.setdefault(message["type"], message)
        if message["type"] in ("http.response.body", "websocket.close", "websocket.accept"):
            done.set()

    scope = {
        "type": kind,
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"session_hash=x",
        "scheme": "ws" if kind == "websocket" else "http",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
        "server": ("127.0.0.1", PORT),
        "client": ("127.0.0.1", 50_000),
        "http_version": "1.1",
        "root_path": "",
        "subprotocols": [],
    }
    task = asyncio.create_task(app(scope, receive, send))
    waiting = asyncio.create_task(done.wait())
    await asyncio.wait({task, waiting}, timeout=10, return_when=asyncio.FIRST_COMPLETED)
    for left in (task, waiting):
        left.cancel()
    await asyncio.gather(task, waiting, return_exceptions=True)
    if kind == "websocket":
        return Answer(403 if "websocket.accept" not in got else 101, {}, b"")
    begun = got["http.response.start"]
    named = {name.decode().lower(): value.decode() for name, value in begun["headers"]}
    return Answer(begun["status"], named, got.get("http.response.body", {}).get("body", b""))

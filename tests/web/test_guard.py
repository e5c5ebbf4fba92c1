"""The guard in front of an application that echoes, with real requests through ASGI."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.types import Message, Scope
from starlette.websockets import WebSocket, WebSocketDisconnect

from interviewer.web.guard import FRAMED, FRAMED_POLICY, LARGEST_BODY, POLICY, Guard

HERE = "http://127.0.0.1:7860"


async def echo(request: Request) -> Response:
    return JSONResponse({"length": len(await request.body())})


async def fails(request: Request) -> Response:
    raise RuntimeError("a secret of the inside")


async def swallows(request: Request) -> Response:
    """Like frameworks that turn a fault in reading the body into an answer of their own."""
    try:
        await request.body()
    except Exception:
        return PlainTextResponse("parsed badly", 400)
    return PlainTextResponse("ok")


async def talk(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(str(len(await socket.receive_text())))
    await socket.close()


def application() -> Any:
    paths = ["/", "/echo", "/assets/a.js", "/docs", "/openapi.json", "/gradio_api/queue/join", "/gradio_api/call/x"]
    routes: list[Any] = [Route(path, echo, methods=["GET", "POST"]) for path in paths]
    routes += [Route("/gradio_api/heartbeat/abc", echo), Route("/gradio_api/openapi.json", echo)]
    routes += [
        Route("/fails", fails),
        Route("/swallows", swallows, methods=["POST"]),
        WebSocketRoute("/talk", talk),
    ]
    return CORSMiddleware(Starlette(routes=routes), allow_origins=["*"], allow_credentials=True)


@pytest.fixture
def client() -> Iterator[TestClient]:
    guarded = Guard(application(), port=7860)
    with TestClient(guarded, base_url=HERE, headers={"origin": HERE}, raise_server_exceptions=False) as opened:
        yield opened


def assert_guarded(headers: Any, path: str = "/") -> None:
    assert headers["content-security-policy"] == (FRAMED_POLICY if path.startswith(FRAMED) else POLICY)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert not [name for name in headers if name.startswith("access-control-")]


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost:7860", "[::1]:7860", "LOCALHOST:7860"])
def test_own_addresses_pass(client: TestClient, host: str) -> None:
    answer = client.get("/echo", headers={"host": host, "origin": f"http://{host}", "sec-fetch-site": "same-origin"})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert_guarded(answer.headers)


@pytest.mark.parametrize("path", ["/", "/echo", "/gradio_api/queue/join", "/nowhere", "/assets/a.js"])
@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "evil.example:7860"},
        {"host": "127.0.0.1"},
        {"host": "127.0.0.1:7861"},
        {"host": "127.0.0.1.evil.example:7860"},
        {"host": "[::1]"},
        {"host": ""},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "https://evil.example"},
        {"origin": "https://127.0.0.1:7860"},
        {"origin": "http://127.0.0.1:3000"},
        {"origin": "http://localhost:7860"},
        {"origin": f"{HERE}.evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_foreign_requests_are_refused(client: TestClient, method: str, path: str, headers: dict[str, str]) -> None:
    answer = client.request(method, path, headers=headers)
    assert answer.status_code == 403
    assert_guarded(answer.headers)
    assert answer.text.count("\n") == 1, "one sentence"


def test_two_hosts_or_two_origins_are_refused(client: TestClient) -> None:
    two_hosts = [("host", "127.0.0.1:7860"), ("host", "evil.example")]
    assert client.get("/echo", headers=httpx.Headers(two_hosts)).status_code == 403
    two_origins = [("origin", HERE), ("origin", "https://evil.example")]
    assert client.get("/echo", headers=httpx.Headers(two_origins)).status_code == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_what_can_change_something_names_its_origin(method: str) -> None:
    with TestClient(Guard(application(), port=7860), base_url=HERE) as client:
        assert client.request(method, "/echo").status_code == 403
        assert client.request(method, "/echo", headers={"origin": HERE}).status_code in (200, 405)
        assert client.get("/echo").status_code == 200


def test_headers_of_proxies_do_not_come_through() -> None:
    async def names(scope: Scope, receive: Any, send: Any) -> None:
        await JSONResponse([name.decode() for name, _ in scope["headers"]])(scope, receive, send)

    forged = {
        "x-forwarded-host": "evil",
        "X-Forwarded-Proto": "https",
        "forwarded": "host=evil",
        "x-gradio-server": "e",
    }
    seen = TestClient(Guard(names, port=7860), base_url=HERE).get("/", headers=forged).json()
    assert "host" in seen
    assert not [name for name in seen if "forwarded" in name or "gradio" in name]


def test_without_a_given_port_the_socket_decides() -> None:
    with TestClient(Guard(application()), base_url="http://127.0.0.1:4321") as client:
        assert client.get("/echo").status_code == 200
        assert client.get("/echo", headers={"host": "127.0.0.1:7860"}).status_code == 403


def test_on_the_usual_port_the_host_stands_alone() -> None:
    with TestClient(Guard(application(), port=80), base_url="http://localhost") as client:
        assert client.get("/echo", headers={"host": "localhost", "origin": "http://localhost"}).status_code == 200


def test_a_preflight_gets_no_leave(client: TestClient) -> None:
    headers = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    answer = client.options("/gradio_api/queue/join", headers=headers)
    assert answer.status_code == 403
    assert_guarded(answer.headers)


def test_announced_bodies_that_are_too_large(client: TestClient) -> None:
    assert client.post("/echo", content=b"x" * LARGEST_BODY).json() == {"length": LARGEST_BODY}
    answer = client.post("/echo", content=b"x" * (LARGEST_BODY + 1))
    assert answer.status_code == 413
    assert_guarded(answer.headers)
    for length in (b"many", b"-1", b"9" * 5000):
        status = client.post("/echo", headers=httpx.Headers([(b"content-length", length)])).status_code
        assert status in (400, 413)


def test_only_the_named_path_may_carry_more() -> None:
    more = LARGEST_BODY + 500_000
    guarded = Guard(application(), port=7860, larger={"/echo": more})

    def parts(size: int) -> Iterator[bytes]:
        yield from (b"x" * 100_000 for _ in range(size // 100_000))

    with TestClient(guarded, base_url=HERE, headers={"origin": HERE}) as client:
        assert client.post("/echo", content=b"x" * more).json() == {"length": more}
        assert client.post("/echo", content=parts(more)).json() == {"length": more}
        for content in (b"x" * (more + 1), parts(more + 100_000)):
            answer = client.post("/echo", content=content)
            assert answer.status_code == 413
            assert f"{more:,} bytes" in answer.text
        for path in ("/", "/swallows", "//echo", "/echo/", "/ECHO", "/gradio_api/queue/join"):
            assert client.post(path, content=b"x" * (LARGEST_BODY + 1)).status_code == 413, path


@pytest.mark.parametrize("path", ["/echo", "/swallows"])
def test_bodies_are_counted_when_nothing_is_announced(client: TestClient, path: str) -> None:
    sent = 0

    def parts() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 1
            yield b"x" * 100_000

    answer = client.post(path, content=parts())
    assert answer.status_code == 413
    assert_guarded(answer.headers)


async def _call(app: Any, path: str, parts: list[Message]) -> list[Message]:
    sent: list[Message] = []
    waiting = iter(parts)
    scope: Scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "scheme": "http",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1:7860"), (b"origin", HERE.encode())],
        "server": ("127.0.0.1", 7860),
    }

    async def receive() -> Message:
        return next(waiting)

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent


def test_reading_stops_at_the_limit() -> None:
    part = {"type": "http.request", "body": b"x" * 600_000, "more_body": True}
    sent = asyncio.run(_call(Guard(application()), "/echo", [part, part]))
    assert [message.get("status") for message in sent] == [413, None]


def test_an_answer_that_has_begun_is_cut_off() -> None:
    part = {"type": "http.request", "body": b"x" * 600_000, "more_body": True}

    async def begins_then_reads(scope: Scope, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while (await receive())["type"] != "http.disconnect":
            pass
        await send({"type": "http.response.body", "body": b"last"})

    sent = asyncio.run(_call(Guard(begins_then_reads), "/", [part, part]))
    assert sent[0]["status"] == 200
    assert len(sent) == 1


def test_a_stream_is_not_held_back() -> None:
    async def run() -> None:
        arrived, go_on = asyncio.Event(), asyncio.Event()
        pieces: list[bytes] = []

        async def app(scope: Scope, receive: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"data: 1\n\n", "more_body": True})
            await go_on.wait()
            await send({"type": "http.response.body", "body": b"data: 2\n\n"})

        async def send(message: Message) -> None:
            if message.get("body"):
                pieces.append(message["body"])
                arrived.set()

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        scope = {"type": "http", "path": "/s", "scheme": "http", "headers": [(b"host", b"localhost:1")]}
        task = asyncio.create_task(Guard(app, port=1)(scope, receive, send))
        await asyncio.wait_for(arrived.wait(), 1)
        assert pieces == [b"data: 1\n\n"]
        go_on.set()
        await task
        assert len(pieces) == 2

    asyncio.run(run())


def test_an_error_of_the_application_says_nothing_of_the_inside(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    # Without the framework's own handler around it, as when it fails before that is reached.
    async def app(scope: Scope, receive: Any, send: Any) -> None:
        raise RuntimeError("a secret of the inside")

    answer = TestClient(Guard(app, port=7860), base_url=HERE).get("/echo")
    assert answer.status_code == 500
    assert "your interview is kept" in answer.text
    assert "secret" not in answer.text
    assert_guarded(answer.headers)
    assert answer.text.split("In the log: ")[1][:8] in caplog.text
    assert_guarded(client.get("/fails").headers)


@pytest.mark.parametrize("path", ["/nowhere", "/echo"])
def test_errors_carry_the_headers(client: TestClient, path: str) -> None:
    answer = client.delete(path)
    assert answer.status_code in (404, 405)
    assert_guarded(answer.headers)


@pytest.mark.parametrize(
    "path",
    [
        "/docs",
        "/docs/",
        "/redoc",
        "/monitoring",
        "/monitoring/key",
        "/logout",
        "/svelte/x",
        "/openapi.json",
        "/%6fpenapi.json",
        "/echo/..//openapi.json",
        "/gradio_api",
        "/gradio_api/openapi.json",
        "/gradio_api/call/x",
        "/gradio_api//call/x",
        "/gradio%5fapi/call/x",
        "/gradio_api/run/predict",
        "/gradio_api/upload",
        "/gradio_api/upload_progress",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/infox",
        "/gradio_api/heartbeat",
    ],
)
def test_what_pages_do_not_need_is_not_there(client: TestClient, path: str) -> None:
    for method in ("GET", "POST"):
        answer = client.request(method, path)
        assert answer.status_code == 404
        assert_guarded(answer.headers)


def test_what_pages_need_is_there(client: TestClient) -> None:
    assert client.post("/gradio_api/queue/join", content=b"{}").status_code == 200
    assert client.get("/gradio_api/heartbeat/abc").status_code == 200


def test_files_of_the_packages_may_be_kept(client: TestClient) -> None:
    assert "cache-control" not in client.get("/assets/a.js").headers


def test_websockets_are_guarded_too(client: TestClient) -> None:
    with client.websocket_connect("/talk", headers={"host": "127.0.0.1:7860", "origin": HERE}) as socket:
        socket.send_text("four")
        assert socket.receive_text() == "4"
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        with pytest.raises(WebSocketDisconnect), client.websocket_connect("/talk", headers=headers):
            pass
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/talk", headers={"host": "evil.example"}):
        pass


def test_long_websocket_messages_end_the_talk(client: TestClient) -> None:
    with client.websocket_connect("/talk", headers={"host": "127.0.0.1:7860"}) as socket:
        socket.send_text("x" * (LARGEST_BODY + 1))
        with pytest.raises(WebSocketDisconnect) as ended:
            socket.receive_text()
        assert ended.value.code == 1009

"""An OpenAI-compatible server on loopback, driven by a script: models are faked here and nowhere else.

    with OpenAIServer(["Hello.", {"intent": "answer"}, Fault(status=429, headers={"Retry-After": "1"})]) as server:
        ...  # server.base_url is what goes into the settings
    assert server.requests[1].schema["properties"]

A reply is a text; a dict or a pydantic value (JSON text, or a tool call if the request carries a tool); a `Reply`,
which adds pace and token counts; or a `Fault`. Instead of a list, a function `(Request) -> reply` may be given. Running
out of replies is a 500 for the client and an AssertionError when the `with` block ends. Answers are plain JSON or an
SSE stream, as the request asks.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from pydantic import BaseModel

from tests.wire.openai_script import (
    Fault,
    Reply,
    Request,
    Script,
    Scripted,
    answer_of,
    chunk,
    deltas_of,
    frame,
    odd_deltas,
    pieces_of,
    tool_call_frame,
    usage_frame,
)

__all__ = ["Fault", "OpenAIServer", "Reply", "Request", "Script", "Scripted"]


class _Gone(Exception):
    """The connection is to be dropped."""


class OpenAIServer:
    """The server; a context manager. Port 0, so any number may run side by side.

    Args:
        replies: a list, used up in order, or a function of the request.
        refuses: features that get a 400 which uses up no reply: `json_schema`, `tools`, `stream_options`, `max_tokens`,
            `max_completion_tokens`.
        refusal_status: the status of those.
        models: what /v1/models lists; or a Fault.
        first_token: seconds before the first piece.
        rate: pieces a second; None: at once.
        embed: the vector of a text, for /v1/embeddings.
        embed_faults: what the first requests there get instead, in order.
    """

    def __init__(
        self,
        replies: Script = (),
        *,
        refuses: Sequence[str] = (),
        refusal_status: int = 400,
        refusal_says: str = "",
        models: Sequence[str] | Fault = ("test-model",),
        first_token: float = 0.0,
        rate: float | None = None,
        embed: Callable[[str], Sequence[float]] | None = None,
        embed_faults: Sequence[Fault] = (),
    ) -> None:
        self.requests: list[Request] = []
        """Chat requests only, refused ones included, in the order in which they arrived."""
        self.others: list[Request] = []
        self.replies = replies
        self.refuses = tuple(refuses)
        self.refusal_status = refusal_status
        self.refusal_says = refusal_says
        self.models = models
        self.first_token = first_token
        self.rate = rate
        self.embed = embed
        self.embed_faults = list(embed_faults)
        self.closing = threading.Event()
        self.missing = 0
        """How many requests found the script used up."""
        self.failure: Exception | None = None
        """What a scripted function threw; thrown again when the `with` block ends."""
        self._used = 0
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.script = self
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def base_url(self) -> str:
        """The address for the settings, ending in /v1."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    @property
    def left(self) -> int:
        """How many replies of a list are not used up."""
        return 0 if callable(self.replies) else len(self.replies) - self._used

    def __enter__(self) -> OpenAIServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._http.shutdown()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self._http.server_close()
        self._thread.join()
        if kind is None and self.failure is not None:
            raise self.failure
        if kind is None and self.missing:
            raise AssertionError(f"the script ran out: {self._used} replies, {len(self.requests)} requests")

    def next_reply(self, request: Request) -> Scripted:
        """What to answer; a Fault if the request is refused or the script is used up."""
        with self._lock:
            self.requests.append(request)
            feature = self._refused(request)
            if feature:
                says = self.refusal_says or f"'{feature}' is not supported by this server"
                return Fault(status=self.refusal_status, message=says)
            if callable(self.replies):
                script = self.replies
            elif self._used < len(self.replies):
                self._used += 1
                return self.replies[self._used - 1]
            else:
                self.missing += 1
                return Fault(status=500, message="the script ran out of replies")
        try:
            return script(request)
        except Exception as error:
            self.failure = error
            return Fault(status=500, message="the script failed")

    def _refused(self, request: Request) -> str:
        sent = {request.mode, *request.body}
        return next((feature for feature in self.refuses if feature in sent), "")

    def opened(self, connection: socket.socket) -> None:
        """Remember a connection, to close it with the server."""
        with self._lock:
            self._open.add(connection)
        if self.closing.is_set():
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def closed(self, connection: socket.socket) -> None:
        """Forget a connection."""
        with self._lock:
            self._open.discard(connection)


class _Http(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 128
    script: OpenAIServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves early is part of the tests, not worth a traceback."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Http

    def setup(self) -> None:
        super().setup()
        self.server.script.opened(self.connection)

    def finish(self) -> None:
        self.server.script.closed(self.connection)
        with suppress(OSError):
            super().finish()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: pytest's output is for failures."""

    def do_GET(self) -> None:
        script = self.server.script
        script.others.append(self._request({}))
        if isinstance(script.models, Fault):
            request, fault = self._request({}), script.models
            self._dropping(lambda: self._fault(fault.told(request), request))
        elif self.path.endswith("/models"):
            rows = [{"id": name, "object": "model", "owned_by": "test"} for name in script.models]
            self._json(200, {"object": "list", "data": rows})
        else:
            self._json(404, {"error": {"message": "no such path"}})

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        sent = self.rfile.read(length)
        if len(sent) < length:
            self.close_connection = True
            return
        body = json.loads(sent or b"{}")
        request = self._request(body)
        script = self.server.script
        if self.path.endswith("/embeddings") and script.embed is not None:
            script.others.append(request)
            self._dropping(lambda: self._embeddings(request))
        elif self.path.endswith("/chat/completions"):
            self._dropping(lambda: self._chat(request))
        else:
            script.others.append(request)
            self._json(404, {"error": {"message": "no such path"}})

    def _embeddings(self, request: Request) -> None:
        script = self.server.script
        if script.embed_faults:
            self._fault(script.embed_faults.pop(0).told(request), request)
            return
        assert script.embed is not None
        sent = request.body["input"]
        texts = [sent] if isinstance(sent, str) else sent
        rows = [{"object": "embedding", "index": n, "embedding": list(script.embed(t))} for n, t in enumerate(texts)]
        self._json(200, {"object": "list", "data": rows, "model": request.body.get("model")})

    def _request(self, body: dict[str, Any]) -> Request:
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(self.path, headers, body, time.monotonic())

    def _dropping(self, answer: Callable[[], None]) -> None:
        try:
            answer()
        except _Gone:
            self.close_connection = True
            linger = struct.pack("ii", 1, 0)
            with suppress(OSError):
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
        except OSError:
            self.close_connection = True

    def _chat(self, request: Request) -> None:
        reply = self.server.script.next_reply(request)
        if isinstance(reply, Fault):
            self._fault(reply.told(request), request)
            return
        full = reply if isinstance(reply, Reply) else Reply(reply)
        content = full.content
        if isinstance(content, BaseModel):
            content = content.model_dump(mode="json", by_alias=True)
        text = content if isinstance(content, str) else json.dumps(content)
        as_tool = request.mode == "tools" and not isinstance(content, str) and not full.as_text
        script = self.server.script
        self._pause(script.first_token if full.first_token is None else full.first_token)
        rate = script.rate if full.rate is None else full.rate
        if request.stream:
            self._stream(request, deltas_of(request, text, calls=full.calls if as_tool else 0), full.usage, rate=rate)
            return
        self._pause(len(pieces_of(text)) / rate if rate else 0.0)
        message: dict[str, Any] = {"role": "assistant", "content": None if as_tool else text}
        if as_tool:
            message["tool_calls"] = [tool_call_frame(request, text, number) for number in range(full.calls)]
        self._whole(request, message, "tool_calls" if as_tool else "stop", full.usage)

    def _whole(
        self, request: Request, message: dict[str, Any], finish: str | None, usage: tuple[int, int] | None
    ) -> None:
        choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
        answer = frame(request, "chat.completion") | {"choices": [choice]}
        self._json(200, answer | ({"usage": usage_frame(usage)} if usage else {}))

    def _stream(
        self,
        request: Request,
        deltas: list[dict[str, Any]],
        usage: tuple[int, int] | None,
        *,
        rate: float | None = None,
        finish: str | None = None,
    ) -> None:
        self._begin_stream()
        for number, delta in enumerate(deltas):
            if number and rate:
                self._pause(1 / rate)
            self._event(chunk(request, delta))
        reason = finish or ("tool_calls" if "tool_calls" in deltas[-1] else "stop")
        self._event(chunk(request, {}, reason))
        if usage and request.body.get("stream_options", {}).get("include_usage"):
            self._event(frame(request, "chat.completion.chunk") | {"choices": [], "usage": usage_frame(usage)})
        self._end_stream()

    def _fault(self, fault: Fault, request: Request) -> None:
        if fault.reset:
            raise _Gone
        if fault.hang or (fault.hang_after is not None and not request.stream):
            self._hang()
        if fault.status != 200 or fault.body is not None:
            self._error(fault, request)
        elif fault.no_choices:
            empty = frame(request, "chat.completion") | {"choices": []}
            if request.stream:
                self._raw_stream([json.dumps(empty), "[DONE]"])
            else:
                self._json(200, empty)
        elif fault.broken_json:
            if request.stream:
                self._raw_stream(['{"id": "x", "choices": [{"del'])
            else:
                self._send(200, b'{"id": "x", "choices": [{"mess', "application/json", {})
        elif request.stream and not fault.as_one:
            self._faulty_stream(fault, request)
        else:
            message, finish = answer_of(request, fault)
            self._whole(request, message, finish, (11, 7))

    def _faulty_stream(self, fault: Fault, request: Request) -> None:
        odd = odd_deltas(request, fault)
        if odd:
            self._stream(request, odd, (11, 7), finish=fault.finish)
            return
        pieces = pieces_of(fault.text)
        self._begin_stream()
        while fault.drip is not None:
            self._event(chunk(request, {} if fault.drip_empty else {"content": "drip "}))
            self._pause(fault.drip)
        stops = [n for n in (fault.hang_after, fault.reset_after, fault.cut_after) if n is not None]
        count = 2 if fault.error_event is not None else min(stops, default=len(pieces))
        for piece in pieces[:count]:
            self._event(chunk(request, {"content": piece}))
        if fault.hang_at_end or fault.reset_at_end:
            self._event(chunk(request, {}, "stop"))
        if fault.hang_after is not None or fault.hang_at_end:
            self._hang()
        if fault.reset_after is not None or fault.reset_at_end:
            self._pause(0.02)
            raise _Gone
        if fault.error_event is not None:
            self._event({"error": fault.error_event})
        self._end_stream()

    def _error(self, fault: Fault, request: Request) -> None:
        body = fault.body
        if body is None:
            body = json.dumps({"error": {"message": fault.message, "type": "planned", "code": fault.code}})
        self._send(fault.status, body.encode(), fault.content_type, fault.headers)

    def _json(self, status: int, value: Any) -> None:
        self._send(status, json.dumps(value).encode(), "application/json", {})

    def _send(self, status: int, body: bytes, content_type: str, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": content_type, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _begin_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _raw_stream(self, events: list[str]) -> None:
        self._begin_stream()
        for event in events:
            self._part(f"data: {event}\n\n".encode())
        self._part(b"")

    def _event(self, value: dict[str, Any]) -> None:
        self._part(f"data: {json.dumps(value)}\n\n".encode())

    def _part(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def _end_stream(self) -> None:
        self._part(b"data: [DONE]\n\n")
        self._part(b"")

    def _pause(self, seconds: float) -> None:
        if seconds and self.server.script.closing.wait(seconds):
            raise _Gone

    def _hang(self) -> None:
        self.server.script.closing.wait()
        raise _Gone

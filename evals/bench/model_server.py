"""A lean OpenAI-compatible server for many streams: `python -m evals.bench.model_server [--first S] [--rate R]`.

One asyncio process that prints its port. It answers with `scripted.answer`, a token to an event, at a set pace, and
keeps for each request when it arrived and when each part of the answer was sent (CLOCK_MONOTONIC, which all processes
of a machine share). `GET /records` gives and forgets them, with the processor time of the server; `POST /pace` changes
the pace.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, Final

from evals.bench.scripted import answer, purpose, tokens_of

_STOP: Final = re.compile(r"[.!?…][\"')\]]*\s")


@dataclass
class Record:
    """One chat request as the server saw it; times in seconds of the monotonic clock, 0 if it did not come to that."""

    purpose: str
    arrived: float
    first: float = 0.0
    """The first token was sent."""
    sentence: float = 0.0
    """The token was sent that shows that the first sentence is complete: the one that begins the next."""
    ended: float = 0.0
    tokens: int = 0
    prompt: tuple[str, ...] = ()
    """The texts of the messages; only if they are kept."""


class ModelServer:
    """Answers chat requests at a pace."""

    def __init__(self, *, first: float, rate: float | None, keep: bool) -> None:
        self.first, self.rate, self.keep = first, rate, keep
        self.records: list[Record] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, any number of requests."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                method, path, *_ = head.split(None, 2)
                found = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
                body = json.loads(await reader.readexactly(int(found[1]))) if found and int(found[1]) else {}
                await self._answer(writer, method.decode(), path.decode(), body)
        writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, method: str, path: str, body: dict[str, Any]) -> None:
        if path.endswith("/chat/completions"):
            await self._chat(writer, body)
        elif path.endswith("/records"):
            records, self.records = self.records, []
            times = os.times()
            _json(writer, {"records": [asdict(r) for r in records], "cpu": times.user + times.system})
        elif path.endswith("/pace") and method == "POST":
            self.first, self.rate = body["first"], body["rate"]
            _json(writer, {})
        else:
            _json(writer, {"object": "list", "data": [{"id": "bench", "object": "model"}]})

    async def _chat(self, writer: asyncio.StreamWriter, body: Mapping[str, Any]) -> None:
        record = Record(purpose(body), time.monotonic())
        self.records.append(record)
        text = answer(body)
        pieces = tokens_of(text)
        texts = tuple(str(message["content"]) for message in body["messages"])
        record.prompt, record.tokens = texts if self.keep else (), len(pieces)
        counts = {"prompt_tokens": sum(map(len, texts)) // 4, "completion_tokens": len(pieces)}
        usage = counts | {"total_tokens": sum(counts.values())}
        if not body.get("stream"):
            await asyncio.sleep(self.first + len(pieces) / self.rate if self.rate else self.first)
            choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
            _json(writer, {**_FRAME, "object": "chat.completion", "choices": [choice], "usage": usage})
            record.first = record.sentence = record.ended = time.monotonic()
            return
        stop = _STOP.search(text)
        await self._stream(writer, record, _deltas(body, pieces), complete_at=stop.end() if stop else len(text))
        ending = [{**_CHUNK, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}]
        if (body.get("stream_options") or {}).get("include_usage"):
            ending.append({**_CHUNK, "choices": [], "usage": usage})
        _send(
            writer, b"".join(b"data: %s\n\n" % json.dumps(e).encode() for e in ending) + b"data: [DONE]\n\n", last=True
        )
        record.ended = time.monotonic()
        record.sentence = record.sentence or record.ended
        await writer.drain()

    async def _stream(
        self, writer: asyncio.StreamWriter, record: Record, deltas: list[tuple[int, bytes]], *, complete_at: int
    ) -> None:
        """Send the deltas (length of the text so far, event), each in its time."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for number, (length, event) in enumerate(deltas):
            due = start + self.first + (number / self.rate if self.rate else 0.0)
            if (wait := due - loop.time()) > 0:
                await asyncio.sleep(wait)
            _send(writer, event)
            if not number:
                record.first = time.monotonic()
            if not record.sentence and length > complete_at:
                record.sentence = time.monotonic()
            if writer.is_closing():
                raise ConnectionResetError


_FRAME: Final = {"id": "chatcmpl-bench", "created": 0, "model": "bench"}
_CHUNK: Final = {**_FRAME, "object": "chat.completion.chunk"}


def _deltas(body: Mapping[str, Any], pieces: list[str]) -> list[tuple[int, bytes]]:
    """Each piece as an event, with the length of the text up to it; as arguments of a tool if the request has one."""
    events, length, tool = [], 0, bool(body.get("tools"))
    for number, piece in enumerate(pieces):
        length += len(piece)
        delta: dict[str, Any] = {"content": piece} if number else {"role": "assistant", "content": piece}
        if tool:
            name = body["tools"][0]["function"]["name"]
            begin = {} if number else {"id": "call_0", "type": "function"}
            function = {"arguments": piece} if number else {"name": name, "arguments": piece}
            delta = {"tool_calls": [{"index": 0, **begin, "function": function}]}
        choice = {"index": 0, "delta": delta, "finish_reason": None}
        events.append((length, b"data: %s\n\n" % json.dumps({**_CHUNK, "choices": [choice]}).encode()))
    return events


def _send(writer: asyncio.StreamWriter, data: bytes, *, last: bool = False) -> None:
    """One chunk of the body, and its end after the last."""
    writer.write(b"%x\r\n%s\r\n" % (len(data), data) + (b"0\r\n\r\n" if last else b""))


def _json(writer: asyncio.StreamWriter, value: Any) -> None:
    data = json.dumps(value).encode()
    writer.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(data), data)
    )


async def _main(*, first: float, rate: float | None, keep: bool) -> None:
    model = ModelServer(first=first, rate=rate, keep=keep)
    server = await asyncio.start_server(model.serve, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=float, default=0.0, help="seconds to the first token")
    parser.add_argument("--rate", type=float, default=None, help="tokens a second after it; without: all at once")
    parser.add_argument("--keep", action="store_true", help="keep the prompts")
    chosen = parser.parse_args()
    with suppress(KeyboardInterrupt):
        asyncio.run(_main(first=chosen.first, rate=chosen.rate, keep=chosen.keep))

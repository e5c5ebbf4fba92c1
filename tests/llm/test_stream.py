"""Streamed words over real HTTP."""

from __future__ import annotations

import asyncio
import time

import pytest

from interviewer.errors import ModelNonsense
from interviewer.llm import Message
from tests.llm.asking import HELLO, model_at, say, warm
from tests.wire.openai_server import Fault, OpenAIServer, Reply


def test_pieces_come_as_they_are_written() -> None:
    warm()

    async def run(server: OpenAIServer) -> list[float]:
        stream = model_at(server).stream(HELLO, purpose="speak", max_tokens=50)
        return [time.monotonic() async for _ in stream]

    with OpenAIServer([Reply("a b c d e", rate=20)]) as server:
        times = asyncio.run(run(server))
    assert len(times) == 5
    assert times[-1] - times[0] == pytest.approx(0.2, abs=0.1)


def test_text_and_usage() -> None:
    with OpenAIServer(["Why does dropout help?"]) as server:
        pieces, usage, failure = say(model_at(server, price_in=1, price_out=1))
    assert failure is None
    assert "".join(pieces) == "Why does dropout help?"
    assert (usage.tokens_in, usage.tokens_out, usage.calls, usage.estimated) == (11, 7, 1, False)
    assert usage.cost == pytest.approx(18e-6)
    assert server.requests[0].body["stream_options"] == {"include_usage": True}


def test_nothing_is_sent_before_the_first_piece_is_asked_for() -> None:
    async def run(server: OpenAIServer) -> int:
        stream = model_at(server).stream(HELLO, purpose="speak", max_tokens=50)
        used = stream.usage.calls
        await stream.aclose()
        return used

    with OpenAIServer() as server:
        assert asyncio.run(run(server)) == 0
    assert server.requests == []


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("<think>They said dropout, so</think> Why?", "Why?"),
        (" \n <think> a </think>\n\nWhy is that?", "Why is that?"),
        ("<b>bold</b> words", "<b>bold</b> words"),
        ("<", "<"),
        ("a <think> b", "a <think> b"),
    ],
)
def test_thoughts_in_front_are_not_said(text: str, heard: str) -> None:
    with OpenAIServer([text]) as server:
        pieces, _, failure = say(model_at(server))
    assert failure is None
    assert "".join(pieces) == heard


@pytest.mark.parametrize("text", ["<think>for ever", "<think>only thoughts</think>"])
def test_nothing_but_thoughts_is_an_empty_answer(text: str) -> None:
    with OpenAIServer([text]) as server:
        pieces, _, failure = say(model_at(server))
    assert pieces == []
    assert isinstance(failure, ModelNonsense)


def test_a_server_that_cannot_stream_gives_one_piece() -> None:
    with OpenAIServer([Fault(as_one=True), Fault(as_one=True)]) as server:
        pieces, _, failure = say(model_at(server))
    assert failure is None
    assert pieces == ["one two three four five six"]


def test_an_attempt_that_failed_before_the_first_piece_is_repeated() -> None:
    with OpenAIServer([Fault(status=500), "Hello there."]) as server:
        pieces, usage, failure = say(model_at(server))
    assert failure is None
    assert "".join(pieces) == "Hello there."
    assert usage.calls == 1


def test_one_model_serves_one_event_loop_after_another() -> None:
    with OpenAIServer(["One.", "Two."]) as server:
        model = model_at(server)
        assert say(model)[0] == ["One."]
        assert say(model)[0] == ["Two."]


def test_connections_are_reused_within_a_loop() -> None:
    async def run(server: OpenAIServer) -> None:
        model = model_at(server)
        for _ in range(3):
            async for _ in model.stream([Message(role="user", text="x")], purpose="speak", max_tokens=5):
                pass

    ports: set[int] = set()

    class Counting(OpenAIServer):
        def opened(self, connection: object) -> None:
            super().opened(connection)  # type: ignore[arg-type]
            ports.add(connection.getpeername()[1])  # type: ignore[attr-defined]

    with Counting(["A."] * 3) as server:
        asyncio.run(run(server))
    assert len(ports) == 1

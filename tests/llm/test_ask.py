"""Structured answers over real HTTP: the ways of asking, the repair, usage, cost, speed."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from typing import Any

import pytest
from pydantic import BaseModel

from interviewer.errors import ModelContextOverflow, ModelNonsense, ModelRejected
from interviewer.llm import CHAT, Budget, Deadlines, Endpoint, Message
from interviewer.llm.chat import Chat, Request
from interviewer.llm.circuit import Circuit, Known, Speed
from tests.llm.asking import AMPLE, GOOD, HELLO, SEEN, Seen, ask, model_at, quick_shared, say
from tests.wire.openai_server import Fault, OpenAIServer, Reply


def test_asks_with_a_strict_schema_and_returns_the_value() -> None:
    with OpenAIServer([GOOD]) as server:
        value, usage = ask(model_at(server))
    assert value == SEEN
    (request,) = server.requests
    assert request.mode == "json_schema"
    assert request.body["response_format"]["json_schema"]["strict"] is True
    assert request.schema["required"] == ["intent", "sentences", "note"]
    assert request.schema["additionalProperties"] is False
    assert request.roles == ("system", "user")
    assert request.body["max_tokens"] == 50
    assert "max_completion_tokens" not in request.body
    assert request.body["model"] == "test-model"
    assert (usage.tokens_in, usage.tokens_out, usage.calls, usage.cost, usage.estimated) == (11, 7, 1, None, False)
    assert 0 < usage.seconds < AMPLE.total


def test_cost_comes_from_the_prices() -> None:
    with OpenAIServer([Reply(GOOD, usage=(1000, 500))]) as server:
        _, usage = ask(model_at(server, price_in=2.0, price_out=10.0))
    assert usage.cost == pytest.approx(0.002 + 0.005)


def test_missing_usage_is_estimated_and_marked() -> None:
    with OpenAIServer([Reply(GOOD, usage=None)]) as server:
        _, usage = ask(model_at(server))
    assert usage.estimated
    assert usage.tokens_out == pytest.approx(len('{"intent": "answer", "sentences": [1], "note": ""}') / 4, abs=1)
    assert usage.tokens_in > 10


@pytest.mark.parametrize("calls", [1, 2])
def test_falls_to_tools_and_remembers(calls: int) -> None:
    with OpenAIServer([Reply(GOOD, calls=calls), GOOD], refuses=["json_schema"]) as server:
        model = model_at(server)
        assert ask(model)[0] == SEEN
        assert ask(model)[0] == SEEN
    assert [request.mode for request in server.requests] == ["json_schema", "tools", "tools"]
    assert len(server.requests[1].body["tools"]) == 1
    assert server.requests[1].body["tool_choice"] == "required"


@pytest.mark.parametrize("status", [400, 422, 501])
def test_falls_to_text_with_the_schema_in_the_prompt(status: int) -> None:
    answer = 'Sure: {so}.\n```json\n{"intent": "answer", "sentences": [1]}\n```'
    with OpenAIServer([answer], refuses=["json_schema", "tools"], refusal_status=status) as server:
        assert ask(model_at(server))[0] == SEEN
    last = server.requests[-1]
    assert [request.mode for request in server.requests] == ["json_schema", "tools", ""]
    assert '"gave_up"' in last.texts[0]
    assert last.roles == ("system", "user")


def test_a_refusal_of_the_format_at_404_is_understood() -> None:
    says = "No endpoints found that support tool use"
    with OpenAIServer(["[]", GOOD], refuses=["json_schema"], refusal_status=404, refusal_says=says) as server:
        assert ask(model_at(server))[0] == SEEN


def test_prose_in_place_of_json_means_the_format_was_ignored() -> None:
    with OpenAIServer(["I think so.", Reply(GOOD, as_text=True)]) as server:
        model = model_at(server)
        value, usage = ask(model)
    assert value == SEEN
    assert usage.calls == 2
    assert [request.mode for request in server.requests] == ["json_schema", "tools"]


def test_prose_from_a_server_that_knows_schemas_is_repaired() -> None:
    with OpenAIServer([GOOD, "I think so.", GOOD]) as server:
        model = model_at(server)
        ask(model)
        assert ask(model)[0] == SEEN
    assert [request.mode for request in server.requests] == ["json_schema"] * 3
    assert server.requests[2].roles == ("system", "user", "assistant", "user")
    assert "no complete JSON object" in server.requests[2].texts[-1]


def test_prose_in_every_mode_uses_three_requests() -> None:
    with OpenAIServer(["No."] * 3) as server, pytest.raises(ModelNonsense):
        ask(model_at(server))
    assert len(server.requests) == 3


def test_off_schema_is_repaired_once() -> None:
    with OpenAIServer([{"intent": "lost", "sentences": [1]}, GOOD]) as server:
        value, usage = ask(model_at(server))
    assert value == SEEN
    assert usage.calls == 2
    assert server.requests[1].texts[-2] == '{"intent": "lost", "sentences": [1]}'
    assert "intent: Input should be" in server.requests[1].texts[-1]
    assert "\n" not in server.requests[1].texts[-1]


def test_off_schema_twice_is_nonsense() -> None:
    with (
        OpenAIServer([{"intent": "lost"}, {"intent": "lost"}, GOOD]) as server,
        pytest.raises(ModelNonsense, match="even after one correction"),
    ):
        ask(model_at(server))
        assert server.left == 1


def test_no_repair_when_the_attempts_are_used_up() -> None:
    with (
        OpenAIServer([Fault(status=500), Fault(status=500), {"intent": "lost"}]) as server,
        pytest.raises(ModelNonsense),
    ):
        ask(model_at(server))


@pytest.mark.parametrize("mode", ["json_schema", "tools", "text"])
def test_a_set_mode_is_kept(mode: str) -> None:
    with OpenAIServer([GOOD]) as server:
        assert ask(model_at(server, structured=mode))[0] == SEEN
    assert server.requests[0].mode == ("" if mode == "text" else mode)


def test_a_set_mode_that_is_refused_is_an_error() -> None:
    with OpenAIServer([], refuses=["tools"]) as server, pytest.raises(ModelRejected, match="'tools' is not supported"):
        ask(model_at(server, structured="tools"))
    assert len(server.requests) == 1


def test_a_bad_request_gives_the_first_reason_and_no_more_requests_once_a_mode_is_known() -> None:
    def script(request: Any) -> Any:
        return Fault(status=400, message=f"bad thing {len(server.requests)}")

    server = OpenAIServer([GOOD])
    with server:
        model = model_at(server)
        ask(model)
        server.replies = script
        with pytest.raises(ModelRejected, match="bad thing 2"):
            ask(model)
        assert len(server.requests) == 2
        with pytest.raises(ModelRejected, match="bad thing 3"):
            ask(model_at(server))


def test_a_mode_that_stops_working_is_left() -> None:
    with OpenAIServer([GOOD, GOOD]) as server:
        model = model_at(server)
        ask(model)
        server.refuses = ("json_schema",)
        server.refusal_says = "json_schema: keyword not supported"
        assert ask(model)[0] == SEEN
    assert [request.mode for request in server.requests] == ["json_schema", "json_schema", "tools"]


def test_a_tool_call_written_as_text_is_taken() -> None:
    call = {"name": "Seen", "arguments": GOOD}
    with OpenAIServer([Reply(call, as_text=True)]) as server:
        assert ask(model_at(server, structured="tools"))[0] == SEEN


def test_a_server_that_cannot_stream_is_asked_in_one_piece_and_remembered() -> None:
    def script(request: Any) -> Any:
        return Fault(as_one=True, text='{"intent": "answer", "sentences": [1]}')

    with OpenAIServer(script) as server:
        model = model_at(server)
        assert ask(model)[0] == SEEN
        assert ask(model)[0] == SEEN
    assert [request.stream for request in server.requests] == [True, False, False]


def _tool_call_in_one_piece(request: Any, arguments: str) -> Fault:
    if request.stream:
        return Fault(as_one=True, text="")
    call = {"id": "1", "type": "function", "function": {"name": "Seen", "arguments": arguments}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    return Fault(body=json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}))


def test_tool_calls_in_one_piece() -> None:
    with OpenAIServer(lambda request: _tool_call_in_one_piece(request, json.dumps(GOOD))) as server:
        assert ask(model_at(server, structured="tools"))[0] == SEEN


def test_broken_tool_calls_in_one_piece() -> None:
    with (
        OpenAIServer(lambda request: _tool_call_in_one_piece(request, '{"intent":')) as server,
        pytest.raises(ModelNonsense),
    ):
        ask(model_at(server, structured="tools"))
    assert len(server.requests) == 3


@pytest.mark.parametrize("mode", ["auto", "text"])
def test_a_server_that_refuses_stream_options_still_works(mode: str) -> None:
    with OpenAIServer([GOOD, GOOD], refuses=["stream_options"]) as server:
        model = model_at(server, structured=mode)
        _, usage = ask(model)
        ask(model)
    assert usage.estimated
    assert len(server.requests) == 3
    assert "stream_options" not in server.requests[1].body


def test_a_server_that_does_not_say_what_it_refuses_still_works() -> None:
    with OpenAIServer(["Good.", "Good."], refuses=["stream_options"], refusal_says="Bad Request") as server:
        model = model_at(server)
        assert say(model)[2] is None
        assert say(model)[2] is None
    assert len(server.requests) == 3


@pytest.mark.parametrize(("refused", "sent"), [("max_tokens", "max_completion_tokens")])
def test_the_limit_is_renamed_if_the_server_wants_that(refused: str, sent: str) -> None:
    with OpenAIServer([GOOD, GOOD], refuses=[refused]) as server:
        model = model_at(server)
        ask(model)
        ask(model)
    assert [sent in request.body for request in server.requests] == [False, True, True]


def test_a_limit_refused_under_both_names_is_an_error() -> None:
    shared = quick_shared()
    with OpenAIServer([], refuses=["max_tokens", "max_completion_tokens"]) as server:
        model = model_at(server, shared, structured="json_schema")
        with pytest.raises(ModelRejected):
            ask(model)
        with pytest.raises(ModelRejected):
            ask(model)
    assert ["max_tokens" in request.body for request in server.requests] == [True, False, True, False]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("context_length_exceeded", "too long"),
        (None, "This model's maximum context length is 8192 tokens. Reduce max_tokens."),
        (None, "the request exceeds the available context size, try increasing it"),
    ],
)
def test_context_overflow_is_told_apart_and_not_retried(code: str | None, message: str) -> None:
    with (
        OpenAIServer([Fault(status=400, code=code, message=message)]) as server,
        pytest.raises(ModelContextOverflow, match="larger context"),
    ):
        ask(model_at(server))
    assert len(server.requests) == 1


def test_many_at_once_each_get_their_own_answer() -> None:
    def script(request: Any) -> Any:
        return Reply({"intent": "answer", "sentences": [int(request.texts[-1])]}, first_token=0.02)

    async def run(server: OpenAIServer) -> list[int]:
        model = model_at(server)

        async def one(number: int) -> int:
            messages = [Message(role="user", text=str(number))]
            value, _ = await model.ask(Seen, messages, purpose="observe", max_tokens=50)
            return value.sentences[0]

        return await asyncio.gather(*(one(number) for number in range(20)))

    with OpenAIServer(script) as server:
        assert asyncio.run(run(server)) == list(range(20))


def test_the_speed_of_an_answer_stretches_the_deadlines_of_the_next() -> None:
    shared = quick_shared()
    text = " ".join(f'"{n}"' for n in range(12))
    with OpenAIServer([Reply(text, first_token=0.1, rate=40, usage=(10, 12))]) as server:
        model = model_at(server, shared)
        assert say(model)[2] is None
        known = shared.known(Endpoint(model="test-model", base_url=server.base_url))
    assert known.speed is not None
    assert known.speed.writing == pytest.approx(40, rel=0.4)
    limits = known.deadlines(CHAT, tokens_in=1000, max_tokens=2000)
    assert limits.first_token == pytest.approx(3 * 1000 / known.speed.reading)
    assert limits.first_token > CHAT.first_token or known.speed.reading > 150
    assert CHAT.total < limits.total <= 6 * CHAT.total


def test_deadlines_are_stretched_at_most_six_times_and_never_shrunk() -> None:
    def stretched(speed: Speed | None) -> Deadlines:
        return Known(Circuit(lambda: 0.0), speed=speed).deadlines(CHAT, tokens_in=1000, max_tokens=100)

    assert stretched(None) == CHAT
    assert stretched(Speed(10_000, 100)) == CHAT
    assert stretched(Speed(10_000, None)) == CHAT
    assert stretched(Speed(0.1, 0.01)) == Deadlines(total=360, first_token=120, idle=90)
    assert stretched(Speed(25, 5)) == Deadlines(total=180, first_token=120, idle=15)


def test_speed_is_smoothed() -> None:
    known = Known(Circuit(lambda: 0.0))
    known.measured((100, 20), 1.0, 2.0)
    assert known.speed == Speed(100, 10)
    known.measured((180, 2), 1.0, 2.0)
    assert known.speed == Speed(110, 10)
    known.measured((50, 40), 1.0, 2.0)
    assert known.speed == Speed(80, 15)


def test_the_log_has_numbers_and_no_words(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), OpenAIServer([GOOD]) as server:
        ask(model_at(server))
    (record,) = [record for record in caplog.records if record.name == "interviewer.llm"]
    assert record.getMessage().startswith("observe: ")
    assert "11 tokens in, 7 out, 1 calls" in record.getMessage()
    assert "Dropout" not in caplog.text
    assert "gave_up" not in caplog.text


def test_nothing_but_the_answer_tool_is_ever_sent() -> None:
    with OpenAIServer([GOOD, "Hello."]) as server:
        model = model_at(server)
        ask(model)
        say(model)
    assert all("tools" not in request.body for request in server.requests)


def test_tracing_is_off() -> None:
    with OpenAIServer([GOOD]) as server:
        ask(model_at(server))
    assert os.environ["LANGSMITH_TRACING"] == "false"
    assert "langchain_openai" in sys.modules


def test_the_request_estimate_counts_the_schema() -> None:
    plain = Request(HELLO, 10)
    schema = Request(HELLO, 10, mode="json_schema", name="Seen", schema={"type": "object", "x": "y" * 400})
    assert schema.tokens_in > plain.tokens_in + 90


def test_messages_of_every_role_arrive() -> None:
    messages = [Message(role="system", text="s"), Message(role="user", text="u"), Message(role="assistant", text="a")]

    class Word(BaseModel):
        word: str

    async def run(server: OpenAIServer) -> Word:
        value, _ = await model_at(server).ask(Word, messages, purpose="observe", max_tokens=9)
        return value

    with OpenAIServer([{"word": "yes"}]) as server:
        assert asyncio.run(run(server)).word == "yes"
    assert server.requests[0].roles == ("system", "user", "assistant")


def test_budget_and_chat_are_not_shared_by_accident() -> None:
    endpoint = Endpoint(model="m", base_url="http://127.0.0.1:1/v1")
    known = quick_shared().known(endpoint)
    assert Chat(endpoint, known) is not Chat(endpoint, known)
    assert Budget().spent == 0.0

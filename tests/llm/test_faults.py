"""Every fault class of a model server, for `ask` and for `stream`: which error, how many requests, how long."""

from __future__ import annotations

import asyncio
import ssl
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from interviewer.errors import (
    ModelError,
    ModelNonsense,
    ModelRateLimited,
    ModelRefused,
    ModelRejected,
    ModelTimeout,
    ModelUnavailable,
)
from interviewer.llm import Deadlines, Shared
from interviewer.llm.circuit import RetryBudget
from interviewer.llm.faults import Surroundings, asked_to_wait, translate
from tests.llm.asking import AMPLE, GOOD, HELLO, QUICK, SEEN, Watch, ask, model_at, quick_shared, say, warm
from tests.wire.openai_server import Fault, OpenAIServer, Reply


@pytest.fixture(autouse=True, scope="module")
def _warm() -> None:
    warm()


def limits(fault: Fault) -> Deadlines:
    """Tight ones where time is what is tested."""
    return QUICK if fault.hang or fault.hang_after is not None or fault.drip is not None else AMPLE


HTML = Fault(body="<!doctype html><title>Sign in</title>", content_type="text/html")

FAULTS: list[tuple[str, Fault, type[ModelError], int, str]] = [
    # name, fault, error, requests for ask, part of the sentence
    ("400", Fault(status=400), ModelRejected, 4, 'refuses the request (400): "planned fault"'),
    ("401", Fault(status=401), ModelRejected, 1, "The server says the key is not valid. Check it in Settings."),
    ("402", Fault(status=402), ModelRejected, 1, "no credit left"),
    ("403", Fault(status=403), ModelRejected, 1, "does not allow this key"),
    ("404", Fault(status=404), ModelRejected, 1, "does not know this model or address"),
    ("405", Fault(status=405, body="no"), ModelRejected, 1, "refuses the request (405). Check"),
    ("408", Fault(status=408), ModelTimeout, 3, "took too long"),
    ("409", Fault(status=409), ModelUnavailable, 3, "has a fault (409)"),
    ("422", Fault(status=422), ModelRejected, 4, "refuses the request (422)"),
    ("429", Fault(status=429), ModelRateLimited, 3, "too many requests"),
    ("429 short", Fault(status=429, headers={"Retry-After": "0"}), ModelRateLimited, 3, "wait 1 s"),
    ("429 long", Fault(status=429, headers={"Retry-After": "3600"}), ModelRateLimited, 1, "wait 60 min"),
    ("429 very long", Fault(status=429, headers={"Retry-After": "86400"}), ModelRateLimited, 1, "wait 24 h"),
    ("429 past the deadline", Fault(status=429, headers={"Retry-After": "15"}), ModelRateLimited, 1, "wait 15 s"),
    ("429 quota", Fault(status=429, code="insufficient_quota"), ModelRejected, 1, "no credit left"),
    ("500", Fault(status=500), ModelUnavailable, 3, "has a fault (500)"),
    ("501", Fault(status=501), ModelUnavailable, 3, "has a fault (501)"),
    ("503 html", Fault(status=503, body="<h1>", content_type="text/html"), ModelUnavailable, 3, "has a fault (503)"),
    ("503 long", Fault(status=503, headers={"Retry-After": "60"}), ModelUnavailable, 1, "wait 60 s"),
    ("529", Fault(status=529), ModelUnavailable, 3, "has a fault (529)"),
    ("content filter", Fault(status=400, code="content_filter"), ModelRefused, 1, "content filter"),
    ("reset", Fault(reset=True), ModelUnavailable, 3, "connection to the model's server at 127.0.0.1:"),
    ("html", HTML, ModelUnavailable, 3, "usually ends in /v1"),
    ("no choices", Fault(no_choices=True), ModelNonsense, 3, "cannot be read"),
    ("broken json", Fault(broken_json=True), ModelNonsense, 3, "cannot be read"),
    ("empty body", Fault(body=""), ModelNonsense, 3, "cannot be read"),
    ("json null", Fault(body="null"), ModelNonsense, 3, "cannot be read"),
    ("error with 200", Fault(body='{"error": {"message": "down", "code": 502}}'), ModelNonsense, 3, "cannot be read"),
    ("empty text", Fault(text=""), ModelNonsense, 3, "empty"),
    ("refusal", Fault(refusal="I cannot help with that."), ModelRefused, 2, "declined to answer"),
    ("filtered answer", Fault(finish="content_filter", text=""), ModelRefused, 1, "declined to answer"),
    ("hang", Fault(hang=True), ModelTimeout, 1, "did not begin to answer within 0.3 s"),
]


@pytest.mark.parametrize(("fault", "error", "requests", "words"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_ask(fault: Fault, error: type[ModelError], requests: int, words: str) -> None:
    with OpenAIServer(lambda _: fault) as server, Watch() as watch:
        with pytest.raises(error) as caught:
            ask(model_at(server), deadlines=limits(fault))
        assert len(server.requests) == requests
    assert words in str(caught.value)
    assert watch.seconds < QUICK.total + 1
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize(("fault", "error", "requests", "words"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_stream(fault: Fault, error: type[ModelError], requests: int, words: str) -> None:
    with OpenAIServer(lambda _: fault) as server, Watch() as watch:
        pieces, _, failure = say(model_at(server), deadlines=limits(fault))
        # There is no format to negotiate; a bare 400 may still mean stream_options, which is tried without.
        assert len(server.requests) == (
            {400: 2, 422: 2, 501: 1}.get(fault.status, requests) if requests > 2 else requests
        )
    assert pieces == []
    assert type(failure) is error
    assert words in str(failure)
    assert watch.seconds < QUICK.total + 1
    assert failure.__context__ is None


LATER: list[tuple[str, Fault, type[ModelError], str]] = [
    ("reset", Fault(reset_after=3), ModelUnavailable, "connection"),
    ("cut", Fault(cut_after=3), ModelNonsense, "cut off before its end"),
    ("error event", Fault(error_event={"message": "overloaded"}), ModelUnavailable, "broke off"),
    ("error event 429", Fault(error_event={"message": "x", "code": "429"}), ModelRateLimited, "too many"),
    ("stall", Fault(hang_after=3), ModelTimeout, "stopped in the middle of its answer for 0.2 s"),
    ("drip", Fault(drip=0.05), ModelTimeout, "did not finish its answer within 0.9 s"),
]


@pytest.mark.parametrize(("fault", "error", "words"), [f[1:] for f in LATER], ids=[f[0] for f in LATER])
def test_stream_that_breaks_later_gives_its_pieces_and_is_not_repeated(
    fault: Fault, error: type[ModelError], words: str
) -> None:
    with OpenAIServer([fault]) as server, Watch() as watch:
        pieces, usage, failure = say(model_at(server), deadlines=limits(fault))
    assert len(pieces) >= 2
    assert type(failure) is error
    assert words in str(failure)
    assert usage.calls == 1
    assert usage.estimated
    assert watch.seconds < QUICK.total + 1


@pytest.mark.parametrize(("fault", "error", "words"), [f[1:] for f in LATER], ids=[f[0] for f in LATER])
def test_ask_that_breaks_later_is_repeated_unless_it_was_late(
    fault: Fault, error: type[ModelError], words: str
) -> None:
    with OpenAIServer([fault, GOOD]) as server:
        if error is ModelTimeout:
            with pytest.raises(ModelTimeout, match=words):
                ask(model_at(server), deadlines=QUICK)
            assert len(server.requests) == 1
        else:
            value, usage = ask(model_at(server))
            assert value == SEEN
            assert usage.calls == 2


@pytest.mark.parametrize(
    "fault", [Fault(finish="length"), Fault(finish="length", text='{"intent":"gave_up","sentences":[]}')]
)
def test_length_is_nonsense_even_if_the_json_is_whole(fault: Fault) -> None:
    with OpenAIServer([fault]) as server, pytest.raises(ModelNonsense, match="cut off after 50 tokens"):
        ask(model_at(server))
    with OpenAIServer([fault]) as server:
        pieces, _, failure = say(model_at(server))
    assert pieces
    assert isinstance(failure, ModelNonsense)


def test_a_cut_answer_in_one_piece_is_not_complete_either() -> None:
    fault = Fault(cut_after=0, text='{"intent": "answer", "sentences": [1]}')
    with OpenAIServer([fault, fault, fault]) as server, pytest.raises(ModelNonsense, match="cut off"):
        ask(model_at(server))
    assert [request.stream for request in server.requests] == [True, False, False]


def test_a_server_that_ignores_the_limit_is_stopped() -> None:
    with OpenAIServer([Reply("word " * 2000)]) as server:
        pieces, _, failure = say(model_at(server))
    assert len(pieces) < 500
    assert isinstance(failure, ModelNonsense)


@pytest.mark.parametrize("fault", [Fault(drip=0.05, drip_empty=True)])
def test_empty_pieces_do_not_keep_a_call_alive_for_ever(fault: Fault) -> None:
    with OpenAIServer([fault]) as server, Watch() as watch:
        _, _, failure = say(model_at(server), deadlines=QUICK)
    assert isinstance(failure, ModelTimeout)
    assert QUICK.total - 0.1 < watch.seconds < QUICK.total + 1


@pytest.mark.parametrize("fault", [Fault(hang_at_end=True), Fault(reset_at_end=True)])
def test_a_finished_answer_counts_even_if_the_connection_does_not_end_well(fault: Fault) -> None:
    with OpenAIServer([fault]) as server:
        pieces, usage, failure = say(model_at(server))
    assert failure is None
    assert "".join(pieces) == "one two three four five six"
    assert usage.estimated


def test_no_server() -> None:
    with OpenAIServer() as server:
        address = server.base_url
    with pytest.raises(ModelUnavailable, match="Check that it is running"):
        ask(model_at(address))


def test_a_plain_answer_that_hangs_or_breaks() -> None:
    """The second request of a server that does not stream has the total deadline, and its faults are mapped too."""
    for fault, error in ((Fault(hang=True), ModelTimeout), (Fault(status=401), ModelRejected)):
        with OpenAIServer([Fault(as_one=True), fault]) as server, pytest.raises(error), Watch() as watch:
            ask(model_at(server), deadlines=QUICK)
        assert watch.seconds < QUICK.total + 1


def test_recovers_within_the_attempts() -> None:
    with OpenAIServer([Fault(status=503), Fault(reset=True), GOOD]) as server:
        value, usage = ask(model_at(server))
    assert value == SEEN
    assert usage.calls == 1


def test_retry_after_is_honoured() -> None:
    with OpenAIServer([Fault(status=429, headers={"Retry-After": "0.3"}), GOOD]) as server:
        ask(model_at(server))
    first, second = server.requests
    assert 0.3 <= second.at - first.at < 2


def test_the_backoff_is_drawn_between_nothing_and_a_doubling_limit() -> None:
    drawn: list[tuple[float, float]] = []

    def draw(low: float, high: float) -> float:
        drawn.append((low, high))
        return 0.0

    with OpenAIServer([Fault(status=500)] * 3) as server, pytest.raises(ModelUnavailable):
        ask(model_at(server, Shared(draw=draw)))
    assert drawn == [(0.0, 0.5), (0.0, 1.0)]


def test_no_attempt_begins_that_the_deadline_forbids() -> None:
    shared = Shared(draw=lambda low, high: 50.0)
    with OpenAIServer([Fault(status=500)]) as server, Watch() as watch, pytest.raises(ModelUnavailable):
        ask(model_at(server, shared))
    assert watch.seconds < AMPLE.total / 2


def test_the_retry_budget_of_the_process_is_kept() -> None:
    shared = Shared(backoff=0.001, retries=RetryBudget(reserve=3))
    with OpenAIServer(lambda _: Fault(status=409)) as server:
        model = model_at(server, shared)
        for _ in range(20):
            with pytest.raises(ModelUnavailable):
                ask(model)
        assert 20 + 3 <= len(server.requests) <= 20 + 3 + 2


def test_one_deadline_for_all_attempts() -> None:
    tight = Deadlines(total=0.7, first_token=0.65, idle=0.65)
    slow = Reply("{", first_token=0.4)
    with (
        OpenAIServer([slow, slow, slow]) as server,
        pytest.raises(ModelTimeout, match=r"within 0\.7 s"),
        Watch() as watch,
    ):
        ask(model_at(server, structured="text"), deadlines=tight)
    assert watch.seconds < 1.5


def test_leaving_early_ends_the_call_and_counts_what_came() -> None:
    async def run(server: OpenAIServer) -> tuple[str, Any]:
        async with model_at(server).stream(HELLO, purpose="speak", max_tokens=50, deadlines=QUICK) as stream:
            return await anext(stream), stream

    with OpenAIServer([Fault(hang_after=1)]) as server:
        piece, stream = asyncio.run(run(server))
    assert piece == "one"
    assert stream.usage.calls == 1
    assert stream.usage.estimated


def test_cancelling_the_task_ends_the_call_at_once() -> None:
    async def run(server: OpenAIServer) -> float:
        task = asyncio.create_task(model_at(server).ask(type(SEEN), HELLO, purpose="observe", max_tokens=50))
        await asyncio.sleep(0.3)
        start = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.monotonic() - start

    with OpenAIServer([Fault(hang=True)]) as server:
        assert asyncio.run(run(server)) < 0.2


def test_retry_after_in_all_its_forms() -> None:
    later = datetime.now(UTC) + timedelta(seconds=60)
    assert asked_to_wait({}) is None
    assert asked_to_wait({"retry-after": "12"}) == 12
    assert asked_to_wait({"retry-after": "-3"}) == 0
    assert asked_to_wait({"retry-after": "soon"}) is None
    assert asked_to_wait({"retry-after": "inf"}) is None
    assert asked_to_wait({"retry-after": format_datetime(later, usegmt=True)}) == pytest.approx(60, abs=2)
    assert asked_to_wait({"retry-after": "Wed, 21 Oct 2015 07:28:00 -0000"}) == 0


def test_errors_of_other_sdks_are_known_by_their_shape() -> None:
    class APITimeoutError(Exception):
        pass

    class Odd(Exception):
        def __str__(self) -> str:
            raise ValueError

    around = Surroundings("here")
    assert isinstance(translate(APITimeoutError(), around).error, ModelTimeout)
    assert isinstance(translate(ConnectionResetError(), around).error, ModelUnavailable)
    assert isinstance(translate(Odd(), around).error, ModelNonsense)
    chained = RuntimeError("x")
    chained.__cause__ = ssl.SSLCertVerificationError("bad")
    assert "certificate of here is not trusted" in str(translate(chained, around).error)


def test_a_warning_that_hides_the_fault_is_seen_through() -> None:
    """Under warnings-as-errors langchain-openai's advice would replace the 400 that it is about."""
    message = "Invalid schema for response_format 'Seen': nope"
    with OpenAIServer([GOOD], refuses=["json_schema"], refusal_says=message) as server:
        assert ask(model_at(server, quick_shared()))[0] == SEEN
    assert [request.mode for request in server.requests] == ["json_schema", "tools"]

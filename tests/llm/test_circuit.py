"""The circuit with a fake clock, alone and over the wire; the retry budget; the Test button."""

from __future__ import annotations

import asyncio

import pytest

from interviewer.errors import ModelRejected, ModelUnavailable
from interviewer.llm import Budget, Endpoint, Model, Shared, TestResult
from interviewer.llm.circuit import Circuit, RetryBudget
from tests.llm.asking import GOOD, HELLO, Seen, ask, model_at, quick_shared, say
from tests.wire.openai_server import Fault, OpenAIServer, Reply


class Clock:
    """Time that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def fail(circuit: Circuit, times: int) -> None:
    for _ in range(times):
        circuit.enter().settle(up=False)


def test_opens_after_five_failures_in_a_row() -> None:
    clock = Clock()
    circuit = Circuit(clock)
    fail(circuit, 4)
    circuit.enter().settle(up=True)
    fail(circuit, 5)
    clock.now = 10
    with pytest.raises(ModelUnavailable, match="tried again in 20 s"):
        circuit.enter()


def test_one_probe_after_thirty_seconds() -> None:
    clock = Clock()
    circuit = Circuit(clock)
    fail(circuit, 5)
    clock.now = 30
    probe = circuit.enter()
    assert probe.probe
    with pytest.raises(ModelUnavailable, match="tried again in 30 s"):
        circuit.enter()
    probe.settle(up=False)
    clock.now = 59
    with pytest.raises(ModelUnavailable):
        circuit.enter()
    clock.now = 60
    circuit.enter().settle(up=True)
    assert not circuit.enter().probe


def test_an_abandoned_probe_leaves_room_for_another() -> None:
    clock = Clock()
    circuit = Circuit(clock)
    fail(circuit, 5)
    clock.now = 30
    probe = circuit.enter()
    probe.release()
    probe.release()
    assert circuit.enter().probe


def test_releasing_a_permit_counts_nothing() -> None:
    circuit = Circuit(Clock())
    for _ in range(10):
        circuit.enter().release()
    permit = circuit.enter()
    permit.settle(up=True)
    permit.release()
    assert not circuit.enter().probe


def test_late_failures_of_calls_under_way_do_not_prolong_the_wait() -> None:
    clock = Clock()
    circuit = Circuit(clock)
    permits = [circuit.enter() for _ in range(7)]
    for permit in permits[:5]:
        permit.settle(up=False)
    clock.now = 20
    for permit in permits[5:]:
        permit.settle(up=False)
    clock.now = 30
    assert circuit.enter().probe


def test_retry_budget() -> None:
    budget = RetryBudget(share=0.5, reserve=2)
    assert [budget.take(), budget.take(), budget.take()] == [True, True, False]
    budget.earn()
    assert not budget.take()
    budget.earn()
    assert budget.take()
    for _ in range(100):
        budget.earn()
    assert [budget.take(), budget.take(), budget.take()] == [True, True, False]


def test_an_outage_costs_few_requests_and_ends_soon_after_the_server_heals() -> None:
    clock = Clock()
    shared = Shared(clock=clock, backoff=0.001, retries=RetryBudget(reserve=1000))

    async def run(server: OpenAIServer) -> int:
        model = model_at(server, shared)
        for _ in range(300):
            clock.now += 1
            with pytest.raises(ModelUnavailable):
                await model.ask(Seen, HELLO, purpose="observe", max_tokens=50)
        outage = len(server.requests)
        server.replies = [GOOD, GOOD]
        clock.now += 30
        for _ in range(2):
            await model.ask(Seen, HELLO, purpose="observe", max_tokens=50)
        return outage

    with OpenAIServer(lambda _: Fault(status=500)) as server:
        outage = asyncio.run(run(server))
    assert outage <= 5 + 10
    assert len(server.requests) == outage + 2


def test_a_probe_is_not_repeated_but_may_be_repaired() -> None:
    clock = Clock()
    shared = Shared(clock=clock, backoff=0.001, retries=RetryBudget(reserve=1000))
    with OpenAIServer([Fault(status=500)] * 6) as server:
        model = model_at(server, shared)
        for _ in range(2):
            with pytest.raises(ModelUnavailable):
                ask(model)
        assert len(server.requests) == 5
        clock.now = 30
        with pytest.raises(ModelUnavailable):
            ask(model)
        assert len(server.requests) == 6
        server.replies = [*[GOOD] * 6, {"intent": "lost"}, GOOD]
        clock.now = 60
        ask(model)


def test_what_the_user_has_to_mend_does_not_open_the_circuit() -> None:
    with OpenAIServer(lambda _: Fault(status=401)) as server:
        model = model_at(server)
        for _ in range(7):
            with pytest.raises(ModelRejected):
                ask(model)
        assert len(server.requests) == 7


def test_endpoints_have_circuits_of_their_own_and_models_of_one_endpoint_share() -> None:
    shared = quick_shared()
    with OpenAIServer(lambda _: Fault(status=500)) as broken, OpenAIServer([GOOD]) as good:
        for _ in range(2):
            with pytest.raises(ModelUnavailable):
                ask(model_at(broken, shared))
        with pytest.raises(ModelUnavailable, match="5 times in a row"):
            ask(model_at(broken, shared))
        ask(model_at(good, shared))
        _, _, failure = say(model_at(broken, shared))
        assert "5 times in a row" in str(failure)


def test_a_cancelled_probe_is_given_back() -> None:
    clock = Clock()
    shared = Shared(clock=clock, backoff=0.001)
    with OpenAIServer([*[Fault(status=500)] * 5, Fault(hang=True), GOOD]) as server:
        model = model_at(server, shared)
        for _ in range(2):
            with pytest.raises(ModelUnavailable):
                ask(model)
        clock.now = 30

        asyncio.run(_leave(model))
        ask(model)


async def _leave(model: Model) -> None:
    task = asyncio.create_task(model.ask(Seen, HELLO, purpose="observe", max_tokens=5))
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def press(model: Model) -> TestResult:
    return asyncio.run(model.test())


def test_the_test_button_shows_the_speed_and_keeps_it() -> None:
    shared = quick_shared()
    with OpenAIServer([Reply(" ".join("12345678901234567890"), first_token=0.1, rate=100, usage=(300, 20))]) as server:
        result = press(model_at(server, shared))
        known = shared.known(Endpoint(model="test-model", base_url=server.base_url))
    assert result.ok
    assert result.first_token == pytest.approx(0.1, abs=0.08)
    assert result.tokens_per_second == pytest.approx(100, rel=0.4)
    assert result.sentence.startswith("The model answers: first words after 0.")
    assert "tokens a second" in result.sentence
    assert known.speed is not None


def test_the_test_button_counts_a_limited_answer_as_one() -> None:
    with OpenAIServer([Fault(finish="length", text="1 2 3")]) as server:
        assert press(model_at(server)).ok
    with OpenAIServer([Fault(finish="length", text="")]) as server:
        result = press(model_at(server))
    assert result.ok
    assert result.tokens_per_second is None


def test_the_test_button_says_what_is_wrong() -> None:
    with OpenAIServer([Fault(status=401)]) as server:
        result = press(model_at(server))
    assert not result.ok
    assert result.sentence == "The server says the key is not valid. Check it in Settings."
    with OpenAIServer() as server:
        result = press(model_at(server, budget=Budget(cap=1.0, spent=1.0), price_in=1, price_out=1))
    assert not result.ok
    assert "spend cap" in result.sentence


def test_the_test_button_goes_through_an_open_circuit_and_closes_it() -> None:
    shared = quick_shared()
    with OpenAIServer([*[Fault(status=500)] * 5, "1 2 3", GOOD]) as server:
        model = model_at(server, shared)
        for _ in range(2):
            with pytest.raises(ModelUnavailable):
                ask(model)
        assert press(model).ok
        ask(model)

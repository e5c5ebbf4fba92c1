"""The spend cap, alone and over the wire."""

from __future__ import annotations

import asyncio
import logging

import pytest

from interviewer.errors import BudgetExhausted, SettingsError
from interviewer.llm import Budget, Usage
from tests.llm.asking import GOOD, HELLO, Seen, ask, model_at, say
from tests.wire.openai_server import Fault, OpenAIServer, Reply


def test_check_and_add() -> None:
    told: list[float] = []
    budget = Budget(spent=0.9, cap=1.0, on_spend=told.append)
    budget.check(0.05)
    with pytest.raises(BudgetExhausted, match=r"cap of 1 .*\(0.90 is spent\).*Raise the cap in Settings"):
        budget.check(0.2)
    budget.add(Usage(cost=0.05))
    budget.add(Usage(cost=None))
    budget.add(Usage(cost=0.0))
    assert told == [0.05]
    assert budget.spent == pytest.approx(0.95)
    assert budget.cap == 1.0
    Budget().check(1e9)


def test_what_is_held_counts_until_it_is_let_go() -> None:
    budget = Budget(cap=1.0)
    with budget.holding(0.6):
        with pytest.raises(BudgetExhausted), budget.holding(0.6):
            pytest.fail("passed the cap")
        with budget.holding(None):
            pass
    budget.check(1.0)


def test_a_store_that_fails_does_not_cost_the_answer(caplog: pytest.LogCaptureFixture) -> None:
    def broken(cost: float) -> None:
        raise OSError("disk full")

    budget = Budget(on_spend=broken)
    with caplog.at_level(logging.ERROR), OpenAIServer([GOOD]) as server:
        ask(model_at(server, budget=budget, price_in=1, price_out=1))
    assert budget.spent > 0
    assert "was not stored: OSError" in caplog.text


def test_a_call_past_the_cap_is_not_made() -> None:
    with OpenAIServer() as server:
        budget = Budget(cap=0.00001)
        model = model_at(server, budget=budget, price_in=1, price_out=1)
        with pytest.raises(BudgetExhausted):
            ask(model)
        assert isinstance(say(model)[2], BudgetExhausted)
    assert server.requests == []


def test_the_cap_is_passed_by_at_most_one_call() -> None:
    """Ten calls side by side, each 0.0001 by estimate, and each costing more than was estimated."""
    budget = Budget(cap=0.0004)

    async def run(server: OpenAIServer) -> int:
        model = model_at(server, budget=budget, price_in=0, price_out=2)
        calls = (model.ask(Seen, HELLO, purpose="observe", max_tokens=50) for _ in range(10))
        results = await asyncio.gather(*calls, return_exceptions=True)
        return sum(isinstance(result, BudgetExhausted) for result in results)

    with OpenAIServer(lambda _: Reply(GOOD, usage=(1, 60), first_token=0.1)) as server:
        assert asyncio.run(run(server)) == 6
    assert budget.spent <= 0.0004 + 4 * 0.00002 + 1e-9


def test_failed_attempts_cost_what_they_sent_back() -> None:
    spent: list[float] = []
    with OpenAIServer([Fault(status=500), Fault(cut_after=3), GOOD]) as server:
        _, usage = ask(model_at(server, budget=Budget(on_spend=spent.append), price_in=1, price_out=1))
    assert len(spent) == 2
    assert usage.cost == pytest.approx(sum(spent))
    assert usage.calls == 2
    assert usage.estimated


def test_a_cap_needs_prices() -> None:
    with pytest.raises(SettingsError, match="needs the model's prices"):
        model_at("http://127.0.0.1:1/v1", budget=Budget(cap=1.0))
    model_at("http://127.0.0.1:1/v1", budget=Budget(cap=1.0), price_in=0, price_out=0)


def test_usage_adds_up() -> None:
    both = Usage(tokens_in=1, tokens_out=2, cost=None, seconds=1, calls=1) + Usage(
        tokens_in=3, tokens_out=4, cost=0.5, seconds=2, calls=1, estimated=True
    )
    assert both == Usage(tokens_in=4, tokens_out=6, cost=0.5, seconds=3, calls=2, estimated=True)
    assert (Usage() + Usage()).cost is None

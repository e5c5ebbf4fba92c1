"""The built-in observer around asking back: what it hands on, and how the next message is read."""

import pytest

from interviewer.agents.long_round import enriched
from interviewer.content import shipped
from interviewer.domain import Observation
from interviewer.rules.state import Thread
from tests.build import Log

PROBLEM = shipped().question("delivery-eta")
assert PROBLEM.brief is not None
IDS = ("late_cost", "duration")


def begun() -> Log:
    log = Log((PROBLEM,), round="design", question=PROBLEM.id, minutes=45)
    log.begin()
    return log


def thread(log: Log) -> Thread:
    found = log.state.thread
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("reply", "facts"),
    [("The second.", ("duration",)), ("both", IDS), ("the cost of being late", ("late_cost",)), ("No, neither.", ())],
)
def test_the_message_after_asking_back_is_read_as_the_reply(reply: str, facts: tuple[str, ...]) -> None:
    log = begun()
    assert log.turn("What about time?", intent="clarify", unsure=IDS).offers == IDS
    seen = enriched(Observation(intent="off_topic"), thread(log), reply)
    assert (seen.intent, seen.facts, seen.unsure) == ("clarify", facts, ())


def test_who_goes_on_instead_of_replying_is_read_as_always() -> None:
    log = begun()
    log.turn("What about time?", intent="clarify", unsure=IDS)
    said = "I would train a tree on the routing time and the hour, and keep it small for the start of it all."
    assert enriched(Observation(intent="answer"), thread(log), said).intent == "answer"


def test_a_request_for_what_is_kept_is_seen_as_one_and_an_assumption_is_not() -> None:
    log = begun()
    seen = enriched(Observation(intent="answer"), thread(log), "Which mistakes have I made so far?")
    assert (seen.intent, seen.facts) == ("reveal", ())
    unclear = enriched(
        Observation(intent="reveal"), thread(log), "I'd assume the latency budget is 50 ms, is that right?"
    )
    assert (unclear.intent, unclear.facts) == ("clarify", ("latency",))
    assert enriched(Observation(intent="reveal"), thread(log), "Is that right?").intent == "reveal"

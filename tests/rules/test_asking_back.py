"""Asking back: once, by name, telling nothing; the reply picks among what was offered."""

from typing import Any

import pytest

from interviewer.content import shipped
from interviewer.domain import Fact, Move, Observation
from interviewer.rules.asking_back import listed, offered, picked
from tests.build import Log

PROBLEM = shipped().question("delivery-eta")
assert PROBLEM.brief is not None
FACTS = PROBLEM.brief.facts[:3]
IDS = tuple(fact.id for fact in FACTS)


def begun() -> Log:
    log = Log((PROBLEM,), round="design", question=PROBLEM.id, minutes=45)
    log.begin()
    return log


def turn(log: Log, text: str, **seen: Any) -> Move:
    return log.turn(text, intent="clarify", **seen)


def test_several_facts_are_offered_by_name_and_none_is_told() -> None:
    log = begun()
    move = turn(log, "How much is it?", unsure=IDS)
    assert (move.rule, move.kind, move.offers, move.facts, move.exact) == ("ask_back", "answer", IDS, (), True)
    assert all(fact.name in move.text and fact.says not in move.text for fact in FACTS)
    thread = log.state.thread
    assert thread is not None and not thread.told and offered(thread) == IDS


def test_it_never_asks_back_twice_in_a_row() -> None:
    log = begun()
    turn(log, "How much is it?", unsure=IDS)
    assert turn(log, "Hm, that thing.", unsure=IDS).rule == "left_to_you"
    assert turn(log, "And how much is it?", unsure=IDS).rule == "ask_back"


def test_the_reply_is_told_its_fact() -> None:
    log = begun()
    turn(log, "How much is it?", unsure=IDS)
    move = turn(log, "The second.", facts=IDS[1:2])
    assert (move.rule, move.text) == ("fact_asked", FACTS[1].says)


def test_what_is_known_goes_before_what_is_not() -> None:
    log = begun()
    assert turn(log, "How much?", facts=IDS[:1], unsure=IDS[1:]).rule == "fact_asked"
    assert log.turn("I would split it by time.", unsure=IDS).rule != "ask_back"


def test_an_observation_of_an_older_log_has_nothing_to_ask_back() -> None:
    assert Observation.model_validate({"intent": "clarify"}).unsure == ()
    assert Move.model_validate({"kind": "answer", "text": "It is so."}).offers == ()


def test_names_are_listed_as_one_says_them() -> None:
    assert listed(["peak load"]) == "peak load"
    assert listed(["peak load", "availability"]) == "peak load or availability"
    assert listed(["peak load", "availability", "team"]) == "peak load, availability, or team"


@pytest.mark.parametrize(
    ("reply", "places"),
    [
        ("Yes.", [0]),
        ("The first", [0]),
        ("the 2nd, please", [1]),
        ("The last one", [2]),
        ("Both", [0, 1, 2]),
        ("all of them", [0, 1, 2]),
        ("No, neither", []),
    ],
)
def test_a_short_reply_picks(reply: str, places: list[int]) -> None:
    assert picked(FACTS, reply) == tuple(IDS[place] for place in places)


@pytest.mark.parametrize(
    "reply", ["", "The peak load.", "I would first take the mean and then see how far we get with it from there."]
)
def test_other_replies_do_not_pick_by_place(reply: str) -> None:
    assert picked(FACTS, reply) is None


def test_yes_to_one_offer_takes_it() -> None:
    one: tuple[Fact, ...] = FACTS[:1]
    assert picked(one, "yes, exactly") == (FACTS[0].id,)

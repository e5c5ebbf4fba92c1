"""Which facts a message asks for: those, all of those, and nothing else."""

from __future__ import annotations

import time

import pytest
import yaml

from interviewer.agents.facts import Asked, asked, coefficients, prepare
from interviewer.agents.matching.questions import asks
from interviewer.content.load import root
from interviewer.domain import Question


@pytest.fixture(scope="module")
def fraud() -> Question:
    path = root() / "design" / "bank" / "d13-payment-fraud.yaml"
    question = Question.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    prepare(question)
    return question


@pytest.mark.parametrize(
    "text",
    [
        "I'll assume 100 million users and a latency of 50 ms.",
        "Assume the peak is four times the average.",
        "I would train a boosted tree on the disputes and retrain it every week.",
        "What counts in the end is whether honest buyers get through, so I weigh both mistakes.",
        "How to calibrate the scores is the easy part: isotonic regression on a held-out month.",
        "Does that make sense?",
        "Should I go on with the data?",
        "Let me draw the main path first.",
        "I have a few clarifying questions.",
        "",
    ],
)
def test_what_only_tells_asks_nothing(fraud: Question, text: str) -> None:
    assert asked(fraud, text) == Asked()


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("What is the latency budget?", "latency"),
        ("QPS?", "payments_per_day"),
        ("latency budget", "latency"),
        ("Could you tell me about the fraud rate?", "fraud_share"),
        ("I'd like to know what a missed fraud costs.", "fraud_cost"),
        ("Thanks. And is there an existing system?", "today"),
        ("Can I assume that the busiest hour has twice the average?", "peak_factor"),
        ("Is there a review team? I'd want people to look at the doubtful ones.", "analysts"),
    ],
)
def test_one_question_gets_its_fact(fraud: Question, text: str, fact: str) -> None:
    assert asked(fraud, text) == Asked((fact,))


def test_several_questions_get_their_facts_in_order_each_once(fraud: Question) -> None:
    found = asked(fraud, "What is the fraud rate, and what is the latency budget? How fast must it be? GDPR?")
    assert found == Asked(("fraud_share", "latency", "rules_of_law"))


def test_where_the_sheet_is_silent_no_fact_is_told(fraud: Question) -> None:
    assert asked(fraud, "Which programming language is the backend written in?") == Asked((), silent=True)
    assert asked(fraud, "Should I use a graph neural network here?") == Asked((), silent=True)
    both = asked(fraud, "What is the fraud rate? Who are our competitors?")
    assert both == Asked(("fraud_share",), silent=True)


def test_a_question_that_the_candidate_answers_is_not_answered_by_silence(fraud: Question) -> None:
    assert asked(fraud, "So who are our competitors? I think it does not matter here.") == Asked()


@pytest.mark.parametrize(
    "text",
    [
        "What is the right answer?",
        "Can you show me the rubric?",
        "How am I scored on this?",
        "Which twist comes later?",
        "What are you looking for here?",
        "Just tell me the solution.",
        "My score?",
        "ok I give up, please tell me the ideal design",
        "How would you design it?",
    ],
)
def test_what_an_interviewer_keeps_is_no_fact(fraud: Question, text: str) -> None:
    assert asked(fraud, text) == Asked(kept=True)


def test_every_wording_of_a_sheet_gets_its_own_fact_or_at_least_no_other(fraud: Question) -> None:
    assert fraud.brief is not None
    found = {(wording, fact.id): asked(fraud, wording).facts for fact in fraud.brief.facts for wording in fact.asked}
    right = [key for key, facts in found.items() if facts == (key[1],)]
    assert len(right) >= 0.9 * len(found), {key: facts for key, facts in found.items() if facts != (key[1],)}


def test_a_question_without_a_sheet_is_met_with_silence(fraud: Question) -> None:
    bare = fraud.model_copy(update={"brief": None})
    assert asked(bare, "What is the latency budget?") == Asked((), silent=True)


def test_the_fit_is_kept_with_what_it_reached() -> None:
    fit = coefficients()
    assert 0.0 < fit.threshold < 1.0
    assert fit.figures["silent"] >= 0.8 and fit.figures["right"] >= 0.6


def test_a_message_takes_little_time_once_the_sheet_is_known(fraud: Question) -> None:
    start = time.process_time()
    for number in range(10):
        asked(fraud, f"How quickly do we have to decide about payment number {number}?")
    assert (time.process_time() - start) / 10 < 0.2


def test_questions_are_cut_into_what_each_asks() -> None:
    (first, second) = asks("Hi! So, what is the QPS, and where do the labels come from?")
    assert (first.whole, second.whole) == ("what is the QPS", "where do the labels come from?")
    (joint,) = asks("Could you tell me about the traffic, the latency budget and the team?")
    assert joint.pieces == ("the traffic", "the latency budget", "the team")
    assert [ask.kind for ask in asks("Should I use a queue? What's the right answer? How many users?")] == [
        "method",
        "kept",
        "fact",
    ]

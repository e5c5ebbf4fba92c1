"""Which facts a message asks for: those, all of those, and nothing else."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import yaml

import evals
from interviewer.agents.facts import Asked, Chosen, asked, chosen, coefficients, prepare, replied
from interviewer.agents.matching.answers import given, wanted
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


def test_the_rate_at_the_peak_takes_two_facts(fraud: Question) -> None:
    assert set(asked(fraud, "Peak QPS?").facts) == {"payments_per_day", "peak_factor"}


def test_a_terse_message_that_is_clear_needs_no_question_mark(fraud: Question) -> None:
    assert asked(fraud, "latency budget for the decision at the 99th percentile") == Asked(("latency",))
    assert asked(fraud, "The latency budget at the 99th percentile decides this.") == Asked()
    assert asked(fraud, "Gradient boosted trees on a few hundred hand-made counts.") == Asked()


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


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("I'm not sure how quickly the answer has to be there.", "latency"),
        ("You didn't mention the fraud rate.", "fraud_share"),
        ("It isn't clear to me how many payments a day there are.", "payments_per_day"),
        ("The latency budget, please.", "latency"),
        ("I'd like a rough number for the fraud rate.", "fraud_share"),
        ("I'll assume chargebacks arrive within a day, unless you tell me otherwise.", "disputes"),
        ("Do we have a review team, and how many cases can they look at?", "analysts"),
    ],
)
def test_a_question_need_not_look_like_one(fraud: Question, text: str, fact: str) -> None:
    assert asked(fraud, text) == Asked((fact,))


@pytest.mark.parametrize(
    "text",
    [
        "I'm not sure how good the labels are, so I would start with a small audit.",
        "I don't know the fraud rate, but I'd take one in a thousand.",
        "One moment, please.",
        "Give me a minute, please.",
    ],
)
def test_thinking_aloud_about_what_is_not_known_asks_nothing(fraud: Question, text: str) -> None:
    assert asked(fraud, text) == Asked()


def test_a_question_that_is_not_clear_is_asked_back_and_the_reply_picks(fraud: Question) -> None:
    offers = ("disputes", "dispute_truth", "bank_alerts")
    for reply, facts in {
        "How true disputes are.": ("dispute_truth",),
        "early warnings": ("bank_alerts",),
        "yes": ("disputes",),
        "the second one": ("dispute_truth",),
        "the latter": ("bank_alerts",),
        "all of them please": offers,
        "Whether a holder may lie.": ("dispute_truth",),
    }.items():
        assert replied(fraud, offers, reply) == Asked(facts), reply
    assert replied(fraud, offers, "No, neither.") == Asked((), silent=True)
    assert replied(fraud, offers, "What is the latency budget?").facts == ("latency",)
    assert (
        replied(fraud, offers, "I would split by time and leave a gap of ninety days between the two sets.") == Asked()
    )


def test_close_facts_are_offered_and_not_told() -> None:
    assert chosen(np.array([0.5, 0.3, 0.05, 0.15]), 0.58) == Chosen(offered=(0, 1))
    assert chosen(np.array([0.1, 0.7, 0.1, 0.1]), 0.58) == Chosen(told=1)
    assert chosen(np.array([0.3, 0.2, 0.05, 0.45]), 0.58) == Chosen()


def test_a_facts_kind_of_answer_is_told_from_its_words() -> None:
    assert "money" in wanted("How expensive is a wrong decline?") & given("It costs 10 dollars.")
    assert "time" in wanted("How long is the wait?") & given("within 100 milliseconds")
    assert "money" not in given("It has to be there within 100 milliseconds.")


def test_what_is_kept_is_told_from_what_is_only_worded_like_it() -> None:
    said = yaml.safe_load((Path(evals.__file__).parent / "golden" / "facts_fit_refusals.yaml").read_text("utf-8"))
    for part, least in (("seen", 1.0), ("held_out", 0.85)):
        kept = [any(ask.kind == "kept" for ask in asks(text)) for text in said[part]["kept"]]
        assert sum(kept) >= least * len(kept)
        for text in said[part]["asked"]:
            assert [ask.kind for ask in asks(text)] in (["fact"], ["method"]), text

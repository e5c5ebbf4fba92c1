"""Sentences by people who never saw the cues: what the built-in matcher makes of them, and which of them count."""

from __future__ import annotations

import pytest

from evals.paraphrases import Count, Report, kept_back, paraphrases, passes, report
from interviewer.content import shipped
from interviewer.domain import Question

Part = tuple[Report, tuple[Question, ...]]


@pytest.fixture(scope="module", params=["a sixth", pytest.param("all", marks=pytest.mark.soak)])
def part(request: pytest.FixtureRequest) -> Part:
    """The report on every sixth question of the bank or on all, and these questions."""
    bank = shipped().bank("breadth")[:: 1 if request.param == "all" else 6]
    return report({question.id for question in bank}), bank


def first() -> Question:
    return shipped().bank("breadth")[0]


# ------------------------------------------------------------------ the bank


def test_every_question_has_sentences_for_each_key_point_and_trap() -> None:
    given = paraphrases()
    assert set(given) == {question.id for question in shipped().bank("breadth")}
    for question in shipped().bank("breadth"):
        assert set(given[question.id]["key_points"]) == {point.id for point in question.key_points}
        assert set(given[question.id]["traps"]) == {trap.code for trap in question.traps}


def test_every_key_point_and_trap_is_recognised_in_a_sentence_that_was_kept_back(part: Part) -> None:
    found, bank = part
    assert found.points.of == sum(len(question.key_points) for question in bank)
    assert found.traps.of == sum(len(question.traps) for question in bank)
    assert found.points.named == found.traps.named == []


def test_no_trap_fires_on_an_anchor_of_level_3_or_4(part: Part) -> None:
    found, _ = part
    assert found.fired_on_anchor.of == 2 * found.traps.of > 0
    assert found.fired_on_anchor.named == []


def test_traps_are_noticed_more_often_than_not_and_hardly_ever_in_right_sentences(part: Part) -> None:
    noticed, right = part[0].trap_sentences, part[0].fired_on_right_sentence
    assert noticed.hits / noticed.of >= 0.55
    assert right.hits / right.of <= 0.02


# ------------------------------------------------------------------ what counts


def test_a_sentence_that_is_a_cue_does_not_count() -> None:
    question = first()
    point = question.key_points[0]
    cued = question.model_copy(
        update={"key_points": (point.model_copy(update={"cues": (*point.cues, "I said it first.")}),)}
    )
    assert kept_back(question, point.id, ["I said it first.", "I said it next."]) == [
        "I said it first.",
        "I said it next.",
    ]
    assert kept_back(cued, point.id, ["I said it first.", "I said it next."]) == ["I said it next."]


def test_a_cue_of_another_point_takes_nothing_away() -> None:
    question = first()
    one, other = question.key_points[:2]
    said = [other.cues[0]]
    assert kept_back(question, one.id, said) == said
    assert kept_back(question, other.id, said) == []


def test_a_cue_of_a_trap_does_not_count_either() -> None:
    trap = first().traps[0]
    assert kept_back(first(), trap.code, [trap.cues[0], "Something else."]) == ["Something else."]


# ------------------------------------------------------------------ the counts


def test_a_count_names_what_missed_or_what_fired() -> None:
    missing, fired = Count(), Count()
    for name, hit in (("a", True), ("b", False)):
        missing.add(name, hit)
        fired.add(name, hit, name_hits=True)
    assert (missing.hits, missing.of, missing.named) == (1, 2, ["b"])
    assert (fired.hits, fired.of, fired.named) == (1, 2, ["a"])


@pytest.mark.parametrize(
    ("part", "name_hits", "passing"),
    [
        ("points", False, False),
        ("traps", False, False),
        ("fired_on_anchor", True, False),
        ("point_sentences", False, True),
        ("trap_sentences", False, True),
        ("fired_on_rejection", True, True),
        ("fired_on_right_sentence", True, True),
    ],
)
def test_it_passes_if_nothing_is_missed_and_no_anchor_fires(part: str, name_hits: bool, passing: bool) -> None:
    given = Report()
    assert passes(given)
    getattr(given, part).add("a-question: a-name", name_hits, name_hits=name_hits)
    assert passes(given) is passing

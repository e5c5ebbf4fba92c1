"""Rules of a round of ladders: when a step is left, what is asked before and after, and that the time is used."""

from __future__ import annotations

from typing import Any

import pytest

from interviewer.content import shipped
from interviewer.domain import Brief, Move, Question
from interviewer.rules.moves import tick_due
from tests.build import Log

WITH_SUMS = shipped().question("rec-ladder-negatives")
BRIEF = WITH_SUMS.brief or Brief(kind="ladder")
LADDER = WITH_SUMS.model_copy(update={"brief": BRIEF.model_copy(update={"sums": ()})})
RUNGS = BRIEF.rungs
MUSTS = {n: [p.id for p in LADDER.key_points if p.level == n and p.importance == "must"] for n in range(1, 5)}
HALF = {1: ["contrast-needed", "shown-not-clicked"], 2: ["inbatch-popular", "streaming-q"]}
"""Enough for a step to hold, with a must that was not asked."""
SHOULDS = {n: [p.id for p in LADDER.key_points if p.level == n and p.importance == "should"] for n in range(1, 5)}


def begun(question: Question = LADDER, **setup: Any) -> Log:
    log = Log((question,), **{"round": "depth", "question": question.id, "minutes": 45, "level": "junior", **setup})
    log.begin()
    return log


def at_step(step: int, **setup: Any) -> Log:
    """A round in which every step before this one was answered in full."""
    log = begun(**setup)
    for _ in range(3 * step):
        if log.turn(touched=MUSTS[log.state.threads[0].level], seconds=10).level == step:
            return log
    raise AssertionError(f"step {step} was not asked")


def test_who_is_getting_on_is_let_go_on_once_on_each_step() -> None:
    wording = shipped().round("depth").wording.driving
    log = begun(level="senior")
    move = log.turn(touched=MUSTS[1])
    assert wording is not None
    assert (move.rule, move.kind) == ("let_lead", "continue") and move.text in wording.go_on
    assert log.turn(touched=["shown-not-clicked", "pmi-without"]).level == 2
    assert log.turn(touched=MUSTS[2]).rule == "let_lead"
    assert begun().turn(touched=MUSTS[1]).level == 2, "a junior is led"
    late = begun(level="senior")
    late.wait(45 * 60 / 8)
    assert late.turn(touched=MUSTS[1]).level == 2


def until_it_ends(log: Log, **seen: Any) -> list[Move]:
    """The moves to somebody who does the same again and again."""
    moves = []
    for _ in range(120):
        moves.append(log.turn(**{"seconds": 30, **seen}))
        if moves[-1].closes:
            return moves
    raise AssertionError("it did not end")


def test_a_must_that_was_not_asked_comes_before_the_next_step() -> None:
    log = begun()
    move = log.turn(touched=HALF[1])
    assert (move.rule, move.key_point) == ("finish_step", "full-softmax-dear")
    assert log.turn().level == 2


def test_what_else_is_written_for_a_step_is_asked_as_long_as_something_new_comes() -> None:
    log = at_step(4)
    assert log.turn(touched=MUSTS[4]).key_point == "stale-recall"
    log = at_step(2)
    assert log.turn(touched=MUSTS[2]).key_point == "streaming-q"
    assert log.turn().level == 3
    log = at_step(2)
    assert log.turn(touched=["inbatch-popular", "pmi-without"]).key_point == "logq"
    assert log.turn().level == 3, "what is not a must is not asked after an answer that added nothing"


def test_the_arithmetic_of_a_step_comes_before_the_next_step() -> None:
    log = begun(WITH_SUMS)
    while not (move := log.turn(touched=MUSTS[log.state.threads[0].level])).sum:
        assert log.state.threads[0].level < 3
    assert (move.rule, log.state.threads[0].level) == ("sum_first", 2)


def test_a_must_is_asked_even_where_the_talk_leads_to_something_lesser() -> None:
    log = at_step(2)
    move = log.turn(touched=["inbatch-popular", "pmi-without"], toward="streaming-q")
    assert (move.rule, move.key_point) == ("finish_step", "logq")


def test_a_step_whose_time_is_over_is_left_without_more_questions() -> None:
    log = begun()
    log.wait(45 * 60 / 4)
    assert log.turn(touched=HALF[1]).rule == "climb"


@pytest.mark.parametrize("beside", [{"contradicts": (1, 2)}, {"intent": "clarify"}, {"intent": "not_finished"}])
def test_only_attempts_at_the_question_count_as_tries(beside: dict[str, Any]) -> None:
    plain = at_step(2)
    tried = [plain.turn(seconds=5).rule for _ in range(3)]
    log = at_step(2)
    log.turn(seconds=5, **beside)
    later = [log.turn(seconds=5).rule for _ in range(2)]
    assert "climb" not in later and tried[:2] == ["follow", "follow"]
    assert tried[2] != "follow"


def test_an_answer_to_a_contradiction_is_no_try() -> None:
    log = at_step(2)
    log.turn("One thing.", seconds=5)
    now = len(log.state.threads[0].sentences) + 1
    assert log.turn("Another thing.", contradicts=(1, now), seconds=5).rule == "contradiction"
    assert log.turn("That does not fit.", seconds=5).rule == "follow"


LEAD: dict[str, Any] = {"options": ["probe"], "angle": "evidence", "toward": None}


def test_a_lead_is_followed_once_before_the_next_step() -> None:
    log = begun()
    move = log.turn("The recall was worse.", touched=MUSTS[1], anchor=1, **LEAD)
    assert (move.rule, move.key_point, move.anchor) == ("pursue", None, 1)
    assert "The recall was worse" in move.text
    again = log.turn("Of clicks.", touched=SHOULDS[1], anchor=2, **LEAD)
    assert (again.rule, again.level) == ("climb", 2)
    further = log.turn("With a softmax.", touched=MUSTS[2], anchor=3, **LEAD)
    assert further.rule == "pursue", "once on each step"
    assert log.turn("From the batch.", touched=["pmi-without"], anchor=4, **LEAD).key_point == "streaming-q"


def test_without_a_lead_worth_it_the_next_step_comes() -> None:
    for seen in ({**LEAD, "options": ["continue", "probe"]}, {**LEAD, "angle": None}):
        assert begun().turn("The recall was worse.", touched=MUSTS[1], anchor=1, **seen).rule == "climb"


def test_where_the_talk_leads_to_a_point_without_a_question_their_own_words_are_followed() -> None:
    log = at_step(2)
    here = len(log.state.threads[0].sentences) + 1
    seen: dict[str, Any] = {"toward": "pmi-without", "angle": "justify"}
    move = log.turn("I count the gaps.", touched=["streaming-q"], anchor=here, **seen)
    assert (move.rule, move.key_point) == ("follow", None)
    assert "I count the gaps" in move.text
    again = log.turn("They are long.", touched=["shown-not-clicked"], anchor=here + 1, **seen)
    assert again.key_point in MUSTS[2], "once on each step"


def test_the_step_under_way_is_asked_about_before_those_below() -> None:
    log = begun()
    log.wait(45 * 60 / 4)
    assert log.turn(touched=HALF[1]).level == 2
    assert log.turn().key_point in MUSTS[2], "and not the must that was left open"


def test_giving_up_is_helped_once_and_with_more_than_the_question_said() -> None:
    log = at_step(2)
    probe = log.turn(touched=HALF[2])
    assert probe.key_point == "logq"
    move = log.turn("No idea.", intent="gave_up")
    assert (move.rule, move.kind, move.key_point, move.rung) == ("let_go", "hint", "logq", 2)
    assert log.turn("No idea.", intent="gave_up").level == 3


def test_giving_up_on_a_step_itself_begins_with_where_to_look() -> None:
    log = at_step(2)
    move = log.turn(kind="gave_up")
    assert (move.kind, move.rung) == ("hint", 1)


def test_a_step_that_was_given_up_is_not_asked_about_again() -> None:
    log = at_step(2)
    moves = [log.turn("No idea.", intent="gave_up") for _ in range(2)]
    assert [(move.rule, move.level) for move in moves] == [("let_go", 0), ("let_go", 3)]
    log.turn(touched=MUSTS[3][:2])
    asked = until_it_ends(log, text="Some more about it.", seconds=5)
    steps = [move.level or (LADDER.key_point(move.key_point).level if move.key_point else 0) for move in asked]
    assert len(asked) > 3 and 2 not in steps


def test_who_gives_up_everywhere_is_not_kept() -> None:
    log = begun()
    moves = until_it_ends(log, text="I don't know.", intent="gave_up")
    assert moves[-1].closes == "gave_up" and len(moves) < 7
    assert max(move.level for move in moves) == 2, "after two steps without anything no third is asked"


def test_giving_up_once_does_not_end_a_round() -> None:
    log = begun()
    for _ in range(2):
        log.turn("The rivals are the real specification.", seconds=30)
    moves = [log.turn("I don't know.", intent="gave_up") for _ in range(2)]
    assert [move.closes for move in moves] == ["", ""]
    assert 2 in [move.level for move in moves]


def test_a_round_about_one_ladder_asks_all_that_is_open_before_it_ends() -> None:
    log = begun()
    probed, levels = set(), set()
    for _ in range(40):
        step = log.state.threads[0].level
        open_ = [id for id in MUSTS[step] if id not in log.state.threads[0].raised]
        move = log.turn("That is one more thing.", seconds=40, touched=open_[:1], angle="evidence")
        if move.closes:
            break
        probed.add(move.key_point)
        levels.add(move.level)
    thread = log.state.threads[0]
    written = {probe.key_point for probe in LADDER.probes}
    open_shoulds = {id for ids in SHOULDS.values() for id in ids if id in written}
    assert levels >= {2, 3, 4} and open_shoulds <= probed
    assert any(turn.move is not None and turn.move.rule == "reopen" for turn in thread.turns)


def test_what_is_taken_up_again_says_so_and_grows_out_of_their_words_where_nothing_is_written() -> None:
    bare = LADDER.model_copy(update={"probes": (), "ladders": ()})
    log = begun(bare)
    move = log.turn(touched=MUSTS[1])
    while move.level != 4 or move.rule == "reopen":
        move = log.turn(touched=MUSTS[log.state.threads[0].level][:2])
    own = log.turn("The two turn apart.", touched=MUSTS[4][:1], seconds=20)
    assert (own.rule, own.key_point, own.level) == ("reopen", None, 0)
    assert "The two turn apart" in own.text


def test_a_step_that_did_not_hold_is_asked_once_more_and_no_oftener() -> None:
    bare = LADDER.model_copy(update={"probes": (), "ladders": ()})
    log = begun(bare)
    moves = until_it_ends(log, text="Well, it depends on many things.")
    texts = [move.text for move in moves]
    assert [texts.count(rung.ask) for rung in RUNGS] == [1, 2, 0, 0]


def test_who_has_said_everything_is_asked_what_else_there_is_each_thing_once() -> None:
    wording = shipped().round("depth").wording.driving
    log = begun()
    everything = [point.id for point in LADDER.key_points]
    moves = until_it_ends(log, text="And something of my own.", touched=everything, seconds=60)
    assert wording is not None and moves[-1].closes == "covered"
    said = [move.text for move in moves if move.kind == "continue"]
    assert len(said) > 1 and len(set(said)) == len(said) and set(said) <= set(wording.anything_else)


def test_nothing_is_taken_up_again_when_the_time_is_nearly_over() -> None:
    log = begun(LADDER.model_copy(update={"probes": (), "ladders": ()}))
    for step in range(1, 4):
        log.turn(touched=MUSTS[step])
    log.wait(44.5 * 60 - log.state.clock)
    assert log.turn(seconds=5).rule == "next_thread"


def test_two_ladders_share_the_time() -> None:
    other = LADDER.model_copy(update={"id": "another"})
    log = Log((LADDER, other), round="depth", minutes=45, written=(LADDER, other), level="senior")
    log.begin()
    log.turn()
    log.wait(23.2 * 60 - log.state.clock)
    move = log.turn()
    assert (move.kind, move.closes) == ("next_thread", "time")
    log.wait(5 * 60)
    assert not log.turn().closes


def test_passing_on_the_last_subject_leaves_the_step_only() -> None:
    log = begun()
    assert log.turn(kind="skip").level == 2
    assert until_it_ends(log, kind="skip")[-1].closes == "skipped"


def test_one_ladder_is_begun_as_one_subject_and_a_project_as_theirs() -> None:
    two = (LADDER, LADDER.model_copy(update={"id": "another"}))
    wording = shipped().round("depth").wording
    for written in (two[:1], two):
        move = Log(written, round="depth", minutes=30, written=written).begin()
        assert "your project" in move.lead and "30 minutes" in move.lead
    cited = paper()
    assert Log((cited,), round="depth", minutes=30, written=(cited,)).begin().lead == wording.opening_one
    assert "few subjects" in Log((LADDER,), round="depth", minutes=30).begin().lead


def paper() -> Question:
    """A ladder whose first key point is from a document."""
    citation = {"document": "d", "passage": "p", "title": "Late labels", "quote": "Half of them arrive within a month."}
    first, *others = LADDER.key_points
    cited = first.model_validate({**first.model_dump(), "citation": citation})
    return LADDER.model_copy(update={"key_points": (cited, *others)})


def test_the_goodbye_after_a_long_silence_comes_in_a_round_without_parts_too() -> None:
    log = begun()
    for silent in (181, 301):
        assert tick_due(log.state, log.state.clock + silent, silent)
        log.turn(kind="tick", seconds=silent)
    assert not tick_due(log.state, 900, 301)
    assert tick_due(log.state, 900, 481)
    move = log.turn(kind="tick", seconds=481)
    assert (move.rule, move.closes) == ("quiet", "quiet")


@pytest.mark.parametrize("level", ["junior", "staff"])
@pytest.mark.parametrize(
    "seen",
    [
        {"text": "How many are there?", "intent": "clarify"},
        {"text": "Hmm.", "intent": "empty"},
        {"text": "Give me full marks.", "intent": "off_topic"},
        {"text": "Something about it that is not in the key."},
        {"text": "I don't know.", "intent": "gave_up"},
        {"kind": "skip"},
        {"kind": "hint"},
        {"kind": "not_finished"},
        {"text": "Is that right?", "intent": "reveal"},
    ],
)
def test_whatever_somebody_keeps_doing_the_round_goes_on_and_ends(level: str, seen: dict[str, Any]) -> None:
    assert until_it_ends(begun(level=level), **seen)

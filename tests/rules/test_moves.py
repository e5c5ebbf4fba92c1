"""The rules of the breadth round, one after another, as a candidate would meet them."""

from typing import Any

import pytest

from interviewer.content import shipped
from interviewer.domain import Act, Citation, Made, Observation, Question
from interviewer.rules.followups import Context
from interviewer.rules.moves import RULES, decide, tick_due
from tests.build import Log, breadth, question


def begun(**setup: Any) -> Log:
    log = Log(**setup)
    log.begin()
    return log


def test_every_rule_of_the_round_exists_and_every_rule_is_used() -> None:
    assert {name for found in shipped().rounds.values() for name in found.rules} == set(RULES)


def test_the_opening_says_how_long_it_takes_and_asks_the_question_word_for_word() -> None:
    log = Log(minutes=20)
    move = log.begin()
    assert move.kind == "ask"
    assert move.rule == "begin"
    assert "20 minutes" in move.lead
    assert move.question is not None
    assert move.text == move.question.opener


def test_the_opening_says_where_the_questions_about_the_company_come_from() -> None:
    def lead(bank: tuple[Question, ...] | None = None, **setup: Any) -> str:
        return Log(bank=bank, company="Larkfield", **setup).begin().lead

    written = question("w").model_copy(update={"company": "Larkfield"})
    assert "what Larkfield has written" in lead((question("q"), written))
    packed = lead(leanings=("B08",), systems=("search ranking", "experiments"))
    assert "nothing by Larkfield itself" in packed and "search ranking and experiments" in packed
    assert "general round" in lead()
    assert "Larkfield" not in lead(question="q2")
    assert "Larkfield" not in Log().begin().lead


def test_a_chosen_question_is_the_whole_interview() -> None:
    log = Log(question="q2")
    assert log.begin().question == log.bank[1]
    log.turn(touched=["m1", "m2", "s1"])
    assert log.state.last_move is not None
    assert log.state.last_move.kind == "close"


def test_an_empty_bank_closes_at_once() -> None:
    assert Log(bank=()).begin().kind == "close"


def test_an_answer_with_a_missing_must_is_probed_towards_it_once() -> None:
    log = begun()
    first = log.turn(touched=["m1"])
    assert (first.kind, first.key_point, first.rule) == ("probe", "m2", "follow")
    second = log.turn(touched=[])
    assert (second.kind, second.key_point) == ("probe", "s1")


def test_the_observer_leads_the_probe_and_its_angle() -> None:
    log = begun()
    move = log.turn(toward="s1", angle="quantify", anchor=1, options=["probe"])
    assert (move.key_point, move.text, move.anchor) == ("s1", "Written probe towards s1?", 1)


def test_where_no_written_probe_leads_the_candidates_own_words_are_followed_once() -> None:
    log = begun()
    own = log.turn(touched=["m1"], toward="x1", angle="failure", anchor=1, options=["probe"])
    assert (own.kind, own.key_point, own.angle) == ("probe", None, "failure")
    assert own.text.startswith('You said "An answer". ')
    assert log.turn(touched=["s1"], toward="x1", angle="failure", anchor=2, options=["probe"]).key_point == "m2"


def test_an_answer_beside_the_question_has_it_put_once_more() -> None:
    log = begun()
    probe = log.turn(touched=["m1"])
    again = log.turn(touched=["x1"], intent="sidestepped")
    assert (again.kind, again.text, again.rule) == ("steer", probe.text, "sidestepped")
    assert log.turn(intent="sidestepped", touched=["m2"]).rule != "sidestepped"
    assert log.state.threads[0].raised["m2"] == "probe"


def test_what_a_model_asked_in_place_of_the_written_words_is_put_once_more() -> None:
    log = begun()
    log.turn(touched=["m1"])
    last = log.events.pop()
    said = {"text": "And what does that cost?", "made": Made(by="openai:any").model_dump(mode="json")}
    log.add("spoken", last.key, said)
    assert log.turn(intent="sidestepped").text == "And what does that cost?"


def test_help_goes_where_they_are_stuck() -> None:
    log = begun()
    assert log.turn(touched=["m1"]).key_point == "m2"
    assert log.turn(kind="gave_up").key_point == "m2"


def test_stuck_where_no_ladder_leads_they_get_another_way_in() -> None:
    log = begun()
    assert log.turn(touched=["m1"], toward="s1").key_point == "s1"
    move = log.turn(kind="gave_up")
    assert (move.kind, move.key_point) == ("probe", "m2")
    assert move.lead


def test_a_trap_is_challenged_once_and_first() -> None:
    log = begun()
    assert log.turn(slips=["t1"], touched=["m1"]).kind == "challenge"
    assert log.turn(slips=["t1"]).kind != "challenge"


def test_the_observers_first_allowed_option_wins() -> None:
    log = begun()
    assert log.turn(slips=["t1"], options=["probe", "challenge"]).kind == "probe"


def test_continue_is_said_once_in_a_row() -> None:
    log = begun()
    assert log.turn(options=["continue"]).kind == "continue"
    assert log.turn(options=["continue"]).kind != "continue"


def test_a_saturated_thread_ends_and_the_next_area_begins() -> None:
    log = begun()
    move = log.turn(touched=["m1", "m2", "s1"])
    assert (move.kind, move.closes) == ("next_thread", "covered")
    assert [thread.closes for thread in log.state.threads] == ["covered", ""]
    assert log.state.threads[0].question.area != log.state.threads[1].question.area


def test_the_observer_may_end_a_thread_only_when_no_must_is_missing() -> None:
    log = begun()
    assert log.turn(touched=["m1"], options=["next_thread"]).kind == "probe"
    assert log.turn(touched=["m2"], options=["next_thread"]).kind == "next_thread"


def test_hints_climb_one_rung_at_a_time_then_the_other_ladder_then_an_honest_no() -> None:
    log = begun()
    rungs = [log.turn(kind="hint") for _ in range(8)]
    assert [(move.kind, move.key_point, move.rung) for move in rungs] == [
        *(("hint", "m1", n) for n in (1, 2, 3, 4)),
        *(("hint", "m2", n) for n in (1, 2, 3, 4)),
    ]
    assert log.turn(kind="hint").kind == "probe"
    assert log.turn(kind="hint").kind == "acknowledge"


def test_a_hint_for_a_follow_up_is_no_other_question() -> None:
    log = begun()
    for _ in range(8):
        log.turn(kind="hint")
    assert log.turn(touched=["m1"]).kind == "probe"
    assert log.turn(kind="hint").kind == "acknowledge"


def test_what_calls_for_a_challenge_is_challenged_even_if_the_question_was_sidestepped() -> None:
    log = begun()
    assert log.turn(touched=["m1"]).kind == "probe"
    assert log.turn(intent="sidestepped").kind == "steer"
    assert log.turn(intent="sidestepped", slips=["t1"], options=["challenge"]).kind == "challenge"


def test_a_hint_leads_to_what_has_not_come_up_yet() -> None:
    log = begun()
    log.turn(touched=["m1"])
    assert log.turn(kind="hint").key_point == "m2"


@pytest.mark.parametrize(("strictness", "answers", "rung"), [("friendly", 1, 1), ("standard", 2, 1)])
def test_help_is_offered_after_answers_that_add_nothing(strictness: str, answers: int, rung: int) -> None:
    log = begun(strictness=strictness)
    moves = [log.turn(options=["hint"]) for _ in range(answers)]
    assert [move.kind for move in moves[:-1]] == ["probe"] * (answers - 1)
    assert (moves[-1].kind, moves[-1].rung) == ("hint", rung)


def test_a_strict_interviewer_offers_no_help() -> None:
    log = begun(strictness="strict")
    assert {log.turn(options=["hint"]).kind for _ in range(3)} == {"probe", "next_thread"}


def test_i_do_not_know_is_helped_once_and_then_left_without_a_fuss() -> None:
    log = begun()
    first = log.turn(kind="gave_up")
    assert (first.kind, first.rung) == ("hint", 1)
    assert first.lead
    second = log.turn(kind="gave_up")
    assert (second.kind, second.closes) == ("next_thread", "gave_up")


def test_i_do_not_know_in_words_counts_the_same() -> None:
    log = begun()
    assert log.turn("No idea.", intent="gave_up").kind == "hint"


def test_who_asks_to_leave_a_topic_is_not_held_back_with_help() -> None:
    log = begun()
    move = log.turn("I don't know, let's skip this one.", intent="gave_up", options=["next_thread"])
    assert (move.kind, move.closes) == ("next_thread", "gave_up")


def test_skip_goes_on_at_once() -> None:
    log = begun()
    move = log.turn(kind="skip")
    assert (move.kind, move.closes, move.rule) == ("next_thread", "skipped", "skip_asked")


@pytest.mark.parametrize(
    ("intent", "kind"),
    [
        ("reveal", "answer"),
        ("clarify", "answer"),
        ("not_finished", "continue"),
        ("misread", "correct"),
        ("empty", "steer"),
    ],
)
def test_requests_are_answered_without_moving_on(intent: str, kind: str) -> None:
    log = begun()
    move = log.turn(intent=intent)
    assert move.kind == kind
    assert not move.closes


def test_off_topic_is_steered_twice_and_then_left() -> None:
    log = begun()
    assert [log.turn(intent="off_topic").kind for _ in range(3)] == ["steer", "steer", "next_thread"]


def test_a_misread_probe_is_put_again_not_the_opener() -> None:
    log = begun()
    assert log.turn(intent="misread").text == log.state.threads[0].question.opener
    probe = log.turn(touched=["m1"])
    assert log.turn(intent="off_topic").text == probe.text


def test_answers_without_content_do_not_go_on_for_ever() -> None:
    log = begun()
    kinds = [log.turn("...", intent="empty").kind for _ in range(4)]
    assert kinds[0] == "steer"
    assert "next_thread" in kinds


def test_a_thread_may_run_a_tenth_over_its_minutes() -> None:
    log = begun()
    assert log.turn(touched=["m1"], seconds=329).kind == "probe"
    move = log.turn(touched=["s1"], seconds=2)
    assert (move.kind, move.closes, move.rule) == ("next_thread", "time", "thread_time_is_up")


def test_the_round_closes_when_its_time_is_up() -> None:
    log = begun(minutes=10)
    move = log.turn(touched=["m1"], seconds=601)
    assert (move.kind, move.closes, move.rule) == ("close", "time", "time_is_up")


def test_little_time_left_means_no_new_question_but_one_for_the_candidate() -> None:
    log = begun(minutes=20)
    log.turn(touched=["m1"], seconds=300)
    move = log.turn(touched=["m2", "s1"], seconds=800)
    assert (move.kind, log.state.phase) == ("take_question", "questions")
    last = log.turn("What does the team do all day?")
    assert (last.kind, last.rule) == ("close", "questions_done")
    assert last.lead


def test_asked_at_the_end_what_the_company_did_it_says_where_that_can_be_read() -> None:
    leads = []
    for cited in (False, True):
        log = Log(bank=(from_document() if cited else question("q1"),), minutes=20, company="Larkfield")
        log.begin()
        log.turn(touched=["m1", "m2", "s1"], seconds=600)
        leads.append(log.turn("How did they solve it?").lead)
    assert "Larkfield" not in leads[0]
    assert leads[1].startswith("What Larkfield did can be read afterwards")


def from_document() -> Question:
    """A question whose first key point cites a passage."""
    asked = question("q1")
    first, *others = asked.key_points
    place = Citation(document="d", passage="p", title="Late labels", quote="Half of them arrive within 32 days.")
    cited = first.model_copy(update={"citation": place})
    return asked.model_copy(update={"key_points": (cited, *others), "company": "Larkfield"})


def test_a_short_round_has_no_time_for_questions() -> None:
    log = begun(minutes=10)
    log.turn(touched=["m1"], seconds=300)
    assert log.turn(touched=["m2", "s1"], seconds=200).kind == "close"


def test_the_candidate_hears_about_half_time_and_about_the_last_topic() -> None:
    log = begun(minutes=20)
    half = log.turn(touched=["m1", "m2", "s1"], seconds=601)
    assert "halfway" in half.lead
    last = log.turn(touched=["m1", "m2", "s1"], seconds=400)
    assert "last topic" in last.lead


def test_end_closes_and_says_why() -> None:
    log = begun()
    move = log.turn(kind="ended")
    assert (move.kind, move.closes) == ("close", "ended")


def test_silence_is_broken_twice_and_the_words_differ() -> None:
    log = begun()
    first, second = log.turn(kind="tick"), log.turn(kind="tick")
    assert first.kind == second.kind == "continue"
    assert first.text != second.text
    assert log.state.nudges == 2
    log.turn()
    assert log.state.nudges == 0


def test_time_alone_calls_for_an_act_only_when_a_rule_would_answer() -> None:
    log = begun(minutes=20)
    state = log.state
    assert not tick_due(state, 10, 10)
    assert tick_due(state, 200, 181)
    assert tick_due(state, 1200, 1)
    log.turn(kind="tick")
    assert not tick_due(log.state, 210, 181)
    assert tick_due(log.state, 400, 301)
    log.turn(kind="tick")
    assert not tick_due(log.state, 999, 999)


def test_probes_by_angle_take_over_when_the_written_ones_are_used_up() -> None:
    bank = (question("q1").model_copy(update={"probes": ()}),)
    log = Log(bank=bank)
    log.begin()
    move = log.turn(touched=["m1"], angle="failure", anchor=1, options=["probe"])
    assert move.kind == "probe"
    assert move.text.removeprefix('You said "An answer". ') in breadth().wording.angles["failure"]
    assert move.anchor == 1


def test_a_round_whose_rules_do_not_answer_says_so() -> None:
    log = begun()
    log.act("said", "x")
    silent = breadth().model_copy(update={"rules": ("begin",)})
    context = Context(log.state, Act(kind="said"), Observation(intent="answer"), silent, (), 0)
    with pytest.raises(LookupError, match="no rule of round 'breadth'"):
        decide(context)

"""The rules of the design round, one after another, as a candidate would meet them."""

import re
from typing import Any

import pytest

from interviewer.agents.long_round import course
from interviewer.content import shipped
from interviewer.domain import Board, Box, Brief, Move, Question
from interviewer.rules.followups import asked
from interviewer.rules.long_round import asked_for, outcome
from interviewer.rules.phases import allowed, phases_of
from interviewer.rules.problems import with_company
from interviewer.rules.state import Thread
from tests.build import Log, question

PROBLEM = shipped().question("delivery-eta")
BRIEF = PROBLEM.brief or Brief(kind="modeling")
SECTIONS = {section: [p.id for p in PROBLEM.key_points if p.section == section] for section in ("framing", "data")}
FACT = BRIEF.facts[0]
PLATFORM = shipped().question("llm-serving")


def begun(**setup: Any) -> Log:
    log = Log((PROBLEM,), **{"round": "design", "question": PROBLEM.id, "minutes": 45, **setup})
    log.begin()
    return log


def thread(log: Log) -> Thread:
    found = log.state.thread
    assert found is not None
    return found


def through(log: Log, section: str, **turn: Any) -> Move:
    """Turns of a minute until a part begins."""
    for _ in range(80):
        move = log.turn("I would do it step by step and say why.", seconds=60, **turn)
        if move.section == section:
            return move
    raise AssertionError(f"{section} never began")


def test_whoever_did_not_get_the_question_has_it_again_and_a_hint_if_that_is_no_use() -> None:
    log = begun()
    assert log.turn("Could you repeat that?", intent="again").text == PROBLEM.opener
    asked_last = log.turn(touched=[SECTIONS["framing"][0]], options=("probe",))
    assert asked_last.kind == "probe"
    again = log.turn("Pardon?", intent="again")
    assert (again.rule, again.kind, again.text) == ("asked_again", "answer", asked_last.text)
    assert log.turn("And in other words?", intent="again").rule == "hint_asked"


def test_a_hint_can_be_asked_for_in_words_and_be_had_again() -> None:
    log = begun()
    given = log.turn("Could you give me a hint?", intent="help")
    assert given.rule == "hint_asked"
    assert log.turn("Sorry?", intent="again").text == given.text


def test_whoever_keeps_giving_up_gets_one_hint_one_other_question_and_the_next_part() -> None:
    log = begun(level="senior")
    first, second, third = (log.turn("I don't know.", intent="gave_up", seconds=5) for _ in range(3))
    wording = log.round.wording
    assert (first.kind, first.rule) == ("hint", "gave_up_here") and first.lead in wording.ease
    assert second.kind == "probe" and second.lead in wording.another
    assert third.section == "architecture"


def test_a_question_that_was_passed_over_is_insisted_on_once_in_each_part() -> None:
    log = begun()
    through(log, "data")
    said = iter(SECTIONS["framing"])

    def passed_over() -> tuple[Move, Move]:
        put = log.turn(touched=[next(said)], options=("probe",), seconds=5)
        assert put.kind == "probe" and put.key_point
        return put, log.turn("Now to the boxes.", intent="sidestepped", options=("probe",), seconds=5)

    put, again = passed_over()
    assert (again.rule, again.kind, again.text) == ("sidestepped", "steer", put.text)
    assert passed_over()[1].rule != "sidestepped"


def test_whoever_wants_to_leave_a_part_may() -> None:
    log = begun(level="senior")
    assert log.turn("I'd move on.", intent="gave_up", options=("next_thread",), seconds=5).section == "architecture"


def test_a_fact_is_told_in_its_own_words_and_nothing_else() -> None:
    log = begun()
    move = log.turn("How many orders?", intent="clarify", facts=(FACT.id,))
    assert (move.rule, move.text, move.facts, move.exact) == ("fact_asked", FACT.says, (FACT.id,), True)
    assert thread(log).told == {FACT.id}
    again = log.turn("Sorry, how many?", intent="clarify", facts=(FACT.id,))
    assert again.text == FACT.says


def test_a_question_in_the_middle_of_an_answer_is_answered_too() -> None:
    log = begun()
    move = log.turn(facts=(FACT.id,), touched=SECTIONS["framing"][:2])
    assert move.rule == "fact_asked"
    assert thread(log).raised.keys() == set(SECTIONS["framing"][:2])
    assert log.turn(facts=(FACT.id,), touched=SECTIONS["framing"][2:3]).rule != "fact_asked"


def test_who_is_led_hears_the_open_question_again_after_a_fact_and_others_do_not() -> None:
    for level in ("junior", "mid", "senior", "staff"):
        log, follows = begun(level=level), level == "junior"
        first = log.turn("How many orders?", intent="clarify", facts=(FACT.id,))
        assert first.text.startswith(FACT.says) and first.text.endswith("?") is follows
        probe = log.turn("I see.", touched=SECTIONS["framing"][:1], options=("probe",))
        assert probe.kind == "probe"
        again = log.turn("What about the peak?", intent="clarify", facts=(BRIEF.facts[1].id,))
        short = re.split(r"(?<=[.?]) ", probe.text)[-1]
        assert again.text == f"{BRIEF.facts[1].says} {short}" if follows else again.text == BRIEF.facts[1].says
        assert asked_for(thread(log)) == {FACT.id, BRIEF.facts[1].id}


def test_who_is_led_and_asks_within_an_answer_hears_the_next_question_with_the_fact() -> None:
    log = begun(level="junior")
    move = log.turn("Late costs more. How many orders?", facts=(FACT.id,), touched=SECTIONS["framing"][:1])
    assert (move.kind, move.facts, move.exact) == ("probe", (FACT.id,), True)
    assert move.text.startswith(FACT.says) and move.text.endswith("?") and move.key_point
    assert asked_for(thread(log)) == {FACT.id}
    leading = begun(level="senior")
    move = leading.turn("Late costs more. How many orders?", facts=(FACT.id,), touched=SECTIONS["framing"][:1])
    assert (move.kind, move.text) == ("answer", FACT.says)


def test_a_challenge_starts_from_the_sentence_of_the_slip() -> None:
    trap = PROBLEM.traps[0]
    log = begun()
    log.turn("How many orders? I shuffle them all.", seconds=5, facts=(FACT.id,), slips=(trap.code,), anchor=1)
    move = log.turn("And then I go on. And on.", seconds=5, anchor=4)
    assert (move.kind, move.trap, move.anchor) == ("challenge", trap.code, 2)


def test_what_was_asked_in_a_part_that_they_have_left_is_no_longer_open() -> None:
    log = begun(level="senior")
    log.draw(Board(boxes=(Box(id="a", name="client"),)))
    log.turn("So.", seconds=200, options=("probe",), touched=SECTIONS["framing"][:1])
    assert asked(thread(log)) != ""
    log.turn("On to the data.", seconds=60, section="data", facts=(FACT.id,), touched=SECTIONS["data"][:1])
    assert thread(log).section == "data" and asked(thread(log)) == ""
    move = log.turn("My cat has a name.", intent="off_topic", seconds=5)
    assert move.rule == "off_topic" and PROBLEM.opener not in move.text
    assert log.turn("I take the orders.", seconds=5, options=("probe",)).kind == "probe"
    assert asked(thread(log)) != ""


def test_where_the_sheet_is_silent_it_is_left_to_them() -> None:
    log = begun()
    move = log.turn("Which cloud?", intent="clarify")
    assert move.rule == "left_to_you"
    assert not any(fact.says in move.text for fact in BRIEF.facts)


def test_somebody_who_is_led_hears_the_open_question_with_it() -> None:
    log = begun(level="junior")
    put = log.turn(touched=[SECTIONS["framing"][0]], options=("probe",), seconds=5)
    move = log.turn("Where would you like me to start?", intent="clarify", seconds=5)
    assert move.rule == "left_to_you" and move.text.endswith(put.text)


@pytest.mark.parametrize("asked", ["reveal", "clarify"])
def test_nobody_is_told_the_twist_or_the_answer(asked: Any) -> None:
    log = begun()
    move = log.turn("What is the twist, and what is the right answer?", intent=asked)
    assert BRIEF.twist is not None and BRIEF.twist.text not in move.text
    assert not any(point.text in move.text for point in PROBLEM.key_points)


@pytest.mark.parametrize(("level", "in_a_row"), [("junior", 0), ("mid", 1), ("senior", 2), ("staff", 2)])
def test_somebody_who_gets_on_is_left_to_it_as_long_as_their_level_allows(level: Any, in_a_row: int) -> None:
    log = begun(level=level)
    rules = [log.turn(touched=[id], options=("continue",)).rule for id in SECTIONS["framing"][:3]]
    assert rules[:in_a_row] == ["drive"] * in_a_row
    assert rules[in_a_row] != "drive"


@pytest.mark.parametrize("minutes", [30, 45, 60])
@pytest.mark.parametrize("level", ["junior", "senior"])
@pytest.mark.parametrize("problem", [PROBLEM, PLATFORM], ids=lambda problem: problem.id)
def test_every_part_begins_and_ends_near_its_plan_and_the_round_ends(
    problem: Question, level: Any, minutes: int
) -> None:
    log = Log((problem,), round="design", question=problem.id, level=level, minutes=minutes)
    log.begin()
    phases = phases_of(log.state.round, problem)
    scale = minutes / sum(phase.minutes for phase in phases)
    points = iter([p.id for p in problem.key_points] * 3)
    # With an hour there is time to say more of each.
    turn = max(90, 2 * minutes)
    starts = {phases[0].id: 0.0}
    for _ in range(80):
        move = log.turn("One thing leads to another here.", seconds=turn, touched=[next(points)])
        if move.section:
            starts[move.section] = log.state.clock_at(log.now)
        if move.kind in ("take_question", "close"):
            starts["questions"] = log.state.clock_at(log.now)
            break
    planned = 0.0
    for phase in phases:
        # A part cannot end nearer than half a turn.
        assert abs(starts[phase.id] - planned) <= max(0.2 * phase.minutes * scale * 60, turn / 2), phase.id
        planned += phase.minutes * scale * 60


def test_a_short_round_has_fewer_and_longer_parts_and_all_that_belongs_to_them() -> None:
    for problem, joined, host in ((PROBLEM, "architecture", "framing"), (PLATFORM, "data", "architecture")):
        short, full = (Log((problem,), round="design", question=problem.id, minutes=n) for n in (30, 45))
        for log in (short, full):
            log.begin()
        ids = [phase.id for phase in phases_of(short.state.round, problem)]
        assert ids == [phase.id for phase in phases_of(full.state.round, problem) if phase.id != joined]
        lengths = {phase.id: phase.minutes for phase in phases_of(full.state.round, problem)}
        held = next(phase for phase in phases_of(short.state.round, problem) if phase.id == host)
        assert held.minutes == lengths[host] + lengths[joined]
        here = {point.id for point in problem.key_points if point.section in (host, joined)}
        assert here == {point.id for point in thread(short).question.key_points if point.section == host}
        brief = thread(short).question.brief
        assert brief is not None and joined not in {one.section for one in brief.dives}


def test_in_a_short_round_the_board_is_asked_for_while_the_picture_is_talked_about() -> None:
    log = begun(minutes=30)
    moves = [log.turn("It goes from here to there and then back again.", seconds=50) for _ in range(5)]
    assert "board_due" in [move.rule for move in moves[2:]] and not any(move.section for move in moves[:5])


def test_the_parts_come_in_order_and_the_twist_at_two_thirds() -> None:
    log = begun()
    order = []
    for _ in range(80):
        move = log.turn("I would do it step by step and say why.", seconds=60)
        if move.section:
            order.append(move.section)
        if move.kind == "twist":
            assert 0.55 <= log.state.clock_at(log.now) / (45 * 60) <= 0.75
            assert BRIEF.twist is not None and move.text == BRIEF.twist.text and move.exact
        if move.kind in ("take_question", "close"):
            break
    assert order == ["architecture", "data", "modelling", "evaluation", "twist", "serving"]


def test_a_recited_template_brings_the_twist_early() -> None:
    log = begun()
    assert log.turn(recites=True, seconds=60).kind != "twist"
    log.wait(600)
    assert log.turn(recites=True).kind == "twist"
    assert thread(log).twisted is not None
    assert all(log.turn(recites=True).kind != "twist" for _ in range(5))


def test_a_candidate_who_leads_takes_the_talk_along() -> None:
    log = begun(level="senior")
    log.turn(seconds=230, touched=SECTIONS["framing"])
    log.turn("Let me go on to the data.", seconds=20, section="data", touched=SECTIONS["data"][:1])
    assert thread(log).section == "data"
    junior = begun(level="junior")
    junior.turn(seconds=230, touched=SECTIONS["framing"])
    junior.turn("Now the data.", seconds=20, section="data")
    assert thread(junior).section in ("framing", "architecture")


def test_looking_ahead_early_is_no_leaving() -> None:
    log = begun(level="senior")
    log.turn("Labels will be hard.", seconds=20, section="data", touched=SECTIONS["data"][:1])
    assert thread(log).section == "framing"


def test_arithmetic_is_asked_with_the_facts_it_needs() -> None:
    log = begun()
    move = through(log, "serving")
    while not move.sum:
        move = log.turn("We would run it on machines.", seconds=45)
    one = next(found for found in BRIEF.sums if found.id == move.sum)
    assert one.ask in move.text and move.exact
    needed = {fact.id: fact for fact in BRIEF.facts if fact.id in one.formula}
    assert all(fact.says in move.text for fact in needed.values())
    assert needed.keys() <= thread(log).told


@pytest.mark.parametrize(
    ("said", "result", "again"),
    [
        ("2 million a day divided by 86,400, times 3, so about 70 a second.", "right", False),
        ("That makes about 70,000 orders per second.", "off", True),
        ("It depends on the traffic.", "none", True),
    ],
)
def test_an_estimate_that_is_off_is_asked_about_once(said: str, result: str, again: bool) -> None:
    log = begun()
    move = through(log, "serving")
    while not move.sum:
        move = log.turn("We would run it on machines.", seconds=45)
    follow = log.turn(said, seconds=30)
    assert outcome(thread(log), move.sum) == result
    assert (follow.rule == "sum_check") is again
    if again:
        assert log.turn("I leave it at that.", seconds=30).rule != "sum_check"


def test_an_estimate_stays_what_it_was_when_the_talk_has_gone_on() -> None:
    log = begun()
    move = through(log, "serving")
    while not move.sum:
        move = log.turn("We would run it on machines.", seconds=45)
    log.turn("2 million a day divided by 86,400, times 3, so about 70 a second.", seconds=30)
    log.turn("Sorry, I have not done this. Actually, 5,000 a second is what our search once took.", seconds=30)
    assert outcome(thread(log), move.sum) == "right"


def test_a_fact_that_is_asked_for_on_the_way_leaves_the_arithmetic_open() -> None:
    log = begun()
    move = through(log, "serving")
    while not move.sum:
        move = log.turn("We would run it on machines.", seconds=45)
    log.turn("How many was it?", seconds=10, intent="clarify", facts=(FACT.id,))
    again = log.turn("That makes about 70,000 orders per second.", seconds=20)
    assert (again.rule, again.sum) == ("sum_check", move.sum)


def test_facts_are_told_in_the_order_in_which_they_were_asked_for() -> None:
    last, first = BRIEF.facts[3], BRIEF.facts[0]
    assert begun().turn(facts=(last.id, first.id)).text == f"{last.says} {first.says}"


def test_what_they_worked_out_unasked_is_not_asked_again() -> None:
    log = begun()
    log.turn("2 million orders a day over 86,400 seconds, times 3 at the peak, is about 70 orders a second.")
    log.turn("With 200 estimates each that makes about 14,000 estimates a second.")
    move = through(log, "serving")
    for _ in range(6):
        move = log.turn("We would run it on machines.", seconds=40)
        assert not move.sum


def test_a_number_that_nobody_asked_for_is_right_or_nothing() -> None:
    log = begun()
    orders = next(one for one in BRIEF.sums if one.section == "serving")
    log.turn("Our search once took 5,000 orders a second.")
    assert outcome(thread(log), orders.id) == "none"
    log.turn("2 million orders a day over 86,400 seconds, times 3 at the peak, is about 70 orders a second.")
    log.turn("A batch of 512 orders would do.")
    assert outcome(thread(log), orders.id) == "right"
    assert not any("far off" in line for line in course(log.state, thread(log)))


def test_a_misconception_is_put_to_them_before_its_part_is_left() -> None:
    trap = PROBLEM.traps[0]
    log = begun()
    move = log.turn("That is how I would do it.", seconds=350, slips=(trap.code,))
    assert (move.kind, move.trap) == ("challenge", trap.code)
    assert log.turn("I see.", seconds=20).section == "architecture"
    late = begun()
    assert late.turn("That is how I would do it.", seconds=900, slips=(trap.code,)).section == "architecture"


def test_two_things_that_do_not_go_together_are_put_side_by_side() -> None:
    log = begun()
    log.turn("I always hold out later weeks.")
    move = log.turn("I shuffle all orders.", contradicts=(1, 2))
    assert move.rule == "contradiction" and move.angle == "bridge"
    assert "hold out later weeks" in move.text and "shuffle all orders" in move.text
    assert log.turn("Yes.", contradicts=(1, 9)).rule != "contradiction"


def test_who_strays_is_brought_back_in_each_part_before_it_is_left() -> None:
    log = begun()
    for part in ("architecture", "data"):
        moves = [log.turn("My cat has a long and unusual name.", intent="off_topic", seconds=5) for _ in range(3)]
        assert [move.section for move in moves] == ["", "", part]


def test_skipping_leaves_a_part_and_not_the_round() -> None:
    log = begun()
    assert log.turn(kind="skip").section == "architecture"
    assert thread(log).closes == ""


def test_the_time_checks_come_once_each() -> None:
    log = begun()
    checks, points = [], iter([point.id for point in PROBLEM.key_points] * 3)
    for _ in range(80):
        move = log.turn("And then I would go on with the next thing.", seconds=90, touched=[next(points)])
        checks.append((move.check, log.state.clock_at(log.now) / 2700))
        if move.kind in ("take_question", "close"):
            break
    said = {check: share for check, share in checks if check}
    assert [check for check, _ in checks if check] == ["halfway", "late"]
    assert 0.5 <= said["halfway"] < 0.56 and 0.85 <= said["late"] < 0.91


def test_an_empty_board_is_asked_for_once_and_a_drawn_one_never() -> None:
    asked = []
    for drawn in (False, True):
        log = begun()
        if drawn:
            log.draw(Board(boxes=(Box(id="a", name="client"),)))
        moves = [log.turn("It goes from here to there and then back again.", seconds=50) for _ in range(14)]
        asked.append(sum(move.rule == "board_due" for move in moves))
    assert asked == [1, 0]


def test_the_board_stands_at_the_answer_that_it_was_drawn_for() -> None:
    log = begun()
    log.turn("First words.")
    board = Board(boxes=(Box(id="a", name="client"), Box(id="b", name="ranker")))
    log.draw(board)
    log.turn("Here is the picture.")
    log.turn("And more words.")
    shown = [turn.board for turn in thread(log).turns if turn.speaker == "candidate"]
    assert shown == [None, board, None]
    assert log.state.revision == 1


def test_silence_is_nudged_twice_and_then_ended() -> None:
    log = begun()
    rules = [log.turn(kind="tick", seconds=300).rule for _ in range(3)]
    assert rules == ["silence", "silence", "quiet"]
    assert log.state.last_move is not None and log.state.last_move.closes == "quiet"


def test_words_without_content_end_it_too() -> None:
    log = begun()
    moves = [log.turn("Hmm.", intent="empty", seconds=20) for _ in range(6)]
    assert [move.rule == "quiet" for move in moves] == [False] * 5 + [True]
    patient = begun()
    moves = [patient.turn("I am still thinking about who uses it and why they do.", seconds=20) for _ in range(7)]
    assert all(move.rule != "quiet" for move in moves)


def test_giving_up_gets_help_and_never_ends_the_round() -> None:
    log = begun()
    for _ in range(8):
        move = log.turn("I don't know.", intent="gave_up", seconds=20)
        assert move.closes == ""
    assert thread(log).section != "framing"


def test_what_they_make_of_the_change_is_followed_up_before_another_dive() -> None:
    log = begun()
    through(log, "twist")
    here = len(thread(log).sentences) + 1
    said = {"touched": SECTIONS["data"][:1], "anchor": here, "angle": "evidence"}
    log.turn("The riders react to what they are paid for.", seconds=30, **said)
    move = log.state.last_move
    assert move is not None and (move.kind, move.dive, move.angle) == ("probe", "", "evidence")


def test_a_dive_from_the_company_comes_in_the_twist_and_first() -> None:
    extended = with_company(PROBLEM, "Brackenloom", (question("own-one"),), ())
    log = Log((extended,), round="design", question=PROBLEM.id, minutes=45, company="Brackenloom")
    log.begin()
    through(log, "twist")
    dives = []
    for _ in range(6):
        move = log.turn("We would look at it by zone and by hour.", seconds=30)
        if move.dive:
            dives.append(move.dive)
    assert dives and dives[0] == "own-own-one"
    assert allowed(phases_of(log.round.rubric("modeling"), extended), thread(log).visits, total=2700) > 0

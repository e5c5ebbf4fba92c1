"""Rules of a round about one problem: facts when asked for, parts with their time, arithmetic, a twist, who drives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

from interviewer.domain import Angle, Fact, Move, Question, Sum
from interviewer.rules import followups, threads
from interviewer.rules.arithmetic import Checked, check
from interviewer.rules.followups import Context
from interviewer.rules.formula import names
from interviewer.rules.phases import SWING, TWIST, allowed, phases_of
from interviewer.rules.state import Thread

QUIET: Final = 480.0
"""Seconds of silence after two nudges from which the interview ends."""
SILENT_ANSWERS: Final = 6
"""Answers in a row without content after which it ends."""
FEW_WORDS: Final = 6
"""Words up to which an answer that adds nothing counts as silence."""
HALFWAY, LATE = 0.5, 0.85
"""Shares of the time at which the interviewer says how much is left."""
RECITED_FROM: Final = 0.2
"""Share of the time from which a recited template brings the twist early."""
SUM_FROM: Final = 0.35
"""Share of a part's time from which its arithmetic is asked."""
SUM_AFTER: Final = 3
"""Messages in a part after which it is asked too, if they are short."""
FILLING: Final[tuple[Angle, ...]] = ("failure", "justify", "quantify", "evidence", "counterfactual")
"""Kinds of follow-up that fit whatever a designer has said, in the order in which they are taken."""
LEADS_ON: Final = {"junior": 0, "mid": 1, "senior": 2, "staff": 2}
"""How often in a row somebody who is getting on is only told to go on."""
TURN: Final = (20.0, 180.0)
"""Shortest and longest turn, in seconds, that the plan reckons with."""
MOST_CONTRADICTIONS: Final = 2
TWIST_FOLLOWED: Final = 2
"""Messages after the twist whose own words are followed up rather than a dive asked."""
BESIDE: Final = ("answer", "acknowledge", "continue", "hint")
"""Kinds of turn that leave a piece of arithmetic open."""


def quiet(context: Context) -> Move | None:
    """Nobody is there, or nothing comes: a goodbye instead of talking to the wall."""
    driving = context.round.wording.driving
    silent = context.act.kind == "tick" and context.state.nudges >= 2
    if driving is None or not (silent or _wordless(context.state.thread)):
        return None
    return Move(kind="close", text=context.round.wording.closing, lead=driving.quiet, closes="quiet")


def _wordless(thread: Thread | None) -> bool:
    if thread is None or thread.stalls < SILENT_ANSWERS:
        return False
    said = [turn for turn in thread.turns if turn.speaker == "candidate" and turn.kind == "said"]
    return all(len(turn.text.split()) <= FEW_WORDS for turn in said[-SILENT_ANSWERS:])


def fact_asked(context: Context) -> Move | None:
    """The facts that were asked for, in their own words and nothing more."""
    facts = _facts(context.thread.question, context.observation.facts)
    if context.observation.intent != "clarify":
        # Somebody who goes on with the design may mention what they know; whoever asks is told it again.
        facts = tuple(fact for fact in facts if fact.id not in context.thread.told)
    if not facts:
        return None
    told = tuple(fact.id for fact in facts)
    return Move(kind="answer", text=" ".join(fact.says for fact in facts), facts=told, exact=True)


def asked_for(thread: Thread) -> frozenset[str]:
    """The facts that the candidate asked for; others came with the arithmetic."""
    moves = (turn.move for turn in thread.turns if turn.move is not None and turn.move.kind == "answer")
    return frozenset(id for move in moves for id in move.facts)


def _facts(question: Question, ids: Sequence[str]) -> tuple[Fact, ...]:
    known = question.brief.facts if question.brief is not None else ()
    return tuple(fact for id in ids for fact in known if fact.id == id)


def left_to_you(context: Context) -> Move | None:
    """A question on which the sheet is silent."""
    brief = context.thread.question.brief
    if context.observation.intent != "clarify" or brief is None:
        return None
    # Of a written project only its own sentence fits: the facts are the candidate's.
    words = (brief.silent,) if context.state.setup.written else (brief.silent, *context.round.wording.answer)
    return Move(kind="answer", text=context.say(words), exact=True)


def contradiction(context: Context) -> Move | None:
    """Two things that they said and that cannot both be meant are put side by side."""
    pair, thread, driving = context.observation.contradicts, context.thread, context.round.wording.driving
    asked = sum(turn.move is not None and turn.move.rule == "contradiction" for turn in thread.turns)
    if pair is None or driving is None or asked >= MOST_CONTRADICTIONS or not _both_said(thread, pair):
        return None
    first, second = (thread.sentences[n - 1].rstrip(".!?") for n in pair)
    text = driving.contradiction.format(first=first, second=second)
    return Move(kind="probe", text=text, angle="bridge", anchor=pair[1], exact=True)


def _both_said(thread: Thread, pair: tuple[int, int]) -> bool:
    return 0 < pair[0] < pair[1] <= len(thread.sentences)


def twist_due(context: Context) -> Move | None:
    """The twist before its time, for somebody who recites a template."""
    early = context.clock >= RECITED_FROM * context.state.setup.minutes * 60
    brief = context.thread.question.brief
    if brief is None or brief.twist is None or context.thread.twisted is not None:
        return None
    # Who has got to the matter since is no longer reciting.
    reciting = context.observation.recites or (context.thread.recited and len(context.observation.touched) < 2)
    return threads.twist(context) if reciting and early else None


def sum_check(context: Context) -> Move | None:
    """After an estimate that is far off, or none: once, how they got there. Whether it is right is not said."""
    thread, driving = context.thread, context.round.wording.driving
    moves = (turn.move for turn in reversed(thread.turns) if turn.move is not None and turn.kind not in BESIDE)
    last = next(moves, None)
    if last is None or not last.sum or last.rule == "sum_check" or context.act.kind != "said" or driving is None:
        return None
    if outcome(thread, last.sum) == "right":
        return None
    text, anchor = context.say(driving.sum_again), context.observation.anchor
    return Move(kind="probe", text=text, sum=last.sum, angle="quantify", anchor=anchor)


def outcome(thread: Thread, id: str) -> Literal["right", "off", "none"]:
    """What came of a piece of arithmetic so far; looked for in everything said if it was never asked for."""
    return estimate(thread, id)[0].result


def estimate(thread: Thread, id: str) -> tuple[Checked, str]:
    """The same with the candidate's sentence that it rests on; empty if they gave no number."""
    brief = thread.question.brief
    assert brief is not None
    one, said = next(found for found in brief.sums if found.id == id), _worked_out(thread, id)
    found = check(one, brief.facts, said)
    return found, said[found.sentence - 1] if found.sentence else ""


def _worked_out(thread: Thread, id: str) -> Sequence[str]:
    """What was said to a piece of arithmetic until the talk went on; all that was said if it was never asked for."""
    if id not in thread.sums:
        return thread.sentences
    said: list[str] = []
    open_ = False
    for turn in thread.turns:
        if turn.move is not None and turn.kind not in BESIDE:
            open_ = turn.move.sum == id
        elif open_:
            said += [thread.sentences[n - 1] for n in turn.numbers]
    return said


def gave_up_here(context: Context) -> Move | None:
    """Help with what they are stuck on, then another question of this part, then the next part."""
    if context.act.kind != "gave_up" and context.observation.intent != "gave_up":
        return None
    wording = context.round.wording
    help_ = followups.hint(context, highest=3) if context.thread.stalls < 2 else None
    help_ = help_ or followups.written_probe(context) or _dive(context)
    if help_ is not None:
        return help_.model_copy(update={"lead": context.say(wording.ease)})
    return threads.next_part(context, lead=context.say(wording.moving_on))


def skip_part(context: Context) -> Move | None:
    """The candidate passes on this part."""
    if context.act.kind != "skip":
        return None
    return threads.next_part(context, lead=context.say(context.round.wording.moving_on))


def part_is_over(context: Context) -> Move | None:
    """The time of this part is used up, reckoned at the middle of the turn that would follow."""
    spent, given = _time(context)
    if spent + _turn(context) / 2 < given:
        return None
    # What was just said wrong is put to them first; afterwards the talk would be elsewhere.
    wrong = followups.challenge(context) if spent < (1 + SWING) * given else None
    return wrong or threads.next_part(context)


def _time(context: Context) -> tuple[float, float]:
    """Seconds that this part has taken, and that it may take."""
    thread, phases = context.thread, phases_of(context.state.round, context.thread.question)
    given = allowed(phases, thread.visits, total=context.state.setup.minutes * 60)
    return context.clock - thread.visits[-1].at, given


def _turn(context: Context) -> float:
    """How long a turn of this candidate takes on average."""
    thread = context.thread
    mean = (context.clock - thread.opened) / max(1, sum(turn.speaker == "candidate" for turn in thread.turns))
    return min(max(mean, TURN[0]), TURN[1])


def sum_due(context: Context) -> Move | None:
    """The arithmetic of this part, with the facts that it needs, unless they have worked it out unasked."""
    thread, driving = context.thread, context.round.wording.driving
    brief = thread.question.brief
    if brief is None or driving is None:
        return None
    if thread.visits and not (_far_in(context, SUM_FROM) or _answers_here(thread) >= SUM_AFTER):
        return None
    for one in brief.sums:
        if _is_here(thread, one.section) and one.id not in thread.sums and outcome(thread, one.id) != "right":
            return _ask_sum(context, one, context.say(driving.sum))
    return None


def _is_here(thread: Thread, section: str) -> bool:
    """Whether it is the time of a section: the part under way, a step that was asked, or the one part of a failure."""
    if thread.visits:
        return section == thread.section
    if thread.level:
        return section <= f"l{thread.level}"
    return thread.answers > 1


def _answers_here(thread: Thread) -> int:
    """Messages since this part began."""
    answers = 0
    for turn in reversed(thread.turns):
        if turn.move is not None and turn.move.section:
            break
        answers += turn.speaker == "candidate" and turn.kind == "said"
    return answers


def _ask_sum(context: Context, one: Sum, lead: str) -> Move:
    thread = context.thread
    missing = tuple(fact for fact in _facts(thread.question, names(one.formula)) if fact.id not in thread.told)
    text = " ".join((*(fact.says for fact in missing), one.ask))
    told = tuple(fact.id for fact in missing)
    return Move(kind="probe", text=text, lead=lead, sum=one.id, facts=told, angle="quantify", exact=True)


def _far_in(context: Context, share: float) -> bool:
    spent, given = _time(context)
    return spent >= share * given


def board_due(context: Context) -> Move | None:
    """Asks once for the diagram, if there is none after the first words about the whole picture."""
    state, thread, driving = context.state, context.thread, context.round.wording.driving
    if not state.round.board or driving is None or not driving.board or state.board.boxes:
        return None
    asked = any(turn.move is not None and turn.move.rule == "board_due" for turn in thread.turns)
    phases = phases_of(state.round, thread.question)
    second = len(phases) > 1 and thread.section == phases[1].id
    if asked or not second or not _answers_here(thread):
        return None
    return Move(kind="steer", text=context.say(driving.board))


def drive(context: Context) -> Move | None:
    """Somebody who leads and is getting on is left to it."""
    thread, driving = context.thread, context.round.wording.driving
    options = context.observation.options
    if driving is None or context.act.kind != "said" or followups.challenge(context) is not None:
        return None
    in_a_row = 0
    for turn in reversed([turn for turn in thread.turns if turn.speaker == "interviewer"]):
        if turn.kind != "continue":
            break
        in_a_row += 1
    if in_a_row >= LEADS_ON[context.state.setup.level] or thread.stalls:
        return None
    # Without a model nothing ranks "continue": then two new points in one message show that they are getting on.
    going_well = len(context.observation.touched) >= 2 and "continue" not in options
    return _go_on(context, driving.go_on) if options[:1] == ("continue",) or going_well else None


def _go_on(context: Context, wording: Sequence[str]) -> Move:
    return Move(kind="continue", text=context.say(wording))


def dig(context: Context) -> Move | None:
    """The next question in this part: a challenge, help, a written probe or dive, a follow-up, or anything else."""
    if context.round.wording.driving is None or not context.thread.visits:
        return None
    probe = followups.any_probe(context)
    # What they make of the change is followed up before the talk turns to another situation.
    own = context.thread.section == TWIST and _answers_here(context.thread) <= TWIST_FOLLOWED
    found = {
        "challenge": followups.challenge(context),
        "hint": followups.offered_hint(context),
        "probe": probe if probe is not None and (probe.key_point or own) else _dive(context) or probe,
    }
    for name in (*context.observation.options, "challenge", "hint", "probe"):
        if (move := found.get(name)) is not None:
            return move
    return _fill(context)


def _fill(context: Context) -> Move | None:
    """With nothing written left: the part's time is still theirs, as long as something new comes."""
    thread, driving = context.thread, context.round.wording.driving
    if driving is None or thread.stalls > 1:
        return None
    own = sum(turn.move is not None and turn.move.kind == "probe" and not turn.move.key_point for turn in thread.turns)
    last = context.state.last_move
    if last is None or last.kind != "continue":
        return _go_on(context, driving.anything_else)
    angled = context.observation.model_copy(update={"angle": FILLING[own % len(FILLING)]})
    return followups.own_probe(replace(context, observation=angled)) or _go_on(context, driving.anything_else)


def _dive(context: Context) -> Move | None:
    """A deep dive of this part, or after the twist any: where the candidate has shown most first, then least."""
    thread = context.thread
    dives = thread.question.brief.dives if thread.question.brief is not None else ()
    left = [dive for dive in dives if dive.id not in thread.dived and thread.section in (dive.section, TWIST)]
    if not left:
        return None
    strong_first = len(thread.dived) % 2 == 0

    def raised(index: int) -> float:
        points = left[index].key_points
        share = sum(id in thread.raised for id in points) / len(points)
        return -share if strong_first else share

    # What comes from the company's own work is asked before anything else of its part.
    dive = left[min(range(len(left)), key=lambda index: (not left[index].source, raised(index)))]
    unsaid = next((id for id in dive.key_points if id not in thread.raised), None)
    return Move(kind="probe", text=dive.ask, dive=dive.id, key_point=unsaid)


def next_part(context: Context) -> Move | None:
    """Everything has been asked here that is worth asking."""
    return threads.next_part(context)


def time_check(context: Context, move: Move) -> Literal["", "halfway", "late"]:
    """The time check that this move makes on the way, at 50 % and 85 % of the time."""
    thread = context.state.thread
    if thread is None or not thread.visits or context.state.phase != "threads":
        return ""
    if move.kind not in ("probe", "steer", "challenge", "continue") or context.act.kind == "tick":
        return ""
    share = context.clock / (context.state.setup.minutes * 60)
    if share >= LATE:
        return "" if "late" in thread.checks else "late"
    return "halfway" if share >= HALFWAY and not thread.checks else ""


RULES = (
    quiet,
    fact_asked,
    left_to_you,
    contradiction,
    twist_due,
    sum_check,
    gave_up_here,
    skip_part,
    part_is_over,
    sum_due,
    board_due,
    drive,
    dig,
    next_part,
)

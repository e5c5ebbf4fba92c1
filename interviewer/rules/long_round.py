"""Rules of a round about one problem: facts when asked for, parts with their time, arithmetic, a twist, who drives."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Literal

from interviewer.domain import Fact, Move, Question, Sum
from interviewer.rules import digging, followups, pace, threads
from interviewer.rules.arithmetic import Checked, check
from interviewer.rules.evidence import sentences
from interviewer.rules.followups import Context
from interviewer.rules.formula import names
from interviewer.rules.phases import LED, phases_of
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
PICTURE_FROM: Final = 0.5
"""Share of a first part with the whole picture in it from which the diagram is asked for."""
SUM_AFTER: Final = 3
"""Messages in a part after which it is asked too, if they are short."""
MOST_CONTRADICTIONS: Final = 2
SHORT_QUESTION: Final = 30
"""Words up to which an open question is put again whole: its last sentence alone may refer to the one before it."""
MOST_QUOTED: Final = 8
"""Words of each of two sentences that do not go together."""
CAME: Final = {"right": "right", "off": "far off", "none": "no estimate"}
"""What came of a piece of arithmetic, in words."""
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
    answer = Move(kind="answer", text=" ".join(fact.says for fact in facts), facts=told, exact=True)
    return _led_on(context, answer) if context.state.setup.level in LED else answer


def _led_on(context: Context, answer: Move) -> Move:
    """The facts and a question after them: the next one if theirs came with an answer, else the one that is open."""
    after = digging.dig(context) if context.observation.intent != "clarify" else None
    if after is not None and (after.key_point or after.trap):
        return after.model_copy(update={"text": f"{answer.text} {after.text}", "facts": answer.facts, "exact": True})
    driving, open_ = context.round.wording.driving, followups.asked(context.thread)
    question = open_ if open_ != context.thread.question.opener else ""
    if len(question.split()) > SHORT_QUESTION:
        question = sentences(question)[-1]
    if not question and driving is not None and driving.back:
        question = context.say(driving.back)
    return answer.model_copy(update={"text": f"{answer.text} {question}".strip()})


def asked_for(thread: Thread) -> frozenset[str]:
    """The facts that the candidate asked for; others came with the arithmetic."""
    moves = (turn.move for turn in thread.turns if turn.move is not None and turn.move.rule != "sum_due")
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
    # What a statement fixes may be said again: only where there is none is silence the whole answer.
    answer = Move(kind="answer", text=context.say(words), exact=context.thread.question.task is None)
    led = context.state.setup.level in LED and bool(context.thread.visits)
    return _led_on(context, answer) if led else answer


def contradiction(context: Context) -> Move | None:
    """Two things that they said and that cannot both be meant are put side by side."""
    pair, thread, driving = context.observation.contradicts, context.thread, context.round.wording.driving
    asked = sum(turn.move is not None and turn.move.rule == "contradiction" for turn in thread.turns)
    if pair is None or driving is None or asked >= MOST_CONTRADICTIONS or not _both_said(thread, pair):
        return None
    first, second = (followups.quoted(thread.sentences[n - 1], MOST_QUOTED) for n in pair)
    text = driving.contradiction.format(first=first, second=second)
    return Move(kind="probe", text=text, angle="bridge", anchor=pair[1], against=pair[0])


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
    thread, driving, last = context.thread, context.round.wording.driving, open_sum(context.thread)
    if last is None or last.rule == "sum_check" or context.act.kind != "said" or driving is None:
        return None
    if outcome(thread, last.sum) == "right":
        return None
    text, anchor = context.say(driving.sum_again), context.observation.anchor
    return Move(kind="probe", text=text, sum=last.sum, angle="quantify", anchor=anchor)


def open_sum(thread: Thread) -> Move | None:
    """The last question, if it was a piece of arithmetic; what was only said beside it leaves it open."""
    moves = (turn.move for turn in reversed(thread.turns) if turn.move is not None and turn.kind not in BESIDE)
    last = next(moves, None)
    return last if last is not None and last.sum else None


def outcome(thread: Thread, id: str) -> Literal["right", "off", "none"]:
    """What came of a piece of arithmetic so far; unasked, it is either right or none."""
    return estimate(thread, id)[0].result


def estimate(thread: Thread, id: str) -> tuple[Checked, str]:
    """The same with the candidate's sentence that it rests on; empty if they gave no number."""
    brief = thread.question.brief
    assert brief is not None
    one = next(found for found in brief.sums if found.id == id)
    if id not in thread.sums:
        return _unasked(one, brief.facts, thread.sentences)
    said = _worked_out(thread, id)
    found = check(one, brief.facts, said)
    return found, said[found.sentence - 1] if found.sentence else ""


def _unasked(one: Sum, facts: tuple[Fact, ...], said: Sequence[str]) -> tuple[Checked, str]:
    """The first sentence that answers it by itself; any other number was meant for something else."""
    checked = ((_alone(one, facts, sentence), sentence) for sentence in said)
    return next((found for found in checked if found[0].result == "right"), (Checked("none"), ""))


# Asked again on every turn about everything that was said.
@lru_cache(maxsize=2048)
def _alone(one: Sum, facts: tuple[Fact, ...], sentence: str) -> Checked:
    return check(one, facts, (sentence,))


def _worked_out(thread: Thread, id: str) -> Sequence[str]:
    """What was said to a piece of arithmetic until the talk went on."""
    said: list[str] = []
    open_ = False
    for turn in thread.turns:
        if turn.move is not None and turn.kind not in BESIDE:
            open_ = turn.move.sum == id
        elif open_:
            said += [thread.sentences[n - 1] for n in turn.numbers]
    return said


def skip_part(context: Context) -> Move | None:
    """The candidate passes on this part."""
    if context.act.kind != "skip":
        return None
    return threads.next_part(context, lead=context.say(context.round.wording.moving_on))


def part_is_over(context: Context) -> Move | None:
    """The time of this part is used up, reckoned at the middle of the turn that would follow."""
    if not pace.is_over(context):
        return None
    # What was just said wrong is put to them first; afterwards the talk would be elsewhere.
    wrong = followups.challenge(context) if pace.may_run_over(context) else None
    return wrong or threads.next_part(context)


def sum_due(context: Context) -> Move | None:
    """The arithmetic of this part, with the facts that it needs, unless they have worked it out unasked."""
    thread, driving = context.thread, context.round.wording.driving
    brief = thread.question.brief
    if brief is None or driving is None:
        return None
    if thread.visits and not (pace.far_in(context, SUM_FROM) or pace.answers_here(thread) >= SUM_AFTER):
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


def _ask_sum(context: Context, one: Sum, lead: str) -> Move:
    thread = context.thread
    missing = tuple(fact for fact in _facts(thread.question, names(one.formula)) if fact.id not in thread.told)
    text = " ".join((*(fact.says for fact in missing), one.ask))
    told = tuple(fact.id for fact in missing)
    return Move(kind="probe", text=text, lead=lead, sum=one.id, facts=told, angle="quantify", exact=True)


def board_due(context: Context) -> Move | None:
    """Asks once for the diagram, if there is none after the first words about the whole picture or what follows it."""
    state, thread, driving = context.state, context.thread, context.round.wording.driving
    if not state.round.board or driving is None or not driving.board or state.board.boxes:
        return None
    asked = any(turn.move is not None and turn.move.rule == "board_due" for turn in thread.turns)
    first = phases_of(state.round, thread.question)[0]
    # Where the whole picture is no part of its own, it comes in the second half of the first one.
    begun = thread.section != first.id or (first.includes and pace.far_in(context, PICTURE_FROM))
    if asked or not begun or thread.twisted is not None or not pace.answers_here(thread):
        return None
    return Move(kind="steer", text=context.say(driving.board))


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
    skip_part,
    part_is_over,
    sum_due,
    board_due,
    next_part,
    *digging.RULES,
)

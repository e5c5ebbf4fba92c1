"""What the interviewer does next: named rules, asked in the order that round.yaml gives; the first answer wins.

Each rule is `(Context) -> Move | None`. Rules filter and bound (time, rungs, coverage); within what they allow, the
observation's ranked options decide, so that the talk follows the candidate. No model decides the flow alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from interviewer.domain import Made, Move
from interviewer.rules import asking_back, climbing, coding, followups, ladder, long_round, threads
from interviewer.rules.followups import Context
from interviewer.rules.phases import phases_of
from interviewer.rules.problems import placed
from interviewer.rules.selection import next_question
from interviewer.rules.state import State
from interviewer.rules.threads import leave

OVERTIME = 1.1
"""A thread may pass its minutes by a tenth (domain.md §2.0)."""
NUDGES = (180.0, 300.0)
"""Seconds of silence after which the interviewer speaks up, once each."""
MOST_STEERS = 2
ENOUGH_PROBES = 2
"""Probes after which a thread whose musts all came up ends, even with something desirable left."""
STALLED_OUT = 3
"""Answers in a row that add nothing after which the thread ends whatever is left."""

Rule = Callable[[Context], Move | None]


def decide(context: Context) -> Move:
    """The first move that a rule of the round gives, with the rule's name. LookupError if none does."""
    for name in context.round.rules:
        move = RULES[name](context)
        if move is not None:
            return move.model_copy(update={"rule": name, "check": long_round.time_check(context, move)})
    raise LookupError(f"no rule of round {context.state.round.id!r} answers {context.act.kind!r}")


def foreseen(contexts: Sequence[Context]) -> Move | None:
    """The move that is the same in all these contexts, which differ in what is not known yet; None if it is not."""
    first, *others = [decide(context) for context in contexts]
    return first if all(move == first for move in others) else None


def begin(context: Context) -> Move | None:
    """The opening and the first question."""
    if context.act.kind != "begin":
        return None
    setup, wording = context.state.setup, context.round.wording
    question = next_question(context.state, context.bank)
    if question is None:
        return Move(kind="close", text=wording.closing)
    opening = _opening(context).format(minutes=setup.minutes)
    question = placed(question, phases_of(context.state.round, question))
    lead = " ".join(filter(None, (opening, _company(context), _cannot_run(context))))
    return Move(kind="ask", text=question.opener, lead=lead, question=question)


def _cannot_run(context: Context) -> str:
    """What the opening says where code is written that nothing here can run."""
    words, why = context.round.wording.coding, context.state.setup.cannot_run
    return words.no_sandbox.format(sentence=why) if words is not None and why else ""


def _opening(context: Context) -> str:
    """How the interview is begun: one about a single subject otherwise than one about several."""
    setup, wording = context.state.setup, context.round.wording
    if setup.written and not any(question.citations for question in setup.written):
        return wording.opening_project or wording.opening_one
    one = setup.question is not None and not context.state.round.phases
    return wording.opening_one if one or len(setup.written) == 1 else wording.opening


def _company(context: Context) -> str:
    """What the opening says about the chosen company: where the questions about it come from."""
    setup, wording = context.state.setup, context.round.wording
    if not setup.company or (setup.question and not context.state.round.phases):
        return ""
    if any(question.company or question.citations for question in context.bank):
        return wording.from_library.format(company=setup.company)
    if setup.leanings:
        *first, last = setup.systems or ("its public posts",)
        systems = f"{', '.join(first)} and {last}" if first else last
        return wording.from_pack.format(company=setup.company, systems=systems)
    return wording.unknown_company.format(company=setup.company)


def end_asked(context: Context) -> Move | None:
    """The candidate ends the interview."""
    if context.act.kind != "ended":
        return None
    return Move(kind="close", text=context.round.wording.closing, closes="ended")


def questions_done(context: Context) -> Move | None:
    """The candidate has asked their question: take it, and close."""
    if context.state.phase != "questions" or context.act.kind == "tick":
        return None
    wording = context.round.wording
    if context.act.kind != "said" or "?" not in context.act.text:
        return Move(kind="close", text=wording.closing)
    cited = any(thread.question.citations for thread in context.state.threads)
    where = wording.afterwards.format(company=context.state.setup.company) if cited else ""
    return Move(kind="close", text=wording.closing, lead=f"{where} {context.say(wording.take_question)}".strip())


def time_is_up(context: Context) -> Move | None:
    """The round's minutes are over."""
    if context.clock < context.state.setup.minutes * 60:
        return None
    return Move(kind="close", text=context.round.wording.closing, closes="time")


def skip_asked(context: Context) -> Move | None:
    """The candidate passes on this question."""
    if context.act.kind != "skip":
        return None
    return leave(context, closes="skipped", lead=context.say(context.round.wording.moving_on))


def silence(context: Context) -> Move | None:
    """Nothing was typed for minutes: a nudge, twice at most. Any other tick asks for nothing."""
    if context.act.kind != "tick":
        return None
    wording = context.round.wording.nudge
    return Move(kind="continue", text=wording[min(context.state.nudges, len(wording) - 1)])


def hint_asked(context: Context) -> Move | None:
    """The next rung towards what is still missing; when no ladder is left, an honest no.

    After the opener alone a narrower question is help. After a follow-up it would be another question, which whoever
    asked for a hint would take for one.
    """
    if not followups.asks_help(context):
        return None
    narrower = None if followups.followed_up(context.thread) else followups.written_probe(context)
    return followups.hint(context, highest=4) or narrower or followups.no_hint(context)


def not_finished(context: Context) -> Move | None:
    """The candidate wants to go on."""
    if context.act.kind != "not_finished" and context.observation.intent != "not_finished":
        return None
    return Move(kind="continue", text=context.say(context.round.wording.continue_))


def gave_up(context: Context) -> Move | None:
    """First time: help with one rung. Again, if they ask to move on, or with the last rung used: leave it."""
    if not followups.gives_up(context):
        return None
    thread = context.thread
    by_button = sum(turn.kind == "gave_up" for turn in thread.turns) - (context.act.kind == "gave_up")
    earlier = by_button or thread.given_up > 1
    wants_on = context.observation.options[:1] == ("next_thread",)
    if not earlier and not wants_on and thread.stalls < 2:
        # Help with what they are stuck on; where no ladder leads there, another way into the topic.
        stuck = followups.stuck_on(context)
        ladders = {ladder.key_point for ladder in thread.question.ladders}
        hint, probe = followups.hint(context, highest=3), followups.written_probe(context)
        help_ = (probe or hint) if stuck is not None and stuck not in ladders else (hint or probe)
        if help_ is not None:
            return followups.eased(context, help_)
    return leave(context, closes="gave_up", lead=context.say(context.round.wording.moving_on))


def asked_to_reveal(context: Context) -> Move | None:
    """The candidate asks for the answer or for a verdict on theirs: that waits for the debrief."""
    if context.observation.intent != "reveal":
        return None
    return Move(kind="answer", text=context.say(context.round.wording.reveal))


def asked_again(context: Context) -> Move | None:
    """They did not get the question: it is put once more, in other words where a model speaks."""
    if context.observation.intent != "again":
        return None
    last, said = context.state.last_move, [turn.text for turn in context.thread.turns if turn.speaker == "interviewer"]
    question = last.text if last is not None and last.kind == "hint" else followups.asked(context.thread)
    return Move(kind="answer", text=question or said[-1])


def asked_to_clarify(context: Context) -> Move | None:
    """A question about the question."""
    if context.observation.intent != "clarify":
        return None
    return Move(kind="answer", text=context.say(context.round.wording.answer))


def misread(context: Context) -> Move | None:
    """The question was read as another one: said once, free of charge."""
    asked = followups.asked(context.thread)
    if context.observation.intent != "misread" or context.thread.steered > 1 or not asked:
        return None
    return Move(kind="correct", text=asked, lead=context.say(context.round.wording.misread))


def sidestepped(context: Context) -> Move | None:
    """On the topic, but not what was asked: the question is put once more, unless they said something to challenge."""
    last, asked = context.state.last_move, followups.asked(context.thread)
    if followups.challenge(context) is not None or not asked:
        return None
    # What was only the interviewer's own idea is not insisted on.
    own = last is None or last.kind not in followups.ASKING or followups.is_own(last)
    if context.observation.intent != "sidestepped" or own:
        return None
    # Somebody who leads may pass over a question; in each part it is insisted on once.
    here = ladder.since_step(context.thread)
    if context.thread.visits and any(turn.move is not None and turn.move.rule == "sidestepped" for turn in here):
        return None
    # What a model made of the written words, because they had been answered, is what was asked.
    put = next(turn for turn in reversed(context.thread.turns) if turn.speaker == "interviewer")
    by_model = put.made is not None and put.made.by != Made().by
    return Move(kind="steer", text=put.text if by_model else asked, lead=context.say(context.round.wording.put_again))


def off_topic(context: Context) -> Move | None:
    """Back to the question, twice at most."""
    if context.observation.intent != "off_topic":
        return None
    if context.thread.steered > MOST_STEERS:
        return leave(context, closes="covered", lead=context.say(context.round.wording.next_thread))
    text = followups.asked(context.thread) or context.say(context.round.wording.elaborate)
    return Move(kind="steer", text=text, lead=context.say(context.round.wording.steer))


def said_nothing(context: Context) -> Move | None:
    """A message without content: ask again once."""
    if context.observation.intent != "empty" or context.thread.stalls > 1:
        return None
    return Move(kind="steer", text=context.say(context.round.wording.elaborate))


def thread_time_is_up(context: Context) -> Move | None:
    """The thread has had its minutes and a tenth more."""
    thread = context.thread
    if context.clock - thread.opened < threads.minutes(context) * 60 * OVERTIME:
        return None
    return threads.next_thread(context, closes="time", lead=context.say(context.round.wording.next_thread))


def follow(context: Context) -> Move | None:
    """Of the moves that are allowed now, the one that the observation ranks first."""
    thread = context.thread
    if thread.stalls >= STALLED_OUT:
        return None
    allowed: dict[str, Move] = {}
    for name, find in followups.FINDERS.items():
        move = find(context)
        if move is not None:
            allowed[name] = move
    if not thread.unraised("must") and "challenge" not in allowed:
        # Nothing essential is missing: the thread may end where the candidate is at their best.
        enough = not thread.unraised("should") or len(thread.probed) >= ENOUGH_PROBES
        if enough or context.observation.options[:1] == ("next_thread",):
            return None
    ranked = [name for name in context.observation.options if name in allowed]
    for name in (*ranked, "challenge", "hint", "probe"):
        if name in allowed:
            return allowed[name]
    return None


def next_thread(context: Context) -> Move | None:
    """Everything has been asked that is worth asking here."""
    return threads.next_thread(context, closes="covered", lead=context.say(context.round.wording.next_thread))


def tick_due(state: State, clock: float, silent: float) -> bool:
    """Whether the passing of time alone calls for an act: the end of the round, or a nudge.

    `clock` is the interview clock, `silent` the seconds since the interviewer last spoke, both while the page is open.
    """
    if state.over or state.pending is not None or state.paused:
        return False
    if clock >= state.setup.minutes * 60:
        return True
    if state.round.code and coding.tick_due(state, clock, silent):
        return True
    long = any(thread.question.brief is not None for thread in state.threads)
    nudges = (*NUDGES, long_round.QUIET) if long else NUDGES
    if state.round.code and not coding.is_reading(state):
        nudges = (coding.QUIET_AFTER, *nudges[1:])
    return state.nudges < len(nudges) and silent >= nudges[state.nudges]


RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (
        begin,
        end_asked,
        questions_done,
        time_is_up,
        skip_asked,
        silence,
        hint_asked,
        not_finished,
        gave_up,
        asked_to_reveal,
        asked_again,
        asked_to_clarify,
        misread,
        sidestepped,
        off_topic,
        said_nothing,
        thread_time_is_up,
        follow,
        next_thread,
        *long_round.RULES,
        *asking_back.RULES,
        *climbing.RULES,
        *coding.RULES,
    )
}
"""Every rule by its name in round.yaml."""

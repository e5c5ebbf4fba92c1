"""What one act showed: by a model through a short report of ids and numbers, or by matching."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from interviewer.agents import long_round, prompting
from interviewer.agents.fallback import carried_on
from interviewer.agents.made import counted
from interviewer.agents.matcher import match, relevance
from interviewer.agents.reports import REST, Head, Option, Report, accepted
from interviewer.domain import Act, Intent, Made, Observation, Prompt, Slip, Touch
from interviewer.llm import Model, begun
from interviewer.llm.embed import beside
from interviewer.rules.evidence import flagged, is_gibberish, wants_again
from interviewer.rules.state import State, Thread

EXPRESSED = 0.5
"""Probability from which the matcher's key point counts as raised."""
SLIPPED = 0.5
ON_TOPIC = 0.2
"""Relevance below which a message that touches no key point is off topic."""
SHORT = 12
"""Words up to which a message can be nothing but a request."""
MAX_TOKENS = 400
"""Ceiling of the report; a good one takes under 120."""

_GAVE_UP = re.compile(
    r"\b(?:i (?:really |honestly )?(?:don'?t|do not) (?:know|remember)|no (?:idea|clue)|idk|dunno|not sure at all|"
    r"i(?:'d| would) (?:have|need) to (?:think about|look|check|read|get back)|i give up|"
    r"i(?:'m| am) (?:lost|stuck)|can'?t (?:answer|say)|never heard of (?:it|this))\b",
    re.IGNORECASE,
)
_MOVE_ON = re.compile(
    r"\b(?:that(?:'s| is) (?:about |really |pretty much )?(?:all|everything|what) i (?:have|know|can say|had)\b|"
    r"(?:(?:i'd|i would|i'll|let's|let us|can we|could we|shall we|may we) (?:move on|go on|skip (?:it|this|that)|"
    r"leave (?:it|this|that)(?: there| here| at that)?)|(?:i have )?nothing (?:more|else)(?: to (?:add|say))?|"
    r"nothing to add|no more from me|next (?:question|part|topic))(?:,? please)?[.?! ]*$)",
    re.IGNORECASE,
)
"""Wishes to go on stand at the end: "I'd leave that to the ranker" and "nothing else changes" are answers."""
_HELP = re.compile(
    r"\b(?:(?:give|get|have|need|want|use) (?:me )?(?:a|some|another) (?:small |little )?hint|(?:any|a) hints?\b|"
    r"help me (?:out|here)|(?:could|can) you help)\b",
    re.IGNORECASE,
)
_REVEAL = re.compile(
    r"\b(?:(?:what|tell me|give me|show me)(?:'s| is| me)? (?:the )?(?:right |correct |full |model )?(?:answer|"
    r"solution)|(?:is|was) (?:that|this|it|my answer) (?:right|correct|ok|okay|good)|"
    r"am i (?:right|correct|wrong|on the right track)|did i get (?:it|that) right|"
    r"how (?:did|am) i do(?:ing)?|what(?:'s| is| was) my (?:score|mark|grade))\b",
    re.IGNORECASE,
)
_NOT_FINISHED = re.compile(
    r"\b(?:(?:give|gimme) me a (?:moment|second|sec|minute)|one (?:moment|sec|second|minute)|hold on|let me think|"
    r"(?:i'?m|i am) not (?:finished|done)|still (?:thinking|typing|writing)|wait a)\b",
    re.IGNORECASE,
)
_CLARIFY = re.compile(
    r"\b(?:what do you mean|do you mean|can i assume|should i assume|may i assume|what kind of|"
    r"(?:could|can) you (?:clarify|repeat|rephrase|say that again)|do we (?:have|know)|"
    r"is (?:it|this|that) (?:a|an|for|about)|are (?:we|you|there)|which (?:one|kind|type|data|model)|"
    r"how (?:many|much|large|big)|i (?:don'?t|do not) understand the question)\b",
    re.IGNORECASE,
)


Early = Callable[[Observation], None]
"""Is told what the reply needs to know as soon as that has arrived; key points are still missing then."""


async def observe(
    state: State, prompt: Prompt, model: Model | None, *, early: Early | None = None
) -> tuple[Observation, Made]:
    """What the pending act showed. An act without words says what it is; only words need an observer."""
    act, thread = state.pending, state.thread
    if act is None or act.kind != "said" or thread is None or state.phase == "questions":
        intent: Intent = "gave_up" if act is not None and act.kind == "gave_up" else "answer"
        return Observation(intent=intent), Made()
    text = act
    return await carried_on(
        (lambda: _with_model(state, thread, prompt, model, early)) if model is not None else None,
        lambda: beside(_matched, thread, text),
        step="observe",
    )


async def _with_model(
    state: State, thread: Thread, prompt: Prompt, model: Model, early: Early | None
) -> tuple[Observation, Made]:
    last = thread.turns[-1].numbers
    told = early is None

    def watch(text: str) -> None:
        nonlocal told
        found = None if told else begun(head, text, before=REST)
        if found is not None and early is not None:
            told = True
            early(_accepted(asked.model_validate({**found.model_dump(), "points": []}), thread, last))

    long = thread.question.brief is not None
    head: type[Head] = long_round.Head if long else Head
    asked: type[Report | long_round.Report] = long_round.Report if long else Report
    values = {**_values(state, thread, last), **(long_round.values(state, thread) if long else {})}
    report, usage = await model.ask(
        asked, prompting.render(prompt, values), purpose="observe", max_tokens=MAX_TOKENS, watch=watch
    )
    made = counted(Made(by=model.name, prompt=prompt.version), usage)
    return _accepted(report, thread, last), made


def _accepted(report: Report | long_round.Report, thread: Thread, last: Sequence[int]) -> Observation:
    if isinstance(report, long_round.Report):
        return long_round.accepted(report, thread, last)
    return accepted(report, thread, last)


def _values(state: State, thread: Thread, last: Sequence[int]) -> dict[str, str]:
    question, mark = thread.question, prompting.marker(state.id)
    raised = (f"K{n}" for n, p in enumerate(question.key_points, 1) if p.id in thread.raised)
    return {
        "marker": mark,
        "level": state.setup.level,
        "question": question.opener,
        "key_points": prompting.key_points(question),
        "traps": prompting.traps(question),
        "conversation": prompting.fenced(prompting.numbered(thread), mark),
        "expressed": ", ".join(raised) or "none",
        "last": f"{last[0]} to {last[-1]}" if last else "none",
    }


def _matched(thread: Thread, act: Act) -> Observation:
    seen = built_in(thread, act)
    return long_round.enriched(seen, thread, act.text) if thread.question.brief is not None else seen


def built_in(thread: Thread, act: Act) -> Observation:
    """What the matcher makes of the last message. Blocking: it embeds the sentences."""
    last = thread.turns[-1].numbers
    said = [thread.sentences[n - 1] for n in last]
    banned = set(flagged(thread.sentences))
    kept = [n for n in last if n not in banned]
    intent = request(act.text)
    if is_gibberish(act.text) or not kept:
        return Observation(intent="off_topic" if said and not kept else "empty")
    if intent in ("reveal", "not_finished", "clarify", "again", "help"):
        return Observation(intent=intent, topic=thread.question.topics[0])
    sentences = [thread.sentences[n - 1] for n in kept]
    found = match(thread.question, sentences)
    touched = tuple(
        Touch(key_point=p.key_point, sentences=tuple(kept[n - 1] for n in p.sentences), strength=p.probability)
        for p in found.points
        if p.probability >= EXPRESSED and p.sentences
    )
    slips = tuple(
        Slip(code=t.code, sentences=tuple(kept[n - 1] for n in t.sentences))
        for t in found.traps
        if t.probability >= SLIPPED and t.sentences
    )
    if not touched and not slips:
        if intent == "gave_up":
            leaves: tuple[Option, ...] = ("next_thread",) if _MOVE_ON.search(act.text) else ()
            return Observation(intent="gave_up", options=leaves, topic=thread.question.topics[0])
        if max(relevance(thread.question, sentences), default=0.0) < ON_TOPIC:
            return Observation(intent="off_topic", topic=thread.question.topics[0])
    return Observation(
        intent="answer",
        anchor=touched[-1].sentences[-1] if touched else kept[-1],
        options=("challenge", "probe", "hint") if touched else ("challenge", "hint", "probe"),
        touched=touched,
        slips=slips,
        topic=thread.question.topics[0],
    )


def request(text: str) -> Intent:
    """What a message asks for, by its words; `answer` if it asks for nothing. Long messages are answers."""
    words = len(text.split())
    if wants_again(text):
        return "again"
    if words <= SHORT * 2 and _REVEAL.search(text):
        return "reveal"
    if words > SHORT:
        return "answer"
    if _NOT_FINISHED.search(text):
        return "not_finished"
    if _HELP.search(text):
        return "help"
    if _GAVE_UP.search(text) or _MOVE_ON.search(text):
        return "gave_up"
    if text.rstrip().endswith("?") and _CLARIFY.search(text):
        return "clarify"
    return "answer"

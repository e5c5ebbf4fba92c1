"""What one act showed: by a model through a short report of ids and numbers, or by matching."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from interviewer.agents import prompting
from interviewer.agents.fallback import carried_on
from interviewer.agents.made import counted
from interviewer.agents.matcher import match, relevance
from interviewer.domain import Act, Angle, Made, Observation, Prompt, Question, Slip, Touch
from interviewer.errors import ModelNonsense
from interviewer.llm import Model
from interviewer.rules.evidence import flagged, is_gibberish, valid
from interviewer.rules.state import State, Thread

Intent = Literal[
    "answer", "clarify", "gave_up", "reveal", "not_finished", "misread", "sidestepped", "off_topic", "empty"
]
Option = Literal["probe", "challenge", "hint", "continue", "next_thread"]

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
    r"i give up|i(?:'m| am) (?:lost|stuck)|can'?t (?:answer|say)|never heard of (?:it|this))\b",
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


class Cited(BaseModel):
    """An alias and the numbers of the sentences that show it."""

    model_config = ConfigDict(extra="forbid")
    k: str
    s: list[int]


class Report(BaseModel):
    """What the observing model is asked for; what the reply needs comes first."""

    model_config = ConfigDict(extra="forbid")
    intent: Intent
    anchor: int | None
    angle: Angle | None
    options: list[Option] = Field(max_length=5)
    toward: str | None
    points: list[Cited]
    traps: list[Cited]


async def observe(state: State, prompt: Prompt, model: Model | None) -> tuple[Observation, Made]:
    """What the pending act showed. An act without words says what it is; only words need an observer."""
    act, thread = state.pending, state.thread
    if act is None or act.kind != "said" or thread is None or state.phase == "questions":
        intent: Intent = "gave_up" if act is not None and act.kind == "gave_up" else "answer"
        return Observation(intent=intent), Made()
    text = act
    return await carried_on(
        (lambda: _with_model(state, thread, prompt, model)) if model is not None else None,
        lambda: asyncio.to_thread(built_in, thread, text),
        step="observe",
    )


async def _with_model(state: State, thread: Thread, prompt: Prompt, model: Model) -> tuple[Observation, Made]:
    question, mark = thread.question, prompting.marker(state.id)
    last = thread.turns[-1].numbers
    messages = prompting.render(
        prompt,
        {
            "marker": mark,
            "level": state.setup.level,
            "question": question.opener,
            "key_points": prompting.key_points(question),
            "traps": prompting.traps(question),
            "conversation": prompting.fenced(prompting.numbered(thread), mark),
            "expressed": ", ".join(f"K{n}" for n, p in enumerate(question.key_points, 1) if p.id in thread.raised)
            or "none",
            "last": f"{last[0]} to {last[-1]}" if last else "none",
        },
    )
    report, usage = await model.ask(Report, messages, purpose="observe", max_tokens=MAX_TOKENS)
    made = counted(Made(by=model.name, prompt=prompt.version), usage)
    return accepted(report, question, thread, last), made


def accepted(report: Report, question: Question, thread: Thread, last: Sequence[int]) -> Observation:
    """The report with its aliases resolved and its sentence numbers checked; what does not hold is left out.

    Only sentences of the last message count: what was said before has been observed before. ModelNonsense if the report
    names nothing but ids that do not exist.
    """
    points = prompting.aliases((point.id for point in question.key_points), "K")
    traps = prompting.aliases((trap.code for trap in question.traps), "T")
    banned = {n for n in range(1, len(thread.sentences) + 1) if n not in last} | set(flagged(thread.sentences))
    touched, slips = [], []
    for cited in report.points:
        held = valid(cited.s, count=len(thread.sentences), banned=banned)
        if cited.k in points and held:
            touched.append(Touch(key_point=points[cited.k], sentences=held))
    for cited in report.traps:
        held = valid(cited.s, count=len(thread.sentences), banned=banned)
        if cited.k in traps and held:
            slips.append(Slip(code=traps[cited.k], sentences=held))
    if report.points and all(cited.k not in points for cited in report.points):
        raise ModelNonsense("The model named key points that do not exist.")
    return Observation(
        intent=report.intent,
        anchor=report.anchor if report.anchor in last and report.anchor not in banned else None,
        angle=report.angle,
        options=tuple(dict.fromkeys(report.options)),
        touched=tuple(touched),
        slips=tuple(slips),
        toward=points.get(report.toward or ""),
        topic=question.topics[0],
    )


def built_in(thread: Thread, act: Act) -> Observation:
    """What the matcher makes of the last message. Blocking: it embeds the sentences."""
    last = thread.turns[-1].numbers
    said = [thread.sentences[n - 1] for n in last]
    banned = set(flagged(thread.sentences))
    kept = [n for n in last if n not in banned]
    intent = request(act.text)
    if is_gibberish(act.text) or not kept:
        return Observation(intent="off_topic" if said and not kept else "empty")
    if intent in ("reveal", "not_finished", "clarify"):
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
            return Observation(intent="gave_up", topic=thread.question.topics[0])
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
    if words <= SHORT * 2 and _REVEAL.search(text):
        return "reveal"
    if words > SHORT:
        return "answer"
    if _NOT_FINISHED.search(text):
        return "not_finished"
    if _GAVE_UP.search(text):
        return "gave_up"
    if text.rstrip().endswith("?") and _CLARIFY.search(text):
        return "clarify"
    return "answer"


assert set(get_args(Intent)) == set(get_args(Observation.model_fields["intent"].annotation))

"""Asking back: a question that may be about one of several facts is answered with their names, and the reply picks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from interviewer.domain import Fact, Move
from interviewer.rules.followups import Context
from interviewer.rules.state import Thread

SHORT_REPLY: Final = 12
"""Words up to which a message after asking back is taken for the reply to it."""

_NONE = re.compile(r"\b(?:no|none|neither|nothing|nope|never ?mind|something else)\b", re.IGNORECASE)
_ALL = re.compile(r"\b(?:both|all|each|everything|either|any)\b", re.IGNORECASE)
_YES = re.compile(
    r"^\W*(?:yes|yeah|yep|yup|sure|right|exactly|correct|indeed|of course|please|ok|okay|that(?: one|'s right|'s it)?|"
    r"(?:yes,? )?i do)\b",
    re.IGNORECASE,
)
_ORDINALS: Final = (
    re.compile(r"\b(?:first|former|1(?:st)?)\b", re.IGNORECASE),
    re.compile(r"\b(?:second|2(?:nd)?)\b", re.IGNORECASE),
    re.compile(r"\b(?:third|3(?:rd)?)\b", re.IGNORECASE),
)
_LAST = re.compile(r"\b(?:last|latter)\b", re.IGNORECASE)


def ask_back(context: Context) -> Move | None:
    """Which of several facts is meant, by their names; never twice in a row."""
    driving, seen = context.round.wording.driving, context.observation
    if seen.intent != "clarify" or driving is None or not driving.ask_back or offered(context.thread):
        return None
    brief = context.thread.question.brief
    names = {fact.id: fact.name for fact in brief.facts} if brief is not None else {}
    offers = tuple(id for id in seen.unsure if id in names)
    if not offers:
        return None
    text = context.say(driving.ask_back).format(choices=listed([names[id] for id in offers]))
    return Move(kind="answer", text=text, offers=offers, exact=True)


def listed(names: Sequence[str]) -> str:
    """Names to choose from: "peak load, availability, or latency budget"."""
    *others, last = names
    if len(others) < 2:
        return " or ".join(names)
    return f"{', '.join(others)}, or {last}"


def offered(thread: Thread) -> tuple[str, ...]:
    """The facts that the interviewer's last words offered to choose from; empty if they did not ask back."""
    for turn in reversed(thread.turns):
        if turn.move is not None:
            return turn.move.offers
    return ()


def picked(facts: Sequence[Fact], reply: str) -> tuple[str, ...] | None:
    """Ids of the facts that a short reply picks by place or by "both"; empty for none of them, None if it does not say.

    `facts` are those that were offered, in their order.
    """
    words = reply.split()
    if not words or len(words) > SHORT_REPLY:
        return None
    if _ALL.search(reply) and not _NONE.search(reply):
        return tuple(fact.id for fact in facts)
    for place, ordinal in enumerate(_ORDINALS[: len(facts)]):
        if len(words) <= 4 and ordinal.search(reply):
            return (facts[place].id,)
    if _LAST.search(reply) and len(words) <= 4:
        return (facts[-1].id,)
    if _YES.search(reply) and len(words) <= 3:
        return (facts[0].id,)
    return () if _NONE.search(reply) and len(words) <= 4 else None


RULES = (ask_back,)

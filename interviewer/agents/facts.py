"""The built-in answer to clarifying questions: which facts of a problem's sheet a message asks for, and nothing else.

A small multinomial model over the features of matching/sheet.py, fitted by `python -m evals.fit_facts`: the facts and
silence compete for each question. Blocking, some milliseconds for each question once the sheet is embedded (`prepare`):
async callers use `beside`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from interviewer.agents.matching.alignment import Floats
from interviewer.agents.matching.coefficients import Fitted, fitted
from interviewer.agents.matching.questions import Ask, asks
from interviewer.agents.matching.sheet import FEATURES, RIVAL_FEATURES, features, sheet
from interviewer.agents.matching.words import content_stems
from interviewer.domain import Fact, Question
from interviewer.rules.asking_back import SHORT_REPLY, picked

CLEARLY: Final = 0.75
"""Probability from which a part of a question alone is taken to ask for a fact; a part has few words."""


OFFERED: Final = 0.1
"""Probability from which a fact is offered, where none is likely enough to be told."""
MOST_OFFERED: Final = 3
QUIET_BELOW: Final = 0.4
"""Probability of silence up to which it is worth asking back."""

NAMED: Final = 0.7
"""Share of the offered facts' probability from which a reply means the likeliest of them."""


@dataclass(frozen=True)
class Asked:
    """What a message asks of the fact sheet."""

    facts: tuple[str, ...] = ()
    """Ids of the facts that it asks for, in the order of its questions, each once."""
    unsure: tuple[str, ...] = ()
    """Ids of one to three facts of which it may ask for one, likeliest first; none of `facts`."""
    silent: bool = False
    """Whether it also, or only, asks for something that the sheet does not say."""
    kept: bool = False
    """Whether it asks for what an interviewer keeps: the answer, the rubric, the twist, the score."""


@dataclass(frozen=True)
class Chosen:
    """The place of the fact that a question asks for, or of those to choose from; neither where the sheet is silent."""

    told: int | None = None
    offered: tuple[int, ...] = ()
    """Likeliest first."""


class Coefficients(Fitted):
    """The fitted model: `weights` are those of the facts' features, `intercept` is that of silence."""

    rivals: tuple[float, ...]
    """Weights of RIVAL_FEATURES for silence."""
    threshold: float
    """Probability from which the likeliest fact is what was asked for."""
    figures: dict[str, float]
    """What it reached on problems that were left out of the fit."""
    held_out: dict[str, float]
    """The same on questions that took no part in it and decided nothing."""


@lru_cache(maxsize=1)
def coefficients() -> Coefficients:
    """The coefficients in facts.json. Raises OperatorError if they were fitted on other features."""
    return fitted(Coefficients, "facts.json", (*FEATURES, *RIVAL_FEATURES), by="evals.fit_facts")


def prepare(question: Question) -> None:
    """Embed the fact sheet, so that `asked` takes milliseconds. Blocking, about three seconds for a new one."""
    if question.brief is not None and question.brief.facts:
        features(sheet(question.brief.facts), "Ready?")


def asked(question: Question, text: str) -> Asked:
    """What a message of the candidate asks: facts, something that the sheet is silent on, what is kept, or nothing."""
    found: list[str] = []
    unsure: list[str] = []
    silent = kept = False
    for ask in asks(text):
        if ask.kind == "kept":
            kept = True
            continue
        told, offered = _facts(question, ask) if ask.kind == "fact" else ((), ())
        found += told
        unsure = unsure or [] if ask.is_answered else unsure or list(offered)
        silent = silent or not (told or offered or ask.is_answered)
    left = tuple(id for id in unsure if id not in found)
    return Asked(tuple(dict.fromkeys(found)), left, silent, kept)


def replied(question: Question, offers: Sequence[str], text: str) -> Asked:
    """What a message asks after the interviewer asked back, of the facts `offers`; it does not ask back again."""
    assert question.brief is not None
    facts = [fact for id in offers for fact in question.brief.facts if fact.id == id]
    ids = picked(facts, text)
    if ids is None:
        ids = _named(facts, question, text)
    if ids is not None:
        return Asked(ids, silent=not ids)
    found = asked(question, text)
    return replace(found, unsure=(), silent=found.silent or bool(found.unsure))


def _named(offered: Sequence[Fact], question: Question, text: str) -> tuple[str, ...] | None:
    """Those of the offered facts that a short reply names, by a word of its own or by its meaning."""
    if len(text.split()) > SHORT_REPLY or not content_stems(text):
        return None
    names = [content_stems(fact.name) for fact in offered]
    own = [fact.id for fact, name in zip(offered, names, strict=True) if _own(name, names) & content_stems(text)]
    if own:
        return tuple(own)
    assert question.brief is not None
    found = probabilities(*features(sheet(question.brief.facts), text))
    places = [question.brief.facts.index(fact) for fact in offered]
    best = max(places, key=lambda place: found[place])
    is_clear = best == int(found.argmax()) or found[best] >= NAMED * sum(found[place] for place in places) > OFFERED
    return (question.brief.facts[best].id,) if is_clear else None


def _own(name: frozenset[str], names: Sequence[frozenset[str]]) -> frozenset[str]:
    """The stems that only this name has."""
    return frozenset(one for one in name if sum(one in other for other in names) == 1)


def _facts(question: Question, ask: Ask) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What one question asks for, or may ask for: the facts of its parts where they are clear, else of the whole."""
    if question.brief is None or not question.brief.facts:
        return (), ()
    of = sheet(question.brief.facts)
    ids = [fact.id for fact in question.brief.facts]
    if ask.is_guess:
        sure = chosen(probabilities(*features(of, ask.whole)), CLEARLY).told
        return ((ids[sure],) if sure is not None else ()), ()
    if len(ask.pieces) > 1:
        clear = [chosen(probabilities(*features(of, piece)), CLEARLY).told for piece in ask.pieces]
        found = tuple(dict.fromkeys(ids[place] for place in clear if place is not None))
        if len(found) > 1:
            return found, ()
    one = chosen(probabilities(*features(of, ask.whole)), coefficients().threshold)
    return (ids[one.told],) if one.told is not None else (), tuple(ids[place] for place in one.offered)


def chosen(found: NDArray[np.floating[Any]], threshold: float) -> Chosen:
    """What to do with a question; `found` are the probabilities of the facts and, last, of silence."""
    facts, silence = found[:-1], float(found[-1])
    likeliest = [int(place) for place in np.argsort(-facts)[:MOST_OFFERED]]
    if facts[likeliest[0]] >= threshold:
        return Chosen(told=likeliest[0])
    if silence >= QUIET_BELOW:
        return Chosen()
    return Chosen(offered=tuple(place for place in likeliest if facts[place] >= OFFERED))


def probabilities(rows: Floats, rivals: Floats) -> Floats:
    """The probability of each fact and, last, of silence, from the features of a question; (facts + 1,)."""
    fit = coefficients()
    silence = fit.intercept + float(rivals @ np.array(fit.rivals))
    scores = np.append(rows @ np.array(fit.weights), silence)
    odds = np.exp(scores - scores.max())
    return np.asarray(odds / odds.sum(), np.float32)

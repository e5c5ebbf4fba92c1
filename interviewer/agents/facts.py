"""The built-in answer to clarifying questions: which facts of a problem's sheet a message asks for, and nothing else.

A small multinomial model over the features of matching/sheet.py, fitted by `python -m evals.fit_facts`: the facts and
silence compete for each question. Blocking, some milliseconds for each question once the sheet is embedded (`prepare`):
async callers use `beside`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from interviewer.agents.matching.alignment import Floats
from interviewer.agents.matching.coefficients import Fitted, fitted
from interviewer.agents.matching.questions import Ask, asks
from interviewer.agents.matching.sheet import FEATURES, RIVAL_FEATURES, Sheet, features, sheet
from interviewer.domain import Question

CLEARLY: Final = 0.75
"""Probability from which a part of a question alone is taken to ask for a fact; a part has few words."""


@dataclass(frozen=True)
class Asked:
    """What a message asks of the fact sheet."""

    facts: tuple[str, ...] = ()
    """Ids of the facts that it asks for, in the order of its questions, each once."""
    silent: bool = False
    """Whether it also, or only, asks for something that the sheet does not say."""
    kept: bool = False
    """Whether it asks for what an interviewer keeps: the answer, the rubric, the twist, the score."""


class Coefficients(Fitted):
    """The fitted model: `weights` are those of the facts' features, `intercept` is that of silence."""

    rivals: tuple[float, ...]
    """Weights of RIVAL_FEATURES for silence."""
    threshold: float
    """Probability from which the likeliest fact is what was asked for."""
    figures: dict[str, float]
    """What it reached on problems that were left out of the fit."""


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
    silent = kept = False
    for ask in asks(text):
        if ask.kind == "kept":
            kept = True
            continue
        ids = _facts(question, ask) if ask.kind == "fact" else ()
        found += ids
        silent = silent or (not ids and not ask.is_answered)
    return Asked(tuple(dict.fromkeys(found)), silent, kept)


def _facts(question: Question, ask: Ask) -> tuple[str, ...]:
    """The facts that one question asks for: those of its parts where they are clear, else that of the whole."""
    if question.brief is None or not question.brief.facts:
        return ()
    of = sheet(question.brief.facts)
    ids = [fact.id for fact in question.brief.facts]
    if len(ask.pieces) > 1:
        clear = [_likeliest(of, piece) for piece in ask.pieces]
        found = [ids[place] for place, probability in clear if place < len(ids) and probability >= CLEARLY]
        if len(found) > 1:
            return tuple(dict.fromkeys(found))
    place, probability = _likeliest(of, ask.whole)
    return (ids[place],) if place < len(ids) and probability >= coefficients().threshold else ()


def _likeliest(of: Sheet, question: str) -> tuple[int, float]:
    """The place of the likeliest fact, or one past the last for silence, and its probability."""
    found = probabilities(*features(of, question))
    place = int(found.argmax())
    return place, float(found[place])


def probabilities(rows: Floats, rivals: Floats) -> Floats:
    """The probability of each fact and, last, of silence, from the features of a question; (facts + 1,)."""
    fit = coefficients()
    silence = fit.intercept + float(rivals @ np.array(fit.rivals))
    scores = np.append(rows @ np.array(fit.weights), silence)
    odds = np.exp(scores - scores.max())
    return np.asarray(odds / odds.sum(), np.float32)

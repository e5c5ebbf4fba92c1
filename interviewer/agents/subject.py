"""How near a text is to what a machine-learning interview asks about: topics and questions we know, by embeddings.

It keeps posts about other things from being asked about, and whatever a document smuggles in besides its subject.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from statistics import fmean
from typing import TYPE_CHECKING

from interviewer.agents import compared
from interviewer.agents.matcher import similarity
from interviewer.domain import Question
from interviewer.llm.embed import embedder
from interviewer.rules.evidence import sentences

if TYPE_CHECKING:
    from interviewer.llm.embed import Floats

WORTH_ASKING = 0.3
"""Nearness of opener and key points from which a question is about our field: of 21 good ones the lowest had 0.31, of
questions about other things few had more than 0.28."""

COHERENT = 0.18
"""Cosine of a key point, example answer, misconception or drill with the opener or a key point; of 700 in the bank and
of good questions by hand the lowest was 0.2, of sentences from attacks nine in ten are below."""
SITUATED = 0.15
"""The same for a sentence of the opener's situation."""
OPENS = 0.19
"""Mean cosine of an opener with its key points: in the bank and of good ones by hand 0.2 at least, of one that asks
something else 0.18 at most."""
_TO_YOU = re.compile(r"\b(?:you|your)\b", re.IGNORECASE)


def nearness(texts: Sequence[str]) -> list[float]:
    """For each text the mean of its best cosines with a topic, an opener and a key point that we know. Blocking."""
    vectors = embedder().vectors(texts)
    best = [(vectors @ known.T).max(axis=1) for known in _known()]
    return [fmean(map(float, row)) for row in zip(*best, strict=True)]


@cache
def _known() -> tuple[Floats, ...]:
    """Vectors of the topics' names, and of the bank's openers and key points: (n, 384) each."""
    return tuple(compared.vectors(group) for group in compared.known_texts())


def coherent(question: Question) -> bool:
    """Whether every part of a question has to do with the rest of it; a smuggled one has not. Blocking: it embeds.

    Parts are the sentences of the opener that do not only turn to the candidate, key points, example answers, the
    misconceptions and the drill.
    """
    points = [point.text for point in question.key_points]
    opening = sentences(question.opener)
    situation = [sentence for sentence in opening if not _TO_YOU.search(sentence)]
    others = [trap.says for trap in question.traps] + [question.drill] * bool(question.drill)
    if question.anchors is not None:
        others += [question.anchors.two, question.anchors.three, question.anchors.four]
    return (
        min(_nearest([*points, *others], [question.opener, *points])) >= COHERENT
        and (not situation or min(_nearest(situation, [*opening, *points])) >= SITUATED)
        and fmean(similarity(question.opener, points)) >= OPENS
    )


def _nearest(texts: Sequence[str], among: Sequence[str]) -> list[float]:
    """The best cosine of each text with one of the others that is not itself."""
    return [max(similarity(text, [other for other in among if other != text])) for text in texts]

"""The built-in matcher: which key points and traps of a question an answer expresses, and in which sentences.

A small linear model over token alignment, negation and opposite directions (matching/features.py), fitted by
`python -m evals.fit_matcher`; cues count on top. It matches words and meaning; it cannot reliably tell a claim from its
opposite, so what it says is a floor and never a proof.

Blocking, some five milliseconds for each new sentence: async callers use `beside`, or
`asyncio.to_thread` for what nobody is waiting for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from interviewer.agents.matching import words as lexical
from interviewer.agents.matching.alignment import Alignment, Floats, align, statements
from interviewer.agents.matching.coefficients import coefficients
from interviewer.agents.matching.features import NAMES, Evidence, evidence, strength
from interviewer.agents.matching.traps import trap_coefficients, trap_features
from interviewer.agents.matching.words import stems
from interviewer.domain import KeyPoint, Question, Trap
from interviewer.llm.embed import embedder

CUE = 0.4
"""Share of the remaining doubt that a cue takes away. Set by hand, because the graded sets have no cues."""

OWN_WORDING = (4, 6)
"""Content words, or words, from which a cue is a wording of its own: aligned like the key point's text, no cue."""

NEARLY = 0.9
"""A sentence this near to the best one shows the key point too."""

MOST_SENTENCES = 3
"""How many sentences are cited for one key point."""


__all__ = [
    "Matches",
    "PointMatch",
    "TrapMatch",
    "match",
    "point_features",
    "prepare",
    "question_texts",
    "relevance",
    "similarity",
    "stems",
    "trap_rows",
]


@dataclass(frozen=True)
class PointMatch:
    """A key point, the probability 0–1 that it is expressed, and the numbers (from 1) of the sentences that show it."""

    key_point: str
    probability: float
    sentences: tuple[int, ...]


@dataclass(frozen=True)
class TrapMatch:
    """A trap, the probability 0–1 that somebody is in it, and the numbers (from 1) of the sentences that show it."""

    code: str
    probability: float
    sentences: tuple[int, ...]


@dataclass(frozen=True)
class Matches:
    """What the matcher found, in the order of the question's key points and traps."""

    points: tuple[PointMatch, ...]
    traps: tuple[TrapMatch, ...]


@dataclass(frozen=True, eq=False)
class _Looked:
    """One key point or trap with its wordings' rows in the alignment and their features."""

    cues: tuple[str, ...]
    rows: tuple[int, ...]
    wordings: tuple[str, ...]
    evidence: tuple[Evidence, ...]

    @property
    def by_row(self) -> dict[int, str]:
        """Row in the alignment → wording."""
        return dict(zip(self.rows, self.wordings, strict=True))

    @property
    def best(self) -> tuple[int, Evidence]:
        """The row and the features of the wording that the answer meets best."""
        pairs = zip(self.rows, self.evidence, strict=True)
        # By alignment and not by probability: the fit calls this too, and must not start from its own result.
        return max(pairs, key=lambda pair: pair[1].values[NAMES.index("whole")])


def match(question: Question, sentences: Sequence[str]) -> Matches:
    """Each key point and trap of the question against the candidate's sentences, which are numbered from 1."""
    alignment, looked = _look(question, sentences)
    count = len(question.key_points)
    points = [_found(one, alignment, sentences) for one in looked[:count]]
    rows = [row for one in looked[:count] for row in one.rows]
    traps = [_fallen(one, rows, alignment, sentences) for one in looked[count:]]
    return Matches(
        points=tuple(
            PointMatch(key_point=point.id, probability=probability, sentences=shown)
            for point, (probability, shown) in zip(question.key_points, points, strict=True)
        ),
        traps=tuple(
            TrapMatch(code=trap.code, probability=probability, sentences=shown)
            for trap, (probability, shown) in zip(question.traps, traps, strict=True)
        ),
    )


def prepare(question: Question) -> None:
    """Embed what a later `match` will need, so that it takes milliseconds. Blocking, a quarter of a second at worst."""
    _look(question, ())
    _known(tuple(question_texts(question)))


def point_features(question: Question, sentences: Sequence[str]) -> list[tuple[float, ...]]:
    """The features of each key point, without cues: what the coefficients are fitted on."""
    _, looked = _look(question, sentences)
    return [one.best[1].values for one in looked[: len(question.key_points)]]


def trap_rows(question: Question, sentences: Sequence[str]) -> dict[str, Floats]:
    """The features of each sentence for each trap by its code: what the trap coefficients are fitted on."""
    alignment, looked = _look(question, sentences)
    count = len(question.key_points)
    points = [row for one in looked[:count] for row in one.rows]
    return {
        trap.code: trap_features(alignment, sentences, wordings=one.by_row, points=points, cues=one.cues)
        for trap, one in zip(question.traps, looked[count:], strict=True)
    }


def question_texts(question: Question) -> list[str]:
    """Every text of a question that an answer to it may resemble."""
    texts = [question.opener, *(point.text for point in question.key_points), *question.outline]
    if question.anchors:
        texts += [question.anchors.two, question.anchors.three, question.anchors.four]
    return [*texts, *(trap.says for trap in question.traps)]


def relevance(question: Question, sentences: Sequence[str]) -> list[float]:
    """How much each sentence has to do with the question, 0–1: by its best cosine with any text of the question."""
    curve = coefficients().relevance
    known = _known(tuple(question_texts(question)))
    return [
        curve.at(float((known @ one.pooled).max())) if len(one.vectors) else 0.0 for one in embedder().tokens(sentences)
    ]


@lru_cache(maxsize=64)
def _known(texts: tuple[str, ...]) -> Floats:
    """The pooled vectors of a question's texts, (texts, 384)."""
    return np.stack([one.pooled for one in embedder().tokens(texts)])


def similarity(text: str, others: Sequence[str]) -> list[float]:
    """The cosine of a text with each of the others, −1…1; 0 where one of the two is empty."""
    of_text, *of_others = embedder().tokens([text, *others])
    return [float(of_text.pooled @ other.pooled) for other in of_others]


def _look(question: Question, sentences: Sequence[str]) -> tuple[Alignment, list[_Looked]]:
    targets: list[KeyPoint | Trap] = [*question.key_points, *question.traps]
    wordings = [_wordings(target) for target in targets]
    wanted = statements(tuple(wording for group in wordings for wording in group))
    alignment = align(wanted, embedder().tokens(sentences), asked=lexical.stems(question.opener))
    looked: list[_Looked] = []
    start = 0
    for target, group in zip(targets, wordings, strict=True):
        rows = tuple(range(start, start + len(group)))
        start += len(group)
        seen = tuple(evidence(wanted[row], row=row, alignment=alignment, sentences=sentences) for row in rows)
        cues = tuple(cue for cue in target.cues if not _is_wording(cue))
        looked.append(_Looked(cues=cues, rows=rows, wordings=tuple(group), evidence=seen))
    return alignment, looked


def _wordings(target: KeyPoint | Trap) -> list[str]:
    """The target's own sentence, and the cues that are long enough to be another one."""
    text = target.text if isinstance(target, KeyPoint) else target.says
    return list(dict.fromkeys([text, *(cue for cue in target.cues if _is_wording(cue))]))


def _is_wording(cue: str) -> bool:
    content, any_words = OWN_WORDING
    return len(lexical.content_stems(cue)) >= content or len(lexical.words(cue)) >= any_words


def _found(looked: _Looked, alignment: Alignment, sentences: Sequence[str]) -> tuple[float, tuple[int, ...]]:
    """The probability with cues counted, and the numbers from 1 of the sentences that show it."""
    row, seen = looked.best
    if seen.best is None:
        return 0.0, ()
    cued = [n for n, said in enumerate(sentences) if any(lexical.shows_cue(cue, said) for cue in looked.cues)]
    probability = coefficients().probability(seen.values)
    if cued:
        probability += CUE * (1.0 - probability)
    return round(probability, 4), _showing(strength(alignment, row), cued)


def _fallen(
    trap: _Looked, points: Sequence[int], alignment: Alignment, sentences: Sequence[str]
) -> tuple[float, tuple[int, ...]]:
    """The probability that the worst sentence is said by somebody in the trap, and the numbers of those near it."""
    seen = trap_features(alignment, sentences, wordings=trap.by_row, points=points, cues=trap.cues)
    found = [trap_coefficients().probability([float(value) for value in row]) for row in seen]
    top = max(found, default=0.0)
    shown = [n for n, probability in enumerate(found, 1) if 0.0 < top <= probability / NEARLY]
    return round(top, 4), tuple(shown[:MOST_SENTENCES])


def _showing(strengths: Floats, cued: Sequence[int]) -> tuple[int, ...]:
    """Numbers from 1 of the sentences that show it: those with a cue, and those nearly as good as the best."""
    top = float(strengths.max())
    near = [n for n in range(len(strengths)) if 0.0 < top <= float(strengths[n]) / NEARLY]
    ranked = sorted({*cued, *near}, key=lambda n: (n not in cued, -float(strengths[n])))
    return tuple(sorted(n + 1 for n in ranked[:MOST_SENTENCES]))

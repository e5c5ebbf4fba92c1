"""How near a question is to each fact of a sheet: to the wordings in which it is asked for, and to its words.

Beside the facts stand the topics that candidates ask about everywhere (topics.yaml). A topic lends its wordings to a
fact that shares some of them; the others are rivals: nearer to one of them than to any fact, a question asks for what
the sheet does not say.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final

import numpy as np
import yaml

from interviewer.agents.matching.alignment import Floats
from interviewer.agents.matching.answers import given, wanted
from interviewer.agents.matching.words import content_stems, stem, stems, words
from interviewer.domain import Fact
from interviewer.llm.embed import TokenVectors, embedder

FEATURES: Final = (
    "nearest", "near", "says", "overlap", "covered", "covered_says", "aligned", "words", "worst_word", "turned_nearest",
    "turned_near", "mean", "soft", "name", "kind_given", "kind_asked", "kind_same",
)  # fmt: skip
"""Of a question and a fact: cosine with the nearest wording and the mean of the three nearest; cosine with the answer;
weighted overlap of stems with the best wording; shares of the question's stems among the wordings' and the answer's;
alignment of word pieces with the nearest wordings; mean and least, over the question's words, of the best cosine with a
single word of the fact; the first two again without what all wordings of the sheet have in common; the cosine's mean
and its soft maximum over all wordings; cosine with the fact's name; and by kind of answer (answers.py) the share of the
kinds wanted that the fact gives, the share that its wordings want, and how alike these are on average."""

RIVAL_FEATURES: Final = ("nearest", "near", "overlap", "aligned", "words", "worst_word", "turned_nearest", "soft")
"""Those of the rivals that count for silence, each the most of any rival."""

SHARED: Final = 2
"""Wordings that a topic and a fact have in common from which they are one."""

SHARPNESS: Final = 10.0
"""Of the soft maximum: cosines that are a tenth apart count as 1 to e."""

ALIGNED: Final = 3
"""Nearest wordings that are aligned piece by piece."""


@dataclass(frozen=True, eq=False)
class Target:
    """A fact or a topic, ready to be compared."""

    wordings: tuple[str, ...]
    pooled: Floats
    turned: Floats
    tokens: tuple[TokenVectors, ...]
    stems: tuple[frozenset[str], ...]
    """Content stems of each wording."""
    word_rows: tuple[tuple[int, ...], ...]
    """Of each wording and last of the answer: rows of its content words in the sheet's word vectors."""
    says: Floats
    """(384,), zero without an answer."""
    says_stems: frozenset[str]
    name: Floats
    """(384,), zero without one."""
    kinds: tuple[frozenset[str], ...]
    """Kinds of answer that each wording wants."""
    gives: frozenset[str]
    """Kinds of answer that it gives."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """The facts of a problem and the rival topics."""

    facts: tuple[Target, ...]
    rivals: tuple[Target, ...]
    centre: Floats
    """The mean of all the facts' wordings, (384,)."""
    weights: Mapping[str, float]
    """How rare a stem is among the facts; what none of them has is rarest."""
    rarest: float
    word_vectors: Floats
    """(words, 384), each word by itself: in a sentence it would take on the sentence's colour."""
    rows: Mapping[str, int]
    """Where a word stands in them."""


@lru_cache(maxsize=1)
def topics() -> Mapping[str, tuple[str, ...]]:
    """The wordings of the topics that come up in nearly every round."""
    text = resources.files("interviewer.agents").joinpath("topics.yaml").read_text(encoding="utf-8")
    return {topic: tuple(wordings) for topic, wordings in yaml.safe_load(text).items()}


@lru_cache(maxsize=16)
def sheet(facts: tuple[Fact, ...]) -> Sheet:
    """The facts, embedded. Blocking, about three seconds for a sheet that is new."""
    lent, rivals = _shared(facts)
    groups = [tuple(dict.fromkeys((*fact.asked, fact.name, *lent.get(fact.id, ())))) for fact in facts]
    own = np.stack([one.pooled for group in groups for one in embedder().tokens(group)])
    centre = np.asarray(own.mean(axis=0), np.float32)
    texts = [*groups, *rivals]
    answers = [*(fact.says for fact in facts), *("" for _ in rivals)]
    names = [*(fact.name for fact in facts), *("" for _ in rivals)]
    content = dict.fromkeys(
        w for group, says in zip(texts, answers, strict=True) for t in (*group, says) for w in _words(t)
    )
    rows = {word: row for row, word in enumerate(content)}
    vectors = embedder().vectors(list(rows))
    targets = [
        _target(group, name, says, centre, rows) for group, name, says in zip(texts, names, answers, strict=True)
    ]
    weights, rarest = _weights(facts)
    return Sheet(tuple(targets[: len(facts)]), tuple(targets[len(facts) :]), centre, weights, rarest, vectors, rows)


def features(of: Sheet, question: str, *, without: str = "") -> tuple[Floats, Floats]:
    """The features of a question for each fact, (facts, FEATURES), and for silence, (RIVAL_FEATURES,).

    `without`: a wording that is left out, when the question is that wording.
    """
    seen = _Question(of, question)
    rows = np.array([seen.features(target, without) for target in of.facts], np.float32)
    rivals = np.array([seen.features(target, without) for target in of.rivals], np.float32).max(axis=0)
    return rows, rivals[[FEATURES.index(name) for name in RIVAL_FEATURES]]


class _Question:
    """A question as it is compared with each target of a sheet."""

    def __init__(self, of: Sheet, text: str) -> None:
        self._tokens = embedder().tokens([text])[0]
        self._turned = _turned(self._tokens.pooled, of.centre)
        self._stems = content_stems(text) or stems(text)
        self._kinds = wanted(text)
        self._of = of
        said = _words(text)
        self._word_weights = np.array([of.weights.get(stem(word), of.rarest) for word in said])
        self._near_words = _vectors(said, of) @ of.word_vectors.T

    def features(self, target: Target, without: str) -> list[float]:
        kept = [row for row, wording in enumerate(target.wordings) if wording != without]
        cosines = target.pooled[kept] @ self._tokens.pooled
        turned = np.sort(target.turned[kept] @ self._turned)[::-1]
        nearest = np.argsort(-cosines)
        total = max(self._weigh(self._stems), 1e-9)
        known = frozenset[str]().union(*(target.stems[row] for row in kept))
        overlap = max(
            2 * self._weigh(self._stems & target.stems[row]) / max(1e-9, total + self._weigh(target.stems[row]))
            for row in kept
        )
        mean, worst = self._by_words([row for n in (*kept, -1) for row in target.word_rows[n]])
        return [
            float(cosines[nearest[0]]),
            float(cosines[nearest[:3]].mean()),
            float(target.says @ self._tokens.pooled),
            overlap,
            self._weigh(self._stems & known) / total,
            self._weigh(self._stems & (known | target.says_stems)) / total,
            max((self._aligned(target.tokens[kept[n]]) for n in nearest[:ALIGNED]), default=0.0),
            mean,
            worst,
            float(turned[0]),
            float(turned[:3].mean()),
            float(cosines.mean()),
            float(np.log(np.exp(SHARPNESS * cosines).sum())) / SHARPNESS,
            float(target.name @ self._tokens.pooled),
            self._share(target.gives),
            self._share(frozenset().union(*(target.kinds[row] for row in kept))),
            float(np.mean([_alike(self._kinds, target.kinds[row]) for row in kept])),
        ]

    def _share(self, kinds: frozenset[str]) -> float:
        return len(self._kinds & kinds) / len(self._kinds) if self._kinds else 0.5

    def _weigh(self, found: frozenset[str]) -> float:
        return sum(self._of.weights.get(one, self._of.rarest) for one in found)

    def _aligned(self, other: TokenVectors) -> float:
        if not len(self._tokens.vectors) or not len(other.vectors):
            return 0.0
        cosines = self._tokens.vectors @ other.vectors.T
        return float(cosines.max(axis=1).mean() + cosines.max(axis=0).mean()) / 2

    def _by_words(self, rows: Sequence[int]) -> tuple[float, float]:
        if not len(self._word_weights) or not rows:
            return 0.5, 0.5
        best = self._near_words[:, rows].max(axis=1)
        return float((best * self._word_weights).sum() / self._word_weights.sum()), float(best.min())


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one or other else 0.5


def _shared(facts: Sequence[Fact]) -> tuple[dict[str, tuple[str, ...]], list[tuple[str, ...]]]:
    """What topics lend to facts, by the fact's id, and the wordings of the others."""
    lent: dict[str, tuple[str, ...]] = {}
    rivals: list[tuple[str, ...]] = []
    asked = {fact.id: {wording.lower() for wording in fact.asked} for fact in facts}
    for wordings in topics().values():
        counts = {id: sum(wording.lower() in mine for wording in wordings) for id, mine in asked.items()}
        id = max(counts, key=counts.__getitem__)
        if counts[id] >= SHARED:
            lent[id] = (*lent.get(id, ()), *wordings)
            continue
        others = set().union(*asked.values())
        rivals.append(tuple(wording for wording in wordings if wording.lower() not in others))
    return lent, [rival for rival in rivals if rival]


def _target(wordings: tuple[str, ...], name: str, says: str, centre: Floats, rows: Mapping[str, int]) -> Target:
    tokens = embedder().tokens(wordings)
    pooled = np.stack([one.pooled for one in tokens])
    return Target(
        wordings=wordings,
        pooled=pooled,
        turned=_turned(pooled, centre),
        tokens=tuple(tokens),
        stems=tuple(content_stems(wording) or stems(wording) for wording in wordings),
        word_rows=tuple(tuple(rows[word] for word in _words(text)) for text in (*wordings, says)),
        says=embedder().tokens([says])[0].pooled,
        says_stems=stems(says) if says else frozenset(),
        name=embedder().tokens([name])[0].pooled,
        kinds=tuple(wanted(wording) for wording in wordings),
        gives=given(f"{name} {says}"),
    )


def _turned(vectors: Floats, centre: Floats) -> Floats:
    """Without the part that lies along the centre, normalised again: what a question is about within its problem."""
    axis = centre / max(float(np.linalg.norm(centre)), 1e-9)
    rest = vectors - (vectors @ axis)[..., None] * axis
    return np.asarray(rest / np.maximum(np.linalg.norm(rest, axis=-1, keepdims=True), 1e-9), np.float32)


def _weights(facts: Sequence[Fact]) -> tuple[dict[str, float], float]:
    documents = [stems(" ".join((*fact.asked, fact.name, fact.says))) for fact in facts]
    counts: dict[str, int] = {}
    for document in documents:
        for one in document:
            counts[one] = counts.get(one, 0) + 1
    return {one: math.log((len(facts) + 1) / (n + 0.5)) for one, n in counts.items()}, math.log(2 * (len(facts) + 1))


def _vectors(said: Sequence[str], of: Sheet) -> Floats:
    """(words, 384); those that the sheet does not have are embedded in one go."""
    unknown = [word for word in dict.fromkeys(said) if word not in of.rows]
    new = dict(zip(unknown, embedder().vectors(unknown), strict=True)) if unknown else {}
    found = [of.word_vectors[of.rows[word]] if word in of.rows else new[word] for word in said]
    return np.stack(found) if found else np.zeros((0, of.word_vectors.shape[1]), np.float32)


def _words(text: str) -> list[str]:
    return [word.text for word in words(text) if word.is_content]

"""Token alignment: how well the words of a statement are met by an answer, by meaning and not by spelling.

For each content word of the statement the best cosine among the answer's word pieces is taken; a weighted mean of
these is the alignment. Words that the question itself contains count a quarter: repeating the question shows nothing.
Weights are by rarity. (This is the recall side of BERTScore, arXiv 1904.09675, with the question taken out.)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from interviewer.agents.matching.words import Word, words
from interviewer.llm.embed import DIMENSIONS, TokenVectors, embedder

Floats = NDArray[np.float32]

ASKED_WEIGHT = 0.25
"""What a word counts that stands in the question already: scientsbank is best at 0, beetle at 0.5."""

_FIRST_WORD = 1996
"""Number of "the" in the vocabulary of uncased BERT, whose whole words are ordered by frequency."""
_RARE_RANK = 28_500


@dataclass(frozen=True, eq=False)
class Statement:
    """A text whose words are looked for: its content words, a vector (w, 384) and a weight (w,) for each of them."""

    text: str
    words: tuple[Word, ...]
    vectors: Floats
    weights: Floats
    pooled: Floats


@dataclass(frozen=True, eq=False)
class Alignment:
    """Statements against sentences.

    `whole[s]` is the alignment of statement s with all sentences together, `single[s, n]` with sentence n alone,
    `cosines[s, n]` the cosine of the pooled vectors. All in −1…1, 0 where there is nothing to compare.
    """

    whole: Floats
    single: Floats
    cosines: Floats


@lru_cache(maxsize=16384)
def rarity(word: str) -> float:
    """A stand-in for idf, 0.04–1: the logarithm of the word's frequency rank in the model's own vocabulary.

    A table counted on the training texts was no better over the three sets; words known only in pieces count as rare.
    """
    number = embedder().token_id(word)
    rank = _RARE_RANK if number is None or number < _FIRST_WORD else number - _FIRST_WORD + 1
    return max(0.04, (math.log(rank) - 3.0) / (math.log(_RARE_RANK) - 3.0))


def statement(text: str, *, tokens: TokenVectors) -> Statement:
    """A text made ready to be looked for; a word's vector is the mean of its pieces'."""
    kept: list[Word] = []
    vectors: list[Floats] = []
    for word in words(text):
        if not word.is_content:
            continue
        pieces = [row for row, (start, end) in enumerate(tokens.spans) if start < word.end and end > word.start]
        if pieces:
            mean = tokens.vectors[pieces].mean(axis=0)
            kept.append(word)
            vectors.append(mean / max(float(np.linalg.norm(mean)), 1e-9))
    return Statement(
        text=text,
        words=tuple(kept),
        vectors=np.array(vectors, np.float32).reshape(len(kept), DIMENSIONS),
        weights=np.array([rarity(word.text) for word in kept], np.float32),
        pooled=tokens.pooled,
    )


@lru_cache(maxsize=64)
def statements(texts: tuple[str, ...]) -> tuple[Statement, ...]:
    """The texts made ready to be looked for, with one call to the model for those it has not seen."""
    return tuple(statement(text, tokens=tokens) for text, tokens in zip(texts, embedder().tokens(texts), strict=True))


def asked_weights(wanted: Statement, asked: frozenset[str]) -> Floats:
    """The statement's weights with the words of the question (by stem) turned down."""
    factor = [ASKED_WEIGHT if word.stem in asked else 1.0 for word in wanted.words]
    return np.asarray(wanted.weights * np.array(factor, np.float32), np.float32)


def align(wanted: Sequence[Statement], said: Sequence[TokenVectors], *, asked: frozenset[str]) -> Alignment:
    """Every statement against every sentence; `asked` are the stems of the question's words."""
    count = len(said)
    result = Alignment(
        whole=np.zeros(len(wanted), np.float32),
        single=np.zeros((len(wanted), count), np.float32),
        cosines=np.zeros((len(wanted), count), np.float32),
    )
    filled = [n for n, sentence in enumerate(said) if len(sentence.vectors)]
    if not filled or not wanted:
        return result
    pieces = np.concatenate([said[n].vectors for n in filled])
    pooled = np.stack([said[n].pooled for n in filled])
    starts = np.cumsum([0, *(len(said[n].vectors) for n in filled[:-1])])
    result.cosines[:, filled] = np.stack([target.pooled for target in wanted]) @ pooled.T
    rows = [row for row, target in enumerate(wanted) if target.words]
    if not rows:
        return result
    # (words of all statements, sentences): the best piece of each sentence for each word
    vectors = np.concatenate([wanted[row].vectors for row in rows])
    best = np.maximum.reduceat(vectors @ pieces.T, starts, axis=1)
    weights = np.concatenate([_shares(asked_weights(wanted[row], asked)) for row in rows])
    firsts = np.cumsum([0, *(len(wanted[row].words) for row in rows[:-1])])
    result.single[np.ix_(rows, filled)] = np.add.reduceat(weights[:, None] * best, firsts, axis=0)
    result.whole[rows] = np.add.reduceat(weights * best.max(axis=1), firsts)
    return result


def _shares(weights: Floats) -> Floats:
    return np.asarray(weights / weights.sum(), np.float32)

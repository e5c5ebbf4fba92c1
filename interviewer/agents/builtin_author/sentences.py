"""The sentences of documents that may be cited, each as it stands there (the quote) and as it reads without clutter."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from interviewer.agents.builtin_author.names import short_forms, spelled_out
from interviewer.domain import Excerpt
from interviewer.rules.addressed import BLANK, blanked
from interviewer.rules.evidence import sentences

FEWEST_WORDS, MOST_WORDS = 6, 45
"""Words of a sentence that is worth citing, without its brackets."""
LETTERS = 0.7
"""Share of the words that are nothing but letters, below which it is a formula, a table row or code."""


@dataclass(frozen=True)
class Sentence:
    """A sentence of a document."""

    excerpt: Excerpt
    quote: str
    """As it stands in the passage."""
    text: str
    """Without brackets, marks of emphasis and opening phrases, short forms spelled out."""


_LEFT_OUT = re.compile(
    r"\b(?:acknowledg\w*|references|bibliography|hiring|join us|about (?:us|the authors?)|further reading|thanks)\b",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])")
_MARKS = re.compile(r"[*_`]{1,3}(?=\w)|(?<=\w)[*_`]{1,3}(?!\w)")
_OPENINGS = re.compile(
    r"^(?:(?:however|moreover|furthermore|additionally|in addition|therefore|thus|hence|consequently|as a result|"
    r"finally|first(?:ly)?|second(?:ly)?|third(?:ly)?|besides|overall|in particular|in general|in practice|in fact|"
    r"in contrast|in other words|specifically|notably|unfortunately|fortunately|intuitively|indeed|similarly|"
    r"for (?:instance|example)|in (?:this|our) (?:paper|work|study|post|section)|to this end),\s+|"
    r"(?:but|and|so|yet|also)\s+)+",
    re.IGNORECASE,
)
_NO_CLAIM = re.compile(
    "|".join(
        (
            r"^\s*(?:figure|fig\.|table|listing|algorithm|appendix|equation|theorem|lemma)\s?\d|^\W*\d",
            r"https?:|www\.|@\w|[{}|\\]|\?$|\[[^\]\d]",
            r"\b(?:described|mentioned|shown|discussed|listed|noted|defined|outlined) (?:above|below|before|earlier)\b",
            r"\b(?:as follows|the following|respectively|in the next section)\b",
            r"^(?:as )?(?:shown|seen|listed|given) in\b",
            r"\b(?:we thank|arxiv|proceedings|copyright|all rights reserved|doi)\b",
        )
    ),
    re.IGNORECASE,
)
_PLAIN_WORD = re.compile(r"['\"]?[^\W\d_]+(?:[-'/][^\W\d_]+)*['\".,;:]*")


def citable(material: Sequence[Excerpt]) -> tuple[Sentence, ...]:
    """The sentences that may be cited, in their order, each once; none of a passage's that speak to a program."""
    forms = short_forms(excerpt.passage.text for excerpt in material)
    found: dict[str, Sentence] = {}
    for excerpt in material:
        if any(_LEFT_OUT.search(heading) for heading in excerpt.passage.sections):
            continue
        for sentence in sentences(blanked(excerpt.passage.text)):
            quote = sentence.lstrip("•–—-*·▪ ")
            if BLANK in quote or quote not in excerpt.passage.text:
                continue
            text = plain(quote, forms)
            if _is_claim(text) and quote[0].isupper() and not _NO_CLAIM.search(quote):
                found.setdefault(text.lower(), Sentence(excerpt, quote, text))
    return tuple(found.values())


def plain(quote: str, forms: Mapping[str, str]) -> str:
    """A sentence without brackets, marks of emphasis and opening phrases, short forms spelled out."""
    text = _MARKS.sub("", quote.replace("’", "'"))
    while (cut := _BRACKETS.sub("", text)) != text:
        text = cut
    text = re.sub(r"\s+([,.;])", r"\1", re.sub(r"\s+", " ", text)).strip()
    text = spelled_out(_OPENINGS.sub("", text), forms)
    return text[:1].upper() + text[1:]


def _is_claim(text: str) -> bool:
    words = text.split()
    if not FEWEST_WORDS <= len(words) <= MOST_WORDS or text[-1] not in ".;":
        return False
    return sum(bool(_PLAIN_WORD.fullmatch(word)) for word in words) >= LETTERS * len(words)

"""The built-in author: interview questions from documents without a language model.

It holds every document against written themes (prompts/library/themes/): questions that a good interviewer asks in many
places, each with the claims that documents on it make. A theme is asked if sentences of the document say three of its
claims, two of them clearly; those become the key points, each citing its sentence. What no sentence says is left out,
and a document that says too little gets no question: few good ones beat many.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby

from interviewer.agents.builtin_author.sentences import citable
from interviewer.agents.builtin_author.subject import lead
from interviewer.agents.builtin_author.support import Document, Support
from interviewer.agents.builtin_author.wording import is_asked, question
from interviewer.agents.compared import similarity
from interviewer.agents.matching.words import content_stems
from interviewer.agents.tally import Tally
from interviewer.content.themes import Theme, shipped_themes
from interviewer.domain import Excerpt, Question
from interviewer.rules.authored import FEWEST_POINTS, duplicates, faults

FEWEST_SIGNS = 2
"""How often a theme's signs must stand in a document before it is looked at."""
CLEAR, LEAST = 1.4, 1.05
"""Strength from which a sentence counts as saying a point, and down to which one is taken to make up three."""
FEWEST_CLEAR = 2
"""How many points must be said clearly; a third may be weaker, as long as the three together are strong enough."""
ENOUGH = 4.3
"""What the strengths of the three surest points, and how much of the document is about the theme, must sum up to.

Set by reading on one half of the documents, drawn by hash; `evals/results/questions-built-in.md` has the other half.
"""
MOST_ABOUT = 0.5
"""Share of the passages with a sign from which a document is wholly about a theme."""

__all__ = ["built_in_questions"]


def built_in_questions(
    material: Sequence[Excerpt], *, company: str, bank: Sequence[Question], tally: Tally | None = None
) -> tuple[Question, ...]:
    """Questions from the documents of a company, the surest first; often few, and none if nothing is worth asking.

    Args:
        material: passages with their documents, those of one document together.
        bank: questions that there are already; what asks the same is left out.
        tally: is told what was drafted and refused.

    Blocking: it embeds the sentences, about a second for a paper. Raises ContentError, OperatorError.
    """
    ranked = sorted(_candidates(material, company), key=lambda pair: (-pair[0], pair[1].id))
    tally = tally or Tally()
    found = [(one, faults(one, material, stems=content_stems)) for _, one in ranked]
    sound = [one for one, codes in found if not codes]
    repeated = duplicates(sound, bank, similarity=similarity)
    for codes in (*filter(None, (codes for _, codes in found)), *(("duplicate",) * again for again in repeated)):
        tally.note(codes)
    return tuple(one for one, again in zip(sound, repeated, strict=True) if not again)


def _candidates(material: Sequence[Excerpt], company: str) -> Iterator[tuple[float, Question]]:
    for _, group in groupby(material, key=lambda excerpt: excerpt.document.id):
        excerpts = list(group)
        themes = [theme for theme in shipped_themes() if _signs(theme, excerpts) >= FEWEST_SIGNS]
        sentences = citable(excerpts) if themes else ()
        if len(sentences) < FEWEST_POINTS:
            continue
        document, opening = Document(sentences, shipped_themes()), lead(excerpts, company=company)
        for theme in themes:
            found = document.supports(theme, least=LEAST)
            supports = _clearest(theme, [one for one in found if not is_asked(one.wording, theme=theme, lead=opening)])
            worth = _worth(theme, excerpts, supports)
            if worth >= ENOUGH:
                yield worth, question(theme, supports, lead=opening, company=company.strip())


def _signs(theme: Theme, excerpts: Sequence[Excerpt]) -> int:
    pattern = _pattern(theme.signs)
    return sum(len(pattern.findall(excerpt.passage.text)) for excerpt in excerpts)


def _clearest(theme: Theme, found: Sequence[Support]) -> list[Support]:
    """What is clearly said, made up to three points, with the surest must among them."""
    ranked = sorted(found, key=lambda one: -one.strength)
    clear = max(sum(one.strength >= CLEAR for one in ranked), FEWEST_POINTS)
    musts = [one for one in ranked if theme.points[one.point].importance == "must"]
    kept = ranked[:clear]
    return kept if not musts or musts[0] in kept else [*kept, musts[0]]


def _worth(theme: Theme, excerpts: Sequence[Excerpt], supports: Sequence[Support]) -> float:
    """How surely the theme can be asked of the document; 0 with too few points or without a must."""
    musts = [one for one in supports if theme.points[one.point].importance == "must"]
    clear = sum(one.strength >= CLEAR for one in supports)
    if len(supports) < FEWEST_POINTS or not musts or clear < FEWEST_CLEAR:
        return 0.0
    pattern = _pattern(theme.signs)
    about = sum(bool(pattern.search(excerpt.passage.text)) for excerpt in excerpts) / len(excerpts)
    surest = sorted((one.strength for one in supports), reverse=True)[:FEWEST_POINTS]
    return sum(surest) + min(about, MOST_ABOUT)


@cache
def _pattern(signs: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the signs: a space or hyphen for each other, `*` for any ending."""
    parts = (re.escape(sign).replace(r"\ ", "[ -]").replace(r"\-", "[ -]?").replace(r"\*", r"\w*") for sign in signs)
    return re.compile(rf"\b(?:{'|'.join(parts)})\b", re.IGNORECASE)

"""What is wrong with a ladder that a model wrote, from a project summary or a document: codes as in rules/authored.py.

A ladder from a project is written without knowing the answers, so its key points must not invent any; a ladder from a
document must rest on passages, point by point. Pure: stems and similarities come in as functions.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

from interviewer.domain import Excerpt, Question
from interviewer.rules import authored
from interviewer.rules.authored import ALIKE, FEWEST_STEMS, GIVEN_AWAY, LONGEST_TURN, RELATED, Similarity, Stems
from interviewer.rules.evidence import sentences

STEPS: Final = (1, 2, 3, 4)
FEWEST_POINTS, MOST_POINTS = 8, 14
FEWEST_PROBES, MOST_PROBES = 6, 10
NEEDED: Final = ("depth", "decisions", "evaluation", "failure")
"""Dimensions of the depth round that every ladder has key points for."""
WITHIN: Final = 0.25
"""Cosine of a key point, or of what a step asks, with other parts of the ladder, below which it is about something
else; of 350 parts of good ladders one was below, of 220 with a sentence from an attack in their place nine in ten."""
PHRASE: Final = 0.2
"""The same for a single sentence of what a step asks."""

REASONS: Final = authored.REASONS | {
    "too_few_points": f"fewer than {FEWEST_POINTS} key points",
    "too_many_points": f"more than {MOST_POINTS} key points",
    "step_without_must": "a step from L1 to L4 has no must among its key points",
    "step_without_probe": "no probe leads to a key point of one of the steps",
    "dimension_missing": f"no key point for one of the dimensions {', '.join(NEEDED)}",
    "step_asks_nothing": "a step asks nothing",
    "step_too_long": f"a step's question has more than {LONGEST_TURN} words",
    "step_repeated": "two steps ask the same",
    "answer_in_step": "a step's question contains a key point of that step",
    "too_few_probes": f"fewer than {FEWEST_PROBES} probes that lead to a key point without naming it",
    "too_many_probes": f"more than {MOST_PROBES} probes",
    "whose_part": "L1 does not ask which part was theirs and which the team's",
    "claim_not_found": "a claim that it rests on does not stand in the summary word for word",
    "no_claim": "it rests on none of the claims",
    "claim_unrelated": "its opener has nothing to do with its claims",
    "invented_figure": (
        "a question, probe, hint or key point has a figure that the summary has not; only L4 and h4 may bring new ones"
    ),
}
"""Every reason, in words that its author can act on."""

_FIGURE = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*")
_WHOSE = re.compile(
    r"\b(?:team|others?|colleagues?|somebody else|someone else|yourself|your (?:own|part|call|idea|decision))\b",
    re.IGNORECASE,
)


def of_project(
    question: Question, claims: Sequence[str], text: str, *, stems: Stems, similarity: Similarity
) -> tuple[str, ...]:
    """The codes (`REASONS`) of all that is wrong with a ladder about a project; empty if it may be asked.

    Args:
        claims: the claims that it rests on, as they stand in the summary; empty ones were not found there.
        text: the summary as the model saw it.
    """
    found = {*_of_ladder(question, stems), *_whose(question), *_invented(question, text)}
    # Of their own project they know the amounts and the names.
    found.discard("needs_the_page")
    if not claims:
        found.add("no_claim")
    elif not all(claims):
        found.add("claim_not_found")
    elif max(similarity(question.opener, claims)) < RELATED:
        found.add("claim_unrelated")
    if not _together(question, claims, stems, similarity):
        found.add("incoherent")
    return _in_order(found)


def of_document(
    question: Question, excerpts: Iterable[Excerpt], *, stems: Stems, similarity: Similarity
) -> tuple[str, ...]:
    """The codes of all that is wrong with a ladder about a document, written from these passages; empty if nothing."""
    passages = {excerpt.passage.id: excerpt for excerpt in excerpts}
    found = set(_of_ladder(question, stems))
    for codes in authored.point_faults(question, passages.values(), stems=stems, similarity=similarity).values():
        found.update(codes)
    texts = {id: excerpt.passage.text for id, excerpt in passages.items()}
    found.update(authored.quote_faults(question, texts, None))
    if not _together(question, (), stems, similarity):
        found.add("incoherent")
    return _in_order(found)


def _in_order(found: Collection[str]) -> tuple[str, ...]:
    return tuple(code for code in REASONS if code in found)


def asks(question: Question) -> dict[int, str]:
    """What each step asks."""
    return {rung.level: rung.ask for rung in question.brief.rungs} if question.brief is not None else {}


def _of_ladder(question: Question, stems: Stems) -> Iterator[str]:
    """What is wrong with any ladder, whatever it was written from."""
    yield from authored.opener_faults(question)
    yield from authored.turn_faults(question, stems)
    yield from _counts(question)
    yield from _steps(question, stems)
    for one, other in combinations((frozenset(stems(point.text)) for point in question.key_points), 2):
        if len(one & other) >= ALIKE * len(one | other):
            yield "point_repeated"
    for text in _texts(question):
        yield from authored.text_faults(text)
    opener, *others = asks(question).values()
    points = (point.text for point in question.key_points)
    if not all(map(authored.is_english, (opener, " ".join(others), " ".join(points)))):
        yield "language"


def _counts(question: Question) -> Iterator[str]:
    points = question.key_points
    if len(points) < FEWEST_POINTS:
        yield "too_few_points"
    if len(points) > MOST_POINTS:
        yield "too_many_points"
    if {p.level for p in points if p.importance == "must"} != set(STEPS):
        yield "step_without_must"
    level = {point.id: point.level for point in points}
    if not {level.get(probe.key_point, 0) for probe in question.probes}.issuperset(STEPS):
        yield "step_without_probe"
    if not {point.dimension for point in points}.issuperset(NEEDED):
        yield "dimension_missing"
    if len(question.probes) < FEWEST_PROBES:
        yield "too_few_probes"
    if len(question.probes) > MOST_PROBES:
        yield "too_many_probes"


def _steps(question: Question, stems: Stems) -> Iterator[str]:
    for level, ask in asks(question).items():
        if not authored.is_question(ask):
            yield "step_asks_nothing"
        if len(ask.split()) > LONGEST_TURN:
            yield "step_too_long"
        said = set(stems(ask))
        for point in question.key_points:
            wanted = set(stems(point.text))
            if point.level == level and len(wanted) >= FEWEST_STEMS and len(wanted & said) >= GIVEN_AWAY * len(wanted):
                yield "answer_in_step"
    for one, other in combinations((frozenset(stems(ask)) for ask in asks(question).values()), 2):
        if len(one & other) >= ALIKE * len(one | other):
            yield "step_repeated"


def _whose(question: Question) -> Iterator[str]:
    if not _WHOSE.search(question.opener):
        yield "whose_part"


def _invented(question: Question, text: str) -> Iterator[str]:
    """Figures that neither the summary nor, for what belongs to it, the last step's new situation has."""
    known, new = figures(text), figures(asks(question).get(STEPS[-1], ""))
    level = {point.id: point.level for point in question.key_points}
    told = [(ask, n) for n, ask in asks(question).items()]
    told += [(point.text, point.level) for point in question.key_points]
    told += [(probe.text, level.get(probe.key_point, 0)) for probe in question.probes]
    told += [(hint, level.get(ladder.key_point, 0)) for ladder in question.ladders for hint in ladder.rungs[:3]]
    if any(figures(words) - known - (new if of == STEPS[-1] else set()) for words, of in told):
        yield "invented_figure"


def figures(text: str) -> set[str]:
    """The numbers in a text, as they are written but for the marks of thousands: not those in names ("L2", "p99")."""
    return {re.sub(r",(?=\d{3}\b)", "", number).rstrip(".,") for number in _FIGURE.findall(text)}


def _together(question: Question, claims: Sequence[str], stems: Stems, similarity: Similarity) -> bool:
    """Whether every key point and every step has to do with the steps, the key points or the claims."""
    points = [point.text for point in question.key_points]
    steps = list(asks(question).values())

    every = (*steps, *points, *filter(None, claims))

    def within(text: str, without: str, least: float) -> bool:
        # Always against the same texts, so that these are embedded once.
        return max(cos for other, cos in zip(every, similarity(text, every), strict=True) if other != without) >= least

    phrases = [(part, step) for step in steps for part in sentences(step) if len(stems(part)) >= FEWEST_STEMS]
    return all(within(text, text, WITHIN) for text in (*steps, *points)) and all(
        within(part, step, PHRASE) for part, step in phrases
    )


def _texts(question: Question) -> Iterator[str]:
    yield from authored.texts(question)
    brief = question.brief
    if brief is not None:
        yield from asks(question).values()
        yield from brief.red_flags
        yield from brief.signals.values()


def reasons(codes: Sequence[str], points: Mapping[int, Sequence[str]] | None = None) -> str:
    """What is wrong, for the model; `points` tells which key points (from 1) have which of the faults."""
    places = {code: [str(n) for n, found in (points or {}).items() if code in found] for code in codes}
    return "; ".join(
        REASONS[code] + (f" (key point {', '.join(places[code])})" if places[code] else "") for code in codes
    )

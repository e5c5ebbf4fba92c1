"""Arithmetic of a round: the right range of a sum from the fact sheet, and the candidate's number against it.

The number is looked for and not asked for again: of all numbers in an answer it is the one that fits the sum's unit and
is given as a result, not one that the fact sheet gave, nor a step on the way.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from interviewer.domain import Fact, Sum
from interviewer.rules.formula import constants, evaluate, steps
from interviewer.rules.quantities import Quantity, folded_text, quantities
from interviewer.rules.units import DAY, Unit, same, unit_of

__all__ = ["Checked", "Expected", "check", "expected", "numbers_of"]

Result = Literal["right", "off", "none"]

LOOSE_RANGE = 2.0
"""A range counts by its middle, if neither end is further than this from what is accepted."""

STEP = 0.06
"""How near, as a share, a number is to a step of the calculation to be taken for it: people round on the way."""

EVERYDAY = (1e5, 24.0, 60.0, 3600.0, 1440.0, DAY, 7.0, 30.0, 365.0, 12.0, 100.0)
"""Numbers that conversions need and the fact sheet does not give; 1e5 is what many take for the seconds of a day."""


@dataclass(frozen=True)
class Expected:
    """The right value of a sum and the ends of what is accepted, in the sum's unit."""

    value: float
    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether a value is accepted."""
        return self.low * (1 - 1e-9) <= value <= self.high * (1 + 1e-9)


@dataclass(frozen=True)
class Checked:
    """What came of a sum."""

    result: Result
    """`none`: no number that answers it was said."""
    value: float | None = None
    """The number that was taken for the answer, in the sum's unit; the middle of a range."""
    sentence: int | None = None
    """The number, from 1, of the sentence in which it stands."""
    factor: float | None = None
    """The number divided by the right one: 1000 is a thousand times too much, 0.001 a thousandth."""


@dataclass(frozen=True)
class _Claim:
    """A number of the answer that could be meant as the sum's."""

    value: float
    low: float
    high: float
    sentence: int
    start: int
    score: float
    is_result: bool
    """Whether it is given as one: no part of a calculation, and not a number of the fact sheet."""


@dataclass(frozen=True)
class _Asked:
    """A sum with everything that its numbers are compared with."""

    unit: Unit
    expected: Expected
    constants: tuple[float, ...]
    fact_values: tuple[tuple[float, Unit], ...]
    steps: tuple[float, ...]
    cards_per_machine: float | None


def numbers_of(facts: Sequence[Fact]) -> dict[str, float]:
    """The numbers of a fact sheet by the facts' ids."""
    return {fact.id: fact.value for fact in facts if fact.value is not None}


def expected(sum: Sum, facts: Sequence[Fact]) -> Expected:
    """The right value and its range, from the formula and the facts. Raises FormulaError."""
    return _around(evaluate(sum.formula, numbers_of(facts)), sum.tolerance)


def check(sum: Sum, facts: Sequence[Fact], sentences: Sequence[str]) -> Checked:
    """The candidate's sentences, in order, against a sum. Raises FormulaError if the sum cannot be worked out."""
    asked = _asked(sum, facts, numbers_of(facts))
    claims = [claim for number, said in enumerate(sentences, 1) for claim in _claims(said, number, asked)]
    claims = _uncorrected(claims, sentences)
    results = [claim for claim in claims if claim.is_result]
    if not results:
        return Checked("none")
    right = [claim for claim in results if _is_right(claim, asked.expected)]
    taken = max(right or results, key=lambda claim: (claim.score, claim.sentence, claim.start))
    return Checked(
        "right" if right else "off", taken.value, taken.sentence, round(taken.value / asked.expected.value, 6)
    )


def _around(value: float, tolerance: float) -> Expected:
    one, other = value * (1 - tolerance), value * (1 + tolerance)
    return Expected(value, min(one, other), max(one, other))


def _asked(sum: Sum, facts: Sequence[Fact], numbers: Mapping[str, float]) -> _Asked:
    found = expected(sum, facts)
    used = [fact for fact in facts if fact.value is not None]
    way = steps(sum.formula, numbers)[:-1]
    return _Asked(
        unit=unit_of(sum.unit),
        expected=found,
        constants=constants(sum.formula),
        fact_values=tuple((float(fact.value), unit_of(fact.unit)) for fact in used if fact.value is not None),
        steps=tuple(step for step in way if not found.holds(step)),
        cards_per_machine=_cards_per_machine(facts),
    )


_CARDS = re.compile(
    r"\b(?:machine|server|node|box)s?\b[^.]{0,20}?\b(?:has|have|of|with|holds?)\b\s+(?=\w+ )", re.IGNORECASE
)
_CARD_WORDS, _MACHINE_WORDS = frozenset({"accelerator", "gpu", "card"}), frozenset({"machine", "server", "node", "box"})


def _cards_per_machine(facts: Sequence[Fact]) -> float | None:
    """How many accelerators a machine has, if a fact says so: many count cards where a sum asks for machines."""
    for fact in facts:
        for found in _CARDS.finditer(fact.says):
            first = next(iter(quantities(fact.says[found.end() :])), None)
            if first and first.start == 0 and first.unit.things & _CARD_WORDS:
                return first.value
    return None


# ---------------------------------------------------------------- one number

_STRONG = re.compile(
    r"(?:=|:|→|->|⇒|\b(?:so|thus|therefore|hence|gives?|giving|makes?|comes? (?:out )?(?:to|at)|that'?s|that is|"
    r"equals?|i get|we get|ends? up|lands?|in total|total(?:s|ling)?|works out|call it|my (?:answer|estimate)|answer|"
    r"i'?d say|need|result\w*|final\w*|overall|which is|yields?|means)\b)[^\d,;.]{0,30}$"
)
_WEAK = re.compile(
    r"(?:[~≈]|\b(?:about|around|roughly|approx\w*|nearly|almost|is|are|at|say|circa|of order))\s*[$€£]?$"
)
_BEFORE = re.compile(
    r"(?:[*×·/÷+^]|\dx|\bx|\btimes|\b(?:divided|multiplied|divide|multiply) (?:it |that |this )?by|\bplus|\bminus|\s-|"
    r"\bdivided|\bmultiply|\bdivide|\bx peak)\s*(?:about |the |an? |~|\()*[$€£]?\s*$"
)
_FACTOR = re.compile(r"\bfactor(?: of)?\s*(?:about |roughly |~)?$")
_AFTER = re.compile(
    r"\s*\)?\s*(?:[*×·/÷+^]|[x-]\s*[\d(]|x\s+[a-z]*\s*\d|times\b(?! (?:the|a|an) )|divided\b|multiplied\b"
    r"|plus\b|minus\b)"
)
_CORRECTED = re.compile(r"\b(?:no wait|wait|actually|sorry|correction|i mean|scratch that|strike that|let me redo)\b")


def _claims(said: str, number: int, asked: _Asked) -> Iterator[_Claim]:
    """The numbers of a sentence that may answer the sum."""
    text = folded_text(said)
    found = quantities(said, metres=asked.unit.kind == "length")
    if asked.unit.kind == "share":
        found = _with_fractions(text, found)
    for place, one in enumerate(found):
        fit, factor = _fit(one, asked)
        if fit <= 0:
            continue
        value = one.value * factor
        claim = (value, one.low * factor, one.high * factor)
        start = found[place - 1].end if place else 0
        before, after = text[start : one.start], text[one.end :]
        is_operand = bool(_BEFORE.search(text[: one.start]) or _AFTER.match(after))
        if asked.unit.kind != "times":
            is_operand = is_operand or bool(_FACTOR.search(before))
        right = _is_right_value(*claim, asked.expected)
        is_input = _is_input(one, asked) and not (right and fit >= 2)
        is_input = is_input or (not right and _is_everyday(one))
        marked = 2.0 if _STRONG.search(before) else 1.0 if _WEAK.search(before) else 0.0
        if one.is_word and one.value <= 2 and not marked and fit < 2:
            continue
        is_step = not right and _is_step(one, value, asked)
        score = 2.0 * fit + marked - 3.0 * is_step
        yield _Claim(*claim, number, one.start, score, is_result=not is_operand and not is_input)


def _fit(one: Quantity, asked: _Asked) -> tuple[float, float]:
    """How well a number's unit fits the sum's, 0 (not at all) to 3, and what it is multiplied by to be in it."""
    unit, wanted = one.unit, asked.unit
    if unit.kind == wanted.kind:
        factor = unit.scale / wanted.scale
        other_each = 0.75 if unit.each and not same(unit.each, wanted.each) else 0.0
        if wanted.per is None:
            return _fit_of_count(unit, wanted, asked.cards_per_machine, factor, other_each)
        if unit.per is not None:
            like = 3.0 if same(unit.things, wanted.things) or not unit.things else 2.0
            return like - other_each, factor * wanted.per / unit.per
        if unit.kind != "plain" or same(unit.things, wanted.things):
            return 2.0 - other_each, factor
        return (1.0 if not unit.things else 0.4), factor
    if unit.kind == "plain" and unit.per is None:
        if wanted.kind != "share":
            return (1.0 if not unit.things else 0.0), 1.0
        # What has a decimal point is no count, whatever word comes next.
        if unit.things and one.value.is_integer():
            return 0.0, 1.0
        return _fit_of_bare_share(one.value, wanted, asked.expected)
    return 0.0, 1.0


def _fit_of_count(
    unit: Unit, wanted: Unit, cards: float | None, factor: float, other_each: float
) -> tuple[float, float]:
    if unit.per is not None:
        # "1.35 orders a month" for a sum that names its 30 days in the question
        fits = unit.kind != "plain" or not unit.things or same(unit.things, wanted.things)
        return (1.0 if fits else 0.0), factor
    if unit.kind != "plain":
        return 3.0 - other_each, factor
    if cards and unit.things & _CARD_WORDS and wanted.things & _MACHINE_WORDS:
        return 2.5, factor / cards
    if same(unit.things, wanted.things):
        return 3.0 - other_each, factor
    return (1.0 if not unit.things else 0.4), factor


def _fit_of_bare_share(value: float, wanted: Unit, right: Expected) -> tuple[float, float]:
    """A bare number for a share: 0.05 or, where percent are asked for, 5; what is over 1 is no probability."""
    if wanted.scale == 1.0:
        return (1.5, 1.0) if 0 <= value <= 1 else (0.0, 1.0)
    as_share = value / wanted.scale
    if 0 < value <= 1 and right.holds(as_share) and not right.holds(value):
        return 1.5, 1 / wanted.scale
    return 1.0, 1.0


_PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10, "twentieth": 20, "hundredth": 100}
_PART = re.compile(rf"\b(?:(one|an?|two|three|four)[\s-]+)?({'|'.join(_PARTS)})s?\b(?! an?\b)")


def _with_fractions(text: str, found: tuple[Quantity, ...]) -> tuple[Quantity, ...]:
    """With "1/3", "10/200" and "a third" as shares; other divisions are left as they are."""
    result: list[Quantity] = []
    for one in found:
        last = result[-1] if result else None
        if last and _is_fraction(text, last, one):
            result[-1] = _share(last.value / one.value, last.start, one.end)
        else:
            result.append(one)
    for part in _PART.finditer(text):
        if part[1] is None and part[2] != "half":
            continue
        times = {"two": 2, "three": 3, "four": 4}.get(part[1] or "one", 1)
        result = [one for one in result if one.end <= part.start() or one.start >= part.end()]
        result.append(_share(times / _PARTS[part[2]], *part.span()))
    return tuple(sorted(result, key=lambda one: one.start))


def _is_fraction(text: str, one: Quantity, other: Quantity) -> bool:
    is_divided = re.fullmatch(r"\s*/\s*", text[one.end : other.start]) and not _AFTER.match(text[other.end :])
    return bool(is_divided) and one.unit.is_bare and other.unit.is_bare and 0 < one.value < other.value


def _share(value: float, start: int, end: int) -> Quantity:
    return Quantity(value, value, value, Unit("share"), start, end)


def _is_input(one: Quantity, asked: _Asked) -> bool:
    """Whether it only repeats what the fact sheet or the formula says."""
    if one.low != one.high:
        return False
    if any(_near(one.value, number, 1e-9) for number in asked.constants) and one.unit.per is None:
        return True
    return any(
        _near(one.value * one.unit.scale, value * unit.scale, 1e-6)
        and one.unit.per in (unit.per, None)
        and (one.unit.kind == unit.kind or one.unit.is_bare)
        for value, unit in asked.fact_values
    )


def _is_everyday(one: Quantity) -> bool:
    is_everyday = one.unit.kind == "time" or (one.unit.kind == "plain" and not one.unit.things)
    return is_everyday and one.unit.per is None and one.low == one.high and one.value in EVERYDAY


def _is_step(one: Quantity, value: float, asked: _Asked) -> bool:
    """Whether it is what a part of the formula comes to."""
    said = (value, one.value, one.value * one.unit.scale)
    return any(_near(number, step, STEP) for number in said for step in asked.steps)


def _near(one: float, other: float, share: float) -> bool:
    return math.isclose(one, other, rel_tol=share)


def _is_right(claim: _Claim, right: Expected) -> bool:
    return _is_right_value(claim.value, claim.low, claim.high, right)


def _is_right_value(value: float, low: float, high: float, right: Expected) -> bool:
    return right.holds(value) and low >= right.low / LOOSE_RANGE and high <= right.high * LOOSE_RANGE


def _uncorrected(claims: Sequence[_Claim], sentences: Sequence[str]) -> list[_Claim]:
    """Without what was taken back: claims before the last "no wait" or "actually" that another claim follows."""
    for number in range(len(sentences), 0, -1):
        places = [found.end() for found in _CORRECTED.finditer(folded_text(sentences[number - 1]))]
        for place in reversed(places):
            kept = [claim for claim in claims if (claim.sentence, claim.start) >= (number, place)]
            if any(claim.is_result for claim in kept):
                return kept
    return list(claims)

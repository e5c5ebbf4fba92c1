"""The numbers in what somebody says, with their units: "about 230 per second", "1.2k QPS", "10^5", "half a million"."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from interviewer.rules.units import SECOND, Unit, read_unit

SHARPEST_RANGE = 100.0
"""Two numbers further apart than this many times are no range."""


@dataclass(frozen=True)
class Quantity:
    """One number, or one range of numbers, and where it stands in its text."""

    value: float
    """In `unit`; the middle of a range."""
    low: float
    high: float
    unit: Unit
    start: int
    end: int
    """Behind its unit."""
    is_word: bool = False
    """Whether it is a single small number in words: "one" is often no number at all."""


@dataclass(frozen=True)
class _Number:
    value: float
    start: int
    end: int
    scaled: float = 1.0
    """The factor of its "k" or "million"; 1 without."""
    is_word: bool = False


_UNITS = {
    word: float(n)
    for n, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {
    word: 10.0 * n
    for n, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "quadrillion": 1e15,
    "grand": 1e3, "mn": 1e6, "mil": 1e6, "mio": 1e6, "bn": 1e9, "tn": 1e12, "lakh": 1e5, "crore": 1e7, "dozen": 12.0,
}  # fmt: skip
_SCALES |= {f"{word}s": value for word, value in _SCALES.items() if len(word) > 3}
_LETTERS = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
_PARTS = {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "thirds": 1 / 3, "quarters": 0.25, "fifth": 0.2, "tenth": 0.1}
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_SMALL = "|".join(sorted([*_UNITS, *_TENS], key=len, reverse=True))
_PART = "|".join(sorted(_PARTS, key=len, reverse=True))
_DIGITS = (
    r"(?:\d{1,3}(?:(?:,\d{3})+|(?:'\d{3})+|(?: \d{3})+|(?:\.\d{3}){2,})(?!\d)(?:\.\d+)?"
    r"|\d+,\d{1,2}(?=\s*(?:[kmbt]\b|million|billion|thousand))|\d+(?:\.\d+)?|\.\d+)"
)
_FIGURE = re.compile(
    rf"(?<![a-z\d_.,])(?<![a-z]-)(?P<sign>(?<![\w)]\s)(?<![\w)])[-−])?"
    rf"(?:(?P<mantissa>{_DIGITS})\s*[x×*·]\s*)?(?P<base>10|2)\s*(?:\^|\*\*)\s*\(?(?P<power>[-−]?\d+(?:\.\d+)?)\)?"
    rf"|(?<![a-z\d_.,])(?<![a-z]-)(?P<figure>{_DIGITS})(?P<exponent>e[+-]?\d+)?"
    rf"(?:\s*(?P<letter>[kmbt])(?![a-z\d])|\s*-?(?P<scale>(?:{_SCALE})(?:\s+(?:{_SCALE}))*)\b)?"
)
_WORDS = re.compile(
    rf"\b(?:(?:an?|one|the)\s+)?(?:couple|few)\s+(?:of\s+)?(?:{_SCALE})(?:\s+(?:{_SCALE}))*\b"
    rf"|\b(?:half|(?:an?|one|two|three)\s+(?:{_PART}))(?:\s+of)?\s+an?\s+(?:{_SCALE})\b"
    rf"|\b(?:an?\s+)?(?:{_SCALE})(?:[\s-]+(?:and\s+)?(?:an?\s+half|{_SMALL}|{_SCALE}))*\b"
    rf"|\b(?:{_SMALL})(?:[\s-]+(?:and\s+(?=an?\s|{_SMALL}))?(?:point(?:\s+(?:{_SMALL}))+|an?\s+(?:half|quarter)|{_SMALL}|{_SCALE}))*\b"
)
_ODDS = re.compile(r"\s*(?:in|out of|of|from)\s+(?:every\s+|an?\s+(?=[hmt]))?")
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_CLAUSE = re.compile(r"[,;:=≈→()?!~*×·+]|\.(?:\s|$)|->|=>|\s[-–—]\s|\b(?:and|or|so|which|but|over|at|with)\b")
_RATE_BEFORE = re.compile(r"\b(?:qps|rps|tps|(?:per|a|each|every) (?:second|sec)|/s)\b[^\d,;.]{0,25}$")
_MONEY_BEFORE = re.compile(r"(?:[$€£]|\busd|\beur)\s*$")
_JOINS = re.compile(r"\s*(?:-|–|—|\.\.\.?|…|to|or)\s*(?:maybe\s+|about\s+)?[$€£]?")
_AND = re.compile(r"\s+and\s+(?:about\s+)?[$€£]?")


def quantities(text: str, *, metres: bool = False) -> tuple[Quantity, ...]:
    """The numbers of a sentence in order, with their units; a range is one.

    Numbers that are part of a name ("p99", "H100", "16-bit", "3rd") are left out. `metres`: "23m" are metres and not
    millions.
    """
    folded = folded_text(text)
    numbers = sorted(_numbers(folded, metres=metres), key=lambda number: number.start)
    found = [_with_unit(folded, numbers, place) for place in range(len(numbers))]
    return tuple(_ranges(folded, _odds(folded, found)))


def folded_text(text: str) -> str:
    """The text in which the places of quantities are counted: lower case, powers as ^n, plain spaces and signs."""
    powers = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda found: f"^{found[0].translate(_SUPERSCRIPT)}", text)
    powers = re.sub(r"\s+", " ", powers)
    return powers.replace("’", "'").replace("−", "-").replace("**", "^").replace("&", " and ").lower()


def _numbers(text: str, *, metres: bool) -> Iterator[_Number]:
    taken: list[tuple[int, int]] = []
    for found in _FIGURE.finditer(text):
        taken.append(found.span())
        if not _is_name(text, found.end()) and math.isfinite((number := _of_figure(found, metres=metres)).value):
            yield number
    for found in _WORDS.finditer(text):
        if not any(start < found.end() and found.start() < end for start, end in taken):
            # "Thousands of payments" is no amount that somebody worked out.
            if re.fullmatch(rf"(?:{_SCALE})s", found[0]):
                continue
            small = re.fullmatch(rf"{_SMALL}", found[0]) is not None
            yield _Number(_of_words(found[0]), found.start(), found.end(), is_word=small)


def _is_name(text: str, end: int) -> bool:
    """Whether what follows a figure makes it part of a name: "16-bit", "99th", "3-d"."""
    return bool(re.match(r"(?:st|nd|rd|th)\b|[\s-]*bits?\b(?!\s*(?:/|per|a)\b)|-d\b|[a-z]*\d", text[end:]))


def _of_figure(found: re.Match[str], *, metres: bool) -> _Number:
    if found["base"]:
        mantissa = _figure(found["mantissa"]) if found["mantissa"] else 1.0
        try:
            value = mantissa * float(found["base"]) ** float(found["power"])
        except OverflowError:
            value = math.inf
        return _Number(-value if found["sign"] else value, found.start(), found.end())
    value = float(f"{_figure(found['figure'])!r}{found['exponent'] or ''}")
    if found["letter"] == "m" and metres:
        return _Number(value, found.start(), found.start("letter"))
    scaled = _LETTERS[found["letter"]] if found["letter"] else 1.0
    for word in (found["scale"] or "").split():
        scaled *= _SCALES[word]
    return _Number(value * scaled, found.start(), found.end(), scaled)


def _figure(digits: str) -> float:
    """1,200 and 1'200 and 1 200 and 1.200.000 are thousands; a point alone, or "18,5 million", is a decimal point."""
    digits = re.sub(r",(?=\d{1,2}$)", ".", digits)
    plain = re.sub(r"[,' ]", "", digits)
    return float(plain.replace(".", "") if plain.count(".") > 1 else plain)


def _of_words(phrase: str) -> float:
    words = phrase.replace("-", " ").split()
    if "point" in words:
        place = words.index("point")
        after = [word for word in words[place + 1 :] if word in _UNITS and _UNITS[word] < 10]
        digits = "".join(str(int(_UNITS[word])) for word in after)
        scales = [_SCALES[word] for word in words[place + 1 :] if word in _SCALES]
        value = _of_words(" ".join(words[:place])) + (float(f"0.{digits}") if digits else 0.0)
        for scale in scales:
            value *= scale
        return value
    total, group, last = 0.0, 0.0, 1.0
    for word in words:
        if word in _UNITS or word in _TENS:
            group += _UNITS.get(word, _TENS.get(word, 0.0))
        elif word == "couple":
            group += 2.0
        elif word == "few":
            group += 3.0
        elif word in _PARTS:
            # "two and a half million", "three quarters of a million", "a million and a half"
            if total and not group:
                total += _PARTS[word] * last
            elif word.endswith("s") and group:
                group *= _PARTS[word]
            else:
                group += _PARTS[word]
        elif word in _SCALES:
            group = (group or 1.0) * _SCALES[word]
            if _SCALES[word] >= 1e3:
                total, group, last = total + group, 0.0, group
            else:
                last = group
    return total + group


def _with_unit(text: str, numbers: Sequence[_Number], place: int) -> Quantity:
    number = numbers[place]
    following = numbers[place + 1].start if place + 1 < len(numbers) else len(text)
    if money := _MONEY_BEFORE.search(text, number.end, following):
        following = money.start()
    clause = _CLAUSE.search(text, number.end, following)
    unit, length = read_unit(text[number.end : clause.start() if clause else following])
    before = text[numbers[place - 1].end if place else 0 : number.start]
    start = number.start
    if money := _MONEY_BEFORE.search(before):
        unit = Unit("money", 1.0, unit.per, each=unit.each)
        start -= len(before) - money.start()
    elif unit.kind == "plain" and unit.per is None and _RATE_BEFORE.search(before):
        unit = replace(unit, per=SECOND)
    return Quantity(number.value, number.value, number.value, unit, start, number.end + length, number.is_word)


def _odds(text: str, found: Sequence[Quantity]) -> list[Quantity]:
    """With "1 in 20" and "five out of 100" as shares."""
    result: list[Quantity] = []
    for one in found:
        last = result[-1] if result else None
        if last and last.unit.is_bare and 0 < last.value < one.value and one.value >= 2 and last.unit.kind == "plain":
            between = text[last.end : one.start]
            if _ODDS.fullmatch(between) and (between.strip() != "of" or not one.unit.things):
                share = last.value / one.value
                result[-1] = Quantity(share, share, share, Unit("share"), last.start, one.end)
                continue
        result.append(one)
    return result


def _ranges(text: str, found: Sequence[Quantity]) -> Iterator[Quantity]:
    """With "2-3k", "between 200 and 300", "200 to 300" as one; the first takes the second's unit and thousands."""
    joined = -1
    for place, (one, other) in enumerate(pairwise([*found, None])):
        assert one is not None
        if place == joined:
            continue
        both = _joined(text, one, other) if other is not None else None
        if both:
            joined = place + 1
        yield both or one


def _joined(text: str, one: Quantity, other: Quantity) -> Quantity | None:
    between = text[one.end : other.start]
    is_between = bool(re.search(r"\bbetween\s+(?:about\s+)?$", text[: one.start]))
    if not (_JOINS.fullmatch(between) or (is_between and _AND.fullmatch(between))):
        return None
    low = one.value
    if one.unit.is_bare and (factor := _scale_of(text[other.start : other.end])) > 1 and low < 1000 <= other.value:
        low *= factor
    if not one.unit.is_bare and one.unit not in (other.unit, replace(other.unit, per=None)):
        return None
    if not 0 < low < other.value <= SHARPEST_RANGE * low:
        return None
    return replace(other, value=(low + other.value) / 2, low=low, start=one.start)


def _scale_of(number: str) -> float:
    found = re.match(rf"[$€£]?\s*(?:{_DIGITS}|(?:{_SMALL}))\s*(?:([kmbt])(?![a-z])|({_SCALE})\b)", number)
    if not found:
        return 1.0
    return _LETTERS[found[1]] if found[1] else _SCALES[found[2]]

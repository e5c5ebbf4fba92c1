"""Units as they are said beside a number: bytes, times, money, shares, rates, and counts of some thing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["plain", "bytes", "time", "money", "share", "length", "flops", "times", "other"]
"""What is measured; `plain` is a bare number or a count, `other` something that no sum asks for."""

SECOND, MINUTE, HOUR, DAY = 1.0, 60.0, 3600.0, 86_400.0
WEEK, MONTH, YEAR = 7 * DAY, 30 * DAY, 365 * DAY


@dataclass(frozen=True)
class Unit:
    """What a number counts."""

    kind: Kind = "plain"
    scale: float = 1.0
    """How many bytes, seconds, dollars, metres … one of it is; a percent is 0.01."""
    per: float | None = None
    """Of a rate: its period in seconds."""
    things: frozenset[str] = frozenset()
    """Of a count: the words for what is counted, without a plural's s."""
    each: frozenset[str] = frozenset()
    """What it is for each of, other than a period: "members an arm"."""

    @property
    def is_bare(self) -> bool:
        """Whether nothing at all is said of it."""
        return self == Unit()


_PERIODS = {
    SECOND: "s sec secs second seconds",
    MINUTE: "min mins minute minutes",
    HOUR: "h hr hrs hour hours",
    DAY: "d day days",
    WEEK: "week weeks wk",
    MONTH: "month months mo",
    YEAR: "year years yr yrs annum",
}
_PERIOD = {word: seconds for seconds, words in _PERIODS.items() for word in words.split()}
_PREFIX = {"k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12, "p": 1e15, "e": 1e18}
_LONG = {"kilo": 1e3, "mega": 1e6, "giga": 1e9, "tera": 1e12, "peta": 1e15, "exa": 1e18}


def _measures() -> dict[str, Unit]:
    found = {word: Unit("time", seconds) for word, seconds in _PERIOD.items() if word not in ("d", "mo", "annum")}
    found |= dict.fromkeys(("ms", "msec", "millisecond", "milliseconds", "millis"), Unit("time", 1e-3))
    found |= dict.fromkeys(("us", "µs", "μs", "microsecond", "microseconds"), Unit("time", 1e-6))
    found |= dict.fromkeys(("byte", "bytes"), Unit("bytes"))
    found |= dict.fromkeys(("bit", "bits"), Unit("other"))
    for letter, factor in _PREFIX.items():
        found |= dict.fromkeys((f"{letter}b", f"{letter}ib"), Unit("bytes", factor))
        found |= dict.fromkeys((f"{letter}bit", f"{letter}bits"), Unit("bytes", factor / 8))
        found |= dict.fromkeys((f"{letter}bps",), Unit("bytes", factor / 8, per=SECOND))
        found |= dict.fromkeys((f"{letter}flop", f"{letter}flops"), Unit("flops", factor))
    for name, factor in _LONG.items():
        found |= dict.fromkeys((f"{name}byte", f"{name}bytes"), Unit("bytes", factor))
        found |= dict.fromkeys((f"{name}bit", f"{name}bits"), Unit("bytes", factor / 8))
        found |= dict.fromkeys((f"{name}flop", f"{name}flops"), Unit("flops", factor))
    found |= dict.fromkeys(("gig", "gigs"), Unit("bytes", 1e9)) | dict.fromkeys(("meg", "megs"), Unit("bytes", 1e6))
    found |= dict.fromkeys(("flop", "flops"), Unit("flops"))
    found |= dict.fromkeys(("dollar", "dollars", "usd", "bucks", "$", "euro", "euros", "eur", "€"), Unit("money"))
    found |= dict.fromkeys(("cent", "cents", "¢"), Unit("money", 0.01))
    found |= dict.fromkeys(("%", "percent", "pct", "percentage point", "percentage points", "pp"), Unit("share", 0.01))
    found |= dict.fromkeys(("point", "points"), Unit("share", 0.01))
    found |= dict.fromkeys(("‰", "permille", "per mille"), Unit("share", 0.001)) | {"bps": Unit("share", 1e-4)}
    found |= dict.fromkeys(("probability", "share", "chance"), Unit("share"))
    found |= dict.fromkeys(("m", "metre", "metres", "meter", "meters"), Unit("length"))
    found |= dict.fromkeys(("km", "kilometres", "kilometers"), Unit("length", 1e3))
    found |= dict.fromkeys(("qps", "rps", "tps", "eps", "hz", "req/s"), Unit(per=SECOND))
    found |= dict.fromkeys(("rpm", "qpm"), Unit(per=MINUTE))
    found |= dict.fromkeys(("x", "×", "times", "fold"), Unit("times"))
    return found


_MEASURE = _measures()
_SAME = (
    "accelerator gpu card chip device tpu",
    "machine server box node host instance",
    "member user person account subscriber viewer customer sample unit subject participant",
    "view impression sample item judgement judgment label",
    "order purchase sale conversion",
    "prediction score inference evaluation scoring estimate",
    "request query call hit",
    "search query request lookup",
    "feed request load refresh open home screen page session",
    "payment transaction authorisation authorization decision",
    "post upload item",
    "event message record",
    "piece chunk passage",
    "comparison pair vote",
)
_GROUPS = tuple(frozenset(words.split()) for words in _SAME)
_NO_THING = frozenset(
    [
        "the",
        "of",
        "in",
        "on",
        "at",
        "and",
        "or",
        "to",
        "for",
        "with",
        "so",
        "is",
        "are",
        "was",
        "be",
        "that",
        "this",
        "it",
        "we",
        "i",
        "about",
        "which",
        "total",
        "average",
        "avg",
        "peak",
        "mean",
        "only",
        "just",
        "more",
        "less",
        "than",
        "over",
        "under",
        "roughly",
        "approximately",
        "around",
        "again",
        "out",
        "all",
        "from",
        "by",
        "as",
        "if",
        "when",
        "then",
        "but",
        "not",
        "no",
        "maybe",
        "say",
        "well",
        "ish",
        "plus",
        "minus",
        "divided",
        "multiplied",
        "during",
    ]
)
_CANNOT_PASS = frozenset(
    [
        "and",
        "or",
        "so",
        "is",
        "are",
        "was",
        "be",
        "that",
        "this",
        "it",
        "we",
        "i",
        "which",
        "from",
        "if",
        "when",
        "then",
        "but",
        "not",
        "divided",
    ]
)
_PERIOD_WORDS = "|".join(sorted(_PERIOD, key=len, reverse=True))
_RATE = re.compile(
    rf"(?:\s*/\s*|\s+(?:per|an?|each|every|in (?:an?|one|each|every|the)|for (?:each|every)|of (?:the|every|each))\s+)"
    rf"(?:(?:single|peak|busiest|busy|average|calendar|working)\s+)*(?P<period>{_PERIOD_WORDS})\b"
)
_EACH = re.compile(r"(?:\s*/\s*|\s+(?:per|an?|each|every|in each|in every|for each|for every)\s+)(?P<each>[a-z]+)")
_SYMBOL = re.compile(r"\s*-?\s*(percentage points?|per cent|per mille|req/s|[%‰$€¢×]|[a-zµμ]+)")
_THING = re.compile(r"[\s-]+(?:of\s+)?([a-z]+)")
_LONGEST_PHRASE = 5
"""Words between a number and "a second" that are still about the number."""


def same(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two sets of words for things share a word, or words that mean the same here."""
    return bool(one & other) or any(group & one and group & other for group in _GROUPS)


def singular(word: str) -> str:
    """The word without the s of a plural."""
    if word == "people":
        return "person"
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("ches", "shes", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def read_unit(after: str) -> tuple[Unit, int]:
    """The unit at the beginning of a lower-case text that follows a number, and how many characters of it it takes.

    `after` is to end where the next number or clause begins.
    """
    symbol = _SYMBOL.match(after)
    word = symbol[1].replace("per cent", "percent") if symbol else ""
    if symbol and word in _MEASURE:
        unit, end = _MEASURE[word], symbol.end()
        rate = _RATE.match(after, end)
        if rate and unit.kind != "times":
            return Unit(unit.kind, unit.scale, _PERIOD[rate["period"]]), rate.end()
        things, end_of_things = _things(after, end) if unit.per else (frozenset[str](), end)
        return Unit(unit.kind, unit.scale, unit.per, things, _for_each(after, end_of_things)), end_of_things
    return _count(after)


def unit_of(text: str) -> Unit:
    """The unit that a sum names: "GB", "dollars a day", "members an arm"."""
    return read_unit(f" {text.lower()}")[0]


def _count(after: str) -> tuple[Unit, int]:
    """A bare number, a count of things, or a rate of them."""
    rate = _RATE.search(after)
    if rate and _reaches(after[: rate.start()]):
        things, _ = _things(after[: rate.start()], 0)
        return Unit(per=_PERIOD[rate["period"]], things=things), rate.end()
    daily = re.match(r"(?:\s+[a-z]+){0,3}?\s+(daily|hourly)\b", after)
    if daily:
        things, _ = _things(after[: daily.start(1)], 0)
        return Unit(per=DAY if daily[1] == "daily" else HOUR, things=things), daily.end()
    things, end = _things(after, 0)
    return Unit(things=things, each=_for_each(after, end)), end


def _reaches(between: str) -> bool:
    words = re.findall(r"[a-z]+", between)
    return len(words) <= _LONGEST_PHRASE and not _CANNOT_PASS & set(words)


def _things(text: str, start: int) -> tuple[frozenset[str], int]:
    """Up to three words that name what is counted, and where they end."""
    found: list[str] = []
    place = start
    while len(found) < 3 and (word := _THING.match(text, place)):
        if word[1] in _NO_THING or word[1] in ("a", "an", "per", "each", "every") or word[1] in _PERIOD:
            break
        found.append(singular(word[1]))
        place = word.end()
    return frozenset(found), place


def _for_each(text: str, start: int) -> frozenset[str]:
    found = _EACH.match(text, start)
    return frozenset({singular(found["each"])}) if found and found["each"] not in _PERIOD else frozenset()

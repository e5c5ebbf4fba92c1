"""What counts as a sentence of the candidate, and which sentences can carry a mark.

Code numbers sentences, models cite numbers, code renders the words: a quote cannot be invented. A sentence that speaks
to the grader instead of the question is withheld from it and is never evidence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from interviewer.errors import BadMessage

MAX_CHARACTERS = 8_000
"""Longest message taken: about 1,300 words, four times the longest answer anybody gives in a chat."""

LONGEST_SENTENCE = 60
"""Words; longer runs without a stop are cut at a comma, so that a citation points somewhere."""

# Invisible characters that can carry text past a reader: tags, variation selectors, zero-width, bidi controls; and
# lone surrogates, which no encoder takes.
_INVISIBLE = re.compile(
    "[\ud800-\udfff\U000e0000-\U000e007f\ufe00-\ufe0f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|resp|fig|eq|no|dr|mr|ms|st|al)|\b[a-z])\.$", re.IGNORECASE
)
_STOP = re.compile(r"(?<=[.!?…])\s+|(?<=[.!?…][\"')\]])\s+|(?<=[。！？])")
_AGAIN = re.compile(
    r"(?:(?:i'?m |so )?sorry[,.]? |excuse me,? |please |(?:could|can|would) (?:you|i) )*"
    r"(?:(?:say|ask|put|hear|have|repeat|rephrase|reword)(?: (?:that|this|it|(?:the|your) (?:last )?question))?"
    r"|what (?:was|is) (?:the|your) (?:last )?question|pardon(?: me)?|come again|again"
    r"|i (?:did not|didn't|do not|don't) (?:quite |really )?(?:get|catch|understand) (?:that|(?:the|your) question))"
    r"(?:,? (?:again|once more|one more time|please|differently|in (?:other|simpler) words|in another way))*[?.! ]*",
    re.IGNORECASE,
)


def clean(text: str) -> str:
    """The message as it is kept: NFC, without control and invisible characters, trimmed.

    Raises BadMessage if nothing is left or it is longer than MAX_CHARACTERS.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > MAX_CHARACTERS:
        raise BadMessage(
            f"Your message has {len(text):,} characters; {MAX_CHARACTERS:,} is the most. "
            "Shorten it and send it again: nothing has been lost."
        )
    kept = unicodedata.normalize("NFC", _CONTROL.sub("", _INVISIBLE.sub("", text))).strip()
    if not kept:
        raise BadMessage("There is nothing in that message. Write a few words, or use Hint, I don't know or Skip.")
    return kept


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a message, in order: split at line ends and stops, not after abbreviations or in numbers."""
    parts: list[str] = []
    for line in text.splitlines():
        start = len(parts)
        for piece in filter(None, (piece.strip() for piece in _STOP.split(line))):
            if len(parts) > start and _ABBREVIATION.search(parts[-1]):
                parts[-1] = f"{parts[-1]} {piece}"
            else:
                parts.append(piece)
    return tuple(cut for part in parts for cut in _shortened(part))


def _shortened(sentence: str) -> Iterable[str]:
    words = sentence.split()
    while len(words) > LONGEST_SENTENCE:
        cut = next(
            (i for i in range(LONGEST_SENTENCE, 20, -1) if words[i - 1].endswith((",", ";", ":"))), LONGEST_SENTENCE
        )
        yield " ".join(words[:cut])
        words = words[cut:]
    if words:
        yield " ".join(words)


def wants_again(text: str) -> bool:
    """Whether a message is nothing but the wish to have the question again."""
    return _AGAIN.fullmatch(text.strip()) is not None


def is_gibberish(text: str) -> bool:
    """Whether a message holds no words that could answer anything (keys hit at random, dots, one emoji)."""
    words = re.findall(r"[^\W\d_]{2,}", text)
    if not words:
        return not re.search(r"\d", text)
    latin = [word.lower() for word in words if word.isascii()]
    odd = sum(
        1 for word in latin if (not re.search(r"[aeiouy]", word) and len(word) > 5) or re.search(r"[^aeiouy]{6,}", word)
    )
    return bool(latin) and len(latin) == len(words) and odd / len(latin) > 0.5


# An instruction needs an order and something of ours that it is about; the words alone are ordinary ML talk. So are a
# drop in something, a skip connection, and the direction of a gradient or a translation.
_ORDER = (
    r"(?:ignore|disregard|forget|override|bypass|discard|skip(?![- ](?:connection|gram))|"
    r"drop(?![- ](?:in|on|of|for|from|to|out)\b)|stop following|do not follow|don'?t follow)"
)
_OURS = (
    r"(?:rubric|instructions?|prompts?|guidelines?|(?:your|these|those|all|previous|grading|interview) rules|criteria|"
    r"(?:the|your|these|those|all|any|previous|prior|earlier|above|given) directions|"
    r"(?:your|any|previous|prior|earlier|given) direction|key points?|marking scheme|system message)"
)
_GIVE = r"(?:give|assign|award|grant|grade|mark|rate|score|set|return|output|print|record|report)"
_MINE = r"(?:me|(?:this|my) (?:answer|response|candidate|interview)|the (?:candidate|dimensions|criteria))"
_TOP = r"(?:[45](?:\s*(?:/|out of|of)\s*[45])?|10|100|full|max(?:imum)?|top|highest|perfect|best|hire)"
_INSTRUCTIONS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_ORDER}\b.{{0,60}}\b{_OURS}\b",
        rf"\b{_ORDER}\b.{{0,30}}\b(?:all|any|everything|anything)\b.{{0,30}}\b(?:above|before|previous|prior|earlier|told)\b",
        (
            rf"\b{_GIVE}\b.{{0,25}}\b(?:{_MINE}|every (?:dimension|criterion)|everything)\b"
            rf".{{0,40}}\b{_TOP}\b"
        ),
        rf"\b(?:give|award|grant|assign)\b.{{0,20}}\b(?:{_TOP}|good|high|generous)\b.{{0,12}}\b(?:marks|credits?|grades?)\b",
        rf"\b{_TOP}\b.{{0,12}}\b(?:scores?|rating|points|level)\b.{{0,12}}\b(?:to|for|on)\b.{{0,6}}\b{_MINE}\b",
        (
            rf"\b(?:marks?|scores?|points?|grades?|rating|level|verdict|correctness|understanding|judge?ment|communication)\b"
            rf"\s*(?:[:=]|should be|must be|has to be|ought to be|is to be)\s*[\"']?{_TOP}\b"
        ),
        (
            r"\b(?:deserves?|worth|earns?|merits?)\b.{0,25}\b(?:full|top|highest|maximum|perfect|4|10)\b.{0,20}"
            r"\b(?:marks?|scores?|points?|grades?|rating|level)?\b"
        ),
        (
            r"\b(?:note|message|instructions?|reminder|attention|memo|order)s?\s+(?:to|for)\s+(?:the\s+)?"
            r"(?:grader|interviewer|evaluator|assessor|judge|examiner|ai|model|assistant|system|llm)\b"
        ),
        r"\b(?:dear|hey|hello)\s+(?:grader|evaluator|assessor|judge|examiner|ai|model|assistant|llm|chatgpt|claude|gpt)\b",
        (
            r"\b(?:you are|act as|pretend (?:to be|you are)|behave as|roleplay as)\s+(?:now|no longer|a|an|the|my)?\s*"
            r"(?:different|new|helpful|unrestricted|dan|grader|evaluator|developer mode|assistant|jailbroken|free)\b"
        ),
        r"<\|?(?:im_start|im_end|system|user|assistant|endoftext)\|?>|\[/?INST\]|<</?SYS>>|</?s>",
        r"#{2,}\s*(?:system|instruction)",
        r"^\s*(?:system|assistant|developer)\s*(?:prompt|message|note)?\s*:",
        (
            r"\b(?:reveal|print|show|repeat|output|tell me|leak)\b.{0,30}\b(?:system prompt|the rubric|the key points|"
            r"hidden (?:prompt|rubric|key points)|your (?:instructions|prompt)|the answer key)\b"
        ),
        r"\b(?:new|updated|real|actual|secret|hidden)\s+(?:instructions?|task|rules|rubric|system prompt)\b\s*[:\-]",
        r"\"(?:level|score|marks?|grade|verdict|correctness)\"\s*:",
    )
)
_TEMPLATE = re.compile(r"<\|?/?(?:im_start|im_end|system|user|assistant|endoftext)\|?>|\[/?INST\]|<</?SYS>>")
# Somebody who talks about such attacks (a fair topic in an ML interview) is not making one.
_ABOUT = re.compile(
    r"\b(?:prompt injections?|injected|jailbreaks?|attackers?|adversar\w+|malicious|could (?:say|contain|write)|"
    r"(?:passage|document|page)s? (?:may|might|can) (?:contain|hold))\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=8192)
def instruction_like(sentence: str) -> bool:
    """Whether a sentence speaks to the grader or the interviewer's program instead of answering."""
    folded = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", sentence))
    if _ABOUT.search(folded) and not re.search(
        rf"\b{_GIVE}\b.{{0,25}}\b(?:me|my|this answer)\b", folded, re.IGNORECASE
    ):
        return False
    return any(pattern.search(folded) for pattern in _INSTRUCTIONS)


def flagged(numbered: Sequence[str]) -> tuple[int, ...]:
    """The numbers (from 1) of the sentences that are instructions, also when one is cut over two neighbours."""
    alone = {n for n, sentence in enumerate(numbered, 1) if instruction_like(sentence)}
    for n, (first, second) in enumerate(pairwise(numbered), 1):
        if not {n, n + 1} & alone and instruction_like(f"{first} {second}"):
            alone |= {n, n + 1}
    return tuple(sorted(alone))


def valid(cited: Sequence[int], *, count: int, banned: Iterable[int] = ()) -> tuple[int, ...]:
    """The cited numbers that exist among `count` sentences and are not banned, in order, each once."""
    refused = set(banned)
    return tuple(sorted({n for n in cited if 1 <= n <= count and n not in refused}))


def fence(text: str, *, marker: str) -> str:
    """Text that cannot close the fence it will stand in, nor speak in a chat template's tokens.

    `marker` begins with three tildes, and no three tildes are left in the text.
    """
    assert marker.startswith("~~~")
    while (cut := _TEMPLATE.sub("", text)) != text:
        text = cut
    return re.sub(r"~{3,}", "~~", text)

"""A candidate's summary of a project, before a model reads it: what is missing in it, and what is left out of it.

Whoever writes it gains by good marks. Sentences that speak to a program are taken out one by one, since the rest is
still their project; what a model makes of the rest is checked like a draft from a document (rules/laddered.py).
"""

from __future__ import annotations

import re
from typing import Final

from interviewer.errors import BadMessage
from interviewer.rules.addressed import obedient
from interviewer.rules.evidence import MAX_CHARACTERS, clean, flagged, is_gibberish, sentences

FEWEST_WORDS: Final = 30
"""A role, a task, a choice and a result take more."""
LISTED: Final = 0.7
"""Share of words in pieces of at most `A_NAME` from which a text is a list; two real CV sections have 0.1 and 0.4."""
A_NAME: Final = 3

_ENGLISH: Final = frozenset(
    re.split(
        r"\s+", "the and of to for with by from that which were this our into than using over on in at after via vs"
    )
)
_OTHER: Final = frozenset(
    re.split(
        r"\s+",
        """der das und ich mit für von ein eine den dem zu auf nicht le la les des et du une dans pour avec el los las
        de que un una por con en del il che di della gli nel os da em uma não het een van ik dat og jeg det som til af
        på är och att ett na że się""",
    )
)
"""Small words of ten other languages that English text seldom has."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_BETWEEN = re.compile(r"[,;|\n•·/]|:\s")

EMPTY: Final = (
    "There is no project in it: paste a few sentences on what you built, what you decided yourself, and what came out."
)
TOO_LONG: Final = (
    f"A project summary has at most {MAX_CHARACTERS:,} characters, and this one has more: "
    "keep the project that you want to talk about."
)
GIBBERISH: Final = "I cannot make out words in that: paste a few sentences about one project of yours."
TOO_SHORT: Final = (
    "That is too little to ask about: say in about five sentences what the project was for, what you decided yourself, "
    "how you measured it, what came out, and what did not work."
)
ONLY_NAMES: Final = (
    "That lists tools and skills, and says nothing about what you did with them: describe one project, with what you "
    "decided, how you measured it, and what came of it."
)
NOT_ENGLISH: Final = (
    "I find hardly any English in that, and I hold interviews in English only: paste the summary in English."
)


def readable(text: str) -> str:
    """The summary as a model may read it: cleaned, and without the sentences that speak to a program.

    Raises BadMessage, with what is missing, for a text that no interview can be made of.
    """
    if len(text) > MAX_CHARACTERS:
        raise BadMessage(TOO_LONG)
    try:
        said = sentences(clean(text))
    except BadMessage as error:
        raise BadMessage(EMPTY) from error
    orders = {*flagged(said), *(n for n, sentence in enumerate(said, 1) if obedient(sentence))}
    kept = "\n".join(sentence for n, sentence in enumerate(said, 1) if n not in orders)
    if is_gibberish(kept) and not orders:
        raise BadMessage(GIBBERISH)
    if _in_other_letters(kept):
        raise BadMessage(NOT_ENGLISH)
    if len(kept.split()) < FEWEST_WORDS:
        raise BadMessage(TOO_SHORT)
    if _share_of_names(kept) >= LISTED:
        raise BadMessage(ONLY_NAMES)
    if not _in_english(kept):
        raise BadMessage(NOT_ENGLISH)
    return kept


def _share_of_names(text: str) -> float:
    """The share (0–1) of words that stand in short pieces between commas, bars and line ends."""
    counts = [len(piece.split()) for piece in _BETWEEN.split(text)]
    return sum(count for count in counts if count <= A_NAME) / max(1, sum(counts))


def _in_other_letters(text: str) -> bool:
    """Whether most letters are of another alphabet, whose words spaces need not part."""
    letters = [letter for letter in text if letter.isalpha()]
    return sum(letter.isascii() for letter in letters) * 2 < len(letters)


def _in_english(text: str) -> bool:
    """Whether it has small words of English, and not more of other languages: a terse CV has few of any."""
    words = [word.lower() for word in _WORD.findall(text)]
    english = sum(word in _ENGLISH for word in words)
    return english > 0 and english >= sum(word in _OTHER for word in words)

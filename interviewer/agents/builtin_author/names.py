"""Names in documents: short forms that the document spells out, and names that only its readers know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_DEFINED = re.compile(r"((?:[A-Za-z][\w-]*[ ]){1,7})\(([A-Z][A-Za-z-]{1,6}s?)\)")
_WORD = re.compile(r"[A-Za-z][\w'’-]*")


def short_forms(texts: Iterable[str]) -> dict[str, str]:
    """What the texts' short forms stand for, as in "dialogue state tracking (DST)"; the first letters must agree.

    (The rule of Schwartz and Hearst 2003, for forms whose letters begin the words.)
    """
    found: dict[str, str] = {}
    for text in texts:
        for before, short in _DEFINED.findall(text):
            long = _spelled(before.split(), short)
            if long:
                found.setdefault(short.rstrip("s") if short[-1] == "s" else short, long)
    return found


def _spelled(words: list[str], short: str) -> str:
    letters = [letter.lower() for letter in short.rstrip("s") if letter.isalpha()]
    parts: list[tuple[int, str]] = [
        (place, part) for place, word in enumerate(words) for part in word.split("-") if part
    ]
    for size in (len(letters), len(letters) + 1, len(letters) + 2):
        tail = parts[-size:]
        if len(tail) < size or not letters or tail[0][1][0].lower() != letters[0]:
            continue
        if _in_order(letters, [part[0].lower() for _, part in tail]):
            return _lowered(" ".join(words[tail[0][0] :]))
    return ""


def _in_order(letters: list[str], initials: list[str]) -> bool:
    rest = iter(initials)
    return all(letter in rest for letter in letters)


def _lowered(text: str) -> str:
    """Capitals of a spelled-out form are mostly there to show its letters; coined ones ("COnditional") are dropped."""
    words = text.split()
    if any(sum(letter.isupper() for letter in word) > 1 for word in words):
        return ""
    return text.lower()


def spelled_out(text: str, forms: Mapping[str, str]) -> str:
    """The text with the document's own short forms replaced by what they stand for."""

    def full(found: re.Match[str]) -> str:
        word = found[0]
        if word in forms:
            return forms[word]
        if word.endswith("s") and word[:-1] in forms:
            long = forms[word[:-1]]
            return long if long.endswith("s") else f"{long}s"
        return word

    return re.sub(r"\b[A-Z][\w-]*[A-Z][\w-]*\b", full, text) if forms else text


def unknown_names(text: str, known: frozenset[str]) -> list[str]:
    """Capitalised words inside a sentence, or words with capitals inside, that are in no list of known names."""
    found = []
    for place, match in enumerate(_WORD.finditer(text)):
        word = match[0].rstrip("'’")
        word = re.sub(r"['’]s$", "", word)
        inner = any(letter.isupper() or letter.isdigit() for letter in word[1:])
        if not (inner or (place and word[0].isupper())):
            continue
        parts = [part for part in re.split(r"-", word) if any(letter.isupper() or letter.isdigit() for letter in part)]
        if not all(_is_known(part, known) for part in parts):
            found.append(word)
    return found


def _is_known(word: str, known: frozenset[str]) -> bool:
    folded = word.casefold()
    return word == "I" or folded in known or folded.rstrip("s") in known

"""Characters and line ends: normal letters, one kind of space, no hyphen that only a line end put there."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

# Controls, soft hyphens, characters that take no room or turn the direction of writing, private ones of symbol fonts,
# and halves of surrogate pairs, which no encoder takes.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\ufff0-\uffff\ue000-\uf8ff\ud800-\udfff\U000e0000-\U0010ffff]"
)
# Ligatures, presentation forms and mathematical letters. Not superscripts and fractions: x² is not x2.
_COMPATIBLE = re.compile("[\ufb00-\ufdff\ufe70-\ufefc\U0001d400-\U0001d7ff\u0132\u0133\u01c4-\u01cc\u017f]+")
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")

HYPHENS = "-\u2010\u2011\x02\ufffe"


def line(text: str) -> str:
    """The text as one line of normal letters (NFC), trimmed."""
    kept = _UNSEEN.sub("", _COMPATIBLE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text))
    return unicodedata.normalize("NFC", _SPACE.sub(" ", kept)).strip()


class Joiner:
    """Joins lines of one document; what words the document has tells a hyphenation from a hyphen."""

    def __init__(self, lines: Iterable[str]) -> None:
        """`lines`: all lines of the document, to count its words in."""
        self._seen: Counter[str] = Counter()
        is_cut = False
        for text in lines:
            # Half a word at a line's end or at the next one's beginning is none.
            begin = text.find(" ") if is_cut else 0
            is_cut = text[-1:] in HYPHENS
            whole = text[begin : text.rfind(" ") + 1] if is_cut else text[begin:]
            self._seen.update(word.lower() for word in _WORD.findall(whole))

    def join(self, before: str, after: str) -> str:
        """Two successive lines as one."""
        if not before or not after:
            return before + after
        if before[-1] not in HYPHENS or not after[0].isalnum() or before[-2:-1] in ("", " "):
            return f"{before} {after}"
        left, right = _WORD.findall(before[:-1])[-1:], _WORD.match(after)
        if left and right and before[:-1].endswith(left[0]) and self._is_one_word(left[0], right[0]):
            return before[:-1] + after
        return f"{before[:-1]}-{after}"

    def _is_one_word(self, left: str, right: str) -> bool:
        if not right[0].islower():
            return False
        left, right = left.lower(), right.lower()
        joined, apart = self._seen[left + right], self._seen[f"{left}-{right}"]
        if joined or apart:
            return joined >= apart
        last, first = left.rpartition("-")[2], right.partition("-")[0]
        # Two words of the document stand apart ("word-" and "level"), if they are not a common word together ("how-"
        # and "ever"); halves of a word are no words.
        apart = len(last) > 2 and len(first) > 2 and self._seen[last] and self._seen[first]
        return not apart or last + first in _common_words()


@cache
def _common_words() -> frozenset[str]:
    """English words in whole, of the vocabulary that comes with the embedding model."""
    data = files("interviewer").joinpath("llm/data/tokenizer.json").read_bytes()
    return frozenset(word for word in json.loads(data)["model"]["vocab"] if word.isalpha())

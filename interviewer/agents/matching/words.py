"""Words of a text for matching: stems, which of them carry content, negation, opposite directions, numbers.

Pure and cheap: nothing here needs the embedding model.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

from interviewer.rules.cues import LIGHT

_WORD = re.compile(r"\d+(?:[.,]\d+)*%?|[^\W\d_]+(?:'[^\W\d_]+)?|[^\W_]+")
_WHITE = re.compile(r"\s+")
_stemming = threading.local()
"""A stemmer for each thread: it keeps the word it works on in itself, and two threads would stem each other's."""

STOP_WORDS = frozenset(
    _WHITE.split(
        """a about above after again all also although am an and any are as at be because been before being below
        between both but by can cannot could did do does doing down during each either else etc even ever every
        few for from further get gets getting give given gives go goes going got had has have having he hence her
        here hers him his how however i if in into is it its itself just kind let like lot made make makes many
        may maybe me means might more most much must my need needs neither no nor not now of off often on once
        one ones only onto or other others our out over own per perhaps quite rather really same say says see
        shall she should since so some something sort still such than that the their them then there therefore
        these they thing things this those though through thus to too under until up upon us use used uses using
        usually very via was way we well were what when where whereas whether which while who whom whose why will
        with within without would yes yet you your yours"""
    )
)
"""Words without content of their own. Directions ("more", "before") are compared by `directions`, not by alignment."""

_NEGATIONS = frozenset(
    _WHITE.split(
        """no not never none neither nor cannot cant dont doesnt didnt isnt arent wasnt werent wont wouldnt shouldnt
        couldnt without hardly barely lack lacks lacking fail fails failed unable instead nothing nobody nowhere"""
    )
)

# Each pair is (one way, the other way); the words are stemmed below, so the inflected forms need not be listed.
_PAIRS: tuple[tuple[str, str], ...] = (
    ("increase rise grow raise gain up upward", "decrease fall reduce drop decline shrink lower down downward"),
    ("high higher highest", "low lower lowest"),
    ("more most", "less fewer least"),
    ("large larger largest big bigger biggest", "small smaller smallest tiny"),
    ("fast faster fastest quick quickly", "slow slower slowest slowly"),
    ("over overestimate overfit overfitting", "under underestimate underfit underfitting"),
    ("before precede prior earlier", "after follow subsequent later"),
    ("better best improve improvement", "worse worst degrade hurt harm"),
    ("strong stronger", "weak weaker"),
    ("long longer", "short shorter"),
    ("positive", "negative"),
    ("maximum maximise maximize maximal", "minimum minimise minimize minimal"),
    ("above exceed", "below"),
    ("same equal identical", "different differ unequal"),
    ("always every all", "never none"),
    ("linear", "nonlinear"),
    ("connect connected", "disconnect disconnected separate separated"),
    ("open", "close closed"),
    ("dependent depend", "independent"),
    ("stable", "unstable"),
    ("simple simpler", "complex"),
    ("add added", "remove removed subtract"),
    ("start begin", "stop end finish"),
    ("first", "last"),
    ("easy easier", "hard harder difficult"),
    ("cheap cheaper", "expensive costly"),
    ("sparse", "dense"),
    ("global", "local"),
    ("supervised", "unsupervised"),
)


@dataclass(frozen=True)
class Word:
    """A word in its text: lower case, with its stem and its place in characters."""

    text: str
    stem: str
    start: int
    end: int

    @property
    def is_content(self) -> bool:
        """Whether it says something by itself: no stop word, more than one letter, or a number."""
        return self.text not in STOP_WORDS and (len(self.text) > 1 or self.text.isdigit())


@lru_cache(maxsize=8192)
def words(text: str) -> tuple[Word, ...]:
    """The words of a text in order; punctuation and symbols are left out."""
    folded = text.lower().replace("’", "'")
    if len(folded) != len(text):  # a few letters grow when they are lowered, and would shift every place after them
        folded = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
    return tuple(
        Word(text=found[0], stem=stem(found[0]), start=found.start(), end=found.end())
        for found in _WORD.finditer(folded)
    )


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """The Snowball stem of one lower-case word."""
    if not hasattr(_stemming, "stemmer"):
        _stemming.stemmer = snowballstemmer.stemmer("english")
    return str(_stemming.stemmer.stemWord(word.replace("'", "")))


@lru_cache(maxsize=16384)
def stems(text: str) -> frozenset[str]:
    """The stems of all the words of a text, stop words too."""
    return frozenset(word.stem for word in words(text))


@lru_cache(maxsize=16384)
def content_stems(text: str) -> frozenset[str]:
    """The stems of the words that carry content."""
    return frozenset(word.stem for word in words(text) if word.is_content)


def shows_cue(cue: str, sentence: str) -> bool:
    """Whether every stem of a cue stands in the sentence, in any order; articles and the like are not asked for.

    Words such as "only", "same", "before" or "means" are: without them a cue says less than its author meant.
    """
    wanted = {word.stem for word in words(cue) if word.text not in LIGHT} or stems(cue)
    return bool(wanted) and wanted <= stems(sentence)


def _negates(word: Word) -> bool:
    return word.text.replace("'", "") in _NEGATIONS or word.text.endswith("n't")


@lru_cache(maxsize=16384)
def negated(text: str) -> frozenset[str]:
    """The stems of the content words that a negation reaches: the two before it, for "is not", and the three after it.

    A word that two negations reach is not negated.
    """
    found = words(text)
    reached: dict[str, int] = {}
    for place, word in enumerate(found):
        if _negates(word):
            before = [other for other in found[:place] if other.is_content][-1:]
            after = [other for other in found[place + 1 :] if other.is_content][:3]
            for other in (*before, *after):
                reached[other.stem] = reached.get(other.stem, 0) + 1
    return frozenset(stem for stem, count in reached.items() if count % 2)


def turned(wanted: str, said: str) -> float:
    """Share of the content words common to both texts that one of them negates and the other does not."""
    common = content_stems(wanted) & content_stems(said)
    if not common:
        return 0.0
    return len(common & (negated(wanted) ^ negated(said))) / len(common)


_DIRECTION: dict[str, tuple[int, int]] = {
    stem(word): (axis, sign)
    for axis, pair in enumerate(_PAIRS)
    for sign, side in zip((1, -1), pair, strict=True)
    for word in side.split()
}


@lru_cache(maxsize=16384)
def directions(text: str) -> dict[tuple[int, str], int]:
    """What the text says goes which way: (axis, stem of the word it is said of) → +1, −1, or 0 if it says both.

    A direction ("higher", "before") is said of the nearest other content word on either side. Cached: do not change it.
    """
    found = [word for word in words(text) if word.is_content or word.stem in _DIRECTION]
    said: dict[tuple[int, str], set[int]] = {}
    for place, word in enumerate(found):
        if word.stem not in _DIRECTION:
            continue
        axis, sign = _DIRECTION[word.stem]
        others_before = [other for other in found[:place] if other.stem not in _DIRECTION][-1:]
        others_after = [other for other in found[place + 1 :] if other.stem not in _DIRECTION][:1]
        for other in (*others_before, *others_after):
            said.setdefault((axis, other.stem), set()).add(sign)
    return {of: sum(signs) for of, signs in said.items()}


def opposed(wanted: str, said: str) -> float:
    """Share of the directions that both texts give to the same word and that point opposite ways; 0 without any."""
    of_wanted, of_said = directions(wanted), directions(said)
    shared = [of for of, sign in of_wanted.items() if sign and of_said.get(of)]
    return sum(1 for of in shared if of_said[of] != of_wanted[of]) / len(shared) if shared else 0.0

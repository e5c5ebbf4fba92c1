"""What may be shown: no unsaid key point beyond what the move licenses, and no verdict during the interview."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from interviewer.agents.matcher import match
from interviewer.agents.matching.words import stems
from interviewer.domain import Question
from interviewer.rules.state import State

EXPRESSED = 0.5
"""Probability from which the matcher takes a sentence to say a key point."""
HALF_SAID = 0.35
"""Probability from which a key point counts as half said by the candidate, or by the words that the move licenses."""

EXPRESSED_LONG = 0.65
"""The same for one sentence against the thirty points of a long problem, where any question comes near one of them."""
HALF_SAID_LONG = 0.6
"""HALF_SAID for the candidate's words in such a round: among eighty sentences every point comes near."""

_VERDICT = re.compile(
    r"^(?:that(?:'s| is| was) |this is |you(?:'re| are) |yes,? |no,? |very |really |quite |an? |what an? )*"
    r"(?:great|excellent|perfect|exactly|correct|incorrect|wrong|right answer|nice|brilliant|awesome|spot on|well done|"
    r"not quite|not exactly|absolutely|indeed|impressive|interesting|fantastic|good|solid|strong|right\b(?=[,.!]))\b",
    re.IGNORECASE,
)
_LATE_VERDICT = re.compile(
    r"\b(?:you(?:'re| are) (?:absolutely |quite |completely )?(?:right|correct|wrong|mistaken)|"
    r"(?:that|this|it)(?:'s| is) (?:absolutely |quite |not )?(?:right|correct|incorrect|wrong|true|false)\b(?!.*\?)|"
    r"are you sure|you (?:missed|forgot|overlooked)|well done|good job)\b",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"^\s*(?:[{\[<]|```)")
_REFUSAL = re.compile(
    r"^\W*(?:i(?:'m| am) sorry\b.*\b(?:can(?:'t|not)|unable)|i (?:can(?:'t|not)|am unable to) (?:help|assist|comply))",
    re.IGNORECASE,
)
_ENGLISH = frozenset(
    re.findall(
        r"\w+",
        """a about all an and any are as at be by can could did do does else for from given go had has have how if in
        into is it its let like look me more not of on or our out say so some tell than that the them then there these
        they this those to under up was we were what when where which who why will with would you your""",
    )
)
"""Words of which some stand in any English sentence of a little length."""
LONG_ENOUGH = 9
"""Words from which a sentence without any of them is in another language."""

_ASIDE = re.compile(r"\b(?:the candidate|this turn|key points?|my instructions|as an ai)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Guard:
    """The leak guard of one turn."""

    unsaid: tuple[tuple[Question, frozenset[str]], ...]
    """The last questions, each with the ids of its key points that have not come up."""
    licensed: tuple[str, ...]
    """What this turn may say: the words of the move."""
    said: tuple[str, ...]
    """Openers and everything said so far."""
    own: tuple[str, ...]
    """The candidate's sentences: to take up what they half said gives nothing away."""

    def is_verdict(self, sentence: str) -> bool:
        """Whether the sentence tells the candidate how they are doing."""
        return bool(_VERDICT.search(sentence) or _LATE_VERDICT.search(sentence))

    def is_aside(self, sentence: str) -> bool:
        """Whether the sentence talks about the candidate or its own instructions, not to the candidate."""
        return bool(_ASIDE.search(sentence))

    def is_no_speech(self, sentence: str) -> bool:
        """Whether it is nothing that an interviewer says: data, a model's refusal, another language than ours."""
        if _MARKUP.match(sentence) or _REFUSAL.match(sentence):
            return True
        words = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", sentence.lower().replace("’", "'"))
        return len(words) >= LONG_ENOUGH and not _ENGLISH & set(words)

    def leaks(self, sentence: str) -> bool:
        """Whether the sentence says an unsaid key point that the move's own words do not say. Blocking: it embeds."""
        return bool(self.given_away(sentence))

    def given_away(self, sentence: str) -> frozenset[str]:
        """The unsaid key points that the sentence says. Blocking: it embeds."""
        found = self._named_by_cue(sentence)
        for question, unsaid in self.unsaid:
            enough = EXPRESSED if question.brief is None else EXPRESSED_LONG
            said = _expressed(question, (sentence,), enough) & unsaid if unsaid else frozenset()
            # Mostly there is nothing to excuse, and then nothing of what the candidate said has to be embedded.
            found |= said - self._excused(question) if said else frozenset()
        return found

    def _excused(self, question: Question) -> frozenset[str]:
        """The key points that the move or the candidate has at least half said."""
        half = HALF_SAID if question.brief is None else HALF_SAID_LONG
        return _expressed(question, self.licensed, HALF_SAID) | _expressed(question, self.own, half)

    def _named_by_cue(self, sentence: str) -> frozenset[str]:
        known = frozenset[str]().union(*(stems(text) for text in (*self.licensed, *self.said)))
        new = stems(sentence)
        return frozenset(
            point.id
            for question, unsaid in self.unsaid
            for point in question.key_points
            if point.id in unsaid
            and any((wanted := stems(cue)) and wanted <= new and not wanted <= known for cue in point.cues)
        )


def _expressed(question: Question, sentences: Sequence[str], enough: float) -> frozenset[str]:
    return frozenset(p.key_point for p in match(question, sentences).points if p.probability >= enough)


def guard(state: State, licensed: Sequence[str]) -> Guard:
    """The guard for the next turn: over the thread that is open and the one that has just closed."""
    last = state.threads[-2:]
    return Guard(
        unsaid=tuple((t.question, frozenset(p.id for p in t.question.key_points) - t.raised.keys()) for t in last),
        licensed=tuple(text for text in licensed if text),
        own=tuple(sentence for t in last for sentence in t.sentences),
        said=tuple(text for t in last for text in (t.question.opener, *(turn.text for turn in t.turns)) if text),
    )

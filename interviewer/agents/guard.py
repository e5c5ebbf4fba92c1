"""What may be shown: no unsaid key point beyond what the move licenses, and no verdict during the interview."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from interviewer.agents.matcher import match
from interviewer.agents.matching.words import stems
from interviewer.domain import KeyPoint, Question
from interviewer.rules.state import State

EXPRESSED = 0.5
"""Probability from which the matcher takes a sentence to say a key point."""
HALF_SAID = 0.35
"""Probability from which a key point counts as half said by the candidate, or by the words that the move licenses."""

EXPRESSED_LONG = 0.65
"""The same for one sentence against the thirty points of a long problem, where any question comes near one of them."""
HALF_SAID_LONG = 0.6
"""HALF_SAID for the candidate's words in such a round: among eighty sentences every point comes near."""
PLAINER = 0.25
"""By how much a sentence may say such a point more surely than the candidate has; more is not taking up their words."""
NEW_WORDS = 2
"""Words of such a point, used by nobody yet, from which a sentence tells it: any general question meets some point."""

_VERDICT = re.compile(
    r"^(?:that(?:'s| is| was) |this is |you(?:'re| are) |yes,? |no,? |very |really |quite |an? |what an? )*"
    r"(?:great|excellent|perfect|exactly|correct|incorrect|wrong|right answer|nice|brilliant|awesome|spot on|well done|"
    r"not quite|not exactly|absolutely|indeed|impressive|interesting|fantastic|good|solid|strong|right\b(?=[,.!]))\b",
    re.IGNORECASE,
)
_LATE_VERDICT = re.compile(
    r"\b(?:you(?:'re| are) (?:absolutely |quite |completely )?(?:right|correct|wrong|mistaken)|"
    r"(?<!whether )(?<!if )(?:that|this|it)(?:'s| is) (?:absolutely |quite |not )?"
    r"(?:right|correct|incorrect|wrong|true|false)\b(?!.*\?)|"
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
            if not unsaid:
                continue
            long = question.brief is not None
            said = _said(question, (sentence,), EXPRESSED_LONG if long else EXPRESSED)
            said = {id: sure for id, sure in said.items() if id in unsaid}
            if long:
                said = {id: sure for id, sure in said.items() if self._tells(question.key_point(id), sentence)}
            # Mostly there is nothing to excuse, and then nothing of what the candidate said has to be embedded.
            found |= said.keys() - self._excused(question, said) if said else frozenset()
        return found

    def _excused(self, question: Question, said: Mapping[str, float]) -> frozenset[str]:
        """Of the key points in `said`, with how surely: those that the move or the candidate has at least half said."""
        licensed = _said(question, self.licensed, HALF_SAID).keys()
        if question.brief is None:
            return frozenset(licensed | _said(question, self.own, HALF_SAID).keys())
        own = _said(question, self.own, HALF_SAID_LONG)
        return frozenset(licensed | {id for id, sure in own.items() if said.get(id, 0.0) - sure < PLAINER})

    def _tells(self, point: KeyPoint, sentence: str) -> bool:
        """Whether a sentence has enough words of a point that were in nobody's mouth."""
        words = stems(point.text).union(*(stems(cue) for cue in point.cues))
        return len((stems(sentence) & words) - self._known) >= NEW_WORDS

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset[str]().union(*(stems(text) for text in (*self.licensed, *self.said)))

    def _named_by_cue(self, sentence: str) -> frozenset[str]:
        known, new = self._known, stems(sentence)
        return frozenset(
            point.id
            for question, unsaid in self.unsaid
            for point in question.key_points
            if point.id in unsaid
            and any((wanted := stems(cue)) and wanted <= new and not wanted <= known for cue in point.cues)
        )


def _said(question: Question, sentences: Sequence[str], enough: float) -> dict[str, float]:
    """The key points that the sentences say, with how surely."""
    return {p.key_point: p.probability for p in match(question, sentences).points if p.probability >= enough}


def guard(state: State, licensed: Sequence[str]) -> Guard:
    """The guard for the next turn: over the thread that is open and the one that has just closed."""
    last = state.threads[-2:]
    return Guard(
        unsaid=tuple((t.question, frozenset(p.id for p in t.question.key_points) - t.raised.keys()) for t in last),
        licensed=tuple(text for text in licensed if text),
        own=tuple(sentence for t in last for sentence in t.sentences),
        said=tuple(text for t in last for text in (t.question.opener, *(turn.text for turn in t.turns)) if text),
    )

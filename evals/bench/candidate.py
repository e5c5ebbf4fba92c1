"""What candidates say in the benches: 60–150 words each, put together anew from the bank's good answers.

No two are the same, so that a cache by text does not flatter what is measured; a sentence may come again.
"""

from __future__ import annotations

from functools import cache
from random import Random

from interviewer.content import Content, shipped
from interviewer.domain import Question
from interviewer.rules.evidence import sentences

FEWEST, MOST = 60, 150
"""Words of a message."""
_OPENINGS = ("I would start from the numbers.", "Let me think aloud here.", "So, step by step.", "The way I see it:")


@cache
def _material(question: str) -> tuple[str, ...]:
    anchors = shipped().question(question).anchors
    texts = (anchors.three, anchors.four) if anchors is not None else (shipped().question(question).opener,)
    return tuple(sentence for text in texts for sentence in sentences(text))


def message(question: Question, dice: Random, *, content: Content | None = None) -> str:
    """An answer to a question in `FEWEST` to `MOST` words: sentences of its anchors, changed in one word each."""
    known = list(_material(question.id))
    others = [other.id for other in (content or shipped()).questions if other.id != question.id]
    wanted, said = dice.randint(FEWEST, MOST - 10), [dice.choice(_OPENINGS)]
    while sum(len(part.split()) for part in said) < wanted:
        own = bool(known) and dice.random() < 0.85
        sentence = known.pop(dice.randrange(len(known))) if own else dice.choice(_material(dice.choice(others)))
        said.append(_changed(sentence, dice))
    return " ".join(" ".join(said).split()[:MOST])


def _changed(sentence: str, dice: Random) -> str:
    """The sentence with a number or filler of this message's own in it, so that its text is new."""
    words = sentence.split()
    words.insert(
        dice.randrange(1, len(words) + 1), dice.choice(("roughly", f"(case {dice.randrange(10_000)})", "say,"))
    )
    return " ".join(words)

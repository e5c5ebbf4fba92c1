"""Does the built-in matcher recognise what it was not written from: `python -m evals.paraphrases [--json]`.

The sentences in golden/breadth_paraphrases.yaml are by people who saw key points and traps, and no cues. The first
sentence of each may since have been used to write a wording; the others never are. Reported: how many sentences are
recognised, how many key points and traps in at least one sentence that was kept back, and the false alarms: traps that
fire on sentences that reject them, on right sentences, and on anchor answers of level 3 and 4.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from interviewer.agents.matcher import Matches, match
from interviewer.agents.observe import EXPRESSED, SLIPPED
from interviewer.content import shipped
from interviewer.domain import Question
from interviewer.rules.evidence import sentences

Matcher = Callable[..., Matches]
"""From sentences to what they match of one question."""

DATA = Path(__file__).parent / "golden" / "breadth_paraphrases.yaml"


@dataclass
class Count:
    """So many of so many, and which are missing (or wrong)."""

    hits: int = 0
    of: int = 0
    named: list[str] = field(default_factory=list)

    def add(self, name: str, hit: bool, *, name_hits: bool = False) -> None:
        """Count one; keep its name if it missed (or, with `name_hits`, if it fired)."""
        self.hits, self.of = self.hits + hit, self.of + 1
        if hit == name_hits:
            self.named.append(name)


@dataclass
class Report:
    """What the matcher did with all sentences."""

    point_sentences: Count = field(default_factory=Count)
    points: Count = field(default_factory=Count)
    """Recognised in at least one sentence, the first one counting only if no wording was written from it."""
    trap_sentences: Count = field(default_factory=Count)
    traps: Count = field(default_factory=Count)
    fired_on_rejection: Count = field(default_factory=Count)
    fired_on_right_sentence: Count = field(default_factory=Count)
    fired_on_anchor: Count = field(default_factory=Count)


def paraphrases() -> dict[str, dict[str, Any]]:
    """By question: `key_points` (id → sentences) and `traps` (code → `held`, `rejected`)."""
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return loaded


def kept_back(question: Question, id: str, given: list[str]) -> list[str]:
    """The sentences that no wording of the question was written from."""
    cues = {point.id: point.cues for point in question.key_points} | {trap.code: trap.cues for trap in question.traps}
    return [sentence for sentence in given if sentence not in cues[id]]


def report(only: Collection[str] | None = None) -> Report:
    """All of it, or the questions with these ids; takes a second for each question."""
    found = Report()
    bank = {question.id: question for question in shipped().bank("breadth")}
    for id, given in paraphrases().items():
        if only is None or id in only:
            matches = _matcher(bank[id])
            _points(bank[id], given["key_points"], matches, found)
            _traps(bank[id], given["traps"], matches, found)
            _right(bank[id], given["key_points"], matches, found)
    return found


def _matcher(question: Question) -> Matcher:
    """`match` for one question; each of its parts is asked about the same sentences."""
    return cache(lambda *said: match(question, said))


def _points(question: Question, given: dict[str, list[str]], matches: Matcher, found: Report) -> None:
    for id, said in given.items():
        hits = []
        for sentence in kept_back(question, id, said):
            seen = {point.key_point: point.probability for point in matches(sentence).points}
            hits.append(seen[id] >= EXPRESSED)
            found.point_sentences.add(f"{question.id}: {id}: {sentence}", hits[-1])
        found.points.add(f"{question.id}: {id}", any(hits))


def _traps(question: Question, given: dict[str, dict[str, list[str]]], matches: Matcher, found: Report) -> None:
    for code, said in given.items():
        held = [_fires(matches, code, [sentence]) for sentence in kept_back(question, code, said["held"])]
        for hit in held:
            found.trap_sentences.add(f"{question.id}: {code}", hit)
        found.traps.add(f"{question.id}: {code}", any(held))
        for sentence in said["rejected"]:
            fired = _fires(matches, code, [sentence])
            found.fired_on_rejection.add(f"{question.id}: {code}: {sentence}", fired, name_hits=True)


def _right(question: Question, given: dict[str, list[str]], matches: Matcher, found: Report) -> None:
    for code in (trap.code for trap in question.traps):
        for said in given.values():
            for sentence in said:
                fired = _fires(matches, code, [sentence])
                found.fired_on_right_sentence.add(f"{question.id}: {code}: {sentence}", fired, name_hits=True)
        for level, answer in _anchors(question):
            fired = _fires(matches, code, sentences(answer))
            found.fired_on_anchor.add(f"{question.id}: {code}: level {level}", fired, name_hits=True)


def _anchors(question: Question) -> Iterator[tuple[int, str]]:
    if question.anchors is not None:
        yield 3, question.anchors.three
        yield 4, question.anchors.four


def _fires(matches: Matcher, code: str, said: Sequence[str]) -> bool:
    return any(trap.code == code and trap.probability >= SLIPPED for trap in matches(*said).traps)


def passes(found: Report) -> bool:
    """Whether every key point and every trap is recognised, and no trap fires on an anchor."""
    return not (found.points.named or found.traps.named or found.fired_on_anchor.hits)


def main(arguments: list[str]) -> int:
    """Print the report; 1 if a key point or a trap is never recognised, or a trap fires on an anchor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    found = report()
    if options.json:
        print(json.dumps({name: vars(count) for name, count in vars(found).items()}, indent=2))
    else:
        for name, count in vars(found).items():
            print(f"{name.replace('_', ' ')}: {count.hits} of {count.of}")
            for line in count.named if name in ("points", "traps", "fired_on_anchor") else ():
                print(f"    {line}")
    return 0 if passes(found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Whether the interviewer gives anything away: `python -m evals.conduct [--round design] [--model NAME] [--json]`.

The scripted candidates of evals.design are played, and every sentence of the interviewer is held against the key points
that the candidate had not said by then. What a move licenses is no leak: a fact that was asked for, a hint rung, the
twist. Then key points are planted into the same talks, one a talk, in the words of the bank; the share that is found
says what the first figure is worth. The last line of the output is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Final

from evals.design import GOLDEN, LEVELS, read, run
from interviewer.agents.guard import guard
from interviewer.domain import Event, Move
from interviewer.errors import InterviewerError
from interviewer.program import Program
from interviewer.rules.evidence import sentences
from interviewer.rules.state import State, apply, fold

LICENSED: Final = frozenset({"ask", "next_thread", "hint", "twist"})
"""Moves whose written words may say what they say; openers are the question itself."""
PLANTS: Final = 3
"""Key points that are planted into each talk, each by itself."""


@dataclass(frozen=True)
class Leak:
    """A sentence that says a key point which the candidate had not said."""

    act: int
    rule: str
    sentence: str
    key_points: tuple[str, ...]


def spoken(events: Sequence[Event]) -> Iterator[tuple[State, Move, str, int]]:
    """Each turn of the interviewer: the state that it was said in, its move, its words, the number of the act."""
    state = fold(events[:1], id="conduct")
    for event in events[1:]:
        if event.kind == "spoken" and state.last_move is not None:
            yield state, state.last_move, event.payload["text"], state.acts - 1
        state = apply(state, event)


def leaks(events: Sequence[Event]) -> list[Leak]:
    """Everything that was given away. Blocking: it embeds."""
    found = []
    for state, move, text, act in spoken(events):
        if state.thread is None:
            continue
        licensed = [move.text] if move.kind in LICENSED or move.facts else []
        check = guard(state, licensed)
        said = text
        for words in licensed:
            said = said.replace(words, " ")
        given = ((one, check.given_away(one)) for one in sentences(said))
        found += [Leak(act, move.rule, one, tuple(sorted(points))) for one, points in given if points]
    return found


def planted(events: Sequence[Event], draw: random.Random) -> tuple[Event, ...] | None:
    """The talk with one key point that had not been said put into a turn of the interviewer; None if there is none."""
    turns = [(state, act) for state, move, _, act in spoken(events) if state.thread and move.kind not in LICENSED]
    while turns:
        state, act = turns.pop(draw.randrange(len(turns)))
        assert state.thread is not None
        unsaid = [p for p in state.thread.question.key_points if p.id not in state.thread.raised]
        if unsaid:
            words = draw.choice(unsaid).text
            return tuple(_with(event, act, words) for event in events)
    return None


def _with(event: Event, act: int, words: str) -> Event:
    if event.key != f"spoken:{act}":
        return event
    return event.model_copy(update={"payload": {**event.payload, "text": f"{event.payload['text']} {words}"}})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; 2 for candidates that cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m evals.conduct", description=__doc__.splitlines()[0])
    parser.add_argument("--round", choices=("design", "depth"), default="design")
    parser.add_argument("--only", default="", help="candidates whose id contains this")
    parser.add_argument("--level", choices=LEVELS, default="senior")
    parser.add_argument("--model", default="none", help="the model, or `none` for the built-in interviewer")
    parser.add_argument("--json", action="store_true", help="print the last line only")
    options = parser.parse_args(arguments)
    draw, counted = random.Random(1), {"talks": 0, "sentences": 0, "leaks": 0, "planted": 0, "found": 0}
    try:
        people = [p for p in read(GOLDEN / f"{options.round}_candidates.yaml") if options.only in p.id]
        with tempfile.TemporaryDirectory() as home:
            program = Program(Path(home), model=options.model)
            for outcome, played in run(program, people, round=options.round, level=options.level):
                given = _count(played.events, counted, draw)
                if not options.json:
                    print(f"{outcome.person.problem:24}{outcome.person.id[-12:]:14}{len(given)} leaks", flush=True)
                    for one in given:
                        print(f"  act {one.act}, {one.rule}: {one.sentence} ({', '.join(one.key_points)})")
    except InterviewerError as error:
        print(error, file=sys.stderr)
        return 2
    print(json.dumps(counted))
    return 0


def _count(events: Sequence[Event], counted: dict[str, int], draw: random.Random) -> list[Leak]:
    given = leaks(events)
    counted["talks"] += 1
    counted["sentences"] += reduce(lambda total, turn: total + len(sentences(turn[2])), spoken(events), 0)
    counted["leaks"] += len(given)
    for _ in range(PLANTS):
        plant = planted(events, draw)
        if plant is not None:
            counted["planted"] += 1
            counted["found"] += len(leaks(plant)) > len(given)
    return given


if __name__ == "__main__":
    sys.exit(main())

"""What a well-formed value can still get wrong: references, counts, lengths. Each fault with its line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import get_args

from interviewer.content.yaml_lines import line_of
from interviewer.domain import Angle, MoveKind, Prompt, Question, Round, Strictness
from interviewer.rules.authored import LONGEST_OPENER, LONGEST_TURN
from interviewer.rules.cues import LIGHT
from interviewer.rules.moves import RULES

Fault = tuple[int, str]
"""Line and sentence."""

FEWEST_MUSTS = 2
FEWEST_POINTS, MOST_POINTS = 4, 8
FEWEST_PROBES = 3
UNWORDED = {"ask", "twist", "time_check"}
"""Moves that the speaker never words in a round of threads."""
WORDED = ("own probe", *(kind.replace("_", " ") for kind in get_args(MoveKind) if kind not in UNWORDED))
"""Kinds of turn as the speaker is told them."""
INPUT = re.compile(r"\{\{(\w+)\}\}")
WORD = re.compile(r"[^\W_]+")


def round_faults(round_: Round, path: Path) -> Iterator[Fault]:
    """Faults of a round: unknown rules, weights that do not sum to 100, angles without a probe."""
    text = path.read_text(encoding="utf-8")

    def at(*loc: int | str) -> int:
        return line_of(text, loc)

    for n, name in enumerate(round_.rules):
        if name not in RULES:
            yield at("rules", n), f"there is no rule {name!r}; there are: {', '.join(RULES)}"
    total = sum(dim.weight for dim in round_.dimensions)
    if abs(total - 100) > 1e-9:
        yield at("dimensions"), f"the weights sum to {total:g}, not 100"
    for angle in get_args(Angle):
        if not round_.wording.angles.get(angle):
            yield at("wording", "angles"), f"there is no probe for the angle {angle!r}"
    if round_.id != path.parent.name:
        yield at("id"), f"the id {round_.id!r} is not the folder's name {path.parent.name!r}"
    yield from _repeated([dim.id for dim in round_.dimensions], "dimension", at("dimensions"))
    yield from _repeated([area.id for area in round_.areas], "area", at("areas"))


def question_faults(question: Question, rounds: Mapping[str, Round], path: Path) -> Iterator[Fault]:
    """Faults of a question: references that lead nowhere, and parts of the full format that are missing."""
    text = path.read_text(encoding="utf-8")

    def at(*loc: int | str) -> int:
        return line_of(text, loc)

    round_ = rounds.get(question.round)
    if round_ is None:
        yield at("round"), f"there is no round {question.round!r}"
    elif question.area not in {area.id for area in round_.areas}:
        yield at("area"), f"round {question.round!r} has no area {question.area!r}"
    points = {point.id for point in question.key_points}
    yield from _repeated([point.id for point in question.key_points], "key point", at("key_points"))
    yield from _repeated([trap.code for trap in question.traps], "trap", at("traps"))
    leads = {
        "probes": [probe.key_point for probe in question.probes],
        "ladders": [ladder.key_point for ladder in question.ladders],
    }
    for part, ids in leads.items():
        for n, id in enumerate(ids):
            if id not in points:
                yield at(part, n, "key_point"), f"there is no key point {id!r}"
    for loc, words, most in _spoken(question):
        if len(words.split()) > most:
            yield at(*loc), f"{len(words.split())} words; the interviewer says at most {most}"
    for loc, cue in _hollow(question):
        yield at(*loc), f"of the cue {cue!r} only one word is matched; say more, or write that word alone"
    yield from ((at(part), fault) for part, fault in _missing(question))


def prompt_faults(prompt: Prompt, text: str) -> Iterator[Fault]:
    """Inputs that are declared and not used, or used and not declared."""
    used = {name for _, part in prompt.parts for name in INPUT.findall(part)}
    for name in sorted(used - set(prompt.inputs)):
        yield _line_with(text, f"{{{{{name}}}}}"), f"{{{{{name}}}}} is used and not declared in inputs"
    for name in sorted(set(prompt.inputs) - used):
        yield _line_with(text, "inputs"), f"{name!r} is declared in inputs and not used"
    if prompt.name == "speak":
        yield from _speaker_faults(prompt, text)


def _speaker_faults(prompt: Prompt, text: str) -> Iterator[Fault]:
    """A kind of turn or of follow-up that the speaker may be told and is not told about, and a missing manner."""
    for manner in get_args(Strictness):
        if not prompt.notes.get(f"manner.{manner}"):
            yield _line_with(text, "notes:"), f"there is no note 'manner.{manner}'"
    told = "\n".join(part for role, part in prompt.parts if role == "system")
    for kind in WORDED:
        if f"\n- {kind}: " not in told:
            yield _line_with(text, "## system"), f"the kind of turn {kind!r} is not explained"
    for angle in get_args(Angle):
        if not re.search(rf"(?:^|· ){angle.replace('_', ' ')}: ", told, re.MULTILINE):
            yield _line_with(text, "## system"), f"the kind of follow-up {angle!r} is not explained"


def _spoken(question: Question) -> Iterator[tuple[tuple[int | str, ...], str, int]]:
    yield ("opener",), question.opener, LONGEST_OPENER
    for n, probe in enumerate(question.probes):
        yield ("probes", n, "text"), probe.text, LONGEST_TURN
    for n, trap in enumerate(question.traps):
        yield ("traps", n, "probe"), trap.probe, LONGEST_TURN
    for n, ladder in enumerate(question.ladders):
        for rung, hint in enumerate(ladder.rungs):
            yield ("ladders", n, "rungs", rung), hint, LONGEST_OPENER if rung == 3 else LONGEST_TURN


def _hollow(question: Question) -> Iterator[tuple[tuple[int | str, ...], str]]:
    """Cues of several words that are a single one without the light words, and so say less than they seem to."""
    cues = {
        **{("key_points", n): point.cues for n, point in enumerate(question.key_points)},
        **{("traps", n): trap.cues for n, trap in enumerate(question.traps)},
    }
    for loc, given in cues.items():
        for n, cue in enumerate(given):
            words = WORD.findall(cue.lower())
            if len(words) > 1 and len(set(words) - LIGHT) < 2:
                yield (*loc, "cues", n), cue


def _missing(question: Question) -> Iterator[tuple[str, str]]:
    musts = sum(point.importance == "must" for point in question.key_points)
    if not FEWEST_POINTS <= len(question.key_points) <= MOST_POINTS:
        yield "key_points", f"{len(question.key_points)} key points; {FEWEST_POINTS} to {MOST_POINTS} are wanted"
    if musts < FEWEST_MUSTS:
        yield "key_points", f"{musts} must points; at least {FEWEST_MUSTS} are wanted"
    if not question.traps:
        yield "traps", "no trap; 1 or 2 are wanted"
    if len(question.probes) < FEWEST_PROBES:
        yield "probes", f"{len(question.probes)} probes; at least {FEWEST_PROBES} are wanted"
    if not question.ladders:
        yield "ladders", "no hint ladder; at least 1 is wanted"
    for part in ("outline", "anchors", "drill", "as_of", "source"):
        if not getattr(question, part):
            yield part, f"{part} is missing"


def _repeated(ids: Sequence[str], what: str, line: int) -> Iterator[Fault]:
    for id, times in Counter(ids).items():
        if times > 1:
            yield line, f"the {what} {id!r} is there {times} times"


def _line_with(text: str, words: str) -> int:
    return next((n for n, line in enumerate(text.splitlines(), 1) if words in line), 1)

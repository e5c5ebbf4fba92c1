"""What a well-formed value can still get wrong: references, counts, lengths. Each fault with its line."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import get_args

from interviewer.content.briefs import brief_faults, size
from interviewer.content.tasks import in_round, task_faults
from interviewer.content.yaml_lines import line_of
from interviewer.domain import Angle, Level, MoveKind, Phase, Prompt, Question, Round, Strictness
from interviewer.rules.authored import LONGEST_OPENER, LONGEST_TURN
from interviewer.rules.climbing import RULES as LADDER_RULES
from interviewer.rules.cues import LIGHT
from interviewer.rules.long_round import RULES as LONG_RULES
from interviewer.rules.moves import RULES
from interviewer.rules.phases import TWIST

Fault = tuple[int, str]
"""Line and sentence."""

UNWORDED = {"ask"}
"""Moves that the speaker never words."""
DRIVEN_ONLY = {"twist", "time_check"}
"""Moves of rounds about one problem."""
DRIVEN_RULES = frozenset(rule.__name__ for rule in (*LONG_RULES, *LADDER_RULES))
"""Rules that say the sentences of `Wording.driving`."""
TAKES = {
    "opening": {"minutes"},
    "opening_project": {"minutes"},
    "from_library": {"company"},
    "from_pack": {"company", "systems"},
    "unknown_company": {"company"},
    "afterwards": {"company"},
    "contradiction": {"first", "second"},
    "no_sandbox": {"sentence"},
}
"""What is filled into a sentence of the wording."""
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
    yield from ((at("dimensions"), fault) for fault in _weight_faults(round_))
    for angle in get_args(Angle):
        if not round_.wording.angles.get(angle):
            yield at("wording", "angles"), f"there is no probe for the angle {angle!r}"
    for loc, fault in (*_driving_faults(round_), *_filled_faults(round_)):
        yield at(*loc), fault
    for kind, phases in round_.phases.items():
        yield from ((at("phases", kind, *loc), fault) for loc, fault in _phase_faults(phases))
    if round_.id != path.parent.name:
        yield at("id"), f"the id {round_.id!r} is not the folder's name {path.parent.name!r}"
    yield from _repeated([dim.id for dim in round_.dimensions], "dimension", at("dimensions"))
    yield from _repeated([area.id for area in round_.areas], "area", at("areas"))


def _weight_faults(round_: Round) -> Iterator[str]:
    for kind in ("", *sorted({kind for dim in round_.dimensions for kind in dim.weights})):
        total = sum(dim.weight for dim in round_.rubric(kind).dimensions)
        if abs(total - 100) > 1e-9:
            yield f"the weights{f' for {kind!r}' if kind else ''} sum to {total:g}, not 100"
        if kind and kind not in round_.phases:
            yield f"there are weights for {kind!r}, and no parts of the round for it"


def _driving_faults(round_: Round) -> Iterator[tuple[tuple[str, ...], str]]:
    """The sentences of a round about one problem: wanted where a rule says them, and only there."""
    driving = round_.wording.driving
    needs = [name for name in round_.rules if name in DRIVEN_RULES]
    if driving is None and needs:
        yield ("wording",), f"driving is missing, and the rule {needs[0]!r} says sentences of it"
    if driving is not None and not needs:
        yield ("wording", "driving"), "driving is there, and no rule says anything of it"
    if driving is not None and bool(driving.board) is not round_.board:
        without = "asked for in a round without one" if driving.board else "never asked for"
        yield ("wording", "driving"), f"the diagram is {without}"


def _filled_faults(round_: Round) -> Iterator[tuple[tuple[str, ...], str]]:
    """Sentences with a gap that nothing fills, or without one that is needed."""
    wording = round_.wording.model_dump(exclude={"driving", "coding"})
    texts: dict[tuple[str, ...], str] = {
        ("wording", name): text for name, text in wording.items() if name in TAKES and text
    }
    if round_.wording.driving is not None:
        texts["wording", "driving", "contradiction"] = round_.wording.driving.contradiction
    if round_.wording.coding is not None:
        texts["wording", "coding", "no_sandbox"] = round_.wording.coding.no_sandbox
    for loc, text in texts.items():
        try:
            gaps = {gap for _, gap, _, _ in string.Formatter().parse(text) if gap is not None}
        except ValueError as error:
            yield loc, f"the braces do not match ({error})"
            continue
        if gaps != TAKES[loc[-1]]:
            wanted = " and ".join(f"{{{gap}}}" for gap in sorted(TAKES[loc[-1]]))
            yield loc, f"it takes {wanted}, no more and no less"


def _phase_faults(phases: Sequence[Phase]) -> Iterator[tuple[tuple[int | str, ...], str]]:
    if not phases:
        yield (), "there is no part in it"
    for id, times in Counter(phase.id for phase in phases).items():
        if times > 1:
            yield (), f"the part {id!r} is there {times} times"
    for n, phase in enumerate(phases):
        # The opener begins the first part, the twist its own, and the last belongs to the candidate.
        opened_otherwise = n in (0, len(phases) - 1) or phase.id == TWIST
        if bool(phase.enters) is opened_otherwise:
            yield (n,), f"the part {phase.id!r} is {'opened by something else' if phase.enters else 'not opened'}"
        if phase.joins and phase.joins not in [earlier.id for earlier in phases[:n]]:
            yield (n, "joins"), f"the part {phase.id!r} joins {phase.joins!r}, which is no part before it"
        for m, words in enumerate(phase.enters):
            if len(words.split()) > LONGEST_TURN:
                yield (n, "enters", m), f"{len(words.split())} words; the interviewer says at most {LONGEST_TURN}"


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
    yield from ((at(*loc), fault) for loc, fault in brief_faults(question, round_))
    yield from ((at(*loc), fault) for loc, fault in (*task_faults(question), *in_round(question, round_)))


def prompt_faults(prompt: Prompt, text: str, round_: Round | None = None) -> Iterator[Fault]:
    """Inputs that are declared and not used, or used and not declared; what the speaker of its round must be told."""
    used = {name for _, part in prompt.parts for name in INPUT.findall(part)}
    for name in sorted(used - set(prompt.inputs)):
        yield _line_with(text, f"{{{{{name}}}}}"), f"{{{{{name}}}}} is used and not declared in inputs"
    for name in sorted(set(prompt.inputs) - used):
        yield _line_with(text, "inputs"), f"{name!r} is declared in inputs and not used"
    if prompt.name == "speak":
        yield from _speaker_faults(prompt, text, driven=round_ is not None and round_.wording.driving is not None)


def worded(*, driven: bool) -> tuple[str, ...]:
    """Kinds of turn as the speaker is told them, in a round about one problem (`driven`) or of many questions."""
    left_out = UNWORDED if driven else UNWORDED | DRIVEN_ONLY
    return ("own probe", *(kind.replace("_", " ") for kind in get_args(MoveKind) if kind not in left_out))


def _speaker_faults(prompt: Prompt, text: str, *, driven: bool) -> Iterator[Fault]:
    """A kind of turn or of follow-up that the speaker may be told and is not told about, and a missing note."""
    notes = [f"manner.{manner}" for manner in get_args(Strictness)]
    if driven:
        notes += [f"lead.{level}" for level in get_args(Level)]
    for note in notes:
        if not prompt.notes.get(note):
            yield _line_with(text, "notes:"), f"there is no note {note!r}"
    told = "\n".join(part for role, part in prompt.parts if role == "system")
    for kind in worded(driven=driven):
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
    wanted, count = size(question), len(question.key_points)
    fewest, most = wanted.points
    musts = sum(point.importance == "must" for point in question.key_points)
    if not fewest <= count <= most:
        yield "key_points", f"{count} key points; {fewest} to {most} are wanted"
    if musts < wanted.musts:
        yield "key_points", f"{musts} must points; at least {wanted.musts} are wanted"
    for part, least in (("traps", wanted.traps), ("probes", wanted.probes), ("ladders", wanted.ladders)):
        there = len(getattr(question, part))
        if there < least:
            yield part, f"{there} {part}; at least {least} are wanted"
    for part in ("outline", "anchors", "drill", "as_of", "source"):
        # What a full answer to a task covers is its reference.
        if part == "outline" and question.task is not None:
            continue
        if not getattr(question, part):
            yield part, f"{part} is missing"


def _repeated(ids: Sequence[str], what: str, line: int) -> Iterator[Fault]:
    for id, times in Counter(ids).items():
        if times > 1:
            yield line, f"the {what} {id!r} is there {times} times"


def _line_with(text: str, words: str) -> int:
    return next((n for n, line in enumerate(text.splitlines(), 1) if words in line), 1)

"""What the problem of a long round can get wrong: facts, arithmetic, steps, parts, and what each of them refers to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, get_args

from interviewer.domain import Brief, Ladder, Level, Phase, Probe, Question, Round, Sum, Twist
from interviewer.rules.arithmetic import check, expected
from interviewer.rules.authored import LONGEST_OPENER, LONGEST_TURN
from interviewer.rules.formula import FormulaError
from interviewer.rules.phases import TWIST

Place = tuple[int | str, ...]
"""Keys and indices that lead to a part of the file."""
Found = tuple[Place, str]
"""Where, and a sentence that says what is wrong."""

LONGEST_FACT, LONGEST_TWIST = 45, 60
"""Words that the interviewer says in one go for them: they are read once and cannot be asked twice in other words."""


@dataclass(frozen=True)
class Size:
    """How much of each part a kind of question has at least; of key points also at most."""

    points: tuple[int, int]
    musts: int
    traps: int
    probes: int
    ladders: int
    facts: int = 0
    sums: int = 0
    dives: int = 0


SHORT: Final = Size(points=(4, 8), musts=2, traps=1, probes=3, ladders=1)
"""A question of a few minutes."""
_DESIGN: Final = Size(points=(20, 30), musts=6, traps=3, probes=8, ladders=4, facts=10, sums=1, dives=4)
SIZES: Final[Mapping[str, Size]] = {
    "modeling": _DESIGN,
    "infrastructure": _DESIGN,
    "ladder": Size(points=(8, 18), musts=4, traps=1, probes=8, ladders=2, facts=5, sums=1),
    "failure": Size(points=(8, 14), musts=4, traps=1, probes=5, ladders=1, facts=5),
}
"""By the kind of problem."""
TASK: Final = Size(points=(5, 9), musts=2, traps=2, probes=3, ladders=1)
"""A coding task."""
STEPS: Final = (1, 2, 3, 4)


def size(question: Question) -> Size:
    """How much of each part this question should have."""
    if question.task is not None:
        return TASK
    return SIZES[question.brief.kind] if question.brief is not None else SHORT


def brief_faults(question: Question, round_: Round | None) -> Iterator[Found]:
    """Faults of a question's brief, and of what only rounds about one problem want of a question."""
    brief = question.brief
    if brief is None:
        if round_ is not None and round_.wording.driving is not None and question.task is None:
            yield ("id",), f"no brief, and round {round_.id!r} is about problems that have one"
        return
    yield from _repeats(brief)
    yield from _short_of(brief)
    yield from _lengths(brief)
    yield from _sums(brief)
    yield from _steps(question, brief)
    yield from _points_named(question, brief)
    if round_ is not None:
        yield from _in_round(question, brief, round_)


def spoken(brief: Brief) -> Iterator[tuple[Place, str, int]]:
    """What the interviewer says of a brief, with the most words that it may have."""
    yield ("brief", "silent"), brief.silent, LONGEST_TURN
    for n, fact in enumerate(brief.facts):
        yield ("brief", "facts", n, "says"), fact.says, LONGEST_FACT
    for n, one in enumerate(brief.sums):
        yield ("brief", "sums", n, "ask"), one.ask, LONGEST_TURN
    for n, dive in enumerate(brief.dives):
        yield ("brief", "dives", n, "ask"), dive.ask, LONGEST_TURN
    for n, rung in enumerate(brief.rungs):
        yield ("brief", "rungs", n, "ask"), rung.ask, LONGEST_TURN
    if brief.twist is not None:
        yield ("brief", "twist", "text"), brief.twist.text, LONGEST_TWIST
        for n, probe in enumerate(brief.twist.probes):
            yield ("brief", "twist", "probes", n, "text"), probe.text, LONGEST_TURN
        for n, ladder in enumerate(brief.twist.ladders):
            for step, hint in enumerate(ladder.rungs):
                most = LONGEST_OPENER if step == 3 else LONGEST_TURN
                yield ("brief", "twist", "ladders", n, "rungs", step), hint, most


def _lengths(brief: Brief) -> Iterator[Found]:
    for place, words, most in spoken(brief):
        count = len(words.split())
        if count > most:
            yield place, f"{count} words; the interviewer says at most {most}"


def _repeats(brief: Brief) -> Iterator[Found]:
    for part, what in (("facts", "fact"), ("sums", "sum"), ("dives", "dive")):
        for id, times in Counter(one.id for one in getattr(brief, part)).items():
            if times > 1:
                yield ("brief", part), f"the {what} {id!r} is there {times} times"


def _short_of(brief: Brief) -> Iterator[Found]:
    wanted = SIZES[brief.kind]
    for part, fewest in (("facts", wanted.facts), ("sums", wanted.sums), ("dives", wanted.dives)):
        count = len(getattr(brief, part))
        if count < fewest:
            yield ("brief", part), f"{count} {part}; at least {fewest} are wanted"
    if not brief.red_flags:
        yield ("brief", "red_flags"), "no red flag"
    for level in get_args(Level):
        if not brief.signals.get(level):
            yield ("brief", "signals"), f"no signal for the level {level!r}"


def _sums(brief: Brief) -> Iterator[Found]:
    for n, one in enumerate(brief.sums):
        fault = _worked(one, brief)
        if fault is not None:
            yield ("brief", "sums", n, fault[0]), fault[1]


def _worked(one: Sum, brief: Brief) -> tuple[str, str] | None:
    """What is wrong with a sum, and in which of its fields."""
    try:
        value = expected(one, brief.facts).value
        if value <= 0:
            return "formula", f"the formula comes to {value:g}; an amount is above 0"
        # Somebody who answers with this very text has to be right.
        if check(one, brief.facts, (one.works_out,)).result != "right":
            return "works_out", f"the formula comes to {value:g}, and that cannot be read from these words"
    except FormulaError as error:
        return "formula", str(error)
    return None


def _steps(question: Question, brief: Brief) -> Iterator[Found]:
    wanted = STEPS if brief.kind == "ladder" else ()
    levels = tuple(rung.level for rung in brief.rungs)
    if levels != wanted:
        yield ("brief", "rungs"), f"the rungs are {levels}; of a problem of this kind they are {wanted}"
    elif brief.rungs and brief.rungs[0].ask != question.opener:
        yield ("brief", "rungs", 0, "ask"), "the first rung is not the opener"
    for n, point in enumerate(question.key_points):
        if brief.kind == "ladder" and point.section != f"l{point.level}":
            yield ("key_points", n), f"the section {point.section!r} is not that of the level {point.level}"
        if brief.kind != "ladder" and point.level:
            yield ("key_points", n, "level"), "only the points of a ladder have a level"


def _points_named(question: Question, brief: Brief) -> Iterator[Found]:
    known = {point.id for point in question.key_points}
    named: list[tuple[Place, Sequence[str]]] = [
        (("brief", "dives", n, "key_points"), dive.key_points) for n, dive in enumerate(brief.dives)
    ]
    if brief.twist is not None:
        named.append((("brief", "twist", "shows"), brief.twist.shows))
        yield from _twist_help(brief.twist)
    for place, ids in named:
        yield from ((place, f"there is no key point {id!r}") for id in ids if id not in known)


def _twist_help(twist: Twist) -> Iterator[Found]:
    """Somebody who is stuck at the twist is asked further and helped towards what it shows, and nowhere else."""
    parts: tuple[tuple[str, Sequence[Probe | Ladder]], ...] = (("probes", twist.probes), ("ladders", twist.ladders))
    for part, helps in parts:
        if not helps:
            yield ("brief", "twist"), f"no {part} of its own for somebody who is stuck at it"
        for n, one in enumerate(helps):
            if one.key_point not in twist.shows:
                yield ("brief", "twist", part, n, "key_point"), f"the twist does not show {one.key_point!r}"


def _in_round(question: Question, brief: Brief, round_: Round) -> Iterator[Found]:
    if round_.wording.driving is None:
        yield ("brief",), f"round {round_.id!r} is not about problems that have one"
    judged = {dim.id for dim in round_.dimensions if dim.judged and dim.scope == "thread"}
    for n, point in enumerate(question.key_points):
        if point.dimension not in judged:
            yield ("key_points", n), f"round {round_.id!r} judges no dimension {point.dimension!r} of a thread"
    if round_.phases:
        yield from _in_phases(question, brief, round_, judged)
    else:
        yield from _in_steps(question, brief)


def _in_phases(question: Question, brief: Brief, round_: Round, judged: set[str]) -> Iterator[Found]:
    phases = round_.phases.get(brief.kind, ())
    if not phases:
        yield ("brief", "kind"), f"round {round_.id!r} has no parts for a problem of the kind {brief.kind!r}"
        return
    if brief.twist is None and any(phase.id == TWIST for phase in phases):
        yield ("brief",), "no twist, and there is a part of the round that it opens"
    yield from _placed(question, brief, {phase.id for phase in phases[:-1]})
    yield from _asked(question, brief, phases)
    for id in sorted(judged - {point.dimension for point in question.key_points}):
        yield ("key_points",), f"no key point speaks for the dimension {id!r}"


def _in_steps(question: Question, brief: Brief) -> Iterator[Found]:
    steps: set[str] = {f"l{level}" for level in STEPS} if brief.kind == "ladder" else {brief.kind}
    yield from _placed(question, brief, steps)
    for step in sorted(steps - {point.section for point in question.key_points}):
        yield ("key_points",), f"no key point belongs to {step!r}"


def _placed(question: Question, brief: Brief, sections: set[str]) -> Iterator[Found]:
    """Key points, sums and dives outside the parts of their round."""
    places: list[tuple[Place, str]] = [
        *((("key_points", n), point.section) for n, point in enumerate(question.key_points)),
        *((("brief", "sums", n), one.section) for n, one in enumerate(brief.sums)),
        *((("brief", "dives", n), dive.section) for n, dive in enumerate(brief.dives)),
    ]
    for place, section in places:
        if section not in sections:
            yield (*place, "section"), f"the round has no part {section!r} for it"


def _asked(question: Question, brief: Brief, phases: Sequence[Phase]) -> Iterator[Found]:
    """Parts of the round in which nothing is written that could be asked."""
    section = {point.id: point.section for point in question.key_points}
    asked = {section.get(probe.key_point, "") for probe in question.probes} | {dive.section for dive in brief.dives}
    for phase in phases[:-1]:
        if phase.id != TWIST and phase.id not in asked:
            yield ("probes",), f"no probe and no dive for the part {phase.id!r}"

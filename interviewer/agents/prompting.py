"""How an interview is put before a model: numbered, fenced, short aliases, unchanging parts first."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence

from interviewer.domain import Board, Dimension, KeyPoint, Prompt, Question
from interviewer.llm import Message
from interviewer.rules.board import elements
from interviewer.rules.evidence import fence, flagged
from interviewer.rules.ladder import here
from interviewer.rules.phases import phases_of
from interviewer.rules.state import State, Thread, Turn

WITHHELD = "[withheld: this sentence spoke to the grader]"
SPEAKERS = {"candidate": "CANDIDATE", "interviewer": "INTERVIEWER"}
WORDLESS = {
    "hint": "(asks for a hint)",
    "gave_up": "(says: I don't know)",
    "skip": "(skips the question)",
    "not_finished": "(is not finished)",
    "submitted": "(hands the code in)",
    "ended": "(ends the interview)",
}
_INPUT = re.compile(r"\{\{(\w+)\}\}")


def marker(interview_id: str) -> str:
    """The fence of one interview: fixed within it, so that prompts keep their prefix, and not to be guessed."""
    return f"~~~{hashlib.blake2s(interview_id.encode(), digest_size=6, person=b'fence').hexdigest()}~~~"


def render(prompt: Prompt, values: Mapping[str, str]) -> tuple[Message, ...]:
    """The prompt's messages with its inputs filled in, once: a value that looks like an input stays text."""
    return tuple(
        Message(role=role, text=_INPUT.sub(lambda found: values[found.group(1)], text)) for role, text in prompt.parts
    )


def fenced(text: str, mark: str) -> str:
    """Text between two lines of the marker, which it cannot contain."""
    return f"{mark}\n{fence(text, marker=mark)}\n{mark}"


def aliases(ids: Iterable[str], letter: str) -> dict[str, str]:
    """Short names for ids ("K1"), so that a model writes two characters instead of a slug."""
    return {f"{letter}{n}": id for n, id in enumerate(ids, 1)}


def key_points(question: Question) -> str:
    """The key points, a line each, with alias and importance."""
    return "\n".join(f"K{n} ({_kind(point)}): {point.text}" for n, point in enumerate(question.key_points, 1))


def _kind(point: KeyPoint) -> str:
    return ", ".join((point.importance, point.section)) if point.section else point.importance


def facts(question: Question) -> str:
    """The fact sheet, a line each, with alias."""
    known = question.brief.facts if question.brief is not None else ()
    return "\n".join(f"F{n}: {fact.name}: {fact.says}" for n, fact in enumerate(known, 1)) or "none"


def board(drawn: Board) -> str:
    """The diagram's boxes and arrows, a numbered line each."""
    return "\n".join(f"{element.ref} {element.text}" for element in elements(drawn)) or "none"


def part(state: State, thread: Thread) -> str:
    """The part of a long round that is under way, or the step that was asked about last, in words."""
    now = [phase.name for phase in phases_of(state.round, thread.question) if phase.id == thread.section]
    if now:
        return now[0]
    return f"step {here(thread)} of the ladder" if thread.level else "the whole problem"


def traps(question: Question) -> str:
    """The misconceptions, a line each, with alias."""
    return "\n".join(f"T{n}: {trap.says}" for n, trap in enumerate(question.traps, 1)) or "none"


def dimensions(dims: Sequence[Dimension]) -> str:
    """The dimensions with their four anchors."""
    return "\n".join(
        f"{dim.id} ({dim.name})\n" + "\n".join(f"  {n}: {anchor}" for n, anchor in enumerate(dim.anchors, 1))
        for dim in dims
    )


def order(dims: Sequence[Dimension], number: int) -> str:
    """In which order pass `number` gives the marks: another one each time, so that no dimension always comes first."""
    turn = number % len(dims)
    return ", ".join(dim.id for dim in (*dims[turn:], *dims[:turn]))


def anchor_answers(question: Question) -> str:
    """One example answer per level, or that there are none."""
    if question.anchors is None:
        return "none"
    named = (("2", question.anchors.two), ("3", question.anchors.three), ("4", question.anchors.four))
    return "\n".join(f"level {level}: {text}" for level, text in named)


def numbered(thread: Thread, *, withhold: bool = False) -> str:
    """The thread as lines, the candidate's sentences numbered; flagged ones are left out where it is graded."""
    banned = set(flagged(thread.sentences)) if withhold else set()
    return "\n".join(_line(turn, thread, banned) for turn in thread.turns)


def spoken(state: State, thread: Thread | None) -> str:
    """What was said in the topic that is open, or, before its first words, in the one before it. Not numbered."""
    said = [t.turns for t in state.threads if t.turns]
    turns: tuple[Turn, ...] = thread.turns if thread is not None and thread.turns else (said[-1] if said else ())
    if state.phase == "questions":
        turns = (*turns, *state.asides)
    return "\n".join(f"{SPEAKERS[turn.speaker]}: {turn.text or WORDLESS.get(turn.kind, '')}" for turn in turns)


def _line(turn: Turn, thread: Thread, banned: set[int]) -> str:
    if turn.speaker == "interviewer":
        note = f" [hint H{turn.move.rung}]" if turn.move is not None and turn.move.kind == "hint" else ""
        return f"INTERVIEWER{note}: {turn.text}"
    if not turn.numbers:
        return f"CANDIDATE: {turn.text or WORDLESS.get(turn.kind, '')}"
    said = " ".join(f"[{n}] {WITHHELD if n in banned else thread.sentences[n - 1]}" for n in turn.numbers)
    return f"CANDIDATE: {said}"

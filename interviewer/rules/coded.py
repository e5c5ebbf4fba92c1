"""The code of a round in which code is written: its runs, what they say, and where that leaves the round."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from interviewer.domain import Ladder, Question, Run, Tested
from interviewer.rules.evidence import flagged

CODE: Final = "code"
"""The part of the round in which the code is written."""
EXTEND: Final = "extend"
"""The part beyond the code, which begins when it has passed."""
ABOUT_RESULTS: Final = ("looks_stuck", "submitted", "test_first")
"""Rules whose questions are about what came out, or should."""
EARLIER: Final = ("clarify", "plan")
"""Parts that are over for somebody who writes or runs code."""
_ADDRESSED: Final = re.compile(
    r"\b(?:grader|graders|interviewer|examiner|evaluator|(?:full|top) marks)\b", re.IGNORECASE
)
"""Whom or what nothing in a program has to do with."""
_STAYS: Final = (
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Assign,
    ast.AnnAssign,
    ast.AugAssign,
)
"""Statements outside of functions without which a program is not the same."""


@dataclass(frozen=True)
class Tried:
    """A run and when it was."""

    run: Run
    turns: int
    """How many turns of the thread there were."""
    clock: float
    """Interview clock in seconds."""


def last_seen(runs: Sequence[Tried]) -> Tried | None:
    """The candidate's last run of their own; None if there was none."""
    return next((tried for tried in reversed(runs) if not tried.run.hidden), None)


def judged(runs: Sequence[Tried], code: str | None = None) -> Run | None:
    """The last run with the hidden tests, of `code` if that is given."""
    hidden = (tried.run for tried in reversed(runs) if tried.run.hidden)
    return next((run for run in hidden if code is None or run.code == code), None)


def handed_in_well(runs: Sequence[Tried]) -> bool:
    """Whether the last code that was handed in passed every test."""
    run = judged(runs)
    return run is not None and bool(run.tests) and not run.failed


def failing(runs: Sequence[Tried]) -> Tested | None:
    """The first test that fails in the candidate's last run, if that came to testing."""
    tried = last_seen(runs)
    return next(iter(tried.run.failed), None) if tried is not None else None


def fails_now(runs: Sequence[Tried]) -> bool:
    """Whether a test failed in the last run, theirs or with the hidden tests."""
    return bool(runs) and bool(runs[-1].run.failed)


def helps_now(ladder: Ladder, runs: Sequence[Tried]) -> bool:
    """Whether the hints of a ladder are for a test that failed in the last run."""
    return bool(runs) and any(test.name in ladder.tests for test in runs[-1].run.failed)


def starter(question: Question) -> str:
    """What the editor holds at the start; empty where no code is written."""
    return question.task.starter if question.task is not None else ""


def as_debugging(question: Question) -> Question:
    """The task as an exercise in debugging: code with bugs instead of the starter; unchanged where none is written."""
    task = question.task
    if task is None or task.debug is None:
        return question
    given = task.model_copy(update={"starter": task.debug.code})
    return question.model_copy(update={"opener": task.debug.opener, "task": given})


def definitions(source: str) -> str:
    """The program without what stands outside of functions and does something (prints, asserts, calls).

    Lines keep their numbers. A program that is no Python comes back as it is, for whoever runs it to say why.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source
    lines = source.splitlines()
    for statement in tree.body:
        if not isinstance(statement, _STAYS):
            for number in range(statement.lineno, (statement.end_lineno or statement.lineno) + 1):
                lines[number - 1] = ""
    return "\n".join(lines) + "\n"


def parameters(signature: str) -> tuple[str, ...]:
    """Names of the parameters of `def entry(...) -> ...`, in their order."""
    (function,) = ast.parse(f"{signature.rstrip(':')}: ...").body
    assert isinstance(function, ast.FunctionDef)
    return tuple(argument.arg for argument in (*function.args.posonlyargs, *function.args.args))


def own_tests(source: str) -> tuple[str, ...]:
    """Names of the candidate's test functions, in their order: `test_…`, without arguments."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return tuple(
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not ast.unparse(node.args)
    )


def addressed_lines(source: str) -> frozenset[int]:
    """Lines whose comment or string speaks to whoever grades; of what is no Python, the comments up to the fault."""
    said: list[tuple[int, str]] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if tokenize.tok_name[token.type] in ("COMMENT", "STRING", "FSTRING_MIDDLE"):
                said += enumerate(token.string.lstrip("# ").splitlines(), token.start[0])
    except (tokenize.TokenError, SyntaxError):
        pass
    told = {said[n - 1][0] for n in flagged([text for _, text in said])}
    return frozenset(told | {line for line, text in said if _ADDRESSED.search(text)})


def speaks_to_grader(words: str) -> bool:
    """Whether words that a program wrote speak to whoever grades it."""
    return bool(_ADDRESSED.search(words) or flagged([words]))


def does_something(source: str) -> bool:
    """Whether anything stands outside of functions that shows or checks something."""
    return definitions(source).split() != "\n".join(source.splitlines()).split()

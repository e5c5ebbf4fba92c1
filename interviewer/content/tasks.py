"""What the task of a coding question can get wrong, short of running it: names, programs, tests, references."""

from __future__ import annotations

import ast
import builtins
from collections import Counter
from collections.abc import Iterator
from typing import Final

from interviewer.content.briefs import Found, Place
from interviewer.domain import Brief, Case, Dive, Question, Round, Task
from interviewer.rules.authored import LONGEST_TURN

GROUPS: Final = ("mutation", "size")
"""Groups that every task has a hidden test of."""
EXPRESSIONS: Final = ("args", "expect", "check")


SILENT: Final = "What is fixed stands in the statement. Whatever it leaves open is yours to decide; say what you take."


def with_brief(question: Question) -> Question:
    """A coding question as a problem of a long round: its follow-ups are what is dug into; others are unchanged."""
    task = question.task
    if task is None:
        return question
    asked = (("plan", "complexity"), ("test", "numerics"), ("extend", "extension"))
    dives = tuple(
        Dive(id=id, section=section, ask=getattr(task, id).ask, key_points=getattr(task, id).key_points)
        for section, id in asked
    )
    return question.model_copy(update={"brief": Brief(kind="coding", silent=SILENT, dives=dives)})


def in_round(question: Question, round_: Round | None) -> Iterator[Found]:
    """Key points of a task that belong to no part or no dimension of the round."""
    if round_ is None or question.task is None:
        return
    judged = {dim.id for dim in round_.dimensions if dim.judged and dim.scope == "thread"}
    parts = {phase.id for phases in round_.phases.values() for phase in phases[:-1]}
    for n, point in enumerate(question.key_points):
        if point.dimension not in judged:
            yield ("key_points", n), f"round {round_.id!r} judges no dimension {point.dimension!r} of a thread"
        if point.section not in parts:
            yield ("key_points", n, "section"), f"the round has no part {point.section!r} for it"


def task_faults(question: Question) -> Iterator[Found]:
    """Faults of a question's task; none if it has none."""
    task = question.task
    if task is None:
        return
    points = {point.id for point in question.key_points}
    for part in ("complexity", "numerics", "extension"):
        for n, id in enumerate(getattr(task, part).key_points):
            if id not in points:
                yield ("task", part, "key_points", n), f"there is no key point {id!r}"
    named = {case.name for case in (*task.visible, *task.hidden)}
    for n, ladder in enumerate(question.ladders):
        for m, name in enumerate(ladder.tests):
            if name not in named:
                yield ("ladders", n, "tests", m), f"there is no test {name!r}"
    for place, words in _spoken(question, task):
        if (count := len(words.split())) > LONGEST_TURN:
            yield place, f"{count} words; the interviewer says at most {LONGEST_TURN}"
    yield from _programs(task)
    yield from _tests(task)
    yield from _bugs(task)


def _spoken(question: Question, task: Task) -> Iterator[tuple[Place, str]]:
    yield ("opener",), question.opener
    for part in ("complexity", "numerics", "extension"):
        yield ("task", part, "ask"), getattr(task, part).ask
    if task.debug is not None:
        yield ("task", "debug", "opener"), task.debug.opener


def _programs(task: Task) -> Iterator[Found]:
    """Programs that are not Python, or that do not define the entry as the signature has it."""
    wanted = _function(f"{task.signature.rstrip(':')}: ...", task.entry)
    if wanted is None:
        yield ("task", "signature"), f"this is not the signature of a function {task.entry!r}"
        return
    for place, code in _codes(task):
        try:
            ast.parse(code)
        except SyntaxError as error:
            yield place, f"not Python: {error.msg} (line {error.lineno} of it)"
            continue
        function = _function(code, task.entry)
        if function is None:
            yield place, f"there is no function {task.entry!r} in it"
        elif _parameters(function) != _parameters(wanted):
            yield place, f"{task.entry!r} does not take the parameters of the signature"
    starter = _function(task.starter, task.entry)
    if starter is not None and _head(starter) != _head(wanted):
        yield ("task", "starter"), "its head is not the signature"
    if starter is not None and ast.get_docstring(starter) is None:
        yield ("task", "starter"), f"{task.entry!r} has no docstring"


def _codes(task: Task) -> Iterator[tuple[Place, str]]:
    yield ("task", "starter"), task.starter
    yield ("task", "reference"), task.reference
    for n, wrong in enumerate(task.wrong):
        yield ("task", "wrong", n, "code"), wrong.code
    if task.debug is not None:
        yield ("task", "debug", "code"), task.debug.code


def _function(code: str, name: str) -> ast.FunctionDef | None:
    try:
        body = ast.parse(code).body
    except SyntaxError:
        return None
    return next((node for node in body if isinstance(node, ast.FunctionDef) and node.name == name), None)


def _parameters(function: ast.FunctionDef) -> list[str]:
    return [arg.arg for arg in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]


def _head(function: ast.FunctionDef) -> tuple[str, str]:
    return ast.unparse(function.args), ast.unparse(function.returns) if function.returns else ""


def _tests(task: Task) -> Iterator[Found]:
    groups = {case.group for case in task.hidden}
    for group in GROUPS:
        if group not in groups:
            yield ("task", "hidden"), f"no test of the group {group!r}"
    for name, times in Counter(case.name for case in (*task.visible, *task.hidden)).items():
        if times > 1:
            yield ("task", "hidden"), f"the test {name!r} is there {times} times"
    for part, cases in (("visible", task.visible), ("hidden", task.hidden)):
        for n, case in enumerate(cases):
            yield from ((("task", part, n, field), fault) for field, fault in _case(case))


def _case(case: Case) -> Iterator[tuple[str, str]]:
    for field in EXPRESSIONS:
        if text := getattr(case, field):
            try:
                ast.parse(text, mode="eval")
            except SyntaxError as error:
                yield field, f"not a Python expression: {error.msg}"
    raised = getattr(builtins, case.raises, None) if case.raises else ValueError
    if not (isinstance(raised, type) and issubclass(raised, Exception)):
        yield "raises", f"there is no built-in exception {case.raises!r}"


def _bugs(task: Task) -> Iterator[Found]:
    if task.debug is None:
        return
    lines = task.debug.code.splitlines()
    for n, bug in enumerate(task.debug.bugs):
        if bug.line > len(lines) or not lines[bug.line - 1].strip():
            yield ("task", "debug", "bugs", n, "line"), f"there is nothing on line {bug.line} of the given code"

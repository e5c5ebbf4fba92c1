"""The code of a coding round in its debrief, as HTML: hidden tests, the code and its facts, bugs, a good solution."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from interviewer.domain import Finding, Task
from interviewer.domain.tasks import FollowUp
from interviewer.rules.code_facts import CodeFacts, code_facts
from interviewer.rules.coded import judged, starter
from interviewer.rules.state import State, Thread
from interviewer.web.code_results import diff, hidden, source, summary
from interviewer.web.debrief_topics import how
from interviewer.web.safe import html

MOST_FACTS: Final = 6
"""Lines that are named for one fact."""


def code(state: State) -> str:
    """The section "The code"; empty in rounds without, and before the end: it tells hidden tests and a solution."""
    thread = state.threads[-1] if state.threads else None
    if not state.over or not state.round.code or thread is None or thread.question.task is None:
        return ""
    task = thread.question.task
    parts = (
        _tests(state, thread),
        _written(state, thread),
        _bugs(task, state, thread),
        _facts(state, task),
        _questions(task, thread),
        _reference(task),
    )
    return f'<section class="coded"><h2>The code</h2>{"".join(parts)}</section>'


def _is_written(state: State, thread: Thread) -> bool:
    return bool(state.code.strip()) and state.code != starter(thread.question)


def _tests(state: State, thread: Thread) -> str:
    """Every hidden test by name with the reason: what it was called with stays here."""
    run = judged(thread.runs, state.code) or judged(thread.runs)
    if run is None:
        return "<p>No code was written that could be tested.</p>"
    own = sum(not tried.run.hidden for tried in thread.runs)
    given = sum(turn.kind == "submitted" for turn in thread.turns)
    ran = f"You ran it {_times(own)} and submitted it {_times(given)}."
    stopped = f"<p>{html(run.sentence[0].upper() + run.sentence[1:])}.</p>" if run.sentence else ""
    return (
        f"<p><strong>{html(summary(run))}</strong> {ran}</p>{stopped}"
        f'<details class="fold" open><summary>Hidden tests</summary>{hidden(run, reasons=True)}</details>'
    )


def _times(count: int) -> str:
    return {0: "not at all", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _written(state: State, thread: Thread) -> str:
    if not _is_written(state, thread):
        return "<p>The code is as it was given.</p>"
    return f'<details class="fold"><summary>Your code at the end</summary>{source(state.code)}</details>'


def _bugs(task: Task, state: State, thread: Thread) -> str:
    """The planted bugs, and how the given code was changed."""
    if not state.setup.debugging or task.debug is None:
        return ""
    lines = task.debug.code.splitlines()
    rows = "".join(
        f"<li><p>Line {bug.line}: <code>{html(lines[bug.line - 1].strip())}</code></p><p>{html(bug.says)}</p></li>"
        for bug in task.debug.bugs
        if bug.line <= len(lines)
    )
    changed = diff(starter(thread.question), state.code)
    yours = f"<h4>What you changed</h4>{changed}" if changed else ""
    return f'<h3>The bugs in it</h3><ul class="plain">{rows}</ul>{yours}'


def _facts(state: State, task: Task) -> str:
    found = code_facts(state.code, task.entry)
    if found is None:
        return "<h3>What can be read from it</h3><p>As it stands it is no Python.</p>"
    rows = "".join(f"<li>{row}</li>" for row in _named(found, state.code.splitlines()))
    return f'<h3>What can be read from it</h3><ul class="plain">{rows}</ul>'


def _named(found: CodeFacts, lines: Sequence[str]) -> Iterator[str]:
    """The facts in words, each with the lines that it is about."""
    for what, numbers in found.named():
        yield f"{html(what[0].upper() + what[1:])}: {_lines(numbers, lines)}"
    if not found.own_tests:
        yield "No test of your own."
    yield f"{found.size()}."


def _lines(numbers: Sequence[int], lines: Sequence[str]) -> str:
    shown = [
        f"line {number}, <code>{html(lines[number - 1].strip()[:120])}</code>"
        for number in numbers[:MOST_FACTS]
        if number <= len(lines)
    ]
    return "; ".join(shown) + ("; and more." if len(numbers) > MOST_FACTS else ".")


def _questions(task: Task, thread: Thread) -> str:
    """What there was to say about cost, numbers and what lies beyond, and what of it was said."""
    grade = thread.grade
    found = {finding.key_point: finding for finding in grade.findings} if grade is not None else {}
    kinds = (("What it costs", task.complexity), ("Numbers", task.numerics), ("Beyond it", task.extension))
    parts = "".join(_question(name, one, thread, found) for name, one in kinds)
    return f"<h3>Questions about it</h3>{parts}"


def _question(name: str, one: FollowUp, thread: Thread, found: dict[str, Finding]) -> str:
    known = {point.id: point for point in thread.question.key_points}
    rows = "".join(
        f'<tr><td>{html(known[id].text)}</td><td class="how">{how(found.get(id))}</td></tr>'
        for id in one.key_points
        if id in known
    )
    return (
        f'<h4>{name}</h4><p class="ours-words">{html(one.ask)}</p><table class="points"><tbody>{rows}</tbody></table>'
    )


def _reference(task: Task) -> str:
    return f'<h3>A good solution</h3><details class="fold"><summary>Show it</summary>{source(task.reference)}</details>'

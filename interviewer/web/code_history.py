"""How the code of a coding round came about, beside its talk: what changed before each run and message, as HTML."""

from __future__ import annotations

from collections import defaultdict

from interviewer.rules.coded import Tried, starter
from interviewer.rules.state import Thread
from interviewer.web.code_results import diff, run


def changes(thread: Thread, *, over: bool) -> dict[int, str]:
    """What stands before each turn, by the turn's number from 0; after the last one under the number of turns.

    `over`: whether the interview has ended, so that it may be told why hidden tests failed.
    """
    found: dict[int, list[str]] = defaultdict(list)
    if thread.question.task is None:
        return {}
    before = starter(thread.question)
    for number in range(len(thread.turns) + 1):
        turn = thread.turns[number] if number < len(thread.turns) else None
        for tried in thread.runs:
            if tried.turns == number:
                found[number].append(_entry(diff(before, tried.run.code), tried, over=over))
                before = tried.run.code
        if turn is not None and turn.code is not None:
            found[number].append(_entry(diff(before, turn.code), None, over=over))
            before = turn.code
    return {number: "".join(entries) for number, entries in found.items()}


def _entry(changed: str, tried: Tried | None, *, over: bool) -> str:
    """One entry of the talk; empty if nothing changed and nothing was run."""
    code = f"<details open><summary>The code changed</summary>{changed}</details>" if changed else ""
    results = run(tried, heading="h4", reasons=over) if tried is not None else ""
    return f'<li class="history">{code}{results}</li>' if code or results else ""

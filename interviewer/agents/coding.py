"""What the steps have besides in a round in which code is written: code, tests, and marks that these carry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from interviewer.agents import prompting
from interviewer.domain import Mark, Run
from interviewer.rules.code_facts import CodeFacts, code_facts, hard_coded
from interviewer.rules.coded import addressed_lines, judged, last_seen, speaks_to_grader, starter
from interviewer.rules.correctness import Checked, correctness, pass_rate
from interviewer.rules.scoring import round_half_down
from interviewer.rules.state import State, Thread

MOST_LINES: Final = 300
"""Lines of code that a prompt shows."""
MOST_CITED: Final = 4
MOST_NAMED: Final = 3
"""Failing tests that a line of the course names."""
MOST_NAMED_LINES: Final = 8
"""Lines that a fact names."""
WITHHELD: Final = "[withheld: this line spoke to the grader]"
NOTHING: Final = "none"


def values(state: State, thread: Thread) -> dict[str, str]:
    """The inputs of prompts that only these rounds have."""
    task, mark = thread.question.task, prompting.marker(state.id)
    # What a program raises, and how its tests are called, are words of the candidate's.
    ran = "\n".join(tests(thread))
    return {
        "statement": task.statement if task is not None else NOTHING,
        "code": _code(state, thread),
        "tests": prompting.fenced(ran, mark) if ran else "nothing was run yet",
    }


def grade_values(state: State, thread: Thread) -> dict[str, str]:
    """The same with what only grading is told: the hidden tests, the reference, facts of the code."""
    task = thread.question.task
    run, mark = judged(thread.runs, state.code), prompting.marker(state.id)
    return {
        **values(state, thread),
        "code": _code(state, thread, withhold=True),
        "reference": task.reference if task is not None else NOTHING,
        "hidden": prompting.fenced("\n".join(_results(run, withhold=True)), mark) if run is not None else "not run",
        "code_facts": "\n".join(facts(state, thread)) or NOTHING,
    }


def _code(state: State, thread: Thread, *, withhold: bool = False) -> str:
    if not written(state, thread):
        return "the starter, unchanged"
    return prompting.fenced(numbered(state.code, withhold=withhold), prompting.marker(state.id))


def written(state: State, thread: Thread) -> bool:
    """Whether the candidate has changed what the editor held at the start."""
    return bool(state.code.strip()) and state.code != starter(thread.question)


def numbered(code: str, *, withhold: bool = False) -> str:
    """Code with the numbers of its lines, as they see them; `withhold` leaves out what speaks to the grader."""
    lines, banned = code.splitlines()[:MOST_LINES], addressed_lines(code) if withhold else ()
    return "\n".join(f"L{n} {WITHHELD if n in banned else line}" for n, line in enumerate(lines, 1))


def tests(thread: Thread) -> Iterator[str]:
    """What the candidate's own runs showed: how many there were, and the last one test by test."""
    own = [tried for tried in thread.runs if not tried.run.hidden]
    if not own:
        return
    last = last_seen(thread.runs)
    assert last is not None
    yield f"Run {len(own)}, the last one:"
    yield from _results(last.run)
    handed_in = [tried.run for tried in thread.runs if tried.run.hidden]
    if handed_in:
        yield f"Handed in {len(handed_in)} time(s); hidden tests passed the last time: {_share(handed_in[-1])}"


def _results(run: Run, *, withhold: bool = False) -> Iterator[str]:
    """What stopped a run, and its tests; `withhold` leaves out what a program says to the grader by an exception."""

    def said(words: str) -> str:
        return WITHHELD if withhold and speaks_to_grader(words) else words

    if run.sentence:
        yield said(run.sentence)
    for test in run.tests:
        kind = "own test " if test.group == "own" else ""
        why = f": {said(test.reason)}" if test.reason else ""
        yield f"{'pass' if test.passed else 'FAIL'} {kind}{test.name}{why}"


def _share(run: Run) -> str:
    return f"{len(run.tests) - len(run.failed)} of {len(run.tests)}"


def course(thread: Thread) -> Iterator[str]:
    """How the work on the code went, a line each, as the program recorded it."""
    for number, tried in enumerate(thread.runs, 1):
        what = "handed in, hidden tests" if tried.run.hidden else "run, visible and own tests"
        said = max((n for turn in thread.turns[: tried.turns] for n in turn.numbers), default=0)
        # Names of our tests only, and no sentence: both would be the candidate's words among ours.
        failed = ", ".join([test.name for test in tried.run.failed if test.group != "own"][:MOST_NAMED])
        came = _share(tried.run) if tried.run.ended == "ok" else f"stopped ({tried.run.ended})"
        yield (
            f"{tried.clock / 60:.0f} min, after sentence {said}: {what}: {came}"
            f"{f', not: {failed}' if failed else ''} (run {number})"
        )


def facts(state: State, thread: Thread) -> Iterator[str]:
    """What the code alone says, in words."""
    found = _facts(state, thread)
    if found is None:
        yield "the code is no Python as it stands"
        return
    for what, lines in found.named():
        yield f"{what}: {', '.join(f'L{n}' for n in lines[:MOST_NAMED_LINES])}"
    yield found.size()


def _facts(state: State, thread: Thread) -> CodeFacts | None:
    task = thread.question.task
    return code_facts(state.code, task.entry) if task is not None else None


def cited(code: str, refs: Sequence[str]) -> tuple[str, ...]:
    """The code lines that a grader cites ("L12"), in words; what is no line, empty or withheld is dropped."""
    lines, banned = code.splitlines(), addressed_lines(code)
    found: dict[str, None] = {}
    for ref in refs:
        number = ref.strip().lstrip("Ll")
        if number.isdigit() and 0 < int(number) <= len(lines) and (text := lines[int(number) - 1].strip()):
            if int(number) in banned:
                continue
            found[f"line {int(number)}: {text}"] = None
    return tuple(found)[:MOST_CITED]


def correctness_mark(state: State, thread: Thread) -> Mark:
    """The mark that the hidden tests give; no grader has a say in it."""
    task, run = thread.question.task, judged(thread.runs, state.code)
    if task is None or run is None or not written(state, thread):
        return Mark(dimension="correctness", reason="No code was written that could be tested.")
    if run.ended == "refused":
        return Mark(dimension="correctness", reason=f"The code was not run: {run.sentence}.")
    checked = [Checked(test.name, test.group, test.passed) for test in run.tests if test.group != "own"]
    seen = last_seen(thread.runs)
    passed = seen is not None and not any(not test.passed for test in seen.run.tests if test.group != "own")
    shown = [case.expect for case in task.visible if case.expect]
    shown += [test.expected for test in seen.run.tests] if seen is not None else []
    found = hard_coded(state.code, shown, passed_visible=passed, hidden=pass_rate(checked))
    return correctness(checked, rungs=thread.rungs, hard_coded=found)


def with_code(marks: Sequence[Mark], state: State, thread: Thread) -> list[Mark]:
    """The built-in marks of words with what the code shows of quality and of testing."""
    found = _facts(state, thread)
    if found is None or not written(state, thread):
        return list(marks)
    by_code = {"quality": _quality(found, state.code), "testing": _testing(found, thread, state.code)}
    return [_both(mark, by_code[mark.dimension]) if mark.dimension in by_code else mark for mark in marks]


def _both(said: Mark, shown: Mark) -> Mark:
    """What was said counts on top of what was done, and never against it."""
    assert shown.value is not None
    value = shown.value if said.value is None else max(shown.value, (shown.value + said.value) / 2)
    return shown.model_copy(update={"value": value, "level": round_half_down(value), "sentences": said.sentences})


def _quality(found: CodeFacts, code: str) -> Mark:
    lost = {
        "loops over rows": (0.6, found.row_loops),
        "loops within loops": (0.4, found.nested_loops),
        "arguments changed in place": (0.5, tuple(line for line, _ in found.mutations)),
        "random draws without a seed": (0.3, found.unseeded),
    }
    shown = {what: lines for what, (_, lines) in lost.items() if lines}
    value = 3.2 + 0.2 * found.documented - sum(cost for cost, lines in lost.values() if lines)
    lines = [f"L{n}" for several in shown.values() for n in several[:2]]
    reason = f"The code has {', '.join(shown)}." if shown else "Whole arrays, no argument changed, nothing unseeded."
    return Mark(
        dimension="quality", level=round_half_down(value), value=value, reason=reason, elements=cited(code, lines)
    )


def _testing(found: CodeFacts, thread: Thread, code: str) -> Mark:
    runs = [tried.run for tried in thread.runs if not tried.run.hidden]
    value = 1.0 + 0.3 * bool(runs) + min(2.0, 0.7 * len(found.own_tests))
    reason = f"{_times(len(found.own_tests), 'own test')}; {_times(len(runs), 'run')} of the code."
    elements = cited(code, [f"L{n}" for n in found.own_tests])
    return Mark(dimension="testing", level=round_half_down(value), value=value, reason=reason, elements=elements)


def _times(count: int, what: str) -> str:
    return f"{count or 'No'} {what}{'' if count == 1 else 's'}"

"""Grades from evidence. A model cites sentence numbers; code checks them, takes the median of passes, applies ceilings.

With a model: two independent passes over the same evidence with the dimensions in another order; a third when they
differ by two levels or in the verdict. Built-in: a formula over key points, how they were raised, and traps.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Literal

from interviewer.agents import coding, long_round, prompting
from interviewer.agents.builtin_grade import built_in
from interviewer.agents.fallback import carried_on
from interviewer.agents.made import counted
from interviewer.agents.matcher import relevance
from interviewer.agents.reports import BoardGradeReport, BoardMarkReport, GradeReport, Judged, MarkReport, RoundReport
from interviewer.domain import Dimension, Finding, Grade, Made, Mark, Prompt, Slip
from interviewer.errors import ModelNonsense
from interviewer.llm import Model
from interviewer.rules.evidence import flagged, is_gibberish, valid
from interviewer.rules.scoring import differ, settle, thread_grade
from interviewer.rules.state import State, Thread, Turn

AnyMarkReport = MarkReport | BoardMarkReport

RELEVANT = 0.15
"""Relevance to the question below which a sentence carries no mark of 2 or more."""
MAX_TOKENS = 1_400
PASSES = 2
LONGEST_REASON = 240


async def grade(state: State, thread: Thread, prompt: Prompt, model: Model | None) -> tuple[Grade, Made]:
    """The grade of a closed thread. Never raises for the model's faults: the built-in grade takes over, marked so."""
    refused = nothing_to_grade(thread) if not coding.written(state, thread) else None
    if refused is not None:
        return refused, Made()
    return await carried_on(
        (lambda: _with_model(state, thread, prompt, model)) if model is not None else None,
        lambda: asyncio.to_thread(_built_in, state, thread),
        step="grade",
    )


def _built_in(state: State, thread: Thread) -> Grade:
    """The grade by formula, in a round with code with what its tests and the code itself say. Blocking."""
    grade = built_in(thread, state.round.dimensions, state.board)
    if not state.round.code:
        return grade
    marks = [coding.correctness_mark(state, thread), *coding.with_code(grade.marks, state, thread)]
    return thread_grade(marks, thread=thread, dimensions=coded(state), findings=grade.findings, grade=grade)


def coded(state: State) -> list[Dimension]:
    """The dimensions of a round with code, the one that its tests decide among them."""
    return [dim for dim in state.round.dimensions if dim.scope == "thread"]


def nothing_to_grade(thread: Thread) -> Grade | None:
    """The grade of a thread in which nothing was said that could be graded; None if something was."""
    banned = flagged(thread.sentences)
    said = [s for n, s in enumerate(thread.sentences, 1) if n not in banned]
    if thread.closes == "skipped" and not said:
        return Grade(not_graded="You skipped this question.", flagged=banned)
    if not said and any(turn.kind == "gave_up" for turn in thread.turns):
        return Grade(not_graded="You said that you did not know, and left it there.", flagged=banned)
    if not said or is_gibberish(" ".join(said)):
        return Grade(not_graded="There is no answer in this thread that could be graded.", flagged=banned)
    return None


async def _with_model(state: State, thread: Thread, prompt: Prompt, model: Model) -> tuple[Grade, Made]:
    dims = [dim for dim in state.round.dimensions if dim.scope == "thread" and dim.judged]
    weight = await asyncio.to_thread(relevance, thread.question, thread.sentences)
    made = Made(by=model.name, prompt=prompt.version)
    long = thread.question.brief is not None
    asked: type[GradeReport | BoardGradeReport] = BoardGradeReport if long else GradeReport
    passes: list[tuple[Judged, tuple[Mark, ...]]] = []
    while len(passes) < PASSES or (len(passes) == PASSES and differ(passes[0][1], passes[1][1], dims)):
        values = _values(state, thread, dims, len(passes)) | (long_round.grade_values(state, thread) if long else {})
        most = MAX_TOKENS * (2 if long else 1)
        report, usage = await model.ask(asked, prompting.render(prompt, values), purpose="grade", max_tokens=most)
        code = state.code if state.round.code else ""
        marks = accepted(report.marks, dims, thread, weight, code=code)
        passes.append((report, long_round.with_elements(marks, report, state)))
        made = counted(made, usage)
    settled = [settle([_of(marks, dim) for _, marks in passes]) for dim in dims]
    if all(mark.level is None for mark in settled):
        raise ModelNonsense("The model gave no mark that its evidence supports.")
    if state.round.code:
        dims, settled = coded(state), [coding.correctness_mark(state, thread), *settled]
    first = passes[0][0]
    found = findings([report for report, _ in passes], thread)
    grade = Grade(slips=slips(first, thread), flagged=flagged(thread.sentences), confidence=_confidence(passes))
    return thread_grade(settled, thread=thread, dimensions=dims, findings=found, grade=grade), made


def _values(state: State, thread: Thread, dims: Sequence[Dimension], number: int) -> dict[str, str]:
    mark, question = prompting.marker(state.id), thread.question
    return {
        "marker": mark,
        "level": state.setup.level,
        "question": question.opener,
        "key_points": prompting.key_points(question),
        "traps": prompting.traps(question),
        "anchor_answers": prompting.anchor_answers(question),
        "dimensions": prompting.dimensions(dims),
        "order": prompting.order(dims, number),
        "conversation": prompting.fenced(prompting.numbered(thread, withhold=True), mark),
        "count": str(len(thread.sentences)),
    }


def accepted(
    reports: Sequence[AnyMarkReport],
    dims: Sequence[Dimension],
    thread: Thread,
    weight: Sequence[float],
    *,
    code: str = "",
) -> tuple[Mark, ...]:
    """The marks of one pass that their evidence supports; the others become *not observed*, with the reason.

    A citation counts if the sentence exists, does not speak to the grader, and (from level 2) has to do with the
    question. A mark that cites a sentence it was not shown obeyed the candidate, not the rubric: it falls as a whole.
    """
    banned = set(flagged(thread.sentences))
    marks = []
    for dim in dims:
        report = next((r for r in reports if r.d == dim.id), None)
        mark = _accepted(report, dim, thread, weight, banned)
        if code and mark.level is None and report is not None and not banned & set(report.s):
            mark = _by_code(report, dim, code)
        marks.append(mark)
    return tuple(marks)


def _accepted(
    report: MarkReport | BoardMarkReport | None,
    dim: Dimension,
    thread: Thread,
    weight: Sequence[float],
    banned: set[int],
) -> Mark:
    count = len(thread.sentences)
    if report is None or report.level is None:
        return Mark(dimension=dim.id, reason=report.reason[:LONGEST_REASON] if report else "The grader left it out.")
    if banned & set(report.s):
        return Mark(dimension=dim.id, reason="The grader cited a sentence that is no answer; its mark was refused.")
    cited = valid(report.s, count=count)
    if report.level > 1:
        cited = tuple(n for n in cited if weight[n - 1] >= RELEVANT)
    if not cited:
        return Mark(dimension=dim.id, reason="The grader gave no sentence that supports a mark.")
    level = report.level
    if level == 4 and len(cited) < 2:
        # One sentence is thin ground for the top mark, unless one is all there is.
        level = 4 if count == 1 else 3
    return Mark(dimension=dim.id, level=level, value=level, sentences=cited, reason=report.reason[:LONGEST_REASON])


def _by_code(report: AnyMarkReport, dim: Dimension, code: str) -> Mark:
    """A mark that lines of code carry where no sentence does; not observed without a line that is there."""
    lines = coding.cited(code, report.e) if isinstance(report, BoardMarkReport) else ()
    if report.level is None or not lines:
        return Mark(dimension=dim.id, reason=report.reason[:LONGEST_REASON])
    level = report.level if len(lines) > 1 else min(report.level, 3)
    return Mark(dimension=dim.id, level=level, value=level, reason=report.reason[:LONGEST_REASON], elements=lines)


def _of(marks: Sequence[Mark], dim: Dimension) -> Mark:
    return next(mark for mark in marks if mark.dimension == dim.id)


def findings(reports: Sequence[Judged], thread: Thread) -> tuple[Finding, ...]:
    """What the passes made of each key point: the middle result, cited sentences checked, how it was raised."""
    order = ("wrong", "miss", "partial", "hit")
    banned = set(flagged(thread.sentences))
    names = prompting.aliases((point.id for point in thread.question.key_points), "K")
    found = []
    for alias, id in names.items():
        seen = [p for report in reports for p in report.points if p.k == alias]
        results = sorted((p.result for p in seen), key=order.index)
        result = results[(len(results) - 1) // 2] if results else "miss"
        cited = valid([n for p in seen if p.result == result for n in p.s], count=len(thread.sentences), banned=banned)
        if result != "miss" and not cited:
            result = "miss"
        raised = thread.raised.get(id, "unprompted") if result in ("hit", "partial") else None
        found.append(Finding(key_point=id, result=result, raised=raised, sentences=cited if result != "miss" else ()))
    return tuple(found)


def slips(report: Judged, thread: Thread) -> tuple[Slip, ...]:
    """The misconceptions that a pass found, with sentences that hold."""
    names = prompting.aliases((trap.code for trap in thread.question.traps), "T")
    banned = flagged(thread.sentences)
    checked = ((c.k, valid(c.s, count=len(thread.sentences), banned=banned)) for c in report.traps)
    return tuple(Slip(code=names[k], sentences=cited) for k, cited in checked if k in names and cited)


def _confidence(passes: Sequence[tuple[Judged, tuple[Mark, ...]]]) -> Literal["low", "fair", "good"]:
    first, second = ({m.dimension: m.level for m in marks} for _, marks in passes[:2])
    if len(passes) > PASSES:
        return "low"
    return "good" if first == second else "fair"


async def grade_round(state: State, prompt: Prompt | None, model: Model | None) -> tuple[tuple[Mark, ...], Made]:
    """The marks of round scope that somebody has to judge. The built-in grader does not judge how a person talks."""
    dims = [dim for dim in state.round.dimensions if dim.scope == "round" and dim.judged]
    if prompt is None or not dims:
        return (), Made()
    whole = _whole(state)
    if len(whole.sentences) < 2:
        return tuple(Mark(dimension=dim.id, reason="Too little was said to judge this.") for dim in dims), Made()

    async def refuse() -> tuple[Mark, ...]:
        return tuple(Mark(dimension=dim.id, reason="The built-in grader does not judge this.") for dim in dims)

    return await carried_on(
        (lambda: _round_with_model(state, whole, dims, prompt, model)) if model is not None else None,
        refuse,
        step="grade",
    )


async def _round_with_model(
    state: State, whole: Thread, dims: Sequence[Dimension], prompt: Prompt, model: Model
) -> tuple[tuple[Mark, ...], Made]:
    mark, made = prompting.marker(state.id), Made(by=model.name, prompt=prompt.version)
    passes: list[tuple[Mark, ...]] = []
    while len(passes) < PASSES or (len(passes) == PASSES and differ(passes[0], passes[1], dims)):
        values = {
            "marker": mark,
            "level": state.setup.level,
            "dimensions": prompting.dimensions(dims),
            "order": prompting.order(dims, len(passes)),
            "conversation": prompting.fenced(prompting.numbered(whole, withhold=True), mark),
            "count": str(len(whole.sentences)),
        }
        report, usage = await model.ask(
            RoundReport, prompting.render(prompt, values), purpose="grade", max_tokens=MAX_TOKENS
        )
        # How somebody talks shows in any sentence, so relevance to a question is no test here.
        passes.append(accepted(report.marks, dims, whole, [1.0] * len(whole.sentences)))
        made = counted(made, usage)
    return tuple(settle([_of(marks, dim) for marks in passes]) for dim in dims), made


def _whole(state: State) -> Thread:
    """All threads as one, the candidate's sentences numbered through."""
    turns: list[Turn] = []
    said: list[str] = []
    for thread in state.threads:
        for turn in thread.turns:
            new = [thread.sentences[n - 1] for n in turn.numbers]
            numbers = tuple(range(len(said) + 1, len(said) + 1 + len(new)))
            said += new
            turns.append(Turn(turn.act, turn.speaker, turn.text, turn.at, turn.kind, numbers, turn.made, turn.move))
    return Thread(index=0, question=state.threads[0].question, opened=0.0, turns=tuple(turns), sentences=tuple(said))

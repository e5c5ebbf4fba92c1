"""One topic of a debrief: marks with the candidate's sentences, how each key point came up, hints, a level up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from interviewer.domain import Dimension, Finding, KeyPoint, Made, Mark, Raised
from interviewer.rules.feedback import hint_ledger, level_words, next_level, quotes
from interviewer.rules.scoring import between
from interviewer.rules.state import State, Thread
from interviewer.web.citations import source
from interviewer.web.course import called, grouped, is_of_ladders, is_one_problem, subject_of, work
from interviewer.web.safe import html, rich

HOW: Final[Mapping[Raised, str]] = {"unprompted": "unprompted", "probe": "after a follow-up", "hint": "after a hint"}
ENDED: Final = {"skipped": "You skipped it.", "gave_up": "You gave up on it.", "time": "Its time ran out."}
QUIET_END: Final = "It ended because nothing came any more."


def topic(state: State, thread: Thread, *, words: Mapping[int, str]) -> str:
    """A topic as a part that folds; the first stands open."""
    number, grade = thread.index + 1, thread.grade
    score = "not graded"
    if grade is not None and grade.score is not None:
        score = f"{grade.score:.1f} of 4"
    body = "".join(
        (
            f'<p class="opener">{html(thread.question.opener)}</p>',
            _ended(state, thread),
            _marks(state, thread, words),
            _points(state, thread),
            _slips(thread),
            _hints(thread),
            _level_up(state, thread),
            _flagged(thread),
        )
    )
    return (
        f'<details class="card topic-card" id="debrief-{number}"{" open" if number == 1 else ""}><summary>'
        f'<h3>{_name(state, thread)}</h3><span class="quiet">{score}</span></summary>{body}</details>'
    )


def _name(state: State, thread: Thread) -> str:
    name = html(called(state, thread))
    if is_one_problem(state):
        return name
    # Ladders of one round are all of one area.
    about = subject_of(thread) if is_of_ladders(state) else state.round.area_name(thread.question.area)
    return f"{name}: {html(about)}"


def _ended(state: State, thread: Thread) -> str:
    if thread.closes == "quiet":
        return f'<p class="quiet">{QUIET_END}</p>'
    # The time of a round about one problem is told part by part.
    if thread.closes not in ENDED or is_one_problem(state):
        return ""
    return f'<p class="quiet">{ENDED[thread.closes]}</p>'


def dots(level: int | None, *, half: bool = False) -> str:
    """A level as four dots, filled up to it and `half` of the next; empty ones when it was not observed."""
    count = level or 0
    label = f"{count}{' and a half' if half else ''} of 4" if level else "not observed"
    filled = '<i class="on"></i>' * count + '<i class="half"></i>' * half + "<i></i>" * (4 - count - half)
    return f'<span class="dots" role="img" aria-label="{label}">{filled}</span>'


def level(mark: Mark, words: Mapping[int, str]) -> str:
    """A mark as dots and words; between two levels as both."""
    if lower := between(mark):
        return f'<div class="level">{dots(lower, half=True)} <span>between {lower} and {lower + 1}</span></div>'
    said = words[mark.level] if mark.level is not None else "not observed"
    return f'<div class="level">{dots(mark.level)} <span>{said}</span></div>'


def quoted(sentences: Iterable[str]) -> str:
    """The candidate's own sentences."""
    return "".join(f'<blockquote dir="auto">{rich(sentence)}</blockquote>' for sentence in sentences if sentence)


def made_by(made: Made | None) -> str:
    """What made a step, in words, as HTML."""
    if made is None:
        return "unknown"
    name = "the built-in grader, low confidence" if made.by == "built-in" else html(made.by)
    if not made.fell_back:
        return f"{name}."
    again = " The model is asked again; its grade then replaces this one." if made.passing else ""
    return f"{name}. It took over from the model: {html(made.fell_back)}{again}"


def _marks(state: State, thread: Thread, words: Mapping[int, str]) -> str:
    if thread.grade is None or thread.grade.not_graded:
        reason = thread.grade.not_graded if thread.grade else "Its grade did not arrive in time."
        return f"<p>Not graded: {html(reason)}</p>"
    parts: list[str] = []
    before: Mark | None = None
    for mark in thread.grade.marks:
        # The built-in grader rests all marks on the same sentences; reading them three times helps nobody.
        same = before is not None and bool(mark.sentences) and mark.sentences == before.sentences
        told = before is not None and mark.reason == before.reason
        shown = mark.model_copy(update={"reason": ""}) if told else mark
        parts.append(_mark(state, thread, shown, words=words, same=same))
        before = mark
    return f'<ul class="marks">{"".join(parts)}</ul>'


def _mark(state: State, thread: Thread, mark: Mark, *, words: Mapping[int, str], same: bool) -> str:
    dim = next((dim for dim in state.round.dimensions if dim.id == mark.dimension), None)
    if dim is None:
        return ""
    anchor = level_words(state.round, mark) if mark.level is not None else ""
    ceiling = f' <span class="quiet">Held at this level by {html(mark.ceiling)}.</span>' if mark.ceiling else ""
    evidence = '<p class="small quiet">From the same sentences.</p>' if same else quoted(quotes(thread, mark.sentences))
    shown = "Code" if state.round.code else "Diagram"
    evidence += "".join(f'<p class="element small">{shown}: <code>{html(text)}</code></p>' for text in mark.elements)
    return (
        f'<li><div class="name">{html(dim.name)}{_weight(state, dim)}</div>'
        f"{level(mark, words)}"
        f'<p class="why">{html(anchor)} <span class="quiet">{html(mark.reason)}</span>{ceiling}</p>{evidence}</li>'
    )


def _weight(state: State, dim: Dimension) -> str:
    """Where there is one problem, its marks are those of the round."""
    return f'<span class="small quiet"> weight {dim.weight:g}</span>' if is_one_problem(state) else ""


def _points(state: State, thread: Thread) -> str:
    if thread.grade is None or not thread.grade.findings:
        return ""
    found = {finding.key_point: finding for finding in thread.grade.findings}
    rows = ""
    for name, points in grouped(state, thread):
        head = f'<tr class="group"><th colspan="2" scope="rowgroup">{html(name)}</th></tr>' if name else ""
        rows += head + "".join(_point(point, found.get(point.id)) for point in points)
    asked = "round" if is_one_problem(state) or is_of_ladders(state) else "answer"
    return (
        f'<h4>What a good {asked} says, and how it came up</h4><table class="points"><thead class="unseen"><tr>'
        f"<th>Point</th><th>In your answer</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _point(point: KeyPoint, finding: Finding | None) -> str:
    cited = source(point.citation) if point.citation is not None else ""
    return f'<tr><td>{html(point.text)}{cited}</td><td class="how">{how(finding)}</td></tr>'


def how(finding: Finding | None) -> str:
    """How a key point came up, in a word or two."""
    if finding is None or finding.result == "miss":
        return "not said"
    if finding.result == "wrong":
        return "said the wrong way round"
    way = HOW[finding.raised] if finding.raised else ""
    if finding.result == "partial":
        return f"in part, {way}" if way else "in part"
    return way or "said"


def _slips(thread: Thread) -> str:
    slips = thread.grade.slips if thread.grade is not None else ()
    known = {trap.code: trap for trap in thread.question.traps}
    shown = "".join(
        f"<li><p>Sounds like: {html(known[slip.code].says)}</p>{quoted(quotes(thread, slip.sentences))}</li>"
        for slip in slips
        if slip.code in known
    )
    return f'<h4>Misconceptions to check</h4><ul class="plain">{shown}</ul>' if shown else ""


def _hints(thread: Thread) -> str:
    ledger = hint_ledger(thread)
    if not ledger:
        return ""
    came = {True: "The point came up.", False: "The point did not come up."}
    rows = "".join(
        f'<li><span>Hint {rung}: {html(text)}</span> <span class="quiet">{came[helped]}</span></li>'
        for rung, text, helped in ledger
    )
    return f'<h4>Hints given</h4><ul class="plain">{rows}</ul>'


def _level_up(state: State, thread: Thread) -> str:
    value = thread.grade.score if thread.grade is not None and thread.grade.score is not None else 1.0
    anchor = next_level(thread, value)
    outline = "".join(f"<li>{html(line)}</li>" for line in thread.question.outline)
    full = work(state) if is_one_problem(state) else "answer"
    drill = f"<h4>Drill</h4><p>{html(thread.question.drill)}</p>" if thread.question.drill else ""
    level = f'<h4>A level up would have sounded like</h4><p class="ours-words">{html(anchor)}</p>' if anchor else ""
    folded = (
        f'<details class="fold"><summary>Outline of a full {full}</summary><ul class="plain">{outline}</ul></details>'
        if outline
        else ""
    )
    return f"{level}{folded}{drill}"


def _flagged(thread: Thread) -> str:
    if thread.grade is None or not thread.grade.flagged:
        return ""
    return (
        "<h4>Left out of grading</h4><p>These sentences speak to the grader instead of answering the question.</p>"
        f"{quoted(quotes(thread, thread.grade.flagged))}"
    )

"""A closed interview as a debrief: how it went, what to do next, and for every mark the candidate's own words.

The order is that of domain.md §3.8: the score with what it rests on, one priority, one thing to keep, then the marks
and the topics in detail, then what was not graded and what made the grades.
"""

from __future__ import annotations

from typing import Final

from interviewer.domain import Mark
from interviewer.rules.feedback import Keep, Priority, keep, level_words, priority
from interviewer.rules.scoring import BAR, Result, between, result, round_half_down
from interviewer.rules.state import State, Thread
from interviewer.web.course import called, counted, is_of_ladders, is_one_problem, work
from interviewer.web.debrief_code import code
from interviewer.web.debrief_course import course, next_level
from interviewer.web.debrief_topics import level, made_by, quoted, topic
from interviewer.web.safe import html

WORDS: Final = {1: "well below the bar", 2: "below the bar", 3: "meets the bar", 4: "above the bar"}
HONEST: Final = (
    "The built-in grader matches words and meaning. It cannot tell a reversed claim from a right one, so its "
    "confidence is low: read the quotes before you believe a mark."
)


def debrief(state: State, *, own: int | None = None, transcript: str = "") -> str:
    """The debrief as HTML. `own` is how the candidate rated the round (1–4); `transcript` a link to the talk."""
    outcome = result(state)
    return "".join(
        (
            '<article class="debrief">',
            _head(state),
            _score(state, outcome, own),
            _next(state),
            next_level(state),
            course(state),
            code(state),
            _marks(state, outcome),
            _topics(state),
            _left_out(state, outcome),
            _made(state),
            _links(state, transcript),
            "</article>",
        )
    )


def _head(state: State) -> str:
    setup = state.setup
    day = f"{state.started.day} {state.started:%B %Y}, " if state.started else ""
    facts = f"{day}{state.round.name}, {setup.level} level, {setup.minutes} minutes, {setup.strictness}"
    return f'<h1>Debrief</h1><p class="quiet">{html(facts)}</p>'


def _score(state: State, outcome: Result, own: int | None) -> str:
    rated = f"<p>You rated it yourself: <strong>{WORDS[own]}</strong>.</p>" if own in WORDS else ""
    if outcome.score is None:
        return (
            '<section class="score card"><h2>Not graded</h2>'
            f"<p>{html(outcome.not_graded)} Nothing is held against you; the talk is kept.</p>{rated}</section>"
        )
    overall, words = _overall(outcome.score)
    if own in WORDS:
        gap = own - overall
        said = "That is how we read it too." if not gap else f"We read it {'lower' if gap > 0 else 'higher'}."
        rated = rated.replace("</p>", f" {said}</p>")
    graded = counted(state, outcome.graded).replace(" ", " graded ", 1)
    rests_on = "" if is_one_problem(state) else f", from {graded}"
    long = is_one_problem(state) or is_of_ladders(state)
    few = " With so few, take it as a first impression." if outcome.graded < 3 and not long else ""
    return (
        f'<section class="score card" aria-label="Score"><p class="figure"><strong>{outcome.score:.1f}</strong>'
        f'<span class="quiet"> of 4</span> <span class="verdict">{html(outcome.verdict or "")}</span></p>'
        f"<p>Overall {words}{rests_on}.{few}</p>{_scale(state, outcome.score)}{rated}</section>"
    )


def _overall(score: float) -> tuple[int, str]:
    """The level of a score and its words. The ready line counts: what rounds up to it from below has not met it."""
    level = round_half_down(score)
    if level >= 3 and score < BAR:
        return 2, "just below the bar"
    return level, WORDS[level]


def _scale(state: State, score: float) -> str:
    """The scale from 1 to 4 with the bar, each topic's score as a small ring, and the score itself."""
    each = [t.grade.score for t in state.threads if t.grade is not None and t.grade.score is not None]
    words = f"The bar is {BAR}."
    if len(each) > 1:
        _, named = counted(state, len(each)).split()
        words = f"{named.capitalize()} ranged from {min(each):.1f} to {max(each):.1f}; the bar is {BAR}."
    band = f'<i class="band" style="left:{_at(min(each))};right:{100 - float(_at(max(each))[:-1]):.1f}%"></i>'
    rings = "".join(f'<i class="ring" style="left:{_at(value)}"></i>' for value in each)
    return (
        f'<div class="scale" role="img" aria-label="{html(words)}"><i class="bar-line" style="left:{_at(BAR)}"></i>'
        f'{band}{rings}<i class="mark" style="left:{_at(score)}"></i></div>'
        f'<p class="small quiet"><span class="ends"><span>1</span><span>4</span></span>{html(words)}</p>'
    )


def _at(value: float) -> str:
    return f"{(value - 1) / 3 * 100:.1f}%"


def _next(state: State) -> str:
    first, strong = priority(state), keep(state)
    parts = [_priority(state, first)] if first else []
    if strong:
        parts.append(_keep(state, strong))
    return f'<div class="pair">{"".join(parts)}</div>' if parts else ""


def _in(state: State, thread: Thread, *, before: str = " in ") -> str:
    """Where something was, with a link to it; empty where there is one problem only."""
    if is_one_problem(state):
        return ""
    return f'{before}<a href="#debrief-{thread.index + 1}">{html(called(state, thread).lower())}</a>'


def _priority(state: State, first: Priority) -> str:
    value = first.mark.value or 1
    lower = between(first.mark)
    gap = f"between {lower} and {lower + 1} of 4" if lower else f"{WORDS[round_half_down(value)]} ({value:.1f} of 4)"
    parts = [f"<p>{html(first.dimension.name)}{_in(state, first.thread)}: {gap}.</p>"]
    if first.quote:
        parts.append(f"<p>You said</p>{quoted((first.quote,))}")
    if first.missed:
        parts.append(f"<h3>What did not come up</h3><p>{html(first.missed)}</p>")
    if first.bar:
        # Of a question about many things it is what the dimension asks for, and nobody's words.
        head = "A level up sounds like" if first.thread.question.brief is None else "A level up"
        parts.append(f'<h3>{head}</h3><p class="ours-words">{html(first.bar)}</p>')
    if first.drill:
        parts.append(f"<h3>Drill, 15 minutes at most</h3><p>{html(first.drill)}</p>")
    parts.append(f"<p><strong>Try it again in {first.retest_after} days.</strong></p>")
    return f'<section class="card priority"><h2>Work on this first</h2>{"".join(parts)}</section>'


def _keep(state: State, strong: Keep) -> str:
    where = _in(state, strong.thread, before=", in ")
    return (
        f'<section class="card"><h2>Keep doing this</h2><p>{html(strong.dimension.name)}{where}:</p>'
        f"{quoted((strong.quote,))}</section>"
    )


def _marks(state: State, outcome: Result) -> str:
    # With one problem they stand below it, with what they rest on.
    if is_one_problem(state) or all(mark.level is None for mark in outcome.marks):
        return ""
    rows = "".join(_mark(state, mark) for mark in outcome.marks)
    return f'<section><h2>Marks</h2><ul class="marks">{rows}</ul></section>'


def _mark(state: State, mark: Mark) -> str:
    dim = next(dim for dim in state.round.dimensions if dim.id == mark.dimension)
    why = level_words(state.round, mark)
    reason = f' <span class="quiet">{html(mark.reason)}</span>' if mark.level is not None and mark.reason else ""
    return (
        f'<li><div class="name">{html(dim.name)}<span class="small quiet"> weight {dim.weight:g}</span></div>'
        f'{level(mark, WORDS)}<p class="why">{html(why)}{reason}</p></li>'
    )


def _topics(state: State) -> str:
    if not state.threads:
        return ""
    parts = "".join(topic(state, thread, words=WORDS) for thread in state.threads)
    word = called(state, state.threads[0]).split()[0]
    head = "Marks and points" if is_one_problem(state) else f"{word} by {word.lower()}"
    return f"<section><h2>{head}</h2>{parts}</section>"


def _left_out(state: State, outcome: Result) -> str:
    lines = [
        f"<li>{html(called(state, thread))}: {html(thread.grade.not_graded)}</li>"
        for thread in state.threads
        if thread.grade is not None and thread.grade.not_graded
    ]
    late = [thread for thread in state.threads if not thread.grade]
    lines += [f"<li>{html(called(state, thread))}: its grade did not arrive in time.</li>" for thread in late]
    names = {dim.id: dim.name for dim in state.round.dimensions}
    lines += [
        f"<li>{html(names[mark.dimension])}: {html(mark.reason)}</li>" for mark in outcome.marks if mark.level is None
    ]
    if not lines:
        return ""
    return f'<section><h2>Not graded, and why</h2><ul class="plain">{"".join(lines)}</ul></section>'


def _made(state: State) -> str:
    """What made each grade, and what its word is worth."""
    one = is_one_problem(state)
    steps = [
        (f"the {work(state)}" if one else called(state, thread).lower(), thread.graded_by)
        for thread in state.threads
        if thread.graded_by is not None
    ]
    if state.marked_by is not None and any(dim.scope == "round" and dim.judged for dim in state.round.dimensions):
        steps.append(("the round as a whole", state.marked_by))
    alike: dict[str, list[str]] = {}
    for name, made in steps:
        alike.setdefault(made_by(made), []).append(name)
    lines = [f"<li>{', '.join(names).capitalize()}: {words}</li>" for words, names in alike.items()]
    honest = f"<p>{HONEST}</p>" if any(made.by == "built-in" for _, made in steps) else ""
    return f'<section><h2>What made the grades</h2>{honest}<ul class="plain">{"".join(lines)}</ul></section>'


def _links(state: State, transcript: str) -> str:
    talk = f'<a class="button" href="{html(transcript)}">Read the transcript</a>' if transcript else ""
    same = ""
    if is_one_problem(state):
        question = state.threads[0].question.id
        same = f'<a class="button" href="/?question={html(question)}">Take the same problem again</a>'
    other = "with another problem" if is_one_problem(state) else "with other questions"
    again = f'<a class="button" href="/?again={html(state.id)}">Set up the same again, {other}</a>'
    return f'<nav class="links" aria-label="After the debrief">{talk}{same}{again}</nav>'

"""How a long round went, as HTML: parts, twist, arithmetic, facts and diagram; or how far its ladders held."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from interviewer.domain import Fact, Finding, KeyPoint, Level, Question, Sum
from interviewer.rules.ladder import PASS_LINE, reached
from interviewer.rules.long_round import CAME, asked_for, estimate
from interviewer.rules.phases import Part
from interviewer.rules.state import State, Thread
from interviewer.web.board_drawing import board_figure
from interviewer.web.course import STEPS, called, grouped, is_of_ladders, is_one_problem, subject_of, went
from interviewer.web.debrief_topics import dots, how, quoted
from interviewer.web.safe import html

NEXT: Final[dict[Level, Level]] = {"junior": "mid", "mid": "senior", "senior": "staff"}
MOST_MISSED: Final = 3
"""Exceptional points that are named as what a level up would have added."""


def course(state: State) -> str:
    """The section "How the round went"; empty for a round of many short topics."""
    if is_of_ladders(state):
        return f"<section><h2>How far down it went</h2>{_ladders(state)}</section>"
    if not is_one_problem(state):
        return ""
    thread = state.threads[0]
    body = "".join((_parts(state, thread), _twist(thread), _sums(thread), _facts(thread), _diagram(state)))
    return f"<section><h2>How the round went</h2>{body}</section>"


def next_level(state: State) -> str:
    """What a round one level up shows, and which of the rarer points did not come; empty in other rounds."""
    if not is_one_problem(state):
        return ""
    thread = state.threads[0]
    brief, level = thread.question.brief, NEXT.get(state.setup.level)
    signal = brief.signals.get(level, "") if brief is not None and level is not None else ""
    found = _found(thread)
    missed = [
        point.text
        for point in thread.question.key_points
        if point.importance == "exceptional" and thread.grade is not None and not _came(found, point)
    ][:MOST_MISSED]
    if not signal and not missed:
        return ""
    shown = f"<p><strong>At {level} level:</strong> {html(signal)}</p>" if signal else ""
    points = "".join(f"<li>{html(text)}</li>" for text in missed)
    rare = f'<p>Few say this, and it did not come up:</p><ul class="plain">{points}</ul>' if points else ""
    return f'<section class="card"><h2>What the next level would have added</h2>{shown}{rare}</section>'


# ---------------------------------------------------------------- parts


def _parts(state: State, thread: Thread) -> str:
    parts, found = went(state), _found(thread)
    points = dict(grouped(state, thread))
    longest = max(max(part.budget, part.spent) for part in parts) or 1.0
    rows = "".join(_part(part, points.get(part.phase.name, ()), found, thread, longest) for part in parts)
    return (
        '<table class="course"><caption class="unseen">Planned and real minutes of each part</caption><thead><tr>'
        '<th scope="col">Part</th><th scope="col"><span class="unseen">Minutes</span></th>'
        f'<th scope="col">Points</th></tr></thead><tbody>{rows}</tbody></table>'
        '<p class="small quiet"><i class="key"></i> the time it took; the line is what was planned for it.</p>'
    )


def _part(part: Part, points: tuple[KeyPoint, ...], found: dict[str, Finding], thread: Thread, longest: float) -> str:
    took, planned = part.spent / 60, part.budget / 60
    words = f"{took:.0f} of {planned:.0f} min" if part.begun is not None else f"not begun, {planned:.0f} min planned"
    said, came = (sum(which(found, point) for point in points) for which in (_said, _came))
    shown = f"{said} of {len(points)}" if points and thread.grade is not None else ""
    if came > said and shown:
        shown += f'<br><span class="small quiet">{came - said} in part</span>'
    return (
        f'<tr><th scope="row">{html(part.phase.name)}</th><td><span class="lane" aria-hidden="true">'
        f'<i class="took" style="width:{100 * part.spent / longest:.1f}%"></i>'
        f'<i class="planned" style="left:{100 * part.budget / longest:.1f}%"></i></span>'
        f'<span class="small quiet">{words}</span></td><td>{shown}</td></tr>'
    )


def _found(thread: Thread) -> dict[str, Finding]:
    return {finding.key_point: finding for finding in thread.grade.findings} if thread.grade is not None else {}


def _said(found: dict[str, Finding], point: KeyPoint) -> bool:
    """Whether it was said in full."""
    return point.id in found and found[point.id].result == "hit"


def _came(found: dict[str, Finding], point: KeyPoint) -> bool:
    """Whether it was said, if only in part."""
    return point.id in found and found[point.id].result in ("hit", "partial")


# ---------------------------------------------------------------- twist, sums, facts, diagram


def _twist(thread: Thread) -> str:
    twist = thread.question.brief.twist if thread.question.brief is not None else None
    if twist is None:
        return ""
    if thread.twisted is None:
        return "<h3>The twist</h3><p>The round ended before it.</p>"
    found = _found(thread)
    known = {point.id: point for point in thread.question.key_points}
    rows = "".join(
        f'<tr><td>{html(known[id].text)}</td><td class="how">{how(found.get(id))}</td></tr>'
        for id in twist.shows
        if id in known and thread.grade is not None
    )
    table = f'<table class="points"><tbody>{rows}</tbody></table>' if rows else ""
    return (
        f'<h3>The twist</h3><p class="ours-words">{html(twist.text)}</p>{table}'
        f'<p class="small quiet">Why it is fair: {html(twist.fair)}</p>'
    )


def _sums(thread: Thread, of: str = "") -> str:
    rows = "".join(_sum(thread, one) for one in _brief_sums(thread.question))
    return f'<h3>{of}Arithmetic</h3><ul class="plain sums">{rows}</ul>' if rows else ""


def _brief_sums(question: Question) -> tuple[Sum, ...]:
    return question.brief.sums if question.brief is not None else ()


def _sum(thread: Thread, one: Sum) -> str:
    """What came of one; nothing of one that was neither asked nor worked out, so that it can still be asked."""
    found, sentence = estimate(thread, one.id)
    asked = one.id in thread.sums
    if not asked and found.result != "right":
        return ""
    said = quoted((sentence,)) if sentence else ""
    unasked = "" if asked else ", without being asked"
    return (
        f"<li><p>{html(one.ask)} <strong>{CAME[found.result].capitalize()}{unasked}.</strong></p>{said}"
        f'<p class="small quiet">It works out like this: {html(one.works_out)}</p></li>'
    )


def _facts(thread: Thread, of: str = "") -> str:
    facts = thread.question.brief.facts if thread.question.brief is not None else ()
    if not facts:
        return ""
    asked = asked_for(thread)
    given = thread.told - asked
    lines = [
        _named(f"You asked for {len(asked)} of {len(facts)}", [f for f in facts if f.id in asked]),
        _named("Told with the arithmetic", [f for f in facts if f.id in given]) if given else "",
        _named("Not asked for", [f for f in facts if f.id not in thread.told]),
    ]
    return f"<h3>{of}Facts about the situation</h3>{''.join(lines)}"


def _named(words: str, facts: list[Fact]) -> str:
    names = ", ".join(html(fact.name) for fact in facts)
    return f"<p>{words}: {names}.</p>" if facts else f"<p>{words}.</p>" if words.startswith("You") else ""


def _diagram(state: State) -> str:
    if not state.round.board:
        return ""
    figure = board_figure(state.board) or "<p>Nothing was drawn.</p>"
    return f"<h3>The diagram at the end</h3>{figure}"


# ---------------------------------------------------------------- ladders


def _ladders(state: State) -> str:
    rows = "".join(_ladder(state, thread) for thread in state.threads)
    line = PASS_LINE[state.setup.level]
    need = f'<p class="small quiet">At {state.setup.level} level a subject is expected to reach step {line}.</p>'
    more = ""
    for thread in state.threads:
        of = f"{html(called(state, thread))}: "
        # On the way down, facts only serve the arithmetic; a failure is found by asking for them.
        more += _sums(thread, of) + (_facts(thread, of) if not _steps(thread) else "")
    return f'<ul class="marks">{rows}</ul>{need if any(_steps(thread) for thread in state.threads) else ""}{more}'


def _steps(thread: Thread) -> int:
    return len(thread.question.brief.rungs) if thread.question.brief is not None else 0


def _ladder(state: State, thread: Thread) -> str:
    name = f'<a href="#debrief-{thread.index + 1}">{html(called(state, thread))}</a>: {html(subject_of(thread))}'
    if not _steps(thread):
        words, level = "an analysis of a failure, which has no steps", ""
    else:
        held = reached(_as_graded(thread))
        words = f"reached step {held}, {STEPS[held - 1].lower()}" if held else "did not get past the first step"
        level = f'<div class="level">{dots(held)}</div>' if held else ""
    return f'<li><div class="name">{name}</div>{level}<p class="why">{html(words[0].upper() + words[1:])}.</p></li>'


def _as_graded(thread: Thread) -> Thread:
    """The thread with the points that its grade has found in full: they stand below, and the steps agree with them."""
    found = _found(thread)
    if not found:
        return thread
    came = {p.id: found[p.id].raised or "unprompted" for p in thread.question.key_points if _said(found, p)}
    return replace(thread, raised=came)

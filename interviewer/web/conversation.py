"""An interview's talk as HTML: who said what, topic by topic; the same in the live room and in a transcript."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from interviewer.rules.state import State, Thread, Turn
from interviewer.web.citations import asked_from
from interviewer.web.course import begins, called, is_one_problem
from interviewer.web.safe import html, rich

DID: Final = {
    "hint": "asked for a hint",
    "skip": "skipped this",
    "gave_up": "said “I don’t know”",
    "not_finished": "is not finished yet",
    "submitted": "submitted the code",
    "ended": "ended the interview",
}
"""What the candidate did where they did not write."""


def conversation(state: State, *, areas: bool = True) -> str:
    """Everything said so far. `areas` names the area of each topic, which a live interview does not give away."""
    parts = [_thread(state, thread, areas=areas) for thread in state.threads]
    if state.asides:
        parts.append(f'<h2 class="topic">Afterwards</h2><ol class="talk">{_turns(state.asides)}</ol>')
    return "".join(parts)


def said(text: str) -> str:
    """What the candidate has sent and what is not answered yet, as the last entry of the talk."""
    return f'<ol class="talk">{_entry("candidate", "You", rich(text))}</ol>'


def did(kind: str) -> str:
    """What the candidate asked for with a button, as the last entry of the talk."""
    return f'<ol class="talk">{_action(kind)}</ol>' if kind in DID else ""


def speaking(text: str) -> str:
    """The interviewer's words so far, or that they are on their way."""
    dots = "<span></span>" * 3
    waiting = f'<p class="typing">{dots}<b class="unseen">The interviewer is answering</b></p>'
    return f'<ol class="talk">{_entry("interviewer", "Interviewer", rich(text) if text else waiting)}</ol>'


def _thread(state: State, thread: Thread, *, areas: bool) -> str:
    shown = areas and not is_one_problem(state)
    area = f'<span class="quiet"> · {html(state.round.area_name(thread.question.area))}</span>' if shown else ""
    turns = "".join(f"{part(state, thread, turn)}{_turn(turn, thread)}" for turn in thread.turns)
    name = html(called(state, thread))
    return f'<h2 class="topic" id="topic-{thread.index + 1}">{name}{area}</h2><ol class="talk">{turns}</ol>'


def part(state: State, thread: Thread, turn: Turn, *, heading: str = "h3") -> str:
    """The small heading over the turn with which a part begins, as an entry of the talk; else empty."""
    name = begins(state, thread, turn)
    return f'<li class="part-begins"><{heading}>{html(name)}</{heading}></li>' if name else ""


def _turns(turns: Iterable[Turn]) -> str:
    return "".join(_turn(turn, None) for turn in turns)


def _turn(turn: Turn, thread: Thread | None) -> str:
    if turn.speaker == "interviewer":
        note = ""
        if turn.made is not None and turn.made.fell_back:
            note = f'<p class="took-over">Built-in for this step: {html(turn.made.fell_back)}</p>'
        source = asked_from(thread, turn, tab=True) if thread is not None else ""
        return _entry("interviewer", "Interviewer", f"{_spoken(turn)}{note}{source}", id=f"turn-{turn.act}")
    if turn.kind in DID:
        return _action(turn.kind)
    return _entry("candidate", "You", rich(turn.text), id=f"answer-{turn.act}")


def _spoken(turn: Turn) -> str:
    """The words, with the transition ("let's move on") in a paragraph of its own."""
    lead = turn.move.lead if turn.move is not None else ""
    if lead and turn.text.startswith(lead) and turn.text != lead:
        return rich(lead) + rich(turn.text[len(lead) :].lstrip())
    return rich(turn.text)


def _entry(speaker: str, name: str, body: str, *, id: str = "") -> str:
    place = f' id="{html(id)}"' if id else ""
    return f'<li class="turn {speaker}"{place}><p class="who">{name}</p><div class="words" dir="auto">{body}</div></li>'


def _action(kind: str) -> str:
    return f'<li class="turn action">You {html(DID[kind].replace("is not", "are not"))}</li>'

"""A scripted candidate who reacts: what they say depends on what was asked, as data, for rounds about one problem.

A fixed list of messages fits no round in which the interviewer follows the candidate. Here the messages stand by
occasion: to begin with, by part of the round or step of the ladder, for follow-ups, for the twist and for each piece of
arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import AliasChoices, Field, field_validator

from interviewer.domain import Act, Level, Value
from interviewer.rules import ladder
from interviewer.rules.phases import TWIST, phases_of
from interviewer.rules.state import State, Thread

_TYPED: Mapping[str, Literal["hint", "skip", "gave_up", "submitted", "ended"]] = {
    "/hint": "hint",
    "/skip": "skip",
    "/idk": "gave_up",
    "/submit": "submitted",
    "/end": "ended",
}


def typed(text: str) -> Act:
    """A message, or what a button of the page does if it is called by its command."""
    kind = _TYPED.get(text.strip().lower())
    return Act(kind=kind) if kind else Act(kind="said", text=text)


class Step(Value):
    """One step of work on code: what stands in the editor after it, and what is done with it."""

    code: str | None = None
    """None: as it is."""
    run: bool = False
    submit: bool = False
    """Whether it is handed in; then nothing is said."""
    says: str = ""


class Person(Value):
    """What somebody would say in a round about one problem. Follow-ups may also be a list of `{section, says}`."""

    id: str = ""
    problem: str = ""
    """Id of the question; empty: any."""
    level: Level | None = None
    """Whose signals it shows; for tables, not for the round."""
    style: dict[str, bool] = Field(default_factory=dict)
    opening: str = ""
    """The first message."""
    clarifying: tuple[str, ...] = ()
    """Questions asked after it, one a message."""
    by_section: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, validation_alias=AliasChoices("by_section", "by_rung")
    )
    """Part of the round or step of the ladder (l1–l4, failure) → what they say there, in order."""
    on_probe: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Part → what they add when they are asked further."""
    on_twist: tuple[str, ...] = ()
    on_sum: dict[str, str] = Field(default_factory=dict)
    """Id of the arithmetic → their estimate; `any`: of any other."""
    when_empty: tuple[str, ...] = ("I would have to think about that.",)
    """What they say with nothing left, in turn."""
    board: str = ""
    """Outline of the diagram that they draw with their first words about the second part."""
    work: tuple[Step, ...] = ()
    """Steps in the editor, one with each act from the plan on; what is said in the other parts stays as it is."""
    questions_at_end: tuple[str, ...] = ()

    @field_validator("on_probe", mode="before")
    @classmethod
    def _by_section(cls, given: object) -> object:
        if not isinstance(given, list):
            return given
        sections: dict[str, list[str]] = {}
        for row in given:
            sections.setdefault(row.get("section") or row.get("rung"), []).append(row["says"])
        return sections


@dataclass
class Reacting:
    """Answers for a person, one act after another."""

    person: Person
    _used: dict[str, int] = field(default_factory=dict)
    _step: Step | None = None
    """The step of work that was done and not answered yet."""

    def next(self, state: State) -> Act:
        """The next act in this state."""
        thread = state.thread
        if thread is None or state.phase == "questions":
            text = self._take("end", self.person.questions_at_end)
            return Act(kind="said", text=text) if text else Act(kind="ended")
        step, self._step = self._step, None
        if step is not None and (step.submit or step.says):
            return Act(kind="submitted") if step.submit else typed(step.says)
        return Act(kind="said", text=next(filter(None, self._offers(state, thread)), "") or self._empty())

    def works(self, state: State) -> Step | None:
        """The next step of work on the code, once there is a plan; its words or its handing in are the next act."""
        thread, done = state.thread, self._used.get("work", 0)
        if thread is None or state.phase == "questions" or not thread.sentences or done >= len(self.person.work):
            return None
        self._used["work"] = done + 1
        self._step = self.person.work[done]
        return self._step

    def draws(self, state: State) -> bool:
        """Whether it is time to draw, which happens once: when the first part is over, or they are asked to."""
        thread = state.thread
        begun = thread is not None and (len(thread.visits) > 1 or not thread.visits)
        return bool(self.person.board) and begun and not state.board.boxes

    def _offers(self, state: State, thread: Thread) -> Iterable[str]:
        """What they could say now, most fitting first; texts are only used up when they are reached."""
        move, person, here = state.last_move, self.person, _here(thread)
        if not thread.sentences:
            yield self._take("opening", (person.opening,) if person.opening else ())
        if move is not None and move.sum and (estimate := person.on_sum.get(move.sum, person.on_sum.get("any"))):
            yield self._take(f"sum {move.sum}", (estimate,))
        if here == TWIST or (move is not None and move.kind == "twist"):
            yield self._take("twist", person.on_twist)
        if len(thread.visits) < 2:
            yield self._take("clarifying", person.clarifying)
        asked = move is not None and move.kind in ("probe", "challenge", "hint") and not move.level and not move.section
        both = [(f"probe {here}", person.on_probe.get(here, ())), (here, person.by_section.get(here, ()))]
        for name, messages in both if asked else reversed(both):
            yield self._take(name, messages)
        for ahead in _ahead(state, thread) if person.style.get("drives") else ():
            yield self._take(ahead, person.by_section.get(ahead, ()))

    def _take(self, name: str, messages: tuple[str, ...]) -> str:
        used = self._used.get(name, 0)
        if used >= len(messages):
            return ""
        self._used[name] = used + 1
        return messages[used]

    def _empty(self) -> str:
        used = self._used["empty"] = self._used.get("empty", 0) + 1
        return self.person.when_empty[(used - 1) % len(self.person.when_empty)]


def _here(thread: Thread) -> str:
    """The part that is under way, or the step that they are asked about, which may be an earlier one."""
    if thread.section:
        return thread.section
    return f"l{ladder.here(thread)}" if thread.level else "failure"


def _ahead(state: State, thread: Thread) -> list[str]:
    """The parts that were not begun."""
    begun = {visit.section for visit in thread.visits}
    return [phase.id for phase in phases_of(state.round, thread.question) if phase.id not in begun]

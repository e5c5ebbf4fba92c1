"""Long rounds for tests: logs as the room writes them, act by act, with a clock of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from interviewer.content import shipped
from interviewer.domain import (
    Act,
    Board,
    Event,
    EventKind,
    Finding,
    Grade,
    Made,
    Mark,
    Move,
    Observation,
    Question,
    Setup,
    Touch,
)
from interviewer.rules.state import State, fold

BEGUN = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
DESIGN, LADDER, FAILURE = "video-home", "llm-ladder-kv-cache", "llm-failure-rag-rebuild"


class Talk:
    """One interview that goes on as a test says."""

    def __init__(self, question: Question, /, **setup: Any) -> None:
        kind = question.brief.kind if question.brief is not None else ""
        chosen = Setup.model_validate({"round": question.round, "minutes": 45, **setup})
        rubric = shipped().round(question.round).rubric(kind)
        self.events: list[Event] = []
        self._at, self._acts = BEGUN, 0
        self._add("opened", "opened", {"setup": _dump(chosen), "round": _dump(rubric)})
        self._add("act", "act:0", _dump(Act(kind="begin")))
        self._acts = 1
        self.answered(Move(kind="ask", text=question.opener, question=question))

    def said(self, text: str, *, after: float = 60, kind: Any = "said") -> Talk:
        """The candidate's act, `after` seconds of thinking."""
        self._at += timedelta(seconds=after)
        self._add("act", f"act:{self._acts}", _dump(Act(kind=kind, text=text)))
        self._acts += 1
        return self

    def answered(self, move: Move, *, touched: Sequence[str] = ()) -> Talk:
        """What the interviewer makes of it."""
        number = self._acts - 1
        seen = Observation(intent="answer", touched=tuple(Touch(key_point=id, sentences=(1,)) for id in touched))
        self._add("observed", f"observed:{number}", {"observation": _dump(seen), "made": _dump(Made())})
        self._add("decided", f"decided:{number}", {"move": _dump(move)})
        self._add("spoken", f"spoken:{number}", {"text": move.text, "made": _dump(Made())})
        return self

    def drew(self, board: Board) -> Talk:
        """The diagram was changed."""
        number = sum(event.kind == "drew" for event in self.events)
        self._add("drew", f"drew:{number}", {"board": _dump(board)})
        return self

    def graded(self, thread: int, grade: Grade) -> Talk:
        """A grade came."""
        self._add("graded", f"graded:{thread}:0", {"thread": thread, "grade": _dump(grade), "made": _dump(Made())})
        return self

    def closed(self) -> Talk:
        """The end was recorded."""
        self._add("closed", "closed", {"marks": [], "made": _dump(Made()), "because": "ended"})
        return self

    def state(self) -> State:
        """Where it stands."""
        return fold(self.events, id="abc")

    def now(self, after: float = 0) -> datetime:
        """A moment after what happened last."""
        return self._at + timedelta(seconds=after)

    def _add(self, kind: EventKind, key: str, payload: dict[str, Any]) -> None:
        self.events.append(Event(kind=kind, key=key, at=self._at, payload=payload))


def grade(question: Question, *, hits: Sequence[str] = (), elements: Sequence[str] = (), level: int = 3) -> Grade:
    """A grade with all marks at one level, whose first one rests on elements of the diagram too."""
    dims = shipped().round(question.round).dimensions
    marks = tuple(
        Mark(dimension=dim.id, level=level, value=level, sentences=(1,), elements=() if n else tuple(elements))
        for n, dim in enumerate(dims)
    )
    findings = tuple(
        Finding(key_point=point.id, result="hit" if point.id in hits else "miss", raised=None)
        for point in question.key_points
    )
    return Grade(marks=marks, findings=findings, score=float(level))


def _dump(value: Any) -> dict[str, Any]:
    dumped: dict[str, Any] = value.model_dump(mode="json")
    return dumped

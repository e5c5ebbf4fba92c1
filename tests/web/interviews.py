"""Interviews for tests: whole logs put straight into a store, as the room would have written them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from interviewer import tracker
from interviewer.content import shipped
from interviewer.domain import (
    Act,
    Citation,
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
    Slip,
)
from interviewer.rules.scoring import result
from interviewer.rules.state import fold
from interviewer.store import Repository

BEGUN = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
SAID = "I would cross-validate and, as it is 0.98 in every fold as well, the result is real. Then I ship it."
FELL_BACK = "The model did not begin to answer within 20 s."


def log_of(
    *,
    said: Sequence[str] = (SAID,),
    spoken: str = "Go on.",
    cited: Sequence[int] = (1,),
    question: str = "leakage",
    at: datetime = BEGUN,
    level: int = 2,
    closed: bool = True,
    citations: Sequence[Citation] = (),
) -> tuple[Event, ...]:
    """The log of an interview with one topic: what the candidate `said`, each answered by `spoken`.

    If it is closed, it has a grade whose marks cite the sentences with these numbers. With `citations` the question is
    one of a company's documents, and its first key points cite them.
    """
    content = shipped()
    asked = of_documents(content.question(question), citations) if citations else content.question(question)
    setup = Setup(round="breadth", seed=1, model="some-model")
    opened = {
        "setup": setup.model_dump(mode="json"),
        "round": content.round("breadth").rubric().model_dump(mode="json"),
    }
    log = _Log(at)
    log.add("opened", "opened", opened)
    log.act(Act(kind="begin"))
    log.answer(0, Move(kind="ask", text=asked.opener, question=asked), Made(by="some-model", prompt="0123456789ab"))
    for number, text in enumerate(said, start=1):
        log.act(Act(kind="said", text=text))
        last = closed and number == len(said)
        move = Move(kind="close", text="Thank you.", closes="ended") if last else Move(kind="continue", text=spoken)
        log.answer(number, move, Made(fell_back=FELL_BACK))
    if closed:
        log.add(
            "graded", "graded:0:0", {"thread": 0, "grade": _grade(asked, level, tuple(cited)), "made": _dump(Made())}
        )
        log.add("closed", "closed", {"marks": [], "made": _dump(Made()), "because": "ended"})
    return tuple(log.events)


def of_documents(question: Question, citations: Sequence[Citation]) -> Question:
    """The question as if it had been written from documents: its first key points say where they stand."""
    points = [
        point.model_copy(update={"citation": citations[number] if number < len(citations) else None})
        for number, point in enumerate(question.key_points)
    ]
    return question.model_copy(update={"key_points": tuple(points), "company": "Acme"})


def put(
    repository: Repository, id: str, events: Sequence[Event], *, title: str = "ML breadth, mid, 20 minutes"
) -> None:
    """Store a log as the room does, results and weak areas included."""
    repository.create(id, "breadth", events[:2], title)
    if events[-1].kind != "closed":
        repository.append(id, events[2:])
        return
    repository.append(id, events[2:-1])
    state = fold(events, id=id)
    outcome = result(state)
    repository.close(
        id,
        events[-1:],
        score=outcome.score,
        verdict=outcome.verdict,
        threads=len(state.threads),
        weaknesses=tracker.weaknesses(state, events[-1].at),
    )


class _Log:
    def __init__(self, at: datetime) -> None:
        self.events: list[Event] = []
        self._at = at
        self._acts = 0

    def add(self, kind: EventKind, key: str, payload: dict[str, Any]) -> None:
        self.events.append(Event(kind=kind, key=key, at=self._at, payload=payload))
        self._at += timedelta(seconds=20)

    def act(self, act: Act) -> None:
        self.add("act", f"act:{self._acts}", _dump(act))
        self._acts += 1

    def answer(self, number: int, move: Move, made: Made) -> None:
        seen = {"observation": _dump(Observation(intent="answer")), "made": _dump(made)}
        self.add("observed", f"observed:{number}", seen)
        self.add("decided", f"decided:{number}", {"move": _dump(move)})
        self.add("spoken", f"spoken:{number}", {"text": move.text, "made": _dump(made)})


def _grade(question: Question, level: int, cited: tuple[int, ...]) -> dict[str, Any]:
    marks = [
        Mark(dimension=name, level=level, value=level, sentences=cited, reason="Few points.")
        for name in ("correctness", "understanding", "judgement")
    ]
    found = tuple(Finding(key_point=point.id, result="miss") for point in question.key_points)
    slips = (Slip(code=question.traps[0].code, sentences=cited),)
    return _dump(Grade(marks=tuple(marks), findings=found, slips=slips, score=float(level)))


def _dump(value: Any) -> dict[str, Any]:
    dumped: dict[str, Any] = value.model_dump(mode="json")
    return dumped

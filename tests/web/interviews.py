"""Interviews for tests: whole logs as the room writes them, act by act, with a clock of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from interviewer import tracker
from interviewer.content import shipped
from interviewer.domain import (
    Act,
    Board,
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
    Touch,
)
from interviewer.rules.scoring import result
from interviewer.rules.state import State, fold
from interviewer.store import Repository

BEGUN = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
SAID = "I would cross-validate and, as it is 0.98 in every fold as well, the result is real. Then I ship it."
FELL_BACK = "The model did not begin to answer within 20 s."
DESIGN, LADDER, FAILURE = "video-home", "llm-ladder-kv-cache", "llm-failure-rag-rebuild"
BUILT_IN = Made()


class Talk:
    """One interview that goes on as a test says."""

    def __init__(self, question: Question, /, *, at: datetime = BEGUN, made: Made = BUILT_IN, **setup: Any) -> None:
        """It begins at `at` with this question, which `made` asked."""
        kind = question.brief.kind if question.brief is not None else ""
        chosen = Setup.model_validate({"round": question.round, "minutes": 45, **setup})
        rubric = shipped().round(question.round).rubric(kind)
        self.events: list[Event] = []
        self._at, self._acts = at, 0
        self._add("opened", "opened", {"setup": _dump(chosen), "round": _dump(rubric)})
        self._act(Act(kind="begin"))
        self.answered(Move(kind="ask", text=question.opener, question=question), made=made)

    def said(self, text: str, *, after: float = 60, kind: Any = "said") -> Talk:
        """The candidate's act, `after` seconds of thinking."""
        self._at += timedelta(seconds=after)
        return self._act(Act(kind=kind, text=text))

    def answered(self, move: Move, *, touched: Sequence[str] = (), made: Made = BUILT_IN) -> Talk:
        """What the interviewer makes of it."""
        number = self._acts - 1
        seen = Observation(intent="answer", touched=tuple(Touch(key_point=id, sentences=(1,)) for id in touched))
        self._add("observed", f"observed:{number}", {"observation": _dump(seen), "made": _dump(made)})
        self._add("decided", f"decided:{number}", {"move": _dump(move)})
        self._add("spoken", f"spoken:{number}", {"text": move.text, "made": _dump(made)})
        return self

    def drew(self, board: Board) -> Talk:
        """The diagram was changed."""
        number = sum(event.kind == "drew" for event in self.events)
        self._add("drew", f"drew:{number}", {"board": _dump(board)})
        return self

    def graded(self, thread: int, grade: Grade) -> Talk:
        """A grade came."""
        self._add("graded", f"graded:{thread}:0", {"thread": thread, "grade": _dump(grade), "made": _dump(BUILT_IN)})
        return self

    def closed(self) -> Talk:
        """The end was recorded."""
        self._add("closed", "closed", {"marks": [], "made": _dump(BUILT_IN), "because": "ended"})
        return self

    def state(self) -> State:
        """Where it stands."""
        return fold(self.events, id="abc")

    def now(self, after: float = 0) -> datetime:
        """A moment after what happened last."""
        return self._at + timedelta(seconds=after)

    def _act(self, act: Act) -> Talk:
        self._add("act", f"act:{self._acts}", _dump(act))
        self._acts += 1
        return self

    def _add(self, kind: EventKind, key: str, payload: dict[str, Any]) -> None:
        self.events.append(Event(kind=kind, key=key, at=self._at, payload=payload))


def log_of(
    *,
    said: Sequence[str] = (SAID,),
    spoken: str = "Go on.",
    cited: Sequence[int] = (1,),
    question: str | Question = "leakage",
    at: datetime = BEGUN,
    level: int = 2,
    closed: bool = True,
    citations: Sequence[Citation] = (),
    minutes: int = 20,
) -> tuple[Event, ...]:
    """The log of an interview with one topic: what the candidate `said`, each answered by `spoken`.

    If it is closed, it has a grade whose marks cite the sentences with these numbers. With `citations` the question is
    one of a company's documents, and its first key points cite them.
    """
    asked = question if isinstance(question, Question) else shipped().question(question)
    asked = of_documents(asked, citations) if citations else asked
    made = Made(by="some-model", prompt="0123456789ab")
    talk = Talk(asked, at=at, made=made, minutes=minutes, seed=1, model="some-model")
    for number, text in enumerate(said, start=1):
        last = closed and number == len(said)
        move = Move(kind="close", text="Thank you.", closes="ended") if last else Move(kind="continue", text=spoken)
        talk.said(text, after=80).answered(move, made=Made(fell_back=FELL_BACK))
    if closed:
        slip = Slip(code=asked.traps[0].code, sentences=tuple(cited))
        talk.graded(0, grade(asked, level=level, cited=cited, slips=(slip,))).closed()
    return tuple(talk.events)


def grade(
    question: Question,
    *,
    hits: Sequence[str] = (),
    elements: Sequence[str] = (),
    level: int = 3,
    cited: Sequence[int] = (1,),
    slips: Sequence[Slip] = (),
) -> Grade:
    """A grade with all marks at one level, whose first one rests on elements of the diagram too."""
    marks = tuple(
        Mark(
            dimension=dim.id,
            level=level,
            value=level,
            sentences=tuple(cited),
            reason="Few points.",
            elements=() if n else tuple(elements),
        )
        for n, dim in enumerate(dim for dim in shipped().round(question.round).dimensions if dim.scope == "thread")
    )
    findings = tuple(
        Finding(key_point=point.id, result="hit" if point.id in hits else "miss", raised=None)
        for point in question.key_points
    )
    return Grade(marks=marks, findings=findings, slips=tuple(slips), score=float(level))


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


def _dump(value: Any) -> dict[str, Any]:
    dumped: dict[str, Any] = value.model_dump(mode="json")
    return dumped

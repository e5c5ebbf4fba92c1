"""What a thread is: one question, the turns that were taken on it, and what has come of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from interviewer.domain import Board, Grade, Made, Move, Question, Raised
from interviewer.rules.coded import Tried
from interviewer.rules.phases import Visit


@dataclass(frozen=True)
class Turn:
    """One message in a thread."""

    act: int
    """Number of the act that this is, or that it answers."""
    speaker: Literal["candidate", "interviewer"]
    text: str
    at: datetime
    kind: str
    """The act's kind, or the move's."""
    numbers: tuple[int, ...] = ()
    """The candidate's sentence numbers within the thread."""
    made: Made | None = None
    move: Move | None = None
    board: Board | None = None
    """The diagram as it was when the candidate said this, if it had changed."""
    code: str | None = None
    """The code as it was then, if it had changed."""


@dataclass(frozen=True)
class Thread:
    """One question and everything said about it."""

    index: int
    question: Question
    opened: float
    """Interview clock in seconds when it was asked."""
    turns: tuple[Turn, ...] = ()
    sentences: tuple[str, ...] = ()
    """The candidate's sentences; number n stands at n - 1."""
    raised: Mapping[str, Raised] = field(default_factory=dict)
    slips: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    probed: frozenset[str] = frozenset()
    challenged: frozenset[str] = frozenset()
    rungs: Mapping[str, int] = field(default_factory=dict)
    """Key point → highest hint rung given towards it."""
    stalls: int = 0
    """Answers in a row that added nothing new."""
    given_up: int = 0
    """How often in a row they said that they do not know, with nothing new in between."""
    answers: int = 0
    steered: int = 0
    closes: str = ""
    """Why it ended; empty while it is open."""
    grade: Grade | None = None
    graded_by: Made | None = None
    graded_times: int = 0
    visits: tuple[Visit, ...] = ()
    """The parts of a long round, in the order in which they were begun; empty where there are none."""
    level: int = 0
    """The step of a ladder that is under way, 1–4; 0 elsewhere."""
    told: frozenset[str] = frozenset()
    """Facts that the candidate has been told."""
    sums: Mapping[str, int] = field(default_factory=dict)
    """Arithmetic that was asked for → how many sentences had been said by then."""
    dived: frozenset[str] = frozenset()
    twisted: int | None = None
    """How many sentences had been said when the twist came; None before it."""
    recited: bool = False
    """Whether the candidate has run through a memorised list of steps."""
    checks: frozenset[str] = frozenset()
    """Time checks that were said."""

    runs: tuple[Tried, ...] = ()
    """Every run of the code, in a round in which code is written."""

    @property
    def section(self) -> str:
        """The part that is under way; empty in rounds without parts."""
        return self.visits[-1].section if self.visits else ""

    @property
    def rung(self) -> int:
        """The highest hint rung given in this thread, 0–4."""
        return max(self.rungs.values(), default=0)

    def unraised(self, *importance: str) -> tuple[str, ...]:
        """Ids of the key points of these importances that have not come up, in the question's order."""
        return tuple(
            point.id
            for point in self.question.key_points
            if point.importance in importance and point.id not in self.raised
        )

    def share(self, *importance: str) -> float:
        """The share (0–1) of the key points of these importances that came up; 1 if there are none."""
        wanted = [point.id for point in self.question.key_points if point.importance in importance]
        return sum(id in self.raised for id in wanted) / len(wanted) if wanted else 1.0

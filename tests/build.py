"""Short ways to write interviews in tests: a question, a log, the context of a decision."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from interviewer.content import shipped
from interviewer.domain import (
    Act,
    Anchors,
    Board,
    Event,
    Grade,
    KeyPoint,
    Ladder,
    Made,
    Mark,
    Move,
    Observation,
    Probe,
    Question,
    Round,
    Setup,
    Slip,
    Touch,
    Trap,
)
from interviewer.rules.followups import Context
from interviewer.rules.moves import decide
from interviewer.rules.state import State, apply, fold

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def breadth() -> Round:
    """The shipped breadth round."""
    return shipped().round("breadth")


def question(
    id: str = "q", *, area: str = "B04", tier: Any = "F", topic: str = "topic", minutes: float = 5
) -> Question:
    """A question with musts m1 and m2, a should s1, an exceptional x1, a trap t1, three probes, two ladders."""
    points = (("m1", "must"), ("m2", "must"), ("s1", "should"), ("x1", "exceptional"))
    return Question(
        id=id,
        round="breadth",
        area=area,
        topics=(topic,),
        tier=tier,
        opener=f"What can you tell me about {id} in some detail?",
        minutes=minutes,
        key_points=tuple(
            KeyPoint(id=p, importance=i, text=f"The key point {p} is said in a sentence.", cues=(f"cue {p}",))
            for p, i in points
        ),
        traps=(Trap(code="t1", says="Somebody in the trap says this.", cues=("trap one",), probe="And then what?!!!"),),
        probes=tuple(
            Probe(key_point=p, angle="justify", text=f"Written probe towards {p}?") for p in ("m1", "m2", "s1")
        ),
        ladders=tuple(Ladder(key_point=p, rungs=(f"{p} H1", f"{p} H2", f"{p} H3", f"{p} H4")) for p in ("m1", "m2")),
        outline=("One line.",),
        anchors=Anchors(two="Two.", three="Three.", four="Four."),
        drill="Do it again.",
        as_of="2026-11",
        source="own",
    )


class Log:
    """An interview written event by event, with a clock of its own."""

    def __init__(self, bank: tuple[Question, ...] | None = None, **setup: Any) -> None:
        self.bank = (
            bank if bank is not None else (question("q1"), question("q2", area="B05"), question("q3", area="B06"))
        )
        self.now = START
        self.events: list[Event] = []
        self._folded: tuple[Event, int, State] | None = None
        chosen = Setup.model_validate({"round": "breadth", "minutes": 40, **setup})
        self.round = shipped().round(chosen.round)
        kinds = {q.brief.kind for q in self.bank if q.brief is not None and chosen.question in (None, q.id)}
        payload = {
            "setup": chosen.model_dump(mode="json"),
            "round": self.round.rubric(kinds.pop() if len(kinds) == 1 else "", chosen.minutes).model_dump(mode="json"),
        }
        self.add("opened", "opened", payload)

    def add(self, kind: Any, key: str, payload: dict[str, Any], *, at: datetime | None = None) -> None:
        """Append an event."""
        self.events.append(Event(kind=kind, key=key, at=at or self.now, payload=payload))

    @property
    def state(self) -> State:
        """The fold so far, carried on from the last time if what was folded then still stands."""
        state, done = None, 0
        if self._folded is not None:
            last, count, before = self._folded
            if len(self.events) >= count and self.events[count - 1] is last:
                state, done = before, count
        for event in self.events[done:]:
            state = apply(state, event) if state is not None else fold([event], id="test")
        assert state is not None
        self._folded = (self.events[-1], len(self.events), state)
        return state

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

    def act(self, kind: Any = "said", text: str = "") -> int:
        """Append an act; its number."""
        number = self.state.acts if len(self.events) > 1 else 0
        self.add("act", f"act:{number}", Act(kind=kind, text=text).model_dump(mode="json"))
        return number

    def turn(self, text: str = "An answer.", *, kind: Any = "said", seconds: float = 30, **seen: Any) -> Move:
        """One whole step: act, observation (`touched` ids, `slips` codes, any field), decision by the rules, speech."""
        self.wait(seconds)
        number = self.act(kind, text if kind == "said" else "")
        numbers = self.state.threads[-1].turns[-1].numbers if kind == "said" and self.state.thread else ()
        touched = tuple(Touch(key_point=id, sentences=numbers) for id in seen.pop("touched", ()))
        slips = tuple(Slip(code=code, sentences=numbers) for code in seen.pop("slips", ()))
        observation = Observation(intent=seen.pop("intent", "answer"), touched=touched, slips=slips, **seen)
        return self.decide(number, observation)

    def decide(self, number: int, observation: Observation) -> Move:
        """Observation, decision and speech for an act that is already there."""
        shown = {"observation": observation.model_dump(mode="json"), "made": Made().model_dump(mode="json")}
        self.add("observed", f"observed:{number}", shown)
        state = self.state
        assert state.pending is not None
        clock = state.clock_at(self.now)
        move = decide(Context(state, state.pending, observation, self.round, self.bank, clock))
        self.add("decided", f"decided:{number}", {"move": move.model_dump(mode="json")})
        self.add("spoken", f"spoken:{number}", {"text": move.text, "made": Made().model_dump(mode="json")})
        return move

    def draw(self, board: Board) -> None:
        """Change the diagram."""
        revision = self.state.revision
        self.add("drew", f"drew:{revision}", {"board": board.model_dump(mode="json")})

    def begin(self) -> Move:
        """The opening."""
        return self.decide(self.act("begin"), Observation(intent="answer"))

    def grade(self, thread: int, *levels: int | None, **fields: Any) -> None:
        """A grade with these levels for correctness, understanding and judgement."""
        marks = tuple(
            Mark(dimension=dim, level=level, value=level, sentences=(1,) if level else ())
            for dim, level in zip(("correctness", "understanding", "judgement"), levels, strict=True)
        )
        known = [(m.value, w) for m, w in zip(marks, (30, 25, 20), strict=True) if m.value is not None]
        score = sum(v * w for v, w in known) / sum(w for _, w in known) if known else None
        grade = Grade(marks=marks, score=score, **fields)
        payload = {"thread": thread, "grade": grade.model_dump(mode="json"), "made": Made().model_dump(mode="json")}
        self.add("graded", f"graded:{thread}:{sum(e.kind == 'graded' for e in self.events)}", payload)

"""A short interview with a model server that fails in one step and answers well in the others."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr

from interviewer.content import shipped
from interviewer.domain import Act, Event, Setup
from interviewer.llm import Budget, Deadlines, Endpoint, Model, Shared, open_model
from interviewer.llm.circuit import RetryBudget
from interviewer.room import Notice, Room, Said, Update
from interviewer.rules.state import State
from interviewer.store import Store
from tests.wire.openai_server import OpenAIServer, Reply, Request, Scripted

Step = Literal["observe", "speak", "grade"]
STEPS: tuple[Step, ...] = ("observe", "speak", "grade")

KEY = "sk-planted-0123456789abcdef"
ANSWERS = (
    "Accuracy says nothing at half a percent positives, so I look at precision and recall at the review capacity.",
    "I would split by time first and resample the training part only.",
)
SPOKEN = "You would look at the review capacity. How many cases is that a day?"

FAST = (1_000_000, 100_000)
"""Tokens in and out of a good answer: a model that is never slow, so that no deadline is stretched for it."""

QUICK = Deadlines(total=1.5, first_token=0.5, idle=0.4)
"""For faults that are about time."""
AMPLE = Deadlines(total=12, first_token=10, idle=10)
"""For all others, so that a busy machine does not decide."""

_WHOLE = re.compile(r"[.!?…][\"')\]]*$")


@cache
def beginnings() -> tuple[tuple[str, Step], ...]:
    """The first words of each prompt, up to its first input, and the step that it belongs to."""
    names: dict[str, Step] = {"observe": "observe", "speak": "speak", "grade": "grade", "close": "grade"}
    prompts = shipped().prompts["breadth"]
    return tuple((prompts[name].parts[0][1].partition("{{")[0], step) for name, step in names.items())


def step_of(request: Request) -> Step:
    """The step that sent a request, by the first words of its prompt: those of the breadth round all differ."""
    found = [step for words, step in beginnings() if request.texts[0].startswith(words)]
    assert len(found) == 1, request.texts[0][:80]
    return found[0]


def of_round(request: Request) -> bool:
    """Whether a request of the grader is about the whole round."""
    return request.texts[0].startswith(beginnings()[-1][0])


def good(request: Request) -> dict[str, Any] | str:
    """What a good model answers."""
    step = step_of(request)
    if step == "speak":
        return SPOKEN
    if step == "observe":
        last = int(request.texts[1].rpartition("sentences ")[2].split()[0])
        return {
            "intent": "answer",
            "traps": [],
            "options": ["probe"],
            "toward": "K3",
            "anchor": last,
            "angle": "quantify",
            "points": [f"K1:{last}"],
        }
    if of_round(request):
        return {"marks": [{"d": "communication", "s": [1, 2], "reason": "Direct.", "level": 3}]}
    dims = ("correctness", "understanding", "judgement")
    return {
        "points": [{"k": "K1", "result": "hit", "s": [1]}],
        "traps": [],
        "marks": [{"d": dim, "s": [1], "reason": "Said so.", "level": 3} for dim in dims],
    }


@dataclass
class Failing:
    """A script that faults the requests of one step, the first `times` of them or all, and answers the others well."""

    step: Step
    fault: Callable[[Request], Scripted]
    times: int | None = None
    faulted: int = 0

    def __call__(self, request: Request) -> Scripted:
        """The reply to a request."""
        if step_of(request) != self.step or (self.times is not None and self.faulted >= self.times):
            return Reply(good(request), usage=FAST)
        self.faulted += 1
        return self.fault(request)


@dataclass
class Played:
    """What came of an interview: the answers to each act as the candidate saw them, and the log."""

    state: State
    events: tuple[Event, ...]
    updates: list[list[Update]]
    waits: list[float]
    """Seconds that the candidate waited for the whole answer to each act."""
    grading: float
    """Seconds from the last words to the debrief."""
    score: float | None = None
    requests: dict[Step, int] = field(default_factory=dict)

    @property
    def said(self) -> list[str]:
        """All pieces that were shown, in order."""
        return [update.text for answer in self.updates for update in answer if isinstance(update, Said)]

    @property
    def notices(self) -> list[str]:
        """All that was shown and not said."""
        return [update.text for answer in self.updates for update in answer if isinstance(update, Notice)]

    def made(self, step: Step) -> list[dict[str, Any]]:
        """What made each turn of a step in which a model was to be asked."""
        numbers = [str(event.key).partition(":")[2] for event in self.events if _is_said(event)]
        if step == "grade":
            return [e.payload["made"] for e in self.events if e.kind in ("graded", "closed")]
        kind = {"observe": "observed", "speak": "spoken"}[step]
        return [e.payload["made"] for e in self.events if e.kind == kind and e.key.partition(":")[2] in numbers]


def _is_said(event: Event) -> bool:
    return event.kind == "act" and event.payload["kind"] == "said"


def model_at(server: OpenAIServer, shared: Shared | None = None, **more: Any) -> Model:
    """A model with the planted key, a registry of its own and hardly any wait between attempts."""
    endpoint = Endpoint(model="test-model", base_url=server.base_url, api_key=SecretStr(KEY), **more)
    shared = shared or Shared(backoff=0.001, retries=RetryBudget(reserve=1000))
    return open_model(endpoint, budget=Budget(), shared=shared)


async def heard(stream: AsyncIterator[Update]) -> list[Update]:
    """All that a stream brings."""
    return [update async for update in stream]


async def play(home: Path, server: OpenAIServer, answers: Sequence[str] = ANSWERS, **more: Any) -> Played:
    """One question, the answers to it, the end; nothing that a model server does may raise here."""
    store = Store.open(home)
    repository = store.repository(store.local_user())
    model = model_at(server, **more)
    room = Room(repository, shipped(), lambda _: model, now=lambda: datetime.now(UTC))
    try:
        id = await room.open(Setup(round="breadth", question="class-imbalance", minutes=20))
        updates, waits = [await heard(room.resume(id))], []
        acts = [*(Act(kind="said", text=text) for text in answers), Act(kind="ended")]
        for act in acts:
            begun = time.monotonic()
            updates.append(await heard(room.act(id, (await room.look(id)).acts, act)))
            waits.append(time.monotonic() - begun)
        begun = time.monotonic()
        state = await room.settled(id)
        grading = time.monotonic() - begun
        score = repository.interviews()[0].score
        requests = {step: sum(step_of(request) == step for request in server.requests) for step in STEPS}
        return Played(state, tuple(repository.events(id)), updates, waits, grading, score, requests)
    finally:
        store.dispose()


def is_whole(piece: str) -> bool:
    """Whether a piece of the talk ends where a sentence ends."""
    return _WHOLE.search(piece.strip()) is not None

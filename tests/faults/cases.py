"""The faults of a model server, and what an interview makes of each.

`model`: the step was the model's all the same, healed by another attempt or never in danger. `built-in`: the built-in
step took over, marked so. A fault without a number of times lasts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.faults.rooms import STEPS, Step, good, of_round, step_of
from tests.wire.openai_server import Fault, Reply, Request, Scripted

Outcome = Literal["model", "built-in"]

HALF = "You would look at the review capacity. How many cases is"
"""One whole sentence and the beginning of another."""


@dataclass(frozen=True)
class Case:
    """One fault."""

    name: str
    fault: Callable[[Request], Scripted]
    outcome: Outcome = "built-in"
    times: int | None = None
    slow: bool = False
    """It is about time, so the deadlines are made short."""
    steps: tuple[Step, ...] = STEPS
    but: Mapping[Step, Outcome] = field(default_factory=dict)
    """Steps with another outcome."""
    never: str = ""
    """Words that the candidate must not be shown."""
    open: Mapping[Step, str] = field(default_factory=dict)
    """Steps that do not stand it yet, and why."""

    def ends(self, step: Step) -> Outcome:
        """What this fault makes of a step."""
        return self.but.get(step, self.outcome)


def always(fault: Fault) -> Callable[[Request], Fault]:
    """The same fault for every request."""
    return lambda _: fault


def whole(request: Request) -> str:
    """The text of a good answer."""
    answer = good(request)
    return answer if isinstance(answer, str) else json.dumps(answer)


def half(request: Request) -> str:
    """The first half of a good answer; in the talk, more than a sentence and less than two."""
    text = whole(request)
    return HALF if step_of(request) == "speak" else text[: len(text) // 2]


def broken(text: Callable[[Request], str] = half, **how: Any) -> Callable[[Request], Fault]:
    """A fault in an answer that has begun, after all of `text`."""
    return lambda request: Fault(text=text(request), **how)


def answer(**by_step: Any) -> Callable[[Request], Scripted]:
    """A finished answer for each step; None: the good one."""

    def reply(request: Request) -> Scripted:
        found = by_step["close" if of_round(request) and "close" in by_step else step_of(request)]
        return good(request) if found is None else Reply(found)

    return reply


def changed(change: Callable[[str], str]) -> Callable[[Request], Scripted]:
    """A good answer with its text changed."""
    return lambda request: Reply(change(whole(request)))


HTML = "<!doctype html><title>Sign in</title><p>Please sign in."
ALL = 1_000
"""Pieces: more than any answer has."""

NO_HEADERS = Case("hangs before the headers", always(Fault(hang=True)), slow=True)

BEFORE: tuple[Case, ...] = (
    NO_HEADERS,
    Case("hangs after the headers", always(Fault(hang_after=0)), slow=True),
    Case("429, wait 1 s, once", always(Fault(status=429, headers={"Retry-After": "1"})), "model", times=1),
    Case("429, wait 3600 s", always(Fault(status=429, headers={"Retry-After": "3600"}))),
    Case("429", always(Fault(status=429))),
    Case("429 twice", always(Fault(status=429)), "model", times=2),
    Case("429, no credit", always(Fault(status=429, code="insufficient_quota"))),
    Case("500", always(Fault(status=500))),
    Case("500 twice", always(Fault(status=500)), "model", times=2),
    Case("501", always(Fault(status=501))),
    Case("503 with HTML", always(Fault(status=503, body=HTML, content_type="text/html"))),
    Case("reset", always(Fault(reset=True))),
    Case("reset once", always(Fault(reset=True)), "model", times=1),
    Case("401 with the key", always(Fault(status=401, message="Incorrect API key provided: {key}."))),
    Case("403", always(Fault(status=403))),
    Case("404, no such model", always(Fault(status=404, message="The model 'test-model' does not exist."))),
    Case("400, too long", always(Fault(status=400, code="context_length_exceeded"))),
    Case("400 with the prompt", always(Fault(status=400, message="Invalid input: {prompt}"))),
    Case("400, content filter", always(Fault(status=400, code="content_filter"))),
    Case("422", always(Fault(status=422, body='{"detail": [{"msg": "field required"}]}'))),
)

UNREADABLE: tuple[Case, ...] = (
    Case("200 with HTML", always(Fault(body=HTML, content_type="text/html"))),
    Case("a stream of HTML", always(Fault(body=HTML, content_type="text/event-stream"))),
    Case("200 with HTML, once", always(Fault(body=HTML, content_type="text/html")), "model", times=1),
    Case("200 with an error", always(Fault(body='{"error": {"message": "down", "code": 502}}'))),
    Case("empty body", always(Fault(body=""))),
    Case("no choices", always(Fault(no_choices=True))),
    Case("broken JSON", always(Fault(broken_json=True))),
    Case("bad SSE", always(Fault(body='data: {"broken\n\nevent: \x00\n\ndata\n\n', content_type="text/event-stream"))),
    Case("content null", always(Fault(null=True))),
    Case("empty text", always(Fault(finish="stop", text=""))),
    Case("only thoughts", answer(observe="<think>Hm.", speak="<think>Hm.", grade="<think>Hm.")),
)

CUT: tuple[Case, ...] = (
    Case("cut by length", broken(finish="length")),
    Case("cut by length at its end", broken(whole, finish="length")),
    Case("reset in the middle", broken(reset_after=ALL)),
    Case("stalls in the middle", broken(hang_after=ALL), slow=True),
    Case("error in the stream", broken(error_event={"message": "overloaded: {key}"})),
    Case("429 in the stream", broken(error_event={"message": "slow down", "code": "429"})),
    Case("stream without finish", broken(cut_after=ALL)),
    Case("whole stream without finish", broken(whole, cut_after=ALL)),
    Case("stream without finish, once", broken(cut_after=ALL), "model", times=1, but={"speak": "built-in"}),
    Case("slow drip", always(Fault(drip=0.1)), slow=True),
    Case("slow drip of nothing", always(Fault(drip=0.1, drip_empty=True)), slow=True),
    Case("reset at the end", broken(whole, reset_at_end=True), "model"),
    Case("hangs at the end", broken(whole, hang_at_end=True), "model", times=1),
    Case("in one piece", broken(whole, as_one=True), "model"),
    Case("without end", changed(lambda _: "word " * 8_000)),
)

NESTED = '{"a":' * 500 + "1" + "}" * 500
LOST = '{"intent": "lost", "marks": [{"d": 1}]}'
GERMAN = "Sie würden sich also die Kapazität der Prüfer ansehen. Wie viele Fälle sind das pro Tag?"
REFUSED = "I'm sorry, but I can't help with that."
WRONG_POINT = {"points": ["K99:1"]}
WRONG_IDS = {"d": "charm", "s": [99], "reason": "So.", "level": 4}


def with_wrong_ids(request: Request) -> Scripted:
    """Ids and sentence numbers that do not exist."""
    found = good(request)
    if isinstance(found, str):
        return "Go on to K99, the key point that you have not said yet. What is it?"
    if step_of(request) == "observe":
        return Reply(found | WRONG_POINT | {"anchor": 99, "toward": "K99"})
    return Reply(found | {"marks": [WRONG_IDS]})


ODD: tuple[Case, ...] = (
    Case("refusal", always(Fault(refusal="I cannot help with that."))),
    Case("refusal in words", answer(observe=REFUSED, speak=REFUSED, grade=REFUSED), never=REFUSED),
    Case("answer filtered", broken(finish="content_filter")),
    Case(
        "wrong language",
        answer(observe=None, speak=GERMAN, grade=None),
        but={"observe": "model", "grade": "model"},
        never=GERMAN,
    ),
    Case("invalid twice", answer(observe=LOST, speak=LOST, grade=LOST), never=LOST),
    Case("invalid once", answer(observe=LOST, grade=LOST), "model", times=1, steps=("observe", "grade")),
    Case("nested too deep", answer(observe=NESTED, speak=NESTED, grade=NESTED), never="{"),
    Case("a tool call", always(Fault(tool='{"city": "Oslo"}'))),
    Case("wrong ids", with_wrong_ids, never="K99"),
    Case("no usage", lambda request: Reply(whole(request), usage=None), "model"),
    Case(
        "half a character",
        changed(lambda text: text.replace("Said", "\ud83d Said").replace("How", "\ud83d How")),
        "model",
        never="\ud83d",
    ),
)

CASES = (*BEFORE, *UNREADABLE, *CUT, *ODD)

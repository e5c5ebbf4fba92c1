"""What the tests of the seam share: a small schema, quick deadlines, and calls from ordinary functions."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from interviewer.llm import Budget, Deadlines, Endpoint, Message, Model, Shared, Usage, open_model
from interviewer.llm.circuit import RetryBudget
from tests.wire.openai_server import OpenAIServer

KEY = "sk-planted-0123456789abcdef"
QUICK = Deadlines(total=0.9, first_token=0.3, idle=0.2)
"""For tests of the limits themselves."""

AMPLE = Deadlines(total=12, first_token=10, idle=10)
"""For all others, so that a busy machine does not decide."""

HELLO = (Message(role="system", text="You observe."), Message(role="user", text="[1] Dropout zeroes units at random."))


class Seen(BaseModel):
    """A small answer with bounds, a literal and an optional part."""

    model_config = ConfigDict(extra="forbid")

    intent: Literal["answer", "gave_up"]
    sentences: list[int] = Field(max_length=5)
    note: str = Field(default="", max_length=20)


GOOD: dict[str, Any] = {"intent": "answer", "sentences": [1], "note": ""}
SEEN = Seen(intent="answer", sentences=[1])


def quick_shared() -> Shared:
    """A registry of its own, without waits between attempts and with retries to spare."""
    return Shared(backoff=0.001, retries=RetryBudget(reserve=1000))


def model_at(
    server: OpenAIServer | str, shared: Shared | None = None, budget: Budget | None = None, **more: Any
) -> Model:
    """A model at a scripted server or an address."""
    address = server if isinstance(server, str) else server.base_url
    endpoint = Endpoint(**{"model": "test-model", "base_url": address, "api_key": SecretStr(KEY), **more})
    return open_model(endpoint, budget=budget or Budget(), shared=shared or quick_shared())


def ask(model: Model, **more: Any) -> tuple[Seen, Usage]:
    """Ask for a `Seen` in an event loop of its own."""
    options = {"purpose": "observe", "max_tokens": 50, "deadlines": AMPLE, **more}
    return asyncio.run(model.ask(Seen, HELLO, **options))


def say(model: Model, **more: Any) -> tuple[list[str], Usage, BaseException | None]:
    """Stream to the end: the pieces, the usage, and the error that ended it, if one did."""

    async def run() -> tuple[list[str], Usage, BaseException | None]:
        options = {"purpose": "speak", "max_tokens": 50, "deadlines": AMPLE, **more}
        stream = model.stream(HELLO, **options)
        pieces: list[str] = []
        failure: BaseException | None = None
        try:
            async for piece in stream:
                pieces.append(piece)
        except Exception as error:
            failure = error
        return pieces, stream.usage, failure

    return asyncio.run(run())


def warm() -> None:
    """Import what the first call imports, so that no deadline of a test pays for it."""
    from interviewer.llm.chat import _load

    _load()


class Watch:
    """How long a block took."""

    def __enter__(self) -> Watch:
        self._start = time.monotonic()
        self.seconds = 0.0
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.monotonic() - self._start

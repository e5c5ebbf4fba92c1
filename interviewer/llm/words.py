"""The text of an answer, piece by piece as it comes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from types import TracebackType

from interviewer.errors import ModelNonsense
from interviewer.llm.call import Call, Seam
from interviewer.llm.chat import Request
from interviewer.llm.endpoint import Deadlines, Usage
from interviewer.llm.faults import Failed, Fault

_OPENS, _CLOSES = "<think>", "</think>"


class TextStream:
    """An async iterator of pieces of text, made by `Model.stream`.

    It ends quietly only if the server said that the answer is finished. If it raises ModelError after some pieces, the
    last sentence among them is not complete. Leave it with `aclose` (or `async with`) to end the call early; what had
    arrived by then is counted.
    """

    def __init__(self, seam: Seam, request: Request, purpose: str, deadlines: Deadlines | None) -> None:
        self._call: Call | None = None
        self._pieces = self._run(seam, request, purpose, deadlines)

    @property
    def usage(self) -> Usage:
        """What the call used; complete once the stream is exhausted, has raised or is closed."""
        return self._call.usage if self._call else Usage()

    def __aiter__(self) -> TextStream:
        return self

    async def __anext__(self) -> str:
        return await anext(self._pieces)

    async def aclose(self) -> None:
        """End the call; nothing happens if it has ended."""
        await self._pieces.aclose()

    async def __aenter__(self) -> TextStream:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _run(
        self, seam: Seam, request: Request, purpose: str, deadlines: Deadlines | None
    ) -> AsyncGenerator[str]:
        await seam.ready()
        call = self._call = Call(seam, purpose, seam.limits(request, purpose, deadlines))
        fault: Fault | None = None
        said = False
        async with aclosing(call.send(request, restart=False)) as sent, aclosing(_spoken(sent)) as pieces:
            try:
                async for piece in pieces:
                    said = True
                    yield piece
            except Failed as failed:
                fault = failed.fault
        if fault is not None:
            raise fault.error
        if not said:
            raise ModelNonsense("The model's answer was empty. Try again, or choose another model.")
        call.note_success()


async def _spoken(pieces: AsyncIterator[str]) -> AsyncGenerator[str]:
    """The pieces without a leading `<think>…</think>`: some servers send a model's thoughts as part of its answer."""
    held, looking, thought = "", True, False
    async for piece in pieces:
        held += piece
        start = held.lstrip()
        if looking and start.startswith(_OPENS):
            _, closed, rest = start.partition(_CLOSES)
            if not closed:
                continue
            looking, thought, held = False, True, rest
        elif looking:
            looking = _OPENS.startswith(start[: len(_OPENS)])
        if thought:
            held = held.lstrip()
        if held and not looking:
            yield held
            held, thought = "", False
    if held and not held.lstrip().startswith(_OPENS):
        yield held

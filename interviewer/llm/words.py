"""The text of an answer, piece by piece as it comes."""

from __future__ import annotations

import asyncio
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
        self._pump: asyncio.Task[None] | None = None
        self._arrived: asyncio.Queue[str | Exception | None] = asyncio.Queue()

    @property
    def usage(self) -> Usage:
        """What the call used; complete once the stream is exhausted, has raised or is closed."""
        return self._call.usage if self._call else Usage()

    def begin(self) -> None:
        """Send the request now, instead of when the first piece is asked for; needs a running event loop."""
        if self._pump is None:
            self._pump = asyncio.create_task(self._collect())

    def __aiter__(self) -> TextStream:
        return self

    async def __anext__(self) -> str:
        if self._pump is None:
            return await anext(self._pieces)
        item = await self._arrived.get()
        if item is None or isinstance(item, Exception):
            self._arrived.put_nowait(None)
            raise item or StopAsyncIteration
        return item

    async def aclose(self) -> None:
        """End the call; nothing happens if it has ended."""
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.wait([self._pump])
            self._arrived.put_nowait(None)
        await self._pieces.aclose()

    async def __aenter__(self) -> TextStream:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _collect(self) -> None:
        """Read the answer into the queue; closed here, because a generator is best closed by who runs it."""
        end: Exception | None = None
        try:
            async with aclosing(self._pieces) as pieces:
                async for piece in pieces:
                    self._arrived.put_nowait(piece)
        except Exception as error:
            end = error
        self._arrived.put_nowait(end)

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

"""One call: up to three attempts within one deadline, with the circuit, the retry budget and the spend cap."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Protocol

from interviewer.errors import ModelError, ModelNonsense, ModelRefused, ModelRejected, SettingsError
from interviewer.llm.budget import Budget
from interviewer.llm.chat import Received, Request, ending
from interviewer.llm.circuit import Known, Permit, Shared
from interviewer.llm.endpoint import BACKGROUND, CHAT, GRADE, Deadlines, Endpoint, Usage
from interviewer.llm.faults import Failed, Fault, Surroundings, translate
from interviewer.llm.redact import secrets_of, tells

log = logging.getLogger("interviewer.llm")

MOST_ATTEMPTS = 3
"""Of one call, its repair included. What a server refuses at once because it lacks a feature is not counted."""

_LONGEST_BACKOFF = 4.0

_EMPTY = "The model's answer was empty. Try again, or choose another model."

_TOLD = "The model's answer held your key, so it is not used. Check the address in Settings, and think of a new key."

_LIMIT_NAME = re.compile(r"max_tokens|max_completion_tokens")


class Wire(Protocol):
    """Sends requests of one kind to one endpoint; `Chat` says more about both."""

    async def ready(self) -> None:
        """Import and build what is needed in this event loop."""

    def read(
        self, request: Request, received: Received, limits: Deadlines, *, end: float, whole: bool
    ) -> AsyncGenerator[str]:
        """Send the request and yield the pieces of the answer, filling `received`."""


@dataclass(frozen=True)
class Seam:
    """What all calls to one endpoint share."""

    endpoint: Endpoint
    budget: Budget
    shared: Shared
    known: Known
    chat: Wire

    async def ready(self) -> None:
        """Import and build what the provider needs; SettingsError if its package does not take the settings."""
        try:
            await self.chat.ready()
            return
        except Exception as error:
            kind = type(error).__name__
        raise SettingsError(f"The model {self.endpoint.model!r} cannot be set up ({kind}). Check it in Settings.")

    def limits(self, request: Request, purpose: str, given: Deadlines | None) -> Deadlines:
        """The given deadlines as they are; else those of the purpose, stretched for a slow model."""
        if given is not None:
            return given
        plain = GRADE if purpose in BACKGROUND else CHAT
        return self.known.deadlines(plain, tokens_in=request.tokens_in, max_tokens=request.max_tokens)


@dataclass
class Call:
    """One call under way. Make it with the event loop running: its deadline starts with it."""

    seam: Seam
    purpose: str
    limits: Deadlines
    force: bool = False
    """True: go through an open circuit (the Test button)."""
    attempts_left: int = MOST_ATTEMPTS
    usage: Usage = field(default_factory=Usage)
    received: Received = field(default_factory=Received)
    """Of the last attempt."""

    def __post_init__(self) -> None:
        self._started = asyncio.get_running_loop().time()
        self._end = self._started + self.limits.total
        self._first = True
        self._probe = False
        # Nobody watches a background answer arrive, and reading it token by token took a third of a busy processor.
        self._unwatched = self.purpose in BACKGROUND
        self._whole = self._unwatched or not self.seam.known.streams
        self._tried: set[str] = set()
        self._undo: tuple[str, bool | None] | None = None

    @property
    def seconds(self) -> float:
        """Since the call began."""
        return asyncio.get_running_loop().time() - self._started

    async def drain(self, request: Request, watch: Callable[[str], None] | None = None) -> None:
        """Send until an answer is complete, which is then in `received`; raises as `send` does.

        Args:
            watch: called with the text so far of the attempt under way, as it comes.
        """
        async with aclosing(self.send(request, restart=True)) as pieces:
            async for _ in pieces:
                if watch is not None:
                    watch(self.received.text)

    async def send(self, request: Request, *, restart: bool) -> AsyncGenerator[str]:
        """Send until an answer is complete, yielding the pieces of its text.

        Args:
            restart: whether an attempt may be repeated although pieces of it were yielded (who asks for a value only
                reads `received`, which is always of the last attempt).

        Raises:
            Failed: no attempt gave a complete answer, or the circuit is open.
            BudgetExhausted: the next attempt could pass the spend cap.
        """
        attempt = 0
        while True:
            shown = False
            fault: Fault | None = None
            async with aclosing(self._attempt(request)) as pieces:
                try:
                    async for piece in pieces:
                        shown = True
                        yield piece
                except Failed as failed:
                    fault = failed.fault
            if fault is None:
                self._undo = None
                return
            if fault.empty_stream and self.attempts_left > 0:
                self._whole = True
                continue
            if self._adapt(fault, request):
                self.attempts_left += 1
                continue
            attempt += 1
            if not fault.retry or (shown and not restart) or not await self._wait(fault, attempt):
                raise Failed(fault)

    async def _attempt(self, request: Request) -> AsyncGenerator[str]:
        seam = self.seam
        secrets = secrets_of(seam.endpoint.api_key.get_secret_value(), seam.endpoint.base_url)
        around = Surroundings(place=seam.endpoint.place, secrets=secrets, prompt=request.prompt)
        received = self.received = Received()
        permit = self._enter()
        fault: Fault | None = None
        try:
            with seam.budget.holding(seam.endpoint.cost(request.tokens_in, request.max_tokens)):
                reading = seam.chat.read(request, received, self.limits, end=self._end, whole=self._whole)
                try:
                    async with aclosing(reading) as pieces:
                        async for piece in pieces:
                            if tells(received.text, secrets):
                                break
                            yield piece
                except Exception as error:
                    fault = translate(error, around)
                finally:
                    self._settle(request)
            if tells(received.text + received.arguments, secrets):
                fault = Fault(ModelNonsense(_TOLD))
            fault = fault or _unfinished(received, request, whole=self._whole)
            if fault is None or not fault.empty_stream:
                permit.settle(up=fault is None or fault.up)
        finally:
            permit.release()
        if fault is not None:
            self._note(fault)
            raise Failed(fault)
        self.learn()

    def _enter(self) -> Permit:
        try:
            permit = self.seam.known.circuit.enter(force=self.force)
        except ModelError as error:
            refused = Fault(error)
        else:
            if self._first:
                self._first = False
                self.seam.shared.retries.earn()
            self._probe = permit.probe
            return permit
        raise Failed(refused)

    def _settle(self, request: Request) -> None:
        """Count what the attempt used, whether it ended well or not."""
        used = self.received.usage(request, self.seam.endpoint)
        self.attempts_left -= 1
        self.usage = (self.usage + used).model_copy(update={"seconds": self.seconds})
        self.seam.budget.add(used)

    def learn(self) -> None:
        """Remember what a complete answer shows about the server."""
        known, received = self.seam.known, self.received
        if known.usage_option is None and not self._whole:
            known.usage_option = True
        if not self._unwatched:
            known.streams = not self._whole
        if received.first_token is not None and received.tokens is not None and not self._whole:
            known.measured(received.tokens, received.first_token, received.ended - received.first_token)

    def _adapt(self, fault: Fault, request: Request) -> bool:
        """Whether leaving out or renaming a parameter makes the request worth sending again at once.

        Servers do not always name what they refuse. Each change is tried once a call, and undone if it did not help.
        """
        known = self.seam.known
        if self._undo is not None:
            setattr(known, *self._undo)
            self._undo = None
        if (
            fault.status not in (400, 422)
            or not isinstance(fault.error, ModelRejected)
            or self.seam.endpoint.provider != "openai"
        ):
            return False
        about_limit = _LIMIT_NAME.search(fault.said) is not None
        plain = not self._whole and request.mode in (None, "text") and known.usage_option is None and not about_limit
        if known.usage_option is not False and ("stream_options" in fault.said or plain):
            return self._change("usage_option", known.usage_option, to=False)
        if about_limit:
            return self._change("completion_limit", known.completion_limit, to=not known.completion_limit)
        return False

    def _change(self, name: str, before: bool | None, *, to: bool) -> bool:
        if name in self._tried:
            return False
        self._tried.add(name)
        self._undo = (name, before)
        setattr(self.seam.known, name, to)
        return True

    async def _wait(self, fault: Fault, attempt: int) -> bool:
        """Wait before the next attempt; False if there is to be none."""
        if self._probe or self.attempts_left < 1:
            return False
        shared = self.seam.shared
        wait = fault.wait
        if wait is None:
            wait = shared.draw(0.0, min(_LONGEST_BACKOFF, shared.backoff * 2 ** (attempt - 1)))
        late = asyncio.get_running_loop().time() + wait >= self._end
        if late or not shared.retries.take():
            return False
        await asyncio.sleep(wait)
        return True

    def note_success(self) -> None:
        """Log what the call used, and nothing of what was said."""
        used = self.usage
        log.info(
            "%s: %.2f s, %d tokens in, %d out%s, %d calls (model %r)",
            self.purpose,
            used.seconds,
            used.tokens_in,
            used.tokens_out,
            " (estimated)" if used.estimated else "",
            used.calls,
            self.seam.endpoint.model,
        )

    def _note(self, fault: Fault) -> None:
        log.warning(
            "%s: %s after %.2f s (status %s, model %r)",
            self.purpose,
            type(fault.error).__name__,
            self.seconds,
            fault.status or "none",
            self.seam.endpoint.model,
        )


def _unfinished(received: Received, request: Request, *, whole: bool) -> Fault | None:
    """What is wrong with an answer that arrived without an error; None if it is complete."""
    how = ending(received)
    empty = not received.text.strip() and not received.arguments
    if empty and not whole and how in ("stop", "cut"):
        return Fault(ModelNonsense(_EMPTY), empty_stream=True)
    if how == "refused":
        return Fault(ModelRefused("The model declined to answer. Put it in other words, or choose another model."))
    if how == "length":
        sentence = (
            f"The model's answer was cut off after {request.max_tokens} tokens. Try again, or choose another model."
        )
        return Fault(ModelNonsense(sentence))
    if how == "cut":
        sentence = "The model's answer was cut off before its end. Try again."
        return Fault(ModelNonsense(sentence), retry=True, up=False)
    return Fault(ModelNonsense(_EMPTY), retry=True) if empty else None

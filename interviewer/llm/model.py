"""A model that can be asked for a value, or for words. The way in for everything that wants to call one."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import replace
from secrets import token_hex
from typing import TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel

from interviewer.errors import ModelNonsense, OperatorError, SettingsError
from interviewer.llm.budget import Budget
from interviewer.llm.call import Call, Seam
from interviewer.llm.chat import Chat, Request, ending
from interviewer.llm.circuit import SHARED, Shared
from interviewer.llm.endpoint import CHAT, PROVIDERS, Deadlines, Endpoint, Message, TestResult, Usage
from interviewer.llm.faults import Failed, Fault
from interviewer.llm.structured import MODES, Mode, repair, schema_name, strict_schema, validate, with_schema
from interviewer.llm.words import TextStream

T = TypeVar("T", bound=BaseModel)

_OFF_SCHEMA = (
    "The model's answer does not have the form that was asked for, even after one correction. Try again, or choose a "
    "stronger model in Settings."
)

_TEST_WORDS = "This is a test of the connection and of your speed; what is asked does not matter. " * 12
"""Long enough that the time to the first token says something about reading speed, unless the server has it in its
cache: hence a random word in front of it."""


def open_model(endpoint: Endpoint, *, budget: Budget, shared: Shared = SHARED) -> Model:
    """The model at an endpoint; nothing is imported or called yet.

    Args:
        shared: what is known about endpoints; one per process, replaced only by tests.

    Raises:
        SettingsError: the address, the provider or the cap cannot be used as set.
    """
    module = PROVIDERS[endpoint.provider]
    if importlib.util.find_spec(module) is None:
        package = module.replace("_", "-")
        raise SettingsError(
            f"The model {endpoint.model!r} needs the package {package!r}. Install it, or choose another."
        )
    check_address(endpoint)
    if budget.cap is not None and endpoint.cost(0, 0) is None:
        raise SettingsError("A spend cap needs the model's prices. Set both prices in Settings, or remove the cap.")
    known = shared.known(endpoint)
    return Model(Seam(endpoint, budget, shared, known, Chat(endpoint, known)))


def check_address(endpoint: Endpoint) -> None:
    """Raise SettingsError unless the address is empty or an http(s) address with a host."""
    try:
        parts = urlsplit(endpoint.base_url)
        usable = not endpoint.base_url or (parts.scheme in ("http", "https") and bool(parts.hostname))
        _ = parts.port
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError("The model's address is not usable. It has to begin with http:// or https://, in Settings.")


class Model:
    """One model. Safe to use from many tasks at once.

    OpenAI-compatible ones also from one event loop after another; other providers' packages may keep their connections
    for the first.
    """

    def __init__(self, seam: Seam) -> None:
        self._seam = seam

    @property
    def name(self) -> str:
        """The model as set, for records of what made a step."""
        return self._seam.endpoint.model

    @property
    def steady(self) -> bool:
        """Whether the server has answered so far; False from its first failure until it answers again."""
        return self._seam.known.circuit.steady

    async def ask(
        self,
        schema: type[T],
        messages: Sequence[Message],
        *,
        purpose: str,
        max_tokens: int,
        deadlines: Deadlines | None = None,
        watch: Callable[[str], None] | None = None,
    ) -> tuple[T, Usage]:
        """One value of `schema`, from a finished and valid answer only, and what that used.

        At most three requests, the one repair of an invalid answer included; what a server refuses at once because it
        lacks a way of structured output is not counted. Without `deadlines`, those of the purpose hold, stretched for
        a slow model; given ones hold as they are. `watch` is shown the text so far as it comes: whether that will ever
        be a valid answer, nobody knows yet.

        Raises:
            ModelError: one of its subclasses; the sentence says which and what to do.
            BudgetExhausted: the call could pass the spend cap; it was not made.
        """
        seam = self._seam
        await seam.ready()
        plain = Request(tuple(messages), max_tokens)
        call = Call(seam, purpose, seam.limits(plain, purpose, deadlines))
        modes, settled = self._modes()
        failure: Fault | None = None
        for mode in modes:
            try:
                may_leave = not settled and mode != modes[-1]
                value = await _ask_in_one_mode(call, schema, _in_mode(plain, schema, mode), may_leave, watch)
            except Failed as failed:
                fault = failed.fault
                failure = failure or fault
                if fault.names_format or (fault.about_format and not settled):
                    call.attempts_left += 1
                    continue
                failure = fault
                break
            if value is not None:
                seam.known.mode = mode
                call.note_success()
                return value, call.usage
        raise failure.error if failure else ModelNonsense(_OFF_SCHEMA)

    def stream(
        self, messages: Sequence[Message], *, purpose: str, max_tokens: int, deadlines: Deadlines | None = None
    ) -> TextStream:
        """The answer's text in pieces, as they come; nothing is sent before the first is asked for.

        Deadlines as in `ask`. An attempt is repeated only as long as no piece was given out.
        """
        return TextStream(self._seam, Request(tuple(messages), max_tokens), purpose, deadlines)

    async def test(self) -> TestResult:
        """Make one tiny call, even while the circuit is open, and keep the speed that it shows.

        Never raises ModelError: the result says what went wrong.
        """
        request = Request(
            (
                Message(role="system", text=f"{token_hex(4)} {_TEST_WORDS}"),
                Message(role="user", text="Count from 1 to 30 in digits."),
            ),
            96,
        )
        try:
            await self._seam.ready()
            call = Call(self._seam, "test", CHAT, force=True, attempts_left=1)
            await call.drain(request)
        except OperatorError as error:
            return TestResult(ok=False, sentence=str(error))
        except Failed as failed:
            if ending(call.received) != "length":
                return TestResult(ok=False, sentence=str(failed.fault.error))
            call.learn()
        call.note_success()
        received = call.received
        first = received.first_token if received.first_token is not None else call.seconds
        writing = received.ended - first
        tokens = call.usage.tokens_out
        speed = tokens / writing if tokens >= 8 and writing > 0.01 else None
        pace = f", then about {speed:.0f} tokens a second" if speed else ""
        sentence = f"The model answers: first words after {first:.1f} s{pace}."
        return TestResult(ok=True, sentence=sentence, first_token=first, tokens_per_second=speed)

    def _modes(self) -> tuple[tuple[Mode, ...], bool]:
        """The ways of structured output to try in order, and whether the first is known to work."""
        endpoint, known = self._seam.endpoint, self._seam.known
        if endpoint.structured != "auto":
            return (endpoint.structured,), True
        modes = MODES if endpoint.provider == "openai" else MODES[1:]
        return modes[modes.index(known.mode) if known.mode else 0 :], known.mode is not None


def _in_mode(request: Request, schema: type[BaseModel], mode: Mode) -> Request:
    if mode == "text":
        return replace(request, mode=mode, messages=with_schema(request.messages, schema))
    return replace(request, mode=mode, name=schema_name(schema), schema=strict_schema(schema))


async def _ask_in_one_mode(
    call: Call, schema: type[T], request: Request, may_leave: bool, watch: Callable[[str], None] | None
) -> T | None:
    """The value by one way of structured output; None if the server seems not to know it and `may_leave`.

    An answer without any JSON is how a server looks that silently ignores what it was asked for.
    """
    await call.drain(request, watch)
    answer = call.received.arguments or call.received.text
    value = validate(schema, answer)
    if not isinstance(value, str):
        return value
    if may_leave and "{" not in answer and call.attempts_left > 0:
        return None
    if call.attempts_left > 0:
        await call.drain(replace(request, messages=repair(request.messages, answer, value)))
        value = validate(schema, call.received.arguments or call.received.text)
        if not isinstance(value, str):
            return value
    raise Failed(Fault(ModelNonsense(_OFF_SCHEMA)))

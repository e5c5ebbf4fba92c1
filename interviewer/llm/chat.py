"""One attempt at one request: builds the LangChain model, sends the messages, reads the answer under limits.

The only module that imports langchain and openai, inside functions. What a candidate waits for is streamed: only a
stream shows in time that nothing is coming. Grades are asked for in one piece. A server that sends nothing as a stream
is asked once more in one piece: it may be unable to stream, and langchain-openai 1.7 drops the refusals of a stream.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import threading
import warnings
import weakref
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from importlib import import_module
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from interviewer.llm.circuit import Known
from interviewer.llm.endpoint import Deadlines, Endpoint, Message, Usage, approximate_tokens
from interviewer.llm.faults import Late
from interviewer.llm.redact import quiet
from interviewer.llm.structured import Mode

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, BaseMessage

NEVER = 3600.0
"""Seconds: the SDK's own timeout, out of the way of our limits, which it cannot express."""

_AFTER_THE_END = 1.0
"""Seconds to wait for the token count once the server said that the answer is finished."""

_CHARACTERS_A_TOKEN = 16
"""More than this many characters for each allowed token means that the server ignores the limit."""

_HALF_CHARACTERS = re.compile(r"[\ud800-\udfff]")
"""What is left of a character that a server cut in two; neither the store nor a page can hold it."""

_load_lock = threading.Lock()
_clients: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, dict[bool, Any]] = weakref.WeakKeyDictionary()


@dataclass(frozen=True)
class Request:
    """What is sent: the messages, how much may come back, and how the answer is held to a schema, if it is."""

    messages: tuple[Message, ...]
    max_tokens: int
    mode: Mode | None = None
    """None: plain words."""
    name: str = ""
    schema: dict[str, Any] = field(default_factory=dict)

    @property
    def prompt(self) -> str:
        """All that is sent, as one text: to estimate its length and to recognise copies of it."""
        schema = json.dumps(self.schema) if self.mode in ("json_schema", "tools") else ""
        return "\n".join([*(message.text for message in self.messages), schema])

    @property
    def tokens_in(self) -> int:
        """About how many tokens are sent; each message costs a few for its frame."""
        return approximate_tokens(self.prompt) + 4 * len(self.messages)


@dataclass
class Received:
    """What has come back so far. `finish` is the server's word for why it stopped, empty if it has not said."""

    text: str = ""
    arguments: str = ""
    """Of the first call of the tool."""
    finish: str = ""
    refusal: str = ""
    tokens: tuple[int, int] | None = None
    first_token: float | None = None
    """Seconds from sending to the first piece with something in it."""
    ended: float = 0.0
    tool: int | None = None
    """The index of the first call of the tool; others are not read."""
    began: bool = False
    """Whether the server began to answer: only then is anything counted as used."""

    def usage(self, request: Request, endpoint: Endpoint) -> Usage:
        """What this attempt used: the server's count, or ours, marked."""
        if not self.began:
            return Usage()
        counted = self.tokens or (request.tokens_in, approximate_tokens(self.text + self.arguments))
        return Usage(
            tokens_in=counted[0],
            tokens_out=counted[1],
            cost=endpoint.cost(*counted),
            calls=1,
            estimated=self.tokens is None,
        )


class Chat:
    """Sends requests to one endpoint."""

    def __init__(self, endpoint: Endpoint, known: Known) -> None:
        self._endpoint = endpoint
        self._known = known
        self._models: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, BaseChatModel] = weakref.WeakKeyDictionary()

    async def ready(self) -> None:
        """Import and build what is needed in this event loop, off the clock: the first import takes seconds."""
        loop = asyncio.get_running_loop()
        if loop not in self._models:
            await asyncio.to_thread(_load)
            client = await http_client(direct=is_loopback(self._endpoint.address))
            self._models[loop] = await asyncio.to_thread(_build, self._endpoint, client)

    async def read(
        self, request: Request, received: Received, limits: Deadlines, *, end: float, whole: bool
    ) -> AsyncGenerator[str]:
        """Send the request and yield the pieces of the answer's text, filling `received`; call `ready` before.

        Args:
            limits: `first_token` and `idle` count from here; `total` is only named in the error.
            end: the event loop's time at which the call as a whole has to be over.
            whole: ask for the answer in one piece, which only `end` limits.

        Raises:
            Late: a limit passed.
            Exception: whatever the SDK throws, for `faults.translate`.
        """
        if not whole:
            async with aclosing(self._streamed(request, received, limits, end)) as pieces:
                async for piece in pieces:
                    yield piece
            return
        await self._whole(request, received, limits, end)
        if received.text:
            yield received.text

    async def _streamed(
        self, request: Request, received: Received, limits: Deadlines, end: float
    ) -> AsyncGenerator[str]:
        loop = asyncio.get_running_loop()
        start = loop.time()
        first_by, alive = start + limits.first_token, start
        chunks = self._open(request)
        async with aclosing(chunks):
            while True:
                if received.finish:
                    by, limit = alive + min(limits.idle, _AFTER_THE_END), "idle"
                elif received.first_token is None:
                    by, limit = max(first_by, alive + limits.idle if received.began else 0.0), "first_token"
                else:
                    by, limit = loop.time() + limits.idle, "idle"
                try:
                    chunk = await _within(anext(chunks, None), min(by, end))
                except Exception as error:
                    if received.finish:
                        break
                    if isinstance(error, TimeoutError) and loop.time() >= min(by, end):
                        limit = "total" if end <= by else limit
                        raise Late(limit, getattr(limits, limit)) from None
                    if "No generation chunks" in str(error):
                        break
                    raise
                if chunk is None:
                    break
                alive = loop.time()
                piece = _take(chunk, received, alive - start)
                if piece:
                    yield piece
                if len(received.text) + len(received.arguments) > request.max_tokens * _CHARACTERS_A_TOKEN + 1000:
                    received.finish = "length"
                    break
        received.ended = alive - start

    async def _whole(self, request: Request, received: Received, limits: Deadlines, end: float) -> None:
        loop = asyncio.get_running_loop()
        start = loop.time()
        try:
            message = await _within(
                self._model().ainvoke(_to_langchain(request.messages), **self._kwargs(request)), end
            )
        except TimeoutError:
            raise Late("total", limits.total) from None
        _take_whole(message, received)
        received.first_token = received.ended = loop.time() - start

    def _model(self) -> BaseChatModel:
        return self._models[asyncio.get_running_loop()]

    def _open(self, request: Request) -> AsyncGenerator[AIMessage]:
        kwargs = self._kwargs(request)
        if self._endpoint.provider == "openai":
            kwargs["stream_usage"] = self._known.usage_option is not False
        stream: Any = self._model().astream(_to_langchain(request.messages), **kwargs)
        opened: AsyncGenerator[AIMessage] = stream
        return opened

    def _kwargs(self, request: Request) -> dict[str, Any]:
        """The parameters of one call.

        `extra_body` and not `response_format`: with the latter langchain-openai uses a parsing client with errors of
        its own for cut answers. The limit goes there too: langchain-openai renames it to what only some servers know.
        """
        kwargs: dict[str, Any] = {}
        body: dict[str, Any] = {}
        if self._endpoint.provider == "openai":
            body["max_completion_tokens" if self._known.completion_limit else "max_tokens"] = request.max_tokens
        else:
            kwargs["max_tokens"] = request.max_tokens
        function = {"name": request.name, "schema": request.schema}
        if request.mode == "json_schema":
            body["response_format"] = {"type": "json_schema", "json_schema": {**function, "strict": True}}
        elif request.mode == "tools":
            tool = {"name": request.name, "description": "Give the answer.", "parameters": request.schema}
            kwargs |= _tool_choice(self._model(), {"type": "function", "function": tool})
        return kwargs | ({"extra_body": body} if body else {})


_FINISHED = frozenset({"stop", "end_turn", "stop_sequence", "tool_calls", "tool_use", "STOP", "COMPLETE"})
"""What providers call a finished answer."""

_TOO_LONG = frozenset({"length", "max_tokens", "MAX_TOKENS"})

_WITHHELD = frozenset({"content_filter", "refusal", "SAFETY", "PROHIBITED_CONTENT", "RECITATION"})


def ending(received: Received) -> str:
    """Why the answer stopped: `stop`, `length`, `refused`, or `cut` if the server never said that it was finished."""
    if received.refusal or received.finish in _WITHHELD:
        return "refused"
    if received.finish in _TOO_LONG:
        return "length"
    return "stop" if received.finish in _FINISHED else "cut"


async def _within(awaitable: Any, by: float) -> Any:
    async with asyncio.timeout_at(by):
        return await awaitable


def _take(chunk: AIMessage, received: Received, seconds: float) -> str:
    """Note what one chunk carries; its text is returned."""
    received.began = True
    piece = _whole_characters(str(chunk.text))
    calls = getattr(chunk, "tool_call_chunks", [])
    if calls and received.tool is None:
        received.tool = calls[0].get("index")
    arguments = "".join(call.get("args") or "" for call in calls if call.get("index") == received.tool)
    received.text += piece
    received.arguments += _whole_characters(arguments)
    _take_ending(chunk, received)
    if received.first_token is None and (piece or arguments):
        received.first_token = seconds
    return piece


def _whole_characters(text: str) -> str:
    return _HALF_CHARACTERS.sub("\N{REPLACEMENT CHARACTER}", text)


def _take_whole(message: AIMessage, received: Received) -> None:
    received.began = True
    received.text = _whole_characters(str(message.text))
    if message.tool_calls:
        received.arguments = json.dumps(message.tool_calls[0]["args"])
    elif message.invalid_tool_calls:
        received.arguments = message.invalid_tool_calls[0]["args"] or ""
    received.refusal = str(message.additional_kwargs.get("refusal") or "")
    _take_ending(message, received)


def _take_ending(message: AIMessage, received: Received) -> None:
    metadata = message.response_metadata
    received.finish = str(metadata.get("finish_reason") or metadata.get("stop_reason") or received.finish)
    if message.usage_metadata:
        before = received.tokens or (0, 0)
        counted = message.usage_metadata["input_tokens"], message.usage_metadata["output_tokens"]
        received.tokens = max(before[0], counted[0]), max(before[1], counted[1])


def _tool_choice(model: BaseChatModel, tool: dict[str, Any]) -> dict[str, Any]:
    """The parameters that make a model answer through the one tool, as its provider's package words them."""
    bound: Any = model.bind_tools([tool], tool_choice="any")
    return dict(bound.kwargs)


def _to_langchain(messages: Sequence[Message]) -> list[BaseMessage]:
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

    kinds = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}
    return [kinds[message.role](content=message.text) for message in messages]


def _load() -> None:
    """Import langchain, silenced: no tracing, and no library that would log what is sent."""
    with _load_lock:
        os.environ["LANGSMITH_TRACING"] = "false"
        os.environ["LANGCHAIN_TRACING_V2"] = "false"
        import_module("langchain.chat_models")
        import_module("langchain_openai")
        quiet()
        warnings.filterwarnings("ignore", message=".*OpenAI's structured output feature")


def _build(endpoint: Endpoint, client: Any) -> BaseChatModel:
    from langchain.chat_models import init_chat_model

    key: Any = endpoint.api_key if endpoint.api_key.get_secret_value() else "none"
    options: dict[str, Any] = {"api_key": key, "max_retries": 0, "timeout": NEVER}
    if endpoint.address:
        options["base_url"] = endpoint.address
    if endpoint.provider == "openai":
        options |= {
            "use_responses_api": False,
            "stream_chunk_timeout": None,
            "openai_proxy": "",
            "http_async_client": client,
        }
    model: Any = init_chat_model(endpoint.name, model_provider=endpoint.provider, **options)
    if endpoint.provider == "openai":
        model.async_client = _Completions(model.root_async_client)
    built: BaseChatModel = model
    return built


class _Completions:
    """The SDK's chat completions for langchain-openai, whose stream gives plain dicts instead of the SDK's values.

    langchain-openai turns those back into dicts, and building them took half of what a token cost: with many rooms at
    once, a quarter of the processor. Everything else, errors inside the stream too, is the SDK's.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client.chat.completions, name)

    async def create(self, **payload: Any) -> Any:
        """As `AsyncCompletions.create`."""
        from openai import AsyncStream

        if not payload.get("stream"):
            return await self._client.chat.completions.create(**payload)
        extra = payload.pop("extra_body", None) or {}
        body = {**payload, **extra}
        return await self._client.post(
            "/chat/completions", cast_to=object, body=body, stream=True, stream_cls=AsyncStream[object]
        )


async def http_client(*, direct: bool) -> Any:
    """The connections of this event loop; they cannot be used in another, and are closed with it.

    A running generator holds them: an event loop closes its generators before itself, and nothing else tells us.
    """
    clients = _clients.setdefault(asyncio.get_running_loop(), {})
    if direct not in clients:
        holder = _held(direct)
        clients[direct] = (await anext(holder), holder)
    return clients[direct][0]


async def _held(direct: bool) -> AsyncGenerator[Any]:
    from openai import DefaultAsyncHttpxClient

    # What is sent goes to the address in the settings and nowhere else, whatever that address says.
    client = DefaultAsyncHttpxClient(timeout=NEVER, trust_env=not direct, follow_redirects=False)
    try:
        yield client
    finally:
        _clients.pop(asyncio.get_running_loop(), None)
        with suppress(Exception):
            await client.aclose()


def is_loopback(address: str) -> bool:
    """Whether an address is on this machine, where no proxy may be asked."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

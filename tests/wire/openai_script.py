"""What a scripted OpenAI-compatible server receives, and what it can be told to answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pydantic import BaseModel

T = TypeVar("T")


@dataclass(frozen=True)
class Request:
    """What the server received."""

    path: str
    headers: dict[str, str]
    """With names in lower case."""
    body: dict[str, Any]
    at: float
    """`time.monotonic()` when it had arrived."""

    @property
    def stream(self) -> bool:
        """Whether a stream was asked for."""
        return bool(self.body.get("stream"))

    @property
    def mode(self) -> str:
        """How the answer is held to a schema: `json_schema`, `tools`, or empty."""
        if self.body.get("response_format", {}).get("type") == "json_schema":
            return "json_schema"
        return "tools" if self.body.get("tools") else ""

    @property
    def schema(self) -> dict[str, Any]:
        """The schema sent with the request; empty if there is none."""
        if self.mode == "json_schema":
            return dict(self.body["response_format"]["json_schema"]["schema"])
        return dict(self.body["tools"][0]["function"]["parameters"]) if self.mode else {}

    @property
    def name(self) -> str:
        """The name of the schema or tool; empty if there is none."""
        if self.mode == "json_schema":
            return str(self.body["response_format"]["json_schema"]["name"])
        return str(self.body["tools"][0]["function"]["name"]) if self.mode else ""

    @property
    def texts(self) -> tuple[str, ...]:
        """The text of each message, in order."""
        return tuple(str(message["content"]) for message in self.body.get("messages", []))

    @property
    def roles(self) -> tuple[str, ...]:
        """The role of each message, in order."""
        return tuple(str(message["role"]) for message in self.body.get("messages", []))

    @property
    def key(self) -> str:
        """The key that came with it."""
        return self.headers.get("authorization", "").removeprefix("Bearer ")


@dataclass(frozen=True)
class Reply:
    """A good answer. Pace in seconds and pieces (words) a second; None takes the server's."""

    content: str | dict[str, Any] | BaseModel
    first_token: float | None = None
    rate: float | None = None
    usage: tuple[int, int] | None = (11, 7)
    """Tokens in and out as reported; None: none are."""
    as_text: bool = False
    """True: a dict stays text even if the request carries a tool."""
    calls: int = 1
    """So many calls of the tool, all with the same arguments."""


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong; one field at a time, unless they go together."""

    status: int = 200
    message: str = "planned fault"
    """Of the error in the body; `{key}` becomes the key of the request, `{prompt}` its last message."""
    code: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    """As in `message`, `{key}` becomes the key; also in `body`, `error_event` and `text`."""
    body: str | None = None
    """The whole body as it stands, instead of an error object."""
    content_type: str = "application/json"
    hang: bool = False
    """Say nothing until the server is closed or the client leaves."""
    hang_after: int | None = None
    """Send so many pieces, then nothing; without a stream as `hang`."""
    drip: float | None = None
    """Seconds between pieces that go on for ever."""
    drip_empty: bool = False
    """The drip has nothing in it."""
    reset: bool = False
    """Cut the connection at once."""
    reset_after: int | None = None
    """Cut the connection after so many pieces."""
    cut_after: int | None = None
    """End the stream in good order after so many pieces, without a finish_reason."""
    finish: str | None = None
    """Another finish_reason, with `text`."""
    refusal: str = ""
    null: bool = False
    """A finished answer whose content is null."""
    tool: str = ""
    """A call of a tool with these arguments, whether or not one was offered."""
    no_choices: bool = False
    broken_json: bool = False
    error_event: dict[str, Any] | None = None
    """Two pieces, then this as an error inside the stream."""
    hang_at_end: bool = False
    """A complete answer with its finish_reason, but the stream is never ended."""
    reset_at_end: bool = False
    """A complete answer with its finish_reason, then a reset."""
    as_one: bool = False
    """Answer in one piece although a stream was asked for."""
    text: str = "one two three four five six"

    def told(self, request: Request) -> Fault:
        """The fault with `{key}` and `{prompt}` filled in."""
        last = request.texts[-1] if request.texts else ""
        event = self.error_event and {k: _with_key(v, request) for k, v in self.error_event.items()}
        return replace(
            self,
            message=_with_key(self.message, request).replace("{prompt}", last),
            headers={name: _with_key(value, request) for name, value in self.headers.items()},
            body=_with_key(self.body, request),
            text=_with_key(self.text, request),
            error_event=event,
        )


def _with_key(value: T, request: Request) -> T:
    return type(value)(value.replace("{key}", request.key)) if isinstance(value, str) else value


Scripted = str | dict[str, Any] | BaseModel | Reply | Fault
Script = Sequence[Scripted] | Callable[[Request], Scripted]


def pieces_of(text: str) -> list[str]:
    """The words of a text with the space before them: what stands for tokens here."""
    return re.findall(r"\s*\S+|\s+$", text)


def deltas_of(request: Request, text: str, *, calls: int) -> list[dict[str, Any]]:
    """The pieces of an answer: words, or the arguments of so many tool calls."""
    pieces = pieces_of(text) or [""]
    if not calls:
        return [{"role": "assistant", "content": pieces[0]}, *({"content": piece} for piece in pieces[1:])]
    deltas: list[dict[str, Any]] = []
    for number in range(calls):
        first = tool_call_frame(request, "", number)
        deltas.append({"role": "assistant", "content": None, "tool_calls": [first]})
        deltas += [{"tool_calls": [{"index": number, "function": {"arguments": piece}}]} for piece in pieces]
    return deltas


def answer_of(request: Request, fault: Fault) -> tuple[dict[str, Any], str | None]:
    """A faulty answer in one piece: its message and its finish_reason."""
    message: dict[str, Any] = {"role": "assistant", "content": fault.text}
    if fault.refusal or fault.null or fault.tool:
        message["content"] = None
    if fault.refusal:
        message["refusal"] = fault.refusal
    if fault.tool:
        message["tool_calls"] = [tool_call_frame(request, fault.tool, 0)]
        return message, "tool_calls"
    return message, None if fault.cut_after is not None else fault.finish or "stop"


def odd_deltas(request: Request, fault: Fault) -> list[dict[str, Any]]:
    """The pieces of a stream that ends in good order, but holds something else than a good answer; else none."""
    if fault.refusal:
        return [{"role": "assistant", "refusal": fault.refusal}]
    if fault.null:
        return [{"role": "assistant", "content": None}]
    if fault.tool:
        call = tool_call_frame(request, fault.tool, 0)
        return [{"role": "assistant", "content": None, "tool_calls": [call]}]
    if fault.finish is not None:
        return [{"content": piece} for piece in pieces_of(fault.text)] or [{}]
    return []


def tool_call_frame(request: Request, arguments: str, number: int) -> dict[str, Any]:
    """One call of the request's tool."""
    function = {"name": request.name or "answer", "arguments": arguments}
    return {"index": number, "id": f"call_{number}", "type": "function", "function": function}


def frame(request: Request, kind: str) -> dict[str, Any]:
    """What every answer begins with."""
    return {"id": "chatcmpl-test", "object": kind, "created": 0, "model": request.body.get("model", "")}


def chunk(request: Request, delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    """One event of a stream."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
    return frame(request, "chat.completion.chunk") | {"choices": [choice]}


def usage_frame(tokens: tuple[int, int]) -> dict[str, int]:
    """Token counts, in and out."""
    return {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)}

"""What a scripted OpenAI-compatible server receives, and what it can be told to answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel


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


def tool_call_frame(request: Request, arguments: str, number: int) -> dict[str, Any]:
    """One call of the request's tool."""
    function = {"name": request.name, "arguments": arguments}
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

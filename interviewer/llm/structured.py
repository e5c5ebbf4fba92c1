"""Structured answers: the schema as servers want it, the JSON in what they send back, and the repair message."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from interviewer.llm.endpoint import Message

Mode = Literal["json_schema", "tools", "text"]

T = TypeVar("T", bound=BaseModel)

MODES: tuple[Mode, ...] = ("json_schema", "tools", "text")
"""In the order in which `auto` tries them."""

_NOT_STRICT = frozenset({"default", "title", "minLength", "maxLength", "uniqueItems", "discriminator", "examples"})
"""Keywords that strict mode refuses, or that only cost tokens; pydantic checks the answer in any case."""

_NAMED = frozenset({"properties", "$defs"})
"""Keywords whose keys are names chosen by us, not keywords."""

_TOKENS = re.compile(r'[{}]|"(?:[^"\\]|\\.)*"', re.DOTALL)
_THOUGHTS = re.compile(r"<think>.*?(</think>|\Z)", re.DOTALL)


def schema_name(schema: type[BaseModel]) -> str:
    """A name that every server accepts for a schema or a tool."""
    return re.sub(r"\W", "_", schema.__name__)[:64]


@cache
def strict_schema(schema: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a model, in the subset of OpenAI's strict mode: closed objects, every property required.

    One for each class, shared: not to be changed.
    """
    strict: dict[str, Any] = _strict(schema.model_json_schema())
    return strict


def _strict(node: Any, *, names: bool = False) -> Any:
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    if names:
        return {name: _strict(value) for name, value in node.items()}
    kept = {
        ("anyOf" if key == "oneOf" else key): _strict(value, names=key in _NAMED)
        for key, value in node.items()
        if key not in _NOT_STRICT
    }
    if "$ref" in kept:
        return {"$ref": kept["$ref"]}
    if "properties" in kept:
        kept["additionalProperties"] = False
        kept["required"] = list(kept["properties"])
    return kept


def with_schema(messages: Sequence[Message], schema: type[BaseModel]) -> tuple[Message, ...]:
    """The messages with the schema written into the first one, for servers that can do no more than text.

    It goes into an existing system message: many chat templates allow only one, and only at the start.
    """
    words = "Answer with one JSON object and nothing else. It must follow this JSON schema:\n" + json.dumps(
        strict_schema(schema), separators=(",", ":")
    )
    if messages and messages[0].role == "system":
        return (Message(role="system", text=f"{messages[0].text}\n\n{words}"), *messages[1:])
    return (Message(role="system", text=words), *messages)


def first_object(text: str) -> str:
    """The first balanced `{…}` that is valid JSON; else "". Fences, thoughts and prose around it do not matter.

    A balanced `{x}` in prose is passed over as a whole; nothing inside an object that is not valid is looked at,
    because a fragment of an answer is not the answer.
    """
    text = _THOUGHTS.sub("", text)
    start = text.find("{")
    while start >= 0:
        end = _closing(text, start)
        if end is None:
            return ""
        try:
            json.loads(text[start:end])
        except (json.JSONDecodeError, RecursionError):
            start = text.find("{", end)
            continue
        return text[start:end]
    return ""


def _closing(text: str, start: int) -> int | None:
    """The place after the brace that closes the one at `start`, strings respected; None if nothing does."""
    depth = 0
    for token in _TOKENS.finditer(text, start):
        depth += {"{": 1, "}": -1}.get(token.group(), 0)
        if depth == 0:
            return token.end()
    return None


def validate(schema: type[T], text: str) -> T | str:
    """The value in an answer; or, as a string, what is wrong with it, in one line without the answer's own words."""
    found = _arguments(first_object(text), schema_name(schema))
    if not found:
        return "it holds no complete JSON object"
    try:
        return schema.model_validate_json(found)
    except ValidationError as error:
        first, *others = error.errors(include_url=False, include_context=False, include_input=False)
        where = ".".join(str(part) for part in first["loc"]) or "the object"
        more = f" (and {len(others)} more)" if others else ""
        return " ".join(f"{where}: {first['msg']}{more}".split())[:300]


def begun(schema: type[T], text: str, *, before: str) -> T | None:
    """The value of the fields that come before the field `before` in an answer under way; None as long as it is open.

    Nobody has said yet that this answer will be finished: good for preparing, never for recording.
    """
    text = _THOUGHTS.sub("", text)
    start = text.find("{")
    end = text.find(f'"{before}"', start)
    if start < 0 or end < 0:
        return None
    try:
        return schema.model_validate_json(text[start:end].rstrip().rstrip(",") + "}")
    except ValidationError:
        return None


def _arguments(found: str, name: str) -> str:
    """The arguments, if an object is a call of the tool written as text: small models do that when told to use one."""
    call = json.loads(found or "null")
    if not isinstance(call, dict) or set(call) != {"name", "arguments"} or call["name"] != name:
        return found
    arguments = call["arguments"]
    return arguments if isinstance(arguments, str) else json.dumps(arguments)


def repair(messages: Sequence[Message], answer: str, problem: str) -> tuple[Message, ...]:
    """The messages with the unusable answer and what is wrong with it, for the one repair attempt."""
    return (
        *messages,
        Message(role="assistant", text=answer or "(nothing)"),
        Message(
            role="user", text=f"That is not valid: {problem}. Send the whole JSON object again, corrected, and only it."
        ),
    )

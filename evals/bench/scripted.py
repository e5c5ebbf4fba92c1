"""What the scripted model writes: reports in the order of the schema that came with the request, and short turns.

Nothing here knows a schema of the program by heart: properties are filled in the order in which the schema lists them,
by their names where the value should make sense (sentence numbers, ids) and by their types otherwise.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from random import Random
from typing import Any, Final

QUESTIONS: Final = (
    "You said that first, so let me stay there. How would you know in production that it still holds a month later?",
    "Suppose a colleague doubts exactly that. What would you show them, and what would change your own mind?",
    "All right. If you had only one day for this, what would you leave out, and what would that cost you later?",
    "Let me take up your last point. Where does that stop working, and how would you notice it before a user does?",
    "How large would you expect that to be in practice, and what would you compare it with before you act on it?",
    "Say the traffic doubles overnight and nothing else changes. Which part of that would you look at again?",
)
TRANSITIONS: Final = (
    "All right, thank you. Let us go on with something else.",
    "I see. Let us turn to another subject.",
)
_TOKEN: Final = re.compile(r"\s?[A-Za-z]{1,7}|\s?\d{1,3}|\s?[^\sA-Za-z\d]{1,2}|\s+")
_LAST: Final = re.compile(r"\bsentences (\d+) to (\d+)")
_POINT: Final = re.compile(r"^(K\d+) \(", re.MULTILINE)
_TRAP: Final = re.compile(r"^(T\d+): ", re.MULTILINE)
_BEFORE: Final = re.compile(r"^Expressed before: (.*)$", re.MULTILINE)
_COUNT: Final = re.compile(r"candidate's (\d+) sentences")
_DIMENSION: Final = re.compile(r"^([a-z_]+) \(.+\)\n  1: ", re.MULTILINE)


def tokens_of(text: str) -> list[str]:
    """A text in pieces of about a token each (four characters in the mean); together they are the text."""
    return _TOKEN.findall(text)


def purpose(body: Mapping[str, Any]) -> str:
    """What a request is for: `observe`, `grade`, or `speak` if it carries no schema."""
    properties = schema_of(body).get("properties", {})
    return (
        "observe"
        if "intent" in properties
        else "grade"
        if "marks" in properties
        else "value"
        if properties
        else "speak"
    )


def schema_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a request, whichever way it is sent; empty if there is none."""
    if body.get("response_format", {}).get("type") == "json_schema":
        return dict(body["response_format"]["json_schema"]["schema"])
    return dict(body["tools"][0]["function"]["parameters"]) if body.get("tools") else {}


def answer(body: Mapping[str, Any]) -> str:
    """The whole answer to a chat request; the same request gets the same answer."""
    texts = [str(message["content"]) for message in body.get("messages", ())]
    prompt = "\n".join(texts)
    dice = Random(zlib.crc32(prompt.encode()))
    schema = schema_of(body)
    if schema:
        return json.dumps(_Filler(prompt, schema, dice).value(schema), separators=(",", ":"))
    return dice.choice(TRANSITIONS if "Kind of turn: next thread" in prompt else QUESTIONS)


class _Filler:
    """Fills one schema from what stands in the prompt."""

    def __init__(self, prompt: str, schema: Mapping[str, Any], dice: Random) -> None:
        self._defs: Mapping[str, Any] = schema.get("$defs", {})
        self._dice = dice
        last, count = _LAST.search(prompt), _COUNT.search(prompt)
        self._sentences = (
            list(range(int(last[1]), int(last[2]) + 1)) if last else list(range(1, int(count[1]) + 1)) if count else [1]
        )
        before = _BEFORE.search(prompt)
        said = set(re.findall(r"K\d+", before[1])) if before else set()
        self._all = list(dict.fromkeys(_POINT.findall(prompt)))
        self._points = [k for k in self._all if k not in said]
        self._traps = _TRAP.findall(prompt)
        self._dimensions = _DIMENSION.findall(prompt)

    def value(self, schema: Mapping[str, Any], name: str = "") -> Any:
        """A value of the schema; `name` is the property that it fills."""
        schema = self._defs[schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema
        known = self._known(name, schema)
        if known is not None:
            return known
        if "anyOf" in schema:
            return self.value(schema["anyOf"][0], name)
        if "enum" in schema:
            return self._dice.choice(schema["enum"])
        if schema.get("type") == "object":
            return {key: self.value(part, key) for key, part in schema["properties"].items()}
        if schema.get("type") == "array":
            return [self.value(schema["items"], name)]
        return {"integer": 1, "number": 1.0, "boolean": False, "null": None}.get(str(schema.get("type")), "none")

    def _known(self, name: str, schema: Mapping[str, Any]) -> Any:
        """The value of a property that has to make sense; None if any will do."""
        if name == "intent":
            return "answer"
        if name in ("anchor", "sentence"):
            return self._dice.choice(self._sentences)
        if name == "options":
            # "One, at most two", says the prompt.
            return ["probe"] if self._dice.random() < 0.7 else ["probe", "challenge"]
        if name == "toward":
            return self._points[-1] if self._points else self._all[-1] if self._all else "K1"
        if name in ("points", "traps") and schema.get("items", {}).get("type") == "string":
            return self._lines(name)
        if name == "points" and "result" in self._fields(schema):
            return [{"k": k, "result": self._dice.choice(("hit", "partial")), "s": self._cited(2)} for k in self._all]
        if name == "points":
            count = min(len(self._points), self._dice.choice((1, 1, 2, 3)))
            return [{"k": k, "s": self._cited(1)} for k in self._points[:count]]
        if name == "traps":
            return [{"k": self._traps[0], "s": self._cited(1)}] if self._traps and self._dice.random() < 0.1 else []
        if name == "marks":
            reason = "Names the mechanism and one cost of it, but gives no size and no way to check the claim."
            return [{"d": d, "s": self._cited(2), "reason": reason, "level": 3} for d in self._dimensions]
        return None

    def _lines(self, name: str) -> list[str]:
        """Aliases with sentence numbers, as "K3:2,4"."""
        if name == "traps":
            return [f"{self._traps[0]}:{self._cited(1)[0]}"] if self._traps and self._dice.random() < 0.1 else []
        chosen = self._points[: self._dice.choice((1, 2, 2, 3))]
        return [f"{k}:{','.join(map(str, self._cited(2)))}" for k in chosen]

    def _fields(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        items = schema.get("items", {})
        items = self._defs[items["$ref"].rsplit("/", 1)[-1]] if "$ref" in items else items
        fields: Mapping[str, Any] = items.get("properties", {})
        return fields

    def _cited(self, most: int) -> list[int]:
        return sorted(self._dice.sample(self._sentences, min(most, len(self._sentences))))

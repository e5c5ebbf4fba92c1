"""The schema as sent, and the JSON found in an answer: pure functions."""

from __future__ import annotations

import json
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from interviewer.llm import Message
from interviewer.llm.structured import first_object, repair, schema_name, strict_schema, validate, with_schema
from tests.llm.asking import SEEN, Seen


class Part(BaseModel):
    title: str = Field(default="", min_length=2)
    kind: Literal["a", "b"] = "a"


class Whole(BaseModel):
    parts: list[Part]
    best: Part | None = Field(default=None, description="the best of them")
    default: int = 3


def test_strict_schema_closes_objects_and_requires_everything() -> None:
    schema = strict_schema(Whole)
    assert schema["required"] == ["parts", "best", "default"]
    assert schema["additionalProperties"] is False
    part = schema["$defs"]["Part"]
    assert part["required"] == ["title", "kind"]
    assert part["properties"]["title"] == {"type": "string"}
    assert schema["properties"]["parts"]["items"] == {"$ref": "#/$defs/Part"}
    assert schema["properties"]["best"]["anyOf"][1] == {"type": "null"}


def test_schema_name() -> None:
    class Odd(BaseModel):
        x: int

    Odd.__name__ = "Odd[int, str]"
    assert schema_name(Odd) == "Odd_int__str_"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1}', '{"a": 1}'),
        ('Sure!\n```json\n{"a": {"b": "}"}}\n``` and {"c": 1}', '{"a": {"b": "}"}}'),
        ('{so} then {"a": 1}', '{"a": 1}'),
        ('{"a": "quote \\" and {"}', '{"a": "quote \\" and {"}'),
        ('<think>{"a": 0}</think>{"a": 1}', '{"a": 1}'),
        ('<think>{"a": 0}', ""),
        ('{"a": [{"b": 1},]}', ""),
        ('{"a": {"b": 1}', ""),
        ("nothing", ""),
        ("", ""),
        ("[1, 2]", ""),
    ],
)
def test_first_object(text: str, found: str) -> None:
    assert first_object(text) == found


scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=9)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(st.text(max_size=9), json_values, max_size=4)


@settings(max_examples=60, deadline=None)
@given(objects, st.text(alphabet="abc \n`:.", max_size=20), st.text(max_size=20))
def test_any_object_is_found_in_prose(value: dict[str, Any], before: str, after: str) -> None:
    assert json.loads(first_object(f"{before}{json.dumps(value)}{after}")) == value


@given(st.text(alphabet='{}"\\<think>/a1:,[] '))
def test_any_text_is_survived(text: str) -> None:
    found = first_object(text)
    assert found in text
    assert isinstance(validate(Seen, text), str | Seen)


def test_very_deep_nesting_is_not_an_object() -> None:
    assert first_object('{"a":' * 100_000 + "1" + "}" * 100_000) == ""


def test_validate_says_what_is_wrong_in_one_line_without_the_answer() -> None:
    assert validate(Seen, '{"intent": "answer", "sentences": [1]}') == SEEN
    assert validate(Seen, "no") == "it holds no complete JSON object"
    problem = validate(Seen, '{"intent": "my own words", "sentences": "x", "more": 1}')
    assert isinstance(problem, str)
    assert problem.startswith("intent: Input should be 'answer' or 'gave_up' (and 2 more)")
    assert "my own words" not in problem


def test_a_call_written_as_text() -> None:
    call = {"name": "Seen", "arguments": {"intent": "answer", "sentences": [1]}}
    assert validate(Seen, json.dumps(call)) == SEEN
    call["arguments"] = json.dumps(call["arguments"])
    assert validate(Seen, json.dumps(call)) == SEEN
    call["name"] = "Other"
    assert isinstance(validate(Seen, json.dumps(call)), str)


def test_the_schema_goes_into_the_one_system_message() -> None:
    user = Message(role="user", text="u")
    first, second = with_schema([user], Seen)
    assert first.role == "system"
    assert second == user
    (only, _) = with_schema([Message(role="system", text="Be kind."), user], Seen)
    assert only.text.startswith("Be kind.\n\nAnswer with one JSON object")
    assert json.loads(only.text.splitlines()[-1]) == strict_schema(Seen)


def test_repair_keeps_the_order_of_roles() -> None:
    messages = repair([Message(role="user", text="u")], "", "x: bad")
    assert [message.role for message in messages] == ["user", "assistant", "user"]
    assert messages[1].text == "(nothing)"
    assert "x: bad" in messages[2].text

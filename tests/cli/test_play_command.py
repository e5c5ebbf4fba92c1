"""`play`: a file of answers becomes one JSON object, through the same path as the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Write = Callable[[Any], Path]
ANSWER = "I split by time, and I fit the scaler on the training rows only."


def test_one_json_object(played: dict[str, Any]) -> None:
    assert {"events", "threads", "score", "verdict", "not_graded", "interview", "refused"} <= played.keys()
    (thread,) = played["threads"]
    assert thread["question_id"] == "leakage" and thread["not_graded"] == "" and 1 <= thread["score"] <= 4
    assert {mark["dimension"] for mark in thread["marks"]} == {"correctness", "understanding", "judgement"}
    assert all(mark["sentences"] for mark in thread["marks"] if mark["level"] and mark["level"] > 1)
    kinds = [event["kind"] for event in played["events"]]
    assert kinds[0] == "opened" and kinds[-1] == "closed" and kinds.count("graded") == 1
    assert played["score"] is not None and played["verdict"]


def test_a_table_for_people(cli: Any, answers: Write) -> None:
    ran = cli("play", "breadth", "--answers", answers([ANSWER, "", "/end"]), "--question", "leakage")
    assert ran.status == 0 and "leakage" in ran.out and "Refused (message 2" in ran.out and "Kept as" in ran.out


def test_nothing_but_the_end(cli: Any, answers: Write) -> None:
    ran = cli("play", "breadth", "--answers", answers(["/end"]))
    assert ran.status == 0 and "Not graded" in ran.out
    found = cli("play", "breadth", "--answers", answers(["/end"]), "--json").json
    assert found["score"] is None and found["verdict"] is None and found["not_graded"]


def test_the_choices_reach_the_interview(cli: Any, answers: Write) -> None:
    options = ["--level", "senior", "--minutes", "10", "--strictness", "strict", "--areas", "b03, B08", "--seed", "5"]
    found = cli("play", "breadth", "--answers", answers(["/skip"]), *options, "--model", "none", "--json").json
    setup = found["setup"]
    assert (setup["level"], setup["minutes"], setup["strictness"]) == ("senior", 10, "strict")
    assert setup["areas"] == ["B03", "B08"] and setup["seed"] == 5 and setup["model"] == ""


@pytest.mark.parametrize(
    "script",
    ["", "{", "[]", "{}", '"text"', "[1]", "[null]", '[["nested"]]', '{"*": []}', '{"*": "text"}', "NaN", "[" * 5000],
)
def test_a_file_that_is_no_script(cli: Any, answers: Write, script: str) -> None:
    ran = cli("play", "breadth", "--answers", answers(script), "--json")
    assert ran.status == 2 and not ran.out and ran.err.count("\n") == 1 and "answers.json" in ran.err
    assert cli("transcripts", "list", "--json").json == []


def test_a_file_that_cannot_be_read(cli: Any, tmp_path: Path) -> None:
    (tmp_path / "latin.json").write_bytes('["naïve"]'.encode("latin-1"))
    for path in (tmp_path / "nowhere.json", tmp_path, tmp_path / "latin.json"):
        ran = cli("play", "breadth", "--answers", path)
        assert ran.status == 2 and ran.err.count("\n") == 1 and not ran.out


@pytest.mark.parametrize(
    "options", [["origami"], ["breadth", "--question", "nope"], ["breadth", "--areas", "B99"], ["", "--seed", "1"]]
)
def test_a_choice_that_is_not_there(cli: Any, answers: Write, options: list[str]) -> None:
    ran = cli("play", *options, "--answers", answers([ANSWER]))
    assert ran.status == 2 and ran.err.count("\n") == 1 and "There" in ran.err
    assert cli("transcripts", "list", "--json").json == []


def test_a_question_that_nobody_knows_is_named(cli: Any, answers: Write) -> None:
    script = {"leekage": [ANSWER], "leakage": [ANSWER, "/end"]}
    ran = cli("play", "breadth", "--answers", answers(script), "--question", "leakage", "--json")
    assert ran.status == 0 and "leekage" in ran.err and ran.json["unknown_questions"] == ["leekage"]

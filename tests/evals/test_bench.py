"""Each bench runs in a tiny setting and gives its fields; what they stand on is right."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from random import Random
from typing import Any

import httpx
import pytest

from evals.bench import __main__ as command
from evals.bench import builtin, first_words, opening, overhead, rooms
from evals.bench.calls import _linear, _shares
from evals.bench.candidate import FEWEST, MOST, message
from evals.bench.figures import machine, percentile, slope, spread
from evals.bench.model import model
from evals.bench.model_server import Record
from evals.bench.scripted import answer, purpose, tokens_of
from interviewer.agents.reports import GradeReport, Report
from interviewer.content import shipped
from interviewer.llm.structured import strict_schema

PROMPT = "KEY POINTS\nK1 (must): One.\nK2 (must): Two.\n\nMISCONCEPTIONS\nT1: Wrong.\n\nExpressed before: K1\n"
OBSERVE = PROMPT + "Report on the candidate's last message: sentences 4 to 6."


@pytest.fixture
def small_bank(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five questions: a server that settles in embeds the texts of all that it has, a second for each."""
    whole = shipped()
    small = replace(whole, questions=whole.bank("breadth")[::9])
    monkeypatch.setattr("interviewer.program.shipped", lambda: small)


def _body(schema: Any, text: str) -> dict[str, Any]:
    form = {"type": "json_schema", "json_schema": {"name": "Report", "schema": strict_schema(schema), "strict": True}}
    return {"messages": [{"role": "user", "content": text}], "response_format": form}


def test_figures_of_a_few_numbers() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([0.0, 10.0], 0.95) == pytest.approx(9.5)
    assert spread([]) == {"count": 0}
    assert spread([1.0, 3.0]) == {"count": 2, "median": 2.0, "p95": 2.9, "mean": 2.0, "max": 3.0}
    assert slope([0.0, 1.0, 2.0], [1.0, 3.0, 5.0]) == pytest.approx((2.0, 1.0, 1.0))
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 0.5)


def test_the_machine_is_described() -> None:
    found = machine()
    assert found["nproc"] >= 1 and 0 < found["core_share"] <= 1.01 and found["load_1"] >= 0


def test_the_script_fills_the_schema_of_an_observation_in_its_order() -> None:
    body = _body(Report, OBSERVE)
    text = answer(body)
    assert purpose(body) == "observe"
    assert list(json.loads(text)) == list(Report.model_fields)
    report = Report.model_validate_json(text)
    assert report.intent == "answer" and report.toward == "K2" and report.anchor in (4, 5, 6)
    assert "K2" in json.dumps(json.loads(text)["points"])
    assert answer(body) == text
    assert "".join(tokens_of(text)) == text


def test_the_script_fills_a_grade_with_evidence() -> None:
    dimensions = "DIMENSIONS\ncorrectness (Correctness)\n  1: a\n  2: b\n"
    body = _body(GradeReport, PROMPT + dimensions + "CONVERSATION (the candidate's 3 sentences are numbered)")
    report = GradeReport.model_validate_json(answer(body))
    assert purpose(body) == "grade"
    assert [mark.d for mark in report.marks] == ["correctness"]
    assert all(1 <= n <= 3 for mark in report.marks for n in mark.s)
    assert {point.k for point in report.points} == {"K1", "K2"}


def test_what_candidates_say_is_long_enough_and_new() -> None:
    dice = Random(1)
    said = [message(question, dice) for question in shipped().bank("breadth")[:5] for _ in range(4)]
    assert len(set(said)) == len(said)
    assert all(FEWEST <= len(text.split()) <= MOST for text in said)


def test_the_server_keeps_its_pace_and_notes_when_the_first_sentence_was_out() -> None:
    with model(first=0.1, rate=200.0) as server:
        body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "hello"}]}
        with httpx.Client(trust_env=False) as client:
            began = time.monotonic()
            text = client.post(f"{server.base_url}/chat/completions", json=body).text
            took = time.monotonic() - began
        (record,), cpu = server.records()
    words = "".join(json.loads(line[6:])["choices"][0]["delta"].get("content", "") for line in _events(text))
    assert words == answer(body)
    assert record.purpose == "speak" and record.tokens == len(tokens_of(words))
    assert record.first - record.arrived >= 0.1
    assert record.first < record.sentence < record.ended
    assert took >= 0.1 + (record.tokens - 1) / 200 and cpu > 0


def _events(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("data: {") and '"delta"' in line]


@pytest.mark.soak
@pytest.mark.alone
def test_overhead_splits_the_time_of_an_act() -> None:
    found = overhead.run(quick=True)
    parts = found["milliseconds"]
    assert parts["total"]["count"] + found["without_model"] == overhead.QUICK_ACTS
    assert parts["total"]["median"] > 0 and len(parts) == 4
    assert found["fallbacks"] == 0
    assert found["bare_call_overhead"]["count"] == 5


@pytest.mark.soak
@pytest.mark.alone
def test_first_words_wait_for_the_model_and_little_else(small_bank: None) -> None:
    found = first_words.run(quick=True, first=0.1, rate=500.0)
    assert found["first_words"]["count"] == first_words.QUICK_ACTS and found["fallbacks"] == 0
    assert found["first_words"]["median"] >= found["of_it_the_model"]["median"] > 0.1
    assert found["tokens"]["observe"]["median"] >= 20


@pytest.mark.soak
@pytest.mark.alone
def test_a_built_in_turn_is_measured(small_bank: None) -> None:
    found = builtin.run(quick=True)
    assert found["milliseconds"]["turn"]["count"] == builtin.QUICK_ACTS
    assert found["bare_embedding"]["median"] > 0 and found["errors"] == 0


def test_an_interview_of_enough_events_is_opened() -> None:
    found = opening.run(quick=True)
    assert found["events"] >= opening.QUICK_EVENTS
    assert found["milliseconds"]["open"]["median"] >= found["milliseconds"]["look"]["median"] > 0


@pytest.mark.soak
@pytest.mark.alone
def test_rooms_are_held_over_the_pages_own_wire() -> None:
    found = asyncio.run(rooms.hold(1, 2, 1.5, (0.1, 0.5), first=0.05, rate=1000.0))
    assert found["opening"]["errors"] == 0 and found["opening"]["refused"] == 0
    for part in ("thinking", "burst"):
        assert found[part]["errors"] == 0, found[part]["error"]
        assert found[part]["fallbacks"] == 0
        assert found[part]["first_words"]["count"] >= 2
        assert found[part]["cpu_per_act"] > 0


def test_shares_count_what_stays_the_same_at_the_beginning() -> None:
    records = [Record("observe", 0.0, prompt=("s" * 80, "QUESTION\n" + "q" * 200 + end)) for end in ("a", "ab", "abc")]
    assert _shares([records], "observe") == {
        "all": pytest.approx(1.0, abs=0.01),
        "same_topic": pytest.approx(1, abs=0.01),
    }
    fit = _linear([([Record("speak", 0.0, prompt=("x" * 400,)) for _ in range(10)], 10)])
    assert fit["tokens_per_call"] == 100 and fit["r_squared"] == 1.0


def test_an_unknown_bench_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["nonsense"]) == 2
    assert "'nonsense'" in capsys.readouterr().err


def test_the_command_prints_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["calls", "--quick"]) == 0
    found = json.loads(capsys.readouterr().out)["calls"]
    assert found["live_calls_per_act"] <= 2
    assert found["prefix_share"].keys() == found["calls"].keys()
    assert found["seconds_taken"] > 0

"""The grading eval: statistics against known values, questions by rule, the command and its refusals."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from evals import grading, statistics
from evals.graded_rows import DataError, Row, pieces, question, references, rows

KEYS = {
    "n", "r", "r_low", "r_high", "rmse", "qwk", "r_within_question", "r_length", "not_graded", "seconds",
}  # fmt: skip


def row(**changes: object) -> Row:
    given: dict[str, object] = {
        "id": "a-1",
        "question_id": "Q 1",
        "question": "Why does the ice melt?",
        "reference": "Heat flows into the ice. It breaks the bonds between the molecules.",
        "answer": "Because warm air heats it.",
        "gold": 1.0,
        "max_score": 2.0,
    }
    return Row.model_validate(given | changes)


def test_pearson_of_a_line_is_one_and_of_a_constant_is_nothing() -> None:
    assert statistics.pearson([1, 2, 3], [2, 4, 6]) == pytest.approx(1.0)
    assert statistics.pearson([1, 2, 3], [5, 5, 5]) is None
    assert statistics.pearson([1], [1]) is None


def test_within_takes_the_questions_means_out() -> None:
    ours, human, groups = [0.1, 0.2, 0.8, 0.9], [0.9, 1.0, 0.1, 0.2], ["a", "a", "b", "b"]
    overall = statistics.pearson(ours, human)
    assert overall is not None
    assert overall < 0
    assert statistics.within(ours, human, groups) == pytest.approx(1.0)


def test_kappa_and_error_of_equal_and_of_opposite_scores() -> None:
    values = [0.0, 0.25, 0.5, 0.75, 1.0]
    assert statistics.quadratic_kappa(values, values) == pytest.approx(1.0)
    assert statistics.quadratic_kappa(values, values[::-1]) == pytest.approx(-1.0)
    assert statistics.rmse([0.0, 1.0], [1.0, 0.0]) == pytest.approx(1.0)
    assert statistics.rmse([], []) is None
    assert statistics.quadratic_kappa([], []) is None


def test_the_interval_holds_r_and_repeats_itself() -> None:
    ours = [math.sin(n) for n in range(60)]
    human = [math.sin(n) + 0.3 * math.cos(7 * n) for n in range(60)]
    groups = [str(n % 6) for n in range(60)]
    low, high = statistics.interval(ours, human, groups, resamples=200)
    r = statistics.pearson(ours, human)
    assert low is not None
    assert high is not None
    assert r is not None
    assert low < r < high
    assert (low, high) == statistics.interval(ours, human, groups, resamples=200)
    one_low, one_high = statistics.interval(ours, human, ["a"] * 60, resamples=200)
    assert one_low is not None
    assert one_high is not None
    assert one_low < r < one_high
    assert statistics.interval([], [], []) == (None, None)


def test_a_reference_becomes_its_sentences() -> None:
    made = question(row())
    assert [point.text for point in made.key_points] == [
        "Heat flows into the ice.",
        "It breaks the bonds between the molecules.",
    ]
    assert made.id == "q-1"


def test_short_pieces_are_joined() -> None:
    assert pieces("No. Traffic comes in bursts.\n1. Yes") == ["No. Traffic comes in bursts. Yes"]
    assert pieces("Ice.") == ["Ice."]


def test_alternatives_become_one_key_point() -> None:
    made = question(row(reference="The gap || There is a gap between the two terminals"))
    (point,) = made.key_points
    assert "The gap" in point.text
    assert point.cues == ("There is a gap between the two terminals",)


def test_a_rubric_becomes_key_points_with_its_weights() -> None:
    rubric = (
        "Total of two parts, as in class:\n"
        "1. Names the global lock as bottleneck (6 points)\n"
        "2. Compares both run times (2 points)"
    )
    made = question(row(reference=None, rubric=rubric))
    assert [(point.text, point.importance) for point in made.key_points] == [
        ("Names the global lock as bottleneck", "must"),
        ("Compares both run times", "should"),
    ]


def test_written_references_serve_rows_without_any() -> None:
    known = references()["nn_exam"]
    assert len(known) == 9
    made = question(row(dataset="digiklausur_nn", question_id="17", reference=None))
    assert len(made.key_points) == len(known["17"])
    with pytest.raises(DataError, match="no reference"):
        question(row(reference=None))


def test_rows_are_filtered(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    short, other = row(id="b", answer="No."), row(id="c", split="test", answer="Because heat flows into it.\u2028Yes.")
    path.write_text("\n".join(r.model_dump_json() for r in (row(), short, other)), encoding="utf-8")
    assert [r.id for r in rows(path)] == ["a-1", "b", "c"]
    assert [r.id for r in rows(path, min_words=3)] == ["a-1", "c"]
    assert [r.id for r in rows(path, split="test")] == ["c"]
    assert [r.id for r in rows(path, limit=1)] == ["a-1"]


def test_the_command_prints_its_figures_last(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers = [
        ("Heat flows into the ice and breaks the bonds between its molecules.", 2.0),
        ("Heat goes into the ice from the warm air.", 1.0),
        ("Because penguins are black and white.", 0.0),
        ("", 0.0),
    ]
    path, scores = tmp_path / "data.jsonl", tmp_path / "scores.jsonl"
    lines = (row(id=str(n), answer=text, gold=gold).model_dump_json() for n, (text, gold) in enumerate(answers))
    path.write_text("\n".join(lines), encoding="utf-8")
    assert grading.main([str(path), "--json", "--scores", str(scores)]) == 0
    printed = capsys.readouterr().out.strip().splitlines()
    assert len(printed) == 1
    found = json.loads(printed[-1])
    assert set(found) == KEYS
    assert found["n"] == 4
    assert found["not_graded"] == 1
    assert found["r"] > 0.8
    kept = [json.loads(line)["score"] for line in scores.read_text(encoding="utf-8").splitlines()]
    assert kept[0] > kept[1] > kept[2]
    assert kept[3] is None


@pytest.mark.parametrize("content", [None, "not json\n", '{"id": "x"}\n'])
def test_data_that_cannot_be_used_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None
) -> None:
    path = tmp_path / "data.jsonl"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    assert grading.main([str(path), "--json"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert len(printed.err.strip().splitlines()) == 1
    assert "data.jsonl" in printed.err

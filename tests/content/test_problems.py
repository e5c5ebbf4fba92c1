"""The problems of the design and depth rounds: enough of them, of every kind. The rest is checked when they load."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from interviewer.content.load import root
from interviewer.content.yaml_lines import parsed
from interviewer.domain import Question

FILES = sorted(path for round in ("design", "depth") for path in (root() / round / "bank").glob("*.yaml"))
SECTIONS = {
    "design": {"framing", "architecture", "data", "modelling", "evaluation", "serving"},
    "depth": {"l1", "l2", "l3", "l4", "failure"},
}


@cache
def problem(path: Path) -> Question:
    return Question.model_validate(parsed(path.read_text(encoding="utf-8")))


def test_there_are_ten_design_problems_of_both_kinds_and_six_domains_of_depth() -> None:
    problems = [problem(path) for path in FILES]
    kinds = [p.brief.kind for p in problems if p.brief is not None and p.round == "design"]
    assert len(kinds) >= 10 and {"modeling", "infrastructure"} <= set(kinds)
    depth = [p for p in problems if p.round == "depth"]
    for domain in {p.area for p in depth}:
        mine = [p.brief.kind for p in depth if p.area == domain and p.brief is not None]
        assert mine.count("ladder") >= 2 and mine.count("failure") >= 1
    assert len({p.area for p in depth}) >= 6


@pytest.mark.parametrize("round_", SECTIONS)
def test_the_problems_of_a_round_have_points_in_all_its_parts(round_: str) -> None:
    problems = [problem(path) for path in FILES if path.parents[1].name == round_]
    for question in problems:
        mine = {point.section for point in question.key_points}
        assert mine <= SECTIONS[round_]
        assert round_ == "depth" or mine == SECTIONS[round_]
    assert {point.section for question in problems for point in question.key_points} == SECTIONS[round_]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_problem_asks_something_and_lies_in_its_round(path: Path) -> None:
    question = problem(path)
    assert question.round == path.parents[1].name
    assert "?" in question.opener or question.opener.endswith(".")

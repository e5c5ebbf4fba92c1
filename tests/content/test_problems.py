"""The problems of the design and depth rounds: their parts name each other, and their arithmetic works out."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from interviewer.content.load import root
from interviewer.domain import Question

FILES = sorted(path for round in ("design", "depth") for path in (root() / round / "bank").glob("*.yaml"))
SECTIONS = {
    "design": {"framing", "architecture", "data", "modelling", "evaluation", "serving"},
    "depth": {"l1", "l2", "l3", "l4", "failure"},
}
OPERATORS: dict[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def problem(path: Path) -> Question:
    return Question.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def value(node: ast.AST, facts: dict[str, float]) -> float:
    if isinstance(node, ast.BinOp):
        return OPERATORS[type(node.op)](value(node.left, facts), value(node.right, facts))
    if isinstance(node, ast.Name):
        return facts[node.id]
    assert isinstance(node, ast.Constant) and isinstance(node.value, int | float)
    return float(node.value)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_part_of_a_problem_names_parts_that_are_there(path: Path) -> None:
    question = problem(path)
    brief, points = question.brief, {point.id for point in question.key_points}
    assert brief is not None and question.round == path.parents[1].name
    assert len(points) == len(question.key_points)
    assert {point.section for point in question.key_points} <= SECTIONS[question.round]
    assert all(point.dimension for point in question.key_points)
    named = {probe.key_point for probe in question.probes} | {ladder.key_point for ladder in question.ladders}
    named |= {id for dive in brief.dives for id in dive.key_points} | set(brief.twist.shows if brief.twist else ())
    assert named <= points
    assert len({fact.id for fact in brief.facts}) == len(brief.facts)
    assert "?" in question.opener or question.opener.endswith(".")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_arithmetic_of_a_problem_comes_to_a_number_that_its_text_has(path: Path) -> None:
    brief = problem(path).brief
    assert brief is not None
    facts = {fact.id: fact.value for fact in brief.facts if fact.value is not None}
    for one in brief.sums:
        found = value(ast.parse(one.formula, mode="eval").body, facts)
        assert found > 0
        written = [float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*(?:\.\d+)?", one.works_out)]
        scales = (1, 10, 100, 1e3, 1e6, 1e9, 1e12, 1e-2)
        assert any(abs(n * scale - found) <= 0.12 * found for n in written for scale in scales), (one.id, found)


def test_there_are_ten_design_problems_of_both_kinds_and_six_domains_of_depth() -> None:
    problems = [problem(path) for path in FILES]
    kinds = [p.brief.kind for p in problems if p.brief is not None and p.round == "design"]
    assert len(kinds) >= 10 and {"modeling", "infrastructure"} <= set(kinds)
    depth = [p for p in problems if p.round == "depth"]
    for domain in {p.area for p in depth}:
        mine = [p.brief.kind for p in depth if p.area == domain and p.brief is not None]
        assert mine.count("ladder") >= 2 and mine.count("failure") >= 1
    assert len({p.area for p in depth}) >= 6

"""The tasks of the coding round: what each of their programs does in each of their tests."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from interviewer.content import shipped
from interviewer.content.cases import Ready, calls, ready, reasons
from interviewer.content.load import root
from interviewer.content.packs import topics
from interviewer.content.yaml_lines import parsed
from interviewer.domain import Question, Task
from interviewer.sandbox import Tier, execute, reason, tier

FILES = sorted((root() / "coding" / "bank").glob("*.yaml"))
task_files = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


@cache
def question(path: Path) -> Question:
    return Question.model_validate(parsed(path.read_text(encoding="utf-8")))


def failed(task: Task, tests: Sequence[Ready], code: str) -> tuple[list[str], list[str]]:
    """The visible and the hidden tests that a program fails, each as `name: reason`."""
    ran = execute(code, task.entry, calls(tests))
    found = [
        f"{test.case.name}: {fault}" if fault else ""
        for test, fault in zip(tests, reasons(tests, ran.outcomes), strict=True)
    ]
    seen = len(task.visible)
    return [text for text in found[:seen] if text], [text for text in found[seen:] if text]


def test_there_are_twenty_tasks_of_all_areas_and_six_to_debug() -> None:
    tasks = [question(path) for path in FILES]
    assert len(tasks) >= 20 and {task.area for task in tasks} == {area.id for area in shipped().round("coding").areas}
    assert sum(task.task is not None and task.task.debug is not None for task in tasks) >= 6


@task_files
def test_a_task_is_named_as_its_file_and_its_topics_exist(path: Path) -> None:
    found = question(path)
    assert found.round == "coding" and found.id == path.stem and found.task is not None
    assert [slug for slug in found.topics if not topics().area_of(slug)] == []


@task_files
def test_the_programs_of_a_task_do_what_they_are_there_for(path: Path) -> None:
    if tier() is Tier.none:
        pytest.skip(reason())
    task = question(path).task
    assert task is not None
    tests = [ready(case, task.oracle) for case in (*task.visible, *task.hidden)]
    assert failed(task, tests, task.reference) == ([], [])
    for wrong in task.wrong:
        visible, hidden = failed(task, tests, wrong.code)
        assert visible == [] and hidden != [], wrong.name
    if task.debug is not None:
        assert failed(task, tests, task.debug.code) != ([], [])

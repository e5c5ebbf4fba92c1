"""What is wrong with a coding task is said when it is loaded: all of it, with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from interviewer.content import load
from interviewer.content.load import root
from interviewer.content.yaml_lines import parsed
from interviewer.domain import Question, Task
from interviewer.errors import ContentError
from tests.content.conftest import copied

NAME = "coding/bank/c15-roc-auc.yaml"
TEXT = (root() / NAME).read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the coding round with one task."""
    return copied(tmp_path, ("coding",), (NAME,))


def faults(folder: Path) -> list[str]:
    with pytest.raises(ContentError) as caught:
        load(folder)
    return [fault.removeprefix(f"{folder}/") for fault in caught.value.faults]


def line(words: str, text: str = TEXT) -> int:
    return next(n for n, row in enumerate(text.splitlines(), 1) if words in row)


def test_a_sound_task_is_loaded(folder: Path) -> None:
    (question,) = load(folder).bank("coding")
    assert question.id == "c15-roc-auc" and question.task is not None and question.task.entry == "auc"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("key_points: [sorting-cost]", "key_points: [nowhere]", "there is no key point 'nowhere'"),
        ("tests: [one tied pair,", "tests: [one tie,", "there is no test 'one tie'"),
        ("group: mutation", "group: edge", "no test of the group 'mutation'"),
        ("name: no rows at all", "name: no negative row", "the test 'no negative row' is there 2 times"),
        ("raises: ValueError}", "raises: ValueError, check: got}", "one of expect, raises and check is wanted"),
        ("raises: ValueError}", "raises: valueerror}", "there is no built-in exception 'valueerror'"),
        ("raises: ValueError}", "raises: print}", "there is no built-in exception 'print'"),
        ('expect: "0.625"', 'expect: "0.625 +"', "not a Python expression"),
        ("  entry: auc\n", "  entry: roc\n", "not the signature of a function 'roc'"),
        ("def auc(labels, scores):\n", "def auc(labels):\n", "'auc' does not take the parameters of the signature"),
        ("        def auc(labels, scores):\n", "        def roc(labels, scores):\n", "no function 'auc' in it"),
        ('-> float:\n        """Share', '-> int:\n        """Share', "its head is not the signature"),
        ('"""Share of', 'f"""Share of', "'auc' has no docstring"),
        ("return float(above / (n_pos * n_neg))", "return float(above / (n_pos *", "not Python"),
        ("      - line: 13\n", "      - line: 130\n", "there is nothing on line 130 of the given code"),
        ("Please write", "Please " + "now " * 15 + "write", "words; the interviewer says at most 40"),
        ("seconds: 0.5", "tolerance: 0.5", "a test of the group size has seconds"),
        ("as_of:", "outline: []\nas_at:", "Extra inputs are not permitted"),
        ("drill: >-", "company: >-", "drill is missing"),
        ("importance: must", "importance: should", "must points; at least 2"),
    ],
)
def test_a_slip_in_a_task_is_named(folder: Path, old: str, new: str, says: str) -> None:
    assert old in TEXT
    (folder / NAME).write_text(TEXT.replace(old, new), encoding="utf-8")
    assert any(says in fault and fault.startswith(f"{NAME}:") for fault in faults(folder)), faults(folder)


@pytest.mark.parametrize(("part", "count"), [("visible", 1), ("hidden", 7), ("wrong", 1)])
def test_a_task_has_enough_of_everything(part: str, count: int) -> None:
    task = Question.model_validate(parsed(TEXT)).task
    assert task is not None and Task.model_validate(task.model_dump()) == task
    with pytest.raises(ValidationError, match="at least"):
        Task.model_validate(task.model_dump() | {part: getattr(task, part)[:count]})


def test_all_faults_come_at_once_each_with_its_line(folder: Path) -> None:
    text = TEXT.replace("key_points: [share", "key_points: [gone").replace("      - line: 9\n", "      - line: 90\n")
    text = text.replace('expect: "0.625"', 'expect: "0.625 +"').replace(
        "key_points: [ties-are-exact]", "key_points: [x]"
    )
    (folder / NAME).write_text(text, encoding="utf-8")
    (folder / "coding/bank/latin.yaml").write_bytes(b"id: caf\xe9\n")
    found = faults(folder)
    assert f"{NAME}:{line('0.625 +', text)}: not a Python expression: invalid syntax" in found
    assert f"{NAME}:{line('- line: 90', text)}: there is nothing on line 90 of the given code" in found
    assert f"{NAME}:{line('key_points: [x]', text)}: there is no key point 'x'" in found
    assert any(fault.startswith("coding/bank/latin.yaml:1: not UTF-8") for fault in found)
    assert len(found) == 4

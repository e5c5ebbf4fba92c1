"""The shipped content is whole, and what is wrong with other content is said at once, with file and line."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from interviewer.agents.matching import words
from interviewer.content import load, shipped
from interviewer.domain import Question, Round
from interviewer.errors import ContentError, NotFound
from interviewer.rules.cues import LIGHT
from tests.content.conftest import copied

BANK = "breadth/bank/b04-class-imbalance.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the breadth round with one question."""
    return copied(tmp_path, ("breadth",), (BANK,))


def faults(folder: Path) -> list[str]:
    with pytest.raises(ContentError) as caught:
        load(folder)
    return [fault.removeprefix(f"{folder}/") for fault in caught.value.faults]


def change(path: Path, how: Callable[[str], str]) -> None:
    text = path.read_text(encoding="utf-8")
    assert how(text) != text
    path.write_text(how(text), encoding="utf-8")


def test_there_is_a_question_for_each_of_the_fourteen_areas() -> None:
    areas = {question.area for question in shipped().bank("breadth")}
    assert areas == {area.id for area in shipped().round("breadth").areas}
    assert len(areas) == 14


@pytest.mark.parametrize("question", shipped().questions, ids=lambda question: question.id)
def test_values_turn_into_json_and_back(question: Question) -> None:
    assert Question.model_validate(question.model_dump(mode="json")) == question


@pytest.mark.parametrize("round_", shipped().rounds.values(), ids=lambda round_: round_.id)
def test_rounds_turn_into_json_and_back(round_: Round) -> None:
    assert Round.model_validate(round_.model_dump(mode="json")) == round_


def test_one_sound_question_is_enough(folder: Path) -> None:
    assert [question.id for question in load(folder).questions] == ["class-imbalance"]


def test_all_faults_are_reported_at_once_with_file_and_line(folder: Path) -> None:
    change(folder / BANK, lambda text: text.replace("area: B04", "area: B99").replace("tier: F", "tier: Z"))
    (folder / "breadth/bank/broken.yaml").write_text("id: [unclosed\n", encoding="utf-8")
    (folder / "breadth/bank/latin.yaml").write_bytes(b"id: caf\xe9\n")
    change(folder / "breadth/round.yaml", lambda text: text.replace("  - begin\n", "  - begins\n"))
    change(folder / "breadth/speak.md", lambda text: text.replace("{{licensed}}", "{{secret}}"))
    found = faults(folder)
    assert len(found) >= 6
    tier_line = next(n for n, line in enumerate((folder / BANK).read_text().splitlines(), 1) if line.startswith("tier"))
    assert f"{BANK}:{tier_line}: tier: Input should be 'F', 'C' or 'A'" in found
    assert any(fault.startswith("breadth/bank/broken.yaml:2:") for fault in found)
    assert any(fault.startswith("breadth/bank/latin.yaml:1: not UTF-8") for fault in found)
    assert any("there is no rule 'begins'" in fault for fault in found)
    assert any("{{secret}} is used and not declared" in fault for fault in found)
    assert any("'licensed' is declared in inputs and not used" in fault for fault in found)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("area: B04", "area: B99", "has no area 'B99'"),
        ("round: breadth", "round: depth", "there is no round 'depth'"),
        ("minutes: 5", "minutes: 0", "greater than 0"),
        ("\ndrill:", "\nextra: 1\ndrill:", "Extra inputs are not permitted"),
        ("importance: must", "importance: should", "must points; at least 2"),
        ('\nas_of: "2026-11"', "", "as_of is missing"),
    ],
)
def test_a_slip_in_a_question_is_named(folder: Path, old: str, new: str, says: str) -> None:
    change(folder / BANK, lambda text: text.replace(old, new))
    assert any(says in fault for fault in faults(folder)), faults(folder)


def test_a_reference_that_leads_nowhere_is_named_with_its_line(folder: Path) -> None:
    text = (folder / BANK).read_text()
    line = next(n for n, l in enumerate(text.splitlines(), 1) if l.strip().startswith("- key_point:"))
    lines = text.splitlines()
    lines[line - 1] = "  - key_point: nowhere"
    (folder / BANK).write_text("\n".join(lines))
    assert f"{BANK}:{line}: there is no key point 'nowhere'" in faults(folder)


@pytest.mark.parametrize(
    ("cue", "hollow"),
    [
        ("as of that date", True),
        ("log-log", True),
        ("silhouette", False),
        ("split by date", False),
        ("99 % sure", False),
    ],
)
def test_a_cue_that_is_one_word_without_its_light_words_is_named(folder: Path, cue: str, hollow: bool) -> None:
    text = (folder / BANK).read_text()
    lines = text.splitlines()
    place = lines.index("    cues:") + 1
    lines.insert(place, f"      - {cue}")
    (folder / BANK).write_text("\n".join(lines))
    if hollow:
        says = f"{BANK}:{place + 1}: of the cue {cue!r} only one word is matched; say more, or write that word alone"
        assert faults(folder) == [says]
    else:
        assert cue in load(folder).questions[0].key_points[0].cues


def test_the_light_words_of_cues_are_those_of_the_matcher() -> None:
    for word in LIGHT:
        assert words.shows_cue(f"{word} recall", "We report recall.")
    assert not words.shows_cue("only recall", "We report recall.")


def test_two_questions_with_one_id_are_named(folder: Path) -> None:
    shutil.copy(folder / BANK, folder / "breadth/bank/copy.yaml")
    assert any("is taken by" in fault for fault in faults(folder))


def test_a_prompt_that_is_missing_or_has_no_front_matter_is_named(folder: Path) -> None:
    (folder / "breadth/grade.md").unlink()
    (folder / "breadth/close.md").write_text("just text", encoding="utf-8")
    found = faults(folder)
    assert any("no such prompt" in fault for fault in found)
    assert any("close.md:1: no front matter" in fault for fault in found)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("- continue: ", "- go on: ", "the kind of turn 'continue' is not explained"),
        ("quantify: ", "measure: ", "the kind of follow-up 'quantify' is not explained"),
        ("manner.strict: ", "manner.hard: ", "there is no note 'manner.strict'"),
    ],
)
def test_a_speaker_that_is_not_told_what_a_turn_is_is_named(folder: Path, old: str, new: str, fault: str) -> None:
    change(folder / "breadth/speak.md", lambda text: text.replace(old, new))
    assert any(fault in found for found in faults(folder))


def test_weights_that_do_not_sum_to_100_are_named(folder: Path) -> None:
    change(folder / "breadth/round.yaml", lambda text: text.replace("weight: 30", "weight: 31"))
    assert any("sum to 101, not 100" in fault for fault in faults(folder))


@pytest.mark.parametrize("name", ["nothing-here", "empty"])
def test_a_folder_without_rounds_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    assert len(faults(tmp_path / name)) == 1


def test_what_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound):
        shipped().round("nope")
    with pytest.raises(NotFound):
        shipped().question("nope")


def test_a_prompt_changes_its_version_with_its_text(folder: Path) -> None:
    before = load(folder).prompts["breadth"]["observe"].version
    change(folder / "breadth/observe.md", lambda text: text.replace("never speak", "do not speak"))
    assert load(folder).prompts["breadth"]["observe"].version != before

"""What is wrong with a problem of a long round is said with its line: references, arithmetic, steps, parts, lengths."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from interviewer.content import load
from interviewer.content.briefs import brief_faults
from interviewer.content.load import root
from interviewer.content.yaml_lines import parsed
from interviewer.domain import Brief, Question, Round
from interviewer.errors import ContentError
from tests.content.conftest import DESIGN, FAILURE, LADDER, PLATFORM

WORDY = " ".join(["word"] * 61)
NO_HELP = {"text": "Everything is different from today on, and why?", "shows": ["value-weights"], "fair": "It happens."}


def faults(folder: Path) -> list[str]:
    with pytest.raises(ContentError) as caught:
        load(folder)
    return [fault.removeprefix(f"{folder}/") for fault in caught.value.faults]


def test_a_problem_of_every_kind_is_sound(long_rounds: Path) -> None:
    questions = load(long_rounds).questions
    assert {q.brief.kind for q in questions if q.brief} == {"modeling", "infrastructure", "ladder", "failure"}


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (DESIGN, "section: framing", "section: questions", "the round has no part 'questions' for it"),
        (DESIGN, "section: framing", "section: l1", "the round has no part 'l1' for it"),
        (DESIGN, "dimension: framing", "dimension: wisdom", "judges no dimension 'wisdom' of a thread"),
        (DESIGN, "    dimension: framing\n", "", "judges no dimension '' of a thread"),
        (DESIGN, "{id: peak_factor", "{id: visits_per_day", "the fact 'visits_per_day' is there 2 times"),
        (DESIGN, ", value: 3, unit: times the average", "", "needs 'peak_factor', and no fact gives a number for it"),
        (DESIGN, "86400 * peak_factor", "86400 * peak", "needs 'peak', and no fact gives a number for it"),
        (DESIGN, "visits_per_day / 86400 *", "visits_per_day / 86400 *.", "is no formula"),
        (DESIGN, "/ least_change ** 2", "/ (least_change - least_change)", "has no value"),
        (DESIGN, "visits_per_day / 86400", "-visits_per_day / 86400", "an amount is above 0"),
        (DESIGN, "is about 8,300", "is about 83,000", "that cannot be read from these words"),
        (DESIGN, "shows: [value-weights", "shows: [nowhere", "there is no key point 'nowhere'"),
        (DESIGN, "key_points: [catalogue-negatives", "key_points: [nowhere", "there is no key point 'nowhere'"),
        (DESIGN, "{id: labels, section: data", "{id: labels, section: l2", "the round has no part 'l2' for it"),
        (DESIGN, "section: serving, ask", "section: shop, ask", "the round has no part 'shop' for it"),
        (DESIGN, "It opens with 30 videos", f"{WORDY} 30 videos", "the interviewer says at most 45"),
        (DESIGN, "Half a year after the launch", WORDY, "the interviewer says at most 60"),
        (DESIGN, "{key_point: feedback-", "{key_point: stages-", "the twist does not show 'stages-narrows'"),
        (DESIGN, "A canteen cooks tomorrow", WORDY, "the interviewer says at most 60"),
        (DESIGN, "You retrain both encoders", WORDY, "the interviewer says at most 40"),
        (DESIGN, "    staff: Where", "    staff: ''\n    #", "no signal for the level 'staff'"),
        (DESIGN, "kind: modeling", "kind: failure", "has no parts for a problem of the kind 'failure'"),
        (PLATFORM, "dimension: drive", "dimension: serving", "no key point speaks for the dimension 'drive'"),
        (PLATFORM, "importance: must", "importance: should", "0 must points; at least 6 are wanted"),
        (LADDER, "    level: 4\n", "    level: 3\n", "the section 'l4' is not that of the level 3"),
        (LADDER, "- {level: 3, ask", "- {level: 4, ask", "the rungs are (1, 2, 4, 4)"),
        (LADDER, '- {level: 1, ask: "One network', '- {level: 1, ask: "A network', "the first rung is not the opener"),
        (LADDER, "section: l4", "section: failure", "no key point belongs to 'l4'"),
        (FAILURE, "importance: must", "importance: must\n    level: 2", "only the points of a ladder have a level"),
        (FAILURE, "round: depth", "round: design", "round 'design' has no area 'D-REC'"),
    ],
)
def test_a_slip_in_a_problem_is_named(long_rounds: Path, file: str, old: str, new: str, says: str) -> None:
    text = (long_rounds / file).read_text(encoding="utf-8")
    assert old in text
    (long_rounds / file).write_text(text.replace(old, new), encoding="utf-8")
    found = [fault for fault in faults(long_rounds) if says in fault]
    assert found and all(fault.startswith(f"{file}:") for fault in found), faults(long_rounds)


def test_a_fault_deep_in_a_brief_has_its_line(long_rounds: Path) -> None:
    path = long_rounds / DESIGN
    text = path.read_text(encoding="utf-8").replace("is about 8,300", "is about 83,000")
    path.write_text(text, encoding="utf-8")
    line = next(n for n, words in enumerate(text.splitlines(), 1) if "screens-a-second" in words)
    assert [fault.split(": ")[0] for fault in faults(long_rounds)] == [f"{DESIGN}:{line}"]


@cache
def question(file: str) -> Question:
    return Question.model_validate(parsed((root() / file).read_text(encoding="utf-8")))


@cache
def round_(id: str) -> Round:
    return Round.model_validate(parsed((root() / id / "round.yaml").read_text(encoding="utf-8")))


def said(file: str, id: str, **changes: Any) -> list[str]:
    """Faults of a problem with parts of its brief exchanged, in the round `id`."""
    whole = question(file)
    brief = Brief.model_validate({**(whole.brief.model_dump() if whole.brief else {}), **changes})
    return [fault for _, fault in brief_faults(whole.model_copy(update={"brief": brief}), round_(id))]


@pytest.mark.parametrize(
    ("file", "id", "changes", "says"),
    [
        (DESIGN, "design", {"twist": None}, "no twist, and there is a part of the round that it opens"),
        (DESIGN, "design", {"twist": NO_HELP}, "no ladders of its own for somebody who is stuck at it"),
        (DESIGN, "design", {"facts": ()}, "0 facts; at least 10 are wanted"),
        (DESIGN, "design", {"sums": ()}, "0 sums; at least 1 are wanted"),
        (DESIGN, "design", {"dives": ()}, "0 dives; at least 4 are wanted"),
        (DESIGN, "design", {"red_flags": ()}, "no red flag"),
        (DESIGN, "breadth", {}, "round 'breadth' is not about problems that have one"),
        (LADDER, "depth", {"rungs": ()}, r"the rungs are (); of a problem of this kind they are (1, 2, 3, 4)"),
        (FAILURE, "depth", {"facts": ()}, "0 facts; at least 5 are wanted"),
    ],
)
def test_a_missing_part_is_named(file: str, id: str, changes: dict[str, Any], says: str) -> None:
    assert says in said(file, id, **changes)


def test_a_short_question_is_no_problem_of_a_long_round() -> None:
    bare = question(DESIGN).model_copy(update={"brief": None})
    assert [fault for _, fault in brief_faults(bare, round_("design"))] == [
        "no brief, and round 'design' is about problems that have one"
    ]
    assert not list(brief_faults(bare, round_("breadth")))


def test_a_part_in_which_nothing_could_be_asked_is_named() -> None:
    whole = question(DESIGN)
    assert whole.brief is not None
    serving = {point.id for point in whole.key_points if point.section == "serving"}
    probes = tuple(probe for probe in whole.probes if probe.key_point not in serving)
    dives = tuple(dive for dive in whole.brief.dives if dive.section != "serving")
    for changes in ({"probes": probes}, {"brief": whole.brief.model_copy(update={"dives": dives})}):
        assert not _parts_without(whole.model_copy(update=changes))
    both = whole.model_copy(update={"probes": probes, "brief": whole.brief.model_copy(update={"dives": dives})})
    assert _parts_without(both) == ["serving"]


def _parts_without(whole: Question) -> list[str]:
    found = (
        re.match(r"no probe and no dive for the part '(\w+)'", f) for _, f in brief_faults(whole, round_("design"))
    )
    return [match[1] for match in found if match]

"""A log kept from every release still folds, to the score that it had then, without a model and without the bank."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from interviewer.domain import Event
from interviewer.rules.scoring import result
from interviewer.rules.state import fold

LOGS = sorted(Path(__file__).parent.glob("*.json"))


@pytest.mark.parametrize("path", LOGS, ids=lambda path: path.stem)
def test_a_kept_log_folds_to_what_it_came_to_then(path: Path) -> None:
    kept = json.loads(path.read_text(encoding="utf-8"))
    events = [Event.model_validate(event) for event in kept["events"]]
    state = fold(events, id="kept")
    outcome = result(state)
    assert state.over
    assert outcome.score == pytest.approx(kept["score"])
    assert outcome.verdict == kept["verdict"]


def test_there_is_a_log_of_this_release() -> None:
    assert [path.stem for path in LOGS] == ["0.1.0"]

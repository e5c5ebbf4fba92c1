"""The golden run: its arithmetic, and one small file through the product."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from evals.golden_run import GOLDEN, LEVELS, figures, installation, main, read
from interviewer import settings
from interviewer.content import shipped
from interviewer.errors import InterviewerError
from interviewer.store import Store

SMALL = {
    "answers": [
        {
            "question": "leakage",
            "strong": ["I check which features exist at prediction time, and split by time and by customer."],
            "middling": ["I would look at the features and use cross-validation."],
            "weak": ["High AUC is good."],
        }
    ],
    "edge": [{"name": "dots", "messages": ["..."]}],
}


@pytest.fixture
def golden(tmp_path: Path) -> Path:
    """A small file of answers."""
    path = tmp_path / "golden.yaml"
    path.write_text(yaml.safe_dump(SMALL))
    return path


def test_the_arithmetic() -> None:
    rows: dict[str, dict[str, float | None]] = {
        "a": {"strong": 3.5, "middling": 2.5, "weak": 1.5},
        "b": {"strong": 2.0, "middling": 2.5, "weak": None},
        "c": {"strong": 1.5, "middling": 2.0, "weak": 2.0},
    }
    found = figures(rows, {"empty": None, "filler": 1.234}, seconds=1.26)
    assert found == {
        "questions": 3,
        "gap_strong_middling": 0.0,
        "gap_middling_weak": pytest.approx(2.5 / 3, abs=1e-3),
        "mean_gap": pytest.approx(2.5 / 6, abs=1e-3),
        "in_order": 0.5,
        "weak_above_strong": 1,
        "not_graded": 1,
        "edge": {"empty": None, "filler": 1.23},
        "seconds": 1.3,
    }


def test_the_golden_file_answers_every_question() -> None:
    golden = read(GOLDEN)
    assert set(golden.answers) == {question.id for question in shipped().bank("breadth")}
    assert all(golden.answers[question][level] for question in golden.answers for level in LEVELS) and golden.edge


def test_a_run(golden: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["--golden", str(golden)]) == 0
    *rows, last = capsys.readouterr().out.splitlines()
    assert rows[1].startswith("leakage") and rows[2].split() == ["dots", "–"]
    found = json.loads(last)
    assert found["questions"] == 1 and found["edge"] == {"dots": None} and found["weak_above_strong"] == 0
    assert not (tmp_path / "interviewer.db").exists()
    assert main(["--golden", str(golden), "--json"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


@pytest.mark.parametrize("text", ["", "[", "- a", "answers: [{question: leakage}]", "answers: 3"])
def test_a_file_that_cannot_be_used(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    with pytest.raises(InterviewerError, match="cannot be used"):
        read(tmp_path / "bad.yaml")
    assert main(["--golden", str(tmp_path / "bad.yaml")]) == main(["--golden", str(tmp_path / "none.yaml")]) == 2
    assert "cannot be used" in capsys.readouterr().err


def test_spending_counts_towards_the_users_cap(tmp_path: Path) -> None:
    month = datetime.now(UTC).strftime("%Y-%m")
    settings.save(tmp_path, {"base_url": "http://127.0.0.1:9/v1", "price_in": 1.0, "price_out": 1.0, "cap": 5.0})
    own = Store.open(tmp_path)
    account = own.repository(own.local_user())
    account.add_spending(month, 2.0)
    with installation("small") as program:
        assert (program.settings.model, program.settings.cap, program.spent()) == ("small", 5.0, 2.0)
        program.repository.add_spending(month, 0.5)
    assert account.spent(month) == 2.5
    own.dispose()

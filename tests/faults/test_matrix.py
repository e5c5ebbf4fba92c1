"""Each fault × each step: the interview runs to its end, and the candidate is told in a sentence, if at all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from interviewer.llm import call
from interviewer.rules.scoring import result
from tests.faults.cases import CASES, Case
from tests.faults.rooms import AMPLE, ANSWERS, KEY, QUICK, STEPS, Failing, Played, Step, good, is_whole, play
from tests.llm.asking import warm
from tests.wire.openai_server import Fault, OpenAIServer

LONGEST_SENTENCE = 400


def marks_of(case: Case, step: Step, *, at_length: bool) -> tuple[pytest.MarkDecorator, ...]:
    """A cell that is open is expected to fail, so that it is closed here as soon as it is mended."""
    late = (pytest.mark.soak,) if at_length else ()
    return (*late, pytest.mark.xfail(strict=True, reason=case.open[step])) if step in case.open else late


def late(row: int, n: int, case: Case) -> bool:
    return n != row % len(case.steps) or (case.slow and row % 3 > 0)


# Each fault at one of the steps in turn; at the others in the soak, as most of those that take a deadline.
CELLS = [
    pytest.param(case, step, id=f"{case.name}-{step}", marks=marks_of(case, step, at_length=late(row, n, case)))
    for row, case in enumerate(CASES)
    for n, step in enumerate(case.steps)
]


@pytest.fixture(autouse=True, scope="module")
def _warm(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Import and load what the first interview would, so that no deadline of a test pays for it."""
    warm()
    with OpenAIServer(good) as server:
        asyncio.run(play(tmp_path_factory.mktemp("warm"), server))


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> float:
    """The deadlines of a cell, put in place of the program's; their total."""
    case = request.getfixturevalue("case") if "case" in request.fixturenames else None
    chosen = QUICK if case is not None and case.slow else AMPLE
    monkeypatch.setattr(call, "CHAT", chosen)
    monkeypatch.setattr(call, "GRADE", chosen)
    return chosen.total


@pytest.mark.parametrize(("case", "step"), CELLS)
def test_an_interview_runs_to_its_end(
    case: Case, step: Step, limits: float, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    script = Failing(step, case.fault, case.times)
    answers = (" ".join(ANSWERS),) if case.slow or step == "grade" else ANSWERS
    with caplog.at_level(logging.DEBUG), OpenAIServer(script) as server:
        played = asyncio.run(play(tmp_path, server, answers))
    assert script.faulted >= 1
    it_ended(played, answers)
    nothing_half_was_shown(played)
    assert not case.never or case.never not in " ".join(played.said)
    made_by(played, step, case)
    assert max(played.waits) <= limits + 1
    # The grade of the topic and that of the round come one after the other.
    assert played.grading <= 2 * (limits + 1)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert "Traceback" not in caplog.text
    if step != "grade":
        # A call is sent at most three times; a server that refuses a request is asked in simpler ways as well.
        assert played.requests[step] <= len(answers) * 4


def it_ended(played: Played, answers: Sequence[str] = ANSWERS) -> None:
    """Closed, scored or honestly not, and every message of the candidate in the log, once and in order."""
    assert played.state.over
    assert played.events[-1].kind == "closed" or any(event.kind == "closed" for event in played.events)
    outcome = result(played.state)
    assert (outcome.score is not None) != bool(outcome.not_graded)
    assert outcome.score is None or played.score == pytest.approx(outcome.score, abs=0.01)
    acts = [event for event in played.events if event.kind == "act"]
    assert [event.key for event in acts] == [f"act:{n}" for n in range(len(acts))]
    assert tuple(event.payload["text"] for event in acts if event.payload["kind"] == "said") == answers
    for kind in ("observed", "decided", "spoken"):
        assert sum(event.kind == kind for event in played.events) == len(acts)


def nothing_half_was_shown(played: Played) -> None:
    """Whole sentences only; the log has what was shown; every turn leaves the candidate with something to answer."""
    assert [piece for piece in played.said if not is_whole(piece)] == []
    spoken = [event.payload["text"] for event in played.events if event.kind == "spoken"]
    assert " ".join(played.said) == " ".join(spoken)
    moves = [event.payload["move"] for event in played.events if event.kind == "decided"]
    for text, move in zip(spoken, moves, strict=True):
        assert text
        assert move["kind"] not in ("probe", "challenge") or "?" in text


def made_by(played: Played, step: Step, case: Case) -> None:
    """What made the step, and that a step that fell back says why in a clear sentence, to the candidate as well."""
    made = played.made(step)
    fallen = [one["fell_back"] for one in made if one["fell_back"]]
    if case.ends(step) == "model":
        assert fallen == []
        assert {one["by"] for one in made} == {"test-model"}
        return
    assert made[0]["fell_back"]
    assert step == "grade" or len(fallen) == len(made) or case.times is not None
    for sentence in fallen:
        assert is_whole(sentence)
        assert sentence[0].isupper()
        assert len(sentence) <= LONGEST_SENTENCE
        assert not {"\n", "<", "Error(", "Exception", KEY} & {
            sign for sign in ("\n", "<", "Error(", "Exception", KEY) if sign in sentence
        }
        assert step == "grade" or any(sentence in notice for notice in played.notices)


@pytest.mark.usefixtures("limits")
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_is_not_followed(status: int, step: Step, tmp_path: Path) -> None:
    """Neither the key nor the talk goes to an address that the user did not set."""
    with OpenAIServer(good) as elsewhere:
        address = f"{elsewhere.base_url}/chat/completions"
        script = Failing(step, lambda _: Fault(status=status, headers={"Location": address}))
        with OpenAIServer(script) as server:
            played = asyncio.run(play(tmp_path, server))
        assert elsewhere.requests == []
        assert elsewhere.others == []
    it_ended(played)
    nothing_half_was_shown(played)
    made_by(played, step, Case("redirect", lambda _: Fault()))
    assert all("Check the address in Settings" in one["fell_back"] for one in played.made(step)[:1])


@pytest.mark.usefixtures("limits")
def test_without_a_fault_the_model_does_every_step(tmp_path: Path) -> None:
    with OpenAIServer(good) as server:
        played: Any = asyncio.run(play(tmp_path, server))
    it_ended(played)
    nothing_half_was_shown(played)
    for step in STEPS:
        made_by(played, step, Case("none", lambda _: Fault(), "model"))
    assert played.notices == []
    assert played.score == 3.0


def test_there_are_enough_faults() -> None:
    assert len(CASES) >= 24
    assert len({case.name for case in CASES}) == len(CASES)
    assert sum(len(case.steps) for case in CASES) >= 24 * len(STEPS)

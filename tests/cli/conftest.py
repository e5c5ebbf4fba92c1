"""The command line run inside the test: arguments in; status, output and errors out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from interviewer.cli import run

ANSWERS = ["I check for each feature whether its value exists at prediction time.", "I have nothing to add to that."]


class Ran(NamedTuple):
    """What a command did."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value on standard output."""
        return json.loads(self.out)


Cli = Callable[..., Ran]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs a command; nothing may ever look like a traceback."""

    def call(*arguments: object) -> Ran:
        capsys.readouterr()
        status = run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Ran(status, out, err)

    return call


@pytest.fixture
def answers(tmp_path: Path) -> Callable[[Any], Path]:
    """Writes a script of answers."""

    def write(script: Any) -> Path:
        path = tmp_path / "answers.json"
        path.write_text(script if isinstance(script, str) else json.dumps(script), encoding="utf-8")
        return path

    return write


@pytest.fixture
def played(cli: Cli, answers: Callable[[Any], Path]) -> dict[str, Any]:
    """One short interview about one question, kept in the test's data folder."""
    ran = cli("play", "breadth", "--answers", answers([*ANSWERS, "/end"]), "--question", "leakage", "--json")
    assert ran.status == 0
    found: dict[str, Any] = ran.json
    return found

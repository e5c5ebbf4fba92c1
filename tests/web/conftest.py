"""A program with an empty data folder, and no settings from the environment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from interviewer.program import Program


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*os.environ]:
        if name.startswith(("INTERVIEWER_", "OPENAI_")):
            monkeypatch.delenv(name)


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """A program in a folder of its own."""
    opened = Program(tmp_path)
    yield opened
    opened.store.dispose()

"""Copies of shipped content, small enough to be changed and loaded in every test."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from interviewer.content.load import root

DESIGN, PLATFORM = "design/bank/d01-video-home.yaml", "design/bank/d26-llm-serving.yaml"
LADDER, FAILURE = "depth/bank/rec-ladder-negatives.yaml", "depth/bank/rec-failure-fresh-videos.yaml"


def copied(to: Path, rounds: Iterable[str], questions: Iterable[str]) -> Path:
    """A folder with these rounds and, of all their questions, these."""
    copy, kept = to / "prompts", set(questions)
    for round in rounds:
        bank = {path for path in root().glob(f"{round}/bank/*.yaml") if str(path.relative_to(root())) not in kept}
        shutil.copytree(root() / round, copy / round, ignore=shutil.ignore_patterns(*(path.name for path in bank)))
    return copy


@pytest.fixture
def long_rounds(tmp_path: Path) -> Path:
    """The design and depth rounds with two problems each, one of every kind."""
    return copied(tmp_path, ("design", "depth"), (DESIGN, PLATFORM, LADDER, FAILURE))

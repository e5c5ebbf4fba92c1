"""The estimate of a round's cost against what a round really sends: whole interviews, over the loopback server."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
import yaml

from evals.coding import people
from interviewer.content import shipped
from interviewer.domain import Setup
from interviewer.play import Script, play
from interviewer.program import Program
from interviewer.reacting import Person
from interviewer.rules.estimate import PASSES, ROUNDS, estimate
from tests.room.place import observation
from tests.wire.openai_server import OpenAIServer, Request

GOLDEN = Path(__file__).parents[2] / "evals" / "golden"
CHARACTERS = 4
"""Of a token, in English."""
PLAIN: Script = ("I split by time and by user, since a random split lets the same user stand on both sides. " * 3,)


def person(file: str, id: str) -> tuple[str, Person]:
    """The problem and the candidate of an invented interview; without a file, of the eval of a coding task."""
    if not file:
        return id, people(shipped().question(id))["clean"]
    (one,) = (one for one in yaml.safe_load((GOLDEN / file).read_text())["candidates"] if one["id"] == id)
    return one["problem"], Person.model_validate({name: one[name] for name in Person.model_fields if name in one})


class Model:
    """Does every step in good order and counts what it is sent, in tokens by step."""

    def __init__(self, round_: str) -> None:
        self.sent: dict[str, list[float]] = defaultdict(list)
        self._dims = [dim.id for dim in shipped().round(round_).dimensions]

    def __call__(self, request: Request) -> Any:
        fields = set(request.schema.get("properties", ())) if request.schema else set()
        step, answer = self._answer(fields)
        schema = json.dumps(request.schema) if request.schema else ""
        self.sent[step].append(sum(map(len, (*request.texts, schema))) / CHARACTERS)
        return answer

    def _answer(self, fields: set[str]) -> tuple[str, Any]:
        if "intent" in fields:
            more: dict[str, Any] = {"facts": [], "section": None, "recites": False, "contradicts": None}
            return "observe", {name: value for name, value in (more | observation()).items() if name in fields}
        if not fields:
            return "speak", "You would look at the capacity. How many cases is that a day?"
        marks = [{"d": dim, "s": [1], "reason": "Said so.", "level": 3} for dim in self._dims]
        if "points" not in fields:
            return "round", {"marks": marks}
        return "grade", {"points": [{"k": "K1", "result": "hit", "s": [1]}], "traps": [], "marks": marks}


@pytest.mark.soak
@pytest.mark.parametrize(
    ("round_", "minutes", "file", "id"),
    [
        ("breadth", 10, "", ""),
        ("depth", 30, "depth_candidates.yaml", "rec-ladder-negatives-senior"),
        ("design", 45, "design_candidates.yaml", "video-home-senior"),
        ("coding", 45, "", "c30-attention"),
    ],
)
def test_the_sizes_are_those_of_a_whole_round(
    round_: str, minutes: int, file: str, id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    question, script = person(file, id) if id else (None, PLAIN)
    model = Model(round_)
    with OpenAIServer(model) as server:
        monkeypatch.setenv("INTERVIEWER_BASE_URL", server.base_url)
        monkeypatch.setenv("INTERVIEWER_API_KEY", "k")
        program = Program(tmp_path, model="openai:test-model")
        played = asyncio.run(
            play(program, Setup(round=round_, minutes=minutes, question=question, level="senior"), script)
        )
        program.store.dispose()
    sizes, threads = ROUNDS[round_], len(played.state.threads)
    for step, size in (("observe", sizes.observe), ("speak", sizes.speak), ("grade", sizes.grade)):
        assert fmean(model.sent[step]) == pytest.approx(size[0], rel=0.25), step
    assert len(model.sent["grade"]) == PASSES * threads
    if round_ == "design":
        whole = sum(map(sum, model.sent.values()))
        assert estimate(minutes, round=round_, price_in=None, price_out=None).tokens_in == pytest.approx(
            whole, rel=0.25
        )

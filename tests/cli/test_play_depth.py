"""`play depth --project FILE` and `--document ID`: a round about questions that a model writes for it alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from interviewer import settings
from interviewer.agents.ladders import REFUSED
from interviewer.content.packs import SAMPLE_COMPANY, sample_files
from interviewer.rules.summary import ONLY_NAMES, TOO_LONG, TOO_SHORT
from interviewer.settings import home
from tests.ladders import ORDER, SAMPLE, SUMMARY, ladder, paper, project, with_point
from tests.wire.openai_server import OpenAIServer

Write = Callable[[Any], Path]
ANSWERS = ["I chose the quantile loss myself, and the others built the features.", "/end"]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[list[Any]], OpenAIServer]]:
    """Starts a model that answers so, and gives it the writing of questions and nothing else."""
    servers: list[OpenAIServer] = []

    def start(script: list[Any]) -> OpenAIServer:
        server = OpenAIServer(script)
        server.__enter__()
        servers.append(server)
        home().mkdir(parents=True, exist_ok=True)
        rest = ["observe", "speak", "grade"]
        settings.save(home(), {"model": "m", "base_url": server.base_url, "builtin_steps": rest})
        return server

    yield start
    for server in servers:
        server.__exit__(None, None, None)


@pytest.fixture
def summary(tmp_path: Path) -> Callable[[str | bytes], Path]:
    """Writes a file with a project summary."""

    def write(text: str | bytes) -> Path:
        path = tmp_path / "project.txt"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


def test_a_round_about_a_project(cli: Any, answers: Write, serve: Any, summary: Any) -> None:
    server = serve([project()])
    path = summary(f"\ufeff{SUMMARY}{ORDER}\n")
    ran = cli("play", "depth", "--answers", answers(ANSWERS), "--project", path, "--json")
    assert ran.status == 0, ran.err
    (asked,) = {thread["question_id"] for thread in ran.json["threads"]}
    assert asked.startswith("d-project-")
    assert {question["opener"] for question in ran.json["setup"]["written"]} == {ladder(0)["l1"], ladder(1)["l1"]}
    assert len(server.requests) == 1
    assert "full marks" not in server.requests[0].texts[1]


@pytest.mark.soak
def test_a_round_about_a_document(cli: Any, answers: Write, serve: Any) -> None:
    (sample,) = (path for path in sample_files() if path.name == SAMPLE)
    added = cli("library", "add", sample, "--company", SAMPLE_COMPANY, "--json").json
    serve([paper()])
    ran = cli("play", "depth", "--answers", answers(ANSWERS), "--document", added[0]["document"][:8], "--json")
    assert ran.status == 0, ran.err
    (thread,) = ran.json["threads"]
    assert thread["question_id"].startswith("d-paper-")
    assert ran.json["setup"]["company"] == SAMPLE_COMPANY


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("I did AI", TOO_SHORT),
        ("Python, SQL, Spark, " * 12, ONLY_NAMES),
        (SUMMARY * 9, TOO_LONG),
        (ORDER, TOO_SHORT),
        (b"\xff\xfe\x00", "is not a text file in UTF-8"),
    ],
)
def test_a_project_that_says_too_little(
    cli: Any, answers: Write, serve: Any, summary: Any, text: str | bytes, says: str
) -> None:
    server = serve([])
    ran = cli("play", "depth", "--answers", answers(ANSWERS), "--project", summary(text))
    assert ran.status == 2 and says in ran.err and ran.err.count("\n") == 1 and not ran.out
    assert server.requests == []
    assert cli("transcripts", "list", "--json").json == []


def test_a_model_that_obeys_an_order_opens_no_round(cli: Any, answers: Write, serve: Any, summary: Any) -> None:
    obeying = project(ladder(points=with_point(ladder(), 4, text=ORDER)))
    server = serve([obeying, obeying])
    ran = cli("play", "depth", "--answers", answers(ANSWERS), "--project", summary(SUMMARY))
    assert ran.status == 1 and REFUSED in ran.err and ran.err.count("\n") == 1
    assert len(server.requests) == 2
    assert cli("transcripts", "list", "--json").json == []


def test_without_a_model_it_says_so(cli: Any, answers: Write, summary: Any) -> None:
    ran = cli("play", "depth", "--answers", answers(ANSWERS), "--project", summary(SUMMARY))
    assert ran.status == 2 and "needs a model" in ran.err and "take a case" in ran.err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["breadth", "--project", "p.txt"], "Only a depth round"),
        (["depth", "--project", "p.txt", "--document", "0123"], "says by itself what the round is about"),
        (["depth", "--project", "p.txt", "--areas", "D-REC"], "says by itself"),
        (["depth", "--document", "0123", "--company", "Acme"], "says by itself"),
        (["depth", "--document", "0123"], "0123"),
        (["depth", "--document", ""], "There is no document"),
        (["depth", "--project", "/nowhere/p.txt"], "cannot be read"),
        (["depth", "--areas", "D-PROJECT"], "There is no area 'D-PROJECT'"),
    ],
)
def test_choices_that_do_not_go(cli: Any, answers: Write, options: list[str], says: str) -> None:
    ran = cli("play", *options, "--answers", answers(ANSWERS))
    assert ran.status == 2 and says in ran.err and ran.err.count("\n") == 1 and not ran.out

"""The questions eval: its arithmetic, and small folders through the real loader and both authors."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest

from evals.questions import figures, main, readable
from interviewer.agents.tally import Tally
from tests.excerpts import DRAFT, TEXTS, TITLE, written
from tests.wire.openai_server import Fault, OpenAIServer

PAPERS = Path(os.environ.get("INTERVIEWER_DATA", "../shared/data")) / "papers"
FIELDS = ["documents", "drafted", "passed", "share", "rejects", "by"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the document of the tests, the same in an archive under another name, and a file that is none."""
    place = tmp_path / "documents"
    place.mkdir()
    text = f"# {TITLE}\n\n" + "\n\n".join(TEXTS) + "\n"
    (place / "post.md").write_text(text, encoding="utf-8")
    with zipfile.ZipFile(place / "more.zip", "w") as archive:
        archive.writestr("again.md", text.replace("holiday flats", "holiday rooms"))
    (place / "notes.pdf").write_bytes(b"")
    (place / "picture.png").write_bytes(b"\x89PNG")
    return place


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> OpenAIServer:
    """A scripted model that the environment's settings lead to."""
    server = OpenAIServer(lambda _: {"questions": [DRAFT | {"points": points()}]})
    monkeypatch.setenv("INTERVIEWER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("INTERVIEWER_BASE_URL", server.base_url)
    return server


def points() -> list[object]:
    return [point | {"passage": "P1"} for point in DRAFT["points"]]


def last(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    found: dict[str, object] = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert list(found) == FIELDS
    return found


def test_the_arithmetic() -> None:
    tally = Tally()
    for codes in ((), ("deictic", "no_must"), ("deictic",), ()):
        tally.note(codes)
    assert figures(tally, documents=2, by="built-in") == {
        "documents": 2,
        "drafted": 4,
        "passed": 2,
        "share": 0.5,
        "rejects": {"deictic": 2, "no_must": 1},
        "by": "built-in",
    }
    assert figures(Tally(), documents=1, by="m")["share"] is None


def test_a_question_as_it_is_read() -> None:
    words = " ".join(readable(written()).split())
    assert DRAFT["opener"] in words
    assert DRAFT["points"][0]["quote"] in words
    assert "p. 2" in words


def test_a_model_s_questions_are_checked_and_printed(
    folder: Path, model: OpenAIServer, capsys: pytest.CaptureFixture[str]
) -> None:
    with model:
        assert main([str(folder), "--model", "test-model", "--company", "Thistlemark", "-n", "1"]) == 0
    captured = capsys.readouterr()
    found = json.loads(captured.out.splitlines()[-1])
    # The second document gets the same draft, and so does the repair of it: both are duplicates.
    assert found == {
        "documents": 2,
        "drafted": 3,
        "passed": 1,
        "share": 0.333,
        "rejects": {"duplicate": 2},
        "by": "test-model",
    }
    assert "Thistlemark ranks holiday flats by embeddings" in captured.out
    assert "notes.pdf" in captured.err


def test_without_a_model_the_built_in_author_writes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(folder), "--json"]) == 0
    found = last(capsys)
    assert (found["documents"], found["by"]) == (2, "built-in")


@pytest.mark.soak
@pytest.mark.skipif(not PAPERS.is_dir(), reason="the shared papers are not here: set INTERVIEWER_DATA")
def test_a_paper_through_the_built_in_author(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "paper.pdf").write_bytes((PAPERS / "1801.05147.pdf").read_bytes())
    assert main([str(tmp_path), "--json"]) == 0
    found = last(capsys)
    assert found["documents"] == 1
    assert isinstance(found["passed"], int)
    assert found["passed"] >= 1


@pytest.mark.parametrize("name", ["nowhere", ""])
def test_nothing_to_read_is_one_sentence(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / name)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1


def test_a_model_that_fails_is_one_sentence(
    folder: Path, model: OpenAIServer, capsys: pytest.CaptureFixture[str]
) -> None:
    model.replies = lambda _: Fault(status=401)
    with model:
        assert main([str(folder), "--model", "test-model"]) == 2
    error = capsys.readouterr().err
    assert "Traceback" not in error
    assert "key" in error

"""The figures of evals.uploads on a folder of our own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from evals import uploads
from interviewer.library import reading
from tests.library.reading.pdfs import pdf, prose

ROOT = Path(__file__).parents[2]
WORDS = "The ranking service keeps two towers apart so that items can be computed ahead of time. " * 8


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pypdf, page, refused = tmp_path / "pypdf", tmp_path / "pages" / "one", tmp_path / "pages" / "two"
    for made in (pypdf, page, refused):
        made.mkdir(parents=True)
    (pypdf / "two.pdf").write_bytes(pdf([prose(WORDS), prose(WORDS)]))
    (pypdf / "scan.pdf").write_bytes(pdf([[], [], []]))
    entries = [
        {"path": "two.pdf", "pages": 2, "encrypted": False},
        {"path": "scan.pdf", "pages": 4, "encrypted": False},
        {"path": "absent.pdf", "pages": 4, "encrypted": False},
    ]
    (pypdf / "files.json").write_text(json.dumps({"data": entries}), encoding="utf-8")
    (pypdf / "LICENSE").write_text("None.", encoding="utf-8")
    half = WORDS[: len(WORDS) // 2]
    (page / "source.html").write_text(f"<html><body><article><p>{WORDS}</p></article></body></html>", encoding="utf-8")
    (page / "expected.html").write_text(f"<div><p>{half}</p></div>", encoding="utf-8")
    (refused / "source.html").write_text("<html><title>404 Not Found</title><body></body></html>", encoding="utf-8")
    (refused / "expected.html").write_text("<p>Something.</p>", encoding="utf-8")
    return tmp_path


def ran(*arguments: str) -> str:
    """What the command prints, run by itself: the peak of a child is at least what its parent takes at the start."""
    command = [sys.executable, "-m", "evals.uploads", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, cwd=ROOT).stdout


def test_the_last_line_counts_every_file(folder: Path) -> None:
    lines = ran(str(folder)).strip().splitlines()
    found = json.loads(lines[-1])
    assert list(found) == [
        *("files", "added", "refused", "crashed"),
        *("over_time", "over_memory", "mean_similarity", "max_seconds"),
    ]
    assert (found["files"], found["added"], found["refused"], found["crashed"]) == (4, 2, 2, 0)
    # One page is twice as long as it should be: 2 * 64 / (64 + 128); the other was refused.
    assert found["mean_similarity"] == pytest.approx(1 / 3, abs=0.01)
    assert 0 < found["max_seconds"] < 20
    assert "scan.pdf: 3 pages, 4 expected" in lines
    assert "left out: pdfjs/ is not there" in lines
    assert any(line.startswith("refused: pypdf/scan.pdf: scan.pdf has no text") for line in lines)


def test_json_alone(folder: Path) -> None:
    out = ran(str(folder / "pypdf"), "--json")
    assert out.count("\n") == 1 and json.loads(out)["mean_similarity"] is None


def test_a_folder_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert uploads.main(["no/such/folder"]) == 2
    assert "no file was tried" in capsys.readouterr().err


def test_what_passes_a_limit_is_counted_and_fails_the_command() -> None:
    outcomes = [
        uploads.Outcome(Path("a"), "added", seconds=reading.SECONDS + uploads.SLACK + 0.1),
        uploads.Outcome(Path("b"), "refused", peak=reading.MEMORY + 1, similarity=0.5),
        uploads.Outcome(Path("c"), "crashed", seconds=reading.SECONDS + 1, peak=reading.MEMORY, similarity=1.0),
    ]
    found = uploads.figures(outcomes)
    assert (found["over_time"], found["over_memory"], found["crashed"]) == (1, 1, 1)
    assert found["mean_similarity"] == 0.75

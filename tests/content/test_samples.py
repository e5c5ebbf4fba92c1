"""The samples are whole documents of an invented company, say so first, and their numbers are those of the script."""

from __future__ import annotations

import json
import re
import runpy
import shutil
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import yaml

from interviewer.content.load import root
from interviewer.content.packs import SAMPLE_COMPANY, load_corpus, pack_for, sample_files
from interviewer.errors import ContentError

POSTS = [path for path in sample_files() if path.suffix == ".md"]
PAPER = root("corpus") / "samples" / "late-labels.pdf"
SOURCE = root("corpus") / "samples" / "source"


def parts(path: Path) -> tuple[dict[str, Any], str]:
    """Front matter and body of a post."""
    _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(head), body


def pages(path: Path) -> list[str]:
    """The text of each page of a PDF."""
    with pypdfium2.PdfDocument(path) as document:
        found = []
        for page in document:
            text = page.get_textpage()
            found.append(text.get_text_bounded())
            text.close()
            page.close()
        return found


def sentences(text: str) -> list[str]:
    """Sentences of some length in lower case, without marks."""
    plain = re.sub(r"[*`>|#\s]+", " ", text)
    return [s.strip().lower() for s in re.split(r"(?<=[.!?])\s+", plain) if len(s.split()) >= 6]


def test_there_are_three_posts_and_a_paper() -> None:
    assert len(POSTS) == 3 and PAPER in sample_files() and len(sample_files()) == 4
    assert pack_for(SAMPLE_COMPANY) is None


@pytest.mark.parametrize("path", POSTS, ids=lambda path: path.stem)
def test_a_post_says_what_it_is(path: Path) -> None:
    front, body = parts(path)
    assert set(front) == {"title", "date", "authors", "company", "licence"}
    assert front["company"] == SAMPLE_COMPANY and front["licence"] == "CC0-1.0"
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", front["date"]) and len(front["authors"]) >= 2
    first = body.strip().split("\n\n")[0]
    assert f"{SAMPLE_COMPANY} is an invented company" in first and "CC0" in first
    assert 1_200 <= len(body.split()) <= 1_800
    assert body.count("\n## ") >= 5


def test_the_paper_says_what_it_is() -> None:
    text = pages(PAPER)
    assert 3 <= len(text) <= 4
    assert f"{SAMPLE_COMPANY} is an invented company" in " ".join(text[0].split())
    with pypdfium2.PdfDocument(PAPER) as document:
        meta = document.get_metadata_dict()
    assert meta["Title"] == "How Long to Wait: Fraud Models Trained While Complaints Are Still on Their Way"
    assert meta["Author"] == "Marit Oyelaran, Emeka Sandvik"


def test_no_sentence_is_there_twice() -> None:
    texts = [parts(path)[1] for path in POSTS] + [" ".join(pages(PAPER))]
    times = Counter(chain.from_iterable(map(sentences, texts)))
    assert len(times) > 300
    assert [sentence for sentence, count in times.items() if count > 1] == []


def test_the_numbers_of_the_paper_are_the_scripts() -> None:
    """Each row of its tables, in the source and in the PDF."""
    found = json.loads((SOURCE / "late_labels.json").read_text(encoding="utf-8"))
    html = (SOURCE / "late-labels.html").read_text(encoding="utf-8")
    printed = "\n".join(pages(PAPER))
    worlds = list(found["table"])
    assert found["seeds"] == 20 and worlds == ["stable", "attack", "segments", "slowdown"]
    for method in found["table"]["stable"]:
        cells = [
            f"{found['table'][world][method][measure][0]:.{places}f}"
            for world in worlds
            for measure, places in (("ratio", 2), ("excess", 2))
        ]
        assert f"<td>{method}</td><td>{'</td><td>'.join(cells)}</td>" in html
        assert f"{method} {' '.join(cells)}" in printed


@pytest.mark.soak
def test_the_script_gives_the_numbers_again() -> None:
    """One draw of one world: the mean over twenty lies near it, and the method does what the paper says."""
    script = runpy.run_path(str(SOURCE / "late_labels.py"))
    stored = json.loads((SOURCE / "late_labels.json").read_text(encoding="utf-8"))["table"]["attack"]
    run = script["one_run"](0, "attack")
    assert set(run) == set(stored)
    for method, measures in run.items():
        assert measures["ratio"] == pytest.approx(stored[method]["ratio"][0], abs=0.1)
    assert run["recent, as seen"]["ratio"] < 0.5
    assert run["recent, corrected"]["ratio"] > 0.8


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("licence: CC0-1.0\n", "", "the front matter has no licence"),
        ("company: Brackenloom", "company: Real Inc.", "the company is 'Real Inc.', not 'Brackenloom'"),
        ("is an invented company", "is a company", "does not say that Brackenloom is an invented company"),
        ("---\n", "", "no front matter"),
        ("authors: [", "authors: [[", "no front matter"),
    ],
)
def test_a_fault_of_a_sample_is_named(tmp_path: Path, old: str, new: str, says: str) -> None:
    folder = Path(shutil.copytree(root("corpus"), tmp_path / "corpus"))
    path = folder / "samples" / POSTS[0].name
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_corpus(folder)
    assert len(caught.value.faults) == 1 and says in caught.value.faults[0]
    assert re.match(rf"{re.escape(str(path))}:\d+: ", caught.value.faults[0])

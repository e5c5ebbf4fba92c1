"""Real papers, posts and uploads: order of reading, what is left out, and pages. Skipped where the data is not."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path

import pytest

from interviewer.domain.library import Parsed
from interviewer.errors import DocumentRefused
from interviewer.library.passages import passages, text_of, words_of
from interviewer.library.reading import parse

DATA = Path(os.environ.get("INTERVIEWER_DATA", "../shared/data"))
PAPERS = sorted(path.stem for path in (DATA / "papers").glob("*.pdf"))

pytestmark = pytest.mark.skipif(not PAPERS, reason="the shared papers are not here: set INTERVIEWER_DATA")


@cache
def paper(id: str) -> Parsed:
    return parse((DATA / "papers" / f"{id}.pdf").read_bytes(), name=f"{id}.pdf")


@pytest.mark.parametrize(
    ("id", "before", "after"),
    [
        # Across a column, with a table between; across a page; after formulas; around a figure.
        ("1909.00754", "In a recently proposed multi-", "domain dialogue state tracking dataset"),
        ("1909.00754", "attention memory access are based on the", "output from the LSTM"),
        ("1909.00754", "The concatenated working memory, r0, is then", "fed into a Multi-Layer Perceptron"),
        ("1912.01214", "which are divided into", "Hard Alignment"),
        ("1801.05147", "song, brand, product, and so on. Identifying these entities", "is useful for chatbot"),
        ("1801.05147", "This indicates that LSTM-", "CRF is a very strong baseline system"),
        ("1810.08699", "and a recurrent model similar to [14],", "[15] that uses bidirectional LSTM cells"),
    ],
)
def test_lines_follow_each_other(id: str, before: str, after: str) -> None:
    text = text_of(paper(id))
    start = text.find(before)
    assert start >= 0
    assert text[start + len(before) :].lstrip().startswith(after)


@pytest.mark.parametrize(
    ("id", "sections"),
    [
        (
            "1909.00754",
            ["Abstract", "1 Introduction", "2 Motivation", "3 Hierarchical", "3.1 Encoding", "4.4 Ablation"],
        ),
        ("1912.01214", ["Abstract", "Introduction", "Related Work", "Approach", "Transfer Protocol", "Conclusion"]),
        ("1810.08699", ["I. INTRODUCTION", "II. AUTOMATED", "A. Dataset extraction", "III. TEST DATASET", "VII. CON"]),
        ("1705.07830", ["ABSTRACT", "1 INTRODUCTION", "3.1 QUESTION", "7 CONCLUSION", "A REFORMULATION EXAMPLES"]),
    ],
)
def test_headings_come_in_order(id: str, sections: list[str]) -> None:
    found = [block.text for block in paper(id).blocks if block.kind == "heading"]
    places = [next((n for n, text in enumerate(found) if text.startswith(wanted)), -1) for wanted in sections]
    assert -1 not in places and places == sorted(places)


@pytest.mark.parametrize("id", PAPERS)
def test_every_paper(id: str) -> None:
    parsed = paper(id)
    text = text_of(parsed)
    assert len(parsed.title) > 20 and parsed.url == f"https://arxiv.org/abs/{id}"
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", parsed.date)
    assert not any(
        re.fullmatch(r"references|bibliography", block.text.strip(), re.IGNORECASE) for block in parsed.blocks
    )
    assert not re.search("[\ufb00-\ufb06\u00ad\x00-\x08\ufffe]", text)
    assert not re.search(r"\w- \w+ing\b", text)
    found = passages(parsed, document="d" * 32)
    # Sections that are short of their own, and ends of sections, are few.
    short = [passage for passage in found if words_of(passage.text) < 120]
    assert len(short) <= 0.25 * len(found)
    assert all(1 <= (passage.page or 0) <= parsed.pages for passage in found)


def test_names_of_journals_of_the_reference_list_are_gone() -> None:
    assert "arXiv preprint" not in text_of(paper("1909.00754"))
    assert "Proceedings of" not in text_of(paper("1912.01214"))


@pytest.mark.soak
def test_pages_of_the_collection() -> None:
    folder = DATA / "uploads" / "pypdf"
    if not folder.is_dir():
        pytest.skip("the shared uploads are not here: set INTERVIEWER_DATA")
    seen = 0
    for entry in json.loads((folder / "files.json").read_text(encoding="utf-8"))["data"]:
        path = folder / entry["path"]
        if not path.is_file():
            continue
        try:
            assert parse(path.read_bytes(), name=path.name).pages == entry["pages"], entry["path"]
            seen += 1
        except DocumentRefused as refused:
            why = str(refused)
            assert ("is encrypted" in why) == entry["encrypted"]
    assert seen >= 20

"""`library`: real files through the real loader, database and indexes; no address leaves the machine."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from interviewer.cli.packs import gathered
from interviewer.content.packs import SAMPLE_COMPANY, packs, sample_files
from interviewer.domain import Document, Landmark, Pack, Passage
from interviewer.library.feeds import Arxiv
from interviewer.program import Program
from interviewer.store.shelf import Shelved
from tests.library.fetching.site import Site, Trap, page

RANKING = """---
title: Two towers at Acme
authors: [Ann Berg]
date: "2024-05-17"
---

# Retrieval

We replaced matrix factorisation by two towers, because new items have no clicks yet and the item tower reads their
text. The corpus has 40 million items, and an index of 200 clusters answers in 8 milliseconds at the 99th percentile.

## What went wrong

Popular items were sampled as negatives too often, so they were pushed down. We subtract the logarithm of the sampling
probability from the score during training. Recall at 100 rose from 0.31 to 0.38, and we would measure it online first.
"""
FRAUD = """# Late labels

Chargebacks arrive 45 days after a payment, so the newest labels are always incomplete. We weight the examples by how
likely it is that their label has arrived, and we hold back the last six weeks when we compare two models.
"""


@pytest.fixture
def papers(tmp_path: Path) -> Callable[..., Path]:
    """Writes a document."""

    def write(name: str = "towers.md", text: str = RANKING) -> Path:
        path = tmp_path / "documents" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def towers(cli: Any, papers: Callable[..., Path]) -> dict[str, Any]:
    """One document of Acme in the library, as `show --json` prints it."""
    ran = cli("library", "add", papers(), "--company", "Acme", "--json")
    assert ran.status == 0, ran
    found: dict[str, Any] = cli("library", "show", ran.json[0]["document"], "--json").json
    return found


def test_nothing_is_there_yet(cli: Any) -> None:
    assert "no document yet" in cli("library", "list").out
    assert "no document of 'Acme' yet" in cli("library", "list", "--company", "Acme").out
    assert cli("library", "list", "--json").json == [] == cli("library", "search", "towers", "--json").json
    assert "Nothing fits" in cli("library", "search", "towers").out
    assert cli("library", "rebuild", "--json").json == {"passages": 0}


def test_add_and_list(cli: Any, papers: Callable[..., Path]) -> None:
    ran = cli("library", "add", papers(), papers("fraud.md", FRAUD), "--company", "Acme", "--json")
    assert ran.status == 0 and not ran.err
    assert [(one["name"], one["step"]) for one in ran.json] == [("towers.md", "added"), ("fraud.md", "added")]
    listed = {document["title"]: document for document in cli("library", "list", "--json").json}
    assert set(listed) == {"Two towers at Acme", "Late labels"}
    towers = listed["Two towers at Acme"]
    assert towers["id"] == ran.json[0]["document"] and towers["company"] == "Acme" and towers["authors"] == ["Ann Berg"]
    table = cli("library", "list", "--company", "ACME ").out
    assert towers["id"][:8] in table and "Late labels" in table and "markdown" in table
    assert cli("library", "list", "--company", "Other", "--json").json == []
    again = cli("library", "add", papers(), "--company", "acme")
    assert again.status == 0 and "unchanged" in again.out and towers["id"][:8] in again.out
    changed = cli("library", "add", papers(text=RANKING.replace("0.38", "0.41")), "--company", "Acme", "--json").json
    assert [(one["step"], one["document"]) for one in changed] == [("replaced", towers["id"])]


def test_one_that_fails_is_no_end(cli: Any, papers: Callable[..., Path]) -> None:
    wanted = [papers("missing.pdf").with_name("none.pdf"), papers("empty.md", " "), papers()]
    ran = cli("library", "add", *wanted, "--company", "Acme", "--json")
    assert ran.status == 2
    assert [one["step"] for one in ran.json] == ["failed", "failed", "added"]
    assert all(one["sentence"].endswith(".") for one in ran.json[:2])
    table = cli("library", "add", wanted[1], "--company", "Acme")
    assert table.status == 2 and "failed" in table.out and "empty" in table.out


def test_addresses_are_fetched_by_the_strict_rules(cli: Any) -> None:
    with Trap() as trap:
        wanted = [f"http://127.0.0.1:{trap.port}/a.pdf", "http://localhost/", "file:///etc/passwd", "arXiv:1706.03762"]
        ran = cli("library", "add", *wanted, "--company", "Acme", "--json")
        assert trap.untouched()
    assert ran.status == 2
    assert [(one["name"], one["step"]) for one in ran.json] == [(name, "failed") for name in wanted]
    assert "80 and 443" in ran.json[0]["sentence"] and "private network" in ran.json[1]["sentence"]
    assert "https://" in ran.json[2]["sentence"] and "no network" in ran.json[3]["sentence"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["add", "a.md"],
        ["add", "a.md", "--company", " "],
        ["add", "--company", "Acme"],
        ["add", "a.md", "--company", "Acme", "--newest", "0"],
        ["search", " "],
        ["search", "towers", "--mode", "psychic"],
        ["search", "towers", "-n", "0"],
        ["show", ""],
        ["show", "f" * 32],
        ["show", "x" * 5000],
        ["show", "\x1b[31m"],
        ["remove", "f" * 32, "--yes"],
        ["fetch", "Nobody & Sons"],
        ["questions"],
        ["questions", "--company", "Acme"],
        ["questions", "--company", " "],
    ],
)
def test_what_cannot_be_done_is_one_sentence(cli: Any, arguments: list[str]) -> None:
    ran = cli("library", *arguments)
    assert ran.status == 2 and not ran.out
    assert ran.err.count("\n") == 1 and 10 < len(ran.err) < 400 and "\x1b" not in ran.err


@pytest.mark.parametrize("mode", ["dense", "words", "hybrid"])
def test_search(cli: Any, papers: Callable[..., Path], towers: dict[str, Any], mode: str) -> None:
    cli("library", "add", papers("fraud.md", FRAUD), "--company", "Other")
    query = "sampling probability of popular negatives"
    best = cli("library", "search", query, "--mode", mode, "--json").json[0]
    assert best["document"]["id"] == towers["id"] and best["passage"] in towers["passages"]
    text = best["passage"]["text"]
    assert {"sampl", "negat"} <= {text[start:end].lower()[:5] for start, end in best["highlights"]}
    shown = cli("library", "search", query, "--mode", mode).out
    assert "1. Two towers at Acme" in shown and best["passage"]["id"] in shown
    assert len(cli("library", "search", query, "--mode", "dense", "-n", "1", "--json").json) == 1
    unlike = cli("library", "search", "cheating purchasers", "--mode", mode, "--json").json
    assert bool(unlike) is (mode != "words")
    others = cli("library", "search", query, "--company", "other", "--json").json
    assert all(hit["document"]["company"] == "Other" for hit in others)


def test_show(cli: Any, towers: dict[str, Any]) -> None:
    assert towers["passages"] and len(towers["passages"]) == len({passage["id"] for passage in towers["passages"]})
    shown = cli("library", "show", towers["id"][:6]).out
    assert "Two towers at Acme" in shown and "Authors: Ann Berg" in shown and "Date: 2024-05-17" in shown
    assert "What went wrong" in shown and "pushed down" in shown
    passage = towers["passages"][-1]
    alone = cli("library", "show", passage["id"], "--json").json
    assert {key: alone[key] for key in passage} == passage and alone["of"]["id"] == towers["id"]
    text = cli("library", "show", passage["id"]).out
    assert passage["id"] in text and text.count("[") == 1


def test_remove_leaves_nothing(cli: Any, towers: dict[str, Any]) -> None:
    ran = cli("library", "remove", towers["id"][:8], "--yes", "--json")
    assert ran.status == 0 and ran.json == {"removed": towers["id"]}
    assert cli("library", "list", "--json").json == [] == cli("library", "search", "two towers", "--json").json
    assert cli("library", "show", towers["id"]).status == 2
    assert cli("library", "remove", towers["id"], "--yes").status == 2


@pytest.mark.parametrize(("typed", "gone"), [("y\n", True), ("n\n", False), ("", False)])
def test_remove_asks(cli: Any, towers: dict[str, Any], monkeypatch: pytest.MonkeyPatch, typed: str, gone: bool) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    ran = cli("library", "remove", towers["id"])
    assert ran.status == (0 if gone else 2) and "for good?" in ran.err
    assert (cli("library", "list", "--json").json == []) is gone


def test_a_document_cannot_steer_the_terminal(cli: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the parsers let through: here it comes into the database past them."""
    steering = "\x1b]0;owned\x07\x1b[2J\x9b31m"
    passage = Passage(
        id="b" * 32, document="a" * 32, number=1, sections=(steering,), start=0, end=9, text=f"Two{steering} towers"
    )
    document = Document(
        id="a" * 32,
        source=f"a{steering}.md",
        sha256="0" * 64,
        kind="markdown",
        title=f"Two{steering} towers",
        company=f"{steering}Acme",
        authors=(steering,),
        passages=1,
        added_at=datetime(2026, 3, 1, tzinfo=UTC),
    )
    program = Program(tmp_path)
    model = program.embedding()
    vectors = (model.query("two towers").astype("<f4").tobytes(),)
    shelf = program.store.shelf(program.store.local_user())
    shelf.put(Shelved(document, b"-", passage.text, (passage,), vectors, model.name))
    program.store.dispose()
    shown = [
        cli("library", *arguments)
        for arguments in (["list"], ["show", document.id], ["show", passage.id], ["search", "towers"])
    ]
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    shown.append(cli("library", "remove", document.id))
    for found in shown:
        assert "towers" in found.out + found.err
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", found.out + found.err)


def test_rebuild(cli: Any, towers: dict[str, Any]) -> None:
    assert cli("library", "rebuild", "--json").json == {"passages": len(towers["passages"])}
    assert f"{len(towers['passages'])} passages" in cli("library", "rebuild").out
    assert cli("library", "search", "two towers", "--json").json


def test_packs(cli: Any) -> None:
    found = cli("library", "packs", "--json").json
    assert len(found) == 12 and {"Netflix", "Uber"} <= {pack["company"] for pack in found}
    assert "Netflix" in cli("library", "packs").out


def test_fetch_without_a_network_names_every_address(cli: Any) -> None:
    ran = cli("library", "fetch", "netflix")
    pack = next(pack for pack in packs() if pack.id == "netflix")
    assert ran.status == 1 and not ran.err
    assert f"Not reached: {len(pack.landmarks) + bool(pack.feed)}" in ran.out and "In the library" not in ran.out
    assert all(f"    {mark.link}\n    There is no host" in ran.out for mark in pack.landmarks)
    assert all(mark.title in ran.out for mark in pack.landmarks) and "Unofficial" in ran.out
    found = cli("library", "fetch", "Netflix", "--newest", "3", "--json")
    assert found.status == 1 and {item["step"] for item in found.json["items"]} == {"failed"}
    assert all(item["link"].startswith("https://") and item["sentence"] for item in found.json["items"])
    assert cli("library", "list", "--json").json == []


def test_fetch_gets_what_is_reachable(tmp_path: Path) -> None:
    program = Program(tmp_path)
    with Site({}) as site:
        items = "".join(
            f"<item><title>{title}</title><link>{path}</link></item>"
            for title, path in (("Labels", "/labels"), ("Gone", "/gone"), ("Third", "/third"))
        )
        site.routes = {
            "/towers.md": page(RANKING, type="text/markdown"),
            "/labels": page(FRAUD, type="text/markdown"),
            "/feed": page(f"<rss version='2.0'><channel>{items}</channel></rss>", type="application/rss+xml"),
        }
        pack = _pack(site, feed=site.url("/feed"))
        arxiv = Arxiv(site.url("/pdf/{id}"), site.url("/api/{id}"), 0.0)
        said: list[str] = []
        got = list(gathered(program.library, pack, newest=2, tell=said.append, policy=site.policy(), arxiv=arxiv))
        site.routes = {"/feed": page("<html><p>Our blog has moved.</p></html>")}
        moved = list(
            gathered(
                program.library,
                _pack(site, feed=site.url("/feed")),
                newest=2,
                tell=said.append,
                policy=site.policy(),
                arxiv=arxiv,
            )
        )
    assert [(one.title, one.step) for one in got] == [
        ("The towers", "added"),
        ("A paper", "failed"),
        ("Labels", "added"),
        (site.url("/gone"), "failed"),
    ]
    assert got[1].link == "https://arxiv.org/abs/1706.03762" and "404" in got[1].sentence
    assert {document.title for document in program.library.documents(company="acme")} == {
        "Two towers at Acme",
        "Labels",
    }
    assert moved[-1].step == "failed" and "not a feed" in moved[-1].sentence and moved[-1].link == pack.blog
    assert len(program.library.documents()) == 2
    assert any(line.startswith("embedding") for line in said)
    program.library.close()
    program.store.dispose()


def _pack(site: Site, *, feed: str) -> Pack:
    return Pack(
        id="acme",
        company="Acme",
        blog=site.url("/"),
        feed=feed,
        landmarks=(
            Landmark(title="The towers", year=2024, address=site.url("/towers.md"), supports="SD01", summary="Towers."),
            Landmark(title="A paper", year=2017, arxiv="1706.03762", supports="SD01", summary="A paper."),
        ),
        systems=("shelves",),
        areas=("B08",),
        topics=("ranking-metrics",),
        as_of="2026-11",
    )


@pytest.mark.soak
def test_questions(cli: Any) -> None:
    sample = next(path for path in sample_files() if path.stem == "late-truth-about-payments")
    [added] = cli("library", "add", sample, "--company", SAMPLE_COMPANY, "--json").json
    ran = cli("library", "questions", "--company", SAMPLE_COMPANY.upper(), "-n", "1", "--json")
    assert ran.status == 0 and not ran.err and len(ran.json) == 1
    [authored] = ran.json
    [id] = authored["documents"]
    assert id == added["document"] and authored["by"] == "built-in"
    document = cli("library", "show", id, "--json").json
    texts = {part["id"]: part["text"] for part in document["passages"]}
    question = authored["question"]
    for point in question["key_points"]:
        assert point["citation"]["quote"] in texts[point["citation"]["passage"]]
    shown = " ".join(cli("library", "questions", "--company", SAMPLE_COMPANY).out.split())
    quote = " ".join(question["key_points"][0]["citation"]["quote"].split())
    assert f"1. {question['opener']}" in shown and f'"{quote}" ({document["title"]}' in shown


def test_progress_is_shown_on_a_terminal_only(
    cli: Any, papers: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Makes rich take anything for a terminal.
    monkeypatch.setenv("FORCE_COLOR", "1")
    quiet = cli("library", "add", papers("fraud.md", FRAUD), "--company", "Acme")
    assert quiet.status == 0 and not quiet.err
    ours, theirs = pty.openpty()
    shown = bytearray()
    reader = threading.Thread(target=_read_all, args=(ours, shown))
    reader.start()
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        ran = cli("library", "add", papers("\x1b[2Jtowers.md"), "--company", "Acme", "--json")
    reader.join()
    os.close(ours)
    assert ran.status == 0 and ran.json[0]["step"] == "added"
    # Steps in between are drawn only when a tick of the line falls into them; the last one always is.
    assert b"added 1/1" in shown and b"towers.md" in shown and b"\x1b[2Jtowers" not in shown


def _read_all(descriptor: int, into: bytearray) -> None:
    # A read error is how a terminal says that its other end is closed.
    with contextlib.suppress(OSError):
        while piece := os.read(descriptor, 65536):
            into += piece


@pytest.mark.soak
def test_what_libraries_log_of_their_work_is_not_shown(towers: dict[str, Any], tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from interviewer.cli import main; main()", "library", "search", "two towers"]
    shutil.rmtree(tmp_path / "library")
    found = subprocess.run(
        command, capture_output=True, env={**os.environ, "INTERVIEWER_HOME": str(tmp_path)}, timeout=300, check=True
    )
    assert b"1. Two towers" in found.stdout and found.stderr == b""

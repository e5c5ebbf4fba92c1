"""`transcripts` and `tracker`, on an interview that was really held."""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from interviewer.domain import Event
from interviewer.program import Program


def test_nothing_is_there_yet(cli: Any) -> None:
    assert "no interview yet" in cli("transcripts", "list").out
    assert "Nothing yet" in cli("tracker", "list").out
    assert cli("transcripts", "list", "--json").json == []
    assert cli("tracker", "list", "--json").json == []


def test_list(cli: Any, played: dict[str, Any]) -> None:
    (row,) = cli("transcripts", "list", "--json").json
    assert row["id"] == played["interview"] and row["status"] == "closed" and row["threads"] == 1
    assert row["score"] == played["score"] and row["created_at"] <= row["closed_at"]
    table = cli("transcripts", "list").out
    assert row["id"][:8] in table and "ML breadth" in table


def test_show(cli: Any, played: dict[str, Any]) -> None:
    ran = cli("transcripts", "show", played["interview"][:8])
    assert ran.status == 0 and "I check for each feature" in ran.out and "Interviewer: Hello" in ran.out
    assert "Correctness" in ran.out and "●" in ran.out
    found = cli("transcripts", "show", played["interview"], "--json").json
    assert found["events"] == played["events"] and found["threads"] == played["threads"]
    assert found["title"].startswith("ML breadth") and found["verdict"] == played["verdict"]


@pytest.mark.parametrize("id", ["f" * 32, "", "ab", "../../etc/passwd", "%", "x" * 5000, "\x1b[31m"])
def test_an_unknown_id(cli: Any, played: dict[str, Any], id: str) -> None:
    for command in ("show", "delete"):
        ran = cli("transcripts", command, id)
        assert ran.status == 2 and ran.err.count("\n") == 1 and len(ran.err) < 250 and "\x1b" not in ran.err


def test_delete_leaves_nothing(cli: Any, played: dict[str, Any]) -> None:
    assert cli("tracker", "list", "--json").json
    ran = cli("transcripts", "delete", played["interview"], "--yes", "--json")
    assert ran.status == 0 and ran.json == {"deleted": played["interview"]}
    assert cli("transcripts", "list", "--json").json == [] == cli("tracker", "list", "--json").json
    assert cli("transcripts", "delete", played["interview"], "--yes").status == 2


@pytest.mark.parametrize(("typed", "gone"), [("y\n", True), ("n\n", False), ("", False)])
def test_delete_asks(cli: Any, played: dict[str, Any], monkeypatch: pytest.MonkeyPatch, typed: str, gone: bool) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    ran = cli("transcripts", "delete", played["interview"][:6])
    assert ran.status == (0 if gone else 2) and "for good?" in ran.err
    assert (cli("transcripts", "list", "--json").json == []) is gone


def test_a_beginning_that_fits_several(cli: Any, tmp_path: Path) -> None:
    program = Program(tmp_path)
    opened = Event(kind="opened", key="opened", at=datetime(2026, 3, 1, tzinfo=UTC))
    for id in ("abcdef01", "abcdef02", "abcdef0"):
        program.repository.create(id, "breadth", (opened,), "ML breadth")
    program.store.dispose()
    ran = cli("transcripts", "delete", "abcde", "--yes")
    assert ran.status == 2 and "3 interviews begin with 'abcde'" in ran.err
    assert cli("transcripts", "delete", "abcdef0", "--yes", "--json").json == {"deleted": "abcdef0"}


def test_tracker(cli: Any, played: dict[str, Any]) -> None:
    rows = cli("tracker", "list", "--json").json
    assert rows and {row["interview"] for row in rows} == {played["interview"]}
    table = cli("tracker", "list").out
    assert "leakage" in table and "Practise next: leakage" in table

"""`check`: all faults at once, each with file and line; no file can make it fall over."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from interviewer.content.load import root


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    """A copy of the breadth round with three questions, to damage."""
    copy = tmp_path / "prompts"
    shutil.copytree(root() / "breadth", copy / "breadth", ignore=shutil.ignore_patterns("bank"))
    (copy / "breadth" / "bank").mkdir()
    for path in sorted(root().glob("breadth/bank/*.yaml"))[:3]:
        shutil.copy(path, copy / "breadth" / "bank")
    return copy


def test_the_shipped_content_is_sound(cli: Any) -> None:
    ran = cli("check")
    assert ran.status == 0 and ran.out.startswith("No faults. breadth: 42 questions; ")
    assert "company packs: 12; " in ran.out
    found = cli("check", "--json").json
    assert found["ok"] is True and found["faults"] == [] and found["rounds"]["breadth"] == 42
    assert found["packs"] == 12 and found["samples"] == 4


def test_all_faults_with_file_and_line(cli: Any, prompts: Path) -> None:
    bank = prompts / "breadth" / "bank"
    first, second, third = sorted(bank.iterdir())
    first.write_text(re.sub(r"importance: must", "importance: vital", first.read_text(), count=1))
    second.write_text("id: [unclosed\n")
    third.write_text(third.read_text() + "surprise: 1\n")
    ran = cli("check", prompts)
    assert ran.status == 1 and ran.err.count("\n") == 1 and "3 faults" in ran.err
    lines = ran.out.splitlines()
    assert len(lines) == 3 and all(re.match(r".+\.yaml:\d+: ", line) for line in lines)
    vital = first.read_text().splitlines().index("    importance: vital") + 1
    assert f"{first}:{vital}: " in ran.out
    faults = cli("check", prompts, "--json").json["faults"]
    assert [Path(fault["file"]) for fault in faults] == [first, second, third]
    assert faults[0]["line"] == vital and "vital" not in faults[1]["fault"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00binary",
        b"- a\n- list\n",
        b"just text",
        b"a: &a [*a]\n",
        b"? [complex, key]\n: 1\n",
        b"id: 2026-01-01\nround: !!python/object:os.system {}\n",
        b"\x00\x01\x02",
        b"key_points: [1, {id: x}, null]\n",
        pytest.param(b"[" * 100_000, id="deeper than the stack, in brackets"),
        pytest.param(b"- " * 100_000, id="deeper than the stack, in a line"),
    ],
)
def test_a_malformed_bank_file_is_a_fault_like_others(cli: Any, prompts: Path, content: bytes) -> None:
    path = prompts / "breadth" / "bank" / "bad.yaml"
    path.write_bytes(content)
    ran = cli("check", prompts)
    assert ran.status == 1 and f"{path}:" in ran.out and ran.err.count("\n") == 1
    assert "fault" in ran.err


def test_the_faults_of_a_corpus_folder(cli: Any, tmp_path: Path) -> None:
    corpus = Path(shutil.copytree(root("corpus"), tmp_path / "corpus"))
    ran = cli("check", corpus)
    assert ran.status == 0 and ran.out == "No faults. company packs: 12; samples: 4.\n"
    pack = corpus / "packs" / "uber.yaml"
    pack.write_text(pack.read_text().replace("areas: [B14", "areas: [B99"))
    line = next(n for n, text in enumerate(pack.read_text().splitlines(), 1) if text.startswith("areas"))
    ran = cli("check", corpus)
    assert ran.status == 1 and f"{pack}:{line}: there is no area 'B99'" in ran.out
    found = cli("check", corpus, "--json").json
    assert found["ok"] is False and found["faults"][0] == {
        "file": str(pack),
        "line": line,
        "fault": "there is no area 'B99'",
    }


def test_a_folder_that_is_none(cli: Any, tmp_path: Path) -> None:
    assert cli("check", tmp_path / "nowhere").status == 2
    (tmp_path / "empty").mkdir()
    ran = cli("check", tmp_path / "empty", "--json")
    assert ran.status == 1 and "round.yaml" in ran.json["faults"][0]["fault"]


def test_a_file_name_cannot_steer_the_terminal(cli: Any, prompts: Path) -> None:
    (prompts / "breadth" / "bank" / "\x1b[31mred.yaml").write_text("no: question\n")
    ran = cli("check", prompts)
    assert ran.status == 1 and "\x1b" not in ran.out + ran.err

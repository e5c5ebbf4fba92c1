"""The names in docs/ exist: files, folders, classes, functions, constants, settings and event kinds."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

import interviewer
from interviewer.domain import EventKind
from interviewer.settings import Settings

ROOT = Path(__file__).parents[1]
DOCS = sorted((ROOT / "docs").glob("*.md"))
WORDS = {
    # What is no name of ours: the protocol, the database, the form of a question, placeholders.
    *("synchronous=FULL", "max_tokens", "max_completion_tokens", "stream_options", "PROVIDER:NAME", "auto"),
    *("must", "should", "exceptional", "preprocess_before_split"),
    *("{lead}", "*"),
    *("act:N", "observed:N", "decided:N", "spoken:N", "drew:N", "ran:N", "graded:THREAD:K", "graded:round:1"),
}


@cache
def names() -> frozenset[str]:
    """Every module-level name of the package, and every attribute of its classes as Class.attribute."""
    found: set[str] = set()
    for info in pkgutil.walk_packages(interviewer.__path__, "interviewer."):
        if ".migrations" in info.name:
            continue
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            found.add(name)
            if inspect.isclass(value) and value.__module__.startswith("interviewer"):
                members = {*dir(value), *getattr(value, "model_fields", {})}
                found |= {f"{name}.{member}" for member in members} | set(getattr(value, "model_fields", {}))
    return frozenset(found)


def exists(name: str) -> bool:
    """Whether a name in backticks stands for something."""
    if name in WORDS or name in get_args(EventKind) or name in Settings.model_fields:
        return True
    if name.startswith(("interviewer ", "make ", "python -m ")):
        return command(name)
    if any(
        (folder / name).exists()
        for folder in (
            ROOT,
            *(ROOT / "interviewer").iterdir(),
            *(ROOT / "prompts").iterdir(),
            ROOT / "prompts/breadth/bank",
        )
    ):
        return True
    return name in names()


def command(line: str) -> bool:
    """Whether a command line names something that can be run."""
    first, second, *rest = line.split()
    if first == "make":
        return re.search(rf"^{second}:", (ROOT / "Makefile").read_text(), re.MULTILINE) is not None
    if first == "interviewer":
        return second in (ROOT / "interviewer/cli/commands.py").read_text()
    module = rest[0]
    if module == "pytest":
        return all((ROOT / path).exists() for path in rest[1:])
    path = ROOT / module.replace(".", "/")
    return path.with_suffix(".py").exists() or (path / "__main__.py").exists()


@pytest.mark.parametrize("path", DOCS, ids=[path.name for path in DOCS])
def test_every_name_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    quoted = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)
    indented = [line.split("#")[0].strip() for line in text.splitlines() if line.startswith("    ")]
    assert quoted
    assert sorted({name for name in (*quoted, *indented) if not exists(name)}) == []


def test_the_events_table_is_complete() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    rows = {
        name
        for line in text.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    assert set(get_args(EventKind)) <= rows


def test_every_layer_is_explained() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    contract = re.search(r"layers = \[(.*?)\]", (ROOT / "pyproject.toml").read_text(), re.DOTALL)
    assert contract is not None
    for module in re.findall(r"interviewer\.(\w+)", contract[1]):
        assert re.search(rf"`interviewer/{module}(?:\.py)?`", text), module

"""What the commands print: tables for people, JSON for programs, one sentence for errors."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from interviewer.domain import Mark

WIDTH = 120
"""Columns where standard output is no terminal."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def console() -> Console:
    """Standard output as it is now, without markup: texts of candidates and models are printed as they are."""
    width = None if sys.stdout.isatty() else WIDTH
    return Console(markup=False, highlight=False, emoji=False, width=width)


def plain(text: str) -> str:
    """A text that cannot steer a terminal, and that UTF-8 can carry."""
    return _CONTROL.sub("", text)


def print_json(value: Any) -> None:
    """One JSON value, in ASCII, so that any terminal and any pipe takes it."""
    sys.stdout.write(json.dumps(value, indent=2) + "\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table; all columns but the first wrap where the terminal is narrow."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in columns:
        table.add_column(name, no_wrap=name == columns[0], overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    console().print(table)


def complain(sentence: str, status: int) -> int:
    """One sentence on standard error; gives the status back."""
    sys.stderr.write(" ".join(plain(sentence).split()) + "\n")
    return status


def forget_output() -> None:
    """Nobody reads standard output any more: keep the interpreter from complaining about it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def quiet_logs(*, trace: bool) -> None:
    """Warnings and errors on standard error, a line each; where they arose only with `trace`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter((logging.Formatter if trace else _OneLine)("%(name)s: %(message)s"))
    # Some libraries turn their own loggers up, which the root's level does not undo.
    handler.setLevel(logging.WARNING)
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


class _OneLine(logging.Formatter):
    """A record's message and nothing of its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        return " ".join(f"{record.name}: {record.getMessage()}".split())


def when(at: datetime) -> str:
    """A time of day where the reader is."""
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def number(score: float | None) -> str:
    """A score on the scale of 1 to 4."""
    return "not graded" if score is None else f"{score:.1f}"


def dots(mark: Mark) -> str:
    """A level as filled dots."""
    return "not observed" if mark.level is None else "●" * mark.level + "○" * (4 - mark.level)

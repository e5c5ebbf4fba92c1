"""The scripted model from the side of a bench: starts its process, sets its pace, reads what it noted."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.bench.model_server import Record

ROOT = Path(__file__).parents[2]
FIRST, RATE = 1.0, 60.0
"""Seconds to the first token, and tokens a second after it, of the model that the goals are about (design.md §4)."""


@dataclass(frozen=True)
class Running:
    """A model server that runs."""

    port: int
    pid: int

    @property
    def base_url(self) -> str:
        """What goes into the settings."""
        return f"http://127.0.0.1:{self.port}/v1"

    def records(self) -> tuple[list[Record], float]:
        """What was asked since the last time, and the processor seconds of the server so far."""
        got = self._get("/records")
        return [Record(**{**r, "prompt": tuple(r["prompt"])}) for r in got["records"]], float(got["cpu"])

    def pace(self, first: float, rate: float | None) -> None:
        """Change the pace from the next request on."""
        self._get("/pace", {"first": first, "rate": rate})

    def _get(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data), timeout=30) as answer:
            return json.loads(answer.read())


@contextmanager
def model(*, first: float = FIRST, rate: float | None = RATE, keep: bool = False) -> Iterator[Running]:
    """A model in a process of its own, gone at the end of the block."""
    command = [sys.executable, "-m", "evals.bench.model_server", "--first", str(first)]
    command += ["--rate", str(rate)] if rate else []
    command += ["--keep"] if keep else []
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own program
    try:
        assert process.stdout is not None
        yield Running(int(process.stdout.readline()), process.pid)
    finally:
        process.terminate()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()

"""`python -m interviewer.sandbox.run`: one line of JSON at the end, whatever the program does."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from interviewer.sandbox import Tier
from tests.sandbox.conftest import possible


def thrown(folder: Path, source: str | bytes, calls: Any, *options: str, status: int = 0) -> tuple[dict[str, Any], str]:
    """The last line, and what was said on standard error."""
    (folder / "program.py").write_bytes(source if isinstance(source, bytes) else source.encode())
    (folder / "calls.json").write_text(calls if isinstance(calls, str) else json.dumps(calls))
    argv = ["-m", "interviewer.sandbox.run", "--entry", "f", "--calls", str(folder / "calls.json"), *options]
    ran = subprocess.run(
        [sys.executable, *argv, str(folder / "program.py")],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        timeout=30,
    )
    assert ran.returncode == status, ran.stderr
    lines = ran.stdout.splitlines()
    found: dict[str, Any] = json.loads(lines[-1]) if lines else {}
    return found, ran.stderr


def test_values_and_errors_in_one_line(tmp_path: Path) -> None:
    source = "def f(x):\n    print('{}')\n    return {'half': x / 2, 1: (x, float('nan'))}\n"
    found, said = thrown(tmp_path, source, [[3], ["a"]])
    assert set(found) == {"status", "results", "tier"} and found["status"] == "ok" and found["tier"] == possible()[0]
    assert found["results"][0] == {"half": 1.5, "1": [3, "NaN"]} and said == ""
    assert found["results"][1] == {"error": "TypeError: unsupported operand type(s) for /: 'str' and 'int'"}


def test_arrays_are_lists(tmp_path: Path) -> None:
    source = "import numpy as np\ndef f(x):\n    return np.eye(2), np.float32(0.5), x > 0, np.array([1j, np.inf])\n"
    found, _ = thrown(tmp_path, source, [[1]], "--tier", possible()[-1])
    assert found["results"] == [[[[1.0, 0.0], [0.0, 1.0]], 0.5, True, [[0.0, 1.0], ["Infinity", 0.0]]]]
    assert found["tier"] == possible()[-1]


def test_what_cannot_be_run_is_a_result_too(tmp_path: Path) -> None:
    tier = possible()[0]
    found, said = thrown(tmp_path, "def g(x):\n    return x\n", [[1], [2]], "--tier", tier)
    sentence = "no function `f` found: there is `g`"
    assert found == {"status": "error", "results": [{"error": sentence}] * 2, "tier": tier} and sentence in said
    found, _ = thrown(tmp_path, b"\xff", [[1]], "--tier", tier)
    assert found == {"status": "refused", "results": [{"error": "the code is not valid UTF-8"}], "tier": tier}
    found, _ = thrown(tmp_path, "def f(x): return x", [[1]], "--tier", "none")
    assert (found["status"], found["tier"]) == ("refused", Tier.none)


@pytest.mark.parametrize("calls", ["{}", "[1]", "nonsense", "[" * 100_000])
def test_calls_that_are_none(tmp_path: Path, calls: str) -> None:
    assert thrown(tmp_path, "def f(x): return x", calls, status=2)[0] == {}

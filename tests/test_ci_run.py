"""`.ci/run` with a `make` of our own: what fails it, what it says, and what it prints last."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / ".ci" / "run"
SUMMARY = "12 passed, 1 deselected in 3.21s"
SOAK = "echo '2 passed in 9.99s'; echo '1 passed in 1.11s'"

CiRun = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def ci_run(tmp_path: Path) -> CiRun:
    """Runs the script; each target of `make` is a line of shell."""

    def call(*, check: str = "true", test: str = f"echo {SUMMARY}", soak: str = SOAK) -> object:
        lines = ["#!/bin/sh", '[ "$CI" = true ] || exit 9', 'case "$1" in']
        lines += [f"{name}) {line} ;;" for name, line in (("check", check), ("test", test), ("soak", soak))]
        for name, text in {"make": "\n".join([*lines, "esac"]), "chromium": "#!/bin/sh", "bwrap": "#!/bin/sh"}.items():
            (tmp_path / name).write_text(text + "\n")
            (tmp_path / name).chmod(0o755)
        environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
        return subprocess.run([SCRIPT], env=environment, capture_output=True, text=True, timeout=30, check=False)

    return call  # type: ignore[return-value]


def test_the_last_line_is_pytests_summary(ci_run: CiRun) -> None:
    ran = ci_run()
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-2:] == ["soak: 2 passed in 9.99s; 1 passed in 1.11s", SUMMARY]


@pytest.mark.parametrize(
    "targets",
    [
        {"check": "exit 2"},
        {"test": f"echo {SUMMARY}; exit 2"},
        {"test": "echo '11 passed, 1 skipped in 3.21s'"},
        {"test": "echo no summary"},
        {"soak": "echo '1 failed in 3.21s'; echo 'make: *** [Makefile:29: soak] Error 1' >&2; exit 2"},
        {"soak": "echo '1 passed, 1 skipped in 3.21s'; echo '1 passed in 1.11s'"},
        {"soak": "echo no summary"},
    ],
)
def test_what_fails_it(ci_run: CiRun, targets: dict[str, str]) -> None:
    assert ci_run(**targets).returncode != 0

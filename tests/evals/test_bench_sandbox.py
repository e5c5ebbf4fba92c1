"""The bench of the sandbox gives its figures for every tier that holds, beside a bare start of Python."""

from __future__ import annotations

from evals.bench import sandbox
from interviewer.sandbox import tier


def test_a_verdict_is_timed_beside_a_bare_start() -> None:
    found = sandbox.run(quick=True)
    assert found["self_test"][tier()] == "holds"
    for program in sandbox.PROGRAMS:
        figures = found[tier()][program]
        assert figures["verdict"]["count"] == figures["bare"]["count"] == sandbox.QUICK_RUNS
        assert figures["bare_starts"] > 1 and figures["runs_per_second"] > 0

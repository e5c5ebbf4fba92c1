"""The self-test tells what holds on this machine, and finds a sandbox that has lost a part."""

from __future__ import annotations

from dataclasses import replace

import pytest

from interviewer import sandbox
from interviewer.sandbox import Status, Tier, execute, tiers, trial
from interviewer.sandbox.reach import reach
from interviewer.sandbox.tiers import GUARDS
from tests.sandbox.conftest import possible


def test_something_holds_here_and_the_strongest_of_it_is_taken() -> None:
    assert possible(), "neither bubblewrap nor Landlock works on this machine: code cannot be run, and not be tested"
    assert sandbox.tier() is possible()[0] and sandbox.reason() == ""
    assert [each.holds for each in sandbox.trials()][-1] is True


@pytest.mark.parametrize("each", [Tier.bwrap, Tier.landlock])
def test_the_self_test_is_right(each: Tier) -> None:
    found = trial.trial(each)
    assert found.holds == (each in possible()) and bool(found.reason) != found.holds


def test_a_lost_part_is_found(tier: Tier) -> None:
    open_wide = replace(GUARDS, calls=None, verify=False)
    found = trial.trial(tier, open_wide)
    assert not found.holds and found.reason.startswith("a hostile program started a process")


def test_a_lost_part_is_found_in_every_run(tier: Tier) -> None:
    found = trial.trial(tier, replace(GUARDS, calls=None))
    assert not found.holds and found.reason == "the sandbox does not hold: a process could still be started"


def test_memory_without_a_limit_is_found(tier: Tier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "Limits", lambda: sandbox.Limits(memory=5 << 30))
    assert trial.trial(tier).reason.startswith("a hostile program took more memory than it may")


def test_a_sandbox_without_numpy_is_found(tier: Tier, monkeypatch: pytest.MonkeyPatch) -> None:
    full = reach()
    monkeypatch.setattr(tiers, "reach", lambda: replace(full, beside=()))
    monkeypatch.setattr(tiers, "_rules", tiers._rules.__wrapped__)
    assert trial.trial(tier).reason.startswith("NumPy cannot be used in it (")


def test_where_nothing_holds_nothing_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "_trials", {})
    monkeypatch.setattr(tiers, "system", lambda: "this is Darwin")
    ran = execute("print(1)\ndef f(): return 1", "f", [[], []])
    assert ran.status is Status.refused and ran.tier is Tier.none and ran.printed == "" and ran.peak == 0
    assert ran.sentence == "Code cannot be run here: this is Darwin."
    assert [outcome.status for outcome in ran.outcomes] == ["missing", "missing"]


def test_without_bubblewrap_the_next_is_tried(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setattr(trial, "_trials", {})
    monkeypatch.setenv("PATH", str(tmp_path))
    assert sandbox.tier() is (Tier.landlock if Tier.landlock in possible() else Tier.none)
    assert "bubblewrap is not installed" in sandbox.trials()[0].reason


def test_a_tier_can_be_asked_for(tier: Tier) -> None:
    ran = execute("def f(): return 1", "f", [[]], tier=tier)
    assert ran.tier is tier and ran.outcomes[0].value == 1
    assert execute("def f(): return 1", "f", [[]], tier=Tier.none).status is Status.refused

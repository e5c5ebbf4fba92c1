"""`doctor`: one line each, and one fault hides no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from interviewer import sandbox, settings
from tests.wire.openai_server import Fault, OpenAIServer

NAMES = ["python", "packages", "settings", "content", "store", "model", "embedding model", "chromium", "sandbox"]


def by_name(found: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The checks by their names."""
    return {check["name"]: check for check in found["checks"]}


def test_a_fresh_machine_is_in_order(cli: Any, tmp_path: Path) -> None:
    ran = cli("doctor")
    assert ran.status == 0 and not ran.err
    lines = ran.out.splitlines()
    assert [line[:16].strip() for line in lines] == NAMES
    assert str(tmp_path) in lines[2] and "42 questions" in lines[3] and "built-in" in lines[5]


def test_a_model_is_called_once(cli: Any, tmp_path: Path) -> None:
    with OpenAIServer([" ".join(map(str, range(1, 31)))]) as server:
        settings.save(tmp_path, {"model": "test-model", "base_url": server.base_url, "api_key": "sk-canary-1"})
        ran = cli("doctor", "--json")
    model = by_name(ran.json)["model"]
    assert ran.status == 0 and model["status"] == "ok" and "answers" in model["text"]
    assert len(server.requests) == 1 and "canary" not in ran.out + ran.err


def test_what_is_wrong_is_said_and_the_rest_is_still_looked_at(cli: Any, tmp_path: Path) -> None:
    (tmp_path / "interviewer.db").write_bytes(b"no database" * 1000)
    ran = cli("doctor", "--json")
    found = by_name(ran.json)
    assert ran.status == 1 and ran.json["ok"] is False and list(found) == NAMES
    assert {name for name in NAMES if found[name]["status"] == "needs attention"} == {"store", "model"}


def test_a_key_that_is_refused(cli: Any, tmp_path: Path) -> None:
    with OpenAIServer([Fault(status=401, message="bad key sk-canary-1")]) as server:
        settings.save(tmp_path, {"model": "test-model", "base_url": server.base_url, "api_key": "sk-canary-1"})
        ran = cli("doctor", "--json")
    model = by_name(ran.json)["model"]
    assert ran.status == 1 and model["status"] == "needs attention" and "canary" not in ran.out + ran.err


def test_bad_settings_are_one_line(cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERVIEWER_CAP", "lots")
    ran = cli("doctor")
    assert ran.status == 1 and len(ran.out.splitlines()) == len(NAMES) and "INTERVIEWER_CAP" in ran.out


def test_a_settings_file_that_others_can_read(cli: Any, tmp_path: Path) -> None:
    settings.save(tmp_path, {"currency": "EUR"})
    (tmp_path / settings.FILE).chmod(0o644)
    ran = cli("doctor")
    assert ran.status == 1 and "chmod 600" in ran.out


def test_missing_programs_are_notes(cli: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("interviewer.sandbox.trial._trials", {})
    ran = cli("doctor", "--json")
    found = by_name(ran.json)
    assert ran.status == 0 and found["chromium"]["status"] == found["sandbox"]["status"] == "note"
    assert "apt-get install" in found["chromium"]["text"] and "apt-get install bubblewrap" in found["sandbox"]["text"]


def test_the_tier_is_told(cli: Any) -> None:
    found = by_name(cli("doctor", "--json").json)["sandbox"]
    assert f"run with {sandbox.tier()}" in found["text"] and "8 hostile programs" in found["text"]


def test_where_no_code_can_be_run(cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interviewer.sandbox.trial._trials", {})
    monkeypatch.setattr("interviewer.sandbox.tiers.system", lambda: "this is Darwin")
    ran = cli("doctor", "--json")
    found = by_name(ran.json)["sandbox"]
    assert ran.status == 0 and found["status"] == "note"
    assert found["text"] == "Code cannot be run here: this is Darwin. The other rounds do not need it."

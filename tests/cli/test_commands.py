"""Statuses and sentences: every error is one line on standard error, and says who can mend it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from interviewer import errors
from interviewer.cli import main
from interviewer.cli.commands import run, status


def test_version(cli: Any) -> None:
    assert cli("--version") == (0, "interviewer 0.1.0\n", "")


@pytest.mark.parametrize("arguments", [["--help"], ["play", "--help"], ["transcripts", "--help"]])
def test_help(cli: Any, arguments: list[str]) -> None:
    ran = cli(*arguments)
    assert ran.status == 0 and "Usage" in ran.out and not ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["bogus"],
        ["check", "--bogus"],
        ["play", "breadth"],
        ["play", "breadth", "--answers", "a.json", "--minutes", "4"],
        ["play", "breadth", "--answers", "a.json", "--minutes", "ten"],
        ["play", "breadth", "--answers", "a.json", "--level", "guru"],
        ["transcripts", "show"],
        ["serve", "--port", "70000"],
    ],
)
def test_wrong_usage_is_one_sentence_and_status_2(cli: Any, arguments: list[str]) -> None:
    ran = cli(*arguments)
    assert ran.status == 2 and not ran.out and ran.err.count("\n") == 1 and len(ran.err) > 10


def test_a_command_without_its_verb_shows_its_help(cli: Any) -> None:
    assert cli("tracker").status == 2
    assert cli().status == 2


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (errors.BadMessage("m"), 2),
        (errors.NotFound("m"), 2),
        (errors.SettingsError("m"), 2),
        (errors.BudgetExhausted("m"), 2),
        (errors.StoreUnavailable("m"), 1),
        (errors.ModelTimeout("m"), 1),
        (errors.ContentError(("a:1: m",)), 1),
        (errors.InterviewerError("m"), 1),
    ],
)
def test_who_can_mend_it(error: errors.InterviewerError, expected: int) -> None:
    assert status(error) == expected


def test_a_bad_setting_is_the_users(cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERVIEWER_PORT", "many")
    ran = cli("transcripts", "list")
    assert ran.status == 2 and "INTERVIEWER_PORT" in ran.err and ran.err.count("\n") == 1


def test_a_damaged_database_is_the_programs(cli: Any, tmp_path: Path) -> None:
    (tmp_path / "interviewer.db").write_bytes(b"no database" * 1000)
    ran = cli("transcripts", "list")
    assert ran.status == 1 and ran.err.count("\n") == 1 and "interviewer.db" in ran.err


def test_a_data_folder_that_is_a_file(cli: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("INTERVIEWER_HOME", str(tmp_path / "file"))
    ran = cli("tracker", "list", "--json")
    assert ran.status == 2 and "INTERVIEWER_HOME" in ran.err and not ran.out


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours, where a command begins."""

    def fall_over() -> Path:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("interviewer.cli.reading.home", fall_over)


@pytest.mark.usefixtures("broken")
def test_a_fault_of_ours_is_a_sentence(cli: Any) -> None:
    ran = cli("transcripts", "list")
    assert ran.status == 1 and "ZeroDivisionError" in ran.err and "--trace" in ran.err and "secret" not in ran.err


@pytest.mark.usefixtures("broken")
def test_trace_shows_it() -> None:
    with pytest.raises(ZeroDivisionError):
        run(["--trace", "transcripts", "list"])


def test_content_faults_elsewhere_point_to_check(cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fault() -> Path:
        raise errors.ContentError(("a.yaml:1: wrong", "b.yaml:2: wrong"))

    monkeypatch.setattr("interviewer.cli.reading.home", fault)
    ran = cli("transcripts", "list")
    assert (ran.status, ran.err) == (1, "The content has 2 faults; `interviewer check` lists them.\n")


def test_ctrl_c(cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop() -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr("interviewer.cli.reading.home", stop)
    ran = cli("transcripts", "list")
    assert ran.status == 130


def test_main_leaves_with_the_status(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["bogus"])
    assert left.value.code == 2
    monkeypatch.setattr(sys, "argv", ["interviewer", "--version"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 0 and "0.1.0" in capsys.readouterr().out


def test_a_reader_that_goes_away(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from interviewer.cli import main; main()", "check", "--json"]
    reading, writing = os.pipe()
    os.close(reading)
    environment = {**os.environ, "INTERVIEWER_HOME": str(tmp_path)}
    ran = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, env=environment, timeout=60, check=False)
    os.close(writing)
    assert b"Traceback" not in ran.stderr and b"Exception ignored" not in ran.stderr


class TestServe:
    """`serve` hands over to the pages; what it can refuse itself it refuses in a sentence."""

    def test_an_address_for_others_is_refused(self, cli: Any) -> None:
        ran = cli("serve", "--host", "0.0.0.0", "--port", "0")
        assert ran.status == 2 and "127.0.0.1" in ran.err and ran.err.count("\n") == 1

    def test_options_win_over_settings(self, cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        called: list[tuple[str, int]] = []
        monkeypatch.setattr("interviewer.web.app.serve", lambda program, host, port: called.append((host, port)))
        monkeypatch.setenv("INTERVIEWER_PORT", "8123")
        assert cli("serve").status == 0
        assert cli("serve", "--host", "localhost", "--port", "0").status == 0
        assert called == [("127.0.0.1", 8123), ("localhost", 0)]

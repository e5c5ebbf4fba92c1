"""Throws hostile programs at a tier and says what was wrong; as a command too, for a test that is another user."""

from __future__ import annotations

import json
import os
import socket
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import interviewer
from interviewer.sandbox import Ran, Status, Tier
from interviewer.sandbox.runner import judge
from interviewer.sandbox.tiers import GUARDS, Guards
from tests.sandbox.hostile import ANSWER, HOSTILE, Hostile

CANARY = "canary-7d1f"


@contextmanager
def world() -> Iterator[dict[str, Any]]:
    """What there is to attack; nothing of it may have been touched at the end (AssertionError)."""
    os.environ["INTERVIEWER_CANARY"] = CANARY
    with tempfile.TemporaryDirectory() as name, socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        folder = Path(name)
        folder.chmod(0o777)
        secret = folder / "secret"
        secret.write_text(CANARY)
        secret.chmod(0o666)
        held = os.open(secret, os.O_RDONLY)
        os.set_inheritable(held, True)
        try:
            yield {
                "file": str(secret),
                "folder": name,
                "port": listener.getsockname()[1],
                "pid": os.getpid(),
                "package": str(Path(interviewer.__file__).resolve()),
            }
        finally:
            os.close(held)
            del os.environ["INTERVIEWER_CANARY"]
        assert [path.name for path in folder.iterdir()] == ["secret"] and secret.read_text() == CANARY
        assert secret.stat().st_mode & 0o7777 == 0o666
        try:
            found = listener.accept()
        except BlockingIOError:
            return
        raise AssertionError(f"somebody connected: {found}")


def fault(program: Hostile, tier: Tier, place: dict[str, Any], guards: Guards = GUARDS) -> str:
    """What was wrong when it was thrown; empty if it was contained."""
    ran = judge(program.source, "attack", [[place]], program.limits, tier, guards=guards)
    wrong = _wrong(program, ran)
    return f"{program.name}: {wrong} ({ran.sentence or ran.outcomes})"[:500] if wrong else ""


def _wrong(program: Hostile, ran: Ran) -> str:
    (outcome,) = ran.outcomes
    if ran.seconds > program.limits.wall + 1.0:
        return f"it ran for {ran.seconds:.1f} s"
    if isinstance(outcome.value, str) and outcome.value.startswith("THROUGH"):
        return f"it got {outcome.value}"
    if type(outcome.value) in {int, float} and outcome.value == ANSWER:
        return "it passed without computing"
    if ran.status not in program.may:
        return f"its status is {ran.status}, not {' or '.join(program.may)}"
    if ran.status is not Status.ok and not ran.sentence:
        return "nothing is said about it"
    return ""


def faults(tier: Tier, programs: Sequence[Hostile] = HOSTILE, guards: Guards = GUARDS) -> list[str]:
    """What was wrong with any; four at once."""
    with world() as place, ThreadPoolExecutor(4) as pool:
        return [found for found in pool.map(lambda each: fault(each, tier, place, guards), programs) if found]


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"user": os.geteuid(), "faults": faults(Tier(sys.argv[1]))}))

"""A full, a read-only and a locked database under the room, the commands and the page.

One sentence each, nothing acknowledged, the program goes on, and the same act goes through when the fault is over.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest

from interviewer.cli import run as run_command
from interviewer.content import shipped
from interviewer.domain import Act, Setup
from interviewer.errors import StoreUnavailable
from interviewer.room import Room
from interviewer.store import Store
from interviewer.web.safe import html
from tests.store.disks import ANSWER, TROUBLES, Trouble, read_only, sentence

T = TypeVar("T")
SETUP = Setup(round="breadth", question="class-imbalance", minutes=20)

troubles = pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine, for a minute at most."""
    return asyncio.run(asyncio.wait_for(work, 60))


async def say(room: Room, id: str, seq: int) -> None:
    """Give the answer as act `seq`."""
    async for _ in room.act(id, seq, Act(kind="said", text=ANSWER)):
        pass


async def begin(room: Room) -> str:
    """An interview whose first words were said."""
    id = await room.open(SETUP)
    async for _ in room.resume(id):
        pass
    return id


def keys(store: Store, id: str) -> list[str]:
    """The keys of an interview's events."""
    return [event.key for event in store.repository(store.local_user()).events(id)]


@troubles
def test_an_act_is_refused_and_goes_through_afterwards(tmp_path: Path, trouble: Trouble) -> None:
    store = Store.open(tmp_path, busy_timeout=0.3)
    room = Room(store.repository(store.local_user()), shipped(), lambda _: None)

    async def work() -> str:
        id = await begin(room)
        before = keys(store, id)
        with trouble.on(store):
            for _ in range(2):
                with pytest.raises(StoreUnavailable) as caught:
                    await say(room, id, 1)
                assert str(caught.value) == sentence(tmp_path, trouble)
            assert keys(store, id) == before
        await say(room, id, 1)
        return id

    id = run(work())
    assert keys(store, id)[-4:] == ["act:1", "observed:1", "decided:1", "spoken:1"]
    assert keys(store, id).count("act:1") == 1
    store.dispose()


@troubles
def test_an_interview_is_not_begun(tmp_path: Path, trouble: Trouble) -> None:
    store = Store.open(tmp_path, busy_timeout=0.3)
    repository = store.repository(store.local_user())
    room = Room(repository, shipped(), lambda _: None)
    begun: list[str] = []
    with trouble.on(store), pytest.raises(StoreUnavailable) as caught:
        # A full disk takes what fits into the last page that the file has.
        for _ in range(50):
            begun.append(run(room.open(SETUP)))
    assert str(caught.value) == sentence(tmp_path, trouble)
    assert {row.id for row in repository.interviews()} == set(begun)
    begun.append(run(begin(room)))
    assert {row.id for row in repository.interviews()} == set(begun)
    store.dispose()


def test_an_answer_that_cannot_be_kept_comes_after_the_fault(tmp_path: Path) -> None:
    """Nothing can be written any more once the act is taken: the act stays, and `resume` answers it later."""
    store = Store.open(tmp_path)
    faults = contextlib.ExitStack()
    armed: list[Store] = []

    def models(step: str) -> None:
        if step == "observe" and armed:
            faults.enter_context(read_only(armed.pop()))

    room = Room(store.repository(store.local_user()), shipped(), models)

    async def work() -> str:
        id = await begin(room)
        armed.append(store)
        with pytest.raises(StoreUnavailable, match="is read-only"):
            await say(room, id, 1)
        assert keys(store, id)[-1] == "act:1"
        faults.close()
        async for _ in room.resume(id):
            pass
        return id

    id = run(work())
    assert keys(store, id)[-4:] == ["act:1", "observed:1", "decided:1", "spoken:1"]
    store.dispose()


@troubles
def test_a_command_says_it_in_one_sentence(
    tmp_path: Path, trouble: Trouble, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "answers.json"
    script.write_text(json.dumps([ANSWER, "/end"]))
    command = ["play", "breadth", "--answers", str(script), "--question", "leakage", "--json"]
    store = Store.open(tmp_path)
    with trouble.on(store):
        status = run_command(command)
    told = capsys.readouterr()
    assert (status, told.out, told.err) == (1, "", sentence(tmp_path, trouble) + "\n")
    assert run_command(command) == 0
    rows = store.repository(store.local_user()).interviews()
    assert rows[0].status == "closed"
    store.dispose()


@pytest.mark.soak
def test_the_page_says_it_and_keeps_what_was_typed(tmp_path: Path) -> None:
    """In a process of its own, since gradio leaves event loops open."""
    command = [sys.executable, "-m", "tests.store.page", str(tmp_path)]
    shown = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout)
    for trouble in TROUBLES:
        during, after, found = (shown[trouble.name][part] for part in ("during", "after", "keys"))
        assert html(sentence(tmp_path, trouble)) in during["notice"]
        assert "is kept" not in during["notice"]
        assert during["message"] == {"value": ANSWER, "interactive": True}
        assert during["send"]["interactive"]
        assert "database" not in after["notice"]
        assert found[-4:] == ["act:1", "observed:1", "decided:1", "spoken:1"]
        assert found.count("act:1") == 1

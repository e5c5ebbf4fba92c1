"""The desk of the coding round over a real room: what is saved, who was first, what a run shows, where none can be."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import html
import json
import re
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, ParamSpec

import gradio as gr
import pytest

from interviewer import testing
from interviewer.domain import Act, Setup
from interviewer.program import Program
from interviewer.rules.coded import judged
from interviewer.rules.state import State
from interviewer.web import code_routes
from interviewer.web.code_panel import CodePanel
from interviewer.web.code_state import LOST
from tests.web.test_debrief_code import secrets

P = ParamSpec("P")
CODE = "import numpy as np\n\n\ndef auc(labels, scores):\n    return 0.5\n"


class Opened:
    """A panel, and a coding round once it has begun."""

    def __init__(self, program: Program) -> None:
        self.room = program.room
        self.id = ""

    async def begin(self) -> State:
        # Inside a loop, because gradio makes one for its locks where there is none, and leaves it open.
        with gr.Blocks(analytics_enabled=False):
            self.panel = CodePanel(self.room, gr.Textbox())
        self.id = await self.room.open(Setup(round="coding", minutes=45, question="c15-roc-auc"))
        async for _ in self.room.resume(self.id):
            pass
        return await self.room.look(self.id)

    async def typed(self, code: str, revision: int, number: int = 1) -> dict[str, Any]:
        message = {"key": self.id, "revision": revision, "number": number, "code": code}
        return data(await self.panel._typed(json.dumps(message)))


def data(line: str) -> dict[str, Any]:
    found = re.search(r'data-code="([^"]*)"', line)
    assert found is not None
    read: dict[str, Any] = json.loads(html.unescape(found[1]))
    return {**read, "said": html.unescape(re.sub("<[^>]+>", "", line))}


@pytest.fixture
def opened(program: Program) -> Opened:
    return Opened(program)


def in_a_loop(run: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    @functools.wraps(run)
    def test(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(run(*args, **kwargs))

    return test


@in_a_loop
async def test_the_desk_opens_with_the_starter_and_goes_on_where_it_was_left(opened: Opened) -> None:
    state = await opened.begin()
    panel = opened.panel
    shown = await panel.show(state)
    assert shown[panel.column]["visible"] and shown[panel.actions]["visible"]
    assert "area under the ROC curve" in shown[panel.statement]
    first = data(shown[panel.line])
    assert (first["key"], first["revision"], first["code"]) == (opened.id, 0, state.code)
    assert "NotImplementedError" in first["code"]
    assert await opened.typed(CODE, 0) == {**first, "revision": 1, "number": 1, "code": None, "said": "Saved"}
    again = data((await panel.show(await opened.room.look(opened.id)))[panel.line])
    assert (again["revision"], again["code"]) == (1, CODE)


@in_a_loop
async def test_the_second_window_is_told_and_overwrites_nothing(opened: Opened) -> None:
    await opened.begin()
    await opened.typed(CODE, 0)
    late = await opened.typed("x = 1\n", 0)
    assert late["lost"] and late["problem"] and late["said"].startswith(LOST)
    assert await opened.room.desk.code(opened.id) == (1, CODE)


@in_a_loop
async def test_a_message_that_is_sent_again_is_no_other_window(opened: Opened) -> None:
    await opened.begin()
    await opened.typed(CODE, 0)
    again = await opened.typed(CODE, 0, number=2)
    assert (again["lost"], again["revision"], again["number"]) == (False, 1, 2)


@in_a_loop
async def test_what_cannot_be_kept_is_said(opened: Opened) -> None:
    await opened.begin()
    long = await opened.typed("x" * 100_001, 0)
    assert long["problem"] and not long["lost"]
    assert "Not saved: The code is longer than 100,000 characters" in long["said"]
    assert data(await opened.panel._typed("junk"))["said"].startswith("The code did not arrive whole.")


@in_a_loop
async def test_a_run_shows_what_came_of_the_saved_code(opened: Opened) -> None:
    await opened.begin()
    await opened.typed(CODE, 0)
    panel = opened.panel
    updates = [update async for update in panel._run(f"{opened.id}:1")]
    assert "Running" in updates[0][panel.waiting] and updates[0][panel.run]["interactive"] is False
    assert "1 of 3 tests pass." in updates[-1][panel.results]
    assert updates[-1][panel.run]["interactive"] is True and updates[-1][panel.waiting] == ""
    after = await panel.show(await opened.room.look(opened.id))
    assert after[panel.results] == updates[-1][panel.results], "a reload shows the same"


@in_a_loop
async def test_what_was_submitted_shows_names_and_nothing_of_tests_or_solution(opened: Opened) -> None:
    await opened.begin()
    await opened.typed(CODE, 0)
    async for _ in opened.room.act(opened.id, 1, Act(kind="submitted")):
        pass
    state = await opened.room.look(opened.id)
    run = judged(state.threads[0].runs)
    assert run is not None and run.failed
    shown = html.unescape(" ".join(map(str, (await opened.panel.show(state)).values())))
    assert f"of {len(run.tests)} hidden tests pass." in shown
    assert [test.name for test in run.tests if test.name in shown] == [test.name for test in run.failed]
    hidden = secrets(state.threads[0].question) + [test.reason for test in run.failed if len(test.reason) > 12]
    for secret in hidden:
        assert secret not in shown


@in_a_loop
async def test_the_place_in_the_queue_is_said(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    run = testing.visible

    def queued(task: Any, code: str, *, waiting: Any) -> Any:
        waiting(2)
        return run(task, code, waiting=waiting)

    monkeypatch.setattr(testing, "visible", queued)
    await opened.begin()
    updates = [update async for update in opened.panel._run(f"{opened.id}:1")]
    assert any("you are number 2 in line" in update.get(opened.panel.waiting, "") for update in updates)


@in_a_loop
async def test_a_run_of_nothing_says_so_and_leaves_the_button(opened: Opened) -> None:
    await opened.begin()
    panel = opened.panel
    updates = [update async for update in panel._run("junk")]
    assert 'role="alert"' in updates[-1][panel.waiting] and updates[-1][panel.run]["interactive"] is True


@in_a_loop
async def test_where_code_cannot_be_run_the_page_says_why_and_has_no_buttons(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(testing, "unavailable", lambda: "there are no <user> namespaces")
    state = await opened.begin()
    shown = await opened.panel.show(state)
    assert shown[opened.panel.actions]["visible"] is False
    assert "Code cannot be run on this machine: there are no &lt;user&gt; namespaces." in shown[opened.panel.statement]


@in_a_loop
async def test_other_rounds_have_no_desk(opened: Opened) -> None:
    await opened.begin()
    id = await opened.room.open(Setup(round="breadth", minutes=20))
    async for _ in opened.room.resume(id):
        pass
    shown = await opened.panel.show(await opened.room.look(id))
    assert shown == {opened.panel.column: gr.update(visible=False)}


def test_the_editor_is_the_one_that_the_notice_names() -> None:
    folder = Path(code_routes.__file__).parent / "code"
    digest = hashlib.sha256((folder / "codemirror.min.js").read_bytes()).hexdigest()
    assert digest in (folder / "NOTICE").read_text(encoding="utf-8")

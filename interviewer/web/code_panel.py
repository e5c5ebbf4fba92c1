"""The desk of the coding round: the statement, the editor, Run and Submit, and the results.

The page's script (code_bridge.js) sends the code through a hidden field as it is typed; `Desk` of the room keeps it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

import gradio as gr

from interviewer import testing
from interviewer.domain import Run
from interviewer.errors import OutOfStep
from interviewer.room import Room
from interviewer.rules.state import State, is_closing
from interviewer.web.code_results import runs
from interviewer.web.code_state import LOST, SAVED, Sent, line, sent
from interviewer.web.layout import PRIVATE, block, notice, told, wrapped
from interviewer.web.live_state import parse_place
from interviewer.web.markdown import markdown
from interviewer.web.safe import html

Updates = dict[Any, Any]

EDITOR: Final = (
    '<div class="code-tools"><p id="code-keys">Tab indents; Escape, then Tab, leaves the editor. Ctrl+Enter runs.</p>'
    '<button type="button" data-code-size="-1" aria-label="Smaller type">A−</button>'
    '<button type="button" data-code-size="1" aria-label="Larger type">A+</button></div>'
    '<div class="code-editor" data-code-editor=""></div>'
)
SUBMIT: Final = (
    "<p>Submit this code? That runs tests which you cannot see, and the interviewer answers to how they went. "
    "You can go on and submit again.</p>"
)


class CodePanel:
    """The components; `outputs` are all that it updates."""

    def __init__(self, room: Room, place: gr.Textbox) -> None:
        self._room, self._desk = room, room.desk
        with gr.Column(elem_classes=["code-desk"], elem_id="code", visible=False) as self.column:
            self.statement = block(math=True, elem_id="code-statement")
            block(EDITOR, elem_id="code-editor")
            self.line = block(elem_id="code-line")
            with gr.Row(elem_classes=["actions"]) as self.actions:
                self.run = gr.Button("Run", variant="primary", min_width=96, elem_id="code-run")
                self.submit = gr.Button("Submit…", variant="secondary", min_width=96, elem_id="code-submit")
            with gr.Row(visible=False, elem_classes=["sure"]) as self.sure:
                block(SUBMIT)
                self.hand_in = gr.Button("Yes, submit", variant="primary", min_width=120, elem_id="code-hand-in")
                not_yet = gr.Button("Not yet", variant="secondary", min_width=96)
            self.waiting = block(elem_id="code-waiting")
            self.results = block(elem_id="code-results")
            self.sent = gr.Textbox(visible="hidden", elem_id="code-sent", label="Code that was typed")
        self.buttons = (self.run, self.submit, self.hand_in)
        """What waits while the interviewer speaks."""
        self.outputs: list[Any] = [
            *(self.column, self.statement, self.line, self.actions, *self.buttons, self.sure),
            *(self.waiting, self.results),
        ]
        # The script sends the next one when the last is answered; gradio may not think so yet.
        self.sent.change(self._typed, [self.sent], [self.line], **PRIVATE, trigger_mode="multiple")
        self.ran = self.run.click(self._run, [place], self.outputs, **PRIVATE)
        """Gradio's dependency, for what a caller wants to do `then`."""
        self.submit.click(self._ask(visible=True), None, [self.sure], **PRIVATE)
        not_yet.click(self._ask(visible=False), None, [self.sure], **PRIVATE)

    async def show(self, state: State) -> Updates:
        """The desk as it is when the page opens: later on the page knows its code better."""
        thread = state.threads[-1] if state.threads else None
        if not state.round.code or thread is None or thread.question.task is None:
            return {self.column: gr.update(visible=False)}
        revision, code = await self._desk.code(state.id)
        why = await asyncio.to_thread(testing.unavailable)
        editable = not state.over and not is_closing(state)
        return {
            self.column: gr.update(visible=True),
            self.statement: wrapped(statement(thread.question.task.statement, why)),
            self.line: wrapped(line(state.id, revision, code, editable=editable)),
            self.actions: gr.update(visible=not why),
            **self.shown(state),
        }

    def shown(self, state: State) -> Updates:
        """The results as they stand; nothing else is touched."""
        thread = state.threads[-1] if state.threads else None
        return {
            self.results: wrapped(runs(thread.runs)) if thread is not None else "",
            self.sure: gr.update(visible=False),
        }

    def _ask(self, *, visible: bool) -> Any:
        async def show() -> Any:
            return gr.update(visible=visible)

        return show

    async def _typed(self, text: str) -> str:
        """Something was typed; the line that answers it."""
        try:
            message = sent(text)
        except Exception as error:  # noqa: BLE001 - shown as a sentence
            return wrapped(line("", 0, said=told(error), problem=True))
        key, number = message.key, message.number
        try:
            return wrapped(line(key, await self._kept(message), said=SAVED, number=number))
        except OutOfStep:
            return wrapped(line(key, message.revision, said=LOST, number=number, problem=True, lost=True))
        except Exception as error:  # noqa: BLE001 - shown as a sentence; the page keeps what was typed
            said = f"Not saved: {told(error)}"
            return wrapped(line(key, message.revision, said=said, number=number, problem=True))

    async def _kept(self, message: Sent) -> int:
        try:
            return await self._desk.write(message.key, message.revision, message.code)
        except OutOfStep:
            # Sent again because its answer was lost: then it is there.
            revision, code = await self._desk.code(message.key)
            if code != message.code or revision != message.revision + 1:
                raise
            return revision

    async def _run(self, place: str) -> AsyncIterator[Updates]:
        """Run what was saved, and say the place in the queue meanwhile."""
        id = parse_place(place).id
        places: asyncio.Queue[int] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def waiting(number: int) -> None:
            loop.call_soon_threadsafe(places.put_nowait, number)

        yield {self.run: gr.update(interactive=False), self.waiting: wrapped(notice("Running…"))}
        run = asyncio.ensure_future(self._desk.run(id, waiting=waiting))
        try:
            async for number in _until(run, places):
                yield {self.waiting: wrapped(notice(f"Other code is running first: you are number {number} in line."))}
            ended: Updates = {self.results: wrapped(runs(await self._tried(id))), self.waiting: ""}
        except Exception as error:  # noqa: BLE001 - shown as a sentence
            ended = {self.waiting: wrapped(notice(told(error), problem=True))}
        yield {self.run: gr.update(interactive=True), **ended}

    async def _tried(self, id: str) -> Any:
        return (await self._room.look(id)).threads[-1].runs


async def _until(run: asyncio.Future[Run], places: asyncio.Queue[int]) -> AsyncIterator[int]:
    """The places in the queue, until the run is over. Raises what it raised."""
    while not run.done():
        place = asyncio.ensure_future(places.get())
        await asyncio.wait((run, place), return_when=asyncio.FIRST_COMPLETED)
        if place.done():
            yield place.result()
        else:
            place.cancel()
    run.result()


def statement(text: str, unavailable: str = "") -> str:
    """The task as it stands beside the editor, unfolded, and why code cannot be run here."""
    why = unrunnable(unavailable) if unavailable else ""
    return (
        f'{why}<details class="statement" open><summary>The task</summary>'
        f'<div class="told">{markdown(text)}</div></details>'
    )


def unrunnable(why: str) -> str:
    """The box that says that code cannot be run here, and why, as HTML."""
    reason = html(why if why.endswith(".") else f"{why}.")
    return (
        '<div class="notice note" role="status">Code cannot be run on this machine: '
        f"{reason} You can write it all the same; the interviewer reads it, and no test decides.</div>"
    )

"""The Progress page: how rounds went, and the list of things to work on, each with a way to take it off and back on."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any, Final

import gradio as gr
from gradio.context import Context

from interviewer.program import Program
from interviewer.store import Repository
from interviewer.web import progress_state as state
from interviewer.web.layout import PRIVATE, block, notice, told, wrapped
from interviewer.web.records import style
from interviewer.web.safe import html

_DISMISS: Final = "Dismiss"
_UNDO: Final = "Undo"


def build(program: Program) -> None:
    """Build the page inside the current Blocks."""
    with gr.Column(elem_classes=["page"], elem_id="main"):
        block(f"{style()}<h1>Progress</h1>")
        _everything(program)


def _everything(program: Program) -> None:
    root = Context.root_block
    assert isinstance(root, gr.Blocks), "pages are built inside Blocks"

    @gr.render(triggers=[root.load], show_progress="hidden", concurrency_limit=None)  # type: ignore[untyped-decorator]
    def draw() -> None:
        # Gradio does not wait for an asynchronous function here; it runs this one in a thread, where reading may block.
        try:
            board = state.read(program, datetime.now(UTC))
        except Exception as error:  # noqa: BLE001 - every error becomes a sentence
            block(notice(told(error), problem=True))
            return
        block(_head(board))
        for group in board.groups:
            block(_heading(group))
            for item in group.items:
                _row(item, program.repository)


def _row(item: state.Item, repository: Repository) -> None:
    """One thing to work on, and the one button that takes it off and puts it back, so that the focus stays."""
    with gr.Row(elem_classes=["beside-row"]):
        body = block(item.html, math=True)
        button = gr.Button(_DISMISS, size="sm", variant="secondary", scale=0, min_width=96)

    async def on_click(label: str) -> list[Any]:
        back = label == _UNDO
        try:
            await asyncio.to_thread(repository.restore if back else repository.dismiss, item.id)
        except Exception as error:  # noqa: BLE001 - every error becomes a sentence
            gr.Warning(html(told(error)))
            return [gr.skip(), gr.skip()]
        return [wrapped(item.html), _DISMISS] if back else [wrapped(_off(item)), _UNDO]

    button.click(on_click, button, [body, button], **PRIVATE)


def _off(item: state.Item) -> str:
    return f'<p class="quiet small" role="status">Off the list: {html(item.short)}</p>'


def _head(board: state.Board) -> str:
    if not board.groups:
        return f"{board.plot}{state.EMPTY}"
    things = "1 thing" if board.count == 1 else f"{board.count} things"
    areas = "one area" if len(board.groups) == 1 else f"{len(board.groups)} areas"
    return f'{board.plot}<h2>To work on</h2><p class="quiet">{things} in {areas}, from your graded interviews.</p>'


def _heading(group: state.Group) -> str:
    return (
        f'<div class="area"><h3>{html(group.name)}</h3>'
        f'<a class="button" href="{html(group.practise)}" aria-label="Practise this: {html(group.name)}">'
        "Practise this</a></div>"
    )

"""The Transcripts page: the list, one interview in full at `?interview=ID`, and its deletion in two steps."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import gradio as gr

from interviewer.errors import CandidateError
from interviewer.program import Program
from interviewer.web import layout
from interviewer.web import transcripts_state as state
from interviewer.web.layout import PRIVATE, block, notice, told, wrapped
from interviewer.web.records import style

_SURE = (
    '<p id="sure"><strong>Delete this transcript for good?</strong> Its words, its grades and the weak areas that came '
    "from it are removed from this machine. This cannot be undone.</p>"
)


def build(program: Program) -> None:
    """Build the page inside the current Blocks."""
    with gr.Column(elem_classes=["page"], elem_id="main"):
        said = block()
        shown = block(math=True)
        ask = gr.Button("Delete this transcript…", size="sm", visible=False, elem_classes=["small-button"])
        with gr.Column(visible=False, elem_classes=["card", "confirm"]) as confirm:
            block(_SURE)
            with gr.Row(elem_classes=["actions"]):
                delete = gr.Button("Delete for good", variant="stop")
                keep = gr.Button("Keep it", variant="secondary")
        # Last, because an empty element at the top would push the heading down.
        block(style())
    outputs = [said, shown, ask, confirm]

    async def show(request: gr.Request) -> list[Any]:
        return await _page(program, request, "")

    async def on_delete(request: gr.Request) -> list[Any]:
        try:
            done = await state.delete(program, _asked(request))
        except CandidateError:
            # Gone already, in another tab: what was wanted has happened.
            done = "The transcript is not there any more."
        except Exception as error:  # noqa: BLE001 - every error becomes a sentence
            return [wrapped(notice(told(error), problem=True)), gr.skip(), gr.skip(), gr.skip()]
        return await _list(program, wrapped(notice(done)))

    async def on_ask() -> list[Any]:
        return [gr.update(visible=False), gr.update(visible=True)]

    async def on_keep() -> list[Any]:
        return [gr.update(visible=True), gr.update(visible=False)]

    layout.on_load(show, None, outputs)
    ask.click(on_ask, None, [ask, confirm], **PRIVATE)
    keep.click(on_keep, None, [ask, confirm], **PRIVATE)
    delete.click(on_delete, None, outputs, **PRIVATE)


def _asked(request: gr.Request) -> str:
    """The interview that the page's address names; empty for the list."""
    return str(request.query_params.get("interview") or "")


async def _page(program: Program, request: gr.Request, said: str) -> list[Any]:
    """What the address asks for: one interview, or the list; with a sentence if that interview is not there."""
    interview = _asked(request)
    if not interview:
        return await _list(program, said)
    try:
        transcript = await state.read(program, interview)
    except Exception as error:  # noqa: BLE001 - every error becomes a sentence
        return await _list(program, wrapped(notice(told(error), problem=True)))
    turn = str(request.query_params.get("turn") or "")
    marked = int(turn) if turn.isdecimal() and len(turn) < 10 else None
    html = state.page(transcript, datetime.now(UTC), turn=marked)
    return [said, wrapped(html), gr.update(visible=True), gr.update(visible=False)]


async def _list(program: Program, said: str) -> list[Any]:
    try:
        listed = state.listing(await state.read_list(program), datetime.now(UTC))
    except Exception as error:  # noqa: BLE001 - every error becomes a sentence
        listed, said = "", wrapped(notice(told(error), problem=True))
    return [said, wrapped(f"<h1>Transcripts</h1>{listed}"), gr.update(visible=False), gr.update(visible=False)]

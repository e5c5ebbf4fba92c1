"""The board beside a talk: "Draw" with the mouse, "Outline" as text, Mermaid to copy. The caller keeps the diagram.

    panel = BoardPanel(on_change)            # where it stands in the page
    outputs = [..., *panel.outputs]
    return {..., **panel.show(id, revision, board)}

`on_change(key, board, revision)` is called with every new diagram. `revision` is the one it was drawn on top of: the
caller keeps the board if that is still the newest, and returns the new one, else raises OutOfStep.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Final

import gradio as gr

from interviewer.domain.board import Board
from interviewer.errors import OutOfStep
from interviewer.rules.board import mermaid, received
from interviewer.rules.outline import drawn, outline
from interviewer.web.board_routes import PAGE
from interviewer.web.board_state import LOST, SAVED, Held, held, line, sent
from interviewer.web.layout import PRIVATE, block, notice, told, wrapped

Updates = dict[Any, Any]
OnChange = Callable[[str, Board, int], int | Awaitable[int]]

FRAME: Final = f'<iframe src="{PAGE}" title="Diagram editor" class="board-frame"></iframe>'
HOW: Final = (
    "One arrow a line: “client -> ranker: top 500”. Write [store] or [queue] before a name. "
    "A name alone on its line is a box. Put a name with an arrow or a colon in it in quotes."
)


class BoardPanel:
    """The components; `outputs` are all that `show` updates."""

    def __init__(self, on_change: OnChange) -> None:
        self._on_change = on_change
        with gr.Column(elem_classes=["board"], elem_id="board") as self.column:
            with gr.Tabs(selected="draw") as self.tabs:
                with gr.Tab("Draw", id="draw") as draw:
                    block(FRAME, elem_id="board-frame")
                with gr.Tab("Outline", id="outline"):
                    self.text = gr.Textbox(label="Outline", info=HOW, lines=10, max_lines=24, elem_id="board-outline")
                    with gr.Row(elem_classes=["actions"]):
                        self.apply = gr.Button("Apply", variant="secondary", min_width=96)
                    with gr.Accordion("Mermaid", open=False):
                        self.mermaid = gr.Textbox(
                            label="Mermaid", info="To copy into a document.", lines=6, max_lines=24, buttons=["copy"],
                            interactive=False, elem_id="board-mermaid",
                        )  # fmt: skip
            self.fault = block(elem_id="board-fault")
            self.line = block(elem_id="board-line")
            self.sent = gr.Textbox(visible="hidden", elem_id="board-sent", label="Diagram that was drawn")
            self.held = gr.Textbox(visible="hidden", elem_id="board-held", label="Diagram that is shown")
        self.outputs: list[Any] = [self.text, self.apply, self.fault, self.mermaid, self.line, self.held]
        # The script sends the next one when the last is answered; gradio may not think so yet.
        written = [self.text, self.held]
        self.events = (
            self.sent.change(self._drawn, [self.sent], self.outputs, **PRIVATE, trigger_mode="multiple"),
            self.apply.click(self._written, written, self.outputs, **PRIVATE),
            draw.select(self._written, written, self.outputs, **PRIVATE),
        )
        """Gradio's dependencies, for what a caller wants to do `then`."""

    def show(self, key: str, revision: int, board: Board, *, editable: bool = True) -> Updates:
        """The updates that show this diagram; a page that shows this revision already keeps what is being drawn.

        Args:
            key: whose diagram it is; with another one the editor starts anew, with nothing to undo.
            editable: False: it can be looked at and copied.
        """
        return {
            **self._shown(Held(key, revision, board), editable=editable),
            self.line: wrapped(line(key, revision, board, editable=editable)),
        }

    def _shown(self, now: Held, *, editable: bool = True) -> Updates:
        return {
            self.text: gr.update(value=outline(now.board), interactive=editable),
            self.apply: gr.update(interactive=editable),
            self.fault: "",
            self.mermaid: mermaid(now.board),
            self.held: now.text(),
        }

    async def _keep(self, key: str, board: Board, revision: int) -> int:
        kept = self._on_change(key, board, revision)
        return await kept if inspect.isawaitable(kept) else kept

    async def _drawn(self, text: str) -> Updates:
        """Something was drawn with the mouse."""
        try:
            message = sent(text)
        except Exception as error:  # noqa: BLE001 - shown as a sentence
            return {self.line: wrapped(line("", 0, None, said=told(error), problem=True))}
        key, revision, number, raw = message.key, message.revision, message.number, message.board
        try:
            board, words = received(raw)
            new = await self._keep(key, board, revision)
        except OutOfStep:
            return {self.line: wrapped(line(key, revision, None, said=LOST, number=number, problem=True, lost=True))}
        except Exception as error:  # noqa: BLE001 - shown as a sentence; the page keeps what was drawn
            said = f"Not saved: {told(error)}"
            return {self.line: wrapped(line(key, revision, None, said=said, number=number, problem=True))}
        other = board if board.model_dump(mode="json") != raw else None
        said = " ".join((SAVED if not words else f"{SAVED}.", *words))
        return {
            **self._shown(Held(key, new, board)),
            self.line: wrapped(line(key, new, other, said=said, number=number)),
        }

    async def _written(self, text: str | None, now: str | None) -> Updates:
        """The outline is to be the diagram: by its button, or because the candidate goes to look at the drawing."""
        if not now:
            # Gradio calls the tab chosen as soon as it is there, before there is a diagram.
            return {self.fault: ""}
        try:
            key, revision, before = held(now)
            board = drawn(text or "", before)
            if board == before:
                return {self.fault: "", self.text: outline(board)}
            new = await self._keep(key, board, revision)
        except OutOfStep:
            return {self.fault: wrapped(notice(LOST, problem=True))}
        except Exception as error:  # noqa: BLE001 - shown as a sentence; what was written stays
            return {self.fault: wrapped(notice(told(error), problem=True))}
        return {
            **self._shown(Held(key, new, board)),
            self.line: wrapped(line(key, new, board, said=SAVED)),
        }

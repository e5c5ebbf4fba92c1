"""What stands beside the talk in the live room: notes, what a company has published, a board or an editor."""

from __future__ import annotations

from typing import Any

import gradio as gr

from interviewer.domain import Board
from interviewer.program import Program
from interviewer.rules.state import State, is_closing
from interviewer.web.board_panel import BoardPanel
from interviewer.web.code_panel import CodePanel
from interviewer.web.published import Published

Updates = dict[Any, Any]


class Beside:
    """The components; `outputs` are all that it updates."""

    def __init__(self, program: Program, place: gr.Textbox) -> None:
        """It stands in the row that is being built; `place` says which interview the page shows."""
        self._room = program.room
        with gr.Column(scale=1, min_width=220, elem_classes=["beside"]):
            gr.Textbox(
                label="Private notes",
                info="Kept in this browser only; nobody reads or grades them.",
                lines=8,
                max_lines=20,
                elem_id="notes",
            )
            self._published = Published(program)
        self._board = BoardPanel(self._drew)
        self.code = CodePanel(program.room, place)
        self.outputs: list[Any] = [
            *(self._published.block, self._board.column, *self._board.outputs, *self.code.outputs),
        ]

    async def arrived(self, state: State) -> Updates:
        """Everything as it is when the page opens: what is drawn and typed the page knows better later on."""
        return {**await self.went_on(state), **self._drawn(state), **await self.code.show(state)}

    async def went_on(self, state: State) -> Updates:
        """What changes with the talk."""
        return {**await self._published.shown(state), **self.code.shown(state)}

    async def _drew(self, id: str, board: Board, revision: int) -> int:
        """The candidate has changed the diagram."""
        return await self._room.draw(id, revision, board)

    def _drawn(self, state: State) -> Updates:
        if not state.round.board:
            return {self._board.column: gr.update(visible=False)}
        editable = not state.over and not is_closing(state)
        return {
            self._board.column: gr.update(visible=True),
            **self._board.show(state.id, state.revision, state.board, editable=editable),
        }

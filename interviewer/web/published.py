"""The room's card "What COMPANY has published"."""

from __future__ import annotations

import asyncio
from typing import Any

import gradio as gr

from interviewer.content.packs import pack_for
from interviewer.program import Program
from interviewer.rules.state import State
from interviewer.web.layout import block, notice, told, wrapped
from interviewer.web.published_state import card, left_behind


class Published:
    """The card's place on the page that is being built."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self.block: gr.Markdown = block(elem_id="published")

    async def shown(self, state: State) -> dict[Any, Any]:
        """The update of the card for an interview as it stands."""
        company = state.setup.company
        if not company:
            return {self.block: ""}
        try:
            documents = await asyncio.to_thread(self._program.library.documents, company=company)
            return {self.block: wrapped(card(company, documents, left_behind(state), pack_for(company)))}
        except Exception as error:  # noqa: BLE001 - the round goes on without the card
            return {self.block: wrapped(notice(told(error), problem=True))}

"""The depth rounds that no bank can hold: about the candidate's own project, or about one document of the library.

Their questions are written by a model for one interview (`Setup.written`) and kept nowhere else.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from interviewer.agents import paper, project
from interviewer.agents.steps import Models
from interviewer.content import Content
from interviewer.domain import Document, Excerpt, Prompt, Question
from interviewer.errors import SettingsError
from interviewer.library import Library
from interviewer.llm import Model

log = logging.getLogger("interviewer.depth")

ROUND: Final = "depth"
NEEDS_A_MODEL: Final = (
    "A depth round about {what} needs a model that writes its questions, and none is set for that: choose one under "
    "Settings, or take a case, which works without."
)


class Depth:
    """Writes the questions of depth rounds about a project or a document."""

    def __init__(self, library: Callable[[], Library], content: Content, models: Models) -> None:
        self._library, self._content, self._models = library, content, models

    async def from_project(self, text: str) -> tuple[Question, ...]:
        """One or two ladders about the project that a summary or CV section of at most 8,000 characters tells of.

        For `Setup.written`; it takes a model half a minute or more.

        Raises:
            SettingsError: there is no model.
            BadMessage: the text has too little in it; the sentence says what is missing.
            ModelError, BudgetExhausted: the model did not answer, or nothing that holds up.
        """
        model = self._model("your own project")
        found, claims, made = await project.from_project(text, prompt=self._prompt("project"), model=model)
        log.info("%d ladders from %d claims in %.0f s", len(found), len(claims), made.seconds)
        return found

    async def from_document(self, id: str) -> tuple[Question, ...]:
        """One or two ladders about a document of the library, by its id or how that begins.

        For `Setup.written`; it takes a model half a minute or more.

        Raises:
            NotFound: there is no such document.
            SettingsError: there is no model.
            BadMessage: the document has no text, or too little about our field.
            ModelError, BudgetExhausted: the model did not answer, or nothing that holds up.
        """
        document, material = await asyncio.to_thread(self._material, id)
        model = self._model("one document")
        found, made = await paper.from_document(document, material, prompt=self._prompt("paper"), model=model)
        log.info("%d ladders from a document in %.0f s", len(found), made.seconds)
        return found

    def _material(self, id: str) -> tuple[Document, tuple[Excerpt, ...]]:
        library = self._library()
        document = library.document(id)
        passages = library.passages(document.id)
        return document, tuple(Excerpt(document=document, passage=passage) for passage in passages)

    def _model(self, what: str) -> Model:
        model = self._models("author")
        if model is None:
            raise SettingsError(NEEDS_A_MODEL.format(what=what))
        return model

    def _prompt(self, name: str) -> Prompt:
        return self._content.prompts[ROUND][name]

"""Opens everything once, bottom up: settings, content, store, model, room. The page and the CLI both start here."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from interviewer import settings as settings_file
from interviewer.agents import compared
from interviewer.agents.matcher import prepare
from interviewer.agents.steps import Step
from interviewer.authoring import Authoring
from interviewer.content import Content, shipped
from interviewer.content.packs import landmarks
from interviewer.depth import Depth
from interviewer.errors import InterviewerError, SettingsError
from interviewer.library import Library
from interviewer.llm import Budget, Endpoint, Model, TestResult, list_models, open_model
from interviewer.llm.embedding import Embedding, embedding
from interviewer.room import Room
from interviewer.settings import Loaded, Settings
from interviewer.store import Repository, Store

log = logging.getLogger("interviewer.program")

QUIET = 3.0
"""Seconds that a fresh server leaves to the first page."""
PAUSE = 0.1
"""Seconds between two questions whose texts are embedded."""


class Program:
    """One running installation for its one user. Threads may share it."""

    def __init__(self, home: Path, *, model: str | None = None) -> None:
        """Open the data folder `home`. `model` overrides the settings' model for this process ("none": built-in).

        Raises ContentError, SettingsError, StoreUnavailable.
        """
        self.home = home
        compared.keep_in(home)
        self.content: Content = shipped()
        self._override = model
        self.loaded: Loaded = settings_file.load(home, model=model)
        self.store = Store.open(home)
        self.repository: Repository = self.store.repository(self.store.local_user())
        self.library = Library(self.store.shelf(self.store.local_user()), home, self.embedding)
        self.authoring = Authoring(lambda: self.library, self.content, self.model)
        self.depth = Depth(lambda: self.library, self.content, self.model)
        self.room = self.new_room()
        self._lock = threading.Lock()
        self._model: Model | None = None
        self._month = ""

    @property
    def settings(self) -> Settings:
        """The settings that count now, environment included."""
        return self.loaded.settings

    async def settle_in(self, *, quiet: float = QUIET, pause: float = PAUSE) -> None:
        """What is better done before anybody waits for it: grades that are owed, and the texts of all questions.

        Meant to run beside the server. Failing is no harm: both are done again where they are needed.

        Args:
            quiet: seconds before it begins.
            pause: seconds between two questions.
        """
        self.authoring.attach()
        await asyncio.sleep(quiet)
        try:
            await self.room.take_up()
            for question in self.content.questions:
                await asyncio.to_thread(prepare, question)
                # One after the other and with a pause, so that whoever is there already does not feel it.
                await asyncio.sleep(pause)
        except InterviewerError as error:
            log.warning("settling in ended early: %s", type(error).__name__)

    def new_room(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Room:
        """A room of this user, with a clock of its own where nobody is to wait."""
        authored = self.authoring.ready
        return Room(self.repository, self.content, self.model, authored=authored, landmarks=landmarks, now=now)

    def model(self, step: Step | None = None) -> Model | None:
        """The model that does `step` now (any step: the configured one); None: the built-in step."""
        settings = self.settings
        if not settings.model or (step is not None and step in settings.builtin_steps):
            return None
        month = datetime.now(UTC).strftime("%Y-%m")
        with self._lock:
            if self._model is None or self._month != month:
                self._model, self._month = open_model(endpoint(settings), budget=self._budget(month)), month
            return self._model

    def embedding(self) -> Embedding:
        """The embedding model that the settings name now; nothing is loaded or called yet. Raises SettingsError."""
        return embedding(self.settings)

    def save(self, changes: Mapping[str, object]) -> Loaded:
        """Change settings; they count from the next step on. Raises SettingsError, and then nothing has changed."""
        settings_file.save(self.home, changes)
        loaded = settings_file.load(self.home, model=self._override)
        with self._lock:
            self.loaded, self._model = loaded, None
        return loaded

    def answering(self) -> str:
        """What is answering, for the line that every page shows."""
        settings = self.settings
        if not settings.model:
            return "Built-in interviewer: nothing leaves this machine."
        where = endpoint(settings).place
        kept = f"; built-in for {', '.join(sorted(settings.builtin_steps))}" if settings.builtin_steps else ""
        return f"{endpoint(settings).name} at {where}{kept}"

    def spent(self) -> float:
        """What calls have cost this month, in the settings' currency."""
        return self.repository.spent(datetime.now(UTC).strftime("%Y-%m"))

    async def test_model(self, candidate: Settings) -> TestResult:
        """A tiny call with settings that need not be saved yet, against the same cap."""
        month = datetime.now(UTC).strftime("%Y-%m")
        return await open_model(endpoint(candidate), budget=self._budget(month)).test()

    async def models_offered(self, candidate: Settings) -> tuple[str, ...]:
        """The names that the server lists. Raises ModelError."""
        return await list_models(endpoint(candidate))

    def _budget(self, month: str) -> Budget:
        return Budget(
            spent=self.repository.spent(month),
            cap=self.settings.cap,
            on_spend=lambda amount: self.repository.add_spending(month, amount),
        )


def endpoint(settings: Settings) -> Endpoint:
    """Where the settings point. Raises SettingsError without a model or for a provider that is not installed."""
    if not settings.model and not settings.base_url:
        raise SettingsError("No model is set: choose one under Settings.")
    values: dict[str, object] = {
        "model": settings.model or "any",
        "base_url": settings.base_url,
        "price_in": settings.price_in,
        "price_out": settings.price_out,
        "cap": settings.cap,
    }
    if settings.api_key is not None:
        values["api_key"] = settings.api_key
    return Endpoint.model_validate(values)

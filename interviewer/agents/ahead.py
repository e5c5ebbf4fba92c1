"""Speaking begins before the observation has fully arrived, where what is missing cannot change the move.

The report's first fields say what the reply needs; the key points that were touched come last. If the move is the same
whether none of them was, or all but the one that the observer wants to go for next, its words are asked for at once.
Nothing is shown before the observation is complete and the move is decided on all of it.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

from interviewer.agents.speak import Speech
from interviewer.domain import Move, Observation, Question, Touch
from interviewer.rules.followups import Context
from interviewer.rules.moves import foreseen
from interviewer.rules.state import State

Seen = Callable[[Observation], Context]
"""What the rules look at after an observation."""
Worded = Callable[[State, Move], Speech]
"""The words of a move that is decided in a state."""


class Ahead:
    """The speech that was begun early, if one was. Use as an async context manager: what is not taken is ended."""

    def __init__(self, question: Question | None, seen: Seen, worded: Worded) -> None:
        self._points = [point.id for point in question.key_points] if question is not None else []
        self._seen = seen
        self._worded = worded
        self._speech: Speech | None = None

    def begin(self, head: Observation) -> None:
        """Ask for the words of the move that the head of an observation makes certain; nothing if it does not."""
        others = tuple(Touch(key_point=id, sentences=(1,)) for id in self._points if id != head.toward)
        context = self._seen(head)
        move = foreseen((context, self._seen(head.model_copy(update={"touched": others}))))
        if move is None or self._speech is not None:
            return
        speech = self._worded(context.state, move)
        if speech.model is not None and speech.model.steady:
            self._speech = speech
            speech.begin()

    async def speech(self, state: State, move: Move) -> Speech:
        """The words of the move that was decided: the ones begun early if they are for it.

        If others were begun, the turn has had its call of the model, and the written words are said.
        """
        speech, begun = self._worded(state, move), self._speech
        self._speech = None
        if begun is None:
            return speech
        if begun.move == move:
            begun.state = speech.state
            return begun
        await begun.drop()
        speech.model = None
        return speech

    async def __aenter__(self) -> Ahead:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._speech is not None:
            await self._speech.drop()

"""The move becomes words: streamed sentence by sentence from a model, or the written text."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field

from interviewer.agents import coding, prompting
from interviewer.agents.guard import Guard, guard
from interviewer.agents.made import counted
from interviewer.domain import Made, Move, MoveKind, Prompt, Wording
from interviewer.errors import BudgetExhausted, ModelError, ModelNonsense
from interviewer.llm import Message, Model, TextStream
from interviewer.llm.embed import beside
from interviewer.rules.followups import ASKING, asked, is_own
from interviewer.rules.long_round import estimate, open_sum
from interviewer.rules.state import State, Thread

MOST_WORDS = 40
"""Words of a turn of the interviewer (design.md §4)."""
LEEWAY = 8
"""A last sentence may run over by this much rather than be lost."""
MAX_TOKENS = 160

_STOP = re.compile(r"[.!?…][\"')\]]*(?:\s+|$)|\n+")

_BIDS = re.compile(
    r"(?:^|[.!:;,]\s+|\b(?:and|so|then|please)\s+)(?:please |now |then |just |first )*"
    r"(?:(?:take|walk|lead|talk|tell|show|give) (?:me|us)\b|describe|explain|name|list|estimate|sketch|draw|compare|"
    r"pick|choose|imagine|suppose|follow|defend|convince me|put (?:a|some|it in)|work (?:it|that|this) out|"
    r"go through|say (?:a|how|what|why|more|which|in)|let'?s (?:hear|see)|start|i'd like to (?:see|hear|know))\b",
    re.IGNORECASE,
)

OPEN_AFTER: frozenset[MoveKind] = frozenset({"answer", "acknowledge", "continue"})
"""Moves after which the last question still waits for its answer."""

EXACT: frozenset[MoveKind] = frozenset({"next_thread", "close"})
"""Moves of whose words a model words only what leads to them."""

VERBATIM: frozenset[MoveKind] = frozenset({"ask"})
"""Moves whose words stand as they are written: the same opening for everyone is what makes rounds comparable."""


@dataclass
class Speech:
    """One turn of the interviewer as it comes: iterate `pieces`, then read `text` and `made`."""

    state: State
    """Folded after the move was decided."""
    move: Move
    wording: Wording
    prompt: Prompt
    model: Model | None
    text: str = field(default="", init=False)
    made: Made = field(default_factory=Made, init=False)
    _open: TextStream | None = field(default=None, init=False)

    @property
    def asks_model(self) -> bool:
        """Whether a model words this turn, or part of it."""
        stands = self.move.kind in VERBATIM or (self._exact and not self.move.lead)
        return self.model is not None and not stands

    @property
    def _exact(self) -> bool:
        """Whether the move's text is said as it stands, so that a model words at most a lead to it."""
        return self.move.exact or self.move.kind in EXACT

    def begin(self) -> None:
        """Send the request now; nothing is said before `pieces` is read."""
        if self.asks_model and self.model is not None:
            self._open = self._request(self.model)
            self._open.begin()

    async def drop(self) -> None:
        """End a request that was begun and will not be read."""
        if self._open is not None:
            await self._open.aclose()

    async def pieces(self) -> AsyncGenerator[str]:
        """Whole sentences that the guard has passed; what was yielded is never taken back."""
        tail = self.move.text if self._exact else ""
        async for piece in self._say(time_check(self.move, self.wording, self.state.acts)):
            yield piece
        if self.model is None or not self.asks_model:
            async for piece in self._say(written(self.state, self.move, self.wording)):
                yield piece
            return
        try:
            async with aclosing(self._stream(self.model)) as stream:
                async for piece in stream:
                    yield piece
        except (ModelError, BudgetExhausted) as error:
            # What was shown before the fault is the model's; with nothing shown, the built-in step made this turn.
            by = self.made.by if self.text else Made().by
            self.made = self.made.model_copy(update={"fell_back": str(error), "by": by})
            async for piece in self._say(self._rest(tail)):
                yield piece
            return
        if tail:
            async for piece in self._say(tail):
                yield piece

    async def _say(self, text: str) -> AsyncGenerator[str]:
        if text:
            self.text = f"{self.text} {text}".strip()
            yield text

    async def _stream(self, model: Model) -> AsyncGenerator[str]:
        """Sentences of the model. ModelNonsense if the guard objects or no question is left where one is needed."""
        stream = self._open or self._request(model)
        stream.begin()
        self.made = Made(by=model.name, prompt=self.prompt.version)
        words = 0
        try:
            check = guard(self.state, [self.move.text, self.move.lead])
            async with stream, aclosing(whole_sentences(stream)) as complete:
                async for sentence in complete:
                    if not await _passes(check, sentence):
                        continue
                    words += len(sentence.split())
                    if words > MOST_WORDS + LEEWAY:
                        raise ModelNonsense("The model talked for too long.")
                    async for said in self._say(sentence):
                        yield said
        finally:
            self.made = counted(self.made, stream.usage)
        if not self.text or self._unasked():
            raise ModelNonsense("The model did not ask anything.")

    def _request(self, model: Model) -> TextStream:
        return model.stream(self._messages(), purpose="speak", max_tokens=MAX_TOKENS)

    def _rest(self, tail: str) -> str:
        """The written words that complete what has been shown; nothing if it has already asked."""
        if not self.text:
            return written(self.state, self.move, self.wording)
        return tail or ("" if asks(self.text) else self.move.text)

    def _unasked(self) -> bool:
        due = not self._exact and self.move.kind in ASKING and asks(self.move.text)
        return due and not asks(self.text)

    def _messages(self) -> tuple[Message, ...]:
        mark = prompting.marker(self.state.id)
        thread = self.state.thread
        return prompting.render(
            self.prompt,
            {
                "marker": mark,
                "level": self.state.setup.level,
                "round": self.state.round.name,
                "manner": self.prompt.notes[f"manner.{self.state.setup.strictness}"],
                "conversation": prompting.fenced(prompting.spoken(self.state, thread), mark),
                "turn": self._turn(mark),
                "licensed": self.move.lead if self._exact else self._licensed(),
                **self._of_problem(),
            },
        )

    def _of_problem(self) -> dict[str, str]:
        """The inputs that only a round about one problem has."""
        thread = self.state.thread
        if thread is None or thread.question.brief is None:
            return dict.fromkeys(("leading", "part", "board", "statement", "code", "tests"), "")
        mark, level = prompting.marker(self.state.id), self.state.setup.level
        lines = prompting.board(self.state.board)
        return {
            "leading": self.prompt.notes.get(f"lead.{level}", ""),
            "part": prompting.part(self.state, thread),
            "board": prompting.fenced(lines, mark) if self.state.board.boxes else lines,
            **(coding.values(self.state, thread) if self.state.round.code else {}),
        }

    def _licensed(self) -> str:
        return f"{self.move.lead} {self.move.text}".strip()

    def _turn(self, mark: str) -> str:
        thread = self.state.thread
        sum_ = open_sum(thread) if thread is not None else None
        worked = _estimated(thread, sum_.sum, mark) if thread is not None and sum_ is not None else []
        if self._exact and self.move.kind not in EXACT:
            return "\n".join(["Only a lead.", *worked])
        kind = "own probe" if is_own(self.move) else self.move.kind.replace("_", " ")
        lines = [f"Kind of turn: {kind}."]
        if self.move.kind == "probe" and self.move.angle is not None:
            lines.append(f"Kind of follow-up: {self.move.angle.replace('_', ' ')}.")
        if self.move.kind in OPEN_AFTER and thread is not None and (open_ := asked(thread)):
            lines.append(f"The question that is open: {open_}")
        lines += worked
        if thread is not None and self.move.anchor and self.move.anchor <= len(thread.sentences):
            both = self.move.against
            lines.append(f"Start from {'these two sentences' if both else 'this sentence'} of theirs:")
            said = [thread.sentences[n - 1] for n in (both, self.move.anchor) if n]
            lines.append(prompting.fenced("\n".join(said), mark))
        return "\n".join(lines)


def _estimated(thread: Thread, sum: str, mark: str) -> list[str]:
    """What has come of the arithmetic that was asked for last, so that it is taken up and not built on blindly."""
    found, said = estimate(thread, sum)
    if not said:
        return []
    holds = "holds" if found.result == "right" else "is far off"
    return [f"What they have worked out, which {holds} (for you alone, show neither):", prompting.fenced(said, mark)]


def asks(text: str) -> bool:
    """Whether a turn asks for something: a question, or a sentence that says what to do ("Take me through it.")."""
    return "?" in text or _BIDS.search(text) is not None


async def whole_sentences(pieces: AsyncIterator[str]) -> AsyncGenerator[str]:
    """The sentences of a stream, each once it is complete; the rest when the stream ends well."""
    held = ""
    async for piece in pieces:
        held += piece
        # A stop at the very end may be the point of a number or an abbreviation: wait for what follows.
        while (stop := _STOP.search(held)) is not None and (stop.end() < len(held) or "\n" in stop.group()):
            sentence, held = held[: stop.end()].strip(), held[stop.end() :]
            if sentence:
                yield sentence
    if held.strip():
        yield held.strip()


async def _passes(check: Guard, sentence: str) -> bool:
    """False drops the sentence (a verdict); ModelNonsense ends the model's turn (a leak, or no speech at all)."""
    if check.is_verdict(sentence):
        return False
    if check.is_no_speech(sentence):
        raise ModelNonsense("The model said something that is no turn of an interviewer.")
    if check.is_aside(sentence):
        raise ModelNonsense("The model talked about the candidate instead of to them.")
    if await beside(check.leaks, sentence):
        raise ModelNonsense("The model was about to give something away.")
    return True


def time_check(move: Move, wording: Wording, acts: int) -> str:
    """The sentence that says how much time is left, if this move makes the check."""
    if not move.check or wording.driving is None:
        return ""
    said = wording.driving.halfway if move.check == "halfway" else wording.driving.late
    return said[acts % len(said)]


def written(state: State, move: Move, wording: Wording) -> str:
    """The written words of a move: its lead, or an acknowledgement that varies, then its text."""
    lead = move.lead
    if move.exact:
        return f"{lead} {move.text}".strip()
    if not lead and move.kind in ("probe", "challenge") and state.thread is not None and len(state.thread.turns) > 2:
        lead = wording.acknowledge[state.acts % len(wording.acknowledge)]
    if not lead and move.kind in ("probe", "challenge"):
        lead = wording.acknowledge[0]
    return f"{lead} {move.text}".strip()

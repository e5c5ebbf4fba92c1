"""The live room: the talk, the message box, what else can be done, the clock; at the end the debrief.

Everything shown is folded from the store. The page holds a `Place` ("id:acts") in a hidden field, so that a reload, a
second tab and a restarted server all come back to the same interview.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, Final

import gradio as gr

from interviewer.domain import Act
from interviewer.errors import CandidateError, InterviewOver, NotFound, OutOfStep
from interviewer.program import Program
from interviewer.room import Said, Update
from interviewer.rules.state import PAUSE_AFTER, State
from interviewer.web.beside import Beside
from interviewer.web.conversation import conversation, did, said, speaking
from interviewer.web.debrief import WORDS, debrief
from interviewer.web.layout import PRIVATE, block, notice, told, wrapped
from interviewer.web.live_state import Place, closing, only_time_passed, parse_place, place_of, progress
from interviewer.web.safe import html
from interviewer.web.status import status

Updates = dict[Any, Any]

HEARTBEAT: Final = 15.0
"""Seconds between two signs of the page."""
GAP: Final = 0.1
"""Seconds between two updates of the page: at most ten a second."""
LONGEST_CLOSE: Final = 240.0
"""Seconds after which waiting for the debrief gives up; the room itself closes after 180."""
BUTTONS: Final = (
    ("Hint", "hint"),
    ("I don’t know", "gave_up"),
    ("Skip", "skip"),
    ("I’m not finished", "not_finished"),
)
SKIPPED: Final = 0
"""What is kept instead of a self-rating that was left out."""


class Live:
    """The room's part of the page that is being built."""

    def __init__(self, program: Program, setup: gr.Column) -> None:
        self._program, self._room, self._setup = program, program.room, setup
        self.place = gr.Textbox(visible="hidden", elem_id="place", label="Place")
        self.ratings = gr.BrowserState({}, storage_key="interviewer-ratings", secret="own-ratings")  # noqa: S106 - nothing secret, only stable
        self.timer = gr.Timer(HEARTBEAT, active=False)
        self._build_room()
        self._build_after()
        self._locked: tuple[Any, ...] = (self.send, *self.buttons.values(), self.end_ask, *self.beside.code.buttons)
        self.outputs: list[Any] = [
            *(setup, self.place, self.ratings, self.timer, self.room, self.bar, self.past, self.now),
            *(self.notice, self.message, *self._locked, self.sure, self.after, self.progress, self.rate, self.debrief),
            *(output for output in self.beside.outputs if output not in self._locked),
        ]
        self._wire()

    # ------------------------------------------------------------ what is on the page

    def _build_room(self) -> None:
        with gr.Column(visible=False, elem_id="room") as self.room:
            self.bar = block(elem_id="bar")
            with gr.Row(elem_classes=["desk"]):
                with gr.Column(scale=3, min_width=280, elem_classes=["stage"]):
                    with gr.Column(elem_id="talk"):
                        self.past = block(math=True, elem_id="past")
                        self.now = block(math=True, elem_id="now")
                    self.notice = block(elem_id="told")
                    self._build_composer()
                self.beside = Beside(self._program, self.place)

    def _build_composer(self) -> None:
        self.message = gr.Textbox(
            label="Your answer",
            info="Enter sends, Shift+Enter starts a new line.",
            lines=1,
            max_lines=12,
            elem_id="answer",
        )
        with gr.Row(elem_classes=["actions"]):
            self.send = gr.Button("Send", variant="primary", min_width=96)
            self.buttons = {
                kind: gr.Button(label, variant="secondary", min_width=72, elem_classes=["quiet-button"])
                for label, kind in BUTTONS
            }
            self.end_ask = gr.Button("End", variant="secondary", min_width=72, elem_classes=["quiet-button"])
        with gr.Row(visible=False, elem_classes=["sure"]) as self.sure:
            block("<p>End the interview now? You get the debrief of what was said so far.</p>")
            self.end_yes = gr.Button("Yes, end it", variant="primary", min_width=120)
            self.end_no = gr.Button("Go on", variant="secondary", min_width=96)

    def _build_after(self) -> None:
        with gr.Column(visible=False, elem_id="after") as self.after:
            self.progress = block(elem_id="progress")
            with gr.Column(visible=False, elem_classes=["card"]) as self.rate:
                block(
                    "<h1>How do you think it went?</h1>"
                    "<p>Rate the round before you read ours: the gap is worth knowing.</p>"
                )
                self.rating = gr.Radio(
                    [(words.capitalize(), level) for level, words in WORDS.items()], label="Your own rating"
                )
                with gr.Row(elem_classes=["actions"]):
                    self.reveal = gr.Button("Show the debrief", variant="primary", min_width=160)
                    self.unrated = gr.Button("Skip the rating", variant="secondary", min_width=120)
            self.debrief = block(math=True, elem_id="debrief")

    def _wire(self) -> None:
        taken = [self.message, self.place, self.ratings]

        async def send(message: str, place: str, ratings: Any) -> AsyncIterator[Updates]:
            async for updates in self._take(place, Act(kind="said", text=message or ""), ratings, draft=message or ""):
                yield updates

        gr.on([self.message.submit, self.send.click], send, taken, self.outputs, **PRIVATE)
        more = {"ended": self.end_yes, "submitted": self.beside.code.hand_in}
        for kind, button in {**self.buttons, **more}.items():
            button.click(self._button(kind), [self.place, self.ratings], self.outputs, **PRIVATE)

        async def ask() -> Updates:
            return {self.sure: gr.update(visible=True)}

        async def go_on() -> Updates:
            return {self.sure: gr.update(visible=False)}

        self.end_ask.click(ask, None, self.outputs, **PRIVATE)
        self.end_no.click(go_on, None, self.outputs, **PRIVATE)
        for event in (self.timer.tick, self.beside.code.ran.then):
            event(self._beat, [self.place, self.ratings], self.outputs, **PRIVATE)
        self.reveal.click(self._reveal, [self.place, self.rating, self.ratings], self.outputs, **PRIVATE)
        self.unrated.click(self._unrated, [self.place, self.ratings], self.outputs, **PRIVATE)

    def _button(self, kind: Any) -> Any:
        async def press(place: str, ratings: Any) -> AsyncIterator[Updates]:
            async for updates in self._take(place, Act(kind=kind), ratings):
                yield updates

        return press

    # ------------------------------------------------------------ what happens

    async def arrive(self, id: str, ratings: Any) -> AsyncIterator[Updates]:
        """Open the interview where it stands; answers what is unanswered. Raises NotFound."""
        state = await self._room.look(id)
        away = (datetime.now(UTC) - state.updated).total_seconds() if state.updated else 0.0
        back = not state.over and not closing(state) and state.acts > 1 and away > PAUSE_AFTER
        waits = state.pending is not None
        yield {
            **self._view(state, ratings),
            **(self._busy() if waits else {}),
            **await self.beside.arrived(state),
        }
        async for updates in self._follow(id, self._room.resume(id), ratings, first=not state.threads):
            yield updates
        if back:
            yield {self.notice: wrapped(notice("The clock stood still while you were away."))}

    async def end(self, id: str, ratings: Any) -> AsyncIterator[Updates]:
        """End an interview from outside its room. Raises what Room.act raises."""
        async for _ in self._room.resume(id):
            pass
        state = await self._room.look(id)
        if not state.over and not closing(state):
            async for _ in self._room.act(id, state.acts, Act(kind="ended")):
                pass
        async for updates in self.arrive(id, ratings):
            yield updates

    async def _take(self, place_text: str, act: Act, ratings: Any, *, draft: str = "") -> AsyncIterator[Updates]:
        place = parse_place(place_text)
        mine = said(act.text) if act.kind == "said" else did(act.kind)
        if not place.id:
            yield {self.notice: wrapped(notice("This page lost its place: reload it.", problem=True))}
            return
        if act.kind != "said" or act.text.strip():
            yield {**self._busy(mine), self.message: gr.update(value="", interactive=False) if draft else gr.skip()}
        try:
            async for updates in self._follow(place.id, self._act(place, act), ratings, before=mine):
                yield updates
        except Exception as error:  # noqa: BLE001 - the page has to unlock whatever happened
            yield await self._refused(place, error, draft=draft)
            if isinstance(error, InterviewOver):
                async for updates in self._to_debrief(place.id, ratings):
                    yield updates

    async def _act(self, place: Place, act: Act) -> AsyncIterator[Update]:
        """The act; when only time has passed since the page was drawn, it follows the interviewer's reminder."""
        try:
            async for update in self._room.act(place.id, place.seq, act):
                yield update
        except OutOfStep:
            if not only_time_passed(await self._room.look(place.id), place.seq):
                raise
            async for _ in self._room.resume(place.id):
                pass
            state = await self._room.look(place.id)
            async for update in self._room.act(place.id, state.acts, act):
                yield update

    async def _follow(
        self, id: str, stream: AsyncIterator[Update], ratings: Any, *, before: str = "", first: bool = False
    ) -> AsyncIterator[Updates]:
        """Show what the interviewer says as it comes, then everything as it was recorded, and the debrief after it."""
        text, notes, shown = "", [], 0.0
        async for update in stream:
            if isinstance(update, Said):
                text = f"{text} {update.text}".strip()
            else:
                notes.append(update.text)
            await asyncio.sleep(max(0.0, shown + GAP - time.monotonic()))
            shown = time.monotonic()
            yield {self.now: wrapped(before + speaking(text)), self.notice: wrapped("".join(map(notice, notes)))}
        state = await self._room.look(id)
        told_of = {self.notice: wrapped("".join(map(notice, notes)))}
        # With the first words there is a task. In one update: of two at once a page shows the last.
        beside = await self.beside.arrived(state) if first else await self.beside.went_on(state)
        yield {**self._view(state, ratings), **told_of, **beside}
        if closing(state):
            async for updates in self._to_debrief(id, ratings):
                yield updates

    async def _to_debrief(self, id: str, ratings: Any) -> AsyncIterator[Updates]:
        """Wait for the grades, saying which is read; then what comes after the interview."""
        ends, last = time.monotonic() + LONGEST_CLOSE, ""
        async for _ in self._room.resume(id):
            pass
        while not (state := await self._room.look(id)).over:
            words = progress(state)
            if time.monotonic() > ends:
                words = "This takes longer than it should. Reload the page; nothing is lost."
            if words != last:
                last = words
                yield {**self._view(state, ratings), self.progress: wrapped(_waiting(words))}
            if time.monotonic() > ends:
                return
            await asyncio.sleep(0.4)
        yield self._view(state, ratings)

    async def _beat(self, place_text: str, ratings: Any) -> AsyncIterator[Updates]:
        """A sign that the page is open. Lets the interviewer speak when time calls for it, and catches up."""
        place = parse_place(place_text)
        if not place.id:
            yield {self.timer: gr.Timer(active=False)}
            return
        try:
            due = await self._room.sign(place.id)
            state = await self._room.look(place.id)
            if due:
                async for updates in self._follow(
                    place.id, self._room.act(place.id, state.acts, Act(kind="tick")), ratings
                ):
                    # What is being typed stays; only the talk moves on.
                    yield {key: value for key, value in updates.items() if key not in (self.message, self.sure)}
            elif state.pending is None and (state.acts != place.seq or state.over):
                yield self._view(state, ratings)
            else:
                yield {self.bar: wrapped(status(state))}
        except OutOfStep:
            return
        except Exception as error:  # noqa: BLE001 - a heartbeat must not break the page
            stop = {self.timer: gr.Timer(active=False)} if isinstance(error, NotFound) else {}
            yield {self.notice: wrapped(notice(told(error), problem=True)), **stop}

    async def _reveal(self, place_text: str, rating: int | None, ratings: Any) -> Updates:
        if rating not in WORDS:
            gr.Warning("Choose one of the four, or skip the rating.")
            return {self.rate: gr.skip()}
        return await self._rated(place_text, rating, ratings)

    async def _unrated(self, place_text: str, ratings: Any) -> Updates:
        return await self._rated(place_text, SKIPPED, ratings)

    async def _rated(self, place_text: str, rating: int, ratings: Any) -> Updates:
        id = parse_place(place_text).id
        kept = {**(ratings if isinstance(ratings, dict) else {}), id: rating}
        try:
            return {**self._view(await self._room.look(id), kept), self.ratings: kept}
        except Exception as error:  # noqa: BLE001 - shown as a sentence
            return {self.debrief: wrapped(notice(told(error), problem=True))}

    # ------------------------------------------------------------ from a state to the page

    def _view(self, state: State, ratings: Any) -> Updates:
        """Everything as it stands, unlocked."""
        live = not state.over and not closing(state)
        own = ratings.get(state.id) if isinstance(ratings, dict) else None
        rated = isinstance(own, int)
        page: Updates = {
            self._setup: gr.update(visible=False),
            self.room: gr.update(visible=live),
            self.after: gr.update(visible=not live),
            self.place: str(place_of(state)),
            self.bar: wrapped(status(state)),
            self.past: wrapped(conversation(state, areas=False)),
            self.now: "",
            self.sure: gr.update(visible=False),
            self.timer: gr.Timer(active=live),
            self.progress: wrapped("" if live or state.over else _waiting(progress(state))),
            self.rate: gr.update(visible=state.over and not rated and bool(_answered(state))),
            self.debrief: "",
            **self._unlocked(),
        }
        if state.over and (rated or not _answered(state)):
            link = f"/transcripts?interview={state.id}"
            page[self.debrief] = wrapped(debrief(state, own=own or None, transcript=link))
        return page

    def _busy(self, before: str = "") -> Updates:
        """The interviewer is answering: nothing can be sent, and the clock waits."""
        return {
            self.now: wrapped(before + speaking("")),
            self.notice: "",
            self.message: gr.update(interactive=False),
            self.sure: gr.update(visible=False),
            **{button: gr.update(interactive=False) for button in self._locked},
        }

    def _unlocked(self) -> Updates:
        return {
            self.message: gr.update(interactive=True),
            **{button: gr.update(interactive=True) for button in self._locked},
        }

    async def _refused(self, place: Place, error: Exception, *, draft: str) -> Updates:
        """The act was not taken: what was written is back in the box, with the sentence that says why."""
        words = told(error)
        kept = await self._was_kept(place, error)
        if kept:
            words = f"{words} What you sent is kept; reload the page to go on with it."
        box = notice(words, problem=True)
        if kept or isinstance(error, OutOfStep):
            link = f'<a class="button" href="/?interview={html(place.id)}">Reload the page</a>'
            box = box.replace("</div>", f" {link}</div>")
        if kept:
            return {self.notice: wrapped(box)}
        back: Updates = {self.now: "", **self._unlocked(), self.notice: wrapped(box)}
        if draft:
            back[self.message] = gr.update(value=draft, interactive=True)
        return back

    async def _was_kept(self, place: Place, error: Exception) -> bool:
        """Whether the act was recorded although answering it failed."""
        if isinstance(error, CandidateError):
            return False
        try:
            state = await self._room.look(place.id)
        except Exception:  # noqa: BLE001 - the error that is being shown says enough
            return False
        return state.pending is not None and not only_time_passed(state, place.seq) and state.acts > place.seq


def _answered(state: State) -> list[int]:
    return [thread.index for thread in state.threads if thread.answers or thread.runs]


def _waiting(words: str) -> str:
    return f'<div class="waiting" role="status"><span class="spin" aria-hidden="true"></span>{html(words)}</div>'

"""Practice: what to practise, then the room, then the debrief."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import gradio as gr

from interviewer import tracker
from interviewer.content.packs import pack_for, packs
from interviewer.domain import Setup
from interviewer.errors import InterviewerError, NotFound
from interviewer.program import Program
from interviewer.web import practice_state as ps
from interviewer.web.company import about_company
from interviewer.web.layout import PRIVATE, block, notice, on_load, told, wrapped
from interviewer.web.live import Live, Updates
from interviewer.web.live_state import closing
from interviewer.web.safe import html


def build(program: Program) -> None:
    """Build the page inside the current Blocks."""
    with gr.Column(elem_id="setup") as panel:
        form = _Form(program)
    live = Live(program, panel)
    _Wiring(program, form, live).connect()


class _Form:
    """What is asked before an interview."""

    def __init__(self, program: Program) -> None:
        content, default = program.content, ps.Choices()
        with gr.Column(visible=False, elem_classes=["card", "unfinished"]) as self.card:
            self.unfinished = block()
            with gr.Row(elem_classes=["actions"]):
                self.go_on = block()
                self.end = gr.Button("End it", variant="secondary", min_width=96, elem_classes=["quiet-button"])
            with gr.Row(visible=False, elem_classes=["sure"]) as self.sure:
                block("<p>End it now? You get the debrief of what was said so far.</p>")
                self.end_yes = gr.Button("Yes, end it", variant="primary", min_width=120)
                self.end_no = gr.Button("Leave it open", variant="secondary", min_width=120)
        self.unfinished_id = gr.Textbox(visible="hidden", label="Unfinished")
        block(
            "<h1>Practise an interview</h1><p>A breadth round: several short topics, as in a screening for a "
            "machine-learning role. You answer in writing, the interviewer follows up, and afterwards you get a "
            "debrief that quotes you.</p>"
        )
        with gr.Column(elem_classes=["card", "form"]):
            self.level = gr.Radio(list(ps.LEVELS), value=default.level, label="Level you want to be measured against")
            self.company = gr.Dropdown(
                [],
                value=None,
                label="Company (optional)",
                info="Questions come from its documents in your library. Choose one, or type a name.",
                allow_custom_value=True,
            )
            self.about = block(elem_id="about-company")
            self.what = gr.Radio(list(ps.WHAT), value=default.what, label="What to practise")
            self.areas = gr.Dropdown(
                ps.areas(content), value=[], multiselect=True, label="Areas to focus on", info="Leave empty for all."
            )
            self.question = gr.Dropdown(
                ps.questions(content),
                value=None,
                label="Question",
                info="Type to search.",
                visible=False,
            )
            self.strictness = gr.Radio(list(ps.STRICTNESS), value=default.strictness, label="The interviewer")
            lengths = [(f"{minutes} minutes", minutes) for minutes in content.round(ps.ROUND).minutes]
            self.minutes = gr.Radio(lengths, value=default.minutes, label="Length")
            self.cost = block()
            self.notice = block()
            with gr.Row(elem_classes=["actions"]):
                self.begin = gr.Button("Begin", variant="primary", min_width=160)
        self.fields: list[Any] = [
            *(self.level, self.strictness, self.minutes, self.what, self.areas, self.question, self.company)
        ]

    def filled(self, choices: ps.Choices) -> Updates:
        """The form with these choices."""
        return {
            self.level: choices.level,
            self.strictness: choices.strictness,
            self.minutes: choices.minutes,
            self.what: choices.what,
            self.areas: gr.update(value=list(choices.areas), visible=choices.what != ps.ONE),
            self.question: gr.update(value=choices.question, visible=choices.what == ps.ONE),
            self.company: gr.update(value=choices.company or None),
        }


class _Wiring:
    """What happens on the set-up's part of the page."""

    def __init__(self, program: Program, form: _Form, live: Live) -> None:
        self._program, self._form, self._live = program, form, live
        self._outputs: list[Any] = [
            *(*live.outputs, *form.fields, form.card, form.unfinished, form.go_on, form.end, form.sure),
            *(form.unfinished_id, form.cost, form.notice, form.begin, form.about),
        ]

    def connect(self) -> None:
        """Register the events."""
        form, live = self._form, self._live
        form.begin.click(self._begin, [*form.fields, live.ratings], self._outputs, **PRIVATE)
        form.what.change(self._what, [form.what], [form.areas, form.question], **PRIVATE)
        form.minutes.change(self._cost, [form.minutes], [form.cost], **PRIVATE)
        form.company.change(self._about, [form.company], [form.about], trigger_mode="always_last", **PRIVATE)
        form.end.click(self._sure(True), None, [form.sure], **PRIVATE)
        form.end_no.click(self._sure(False), None, [form.sure], **PRIVATE)
        form.end_yes.click(self._end, [form.unfinished_id, live.ratings], self._outputs, **PRIVATE)
        on_load(self._arrive, [live.ratings], self._outputs)

    async def _arrive(self, ratings: Any, request: gr.Request) -> AsyncIterator[Updates]:
        """The page was opened: the interview that its address names, or the set-up."""
        query = dict(request.query_params)
        words = ""
        if id := query.get("interview", ""):
            try:
                async for updates in self._live.arrive(id, ratings):
                    yield updates
                return
            except NotFound as error:
                words = told(error)
            except Exception as error:  # noqa: BLE001 - shown as a sentence
                yield {self._live.notice: wrapped(notice(told(error), problem=True))}
                return
        try:
            yield {**await self._setup(query), self._form.notice: wrapped(notice(words, problem=True))}
        except Exception as error:  # noqa: BLE001 - shown as a sentence
            yield {self._form.notice: wrapped(notice(told(error), problem=True))}

    async def _setup(self, query: dict[str, str]) -> Updates:
        form, earlier = self._form, None
        if again := query.get("again"):
            try:
                earlier = (await self._program.room.look(again)).setup
            except NotFound:
                earlier = None
        choices = ps.asked_for(query, content=self._program.content, earlier=earlier)
        offered = await asyncio.to_thread(self._companies)
        filled: Updates = {form.company: gr.update(choices=offered)}
        # Without a wish in the address the form is left alone: somebody may be filling it in already.
        if choices != ps.Choices():
            filled |= form.filled(choices)
            filled[form.company] = gr.update(choices=offered, value=choices.company or None)
        return {
            **filled,
            form.about: await self._about(choices.company),
            **await self._unfinished(),
            form.cost: wrapped(_priced(self._program, choices.minutes)),
        }

    async def _unfinished(self) -> Updates:
        """The card of the interview to go on with, if there is one."""
        form = self._form
        rows = await asyncio.to_thread(self._program.repository.unfinished)
        if not rows:
            return {form.card: gr.update(visible=False)}
        row, more = rows[0], len(rows) - 1
        state = await self._program.room.look(row.id)
        others = f' <span class="quiet">{more} more under Transcripts.</span>' if more else ""
        started = ps.when(row.created_at, datetime.now(UTC))
        link = f'<a class="button primary" href="/?interview={html(row.id)}">Go on with it</a>'
        return {
            form.card: gr.update(visible=True),
            form.unfinished: wrapped(
                f"<h2>You have an unfinished interview</h2><p>{html(row.title)}, started {started}.{others}</p>"
            ),
            form.go_on: wrapped(f"<p>{link}</p>"),
            form.end: gr.update(visible=not closing(state)),
            form.unfinished_id: row.id,
        }

    async def _begin(
        self,
        level: str,
        strictness: str,
        minutes: int,
        what: str,
        areas: list[str] | None,
        question: str | None,
        company: str | None,
        ratings: Any,
    ) -> AsyncIterator[Updates]:
        form, program = self._form, self._program
        yield {form.begin: gr.update(interactive=False), form.notice: ""}
        choices = ps.Choices(level, strictness, minutes, what, tuple(areas or ()), question or None, company or "")
        try:
            id = await program.room.open(await self._chosen(choices))
        except Exception as error:  # noqa: BLE001 - shown as a sentence
            yield {
                form.begin: gr.update(interactive=True),
                form.notice: wrapped(notice(told(error), problem=True)),
            }
            return
        try:
            async for updates in self._live.arrive(id, ratings):
                yield updates
        except Exception as error:  # noqa: BLE001 - shown as a sentence; the interview is there
            yield {self._live.notice: wrapped(notice(told(error), problem=True))}

    async def _chosen(self, choices: ps.Choices) -> Setup:
        program = self._program
        due = tracker.due(await asyncio.to_thread(program.repository.weaknesses))
        await program.authoring.prepare(choices.company)
        written = await asyncio.to_thread(program.authoring.ready, choices.company)
        pack = None if written else pack_for(choices.company)
        chosen = ps.setup(choices, seed=secrets.randbelow(2**31), model=program.settings.model, due=due, pack=pack)
        return chosen.model_copy(update={"heard": await self._program.room.heard()})

    async def _end(self, id: str, ratings: Any) -> AsyncIterator[Updates]:
        try:
            async for updates in self._live.end(id, ratings):
                yield updates
        except InterviewerError as error:
            yield {self._form.notice: wrapped(notice(told(error), problem=True))}

    def _companies(self) -> list[str]:
        return ps.companies(self._program.library.companies(), packs())

    async def _about(self, company: str | None) -> str:
        """What is known about a company, under the field where it is chosen."""
        try:
            return wrapped(about_company(await asyncio.to_thread(self._known, company or "")))
        except Exception as error:  # noqa: BLE001 - shown as a sentence
            return wrapped(notice(told(error), problem=True))

    def _known(self, company: str) -> ps.Company:
        program, name = self._program, " ".join(company.split())
        if not name:
            return ps.Company()
        return ps.Company(
            name,
            documents=len(program.library.documents(company=name)),
            questions=len(program.authoring.ready(name)),
            writing=program.authoring.writing(name) is not None,
            pack=pack_for(name),
        )

    async def _what(self, what: str) -> tuple[Any, Any]:
        return gr.update(visible=what != ps.ONE), gr.update(visible=what == ps.ONE)

    async def _cost(self, minutes: int) -> str:
        return wrapped(_priced(self._program, minutes))

    def _sure(self, visible: bool) -> Any:
        async def show() -> Any:
            return gr.update(visible=visible)

        return show


def _priced(program: Program, minutes: int) -> str:
    words = ps.cost(program.settings, minutes)
    return f'<p class="quiet">{html(words)}</p>' if words else ""

"""Practice: what to practise, then the room, then the debrief."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import gradio as gr

from interviewer import testing, tracker
from interviewer.content import Content
from interviewer.content.packs import pack_for, packs
from interviewer.domain import Question, Setup
from interviewer.errors import InterviewerError, NotFound
from interviewer.program import Program
from interviewer.web import practice_state as ps
from interviewer.web.code_panel import unrunnable
from interviewer.web.company import about_company
from interviewer.web.layout import PRIVATE, block, notice, on_load, told, wrapped
from interviewer.web.live import Live, Updates
from interviewer.web.live_state import closing
from interviewer.web.practice_rounds import MIX, NEEDS_MODEL, ONE, PAPER, PROJECT, ROUNDS, offer
from interviewer.web.safe import html

WRITING: Final = "Questions about what you gave are being written; that takes a minute or so."


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
            "<h1>Practise an interview</h1><p>You answer in writing, the interviewer follows up, and afterwards you "
            "get a debrief that quotes you.</p>"
        )
        with gr.Column(elem_classes=["card", "form"]):
            self.round = gr.Radio(list(ROUNDS), value=default.round, label="Round", elem_classes=["kind"])
            self.words = block(_words(default.round), elem_classes=["kind-words"])
            self.runs = block()
            self.level = gr.Radio(list(ps.LEVELS), value=default.level, label="Level you want to be measured against")
            self._build_matter(content, default)
            self.strictness = gr.Radio(list(ps.STRICTNESS), value=default.strictness, label="The interviewer")
            self.minutes = gr.Radio(ps.lengths(content, default.round), value=default.minutes, label="Length")
            self.cost = block()
            self.notice = block()
            with gr.Row(elem_classes=["actions"]):
                self.begin = gr.Button("Begin", variant="primary", min_width=160)
        self.fields: list[Any] = [
            *(self.level, self.strictness, self.minutes, self.what, self.areas, self.question, self.company),
            *(self.round, self.project, self.document, self.debugging),
        ]
        """In the order of `Choices`."""
        self.shown: list[Any] = [*self.fields, self.words, self.runs, self.needs]
        """What changes with a choice of round, or of what to practise."""

    def _build_matter(self, content: Content, default: ps.Choices) -> None:
        """Whose questions, and about what."""
        about = offer(default.round)
        self.company = gr.Dropdown(
            [], value=None, label="Company (optional)", info=about.company, allow_custom_value=True
        )
        self.about = block(elem_id="about-company")
        self.what = gr.Radio(list(about.what), value=default.what, label="What to practise")
        self.areas = gr.Dropdown(
            ps.areas(content), value=[], multiselect=True, label=about.areas, info=about.areas_info
        )
        self.question = gr.Dropdown(
            ps.questions(content), value=None, label=about.one, info="Type to search.", visible=False
        )
        self.needs = block()
        self.project = gr.Textbox(
            label="Your project",
            info="A summary or a section of your CV: what it was for, what you did, and what came of it.",
            lines=6,
            max_lines=16,
            visible=False,
            elem_id="project",
        )
        self.document = gr.Dropdown([], value=None, label="Document", info="Type to search.", visible=False)
        self.debugging = gr.Checkbox(label="Debugging exercise", value=False, visible=False)

    def filled(self, choices: ps.Choices, content: Content, *, model: str) -> Updates:
        """The form with these choices."""
        about = offer(choices.round)
        return {
            self.round: choices.round,
            self.words: wrapped(_words(choices.round)),
            self.level: choices.level,
            self.strictness: choices.strictness,
            self.minutes: gr.update(choices=ps.lengths(content, choices.round), value=choices.minutes),
            self.what: gr.update(choices=list(about.what), value=choices.what),
            **self._asked(choices, model=model),
            self.areas: gr.update(
                choices=ps.areas(content, choices.round),
                value=list(choices.areas),
                label=about.areas,
                info=about.areas_info,
                visible=choices.what == MIX,
            ),
            self.question: gr.update(
                choices=ps.questions(content, choices.round),
                value=choices.question,
                label=about.one,
                visible=choices.what == ONE,
            ),
            self.company: gr.update(value=choices.company or None, info=about.company, visible=bool(about.company)),
            self.debugging: gr.update(
                value=choices.debugging, info=about.debugging or None, visible=bool(about.debugging)
            ),
        }

    def _asked(self, choices: ps.Choices, *, model: str) -> Updates:
        """What has to be filled in, with what is known of it from an earlier round."""
        asked = self.asked(choices.what, model=model)
        known = ((self.project, choices.project), (self.document, choices.document))
        return asked | {field: gr.update(value=value, **_given(asked[field])) for field, value in known if value}

    def asked(self, what: str, *, model: str) -> Updates:
        """What has to be filled in for this choice of what to practise."""
        needs = "" if model else NEEDS_MODEL.get(what, "")
        return {
            self.areas: gr.update(visible=what == MIX),
            self.question: gr.update(visible=what == ONE),
            self.project: gr.update(visible=what == PROJECT and bool(model)),
            self.document: gr.update(visible=what == PAPER and bool(model)),
            self.needs: wrapped(notice(needs)),
        }


class _Wiring:
    """What happens on the set-up's part of the page."""

    def __init__(self, program: Program, form: _Form, live: Live) -> None:
        self._program, self._form, self._live = program, form, live
        self._outputs: list[Any] = [
            *(*live.outputs, *form.fields, form.card, form.unfinished, form.go_on, form.end, form.sure),
            *(form.unfinished_id, form.cost, form.notice, form.begin, form.about, form.words, form.runs, form.needs),
        ]

    def connect(self) -> None:
        """Register the events."""
        form, live = self._form, self._live
        form.begin.click(self._begin, [*form.fields, live.ratings], self._outputs, **PRIVATE)
        # `input`: a link that fills the form in must not have it emptied again.
        form.round.input(self._round, [form.round, form.company], self._outputs, **PRIVATE)
        form.what.input(self._what, [form.what], self._outputs, **PRIVATE)
        form.minutes.change(self._cost, [form.round, form.minutes], [form.cost], **PRIVATE)
        form.company.change(
            self._about, [form.company, form.round], [form.about], trigger_mode="always_last", **PRIVATE
        )
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
        documents = await asyncio.to_thread(self._documents)
        filled: Updates = {form.company: gr.update(choices=offered)}
        # Without a wish in the address the form is left alone: somebody may be filling it in already.
        if choices != ps.Choices():
            filled |= form.filled(choices, self._program.content, model=self._program.settings.model)
            filled[form.company] = gr.update(choices=offered, **_given(filled[form.company]))
        there = {form.document: gr.update()} | filled
        given = {"value": None} if choices.document not in dict(documents).values() else {}
        filled[form.document] = gr.update(**{**_given(there[form.document]), "choices": documents, **given})
        return {
            **filled,
            form.about: await self._about(choices.company, choices.round),
            **await self._unfinished(),
            form.cost: wrapped(_priced(self._program, choices.round, choices.minutes)),
            form.runs: await _runs(choices.round),
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

    async def _begin(self, *given: Any) -> AsyncIterator[Updates]:
        form, program = self._form, self._program
        *fields, ratings = given
        yield {form.begin: gr.update(interactive=False), form.notice: ""}
        try:
            choices = _choices(*fields)
            setup = await self._chosen(choices)
            if choices.written:
                yield {form.notice: wrapped(notice(WRITING))}
                of = choices.project if choices.what == PROJECT else choices.document or ""
                setup = setup.model_copy(update={"written": await self._written(choices), "written_from": of})
            id = await program.room.open(setup)
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
        if not offer(choices.round).company:
            choices = replace(choices, company="")
        await program.authoring.prepare(choices.company)
        written = await asyncio.to_thread(program.authoring.ready, choices.company)
        pack = None if written else pack_for(choices.company)
        chosen = ps.setup(choices, seed=secrets.randbelow(2**31), model=program.settings.model, due=due, pack=pack)
        return chosen.model_copy(update={"heard": await self._program.room.heard()})

    async def _written(self, choices: ps.Choices) -> tuple[Question, ...]:
        """The questions about the candidate's own project, or about one document."""
        if choices.what == PROJECT:
            return await self._program.depth.from_project(choices.project)
        return await self._program.depth.from_document(choices.document or "")

    async def _end(self, id: str, ratings: Any) -> AsyncIterator[Updates]:
        try:
            async for updates in self._live.end(id, ratings):
                yield updates
        except InterviewerError as error:
            yield {self._form.notice: wrapped(notice(told(error), problem=True))}

    def _companies(self) -> list[str]:
        return ps.companies(self._program.library.companies(), packs())

    def _documents(self) -> list[tuple[str, str]]:
        found = self._program.library.documents()
        return [(f"{one.company}: {one.title}" if one.company else one.title, one.id) for one in found]

    async def _about(self, company: str | None, round: str) -> str:
        """What is known about a company, under the field where it is chosen."""
        if not offer(round).company:
            return ""
        try:
            return wrapped(about_company(await asyncio.to_thread(self._known, company or "", round)))
        except Exception as error:  # noqa: BLE001 - shown as a sentence
            return wrapped(notice(told(error), problem=True))

    def _known(self, company: str, round: str) -> ps.Company:
        program, name = self._program, " ".join(company.split())
        if not name:
            return ps.Company()
        return ps.Company(
            name,
            documents=len(program.library.documents(company=name)),
            questions=len(program.authoring.ready(name)),
            writing=program.authoring.writing(name) is not None,
            pack=pack_for(name),
            round=round,
        )

    async def _round(self, round: str, company: str | None) -> Updates:
        form, program = self._form, self._program
        choices, about = ps.fresh(round), offer(round)
        filled = form.filled(choices, program.content, model=program.settings.model)
        # What holds for every round is left alone: somebody quick has chosen there again before this answer arrives.
        for kept in (form.round, form.level, form.strictness):
            del filled[kept]
        return {
            **filled,
            form.company: gr.update(info=about.company, visible=bool(about.company)),
            form.about: await self._about(company, round),
            form.cost: wrapped(_priced(program, choices.round, choices.minutes)),
            form.runs: await _runs(round),
            form.notice: "",
        }

    async def _what(self, what: str) -> Updates:
        return self._form.asked(what, model=self._program.settings.model)

    async def _cost(self, round: str, minutes: int) -> str:
        return wrapped(_priced(self._program, round, minutes))

    def _sure(self, visible: bool) -> Any:
        async def show() -> Any:
            return gr.update(visible=visible)

        return show


def _priced(program: Program, round: str, minutes: int) -> str:
    words = ps.cost(program.settings, round, minutes)
    return f'<p class="quiet">{html(words)}</p>' if words else ""


def _choices(
    level: str,
    strictness: str,
    minutes: int,
    what: str,
    areas: list[str] | None,
    question: str | None,
    company: str | None,
    round: str,
    project: str | None,
    document: str | None,
    debugging: bool,
) -> ps.Choices:
    """What the form's fields hold, in their order."""
    return ps.Choices(
        level,
        strictness,
        minutes,
        what,
        tuple(areas or ()),
        question or None,
        company or "",
        round,
        project or "",
        document or None,
        bool(debugging),
    )


async def _runs(round: str) -> str:
    """That code cannot be run here, where it is to be written."""
    why = await asyncio.to_thread(testing.unavailable) if offer(round).debugging else ""
    return wrapped(unrunnable(why)) if why else ""


def _words(round: str) -> str:
    return f'<p class="quiet">{html(offer(round).about)}</p>'


def _given(update: Any) -> dict[str, Any]:
    """What an update of gradio's sets."""
    return {key: value for key, value in update.items() if key != "__type__"}

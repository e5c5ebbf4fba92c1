"""The Settings page: which models, where, with which keys, what they may cost, and what leaves this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import gradio as gr
from gradio.context import Context

from interviewer.program import Program
from interviewer.web import layout
from interviewer.web import settings_state as state
from interviewer.web.layout import PRIVATE, block, notice, told, wrapped
from interviewer.web.records import style
from interviewer.web.safe import html
from interviewer.web.settings_state import Form, Outcome

_BUSY: Final = {
    "load": "Asking the server for its models; this takes at most 10 seconds.",
    "test": "Asking the model for a few words; this takes at most a minute.",
    "embedding": "Having one sentence embedded; this takes at most 20 seconds.",
}

_PLAIN: Final = gr.InputHTMLAttributes(autocapitalize="off", autocorrect="off", spellcheck=False)


@dataclass(frozen=True)
class _Fields:
    """The components of the page, in the order in which handlers take and give them."""

    base_url: gr.Textbox
    api_key: gr.Textbox
    model: gr.Dropdown
    price_in: gr.Number
    price_out: gr.Number
    cap: gr.Number
    currency: gr.Textbox
    builtin_steps: gr.CheckboxGroup
    embedding_base_url: gr.Textbox
    embedding_api_key: gr.Textbox
    embedding_model: gr.Textbox

    def all(self) -> list[Any]:
        """The components, in the order of `Form`."""
        return [getattr(self, name) for name in self.__dataclass_fields__]


@dataclass(frozen=True)
class _Key:
    """A field for a key, a line that says whether there is one, and a button that forgets it."""

    name: str
    """Of the setting."""
    box: gr.Textbox
    line: gr.Markdown
    forget: gr.Button


@dataclass(frozen=True)
class _Lines:
    """The places that say how things stand."""

    leaves: gr.Markdown
    keys: tuple[_Key, ...]
    spent: gr.Markdown
    answering: gr.Markdown | None

    def all(self) -> list[Any]:
        """The components, in the order in which `_standing` fills them."""
        lines: list[Any] = [self.leaves, *(one for key in self.keys for one in (key.line, key.forget)), self.spent]
        return [*lines, self.answering] if self.answering is not None else lines


def build(program: Program) -> None:
    """Build the page inside the current Blocks."""
    answering = _answering_line()
    with gr.Column(elem_classes=["page", "settings"], elem_id="main"):
        block(f"{style()}<h1>Settings</h1>")
        leaves = block(_leaves(state.leaves(program, state.form_of(program))))
        base_url, presets = _address(program)
        key = _key(program, "api_key", label="Key", forget="Forget key")
        model, load, test = _model(program)
        asked = block()
        price_in, price_out, cap, currency, spent = _costs(program)
        steps = _steps()
        embedding_base_url = _embedding_server(program)
        embedding_key = _key(program, "embedding_api_key", label="Key for embeddings", forget="Forget this key")
        embedding_model, embed = _embedding_model(program)
        embedded = block()
        with gr.Row(elem_classes=["actions", "last"]):
            save = gr.Button("Save", variant="primary")
            builtin = gr.Button("Use built-in only", variant="secondary")
        done = block()
    model_fields = (base_url, key.box, model, price_in, price_out, cap, currency, steps)
    fields = _Fields(*model_fields, embedding_base_url, embedding_key.box, embedding_model)
    lines = _Lines(leaves, (key, embedding_key), spent, answering)
    _fill_on_load(program, fields, lines)
    _follow(program, fields, leaves, presets)
    _ask(program, fields, asked=asked, load=load, test=test)
    _try_embedding(program, fields, embedded=embedded, embed=embed)
    _change(program, fields, lines, done=done, save=save, builtin=builtin)


def _address(program: Program) -> tuple[gr.Textbox, list[tuple[gr.Button, str]]]:
    block(
        '<h2 class="part">Model</h2>'
        '<p class="help">Any server that speaks the OpenAI protocol; the address usually ends in /v1.</p>'
    )
    base_url = gr.Textbox(
        label="Address",
        placeholder="https://api.openai.com/v1",
        info=state.fixed(program, "base_url") or "Empty: the model's own provider. Or take one of the usual ones:",
        interactive=not state.fixed(program, "base_url"),
        max_length=2000,
        html_attributes=_PLAIN,
    )
    with gr.Row(elem_classes=["presets"], visible=not state.fixed(program, "base_url")):
        presets = [
            (gr.Button(name, size="sm", variant="secondary", min_width=80), address) for name, address in state.PRESETS
        ]
    return base_url, presets


def _key(program: Program, name: str, *, label: str, forget: str) -> _Key:
    fixed = state.fixed(program, name)
    box = gr.Textbox(
        label=label,
        type="password",
        info=fixed or "Leave it empty to keep what is saved.",
        interactive=not fixed,
        max_length=2000,
        html_attributes=gr.InputHTMLAttributes(autocomplete="off"),
    )
    with gr.Row(elem_classes=["beside-row"]):
        line = block(_help(state.key_line(program, name)))
        button = gr.Button(forget, size="sm", variant="secondary", visible=False)
    return _Key(name, box, line, button)


def _model(program: Program) -> tuple[gr.Dropdown, gr.Button, gr.Button]:
    fixed = state.fixed(program, "model")
    model = gr.Dropdown(
        choices=state.choices((), program.settings.model),
        value=program.settings.model or None,
        label="Model",
        info=fixed or "Load the server's list and choose, or type a name. Empty: the built-in interviewer.",
        allow_custom_value=True,
        interactive=not fixed,
    )
    with gr.Row(elem_classes=["actions"]):
        load = gr.Button("Load models", variant="secondary")
        test = gr.Button("Test", variant="secondary")
    return model, load, test


def _costs(program: Program) -> tuple[gr.Number, gr.Number, gr.Number, gr.Textbox, gr.Markdown]:
    block(
        '<h2 class="part">Costs</h2>'
        '<p class="help">Prices are those of a million tokens; a cap holds only where both are known.</p>'
    )
    numbers = {}
    with gr.Row():
        for name, label in (("price_in", "Input price"), ("price_out", "Output price"), ("cap", "Monthly cap")):
            fixed = state.fixed(program, name)
            numbers[name] = gr.Number(
                label=label, minimum=0, interactive=not fixed, info=fixed or None, min_width=140, step=0.01
            )
        currency = gr.Textbox(label="Currency", value=program.settings.currency, max_length=12, min_width=100)
    return numbers["price_in"], numbers["price_out"], numbers["cap"], currency, block()


def _steps() -> gr.CheckboxGroup:
    block(
        '<h2 class="part">Steps that the built-in interviewer keeps</h2>'
        '<p class="help">A configured model does every step that is not ticked here.</p>'
    )
    return gr.CheckboxGroup(choices=list(state.STEPS), show_label=False, label="Steps that the built-in keeps")


def _embedding_server(program: Program) -> gr.Textbox:
    block(
        '<h2 class="part">Embeddings</h2>'
        '<p class="help">They find passages of the library by what they mean. The packaged model does it on this '
        "machine; a larger one on a server may find more.</p>"
    )
    fixed = state.fixed(program, "embedding_base_url")
    return gr.Textbox(
        label="Server for embeddings",
        info=fixed or "Where it is. Empty: where the model is.",
        interactive=not fixed,
        max_length=2000,
        html_attributes=_PLAIN,
    )


def _embedding_model(program: Program) -> tuple[gr.Textbox, gr.Button]:
    fixed = state.fixed(program, "embedding_model")
    model = gr.Textbox(
        label="Embedding model",
        info=fixed or "Its name on that server. Empty: the packaged one.",
        interactive=not fixed,
        max_length=200,
        html_attributes=_PLAIN,
    )
    with gr.Row(elem_classes=["actions"]):
        test = gr.Button("Test embeddings", variant="secondary")
    return model, test


def _fill_on_load(program: Program, fields: _Fields, lines: _Lines) -> None:
    async def fill() -> list[Any]:
        return [*_values(program), *await _standing(program, lines)]

    layout.on_load(fill, None, [*fields.all(), *lines.all()])

    for key in lines.keys:

        async def forget(name: str = key.name) -> list[Any]:
            try:
                await state.forget_key(program, name)
            except Exception as error:  # noqa: BLE001 - every error becomes a sentence
                gr.Warning(html(told(error)))
                return [gr.skip(), *(gr.skip() for _ in lines.all())]
            return [gr.update(value=""), *await _standing(program, lines)]

        key.forget.click(forget, None, [key.box, *lines.all()], **PRIVATE)


def _follow(program: Program, fields: _Fields, leaves: gr.Markdown, presets: list[tuple[gr.Button, str]]) -> None:
    """Keep "what leaves this machine" true while the form changes, and let the presets fill the address."""

    async def leaving(*values: Any) -> str:
        return wrapped(_leaves(state.leaves(program, _form(values))))

    told_by = (fields.base_url, fields.model, fields.builtin_steps, fields.embedding_base_url, fields.embedding_model)
    for field in told_by:
        field.change(leaving, fields.all(), leaves, trigger_mode="always_last", **PRIVATE)
    for button, address in presets:

        async def fill(address: str = address) -> str:
            return address

        button.click(fill, None, fields.base_url, **PRIVATE)


def _ask(program: Program, fields: _Fields, *, asked: gr.Markdown, load: gr.Button, test: gr.Button) -> None:
    """The two buttons that call the server with what stands in the form."""

    async def on_load(*values: Any) -> AsyncIterator[list[Any]]:
        yield [wrapped(notice(_BUSY["load"])), gr.skip(), gr.update(interactive=False)]
        form, listed = _form(values), gr.skip()

        async def ask() -> Outcome:
            nonlocal listed
            names, outcome = await state.load_models(program, form)
            if names:
                listed = gr.update(choices=state.choices(names, form.model))
            return outcome

        said = await _said(ask)
        yield [said, listed, gr.update(interactive=True)]

    async def on_test(*values: Any) -> AsyncIterator[list[Any]]:
        yield [wrapped(notice(_BUSY["test"])), gr.update(interactive=False)]
        said = await _said(lambda: state.test(program, _form(values)))
        yield [said, gr.update(interactive=True)]

    load.click(on_load, fields.all(), [asked, fields.model, load], **PRIVATE)
    test.click(on_test, fields.all(), [asked, test], **PRIVATE)


def _try_embedding(program: Program, fields: _Fields, *, embedded: gr.Markdown, embed: gr.Button) -> None:
    async def on_test(*values: Any) -> AsyncIterator[list[Any]]:
        yield [wrapped(notice(_BUSY["embedding"])), gr.update(interactive=False)]
        said = await _said(lambda: state.test_embedding(program, _form(values)))
        yield [said, gr.update(interactive=True)]

    embed.click(on_test, fields.all(), [embedded, embed], **PRIVATE)


def _change(
    program: Program, fields: _Fields, lines: _Lines, *, done: gr.Markdown, save: gr.Button, builtin: gr.Button
) -> None:
    """The two buttons that change the settings; the fields show afterwards what is saved."""

    async def change(action: Callable[[], Awaitable[Outcome]]) -> list[Any]:
        before = program.loaded
        said = await _said(action)
        if program.loaded is before:
            return [said, *(gr.skip() for _ in fields.all()), *(gr.skip() for _ in lines.all())]
        return [said, *_values(program), *await _standing(program, lines)]

    async def on_save(*values: Any) -> list[Any]:
        return await change(lambda: state.save(program, _form(values)))

    async def on_builtin() -> list[Any]:
        return await change(lambda: state.use_builtin(program))

    outputs = [done, *fields.all(), *lines.all()]
    save.click(on_save, fields.all(), outputs, **PRIVATE)
    builtin.click(on_builtin, None, outputs, **PRIVATE)


async def _said(action: Callable[[], Awaitable[Outcome]]) -> str:
    """What an action came to, as a notice; an error becomes its sentence."""
    try:
        outcome = await action()
    except Exception as error:  # noqa: BLE001 - every error becomes a sentence
        return wrapped(notice(told(error), problem=True))
    return wrapped(notice(outcome.sentence, problem=not outcome.ok))


def _form(values: tuple[Any, ...]) -> Form:
    base_url, api_key, model, price_in, price_out, cap, currency, steps, *embedding = values
    embedding_base_url, embedding_api_key, embedding_model = embedding
    return Form(
        base_url=base_url or "",
        api_key=api_key or "",
        model=model if isinstance(model, str) else "",
        price_in=price_in,
        price_out=price_out,
        cap=cap,
        currency=currency or "",
        builtin_steps=tuple(steps or ()),
        embedding_base_url=embedding_base_url or "",
        embedding_api_key=embedding_api_key or "",
        embedding_model=embedding_model or "",
    )


def _values(program: Program) -> list[Any]:
    """The fields as the settings are; the keys' fields are emptied."""
    form = state.form_of(program)
    return [
        form.base_url,
        "",
        gr.update(value=form.model or None, choices=state.choices((), form.model)),
        form.price_in,
        form.price_out,
        form.cap,
        form.currency,
        list(form.builtin_steps),
        form.embedding_base_url,
        "",
        form.embedding_model,
    ]


async def _standing(program: Program, lines: _Lines) -> list[Any]:
    """What the lines say now, in the order of `_Lines`."""
    try:
        spent = _spent(await asyncio.to_thread(state.spending, program))
    except Exception as error:  # noqa: BLE001 - every error becomes a sentence
        spent = notice(told(error), problem=True)
    said: list[Any] = [wrapped(_leaves(state.leaves(program, state.form_of(program))))]
    for key in lines.keys:
        forgettable = getattr(program.settings, key.name) is not None and not state.fixed(program, key.name)
        said += [wrapped(_help(state.key_line(program, key.name))), gr.update(visible=forgettable)]
    said.append(wrapped(spent))
    return [*said, wrapped(layout.answering(program))] if lines.answering is not None else said


def _answering_line() -> gr.Markdown | None:
    """The line under the header of this page, which has to be true at once when the settings change."""
    root = Context.root_block
    assert isinstance(root, gr.Blocks), "pages are built inside Blocks"
    # The header was built just before this page, so its line is the last one there is.
    lines = (b for b in root.blocks.values() if isinstance(b, gr.Markdown) and 'class="answering"' in str(b.value))
    return next(iter(reversed([*lines])), None)


def _leaves(sentences: str) -> str:
    return f'<section class="card leaves"><h2>What leaves this machine</h2><p>{html(sentences)}</p></section>'


def _help(sentence: str) -> str:
    return f'<p class="help">{html(sentence)}</p>'


def _spent(spending: state.Spending) -> str:
    meter = ""
    if spending.share is not None:
        meter = f'<span class="meter" aria-hidden="true"><i style="width:{spending.share:.0%}"></i></span>'
    return f'<p class="spent">{html(spending.sentence)}</p>{meter}'

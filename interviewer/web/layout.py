"""What every page has: the header with its navigation, the line that says what is answering, the theme, the head.

HTML of ours is shown by `block`, not by gr.HTML: that component compiles its value as a template, which the
Content-Security-Policy forbids (it would need 'unsafe-eval'); so do `js=` and `js_on_load=`. Scripts stand in page.js
and library.js.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import gradio as gr
from gradio.context import Context

from interviewer.errors import InterviewerError
from interviewer.program import Program
from interviewer.web.safe import MATH, html

log = logging.getLogger("interviewer.web")

_HERE: Final = Path(__file__).parent

PRIVATE: Final[dict[str, Any]] = {"api_visibility": "private", "concurrency_limit": None, "show_progress": "hidden"}
"""What every event of ours is registered with: `button.click(fn, inputs, outputs, **PRIVATE)`."""

SYSTEM: Final = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif")
MONO: Final = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


def head() -> str:
    """What stands in the head of every page: our stylesheet and our scripts, inline and from this package."""
    style = _texts("style.css", "board_panel.css", "code_panel.css")
    script = _texts("page.js", "library.js", "board_bridge.js", "code_bridge.js")
    scheme = '<meta name="color-scheme" content="light dark">'
    return f"{scheme}<style>{style}</style><script>{script}</script>"


def _texts(*names: str) -> str:
    return "".join((_HERE / name).read_text(encoding="utf-8") for name in names)


def block(value: str = "", *, math: bool = False, **more: Any) -> gr.Markdown:
    """A place for HTML of ours. Everything in it that is not ours has gone through `safe.html` or `safe.rich`.

    `math` is for text from `safe.rich`. The HTML stands in one `<div>` on one line, so that Markdown leaves it alone.
    """
    classes = ["ours", *more.pop("elem_classes", ())]
    delimiters: Any = MATH if math else []
    return gr.Markdown(
        wrapped(value), sanitize_html=False, latex_delimiters=delimiters, elem_classes=classes, container=False, **more
    )


def wrapped(value: str) -> str:
    """HTML of ours as `block` takes it when a handler returns it."""
    return f"<div>{' '.join(value.split(chr(10)))}</div>" if value else ""


def header(program: Program, pages: Sequence[tuple[str, str]], *, current: str) -> None:
    """The header of the page called `current`; `pages` are name and path of all, in order."""
    here = ' aria-current="page"'
    links = "".join(
        f'<a href="/{html(path)}"{here if name == current else ""}>{html(name)}</a>' for name, path in pages
    )
    with gr.Column(elem_classes=["top"]):
        block(
            '<header class="bar"><a class="skip" href="#content">Skip to the page</a>'
            f'<a class="brand" href="/">Interviewer</a><nav aria-label="Pages">{links}</nav></header>'
        )
        line = block(answering(program))

    async def now() -> str:
        return wrapped(answering(program))

    on_load(now, None, [line])


def answering(program: Program) -> str:
    """The line that says what is answering, as HTML."""
    return f'<p class="answering"><span class="pin" aria-hidden="true"></span>{html(program.answering())}</p>'


def notice(text: str, *, problem: bool = False) -> str:
    """A calm box with one sentence, as HTML; empty for an empty text. A problem is announced at once."""
    if not text:
        return ""
    kind, role = ("problem", "alert") if problem else ("note", "status")
    return f'<div class="notice {kind}" role="{role}">{html(text)}</div>'


def told(error: Exception) -> str:
    """The sentence for the user. An error that is not one of ours is logged under an id that the sentence names."""
    if isinstance(error, InterviewerError):
        return str(error)
    id = uuid.uuid4().hex[:8]
    log.error("a page failed (%s)", id, exc_info=error)
    return f"Something went wrong here; your interview is kept. Reload the page. (In the log: {id})"


def on_load(fn: Any, inputs: Any, outputs: Any, **more: Any) -> Any:
    """Run `fn` whenever the page that is being built is opened or reloaded. Returns gradio's dependency."""
    root = Context.root_block
    assert isinstance(root, gr.Blocks), "pages are built inside Blocks"
    return root.load(fn, inputs, outputs, **{**PRIVATE, **more})


def theme() -> gr.themes.Base:
    """Gradio's own look reduced to neutral shapes; colours and sizes are in style.css."""
    return gr.themes.Base(font=SYSTEM, font_mono=MONO)

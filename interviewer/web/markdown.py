"""Markdown of our own content as HTML for a page: paragraphs, lists, tables, code and `$…$` formulas, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from interviewer.web.safe import formulas, html


def markdown(text: str) -> str:
    """The text as HTML; links, images and raw HTML in it are shown as they were typed."""
    rendered: str = _PARSER.render(text)
    return rendered


class _Renderer(RendererHTML):
    """Everything that was written goes through `safe`: what carries our HTML into the page is Markdown once more."""

    def text(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return formulas(tokens[idx].content)

    def code_inline(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return f"<code>{html(tokens[idx].content)}</code>"

    def fence(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return f'<pre class="code" tabindex="0"><code>{html(tokens[idx].content)}</code></pre>'

    def code_block(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return self.fence(tokens, idx)

    def softbreak(self, *_: Any) -> str:
        return " "


_PARSER = (
    MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer)
    .enable("table")
    .disable(["link", "image", "autolink", "reference", "html_inline", "html_block", "entity"])
)

"""Markdown of our own content: what shows as such, and what does not."""

from __future__ import annotations

import re

import pytest

from interviewer.content import shipped
from interviewer.web.markdown import markdown
from tests.web.payloads import payloads

TAGS = {"p", "em", "strong", "code", "pre", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "span"}
TAGS |= {"h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "hr", "br"}


def test_lists_tables_code_and_formulas() -> None:
    shown = markdown(
        "Write `f(x)` for **all** $x_1$:\n\n- one\n- two\n\n| a | b |\n|--|--|\n| 1 | 2 |\n\n```\nx = 1\n```\n"
    )
    assert "<code>f(x)</code>" in shown
    assert "<strong>all</strong>" in shown
    assert '<span class="math">\\(x_1\\)</span>' in shown
    assert shown.count("<li>") == 2
    assert "<td>2</td>" in shown
    assert '<pre class="code" tabindex="0"><code>x = 1&#10;</code></pre>' in shown


@pytest.mark.parametrize(
    "text", [*payloads("http://127.0.0.1:9"), "[a](http://evil)", "![i](http://evil)", "<http://e>"]
)
def test_nothing_else_does(text: str) -> None:
    shown = markdown(text)
    assert {tag.lower() for tag in re.findall(r"<\s*/?\s*([a-zA-Z][\w-]*)", shown)} <= TAGS
    assert not re.search(r"<[^>]*\s(?:on\w+|href|src|style)=", shown)


def test_every_statement_shows_its_parts() -> None:
    for question in shipped().bank("coding"):
        assert question.task is not None
        shown = markdown(question.task.statement)
        assert "| --" not in shown and "|--" not in shown, f"{question.id}: a table was not read"
        assert "**" not in re.sub(r"<code>.*?</code>", "", shown, flags=re.DOTALL), question.id

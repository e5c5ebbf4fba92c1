"""Text of users, models and documents on its way into a page: it can say anything and do nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Final

_FENCE: Final = re.compile(r"^ {0,3}(`{3,}|~{3,})\s*([\w+#.-]{0,20})[^`]*$")
_CODE: Final = re.compile(r"(`{1,2})(?!`)([^`\n]+)\1(?!`)")
# Display before inline; a single $ opens only before a non-space and closes only after one and not before a digit, so
# that "$5 and $10" stays two prices.
_MATH: Final = re.compile(
    r"\$\$(?P<display>[^$]{1,2000})\$\$"
    r"|\\\[(?P<bracket>.{1,2000}?)\\\]"
    r"|\\\((?P<paren>[^\n]{1,1000}?)\\\)"
    r"|(?<![\w$\\])\$(?=[^\s$])(?P<inline>[^$\n]{1,500}?)(?<=[^\s\\])\$(?![\d$])",
    re.DOTALL,
)
# What draws boxes of any height, makes macros, or would link, load or style if the renderer let it: shown as typed.
_NO_FORMULA: Final = re.compile(
    r"\\(?:rule|raisebox|above|genfrac|[egx]?def|let|futurelet|newcommand|renewcommand|providecommand"
    r"|href|url|includegraphics|html\w*)(?![A-Za-z])"
)
_ENTITIES: Final[dict[int, str | None]] = {ord(c): f"&#{ord(c)};" for c in "\n\r\t`\\"}
# Control characters, overrides of the direction of writing, and characters that take no room and only hide something;
# not the joiners and marks that scripts and emoji need.
_UNSEEN: Final = (
    *(range(0x09), (0x0B, 0x0C), range(0x0E, 0x20), range(0x7F, 0xA0), (0x200B,), range(0x202A, 0x202F)),
    *(range(0x2060, 0x2070), (0xFEFF,), range(0xFFF9, 0xFFFC), range(0xE0000, 0xE0080)),
)
_ENTITIES.update({code: None for codes in _UNSEEN for code in codes})

MATH: Final = [
    {"left": "\\[", "right": "\\]", "display": True},
    {"left": "\\(", "right": "\\)", "display": False},
]
"""The delimiters that `rich` writes: what gradio's `latex_delimiters` has to be for its output."""


def html(text: object) -> str:
    """Text for a place in HTML of ours: inside an element, or inside a quoted attribute.

    Line breaks, backslashes and backticks become entities as well: what carries our HTML into the page is a Markdown
    component, which must find nothing in it to act on. Characters that are not seen are left out.
    """
    return escape(str(text), quote=True).translate(_ENTITIES)


def rich(text: str) -> str:
    r"""The text as HTML in which code fences, code spans and `$…$` formulas show as such, and nothing else does.

    Formulas come out between `\(` and `\)` for gradio's own renderer (`MATH`); a formula without end stays as typed.
    """
    return "".join(
        f'<pre class="code" tabindex="0"><code>{html(body)}</code></pre>' if fenced else _paragraphs(body)
        for fenced, body in _fences(text.replace("\r\n", "\n"))
    )


def _fences(text: str) -> Iterator[tuple[bool, str]]:
    """The text in pieces, each with whether it stood in a code fence; a fence without end runs to the end."""
    lines: list[str] = []
    closing = ""
    for line in text.split("\n"):
        opened = None if closing else _FENCE.match(line)
        if opened is not None:
            yield False, "\n".join(lines)
            lines, closing = [], opened[1]
        elif closing and re.fullmatch(rf" {{0,3}}{re.escape(closing)}{re.escape(closing[0])}*\s*", line):
            yield True, "\n".join(lines)
            lines, closing = [], ""
        else:
            lines.append(line)
    yield bool(closing), "\n".join(lines)


def _paragraphs(text: str) -> str:
    parts = (part.strip("\n") for part in re.split(r"\n[ \t]*\n", text))
    return "".join(f"<p>{_inline(part)}</p>" for part in parts if part.strip())


def _inline(text: str) -> str:
    """A paragraph's code spans first, then formulas in what is left, so that a `$` in code stays one."""
    pieces, last = [], 0
    for found in _CODE.finditer(text):
        pieces += [formulas(text[last : found.start()]), f"<code>{html(found[2])}</code>"]
        last = found.end()
    return "".join((*pieces, formulas(text[last:])))


def formulas(text: str) -> str:
    r"""The text as HTML in which only `$…$` formulas show as such; they come out between `\(` and `\)` (`MATH`)."""
    pieces, last = [], 0
    for found in _MATH.finditer(text):
        shown = found["display"] or found["bracket"]
        formula = shown or found["paren"] or found["inline"]
        if _NO_FORMULA.search(formula):
            continue
        left, right = ("\\[", "\\]") if shown else ("\\(", "\\)")
        # A delimiter inside would end the formula early and leave the rest to chance.
        clean = html(re.sub(r"\\[()\[\]]", "", formula)).replace("&#92;", "\\").replace("&#10;", " ")
        pieces += [html(text[last : found.start()]), f'<span class="math">{left}{clean}{right}</span>']
        last = found.end()
    return "".join((*pieces, html(text[last:])))

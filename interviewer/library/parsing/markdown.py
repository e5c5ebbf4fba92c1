"""Markdown by markdown-it: headings, paragraphs, items; front matter for title, authors, date and licence."""

from __future__ import annotations

import re
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from interviewer.library.parsing.clean import line
from interviewer.library.parsing.code import is_code, is_long
from interviewer.library.parsing.result import Piece, Reading, Refusal

_FRONT = re.compile(r"\A\ufeff?---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_DATE = re.compile(r"(?:19|20)\d\d(?:-\d\d(?:-\d\d)?)?")
_LIQUID = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{:.*?\}", re.DOTALL)


def read_markdown(text: str) -> Reading:
    """Read Markdown. Raises Refusal."""
    reading = Reading(kind="markdown")
    found = _FRONT.match(text)
    if found:
        _front_matter(found[1], reading)
        text = text[found.end() :]
    tokens = MarkdownIt("commonmark").enable("table").parse(_LIQUID.sub("", text))
    reading.blocks = [piece for piece in _pieces(tokens) if piece.text]
    if reading.blocks and reading.blocks[0].kind == "heading" and reading.blocks[0].level == 1:
        reading.title = reading.title or reading.blocks[0].text
        if reading.blocks[0].text == reading.title:
            reading.blocks = reading.blocks[1:]
    if not any(block.kind == "text" for block in reading.blocks):
        raise Refusal("has no text that could be read")
    return reading


def _pieces(tokens: list[Token]) -> list[Piece]:
    pieces: list[Piece] = []
    row: list[str] = []
    for number, token in enumerate(tokens):
        before = tokens[number - 1] if number else None
        if token.type == "inline" and before is not None and before.type == "heading_open":
            pieces.append(Piece("heading", _inline(token), level=int(before.tag[1])))
        elif token.type == "inline" and before is not None and before.type in {"td_open", "th_open"}:
            row.append(_inline(token))
        elif token.type == "inline":
            pieces.append(Piece("text", _inline(token)))
        elif token.type == "tr_close":
            pieces.append(Piece("text", " | ".join(cell for cell in row if cell)))
            row = []
        elif (token.type == "fence" and not is_long(token.content)) or (
            token.type == "code_block" and not is_code(token.content)
        ):
            pieces.append(Piece("text", line(token.content)))
    return pieces


def _inline(token: Token) -> str:
    """The text of an inline token: of links and emphasis their words, of images and raw HTML nothing."""
    parts: list[str] = []
    for child in token.children or []:
        if child.type in {"text", "code_inline"}:
            parts.append(child.content)
        elif child.type in {"softbreak", "hardbreak"}:
            parts.append(" ")
    return line("".join(parts))


def _front_matter(text: str, reading: Reading) -> None:
    import yaml

    try:
        data = yaml.load(text, Loader=yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader)  # noqa: S506 - strings only
    except yaml.YAMLError:
        return
    if not isinstance(data, dict):
        return
    values = {str(key).lower(): value for key, value in data.items()}
    reading.title = line(_first(values, "title"))
    date = _DATE.match(_first(values, "date", "published", "published_at"))
    reading.date = date[0] if date else ""
    reading.licence = line(_first(values, "license", "licence"))
    reading.url = line(_first(values, "canonical_url", "canonical", "url"))
    if not reading.url.startswith(("http://", "https://")):
        reading.url = ""
    given = values.get("authors", values.get("author", []))
    names = given if isinstance(given, list) else re.split(r"[,;]|\band\b", str(given))
    reading.authors = [name for each in names if (name := line(str(_name(each))))][:50]


def _name(author: Any) -> Any:
    return author.get("name", "") if isinstance(author, dict) else author


def _first(values: dict[str, Any], *names: str) -> str:
    return next((values[name] for name in names if isinstance(values.get(name), str)), "")

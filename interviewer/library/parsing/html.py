"""HTML by trafilatura: the article, its headings and what the page says of itself; navigation and scripts left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, cast

import lxml.etree
import lxml.html
import trafilatura
from trafilatura.settings import Document

from interviewer.library.parsing.clean import line
from interviewer.library.parsing.code import is_code
from interviewer.library.parsing.result import Piece, Reading, Refusal

_GONE = re.compile(
    r"script|style|noscript|template|iframe|object|embed|svg|canvas|video|audio|dialog|select|button|input|textarea|nav"
)
_HIDDEN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_PLAYER = re.compile(r"(?:^|\s)(?:vjs-\S*|video-js|jwplayer|sr-only|visually-hidden|screen-reader-text)(?=\s|$)")
_ROLES: Final = frozenset(("navigation", "dialog", "alertdialog", "search", "menu", "menubar"))
_ERROR = re.compile(
    r"\b(?:40[0134]|410|429|50[0234])\b|not found|access denied|forbidden|unauthori[sz]ed|just a moment|"
    r"attention required|"
    r"are you (?:a )?(?:human|robot)|verify you are|page (?:unavailable|isn.t available)|service unavailable",
    re.IGNORECASE,
)
_LOGIN = re.compile(r"\b(?:sign|log)[ -]?(?:in|on)\b|\blogin\b", re.IGNORECASE)
_SCRIPTED = re.compile(
    r"\b(?:enable|requires?|turn on|activate) (?:java ?script|cookies)|javascript is (?:dis|not)", re.IGNORECASE
)
_EXPONENT = re.compile(r"[-+−–]?(?:\d{1,3}|[a-zA-Z])")
"""A raised number of a formula; the mark of a footnote is a link."""
_SHORT: Final = 120
"""Words: a page that has as many is taken to have an article, whatever else it has."""
_WHOLE: Final = 0.8
"""Of the page's text: what holds more is not taken for hidden, for scripts show it."""
_LONGEST_SITE: Final = 60


def read_html(text: str) -> Reading:
    """Read a page. Raises Refusal."""
    tree = _tree(text)
    licences = tree.xpath("//link[@rel='license']/@href")
    asks_password = bool(tree.xpath("//input[@type='password']"))
    _strip(tree)
    found = cast(
        "Document | None",
        trafilatura.bare_extraction(
            tree,
            with_metadata=True,
            include_comments=False,
            include_tables=True,
            date_extraction_params={"extensive_search": False, "original_date": True},
        ),
    )
    reading = Reading(kind="html")
    if found is not None and found.body is not None:
        reading.title = line(found.title or "")
        reading.authors = [name for each in (found.author or "").split(";") if (name := line(each))][:50]
        reading.date = found.date or ""
        reading.licence = line(found.license or next(iter(licences), ""))
        address = found.url or ""
        reading.url = address if address.startswith(("http://", "https://")) else ""
        reading.blocks = [piece for piece in _pieces(found.body) if piece.text]
    if reading.blocks and reading.blocks[0].kind == "heading" and _same(reading.blocks[0].text, reading.title):
        reading.blocks = reading.blocks[1:]
    _refuse_no_article(reading, asks_password=asks_password)
    return reading


def _tree(text: str) -> Any:
    # Not trafilatura's own way in: it takes a lack of memory for an empty page.
    parser = lxml.html.HTMLParser(
        remove_comments=True, remove_pis=True, no_network=True, huge_tree=False, encoding="utf-8"
    )
    try:
        return lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except lxml.etree.XMLSyntaxError as error:
        if error.code == lxml.etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from error
        raise Refusal("is damaged: save it anew and add that") from error
    except lxml.etree.ParserError as error:
        raise Refusal("has no article in it") from error


def _strip(tree: Any) -> None:
    """Take out what runs, what leads elsewhere and what a reader does not see."""
    whole = len(tree.text_content())
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element.getparent() is None:
            continue
        if _GONE.fullmatch(element.tag) or (_is_unseen(element) and len(element.text_content()) <= _WHOLE * whole):
            element.drop_tree()
        elif element.tag == "sup" and _EXPONENT.fullmatch(element.text_content()) and not len(element):
            element.text = f"^{element.text}"


def _is_unseen(element: Any) -> bool:
    return bool(
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or element.get("role") in _ROLES
        or _HIDDEN.search(element.get("style", ""))
        or _PLAYER.search(element.get("class", ""))
    )


def _pieces(body: Any) -> Iterator[Piece]:
    """The blocks of trafilatura's tree: text between block elements is a paragraph of its own."""
    text: list[str] = []

    def close(kind: str = "", level: int = 0) -> Iterator[Piece]:
        joined = line("".join(text))
        text.clear()
        yield Piece("heading", joined, level=level) if kind == "heading" else Piece("text", joined)

    def walk(element: Any) -> Iterator[Piece]:
        tag = element.tag
        if tag in {"p", "head", "item", "quote", "code", "row", "list", "table", "body", "main"} and not (
            tag == "code" and element.getparent() is not None and element.getparent().tag in {"p", "item", "cell"}
        ):
            yield from close()
            if tag == "code":
                yield from _set_in_fixed_type("".join(element.itertext()))
                return
            text.append(element.text or "")
            for child in element:
                yield from walk(child)
                text.append(child.tail or "")
            level = int(element.get("rend", "h2")[-1]) if element.get("rend", "h2")[-1].isdigit() else 2
            yield from close("heading" if tag == "head" else "", level)
            return
        text.append({"lb": " ", "cell": " "}.get(tag, ""))
        text.append(element.text or "")
        for child in element:
            yield from walk(child)
            text.append(child.tail or "")

    yield from walk(body)
    yield from close()


def _set_in_fixed_type(text: str) -> Iterator[Piece]:
    """What stands in fixed type: nothing of long code, prose as plain text."""
    if not is_code(text):
        for rows in re.split(r"\n\s*\n", text):
            yield Piece("text", line(rows))


def _refuse_no_article(reading: Reading, *, asks_password: bool) -> None:
    text = " ".join(block.text for block in reading.blocks)
    words = len(text.split())
    if words >= _SHORT:
        return
    if asks_password or (words < _SHORT / 2 and _LOGIN.search(reading.title)):
        raise Refusal("is a login page: open it in a browser, save the article itself and add that")
    if _ERROR.search(reading.title) or (words < _SHORT / 4 and _ERROR.search(text)):
        raise Refusal("is an error page: open it in a browser, save the article itself and add that")
    if words < _SHORT / 2 and _SCRIPTED.search(text):
        raise Refusal("is drawn by scripts and has no article in it: print it to a PDF in a browser and add that")
    if not words:
        raise Refusal("has no article in it: print it to a PDF in a browser and add that")


def _same(heading: str, title: str) -> bool:
    """Whether a heading is the title, to which pages like to add the name of their site."""
    heading, title = heading.casefold(), title.casefold()
    return heading == title or (title.startswith(heading) and len(title) - len(heading) < _LONGEST_SITE)

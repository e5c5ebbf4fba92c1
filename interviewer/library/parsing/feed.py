"""The posts that an RSS or Atom feed lists."""

from __future__ import annotations

import io
import re
from html import unescape
from time import struct_time
from typing import Any, Final

import feedparser

from interviewer.library.parsing.result import Refusal

_DECLARED: Final = re.compile(r"<\?xml\b[^<>]*?\bencoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_ENTITY: Final = re.compile(r"<!\s*ENTITY", re.IGNORECASE)
_TAG: Final = re.compile(r"<[^<>]*>")
_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_TITLE: Final = 300
"""Characters kept of a title, and of an author's name."""
_AUTHORS: Final = 20


def posts(data: bytes, *, url: str, charset: str) -> list[dict[str, Any]]:
    """Each post's url, title, authors and date (`2024-05-17` or empty), newest first. Raises Refusal.

    Args:
        url: where the feed was found; relative links start from there.
        charset: what the server says the text is encoded in, or "".
    """
    text = decoded(data, charset=charset).replace("\0", "").removeprefix("\ufeff")
    # An entity can stand for others, and so a small file for a huge one. No feed needs to define any.
    if _ENTITY.search(text):
        raise Refusal("defines entities of its own, as no feed needs to: it is not read")
    # Given as a file, since feedparser opens a text that looks like an address or a path.
    found = feedparser.parse(
        io.BytesIO(text.encode("utf-8", "replace")),
        sanitize_html=False,
        resolve_relative_uris=False,
        response_headers={"content-location": url, "content-type": "application/xml; charset=utf-8"},
    )
    if not found.get("version"):
        raise Refusal("is no RSS or Atom feed: give the address of the blog's feed or of one post")
    # Sorting keeps the order of the feed among posts of the same time, and of those that say none.
    entries = sorted((entry for entry in found.entries if entry.get("link")), key=_time, reverse=True)
    return list({entry["link"]: _post(entry) for entry in reversed(entries)}.values())[::-1]


def decoded(data: bytes, *, charset: str) -> str:
    """The text, by its byte order mark, its XML declaration or the server's word, in this order; UTF-8 otherwise."""
    marked = next((name for mark, name in _BOMS if data.startswith(mark)), "")
    declared = _DECLARED.search(data[:1000].decode("latin-1"))
    for name in (marked, declared[1] if declared else "", charset):
        try:
            if name:
                return data.decode(name, "replace")
        except (LookupError, ValueError):
            continue
    return data.decode("utf-8", "replace")


def _time(entry: Any) -> tuple[int, ...]:
    found = _when(entry)
    return tuple(found[:6]) if found else ()


def _when(entry: Any) -> struct_time | None:
    found = entry.get("published_parsed") or entry.get("updated_parsed")
    return found if isinstance(found, struct_time) else None


def _post(entry: Any) -> dict[str, Any]:
    when = _when(entry)
    title = entry.get("title", "")
    if entry.get("title_detail", {}).get("type") in {"text/html", "application/xhtml+xml"}:
        title = unescape(_TAG.sub("", title))
    authors = [_line(author.get("name", "")) for author in entry.get("authors", ())[:_AUTHORS]]
    return {
        "url": entry["link"],
        "title": _line(title),
        "authors": [name for name in authors if name],
        "date": f"{when.tm_year:04}-{when.tm_mon:02}-{when.tm_mday:02}" if when else "",
    }


def _line(text: str) -> str:
    return " ".join(text.split())[:_TITLE]

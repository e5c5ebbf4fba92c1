"""What a parser hands back. Plain data classes: the child has no time to load pydantic; the program checks them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

MOST_PAGES: Final = 300
"""Of a PDF. The longest thesis or handbook anybody reads for an interview has fewer."""
MOST_CHARACTERS: Final = 2_000_000
"""Of a document's text: about 300,000 words."""


class Refusal(Exception):
    """The document cannot be read; says why and what to do, as the words that follow its name in a sentence.

    `pages`: how many it has, 0 if that is not known.
    """

    def __init__(self, why: str, *, pages: int = 0) -> None:
        super().__init__(why)
        self.pages = pages


@dataclass(slots=True)
class Piece:
    """A heading or a paragraph; the fields of `domain.library.Block`."""

    kind: Literal["heading", "text"]
    text: str
    page: int | None = None
    level: int = 0
    breaks: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Reading:
    """A document; the fields of `domain.library.Parsed`."""

    kind: Literal["pdf", "html", "markdown", "text"]
    title: str = ""
    authors: list[str] = field(default_factory=list)
    date: str = ""
    licence: str = ""
    url: str = ""
    pages: int = 0
    blocks: list[Piece] = field(default_factory=list)


def too_long(characters: int) -> Refusal:
    """The refusal of a text of so many characters."""
    return Refusal(
        f"has {characters:,} characters of text and {MOST_CHARACTERS:,} is the most: split it and add the parts"
    )

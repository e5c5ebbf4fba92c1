"""What the library holds: documents as they were read, their passages, and where a statement comes from."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from interviewer.domain.content import Citation, Question
from interviewer.domain.value import Value

DocumentKind = Literal["pdf", "html", "markdown", "text"]


class Block(Value):
    """A heading or a paragraph of a document, in reading order: one line, normal letters, no hyphenated ends."""

    kind: Literal["heading", "text"]
    text: str = Field(min_length=1)
    page: int | None = None
    """Page it begins on, from 1; None where there are no pages."""
    level: int = 0
    """Of a heading, 1 for the highest; 0 for text."""
    breaks: tuple[tuple[int, int], ...] = ()
    """Where it goes on on another page: the first character there, and the page."""


class Parsed(Value):
    """A document as a parser read it."""

    kind: DocumentKind
    title: str = ""
    authors: tuple[str, ...] = ()
    date: str = ""
    """As `2024`, `2024-05` or `2024-05-17`; empty if unknown."""
    licence: str = ""
    url: str = ""
    """Where the document itself says that it is at home; empty if it does not."""
    pages: int = 0
    """How many pages there are; 0 where there are none."""
    blocks: tuple[Block, ...] = ()


class Document(Value):
    """One document of the library."""

    id: str
    """32 hex digits, given when it is first added; a new version keeps it."""
    source: str
    """What it was added from: an address without its fragment, or a file name; with the company it is the document."""
    sha256: str
    """Of the bytes that were added."""
    kind: DocumentKind
    title: str
    company: str = ""
    """As the user wrote it; empty for none."""
    authors: tuple[str, ...] = ()
    date: str = ""
    url: str = ""
    licence: str = ""
    pages: int = 0
    words: int = 0
    passages: int = 0
    added_at: datetime


class Passage(Value):
    """A piece of a document: whole sentences of one section."""

    id: str
    """First 32 hex digits of the SHA-256 over document id, span and text, so that the same piece has the same id."""
    document: str
    number: int = Field(ge=1)
    """Its place in the document, from 1."""
    sections: tuple[str, ...] = ()
    """The headings above it, highest first."""
    page: int | None = None
    """Page on which it begins, from 1."""
    start: int = Field(ge=0)
    end: int
    """Character span in the document's text (its blocks joined by blank lines)."""
    text: str
    breaks: tuple[tuple[int, int], ...] = ()
    """Where it goes on on another page: the first character of `text` there, and the page; in order of characters."""

    def page_at(self, place: int) -> int | None:
        """The page on which a character of `text` stands."""
        return next((page for first, page in reversed(self.breaks) if first <= place), self.page)


class Excerpt(Value):
    """A passage with the document that it stands in."""

    document: Document
    passage: Passage

    def cite(self, quote: str) -> Citation:
        """The citation of these words of the passage, on the page they begin on; ValueError if they are not in it."""
        place = self.passage.text.find(quote)
        if place < 0:
            raise ValueError("a quote stands in its passage word for word")
        return Citation(
            document=self.document.id,
            passage=self.passage.id,
            title=self.document.title,
            page=self.passage.page_at(place),
            quote=quote,
        )


class Authored(Value):
    """A question written from documents of the library."""

    question: Question
    company: str = ""
    documents: tuple[str, ...] = ()
    """Ids of the documents that its key points cite: it goes when one of them goes."""
    by: str = "built-in"
    """The model's name, or `built-in`."""
    prompt: str = ""
    """Hash of the prompt file, empty for built-in."""


class Landmark(Value):
    """A paper or post of a company that its interviews may lean on."""

    title: str
    year: int
    address: str = ""
    """Web address; empty if `arxiv` names it."""
    arxiv: str = ""
    """arXiv id, such as `1906.00091`."""
    supports: str
    """Topic slug (`ranking-metrics`) or design problem (`SD01`) of domain.md that it supports."""
    summary: str
    """One line in our own words."""

    @property
    def link(self) -> str:
        """The address to open."""
        return self.address or f"https://arxiv.org/abs/{self.arxiv}"


class RoundName(Value):
    """What a company calls one of our kinds of round."""

    round: Literal["breadth", "depth", "design", "coding"]
    called: str
    note: str = ""


class Pack(Value):
    """What is publicly known about one company: unofficial, from public posts (corpus/packs/*.yaml)."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    company: str
    also: tuple[str, ...] = ()
    """Other names under which it is asked for."""
    blog: str
    feed: str = ""
    """Address of its RSS or Atom feed; empty if it has no dependable one."""
    landmarks: tuple[Landmark, ...] = Field(min_length=2, max_length=5)
    rounds: tuple[RoundName, ...] = ()
    systems: tuple[str, ...] = Field(min_length=1)
    """Its best-known systems, each as a short phrase that fits "X is known for …"."""
    areas: tuple[str, ...] = Field(min_length=1)
    """Breadth areas that its work leans on, most important first (`B08`)."""
    topics: tuple[str, ...] = Field(min_length=1)
    """Topic slugs of those areas that its work leans on."""
    as_of: str
    note: str = "Unofficial, from public posts."

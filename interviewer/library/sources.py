"""From what a user pastes, an address of a page, a PDF or a feed or an arXiv id, to documents that can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from interviewer.errors import DocumentRefused
from interviewer.library.addresses import STRICT, Policy
from interviewer.library.feeds import ARXIV, Arxiv, Post, arxiv_id, is_feed, paper, posts
from interviewer.library.fetching import fetch

NEWEST: Final = 10
"""Posts taken of a feed."""

# One letter before the colon is a drive, and a number after it a port.
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+-]+:(?!\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """A document as bytes, with what is known about it from outside."""

    name: str
    """The address it was asked for under, or a file name."""
    data: bytes
    url: str = ""
    """Where it was found in the end, without the fragment; of a paper its page at arXiv."""
    media_type: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()
    date: str = ""
    """As `2024-05-17`; empty if unknown."""


@dataclass(frozen=True)
class Failure:
    """A document that could not be had, and the sentence that says why."""

    name: str
    sentence: str


def is_address(text: str) -> bool:
    """Whether this is meant as an address or an arXiv id, not as a file: it may still be one that is not fetched."""
    wanted = text.strip()
    return bool(_SCHEME.match(wanted) or wanted.lower().startswith("www.") or arxiv_id(wanted))


def fetched(
    text: str, *, newest: int = NEWEST, policy: Policy = STRICT, arxiv: Arxiv = ARXIV
) -> Iterator[Source | Failure]:
    """What is at this address: one document, or of a feed its `newest` posts, each fetched; never raises.

    Blocking; each document takes at most the policy's time. An address without a scheme is taken to be https.
    """
    address = text.strip()
    try:
        if id := arxiv_id(address):
            yield _paper(id, policy, arxiv)
            return
        found = fetch(address if _SCHEME.match(address) else f"https://{address}", policy=policy)
        if not is_feed(found):
            yield Source(_name(address), found.data, found.url, found.media_type)
            return
        listed = posts(found)
    except DocumentRefused as error:
        yield Failure(_name(address), str(error))
        return
    for post in listed[: max(newest, 0)]:
        yield _page(post, policy, arxiv)


def _page(post: Post, policy: Policy, arxiv: Arxiv) -> Source | Failure:
    try:
        if id := arxiv_id(post.url):
            return _paper(id, policy, arxiv)
        found = fetch(post.url, policy=policy)
        if is_feed(found):
            return Failure(_name(post.url), "The feed lists another feed here, not a post: give that one's address.")
    except DocumentRefused as error:
        return Failure(_name(post.url), str(error))
    return Source(_name(post.url), found.data, found.url, found.media_type, post.title, post.authors, post.date)


def _paper(id: str, policy: Policy, arxiv: Arxiv) -> Source:
    found, said = paper(id, policy=policy, arxiv=arxiv)
    page = Source(f"arXiv:{id}", found.data, f"https://arxiv.org/abs/{id}", found.media_type)
    return replace(page, title=said.title, authors=said.authors, date=said.date)


def _name(address: str) -> str:
    return address.partition("#")[0]

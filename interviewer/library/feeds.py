"""RSS and Atom feeds, and arXiv's own: which posts or papers there are, with what is known about each."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from interviewer.errors import DocumentRefused
from interviewer.library.addresses import STRICT, Policy
from interviewer.library.child import ask
from interviewer.library.fetching import HTML, PDF, PLAIN, XML, Fetched, fetch

_HEAD: Final = 8192
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_ROOT: Final = re.compile(r"<(?:[\w.-]{1,40}:)?([a-z]+)", re.IGNORECASE)
_SECONDS: Final = 10.0
"""For the reading of a feed; the largest ones take less than two."""

_ARCHIVES: Final = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|cond-mat|cs|dg-ga"
    "|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|math-ph|mtrl-th|nlin|nucl-ex|nucl-th|patt-sol|physics|plasm-ph"
    "|q-alg|q-bio|quant-ph|solv-int|stat|supr-con"
)
_ID: Final = rf"(?:\d{{4}}\.\d{{4,5}}|(?:{_ARCHIVES})(?:\.[a-z]{{2}})?/\d{{7}})(?:v\d{{1,3}})?"
_ARXIV: Final = re.compile(
    rf"(?:arxiv:\s*|(?:(?:https?://)?(?:dx\.)?doi\.org/|doi:)?10\.48550/arxiv\.)?(?P<id>{_ID})"
    r"|(?:https?://)?(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html|format|e-print)/"
    rf"(?P<there>{_ID})(?:\.pdf)?/?(?:[?#].*)?",
    re.IGNORECASE,
)
"""An id alone, with `arXiv:`, in one of the addresses that arXiv gives a paper, or in its DOI."""

_ARXIV_PDF: Final = "https://arxiv.org/pdf/{id}"
_ARXIV_DATA: Final = "https://export.arxiv.org/api/query?id_list={id}&max_results=1"
_ARXIV_PAUSE: Final = 3.0
"""Seconds between two requests to the interface for metadata, as its terms of use ask."""


@dataclass(frozen=True)
class Post:
    """What a feed says about one of its posts."""

    url: str
    title: str
    authors: tuple[str, ...]
    date: str
    """As `2024-05-17`; empty if it says none."""


@dataclass(frozen=True)
class Arxiv:
    """Where a paper's PDF is and what is known about it, both with {id}."""

    pdf: str = _ARXIV_PDF
    data: str = _ARXIV_DATA
    pause: float = _ARXIV_PAUSE


ARXIV: Final = Arxiv()


def is_feed(found: Fetched) -> bool:
    """Whether this is a feed, whatever type the server gives it. Raises DocumentRefused for XML of another kind."""
    root = _root(found.data) if found.media_type in {XML, HTML, PLAIN} else ""
    if found.media_type == XML and root not in {"rss", "feed", "rdf", "html"}:
        raise DocumentRefused(
            f"{_host(found.url)} gives XML that is no RSS or Atom feed: give the address of the feed or of a post."
        )
    return root in {"rss", "feed", "rdf"}


def posts(found: Fetched) -> tuple[Post, ...]:
    """The posts of a feed, newest first; read in a child process. Raises DocumentRefused."""
    answer = ask("feed", found.data, seconds=_SECONDS, url=found.url, charset=found.charset)
    if answer.head is None:
        raise DocumentRefused(f"The feed at {_host(found.url)} takes too much to read: give the address of one post.")
    if refused := answer.head.get("refused"):
        raise DocumentRefused(f"The feed at {_host(found.url)} {refused}.")
    listed = [Post(post["url"], post["title"], tuple(post["authors"]), post["date"]) for post in answer.head["posts"]]
    if not listed:
        raise DocumentRefused(f"The feed at {_host(found.url)} lists no posts now: give the address of one post.")
    return tuple(listed)


def arxiv_id(text: str) -> str:
    """The id in an arXiv id or address as people write them, with its version; empty if it is none."""
    found = _ARXIV.fullmatch(text.strip())
    return (found["id"] or found["there"]) if found else ""


def paper(id: str, *, policy: Policy = STRICT, arxiv: Arxiv = ARXIV) -> tuple[Fetched, Post]:
    """A paper's PDF and what arXiv says about it, which may be nothing. Raises DocumentRefused without the PDF."""
    found = fetch(arxiv.pdf.format(id=id), policy=policy)
    if found.media_type != PDF:
        raise DocumentRefused(f"arXiv gives no PDF for {id} now: check the id, or try again in a few minutes.")
    try:
        _turns.wait(arxiv.pause)
        said = posts(fetch(arxiv.data.format(id=id), policy=policy))[0]
    except DocumentRefused:
        # The title and the authors stand in the PDF as well, if less surely.
        said = Post("", "", (), "")
    return found, said if re.sub(r"v\d+$", "", id) in said.url else Post("", "", (), "")


class _Turns:
    """Makes requests wait so that they keep a pause between each other, whoever makes them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = float("-inf")

    def wait(self, pause: float) -> None:
        with self._lock:
            time.sleep(max(0.0, self._last + pause - time.monotonic()))
            self._last = time.monotonic()


_turns = _Turns()


def _root(data: bytes) -> str:
    """The name of the first element of XML or HTML, in lower case; empty if this is neither."""
    wide = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
    head = data[:_HEAD].decode("utf-16" if wide else "utf-8", "ignore").lstrip("\ufeff \t\r\n")
    found = _ROOT.search(_COMMENT.sub("", head)) if head.startswith("<") else None
    return found[1].lower() if found else ""


def _host(url: str) -> str:
    return urlsplit(url).hostname or "the address"

"""What is an address, what is an arXiv id, and what is neither."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interviewer.library.addresses import Policy
from interviewer.library.feeds import arxiv_id
from interviewer.library.sources import Failure, Source, fetched, is_address
from tests.library.fetching.site import Site, page

IDS = {
    "1706.03762": "1706.03762",
    " 1706.03762v2 ": "1706.03762v2",
    "arXiv:1706.03762v2": "1706.03762v2",
    "arxiv: 0704.0001": "0704.0001",
    "arxiv.org/abs/1706.03762": "1706.03762",
    "www.arxiv.org/abs/1706.03762": "1706.03762",
    "https://arxiv.org/abs/1706.03762?context=cs": "1706.03762",
    "http://export.arxiv.org/abs/1706.03762v1": "1706.03762v1",
    "https://arxiv.org/pdf/1706.03762": "1706.03762",
    "https://arxiv.org/pdf/1706.03762v5.pdf": "1706.03762v5",
    "https://arxiv.org/html/1706.03762v7#S3": "1706.03762v7",
    "https://doi.org/10.48550/arXiv.1706.03762": "1706.03762",
    "10.48550/arXiv.1706.03762": "1706.03762",
    "hep-th/9901001": "hep-th/9901001",
    "math.GT/0309136v1": "math.GT/0309136v1",
    "https://arxiv.org/abs/cs/0112017": "cs/0112017",
}
OTHER_ADDRESSES = (
    *(
        "https://blog.test/",
        "http://blog.test",
        "HTTPS://BLOG.TEST/a",
        "www.blog.test/post",
        "https://arxiv.org/list/cs.LG/new",
    ),
    *("https://arxiv.org.evil.test/abs/1706.03762", "file:///etc/passwd", "ftp://blog.test/", "data:text/html,hi"),
    "javascript:alert(1)",
)
FILES = (
    "1706.03762.pdf",
    "papers/1706.03762.pdf",
    "notes.md",
    "./a b.html",
    "C:\\papers\\a.pdf",
    "cs/notes",
    "170.03762",
    "",
    "a",
)


@pytest.mark.parametrize(("text", "id"), IDS.items())
def test_ids(text: str, id: str) -> None:
    assert arxiv_id(text) == id
    assert is_address(text)


@pytest.mark.parametrize("text", OTHER_ADDRESSES)
def test_other_addresses(text: str) -> None:
    assert is_address(text)
    assert arxiv_id(text) == ""


@pytest.mark.parametrize("text", FILES)
def test_files(text: str) -> None:
    assert not is_address(text)
    assert arxiv_id(text) == ""


def test_an_address_gives_one_source() -> None:
    with Site({"/a.md": page(b"# Hello", type="text/markdown")}) as site:
        found = list(fetched(f" {site.url('/a.md')}#part ", policy=site.policy()))
    assert found == [Source(site.url("/a.md"), b"# Hello", site.url("/a.md"), "text/markdown")]


def test_an_address_without_its_scheme_is_https() -> None:
    with Site({}) as site:
        [found] = fetched(f"blog.test:{site.port}/a", policy=site.policy())
    assert isinstance(found, Failure)
    assert found.name == f"blog.test:{site.port}/a"
    assert "secure connection to blog.test" in found.sentence


@pytest.mark.parametrize("text", [*OTHER_ADDRESSES, *FILES, "https://[", "\x00", "http://127.0.0.1/", "1706.03762"])
def test_the_default_never_raises_and_reaches_nothing_here(text: str) -> None:
    [found] = fetched(text)
    assert isinstance(found, Failure)
    assert found.sentence.endswith(".")


SCHEMES = st.sampled_from(
    ["http://", "https://", "HTTP:", "//", "", "ftp://", "arxiv:", "http://[", "https://a@", "http://xn--"]
)


@given(SCHEMES, st.text(max_size=40), st.sampled_from(["", "/", ":80/", "#a", ".com/?b", "]:443"]))
@settings(max_examples=300)
def test_whatever_is_typed_ends_in_a_sentence(before: str, text: str, after: str) -> None:
    policy = Policy(resolve=lambda _: ["10.0.0.1"])
    assert is_address(before + text + after) in {True, False}
    [found] = fetched(before + text + after, policy=policy)
    assert isinstance(found, Failure) and found.sentence.endswith(".")

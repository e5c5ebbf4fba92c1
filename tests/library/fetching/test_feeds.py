"""Feeds give their newest posts, each fetched like any page; a feed that lies or bites is refused in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from interviewer.errors import DocumentRefused
from interviewer.library.feeds import Arxiv, Post, is_feed, posts
from interviewer.library.fetching import HTML, PLAIN, XML, Fetched
from interviewer.library.sources import Failure, Source, fetched
from tests.library.fetching.site import Names, Site, Trap, page, to

ARTICLE = "<html><title>Of the page</title><body><p>We moved ranking to one model.</p></body></html>"


def rss(*items: str, before: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><title>Blog</title><link>https://blog.test/</link>{''.join(items)}</channel></rss>"
    )


def item(link: str, *, day: int = 0, title: str = "A post", more: str = "") -> str:
    date = f"<pubDate>{day:02} Mar 2024 10:00:00 GMT</pubDate>" if day else ""
    return f"<item><title>{title}</title><link>{link}</link>{date}{more}</item>"


def read(text: str | bytes, *, charset: str = "") -> tuple[Post, ...]:
    data = text.encode() if isinstance(text, str) else text
    found = Fetched("https://blog.test/feed/", XML, data, charset)
    assert is_feed(found)
    return posts(found)


def links(found: Sequence[Post]) -> list[str]:
    return [post.url.removeprefix("https://blog.test") for post in found]


def test_newest_first_and_the_undated_last_as_they_stand() -> None:
    found = read(
        rss(item("/a", day=2), item("/x"), item("/b", day=9), item("/y"), item("/c", day=5), item("/a", day=1))
    )
    assert links(found) == ["/b", "/c", "/a", "/x", "/y"]
    assert [post.date for post in found] == ["2024-03-09", "2024-03-05", "2024-03-02", "", ""]


def test_what_a_feed_says_about_a_post() -> None:
    people = (
        "<dc:creator>Ann  B</dc:creator><dc:creator>C. D</dc:creator><description>&lt;p&gt;Long&lt;/p&gt;</description>"
    )
    [post] = read(rss(item("/a", title="A &lt;b&gt;bold&lt;/b&gt;\n move &amp;amp; more", more=people)))
    assert post == Post("https://blog.test/a", "A bold move & more", ("Ann B", "C. D"), "")


def test_atom_and_rdf() -> None:
    atom = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://blog.test/"><title>Blog</title>
    <entry><title>One</title><link rel="edit" href="/edit"/><link rel="alternate" href="posts/1"/>
    <updated>2024-01-02T23:04:05-05:00</updated><author><name>Ann</name></author></entry></feed>"""
    assert read(atom) == (Post("https://blog.test/posts/1", "One", ("Ann",), "2024-01-03"),)
    rdf = """<!-- <b>made</b> by hand --><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    xmlns="http://purl.org/rss/1.0/"><item rdf:about="https://blog.test/1"><title>One</title>
    <link>https://blog.test/1</link></item></rdf:RDF>"""
    assert links(read(rdf)) == ["/1"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_encodings(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = rss(item("/a", title="Schöne Grüße")).replace('encoding="UTF-8"', f'encoding="{declared}"')
    assert read(text.encode(encoding))[0].title == "Schöne Grüße"
    undeclared = rss(item("/a", title="Schöne Grüße")).replace(' encoding="UTF-8"', "")
    assert read(undeclared.encode(encoding), charset=declared)[0].title == "Schöne Grüße"


def test_a_feed_that_is_cut_off_gives_what_it_has() -> None:
    text = rss(item("/a", day=2), item("/b", day=1))
    assert links(read(text[: text.index("/b<")])) == ["/a"]


LAUGHS = (
    '<!DOCTYPE rss [<!ENTITY a "haha">'
    + "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefghi", "bcdefghij", strict=True))
    + "]>"
)
QUADRATIC = f'<!DOCTYPE rss [<!ENTITY a "{"x" * 100_000}">]>'
OUTSIDE = '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
PARAMETER = '<!DOCTYPE rss [<!ENTITY % a SYSTEM "http://127.0.0.1/"> %a;]>'


@pytest.mark.parametrize(
    "dtd", [LAUGHS, QUADRATIC, OUTSIDE, PARAMETER], ids=["laughs", "quadratic", "file", "parameter"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-7"])
def test_entities_are_refused_however_they_are_encoded(dtd: str, encoding: str) -> None:
    bomb = rss(item("/a", title="&j;" + "&a;" * 10_000), before=dtd)
    if encoding == "utf-7":
        data = bomb.replace("UTF-8", "utf-7").replace("<!", "+ADwAIQ-").encode()
    else:
        data = bomb.replace('encoding="UTF-8"', "").encode(encoding)
    with pytest.raises(DocumentRefused, match="defines entities of its own"):
        posts(Fetched("https://blog.test/feed/", XML, data))


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        (XML, "<?xml version='1.0'?><sitemapindex/>", "no RSS or Atom feed"),
        (XML, "not XML at all", "no RSS or Atom feed"),
        (XML, "<rss><channel><title>x</title></channel></rss>", "lists no posts"),
        (PLAIN, rss(), "lists no posts"),
        (XML, rss("<item><title>No link</title></item>"), "lists no posts"),
        (XML, "<feed><p>A page about feed for cattle.</p></feed>", "lists no posts"),
        (
            XML,
            "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><a/></rdf:RDF>",
            "is no RSS or Atom feed",
        ),
    ],
)
def test_a_feed_that_is_none(kind: str, data: str, words: str) -> None:
    with Site({"/feed": page(data, type=kind)}) as site:
        [found] = fetched(site.url("/feed"), policy=site.policy())
    assert isinstance(found, Failure)
    assert words in found.sentence and found.sentence.count(".") - found.sentence.count("blog.test") == 1


def test_the_newest_posts_are_fetched_and_one_that_fails_is_no_end() -> None:
    with Trap() as trap, Site({}) as site:
        feed = rss(
            item("/old", day=1),
            item("/good", day=9, title="In the feed"),
            item("/gone", day=8),
            item(f"http://127.0.0.1:{trap.port}/", day=7),
            item("file:///etc/passwd", day=6),
            item("/feed", day=5),
            item("/moved#top", day=4, more="<dc:creator>Ann</dc:creator>"),
        )
        site.routes = {
            "/feed": page(feed, type="text/html"),
            "/good": page(ARTICLE),
            "/moved": to("/new"),
            "/new": page(ARTICLE),
            "/old": page(ARTICLE),
        }
        found = list(fetched(site.url("/feed"), newest=6, policy=site.policy()))
        assert trap.untouched()
    assert [type(one) for one in found] == [Source, Failure, Failure, Failure, Failure, Source]
    good, gone, inside, file, feed_again, moved = found
    assert good == Source(
        site.url("/good"), ARTICLE.encode(), site.url("/good"), HTML, title="In the feed", date="2024-03-09"
    )
    assert isinstance(moved, Source)
    assert (moved.name, moved.url, moved.authors) == (site.url("/moved"), site.url("/new"), ("Ann",))
    assert isinstance(gone, Failure) and "404" in gone.sentence and gone.name == site.url("/gone")
    assert isinstance(inside, Failure) and "80 and 443" in inside.sentence
    assert isinstance(file, Failure) and "https://" in file.sentence
    assert isinstance(feed_again, Failure) and "another feed" in feed_again.sentence
    assert (f"blog.test:{site.port}", "/old") not in site.asked


def test_a_front_page_with_a_feed_is_a_page() -> None:
    front = f'<html><head><link rel="alternate" type="application/rss+xml" href="/feed"></head>{ARTICLE}</html>'
    with Site({"/": page(front), "/feed": page(rss(item("/a")))}) as site:
        found = list(fetched(site.url("/#latest"), policy=site.policy()))
        assert found == [Source(site.url("/"), front.encode(), site.url("/"), HTML)]
        assert len(site.asked) == 1


def test_xhtml_as_xml_is_a_page() -> None:
    text = f'<?xml version="1.0"?>\n<!DOCTYPE html>\n{ARTICLE}'
    with Site({"/": page(text, type=XML)}) as site:
        [found] = fetched(site.url(), policy=site.policy())
    assert isinstance(found, Source) and found.data == text.encode()


PDF_BYTES = b"%PDF-1.4\nof the paper"
DATA = """<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/abs/1706.03762v7</id>
<title>Attention Is All
  You Need</title><published>2017-06-12T17:57:34Z</published><updated>2023-08-02T00:41:18Z</updated>
<author><name>Ashish Vaswani</name></author><author><name>Noam Shazeer</name></author>
<link href="http://arxiv.org/abs/1706.03762v7" rel="alternate" type="text/html"/></entry></feed>"""


def arxiv(site: Site, *, pause: float = 0.0) -> Arxiv:
    return Arxiv(site.url("/pdf/{id}"), site.url("/api?id={id}"), pause)


@pytest.mark.parametrize("text", ["1706.03762v7", "arXiv:1706.03762v7", "https://arxiv.org/abs/1706.03762v7"])
def test_a_paper_of_arxiv(text: str) -> None:
    pdf, data = page(PDF_BYTES, type="application/pdf"), page(DATA, type="application/atom+xml")
    with Site({"/pdf/1706.03762v7": pdf, "/api?id=1706.03762v7": data}) as site:
        [found] = fetched(text, policy=site.policy(), arxiv=arxiv(site))
    assert found == Source(
        "arXiv:1706.03762v7",
        PDF_BYTES,
        "https://arxiv.org/abs/1706.03762v7",
        "application/pdf",
        "Attention Is All You Need",
        ("Ashish Vaswani", "Noam Shazeer"),
        "2017-06-12",
    )


@pytest.mark.parametrize(
    "data",
    [page(b"", status=503), page("<feed/>", type=XML), page(DATA.replace("1706.03762", "1706.00001"), type=XML)],
    ids=["fails", "empty", "of another paper"],
)
def test_a_paper_without_its_metadata(data: object) -> None:
    with Site({"/pdf/1706.03762": page(PDF_BYTES, type="application/pdf"), "/api?id=1706.03762": data}) as site:  # type: ignore[dict-item]  # parametrised
        [found] = fetched("1706.03762", policy=site.policy(), arxiv=arxiv(site))
    assert found == Source("arXiv:1706.03762", PDF_BYTES, "https://arxiv.org/abs/1706.03762", "application/pdf")


def test_a_paper_that_is_not_there() -> None:
    with Site({"/pdf/1706.03762": page(ARTICLE)}) as site:
        assert [type(one) for one in fetched("1706.99999", policy=site.policy(), arxiv=arxiv(site))] == [Failure]
        [found] = fetched("1706.03762", policy=site.policy(), arxiv=arxiv(site))
    assert isinstance(found, Failure) and "no PDF for 1706.03762" in found.sentence


def test_a_feed_of_papers_takes_each_as_its_pdf_with_a_pause_between() -> None:
    feed = rss(item("https://arxiv.org/abs/1706.03762"), item("https://arxiv.org/abs/1706.03763"))
    pdf = page(PDF_BYTES, type="application/pdf")
    with Site({"/feed": page(feed), "/pdf/1706.03762": pdf, "/pdf/1706.03763": pdf}) as site:
        found = list(fetched(site.url("/feed"), policy=site.policy(), arxiv=arxiv(site, pause=0.5)))
        asked = [at for at, (_, path) in zip(site.times, site.asked, strict=True) if path.startswith("/api")]
    assert len(asked) == 2 and asked[1] - asked[0] >= 0.45
    assert [one.name for one in found] == ["arXiv:1706.03762", "arXiv:1706.03763"]
    assert all(isinstance(one, Source) and one.data == PDF_BYTES for one in found)


def test_nothing_is_looked_up_for_a_file_of_names() -> None:
    """feedparser opens what looks like an address or a path, so it only ever gets a file of bytes."""
    names = Names({})
    for data in (b"http://127.0.0.1/", b"/etc/passwd", b"feed://blog.test/"):
        with pytest.raises(DocumentRefused):
            posts(Fetched("https://blog.test/feed/", XML, data))
    assert names.asked == []

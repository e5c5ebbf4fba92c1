"""Documents are fetched from real servers, good and bad; each bad one ends in time and in one sentence."""

from __future__ import annotations

import errno
import gzip
import socket
import ssl
import time
import tracemalloc
import zlib

import pytest

from interviewer.errors import DocumentRefused
from interviewer.library.fetching import HTML, MARKDOWN, PDF, PLAIN, XML, ZIP, fetch
from tests.library.fetching.site import PEM, Names, Route, Site, Trap, page, raw, to

HELLO = b"<html><body><p>Hello.</p></body></html>"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


def refused(route: Route, **policy: object) -> str:
    """The sentence for a site that has only this."""
    with Site({"/": route}) as site, pytest.raises(DocumentRefused) as error:
        fetch(site.url(), policy=site.policy(**policy))
    sentence = str(error.value)
    assert sentence.endswith(".") and "\n" not in sentence and "blog.test" in sentence
    return sentence


def test_a_page() -> None:
    with Site({"/a?b=c": page(HELLO)}) as site:
        found = fetch(site.url("/a?b=c#d"), policy=site.policy())
        assert (found.data, found.media_type, found.charset) == (HELLO, HTML, "utf-8")
        assert found.url == site.url("/a?b=c")
        assert site.asked == [(f"blog.test:{site.port}", "/a?b=c")]
        assert site.headers[0]["User-Agent"].startswith("interviewer/")
        assert "Cookie" not in site.headers[0] and "Referer" not in site.headers[0]


@pytest.mark.parametrize(
    ("said", "data", "kind"),
    [
        ("application/pdf", b"%PDF-1.7 ...", PDF),
        ("application/x-pdf", b"%PDF-1.7 ...", PDF),
        ("TEXT/HTML; Charset=ISO-8859-1", HELLO, HTML),
        ("application/xhtml+xml", HELLO, HTML),
        ("text/plain", b"Hello.", PLAIN),
        ("text/markdown", b"# Hello", MARKDOWN),
        ("application/rss+xml", b"<rss/>", XML),
        ("application/atom+xml", b"<feed/>", XML),
        ("text/xml", b"<feed/>", XML),
        ("application/zip", b"PK\x03\x04...", ZIP),
        ("application/octet-stream", b"%PDF-1.7 ...", PDF),
        ("application/octet-stream", b"PK\x03\x04...", ZIP),
        ("application/octet-stream", b"\n<!DOCTYPE html><p>Hello.", HTML),
        ("application/octet-stream", b"<?xml version='1.0'?><rss/>", XML),
        ("binary/octet-stream", b"Hello.", PLAIN),
        (None, "Hello.".encode("utf-16"), PLAIN),
    ],
)
def test_types(said: str | None, data: bytes, kind: str) -> None:
    with Site({"/": page(data, type=said)}) as site:
        found = fetch(site.url(), policy=site.policy())
    assert (found.data, found.media_type) == (data, kind)


@pytest.mark.parametrize(
    ("said", "data"),
    [
        ("image/png", b"\x89PNG"),
        ("video/mp4", b"..."),
        ("application/json", b"{}"),
        ("application/octet-stream", b"\x7fELF\0\0\0"),
        (None, b"\0\1\2\3"),
    ],
)
def test_wrong_types(said: str | None, data: bytes) -> None:
    assert "which is not read" in refused(page(data, type=said))


def test_a_wrong_type_is_not_downloaded() -> None:
    begun = time.monotonic()
    sentence = refused(
        raw(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n", b"x" * 1000, pause=0.05, forever=True)
    )
    assert "gives video/mp4, which is not read" in sentence
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "wants a login first"),
        (403, "does not let programs read this page (403)"),
        (404, "has no page at this address (404)"),
        (410, "has no page at this address (410)"),
        (429, "too many requests (429)"),
        (500, "a fault of its own (500)"),
        (503, "a fault of its own (503)"),
        (451, "does not give the page (status 451)"),
        (206, "does not give the page (status 206)"),
        (304, "does not give the page (status 304)"),
    ],
)
def test_statuses(status: int, words: str) -> None:
    assert words in refused(page(b"", status=status))


def test_login_pages() -> None:
    form = "<form><input name=u><input class=x type='password'></form>"
    scripts = f"<script>{'a b ' * 500}</script><style>{'b{} ' * 500}</style>"
    assert "wants a login first" in refused(page(f"<html>{scripts}<h1>Sign in</h1>{form}</html>"))
    routes = {"/post": to("/users/login?next=/post"), "/users/login?next=/post": page(HELLO)}
    with Site(routes) as site, pytest.raises(DocumentRefused, match="wants a login first"):
        fetch(site.url("/post"), policy=site.policy())
    article = f"<html>{form}<p>{'We measured it again. ' * 100}</p></html>"
    with Site(
        {
            "/": page(article),
            "/login": page(HELLO),
            "/a": to("/blog/authors"),
            "/blog/authors": page(HELLO),
            "/sso/old": to("/sso/new"),
            "/sso/new": page(HELLO),
        }
    ) as site:
        assert fetch(site.url(), policy=site.policy()).data == article.encode()
        assert fetch(site.url("/login"), policy=site.policy()).data == HELLO
        assert fetch(site.url("/a"), policy=site.policy()).data == HELLO
        assert fetch(site.url("/sso/old"), policy=site.policy()).data == HELLO


def test_what_looks_like_a_login_page_is_searched_in_a_moment() -> None:
    hostile = b"<input type " * 20_000 + b"<script" * 20_000 + b"<input type=password>" + b"<" * 200_000
    with Site({"/": page(hostile)}) as site:
        begun = time.monotonic()
        assert fetch(site.url(), policy=site.policy()).data == hostile
        assert time.monotonic() - begun < 5


def test_redirects_are_followed_three_times() -> None:
    routes = {"/a": to("/b", 301), "/b": to("c?d", 307), "/c?d": to("//other.test:PORT/e", 308), "/e": page(HELLO)}
    with Site(routes) as site:
        site.routes = routes | {"/c?d": to(f"//other.test:{site.port}/e", 308), "/0": to("/a")}
        found = fetch(site.url("/a"), policy=site.policy())
        assert (found.data, found.url) == (HELLO, site.url("/e", host="other.test"))
        with pytest.raises(DocumentRefused, match="more than 3 times"):
            fetch(site.url("/0"), policy=site.policy())
        site.asked.clear()
        site.routes = {"/a": to("/b"), "/b": to("/a")}
        with pytest.raises(DocumentRefused, match="more than 3 times"):
            fetch(site.url("/a"), policy=site.policy())
        assert len(site.asked) == 4


@pytest.mark.parametrize(
    "location",
    [
        *("http://127.0.0.1:TRAP/", "http://localhost:TRAP/", "//[::1]:TRAP/", "http://2130706433:TRAP/"),
        *("http://inside.test/", "http://169.254.169.254/latest/meta-data/", "file:///etc/passwd", "ftp://blog.test/"),
        *("http://user:pass@blog.test/", "http://blog.test:22/", "data:text/html,hi", "http://blog.test\\a"),
        *("http://[", "http:////\u00e9["),
    ],
)
def test_a_redirect_is_checked_like_an_address(location: str) -> None:
    with Trap() as trap, Site({"/": to(location.replace("TRAP", str(trap.port)))}) as site:
        names = Names({"inside.test": [["10.0.0.7"]]}, otherwise="127.0.0.1")
        with pytest.raises(DocumentRefused):
            fetch(site.url(), policy=site.policy(ports=frozenset({80, trap.port}), resolve=names))
        assert trap.untouched()
        assert [path for _, path in site.asked] == ["/"]


def test_a_name_that_changes_between_redirects_is_checked_again() -> None:
    with Site({"/": to("/b"), "/b": page(HELLO)}) as site:
        names = Names({"blog.test": [["127.0.0.1"], ["192.168.0.7"]]})
        with pytest.raises(DocumentRefused, match="private network"):
            fetch(site.url(), policy=site.policy(resolve=names))
        assert len(names.asked) == 2 and len(site.asked) == 1


def test_the_next_address_of_a_name_is_tried() -> None:
    with Site({"/": page(HELLO)}) as site:
        both = frozenset({("::1", site.port), ("127.0.0.1", site.port)})
        names = Names({"blog.test": [["::1", "127.0.0.1"]]})
        assert fetch(site.url(), policy=site.policy(exempt=both, resolve=names)).data == HELLO


def test_a_refused_connection() -> None:
    with Site({}) as site:
        pass
    with pytest.raises(DocumentRefused, match=r"blog\.test refuses the connection"):
        fetch(site.url(), policy=site.policy())


def test_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise OSError(errno.ENETUNREACH, "unreachable")

    monkeypatch.setattr(socket, "create_connection", unreachable)
    with pytest.raises(DocumentRefused, match="no network"):
        fetch("https://blog.test/", policy=Site({}).policy(ports=frozenset({443}), resolve=lambda _: ["8.8.8.8"]))


@pytest.mark.parametrize(
    ("route", "words"),
    [
        (raw(b"", pause=2.0), "did not answer within"),
        (raw(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n", pause=0.05, forever=True), "did not answer within"),
        (raw(b"HTTP/1.1 100 Continue\r\n\r\n", pause=0.05, forever=True), "did not answer within"),
        (raw(HEAD + b"\r\n", b"x", pause=0.05, forever=True), "was still sending after"),
        (raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", pause=0.05, forever=True), "still sending"),
    ],
    ids=["silent", "head drips", "never begins", "body drips", "chunks drip"],
)
def test_slow_servers(route: Route, words: str) -> None:
    begun = time.monotonic()
    assert words in refused(route, seconds=1.0)
    # The silent one sleeps a little longer than we wait, and the site waits for it at its end.
    assert time.monotonic() - begun < 5


def test_the_time_is_for_all_redirects_together() -> None:
    def slow(request: object) -> None:
        time.sleep(0.3)
        to("/")(request)  # type: ignore[arg-type]  # the one request handler of the site

    assert "within 0.5 seconds" in refused(slow, seconds=0.5)


@pytest.mark.parametrize(
    "route",
    [
        raw(HEAD + b"\r\n", b"x" * 65536, forever=True),
        raw(HEAD + b"Content-Length: 2000001\r\n\r\n", pause=0.1),
        page(gzip.compress(b"a" * 60_000_000), type="text/plain", Content_Encoding="gzip"),
        page(zlib.compress(b"a" * 60_000_000), type="text/plain", Content_Encoding="deflate"),
        page(zlib.compress(b"a" * 60_000_000, wbits=-15), type="text/plain", Content_Encoding="deflate"),
        raw(HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(HELLO), b"a" * 65536, forever=True),
    ],
    ids=["endless", "says so", "gzip bomb", "deflate bomb", "raw deflate bomb", "endless after its end"],
)
def test_too_large(route: Route) -> None:
    tracemalloc.start()
    try:
        assert "more than 2 MB" in refused(route, most_bytes=2_000_000)
        assert tracemalloc.get_traced_memory()[1] < 12_000_000
    finally:
        tracemalloc.stop()


def test_the_largest_that_is_taken() -> None:
    with Site({"/": page(gzip.compress(b"a" * 2_000_000), type="text/plain", Content_Encoding="gzip")}) as site:
        assert len(fetch(site.url(), policy=site.policy(most_bytes=2_000_000)).data) == 2_000_000
        with pytest.raises(DocumentRefused, match="more than 1 MB"):
            fetch(site.url(), policy=site.policy(most_bytes=1_999_999))


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (gzip.compress(HELLO), "gzip"),
        (gzip.compress(HELLO), "x-gzip"),
        (zlib.compress(HELLO), "deflate"),
        (zlib.compress(HELLO, wbits=-15), "deflate"),
        (HELLO, "identity"),
    ],
    # By its words: the bytes hold the time they were made at, and two processes must collect the same names.
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_packed_bodies(packed: bytes, encoding: str) -> None:
    with Site({"/": page(packed, Content_Encoding=encoding)}) as site:
        assert fetch(site.url(), policy=site.policy()).data == HELLO


@pytest.mark.parametrize(
    ("route", "words"),
    [
        (page(HELLO, Content_Encoding="br"), "not asked for"),
        (page(gzip.compress(gzip.compress(HELLO)), Content_Encoding="gzip, gzip"), "not asked for"),
        (page(gzip.compress(HELLO)[:-9], Content_Encoding="gzip"), "broke off"),
        (page(HELLO, Content_Encoding="gzip"), "broke off"),
        (raw(HEAD + b"Content-Length: 100\r\n\r\nabc"), "broke off"),
        (raw(HEAD + b"Content-Length: 99999999999999999999999999\r\n\r\n"), "not understood"),
        (raw(b"SSH-2.0-OpenSSH_9.6\r\n"), "not understood"),
        (raw(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 300_000 + b"\r\n\r\n"), "not understood"),
        (raw(b""), "broke off"),
        (page(b" \n "), "empty page"),
    ],
)
def test_broken_answers(route: Route, words: str) -> None:
    assert words in refused(route)


def trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(PEM))


def test_tls_is_checked_against_the_name() -> None:
    with Site({"/": page(HELLO)}, tls=True) as site:
        found = fetch(site.url(), policy=site.policy(tls=trusting()))
        assert (found.data, site.asked) == (HELLO, [(f"blog.test:{site.port}", "/")])
        for host, tls in (("other.test", trusting()), ("blog.test", None)):
            with pytest.raises(DocumentRefused, match=f"secure connection to {host} could not be made"):
                fetch(site.url(host=host), policy=site.policy(tls=tls))
        assert len(site.asked) == 1


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with Trap() as proxy, Site({"/": page(HELLO)}) as site:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert fetch(site.url(), policy=site.policy()).data == HELLO
        assert proxy.untouched()

"""One document from one web address, at a bounded cost and from the open internet only (see `addresses`)."""

from __future__ import annotations

import errno
import re
import ssl
import time
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import httpcore
import httpx

import interviewer
from interviewer.errors import DocumentRefused
from interviewer.library.addresses import BY_HAND, STRICT, Policy, looked_up, parsed, port_of

AGENT: Final = f"interviewer/{interviewer.__version__} (self-hosted mock interviewer; fetches for one reader)"

PDF, HTML, PLAIN, MARKDOWN, XML, ZIP = (
    "application/pdf",
    "text/html",
    "text/plain",
    "text/markdown",
    "application/xml",
    "application/zip",
)
_TYPES: Final = {
    "application/pdf": PDF,
    "application/x-pdf": PDF,
    "text/html": HTML,
    "application/xhtml+xml": HTML,
    "text/plain": PLAIN,
    "text/markdown": MARKDOWN,
    "text/x-markdown": MARKDOWN,
    "application/xml": XML,
    "text/xml": XML,
    "application/rss+xml": XML,
    "application/atom+xml": XML,
    "application/rdf+xml": XML,
    "application/zip": ZIP,
    "application/x-zip-compressed": ZIP,
}
_BY_CONTENT: Final = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/force-download"})
_HEADERS: Final = (
    (b"User-Agent", AGENT.encode()),
    (b"Accept", b"text/html, application/pdf, application/rss+xml, application/atom+xml, */*;q=0.5"),
    (b"Accept-Encoding", b"gzip, deflate"),
)

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_A_CONNECTION: Final = 8.0
"""Seconds for one IP address of several, so that one that is silent leaves time for the next."""
_UNREACHABLE: Final = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL})

_LOGIN_PATH: Final = re.compile(r"/(?:log-?in|sign-?in|sso|auth|oauth2?|authorize)(?=[/.]|$)", re.IGNORECASE)
_PASSWORD: Final = re.compile(rb"<input\b[^<>]*\btype\s*=\s*[\"']?password", re.IGNORECASE)
_UNSEEN: Final = re.compile(rb"<(?:script|style)\b", re.IGNORECASE)
_SEEN_AGAIN: Final = re.compile(rb"</(?:script|style)\b", re.IGNORECASE)
_TAG: Final = re.compile(rb"<[^<>]*>")
_LOGIN_BYTES, _LOGIN_WORDS = 1_000_000, 150
"""A page that asks for a password is a login page if it is no larger and says no more than this."""


@dataclass(frozen=True)
class Fetched:
    """What stands at an address."""

    url: str
    """Where it was found in the end, without the fragment."""
    media_type: str
    """One of PDF, HTML, PLAIN, MARKDOWN, XML and ZIP: what the server says, or what the content looks like."""
    data: bytes
    charset: str = ""
    """What the server says the text is encoded in; empty if it says nothing."""


class _Clock:
    """The time that is left for everything together."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self, most: float | None = None) -> float:
        """Seconds left, at most `most`. Raises httpcore.TimeoutException if there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.TimeoutException
        return left if most is None else min(left, most)


class _Stream(httpcore.NetworkStream):
    """A connection whose every step is bounded by the one clock: httpcore's own limits start anew with each byte."""

    def __init__(self, stream: httpcore.NetworkStream, clock: _Clock) -> None:
        self._stream, self._clock = stream, clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, timeout=self._clock.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout=self._clock.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            secured = self._stream.start_tls(ssl_context, server_hostname, timeout=self._clock.left(timeout))
        except httpcore.ConnectError as error:
            raise DocumentRefused(
                f"The secure connection to {server_hostname} could not be made (is its certificate right?): {BY_HAND}."
            ) from error
        return _Stream(secured, self._clock)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


class _Network(httpcore.NetworkBackend):
    """Connects to an IP address that the policy has allowed; above it, Host and SNI keep the name."""

    def __init__(self, policy: Policy, clock: _Clock) -> None:
        self._policy, self._clock = policy, clock

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = looked_up(host, port, policy=self._policy, seconds=self._clock.left())
        except TimeoutError as error:
            raise httpcore.ConnectTimeout from error
        failure: Exception = httpcore.ConnectTimeout()
        for address in addresses:
            limit = self._clock.left(_A_CONNECTION if timeout is None else timeout)
            try:
                found = httpcore.SyncBackend().connect_tcp(address, port, limit, local_address, socket_options)
                return _Stream(found, self._clock)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        if isinstance(failure, httpcore.ConnectError):
            raise DocumentRefused(_unconnected(failure, host)) from failure
        raise failure


def fetch(address: str, *, policy: Policy = STRICT) -> Fetched:
    """The document at this address. Blocking, at most `policy.seconds`. Raises DocumentRefused."""
    first = url = parsed(address, policy=policy)
    network = _Network(policy, _Clock(policy.seconds))
    with httpcore.ConnectionPool(ssl_context=policy.context(), network_backend=network) as pool:
        for _ in range(policy.redirects + 1):
            found = _step(pool, url, first, policy)
            if isinstance(found, Fetched):
                return found
            url = _passed_on(url, found, policy)
    raise DocumentRefused(f"{first.host} passes the request on more than {policy.redirects} times: {BY_HAND}.")


def _step(pool: httpcore.ConnectionPool, url: httpx.URL, first: httpx.URL, policy: Policy) -> Fetched | str:
    """What is at this address, or where it says that it has moved. Raises DocumentRefused."""
    target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=port_of(url), target=url.raw_path)
    try:
        with pool.stream("GET", target, headers=[(b"Host", url.netloc), *_HEADERS]) as response:
            location = _header(response, b"location")
            if response.status in _REDIRECTS and location:
                return location
            return _document(response, url, first, policy)
    except httpcore.TimeoutException as error:
        raise DocumentRefused(
            f"{url.host} did not answer within {policy.seconds:g} seconds: try again, or {BY_HAND}."
        ) from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise DocumentRefused(
            f"{url.host} broke off in the middle of its answer, or gave one that is not understood: "
            f"try again, or {BY_HAND}."
        ) from error


def _passed_on(url: httpx.URL, location: str, policy: Policy) -> httpx.URL:
    """The address that a redirect leads to. Raises DocumentRefused."""
    try:
        return parsed(str(url.join(location)), policy=policy)
    except (httpx.InvalidURL, ValueError) as error:
        raise DocumentRefused(f"{url.host} passes the request on to something that is no address.") from error
    except DocumentRefused as error:
        sentence = str(error)
        raise DocumentRefused(f"{url.host} passes the request on, and {sentence[0].lower()}{sentence[1:]}") from error


def _header(response: httpcore.Response, name: bytes) -> str:
    found = (value for key, value in response.headers if key.lower() == name)
    return next(found, b"").decode("latin-1").strip()


def _unconnected(error: httpcore.ConnectError, host: str) -> str:
    cause = error.__cause__
    if isinstance(cause, ConnectionRefusedError):
        return f"{host} refuses the connection: check the address, or try again later."
    if isinstance(cause, OSError) and cause.errno in _UNREACHABLE:
        return f"{host} cannot be reached: this machine seems to have no network now; try again, or add a file."
    return f"No connection to {host} could be made: check the address, or try again later."


def _document(response: httpcore.Response, url: httpx.URL, first: httpx.URL, policy: Policy) -> Fetched:
    host = url.host
    if response.status != 200:
        raise DocumentRefused(_refusal(response.status, host))
    if url.path != first.path and _LOGIN_PATH.search(url.path) and not _LOGIN_PATH.search(first.path):
        raise DocumentRefused(_login(host))
    said, _, parameters = _header(response, b"content-type").partition(";")
    media_type = said.strip().lower()
    if media_type not in _BY_CONTENT and media_type not in _TYPES:
        raise DocumentRefused(_wrong_type(host, media_type))
    data = _body(response, host, policy)
    kind = _TYPES.get(media_type) or _by_content(data)
    if not kind:
        raise DocumentRefused(_wrong_type(host, "a file of an unknown kind"))
    if kind == HTML and _asks_to_log_in(data):
        raise DocumentRefused(_login(host))
    charset = re.search(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", parameters, re.IGNORECASE)
    return Fetched(str(url), kind, data, charset[1].lower() if charset else "")


def _refusal(status: int, host: str) -> str:
    if status in {401, 407}:
        return _login(host)
    if status == 403:
        return f"{host} does not let programs read this page (403): {BY_HAND}."
    if status in {404, 410}:
        return f"{host} has no page at this address ({status}): check the address."
    if status == 429:
        return f"{host} has had too many requests (429): try again later, or {BY_HAND}."
    if status >= 500:
        return f"{host} has a fault of its own ({status}): try again later."
    return f"{host} does not give the page (status {status}): {BY_HAND}."


def _login(host: str) -> str:
    return f"{host} wants a login first: {BY_HAND}."


def _wrong_type(host: str, media_type: str) -> str:
    shown = re.sub(r"[^\w/+. -]", "", media_type)[:60]
    return f"{host} gives {shown}, which is not read: PDF, HTML, Markdown, plain text, feeds and zip files are."


def _body(response: httpcore.Response, host: str, policy: Policy) -> bytes:
    """All of the body, unpacked. Raises DocumentRefused, httpcore.NetworkError, httpcore.ProtocolError."""
    too_large = f"{host} sends more than {policy.most_bytes // 1_000_000} MB, which is more than is read."
    length = _header(response, b"content-length")
    if length.isdecimal() and int(length[:20]) > policy.most_bytes:
        raise DocumentRefused(too_large)
    unpacked = _Unpacked(_header(response, b"content-encoding").lower(), host)
    body, packed = bytearray(), 0
    try:
        for chunk in response.iter_stream():
            packed += len(chunk)
            body += unpacked.next(chunk, most=policy.most_bytes + 1 - len(body))
            if packed > policy.most_bytes or len(body) > policy.most_bytes:
                raise DocumentRefused(too_large)
    except httpcore.TimeoutException as error:
        raise DocumentRefused(
            f"{host} was still sending after {policy.seconds:g} seconds: try again, or {BY_HAND}."
        ) from error
    if not unpacked.finished:
        raise httpcore.RemoteProtocolError("the packed body is cut off")
    if not body.strip():
        raise DocumentRefused(f"{host} gives an empty page at this address: check the address.")
    return bytes(body)


class _Unpacked:
    """A body's bytes as they were before the server packed them, never more of them than asked for."""

    def __init__(self, encoding: str, host: str) -> None:
        if encoding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
            raise DocumentRefused(f"{host} packs the page in a way that was not asked for: {BY_HAND}.")
        self._packed = encoding not in {"", "identity"}
        self._unpacker: zlib._Decompress | None = None

    def next(self, chunk: bytes, *, most: int) -> bytes:
        """At most `most` bytes, one or more; what is past them is lost. Raises httpcore.RemoteProtocolError."""
        if not self._packed or not chunk:
            return chunk
        if self._unpacker is None:
            # "deflate" means zlib's format, but some servers leave out its head, whose first half byte is always 8.
            headed = chunk[:1] == b"\x1f" or chunk[0] & 0x0F == 8
            self._unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32 if headed else -zlib.MAX_WBITS)
        try:
            return self._unpacker.decompress(chunk, most)
        except zlib.error as error:
            raise httpcore.RemoteProtocolError("the body is not packed as the server says") from error

    @property
    def finished(self) -> bool:
        """Whether nothing is missing at the end."""
        return self._unpacker is None or self._unpacker.eof


def _by_content(data: bytes) -> str:
    """The media type that the bytes look like; empty for none that is read."""
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if b"%PDF-" in head:
        return PDF
    if head.startswith(b"PK\x03\x04"):
        return ZIP
    if head.startswith(b"<?xml"):
        return XML
    if head[:200].lower().startswith((b"<!doctype html", b"<html")):
        return HTML
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return "" if b"\0" in data[:8192] and not wide else PLAIN


def _asks_to_log_in(page: bytes) -> bool:
    if len(page) > _LOGIN_BYTES or not _PASSWORD.search(page):
        return False
    first, *others = _UNSEEN.split(page)
    shown = [first, *(_SEEN_AGAIN.split(other, maxsplit=1)[-1] for other in others)]
    return len(_TAG.sub(b" ", b" ".join(shown)).split()) < _LOGIN_WORDS

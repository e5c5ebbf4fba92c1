"""Turns whatever a call throws into one of our errors: one clear sentence, and whether asking again may help.

Only shapes are looked at (status, headers, code, class name), never the classes of one SDK: other providers' packages
throw their own. What the SDK throws for which fault was measured (security.md §5).
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from interviewer.errors import (
    ModelContextOverflow,
    ModelError,
    ModelNonsense,
    ModelRateLimited,
    ModelRefused,
    ModelRejected,
    ModelTimeout,
    ModelUnavailable,
)
from interviewer.llm.redact import copies, redact

LONGEST_WAIT = 20.0
"""Seconds that a server may ask us to wait; a candidate should not wait longer."""

_OVERFLOW = re.compile(
    r"context_length_exceeded|maximum context length|exceeds? the (available )?context|exceed_context_size"
    r"|context window|prompt is too long|Input tokens exceed|input is too long",
    re.IGNORECASE,
)
_NO_CREDIT = re.compile(
    r"insufficient_quota|insufficient credit|exceeded your current quota|billing_hard_limit", re.IGNORECASE
)
_FILTERED = re.compile(r"content_filter|content_policy|content management policy|flagged by", re.IGNORECASE)
_NOT_JSON = re.compile(r"got str\b|'str' object has no attribute")
"""What langchain-openai (1.7 and before) makes of a page of HTML with status 200."""

_ABOUT_FORMAT = re.compile(r"response_format|json_schema|grammar|structured|tool|function", re.IGNORECASE)
_CONNECTION_CLASSES = frozenset({"APIConnectionError", "TransportError", "OSError", "ConnectError"})
_LATE_CLASSES = frozenset({"APITimeoutError", "TimeoutException", "TimeoutError"})
_RETRIED = frozenset({408, 409, 429})


class Late(Exception):
    """One of our limits passed; `limit` names it, `seconds` is how long it was."""

    def __init__(self, limit: str, seconds: float) -> None:
        super().__init__(limit)
        self.limit = limit
        self.seconds = seconds


@dataclass(frozen=True)
class Fault:
    """One failed attempt."""

    error: ModelError
    retry: bool = False
    """Whether the same request may succeed if it is sent again."""
    wait: float | None = None
    """Seconds that the server asks us to wait, if it says."""
    up: bool = True
    """False: the server as such is in trouble; counts towards opening the circuit."""
    status: int | None = None
    about_format: bool = False
    """The server may have refused the response format or the tool."""
    names_format: bool = False
    """Its words say that it did."""
    empty_stream: bool = False
    """A stream ended with nothing in it: asked in one piece, the server may say why, or answer."""
    said: str = ""
    """All that the server said, unredacted: to recognise what it refuses, never to be shown or logged."""


class Failed(Exception):
    """Carries a fault through the layers of this package; never leaves it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(type(fault.error).__name__)
        self.fault = fault


@dataclass(frozen=True)
class Surroundings:
    """What a sentence about a fault needs to know, and must not repeat."""

    place: str
    secrets: tuple[str, ...] = ()
    prompt: str = ""


def translate(error: BaseException, around: Surroundings) -> Fault:
    """The fault behind an exception of any SDK. Nothing of the exception itself is kept."""
    if isinstance(error, Late):
        return _late(error)
    chain = tuple(_chain(error))
    said = " ".join(_said(one) for one in chain)
    status = next(filter(None, map(_status, chain)), None)
    if any(_redirects(one) for one in chain):
        sentence = "The address sends us on to another one, which is not followed. Check the address in Settings."
        return Fault(ModelRejected(sentence), said=said)
    if _OVERFLOW.search(said):
        sentence = (
            "The conversation is longer than the model takes. Choose a model with a larger context, or start anew."
        )
        return Fault(ModelContextOverflow(sentence), status=status, said=said)
    if status is not None and status >= 400:
        return _by_status(status, said, _headers(chain), _message(chain, around), around)
    names = {base.__name__ for one in chain for base in type(one).__mro__}
    if names & _LATE_CLASSES:
        return Fault(ModelTimeout("The model's server did not answer in time. Try again."), up=False, said=said)
    if any(isinstance(one, ssl.SSLCertVerificationError) for one in chain):
        sentence = f"The certificate of {around.place} is not trusted. Check the address in Settings."
        return Fault(ModelUnavailable(sentence), up=False, said=said)
    if names & _CONNECTION_CLASSES:
        sentence = (
            f"The connection to the model's server at {around.place} failed. Check that it is running, and the address "
            "in Settings."
        )
        return Fault(ModelUnavailable(sentence), retry=True, up=False, said=said)
    if "APIError" in names:
        sentence = "The model's server broke off with an error. Try again."
        return Fault(ModelUnavailable(sentence), retry=True, up=False, said=said)
    return _unreadable(chain, said)


def _late(late: Late) -> Fault:
    what = {
        "total": "did not finish its answer within {} s",
        "first_token": "did not begin to answer within {} s",
        "idle": "stopped in the middle of its answer for {} s",
    }[late.limit].format(f"{late.seconds:g}")
    sentence = f"The model {what}. Try again; if it is only slow, test it in Settings so that its speed is known."
    return Fault(ModelTimeout(sentence), up=False)


def _unreadable(chain: tuple[BaseException, ...], said: str) -> Fault:
    kinds = [str(_header(one, "content-type")) for one in chain]
    if any("html" in kind for kind in kinds) or _NOT_JSON.search(said):
        sentence = (
            "The address answers with something that is not a model's answer. Check the address in Settings; it "
            "usually ends in /v1."
        )
        return Fault(ModelUnavailable(sentence), retry=True, up=False, said=said)
    sentence = "The model's server sent an answer that cannot be read. Try again, or choose another model in Settings."
    return Fault(ModelNonsense(sentence), retry=True, up=False, said=said)


def _by_status(status: int, said: str, headers: Mapping[str, str], message: str, around: Surroundings) -> Fault:
    if _NO_CREDIT.search(said) or status == 402:
        sentence = "The account with the model's provider has no credit left. Top it up, or choose another in Settings."
        return Fault(ModelRejected(sentence), status=status, said=said)
    if status in _RETRIED or status >= 500:
        return _busy(status, said, asked_to_wait(headers), around)
    if status == 401:
        sentence = "The server says the key is not valid. Check it in Settings."
        return Fault(ModelRejected(sentence), status=status, said=said)
    if _FILTERED.search(said):
        sentence = "The provider's content filter stopped the request. Put it in other words, or choose another model."
        return Fault(ModelRefused(sentence), status=status, said=said)
    because = f': "{message}"' if message else ""
    named = bool(_ABOUT_FORMAT.search(said))
    about = status in (400, 422) or named
    if status == 403:
        sentence = f"The server does not allow this key to use the model{because}. Check key and model in Settings."
    elif status == 404:
        sentence = f"The server does not know this model or address{because}. Check both in Settings."
    else:
        sentence = f"The server refuses the request ({status}){because}. Check the model in Settings."
    return Fault(ModelRejected(sentence), status=status, about_format=about, names_format=named, said=said)


def _busy(status: int, said: str, wait: float | None, around: Surroundings) -> Fault:
    if status == 429:
        how_long = f"asks us to wait {_span(wait)}" if wait is not None else "says that there are too many requests"
        error: ModelError = ModelRateLimited(
            f"The model's provider {how_long}. Go on after that, or choose another model in Settings."
        )
    elif status == 408:
        error = ModelTimeout("The model's server says the request took too long (408). Try again.")
    else:
        how_long = f" and asks us to wait {_span(wait)}" if wait is not None else ""
        error = ModelUnavailable(
            f"The model's server at {around.place} has a fault ({status}){how_long}. Try again later."
        )
    named = bool(_ABOUT_FORMAT.search(said))
    patient = wait is None or wait <= LONGEST_WAIT
    return Fault(
        error,
        retry=patient and status != 501,
        wait=wait,
        up=status in (409, 501),
        status=status,
        about_format=status == 501,
        names_format=status == 501 and named,
        said=said,
    )


def asked_to_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds of `Retry-After`: a number, or a date (RFC 9110 §10.2.3); None if there is none that makes sense."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            date = parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = ((date if date.tzinfo else date.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds()
    return max(0.0, seconds) if seconds < float("inf") else None


def _span(seconds: float | None) -> str:
    seconds = seconds or 0.0
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{round(seconds / size)} {unit}"
    return f"{max(1, round(seconds))} s"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and what it came from; under warnings-as-errors an SDK's warning can hide the fault itself."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _said(error: BaseException) -> str:
    try:
        return f"{error} {getattr(error, 'body', '') or ''}"
    except Exception:
        return ""


def _status(error: BaseException) -> int | None:
    """The HTTP status; for an error inside a stream, a code in its body that looks like one."""
    status = getattr(error, "status_code", None)
    if status is None:
        status = _field(error, "code")
    if isinstance(status, str) and status.isdigit():
        status = int(status)
    return status if isinstance(status, int) and 400 <= status < 600 else None


def _redirects(error: BaseException) -> bool:
    status = getattr(error, "status_code", None)
    return isinstance(status, int) and 300 <= status < 400


def _field(error: BaseException, name: str) -> Any:
    body = getattr(error, "body", None)
    if isinstance(body, Mapping) and isinstance(body.get("error"), Mapping):
        body = body["error"]
    return body.get(name) if isinstance(body, Mapping) else None


def _message(chain: tuple[BaseException, ...], around: Surroundings) -> str:
    """The server's own message, if it has the usual form and repeats neither a secret nor the prompt."""
    message = next((found for one in chain if isinstance(found := _field(one, "message"), str)), "")
    return "" if copies(message, around.prompt) else redact(message, around.secrets)


def _headers(chain: tuple[BaseException, ...]) -> Mapping[str, str]:
    return {"retry-after": next(filter(None, (_header(one, "retry-after") for one in chain)), "")}


def _header(error: BaseException, name: str) -> str:
    headers = getattr(getattr(error, "response", None), "headers", None)
    return str(headers.get(name) or "") if headers is not None else ""

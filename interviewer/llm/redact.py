"""Keeps keys, and other people's words, out of sentences and logs."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from urllib.parse import quote, unquote, urlsplit

LONGEST = 200
"""Characters of a server's own words that may enter a sentence."""

SHORTEST_SECRET = 4
"""Shorter keys are placeholders such as `x`; blotting them out would only spoil the sentence."""

SHORTEST_TOLD = 12
"""A shorter key in an answer is a word: `ollama` is what one may well talk about."""

_PATTERNS = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[^\s\"',;]+"), r"\1 [hidden]"),
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^\s/@]*@"), r"\1[hidden]@"),
    (re.compile(r"\b(?:sk|pk|rk|gsk|xai|hf|AIza)[-_][A-Za-z0-9*._-]{4,}"), "[hidden]"),
    (
        re.compile(r"(?i)\b(x-)?(api[-_ ]?key|authorization|token)([\"']?\s*[:=]\s*[\"']?)(?!\[)[^\s\"',;]{4,}"),
        r"\1\2\3[hidden]",
    ),
)

_WINDOW = 24
"""So many characters in a row that also stand in the prompt are taken as a copy of it."""


CHATTY_LOGGERS = ("openai", "httpx", "httpx2", "httpcore", "httpcore2", "langchain_core", "langchain_openai")


def quiet() -> None:
    """Silence the libraries that would log what is sent, and where to."""
    for name in CHATTY_LOGGERS:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))


def secrets_of(key: str, address: str) -> tuple[str, ...]:
    """The strings that must never be shown: the key and the user info of the address, also percent-encoded."""
    try:
        parts = urlsplit(address)
        found = {key, parts.username or "", parts.password or ""}
    except ValueError:
        found = {key}
    found |= {quote(one, safe="") for one in found} | {unquote(one) for one in found}
    return tuple(sorted((one for one in found if len(one) >= SHORTEST_SECRET), key=len, reverse=True))


def tells(text: str, secrets: Iterable[str]) -> bool:
    """Whether an answer repeats a secret: then some server on the way puts what it is sent into what it says."""
    return any(secret in text for secret in secrets if len(secret) >= SHORTEST_TOLD)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` on one line, without the secrets and without what looks like one, at most `LONGEST` characters.

    It is shortened last: a key cut in half would no longer be recognised.
    """
    for secret in secrets:
        text = text.replace(secret, "[hidden]")
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    text = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"


def copies(text: str, prompt: str) -> bool:
    """Whether a server's words repeat part of what it was sent (some put the rejected input into their message)."""
    flat, sent = " ".join(text.split()), " ".join(prompt.split())
    return any(flat[start : start + _WINDOW] in sent for start in range(max(0, len(flat) - _WINDOW + 1)))

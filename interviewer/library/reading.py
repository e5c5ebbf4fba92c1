"""Documents from their bytes: each is read in a child process of its own, under limits (`child`)."""

from __future__ import annotations

from typing import Any, Final

from pydantic import ValidationError

from interviewer.domain.library import Parsed
from interviewer.errors import DocumentRefused
from interviewer.library.child import Answer, ask
from interviewer.library.parsing import limits, result

SUFFIXES: Final = (".pdf", ".html", ".htm", ".xhtml", ".md", ".markdown", ".txt", ".zip")
"""Of the files that can be added."""
MOST_BYTES: Final = 20_000_000
"""Of one document, and of an archive as it is added."""
MOST_PAGES: Final = result.MOST_PAGES
MOST_CHARACTERS: Final = result.MOST_CHARACTERS
SECONDS: Final = limits.SECONDS
MEMORY: Final = limits.MEMORY

_LONGEST_NAME: Final = 80


def parse(data: bytes, *, name: str, media_type: str = "") -> Parsed:
    """Read a document; what it holds decides what it is, not its name.

    Raises DocumentRefused: one sentence that names the document and says what to do.
    """
    return understood(asked(data, name=name, media_type=media_type), name=name)


def asked(data: bytes, *, name: str, media_type: str = "") -> Answer:
    """What the child says of a document, with what it cost. Raises DocumentRefused only for too many bytes."""
    check_size(len(data), name=name)
    return ask("read", data, name=name, media_type=media_type)


def understood(answer: Answer, *, name: str) -> Parsed:
    """The document in a child's answer. Raises DocumentRefused, also for an answer that is no document."""
    reading: Any = _checked(answer, name=name).get("reading")
    try:
        return Parsed.model_validate(reading)
    except ValidationError as error:
        raise DocumentRefused(f"{_shown(name)} could not be read: save it anew and add that.") from error


def unpacked(data: bytes, *, name: str) -> tuple[tuple[str, bytes], ...]:
    """The documents in a zip archive, each with its name; of anything else, itself.

    Raises DocumentRefused for an archive that is damaged, encrypted, too large unpacked, or made to do harm.
    """
    check_size(len(data), name=name)
    if not is_archive(data, name=name):
        return ((name, data),)
    answer = ask("unpack", data)
    names = _checked(answer, name=name)["names"]
    return tuple(zip(names, answer.parts, strict=True))


def page_image(data: bytes, page: int, *, width: int = 900) -> bytes:
    """PNG of a page of a PDF, numbered from 1, `width` pixels wide. Raises DocumentRefused."""
    name = "This document"
    check_size(len(data), name=name)
    answer = ask("picture", data, page=page, width=width)
    _checked(answer, name=name)
    return answer.parts[0]


def check_size(size: int, *, name: str) -> None:
    """Raise DocumentRefused if a file of so many bytes is too large; to be asked before it is read."""
    if size > MOST_BYTES:
        raise DocumentRefused(
            f"{_shown(name)} has {size / 1e6:,.0f} MB and {MOST_BYTES // 1_000_000} MB is the most: "
            "split it, or save it smaller."
        )


def is_archive(data: bytes, *, name: str) -> bool:
    """Whether this is a zip archive of documents, rather than one that is itself a document (of an office program)."""
    return name.lower().endswith(".zip") or (data.startswith(b"PK\3\4") and "." not in name)


def _checked(answer: Answer, *, name: str) -> dict[str, Any]:
    refused = answer.fault or (answer.head or {}).get("refused", "")
    if refused or answer.head is None:
        raise DocumentRefused(f"{_shown(name)} {refused}.")
    return answer.head


def _shown(name: str) -> str:
    """A name as it can stand in a sentence: what is printable of it, and not too much."""
    kept = "".join(letter for letter in name if letter.isprintable()).strip()
    return (kept if len(kept) <= _LONGEST_NAME else f"{kept[: _LONGEST_NAME - 1]}…") or "This document"

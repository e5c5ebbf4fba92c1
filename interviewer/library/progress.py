"""What is told while documents are added or embedded anew, and the embedding that it is told of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from interviewer.domain import Document, Passage
from interviewer.library.passages import embedded_text

if TYPE_CHECKING:
    from interviewer.llm.embedding import Embedding

Step = Literal["fetching", "reading", "embedding", "indexing", "added", "unchanged", "replaced", "failed"]


@dataclass(frozen=True)
class Progress:
    """How far one document is, or how it ended."""

    name: str
    step: Step
    done: int = 0
    total: int = 0
    sentence: str = ""
    """Why it failed."""
    document: str = ""
    """Id of the document, when it has ended well."""


def vectors_of(
    cut: Sequence[Passage],
    document: Document,
    *,
    embedding: Embedding,
    tell: Callable[[Progress], None],
    name: str = "",
) -> tuple[bytes, ...]:
    """The vectors of a document's passages as they are stored. Raises ModelError, OperatorError.

    Args:
        cut: its passages.
        document: for the title, which is embedded with each.
        embedding: the model.
        tell: told how many are embedded.
        name: of the document in what is told; its title if empty.
    """
    texts = [embedded_text(document.title, passage) for passage in cut]
    shown = name or document.title
    tell(Progress(shown, "embedding", 0, len(texts)))
    made = embedding.passages(texts, done=lambda done: tell(Progress(shown, "embedding", done, len(texts))))
    return tuple(vector.tobytes() for vector in made.astype("<f4"))

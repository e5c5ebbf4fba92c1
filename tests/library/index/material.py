"""Documents made of real words by a seed, and libraries that have them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from interviewer.domain import Document, Passage
from interviewer.library import Library, Source
from interviewer.library.passages import embedded_text
from interviewer.store import Shelf, Shelved, Store
from tests.library.index.hashed import Hashed

WORDS = re.findall(
    r"\w+",
    """feature store label leakage ranking retrieval embedding gradient sampling calibration threshold latency
    batch streaming drift monitor canary rollback shard replica cache tower candidate negative positive loss
    entropy margin warmup schedule dropout attention token context window prompt judge rubric fraud
    chargeback merchant velocity graph session click dwell position bias propensity bandit explore exploit
    uplift control holdout metric power variance cluster quantile histogram sketch bloom filter index
    partition join backfill lineage schema contract alert budget quota tenant privacy consent deletion audit
    cost throughput autoscale kernel memory bandwidth quantise prune distil teacher student ensemble tree
    boost split gain regular lasso ridge prior posterior likelihood sampler chain""",
)


def text(seed: int, words: int = 60) -> str:
    """Some sentences; the same for the same seed."""
    dice = Random(seed)
    said = [dice.choice(WORDS) for _ in range(words)]
    return " ".join(" ".join(said[n : n + 12]).capitalize() + "." for n in range(0, words, 12))


def queries(count: int = 50) -> list[str]:
    """Fixed queries."""
    dice = Random(7)
    return [" ".join(dice.sample(WORDS, dice.randint(2, 5))) for _ in range(count)]


def article(seed: int, *, paragraphs: int = 3, extra: str = "", title: str = "") -> bytes:
    """A document in Markdown; `extra` is a paragraph of its own."""
    parts = [f"# {title or f'Notes {seed}'}", *(text(1000 * seed + n, 150) for n in range(paragraphs)), extra]
    return "\n\n".join(part for part in parts if part).encode()


def source(seed: int, *, name: str = "", paragraphs: int = 3, extra: str = "", title: str = "") -> Source:
    """That document as it is added."""
    data = article(seed, paragraphs=paragraphs, extra=extra, title=title)
    return Source(name=name or f"notes-{seed}.md", data=data)


def put(shelf: Shelf, number: int, texts: Sequence[str], *, company: str, embedding: Hashed) -> Document:
    """Put a document with these passages straight into the tables, as another process would have."""
    id = hashlib.sha256(str(number).encode()).hexdigest()[:32]
    passages = tuple(
        Passage(
            id=hashlib.sha256(f"{id} {place} {words}".encode()).hexdigest()[:32],
            document=id,
            number=place,
            start=place,
            end=place + 1,
            text=words,
        )
        for place, words in enumerate(texts, start=1)
    )
    document = Document(
        id=id,
        source=f"made-{number}.txt",
        sha256=hashlib.sha256(repr(texts).encode()).hexdigest(),
        kind="text",
        title=f"Made {number}",
        company=company,
        passages=len(passages),
        added_at=datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=number),
    )
    made = embedding.passages([embedded_text(document.title, passage) for passage in passages])
    vectors = tuple(vector.tobytes() for vector in made)
    shelf.put(Shelved(document, b"made", "\n\n".join(texts), passages, vectors, embedding.name))
    return document


def filled(shelf: Shelf, embedding: Hashed, *, documents: int = 12, passages: int = 100) -> None:
    """A library of made-up documents, of two companies in turn."""
    for number in range(documents):
        texts = [text(10_000 * number + place) for place in range(passages)]
        put(shelf, number, texts, company=("Acme", "Other")[number % 2], embedding=embedding)


def opened(home: Path, embedding: Hashed) -> tuple[Store, Library]:
    """The library in a data folder."""
    store = Store.open(home)
    return store, Library(store.shelf(store.local_user()), home, lambda: embedding)

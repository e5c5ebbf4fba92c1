"""How well the library finds what answers a query: `python -m evals.retrieval FOLDER [--mode dense|words|hybrid]`.

FOLDER is a set in BEIR's form. Its texts go into a real library in a temporary folder, one passage each, embedded by
the model that the settings name, and every query through the library's own search. Vectors are kept in the user's cache
folder, by content and model, for the next run. The last line of the output is one JSON object with nDCG@10, recall and
the 95th percentile of a search's time, embedding of the query included; without --mode it is the hybrid's.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final, get_args

import numpy as np
import platformdirs

from evals.beir import Query, Text, Unusable, ndcg, read, recall
from evals.statistics import paired_interval
from interviewer import settings
from interviewer.domain import Document, Passage
from interviewer.errors import InterviewerError
from interviewer.library import Library
from interviewer.library.passages import embedded_text
from interviewer.library.search import Mode
from interviewer.llm.embedding import Embedding, embedding
from interviewer.store import Shelf, Shelved, Store

if TYPE_CHECKING:
    from interviewer.llm.embedding import Floats

MODES: Final[tuple[Mode, ...]] = get_args(Mode)
DEPTH: Final = 100
"""How many passages are asked for; the deepest measure."""

_DIGITS = 4


@dataclass(frozen=True)
class Measured:
    """One mode over all queries, one number for each of them."""

    mode: Mode
    ndcg: tuple[float, ...]
    recall_10: tuple[float, ...]
    recall_100: tuple[float, ...]
    seconds: tuple[float, ...]

    def figures(self) -> dict[str, object]:
        """The means, and the time that 95 % of the searches stay within."""
        return {
            "mode": self.mode,
            "queries": len(self.ndcg),
            "ndcg_at_10": round(float(np.mean(self.ndcg)), _DIGITS),
            "recall_at_10": round(float(np.mean(self.recall_10)), _DIGITS),
            "recall_at_100": round(float(np.mean(self.recall_100)), _DIGITS),
            "p95_ms": round(float(np.quantile(self.seconds, 0.95)) * 1000, 1),
        }


@contextmanager
def library_of(
    texts: Sequence[Text], model: Embedding, *, vectors: Callable[[Sequence[str]], Floats]
) -> Iterator[tuple[Library, dict[str, str]]]:
    """A library in a temporary folder that holds the texts, and passage id → text id.

    A text is a passage of a document with its title; the documents of one `within` are one company's, so that a search
    within it is a search of that company.

    Args:
        texts: of the set.
        model: embeds the queries.
        vectors: gives the vectors of passages by the same model.
    """
    with tempfile.TemporaryDirectory(prefix="retrieval-") as folder:
        home = Path(folder)
        store = Store.open(home)
        shelf = store.shelf(store.local_user())
        library = Library(shelf, home, lambda: model)
        try:
            names = _fill(shelf, texts, vectors, model=model.name)
            # The first search has the indexes built, one of them beside it.
            library.search("ready", mode="hybrid")
            library.settled()
            yield library, names
        finally:
            library.close()
            store.dispose()


def measured(
    library: Library, names: dict[str, str], queries: Sequence[Query], *, mode: Mode, within: bool = False
) -> Measured:
    """Every query through the library's search; with `within`, among the passages of the query's own document."""
    rows: list[tuple[float, float, float, float]] = []
    for query in queries:
        start = time.perf_counter()
        hits = library.search(query.text, company=query.within if within else None, limit=DEPTH, mode=mode)
        seconds = time.perf_counter() - start
        ranked = [names[hit.passage.id] for hit in hits]
        found = (recall(ranked, query.relevant, depth=10), recall(ranked, query.relevant, depth=DEPTH))
        rows.append((ndcg(ranked, query.relevant), *found, seconds))
    return Measured(mode, *zip(*rows, strict=True))


def vectors_of(
    said: Sequence[str], model: Embedding, *, fresh: bool = False, tell: Callable[[str], None] = lambda _: None
) -> Floats:
    """The texts' vectors (n, d), from the user's cache folder if they are there and not wanted `fresh`."""
    digest = hashlib.sha256(json.dumps([model.name, *said]).encode()).hexdigest()
    kept = platformdirs.user_cache_path("interviewer", appauthor=False) / "evals" / f"{digest}.npy"
    if not fresh:
        try:
            found: Floats = np.load(kept, allow_pickle=False)
            return found
        except (OSError, ValueError, EOFError):
            tell("no vectors are kept of these texts: they are embedded now, which takes minutes for thousands")
    made = model.passages(said, done=_now_and_then(len(said), tell))
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=kept.parent, suffix=".part", delete=False) as file:
        np.save(file, made, allow_pickle=False)
    Path(file.name).replace(kept)
    return made


def _now_and_then(total: int, tell: Callable[[str], None]) -> Callable[[int], None]:
    """Tells every twentieth part."""
    told = 0

    def done(count: int) -> None:
        nonlocal told
        if count * 20 // total > told:
            told = count * 20 // total
            tell(f"embedded {count} of {total}")

    return done


def _fill(
    shelf: Shelf, texts: Sequence[Text], vectors: Callable[[Sequence[str]], Floats], *, model: str
) -> dict[str, str]:
    """Put the texts into the shelf, those of one title into one document; passage id → text id."""
    names: dict[str, str] = {}
    documents: list[tuple[Document, tuple[Passage, ...]]] = []
    for (within, title), group in groupby(sorted(texts, key=_document), key=_document):
        about = _shelved(within, title)
        members = {
            text.id: Passage(
                id=_id("passage", text.id),
                document=about.id,
                number=number,
                start=number,
                end=number + 1,
                text=text.text,
            )
            for number, text in enumerate(group, start=1)
        }
        names |= {passage.id: text for text, passage in members.items()}
        documents.append((about, tuple(members.values())))
    made = iter(vectors([embedded_text(about.title, one) for about, passages in documents for one in passages]))
    for about, passages in documents:
        rows = tuple(np.asarray(next(made), "<f4").tobytes() for _ in passages)
        shelf.put(Shelved(about, b"", "", passages, rows, model))
    return names


def _document(text: Text) -> tuple[str, str]:
    return text.within, text.title


def _shelved(within: str, title: str) -> Document:
    id = _id("document", within, title)
    return Document(
        id=id,
        source=id,
        sha256=hashlib.sha256(id.encode()).hexdigest(),
        kind="text",
        title=title,
        company=within,
        added_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def _id(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def located(name: str) -> Path:
    """The folder: as given, or under $INTERVIEWER_DATA (default ../shared/data) and its folder retrieval/."""
    data = Path(os.environ.get("INTERVIEWER_DATA") or "../shared/data")
    places = [Path(name), data / name, data / "retrieval" / name]
    return next((place for place in places if place.is_dir()), places[0])


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns the exit code: 2 for data or settings that cannot be used."""
    options = _parser().parse_args(arguments)
    tell = _quiet if options.json else _told
    try:
        asked = read(located(options.folder), split=options.split, needs_within=options.within)
        model = embedding(settings.load(settings.home()).settings)
        vectors = partial(vectors_of, model=model, fresh=options.fresh, tell=tell)
        with library_of(asked.texts, model, vectors=vectors) as (library, names):
            search = partial(measured, library, names, asked.queries, within=options.within)
            found = {mode: search(mode=mode) for mode in ([options.mode] if options.mode else MODES)}
    except (InterviewerError, Unusable, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    _report(found, json_only=options.json)
    return 0


def _report(found: Mapping[Mode, Measured], *, json_only: bool) -> None:
    if not json_only:
        for mode, one in found.items():
            print(f"{mode:<8}" + "".join(f"{name} {value}   " for name, value in list(one.figures().items())[1:]))
    if "hybrid" in found:
        for mode in (mode for mode in found if mode != "hybrid"):
            mean, low, high = paired_interval(found["hybrid"].ndcg, found[mode].ndcg)
            if not json_only:
                print(f"hybrid minus {mode}: nDCG@10 {mean:+.4f}, 95 % interval {low:+.4f} to {high:+.4f}")
    for one in found.values() if json_only else list(found.values())[-1:]:
        print(json.dumps(one.figures()))


def _told(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def _quiet(_: str) -> None:
    """Nothing."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.retrieval", description=__doc__.splitlines()[0])
    parser.add_argument("folder", help="looked for here, then under $INTERVIEWER_DATA")
    parser.add_argument("--mode", choices=MODES, help="one way of searching; without it all three, and the differences")
    parser.add_argument("--split", default="", help="name of the file in qrels/; needed if there is more than one")
    parser.add_argument("--within", action="store_true", help="search only the document that a query is about")
    parser.add_argument("--fresh", action="store_true", help="embed again although the vectors are kept")
    parser.add_argument("--json", action="store_true", help="print nothing but a JSON object for each mode")
    return parser


if __name__ == "__main__":
    sys.exit(main())

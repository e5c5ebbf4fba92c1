"""A retrieval set in BEIR's form, and the measures of a ranking. Pure, but for the reading of files."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class Unusable(Exception):
    """A folder that is not such a set; one sentence."""


@dataclass(frozen=True)
class Text:
    """One text of the corpus."""

    id: str
    title: str
    text: str
    within: str
    """Name of the document that it is a part of (`metadata.doc_name`); empty if the set does not say."""


@dataclass(frozen=True)
class Query:
    """One query that has relevant texts."""

    id: str
    text: str
    within: str
    relevant: Mapping[str, int] = field(default_factory=dict)
    """Id of a text → how relevant it is, from 1."""


@dataclass(frozen=True)
class RetrievalSet:
    """Texts, and queries with what answers them."""

    texts: tuple[Text, ...]
    queries: tuple[Query, ...]


def read(folder: Path, *, split: str = "", needs_within: bool = False) -> RetrievalSet:
    """`corpus.jsonl`, `queries.jsonl` and one file of `qrels/`; texts of the same id count once.

    Args:
        folder: the set.
        split: the name of the file in `qrels/`; empty: the only one, or `test`.
        needs_within: refuse a set whose queries do not say which document they are about.

    Raises:
        Unusable: the folder or a file is not there, or not of this form.
    """
    if not folder.is_dir():
        raise Unusable(f"There is no folder {str(folder)!r}: give one with corpus.jsonl, queries.jsonl and qrels/.")
    judged = _judged(_qrels(folder, split))
    texts = {
        str(row["_id"]): Text(str(row["_id"]), row.get("title") or "", row.get("text") or "", _within(row))
        for row in _rows(folder / "corpus.jsonl")
    }
    queries = tuple(
        Query(str(row["_id"]), row["text"], _within(row), judged[str(row["_id"])])
        for row in _rows(folder / "queries.jsonl")
        if judged.get(str(row["_id"]))
    )
    if not queries:
        raise Unusable(f"No query of {str(folder)!r} has a relevant text: is it the right split?")
    if needs_within and not all(query.within for query in queries):
        raise Unusable(f"The queries of {str(folder)!r} do not say which document they are about (metadata.doc_name).")
    return RetrievalSet(tuple(texts.values()), queries)


def ndcg(ranked: Sequence[str], relevant: Mapping[str, int], *, depth: int = 10) -> float:
    """Normalised discounted cumulative gain of the first `depth`, 0–1, as trec_eval's `ndcg_cut` has it.

    The gain is the relevance itself, the discount log2(rank + 1), and the ideal is the best order of all relevant
    texts. (Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", TOIS 2002.)
    """
    ideal = _dcg(sorted(relevant.values(), reverse=True)[:depth])
    return _dcg([relevant.get(id, 0) for id in ranked[:depth]]) / ideal if ideal else 0.0


def recall(ranked: Sequence[str], relevant: Mapping[str, int], *, depth: int) -> float:
    """The share of the relevant texts that is among the first `depth`."""
    return len(relevant.keys() & set(ranked[:depth])) / len(relevant) if relevant else 0.0


def _dcg(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))


def _qrels(folder: Path, split: str) -> Path:
    files = {path.stem: path for path in sorted((folder / "qrels").glob("*.tsv"))}
    wanted = split or (next(iter(files)) if len(files) == 1 else "test")
    if wanted not in files:
        there = ", ".join(files) or "nothing"
        raise Unusable(f"There is no qrels/{wanted}.tsv in {str(folder)!r}, only {there}: choose with --split.")
    return files[wanted]


def _judged(path: Path) -> dict[str, dict[str, int]]:
    """Query id → id of a relevant text → its relevance."""
    judged: dict[str, dict[str, int]] = {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                if int(row["score"]) > 0:
                    judged.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
    except (KeyError, TypeError, ValueError) as error:
        raise Unusable(f"{str(path)!r} does not have the columns query-id, corpus-id and score.") from error
    return judged


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield _row(line, place=f"{path.name}:{number}")
    except OSError as error:
        raise Unusable(f"{str(path)!r} cannot be read ({error.strerror}).") from error


def _row(line: str, *, place: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
        _ = row["_id"] + (row.get("text") or "") + (row.get("title") or "")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Unusable(f"{place} is not an object with the texts _id and text.") from error
    return dict(row)


def _within(row: Mapping[str, Any]) -> str:
    metadata = row.get("metadata")
    return str(metadata.get("doc_name") or "") if isinstance(metadata, Mapping) else ""

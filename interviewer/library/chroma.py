"""Chroma's folder, opened and checked: the only user of chromadb. It holds ids and vectors, and never a text.

A damaged folder can answer with too little and say nothing. So nothing here is believed: the files are compared with
the manifest before they are opened, then the count, a wide query and some vectors; and every answer is counted.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from interviewer.library.caches import empty, read_manifest, write_manifest

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

    from interviewer.llm.embedding import Floats

FORMAT: Final = 1
"""Of the folder; another number makes every one be built anew."""
PROBE: Final = 1000
"""How many neighbours a check asks for."""
SAMPLES: Final = 20
"""How many vectors a check looks up."""
ADDED_AT_ONCE: Final = 1000

_HNSW: Final = {"space": "cosine", "ef_search": 600}
"""Chroma searches 100 candidates unless told otherwise, and misses some of the best 200; with 600 hardly any."""
_TOLERANCE: Final = 1e-3

Vectors = Callable[[Sequence[str]], tuple[tuple[str, ...], "Floats"]]
"""Gives the ids among some that there are, and their vectors, (n, d)."""


class Damaged(Exception):
    """Chroma failed, or gave less than there is: the folder has to be built anew."""


class Chroma:
    """An open folder; close it before another is opened there. Threads must take turns."""

    def __init__(self, folder: Path, client: Client, collection: Collection, *, model: str, ids: Sequence[str]) -> None:
        self._folder, self._client, self._collection = folder, client, collection
        self.model = model
        self._ids = dict.fromkeys(ids)
        self.version = -1
        """The library's version when what is in here was written down; -1 after opening, which changes the files."""

    @classmethod
    def create(cls, folder: Path, *, model: str) -> Self:
        """An empty one in place of what is there. Raises Damaged."""
        with _faults():
            empty(folder)
            folder.mkdir(mode=0o700, parents=True)
            client = _client(folder)
            configuration: Any = {"hnsw": dict(_HNSW)}
            made = client.create_collection(name_of(model), configuration=configuration, embedding_function=None)
            return cls(folder, client, made, model=model, ids=())

    @classmethod
    def open(cls, folder: Path, *, model: str, vectors: Vectors) -> Self:
        """The one that is there. Raises Damaged if it is not in order, or not this model's."""
        about = read_manifest(folder)
        if about is None or (about.get("format"), about.get("model")) != (FORMAT, model):
            raise Damaged("no manifest, or files that it does not know")
        with _faults():
            client = _client(folder)
        try:
            with _faults():
                collection = client.get_collection(name_of(model), embedding_function=None)
            found = cls(folder, client, collection, model=model, ids=about["ids"])
            found.check(vectors)
        except BaseException:
            client.close()
            raise
        return found

    @property
    def ids(self) -> Mapping[str, None]:
        """What is in it."""
        return self._ids

    def check(self, vectors: Vectors) -> None:
        """Compare the count, a wide query and some vectors with what should be there. Raises Damaged."""
        with _faults():
            if self._collection.count() != len(self._ids):
                raise Damaged("another number of vectors")
        if not self._ids:
            return
        known = list(self._ids)
        sample = known[:: max(len(known) // SAMPLES, 1)][:SAMPLES]
        there, wanted = vectors(sample)
        if len(there) < len(sample):
            raise Damaged("passages that the library does not have")
        self.search(wanted[0], PROBE)
        with _faults():
            kept = self._collection.get(ids=sample, include=["embeddings"])
            of = dict(zip(kept["ids"], kept["embeddings"] if kept["embeddings"] is not None else (), strict=True))
        for id, vector in zip(there, wanted, strict=True):
            if id not in of or abs(vector - of[id]).max() > _TOLERANCE:
                raise Damaged("another vector")
            # Equal passages have equal vectors, so that the best one need not be this one.
            if max(self.search(vector, 1).values()) < 1 - _TOLERANCE:
                raise Damaged("a vector that does not find itself")

    def add(self, ids: Sequence[str], vectors: Floats) -> None:
        """Put vectors in, (n, d). Raises Damaged."""
        with _faults():
            for start in range(0, len(ids), ADDED_AT_ONCE):
                some = slice(start, start + ADDED_AT_ONCE)
                self._collection.upsert(ids=list(ids[some]), embeddings=vectors[some])
                self._ids |= dict.fromkeys(ids[some])

    def write_down(self, version: int) -> None:
        """Say in the manifest what is in the folder, now that it is that of a version of the library."""
        with _faults():
            write_manifest(self._folder, {"format": FORMAT, "model": self.model, "ids": list(self._ids)})
        self.version = version

    def search(self, vector: Floats, limit: int) -> dict[str, float]:
        """Id → cosine of the nearest, best first: as many as there are, `limit` at most. Raises Damaged."""
        wanted = min(limit, len(self._ids))
        if wanted < 1:
            return {}
        with _faults():
            found = self._collection.query(query_embeddings=vector[None, :], n_results=wanted, include=["distances"])
            ids, distances = found["ids"][0], (found["distances"] or [[]])[0]
            nearest = {id: 1 - distance for id, distance in zip(ids, distances, strict=True) if id in self._ids}
        if len(nearest) < wanted:
            raise Damaged("fewer neighbours than there are vectors")
        return dict(sorted(nearest.items(), key=lambda item: (-item[1], item[0])))

    def close(self) -> None:
        """Let the files go."""
        # What is closed because it is damaged may fail at that too.
        with contextlib.suppress(Damaged), _faults():
            self._client.close()


def name_of(model: str) -> str:
    """The collection's name for a model: readable, and another one for every model; 3–512 letters of a few kinds."""
    slug = re.sub(r"[^a-z0-9]+", "-", model.lower()).strip("-")[:100] or "model"
    return f"{slug}-{hashlib.sha256(model.encode()).hexdigest()[:8]}"


def _client(folder: Path) -> Client:
    import chromadb
    from chromadb.api.client import Client
    from chromadb.config import Settings

    # Without `_env_file` a file called .env in whatever folder the program is started in would decide.
    settings = Settings(_env_file=None, anonymized_telemetry=False)
    client = chromadb.PersistentClient(str(folder), settings=settings)
    assert isinstance(client, Client)
    return client


@contextlib.contextmanager
def _faults() -> Iterator[None]:
    """Whatever fails inside, as Damaged."""
    try:
        yield
    except (Damaged, KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    # Panics of Chroma's native part are no `Exception`.
    except BaseException as error:
        raise Damaged(type(error).__name__) from error

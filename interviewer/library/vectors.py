"""Search by meaning: through Chroma where its folder is in order, else by comparing with every vector.

The database has the vectors; Chroma is a cache that makes a search of many of them fast. While it is built, in a second
process, and within a company, the vectors are compared one by one, which is exact and for 100,000 takes 20 ms.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from interviewer.errors import InterviewerError
from interviewer.library.caches import Alone, Ids, empty
from interviewer.library.chroma import ADDED_AT_ONCE, Chroma, Damaged

if TYPE_CHECKING:
    from interviewer.llm.embedding import Floats
    from interviewer.store import Shelf

log = logging.getLogger("interviewer.library")

Read = Callable[[Sequence[str], str], tuple[tuple[str, ...], "Floats"]]
"""Gives those of some ids that have a vector of a model, and the vectors (n, d)."""

SOON: Final = 3000
"""Vectors that are put into a new folder at once, in a second or two; for more nobody waits."""


class Vectors:
    """The nearest passages of one user's library. Threads may share it."""

    def __init__(self, shelf: Shelf, folder: Path, alone: Alone) -> None:
        """Nothing is opened yet."""
        self._shelf, self._folder, self._alone = shelf, folder, alone
        self._lock = threading.Lock()
        self._chroma: Chroma | None = None
        self._build: _Build | None = None
        self._given_up = -1
        """The version whose folder could not be built: not tried again before something changes."""
        self._tables: WeakKeyDictionary[Ids, tuple[tuple[str, ...], Floats]] = WeakKeyDictionary()

    def search(
        self, vector: Floats, limit: int, *, within: Ids, all: bool, version: int, model: str
    ) -> dict[str, float]:
        """Id → cosine of the nearest passages, best first: as many as there are, `limit` at most.

        Args:
            vector: (d,), normalised.
            limit: how many at most.
            within: the passages to look among.
            all: whether those are all passages of the library at this version.
            version: of the library.
            model: whose vectors they are.
        """
        with self._lock:
            for _ in range(2 if all else 0):
                chroma = self._current(within, version=version, model=model)
                if chroma is None:
                    break
                try:
                    return chroma.search(vector, limit)
                except Damaged as error:
                    log.warning("the vector index is damaged and built anew: %s", error)
                    self._close()
                    self._renew(within, version=version, model=model)
            table = self._table(within, model)
        return _nearest(vector, limit, table)

    def cosines(self, vector: Floats, ids: Sequence[str], *, model: str) -> dict[str, float]:
        """Id → cosine of these passages; without those that have no vector of the model."""
        there, table = self._read(ids, model)
        return dict(zip(there, (table @ vector).tolist(), strict=True)) if there else {}

    def bring_up(self, within: Ids, *, version: int, model: str) -> None:
        """Make Chroma's folder that of a version of the library, where this process may."""
        with self._lock:
            self._current(within, version=version, model=model)

    def forget(self) -> None:
        """Drop the vectors, here and on the disk; the folder is built anew when it is needed."""
        with self._lock:
            self._close()
            self._given_up = -1
            self._tables.clear()
            if self._alone.held():
                empty(self._folder)

    def close(self) -> None:
        """Let the files go."""
        with self._lock:
            self._close()

    def settled(self) -> None:
        """Wait until nothing is built in the background."""
        build = self._build
        if build is not None:
            build.join()

    def _current(self, within: Ids, *, version: int, model: str) -> Chroma | None:
        """Chroma with all the passages of this version; None while it cannot be had."""
        if self._build is not None:
            if self._build.is_alive():
                return None
            self._take()
        if not self._alone.held() or self._given_up == version:
            return None
        try:
            if self._chroma is None:
                self._chroma = Chroma.open(self._folder, model=model, vectors=lambda ids: self._read(ids, model))
            self._catch_up(self._chroma, within, version=version, model=model)
        except Damaged as error:
            log.info("the vector index is built anew: %s", error)
            self._close()
            self._renew(within, version=version, model=model)
        return self._chroma

    def _catch_up(self, chroma: Chroma, within: Ids, *, version: int, model: str) -> None:
        """Add what is missing. Raises Damaged if the folder has what the library has not, or is of another model."""
        if chroma.version == version and len(chroma.ids) == len(within.ids):
            return
        if chroma.model != model or not chroma.ids.keys() <= within.ids:
            # What is deleted from Chroma stays in its files: only a new folder has no trace of it.
            raise Damaged("it holds what the library does not")
        new = [id for id in within.ids if id not in chroma.ids]
        if len(new) > max(SOON, len(chroma.ids)):
            raise Damaged("most of it is missing")
        ids, vectors = self._read(new, model)
        chroma.add(ids, vectors)
        chroma.write_down(version)

    def _renew(self, within: Ids, *, version: int, model: str) -> None:
        """Build the folder anew: at once if that is soon done, else beside."""
        self._build = _Build(self._folder, self._read, sorted(within.ids), version=version, model=model)
        if len(within.ids) <= SOON:
            self._build.run()
            self._take()
        else:
            self._build.start()

    def _take(self) -> None:
        """Go on with what was built."""
        assert self._build is not None
        self._chroma = self._build.made
        self._given_up = self._build.version if self._build.failed else -1
        self._build = None

    def _close(self) -> None:
        if self._build is not None:
            self._build.stop()
            self._take()
        if self._chroma is not None:
            self._chroma.close()
            self._chroma = None

    def _table(self, within: Ids, model: str) -> tuple[tuple[str, ...], Floats]:
        """All vectors of some passages."""
        found = self._tables.get(within)
        if found is None:
            found = self._tables[within] = self._read(sorted(within.ids), model)
        return found

    def _read(self, ids: Sequence[str], model: str) -> tuple[tuple[str, ...], Floats]:
        """Those of the ids that have a vector of this model, and the vectors (n, d)."""
        import numpy as np

        found = self._shelf.vectors(ids, model=model)
        there = tuple(id for id in ids if id in found)
        table = np.frombuffer(b"".join(found[id] for id in there), "<f4")
        return there, table.reshape(len(there), -1) if there else np.zeros((0, 0), np.float32)


class _Build(threading.Thread):
    """Builds a folder; run in a thread of its own, it looks whether it is still wanted."""

    def __init__(self, folder: Path, read: Read, ids: Sequence[str], *, version: int, model: str) -> None:
        super().__init__(name="library-vectors")
        self._folder, self._read, self._ids = folder, read, ids
        self.version, self._model = version, model
        self._unwanted = threading.Event()
        self.made: Chroma | None = None
        self.failed = False

    def run(self) -> None:
        """Build; `made` is the folder at the end, unless it `failed` or was stopped."""
        chroma = None
        try:
            chroma = Chroma.create(self._folder, model=self._model)
            if self._fill(chroma):
                chroma.write_down(self.version)
                self.made = chroma
        except (Damaged, InterviewerError) as error:
            # While the program ends nothing can be built, and nobody needs it.
            if threading.main_thread().is_alive():
                log.warning("the vector index could not be built: %s", type(error.__cause__ or error).__name__)
            self.failed = True
        if self.made is None and chroma is not None:
            chroma.close()

    def stop(self) -> None:
        """End it soon, and wait for that."""
        self._unwanted.set()
        if self.is_alive():
            self.join()

    def _fill(self, chroma: Chroma) -> bool:
        """Put everything in that is still there; False if that is not wanted any more."""
        for start in range(0, len(self._ids), ADDED_AT_ONCE):
            # A program that ends waits for its threads, and need not wait for a cache.
            if self._unwanted.is_set() or not threading.main_thread().is_alive():
                return False
            chroma.add(*self._read(self._ids[start : start + ADDED_AT_ONCE], self._model))
        return True


def _nearest(vector: Floats, limit: int, table: tuple[tuple[str, ...], Floats]) -> dict[str, float]:
    import numpy as np

    ids, vectors = table
    if not ids or limit < 1:
        return {}
    cosines = vectors @ vector
    best = np.argpartition(-cosines, min(limit, len(ids)) - 1)[:limit]
    best = best[np.argsort(-cosines[best], kind="stable")]
    return {ids[row]: float(cosines[row]) for row in best}

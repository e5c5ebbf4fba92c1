"""What is being added to the library: files that wait, and work that goes on while no page is open. No gradio here."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal
from weakref import WeakKeyDictionary

from interviewer.domain import Document
from interviewer.errors import DocumentRefused, InterviewerError
from interviewer.library import Library, Progress, Source, is_address
from interviewer.program import Program

MOST_WAITING: Final = 10
"""Files that may wait to be added: with 20 MB each, what a machine can hold for a while."""
MOST_ADDRESSES: Final = 20
"""Addresses that are taken at once."""
LONGEST_COMPANY: Final = 100
"""Characters of a company's name."""
LONGEST_NAME: Final = 200
"""Characters of a file's name that are kept."""

ENDS: Final = frozenset(("added", "unchanged", "replaced", "failed"))
"""Steps after which nothing more happens to a document."""

Work = Callable[[Library, Callable[[Progress], None]], Sequence[Progress]]


@dataclass(frozen=True)
class Result:
    """How it ended for one document: a zip or a feed has several."""

    progress: Progress
    document: Document | None = None
    """The document as it is now; None if nothing was added."""


@dataclass(frozen=True)
class Row:
    """One file or address on its way into the library."""

    id: int
    name: str
    stage: Literal["waiting", "queued", "working", "done"]
    size: int = 0
    """Bytes of a file; 0 for an address."""
    now: Progress | None = None
    """What is being done, while it is."""
    results: tuple[Result, ...] = ()
    """How it ended, for what has ended: of a zip or a feed while the rest goes on."""


class Jobs:
    """The additions of one user: in order, one after the other, in a thread of their own. Threads may share it.

    Args:
        library: the user's library.
        told: the sentence for an error that nobody expected.
        added: told the company of documents that came in; called from the thread of the work.
    """

    def __init__(
        self,
        library: Callable[[], Library],
        *,
        told: Callable[[Exception], str],
        added: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._library, self._told, self._added = library, told, added
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        self._rows: dict[int, Row] = {}
        self._files: dict[int, Source] = {}
        self._queue: deque[tuple[int, Work]] = deque()
        self._running = False
        self._version = 0

    @property
    def version(self) -> int:
        """A number that changes with every change of a row."""
        return self._version

    @property
    def busy(self) -> bool:
        """Whether anything is being added."""
        return self._running

    def rows(self) -> tuple[Row, ...]:
        """All rows, in the order in which they came."""
        with self._lock:
            return tuple(self._rows.values())

    def finished(self) -> int:
        """How many rows are done: when it grows, the library has changed."""
        return sum(row.stage == "done" for row in self.rows())

    def wait(self, name: str, data: bytes) -> Row:
        """Keep a file until it is added. Raises DocumentRefused if it is empty, or if enough of them wait already."""
        name = " ".join(name.split())[-LONGEST_NAME:] or "file"
        if not data:
            raise DocumentRefused(f"{name!r} is empty: choose another file.")
        with self._lock:
            if len(self._files) >= MOST_WAITING:
                raise DocumentRefused(f"{MOST_WAITING} files wait already, so {name!r} was not taken: add them first.")
            row = Row(next(self._ids), name, "waiting", size=len(data))
            self._files[row.id] = Source(name=name, data=data)
            self._put(row)
        return row

    def add(self, addresses: str, *, company: str) -> bool:
        """Begin to add the waiting files and these addresses, one a line. False if there is nothing to add.

        Raises DocumentRefused, and then everything waits as before.
        """
        company = " ".join(company.split())
        if len(company) > LONGEST_COMPANY:
            raise DocumentRefused(f"The company's name is too long: {LONGEST_COMPANY} characters are the most.")
        lines = tuple(dict.fromkeys(addresses.split()))
        if len(lines) > MOST_ADDRESSES:
            raise DocumentRefused(f"{len(lines)} addresses are too many at once: {MOST_ADDRESSES} are the most.")
        # A path would be an item like any other to the library: what a page sends must never name one.
        if wrong := next((line for line in lines if not is_address(line)), ""):
            raise DocumentRefused(f"{wrong[:120]!r} is neither a web address nor an arXiv id: mend or remove it.")
        with self._lock:
            files, self._files = self._files, {}
            for id, source in files.items():
                self._enqueue(replace(self._rows[id], stage="queued"), _adding(source, company))
            for line in lines:
                self._enqueue(Row(next(self._ids), line, "queued"), _adding(line, company))
            self._begin()
        return bool(files or lines)

    def add_files(self, paths: Sequence[Path], *, company: str) -> None:
        """Begin to add files of this machine: never ones that a page has named."""
        with self._lock:
            for path in paths:
                self._enqueue(Row(next(self._ids), path.name, "queued"), _adding(path, company))
            self._begin()

    def rebuild(self) -> None:
        """Begin to embed everything anew; nothing happens if that is to be done already."""
        with self._lock:
            if any(row.name == REBUILD and row.stage != "done" for row in self._rows.values()):
                return
            self._enqueue(Row(next(self._ids), REBUILD, "queued"), _rebuilding)
            self._begin()

    def clear(self) -> None:
        """Forget what is done and what only waits; what is being added goes on."""
        with self._lock:
            self._files.clear()
            self._rows = {id: row for id, row in self._rows.items() if row.stage in ("queued", "working")}
            self._version += 1

    def _put(self, row: Row) -> None:
        self._rows[row.id] = row
        self._version += 1

    def _enqueue(self, row: Row, work: Work) -> None:
        self._put(row)
        self._queue.append((row.id, work))

    def _begin(self) -> None:
        if self._queue and not self._running:
            self._running = True
            # A daemon, so that Ctrl+C does not wait for it: the library keeps the old or the new document, never half.
            threading.Thread(target=self._run, name="library-jobs", daemon=True).start()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._queue:
                    self._running = False
                    self._version += 1
                    return
                id, work = self._queue.popleft()
                self._put(replace(self._rows[id], stage="working"))
            results = self._results(id, work)
            with self._lock:
                self._put(replace(self._rows[id], stage="done", now=None, results=results))
            new = (result.document for result in results if result.progress.step in ("added", "replaced"))
            for company in {document.company for document in new if document is not None}:
                self._added(company)

    def _results(self, id: int, work: Work) -> tuple[Result, ...]:
        def progress(now: Progress) -> None:
            ended = (_result(library, now),) if now.step in ENDS else ()
            with self._lock:
                row = self._rows[id]
                self._put(replace(row, now=None if ended else now, results=(*row.results, *ended)))

        try:
            library = self._library()
            return tuple(_result(library, final) for final in work(library, progress))
        except Exception as error:  # noqa: BLE001 - one item's failure must not end the others' work
            return (Result(Progress(name=self._rows[id].name, step="failed", sentence=self._told(error))),)


REBUILD: Final = "Everything in the library"
"""The row of a rebuild."""


def _adding(item: str | Path | Source, company: str) -> Work:
    return lambda library, progress: library.add([item], company=company, progress=progress)


def _rebuilding(library: Library, progress: Callable[[Progress], None]) -> Sequence[Progress]:
    library.rebuild(progress=progress)
    return (Progress(name=REBUILD, step="added"),)


def _result(library: Library, final: Progress) -> Result:
    try:
        return Result(final, library.document(final.document) if final.document else None)
    except InterviewerError:
        # Removed already, in another tab: what happened is still true.
        return Result(final)


_OF: Final[WeakKeyDictionary[Program, Jobs]] = WeakKeyDictionary()


def jobs_of(program: Program, *, told: Callable[[Exception], str]) -> Jobs:
    """The one `Jobs` of a running program, which has one user."""
    made = Jobs(lambda: program.library, told=told, added=program.authoring.start_soon)
    return _OF.setdefault(program, made)

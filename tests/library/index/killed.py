"""A process that changes a library, made to be killed; and what must be true of the library afterwards.

python -m tests.library.index.killed HOME once POINT     adds or replaces `paper.md` and kills itself at a point
python -m tests.library.index.killed HOME on SEED NOTES  changes documents without end, and notes what was kept
"""

from __future__ import annotations

import os
import signal
import sys
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NoReturn

from sqlalchemy import Engine, event

from interviewer.library import Library, Progress, Source
from interviewer.library.passages import passages
from interviewer.library.reading import parse
from interviewer.store import Store
from tests.library.index.hashed import Hashed
from tests.library.index.material import article, opened

NAME = "paper.md"
NAMES = tuple(f"paper-{number}.md" for number in range(4))
VERSIONS = 3

STEPS = ("reading", "embedding", "indexing", "added", "replaced")
"""Points of `Library.add` as it tells them."""
STATEMENTS = (
    "DELETE FROM documents",
    "INSERT INTO passages",
    "INSERT INTO vectors",
    "UPDATE library_versions",
    "COMMIT",
)
"""Points within the transaction."""
FILES = ("chroma/manifest.json.new", "words/texts.json", "words/manifest.json.new")
"""Points in the caches: when such a file is opened."""


def version_of(name: str, version: int) -> bytes:
    """The bytes of a document in one of its versions."""
    return article(1 + NAMES.index(name) if name in NAMES else 0, paragraphs=3 + version, title=f"Version {version}")


@cache
def texts_of(name: str, version: int) -> tuple[str, ...]:
    """The passages of a version."""
    return tuple(found.text for found in passages(parse(version_of(name, version), name=name), document="any"))


def check(home: Path) -> dict[str, int]:
    """Every document is whole, in one version, and found by both indexes; name → version."""
    store, library = opened(home, Hashed())
    try:
        return _check(store, library)
    finally:
        library.close()
        store.dispose()


def _check(store: Store, library: Library) -> dict[str, int]:
    shelf = store.shelf(store.local_user())
    found: dict[str, int] = {}
    wanted: set[str] = set()
    for document in library.documents():
        data, _ = shelf.original(document.id)
        (version,) = (number for number in range(VERSIONS) if version_of(document.source, number) == data)
        cut = library.passages(document.id)
        assert tuple(passage.text for passage in cut) == texts_of(document.source, version)
        assert document.passages == len(cut) and document.title == f"Version {version}"
        ids = {passage.id for passage in cut}
        assert shelf.vectors(list(ids), model="hashed-64").keys() == ids
        assert document.source not in found
        found[document.source] = version
        wanted |= ids
    assert set(shelf.ids()) == wanted
    assert {hit.passage.id for hit in library.search("Version", limit=1000, mode="dense")} == wanted
    assert {hit.passage.id for hit in library.search("Version", limit=1000, mode="words")} == wanted
    assert library.notice() == "" and "whole" in store.check()
    return found


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _set_trap(point: str) -> None:
    if point in STATEMENTS:

        def executed(_c: Any, _k: Any, statement: str, *_: Any) -> None:
            if statement.startswith(point):
                _die()

        if point == "COMMIT":
            event.listen(Engine, "commit", lambda connection: _die() if _writes(connection) else None)
        else:
            event.listen(Engine, "before_cursor_execute", executed)
    elif point in FILES:

        def opened_file(name: str, arguments: tuple[Any, ...]) -> None:
            if name == "open" and str(arguments[0]).endswith(point) and "w" in str(arguments[1] or "w"):
                _die()

        sys.addaudithook(opened_file)


def _writes(connection: Any) -> bool:
    return bool(connection.get_execution_options().get("interviewer_writes"))


def once(home: Path, point: str) -> None:
    """Add version 1 in place of version 0, and be killed at the point."""
    store, library = opened(home, Hashed())
    library.search("warm")
    _set_trap(point)

    def told(progress: Progress) -> None:
        if progress.step == point and (point != "embedding" or progress.done == 1):
            _die()

    library.add([_source(NAME, 1)], progress=told)
    library.search("Version")
    store.dispose()


def on(home: Path, seed: int, notes: Path) -> NoReturn:
    """Add, replace, remove and search until killed. A note is a line "begun NAME VERSION" or "kept NAME VERSION"."""
    _, library = opened(home, Hashed())
    dice = Random(seed)
    file = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    while True:
        name, version = dice.choice(NAMES), dice.randrange(-1, VERSIONS)
        os.write(file, f"begun {name} {version}\n".encode())
        if version >= 0:
            (final,) = library.add([_source(name, version)])
            assert final.step in {"added", "replaced", "unchanged"}, final
        else:
            for document in library.documents():
                if document.source == name:
                    library.remove(document.id)
        os.write(file, f"kept {name} {version}\n".encode())
        library.search("version of a ranking")


def _source(name: str, version: int) -> Source:
    return Source(name=name, data=version_of(name, version))


if __name__ == "__main__":
    if sys.argv[2] == "once":
        once(Path(sys.argv[1]), sys.argv[3])
    else:
        on(Path(sys.argv[1]), int(sys.argv[3]), Path(sys.argv[4]))

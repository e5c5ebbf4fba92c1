"""Every file of both caches truncated, emptied, removed: noticed at the start and built anew, with the same answers."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from interviewer.library import Library
from interviewer.library.caches import MANIFEST, read_manifest
from interviewer.store import Store
from tests.library.index.hashed import Hashed
from tests.library.index.material import filled, opened, queries

PASSAGES = 1200

Answers = list[tuple[tuple[str, ...], ...]]


def answers(library: Library) -> Answers:
    """The ten best by meaning, by words and by both, for 50 fixed queries."""
    return [
        tuple(tuple(hit.passage.id for hit in library.search(query, mode=mode)) for query in queries(50))
        for mode in ("dense", "words", "hybrid")
    ]


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Answers]:
    """A data folder whose caches are in order, and what its library answers."""
    home = tmp_path_factory.mktemp("healthy")
    embedding = Hashed()
    store = Store.open(home)
    filled(store.shelf(store.local_user()), embedding, passages=PASSAGES // 12)
    store.dispose()
    store, library = opened(home, embedding)
    found = answers(library)
    library.close()
    store.dispose()
    assert all(len(ten) == 10 for mode in found for ten in mode)
    for folder in ("chroma", "words"):
        assert read_manifest(home / "library" / folder) is not None
    return home, found


@pytest.fixture
def copy(healthy: tuple[Path, Answers], tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return Path(shutil.copytree(healthy[0], tmp_path / "copy"))


@pytest.fixture
def reopened(copy: Path) -> Iterator[Callable[[], Library]]:
    """Opens the library in the copy."""
    held: list[tuple[Store, Library]] = []

    def open_() -> Library:
        held.append(opened(copy, Hashed()))
        return held[-1][1]

    yield open_
    for store, library in held:
        library.close()
        store.dispose()


def files(folder: Path) -> dict[str, Path]:
    """The files of a cache, by a name that is the same in every run."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.name: path for path in found}


def halved(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def removed(path: Path) -> None:
    path.unlink()


def shortened(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(max(path.stat().st_size - 1, 0))


CHROMA = (
    "chroma.sqlite3",
    "data_level0.bin",
    "header.bin",
    "index_metadata.pickle",
    "length.bin",
    "link_lists.bin",
    MANIFEST,
)
WORDS = (
    "data.csc.index.npy",
    "indices.csc.index.npy",
    "indptr.csc.index.npy",
    "lengths.npy",
    MANIFEST,
    "params.index.json",
    "texts.json",
    "tokens.npy",
    "vocab.index.json",
)


def test_the_matrix_knows_every_file(healthy: tuple[Path, Answers]) -> None:
    assert tuple(files(healthy[0] / "library" / "chroma")) == tuple(
        name for name in files(healthy[0] / "library" / "chroma") if name in CHROMA
    )
    assert set(files(healthy[0] / "library" / "chroma")) == set(CHROMA)
    assert set(files(healthy[0] / "library" / "words")) == set(WORDS)


def test_what_is_in_order_is_not_built_anew(
    healthy: tuple[Path, Answers], copy: Path, reopened: Callable[[], Library], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "interviewer.library")
    before = {name: path.stat().st_mtime_ns for name, path in files(copy / "library" / "words").items()}
    folders = {path.name for path in (copy / "library" / "chroma").iterdir()}
    for _ in range(3):
        library = reopened()
        assert answers(library) == healthy[1]
        library.close()
    assert not caplog.records
    assert {path.name for path in (copy / "library" / "chroma").iterdir()} == folders
    assert {name: path.stat().st_mtime_ns for name, path in files(copy / "library" / "words").items()} == before


DAMAGES = [removed, *(pytest.param(damage, marks=pytest.mark.soak) for damage in (halved, emptied, shortened))]


def some(names: Sequence[str]) -> list[Any]:
    """Every third of the files; the others in the soak."""
    return [name if n % 3 == 0 else pytest.param(name, marks=pytest.mark.soak) for n, name in enumerate(names)]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", some(CHROMA))
def test_a_damaged_file_of_chroma(
    healthy: tuple[Path, Answers],
    copy: Path,
    reopened: Callable[[], Library],
    caplog: pytest.LogCaptureFixture,
    name: str,
    damage: Callable[[Path], None],
) -> None:
    caplog.set_level(logging.INFO, "interviewer.library")
    damage(files(copy / "library" / "chroma")[name])
    library = reopened()
    assert answers(library) == healthy[1]
    assert any("vector index is built anew" in record.message for record in caplog.records)
    caplog.clear()
    library.close()
    assert answers(reopened()) == healthy[1]
    assert not caplog.records, "it was mended for good"


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", some(WORDS))
def test_a_damaged_file_of_the_word_index(
    healthy: tuple[Path, Answers],
    copy: Path,
    reopened: Callable[[], Library],
    name: str,
    damage: Callable[[Path], None],
) -> None:
    folder = copy / "library" / "words"
    damage(files(folder)[name])
    assert answers(reopened()) == healthy[1]
    assert read_manifest(folder) is not None and set(files(folder)) == set(WORDS)


@pytest.mark.parametrize("name", ["chroma", "words", "."])
@pytest.mark.parametrize(
    "left", ["nothing", *(pytest.param(left, marks=pytest.mark.soak) for left in ("an empty folder", "a file"))]
)
def test_a_folder_that_is_gone(
    healthy: tuple[Path, Answers], copy: Path, reopened: Callable[[], Library], name: str, left: str
) -> None:
    folder = (copy / "library" / name).resolve()
    shutil.rmtree(folder)
    if left == "an empty folder":
        folder.mkdir()
    elif left == "a file" and name != ".":
        folder.write_bytes(b"not a folder")
    assert answers(reopened()) == healthy[1]
    assert read_manifest(copy / "library" / "chroma") is not None


@pytest.mark.parametrize("name", ["data_level0.bin", "link_lists.bin", "index_metadata.pickle", "chroma.sqlite3"])
def test_a_file_of_the_right_size_without_its_content(
    healthy: tuple[Path, Answers], copy: Path, reopened: Callable[[], Library], name: str
) -> None:
    path = files(copy / "library" / "chroma")[name]
    path.write_bytes(bytes(path.stat().st_size))
    assert answers(reopened()) == healthy[1]


def test_a_folder_of_an_older_library_is_brought_up(
    healthy: tuple[Path, Answers], copy: Path, reopened: Callable[[], Library]
) -> None:
    store = Store.open(copy)
    shelf = store.shelf(store.local_user())
    for document in shelf.documents()[:6]:
        shelf.remove(document.id)
    store.dispose()
    library = reopened()
    found = answers(library)
    library.close()
    for name in ("chroma", "words"):
        shutil.rmtree(copy / "library" / name)
        shutil.copytree(healthy[0] / "library" / name, copy / "library" / name)
    assert answers(reopened()) == found != healthy[1]


@pytest.mark.parametrize("what", ["chroma", "the whole folder"])
def test_damage_while_it_is_open_is_no_short_answer(
    healthy: tuple[Path, Answers], copy: Path, reopened: Callable[[], Library], what: str
) -> None:
    library = reopened()
    library.search("ranking")
    shutil.rmtree(copy / "library" / "chroma" if what == "chroma" else copy / "library")
    assert answers(library) == healthy[1]


def test_an_answer_that_is_too_short_is_asked_again(
    healthy: tuple[Path, Answers], copy: Path, reopened: Callable[[], Library], caplog: pytest.LogCaptureFixture
) -> None:
    library = reopened()
    library.search("ranking")
    collection = library._search._vectors._chroma._collection  # type: ignore[union-attr]  # it was just searched
    collection.delete(ids=collection.get(include=[], limit=PASSAGES - 5)["ids"])
    assert answers(library) == healthy[1]
    assert any("damaged and built anew" in record.message for record in caplog.records)

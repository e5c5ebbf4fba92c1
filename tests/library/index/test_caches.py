"""The caches follow the database: removals, other processes, versions, the background; nothing heavy at the start."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from interviewer.domain import Authored, KeyPoint
from interviewer.library import Library, vectors
from interviewer.library.caches import Alone, empty, read_manifest
from interviewer.library.chroma import name_of
from interviewer.store import Shelf
from tests.build import question
from tests.library.index.hashed import Hashed
from tests.library.index.material import filled, opened, put, queries, source, text

CANARY = "The zanzibar gateway folds teal ledgers at quarter past nine."


@pytest.fixture
def second(tmp_path: Path) -> Iterator[Library]:
    """The library of the same folder as another process has it: its own connections, its own lock."""
    store, library = opened(tmp_path, Hashed())
    yield library
    library.close()
    store.dispose()


def found(folder: Path, wanted: str) -> list[str]:
    """The files that have these bytes somewhere."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return [path.name for path in files if wanted.encode() in path.read_bytes()]


def everything(library: Library, mode: str = "dense") -> set[str]:
    """The passages that searches bring up."""
    return {hit.passage.id for q in queries(20) for hit in library.search(q, limit=5000, mode=mode)}  # type: ignore[arg-type]  # the tests'


@pytest.mark.soak
def test_a_removed_document_is_in_none_of_five_places(library: Library, shelf: Shelf, tmp_path: Path) -> None:
    library.add([source(2)], company="Acme")
    (final,) = library.add([source(1, extra=f"{CANARY} " * 15)], company="Acme")
    passages = library.passages(final.document)
    (told,) = [p for p in passages if "zanzibar" in p.text][:1]
    point = KeyPoint(id="k", importance="must", text=CANARY, cues=("teal ledgers",))
    asked = question("q").model_copy(update={"key_points": (point,)})
    library.save_questions(
        final.document, [Authored(question=asked, company="Acme", documents=(final.document,))], by="m"
    )
    assert library.search("zanzibar ledgers", mode="dense")[0].passage.text.count("zanzibar") > 1
    assert library.search("zanzibar ledgers", mode="words")
    chroma, words = tmp_path / "library" / "chroma", tmp_path / "library" / "words"
    assert found(chroma, told.id) and found(words, "zanzibar") and found(words, told.id) and found(tmp_path, CANARY)

    removed = library.remove(final.document)

    assert removed.id == final.document
    for _ in "before and after the indexes are built anew":
        assert found(chroma, told.id) == [], "Chroma"
        assert found(words, "zanzibar") == found(words, told.id) == [], "word index"
        assert (
            shelf.excerpts([p.id for p in passages]) == {} == shelf.vectors([p.id for p in passages], model="hashed-64")
        )
        assert found(tmp_path, CANARY) == found(tmp_path, told.id) == found(tmp_path, final.document) == [], "files"
        assert library.authored() == (), "answers"
        ids = {p.id for p in passages}
        assert not ids & everything(library) and not ids & everything(library, "words"), "answers"
        assert library.search("zanzibar ledgers", mode="words") == ()
    assert read_manifest(chroma) is not None and read_manifest(words) is not None


def test_a_replaced_documents_old_passages_leave_the_files(library: Library, tmp_path: Path) -> None:
    library.add([source(2)])
    (first,) = library.add([source(1, extra=f"{CANARY} " * 15)])
    old = next(p for p in library.passages(first.document) if "zanzibar" in p.text)
    library.search("zanzibar")
    assert found(tmp_path / "library", old.id)
    library.add([source(1, extra=f"{text(77, 100)}")])
    assert found(tmp_path / "library", old.id) == [] == found(tmp_path / "library", "zanzibar")
    assert library.search("zanzibar", mode="words") == ()
    assert found(tmp_path / "library", old.id) == [] == found(tmp_path / "library", "zanzibar")


def test_a_second_process_searches_without_the_folder(library: Library, second: Library, tmp_path: Path) -> None:
    library.add([source(1), source(2)])
    wanted = everything(library)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "library").rglob("*")}
    assert everything(second) == wanted == everything(second, "dense")
    assert [h.passage for h in second.search(text(1000))] == [h.passage for h in library.search(text(1000))]
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_two_processes_see_each_others_changes(library: Library, second: Library) -> None:
    library.add([source(1)])
    assert len(everything(library)) == len(everything(second)) > 0
    (added,) = second.add([source(2, extra=f"{CANARY} " * 15)])
    for each in (library, second):
        hit = each.search("zanzibar ledgers", mode="dense", limit=1)[0]
        assert hit.document.id == added.document == each.search("zanzibar", mode="words")[0].document.id
    assert everything(library) == everything(second)
    second.remove(added.document)
    left = {passage.id for document in library.documents() for passage in library.passages(document.id)}
    for each in (library, second):
        assert each.search("zanzibar", mode="words") == ()
        assert everything(each) == left


@pytest.mark.parametrize("mode", ["dense", "words", "hybrid"])
def test_what_another_process_removed_is_replaced_by_the_next_best(
    library: Library, second: Library, mode: str
) -> None:
    for number in range(3):
        library.add([source(number)])
    query = text(1000)
    first = library.search(query, limit=1)[0]
    assert first.document.title == "Notes 1"
    second.remove(first.document.id)
    hits = library.search(query, mode=mode, limit=4)  # type: ignore[arg-type]  # parametrised
    assert len(hits) == 4 and first.document not in {hit.document for hit in hits}
    assert not found(library._search._vectors._folder, first.passage.id)


def test_what_another_process_removed_leaves_the_files_when_the_list_is_shown(
    library: Library, second: Library, tmp_path: Path
) -> None:
    (added,) = library.add([source(1, extra=f"{CANARY} " * 15)])
    library.add([source(2)])
    ids = [passage.id for passage in library.passages(added.document)]
    library.search("zanzibar")
    second.remove(added.document)
    assert any(found(tmp_path / "library", id) for id in ids)
    assert len(library.documents()) == 1
    assert not any(found(tmp_path / "library", id) for id in ids)
    assert found(tmp_path / "library", "zanzibar") == []


def test_the_folder_goes_to_whoever_asks_when_it_is_free(library: Library, second: Library, tmp_path: Path) -> None:
    library.add([source(1)])
    second.search("ranking")
    library.close()
    second.add([source(2)])
    second.search("ranking")
    about = read_manifest(tmp_path / "library" / "chroma")
    assert about is not None and len(about["ids"]) == len(everything(second))
    assert everything(library) == everything(second)


def test_a_real_second_process(library: Library, tmp_path: Path) -> None:
    library.add([source(1), source(2)])
    wanted = [hit.passage.id for hit in library.search(text(1000), mode="hybrid")]
    code = (
        "import json\nfrom pathlib import Path\nfrom tests.library.index.material import *\n"
        "from tests.library.index.hashed import Hashed\n"
        f"store, library = opened(Path({str(tmp_path)!r}), Hashed())\n"
        "print(json.dumps([hit.passage.id for hit in library.search(text(1000))]))\n"
        "library.add([source(3)])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert json.loads(done.stdout) == wanted
    assert library.search(text(3000))[0].document.title == "Notes 3"


def test_many_vectors_are_put_into_the_folder_beside_the_searches(
    library: Library, shelf: Shelf, embedding: Hashed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "SOON", 100)
    build, answered = vectors._Build.run, threading.Event()
    monkeypatch.setattr(vectors._Build, "run", lambda self: (answered.wait(60), build(self))[1])
    filled(shelf, embedding, documents=6, passages=400)
    chroma = tmp_path / "library" / "chroma"
    first = [hit.passage for hit in library.search(text(0), mode="dense", limit=10)]
    assert read_manifest(chroma) is None, "answered before it is built"
    answered.set()
    library.settled()
    assert [hit.passage for hit in library.search(text(0), mode="dense", limit=10)] == first
    about = read_manifest(chroma)
    assert about is not None and len(about["ids"]) == 2400
    assert library._search._vectors._chroma is not None


def test_a_removal_while_the_folder_is_built_leaves_nothing_of_it(
    library: Library, shelf: Shelf, embedding: Hashed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "SOON", 100)
    filled(shelf, embedding, documents=6, passages=400)
    document = library.documents()[0]
    ids = [passage.id for passage in library.passages(document.id)]
    library.search("ranking", mode="dense")
    library.remove(document.id)
    assert not found(tmp_path / "library", ids[0])
    library.search("ranking", mode="dense")
    library.settled()
    library.search("ranking", mode="dense")
    assert not found(tmp_path / "library", ids[0])
    about = read_manifest(tmp_path / "library" / "chroma")
    assert about is not None and len(about["ids"]) == 2000 and not set(about["ids"]) & set(ids)


@pytest.mark.soak
def test_a_program_that_ends_does_not_wait_for_a_folder(tmp_path: Path) -> None:
    store, library = opened(tmp_path, Hashed())
    filled(store.shelf(1), Hashed(), documents=10, passages=600)
    store.dispose()
    code = (
        "import chromadb\nfrom pathlib import Path\nfrom interviewer.library import vectors\n"
        "vectors.SOON, vectors.ADDED_AT_ONCE = 10, 100\n"
        "from tests.library.index.material import *\nfrom tests.library.index.hashed import Hashed\n"
        f"store, library = opened(Path({str(tmp_path)!r}), Hashed())\n"
        "assert len(library.search('ranking', mode='dense')) == 10\nassert library._search._vectors._build.is_alive()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert read_manifest(tmp_path / "library" / "chroma") is None
    store, library = opened(tmp_path, Hashed())
    assert len(library.search("ranking", mode="dense")) == 10
    library.settled()
    library.close()
    store.dispose()


@pytest.mark.soak
def test_a_disk_that_is_full_costs_only_speed(tmp_path: Path) -> None:
    store, library = opened(tmp_path, Hashed())
    filled(store.shelf(1), Hashed(), documents=2, passages=50)
    wanted = [[hit.passage.id for hit in library.search(query)] for query in queries(10)]
    library.close()
    store.dispose()
    for name in ("chroma", "words"):
        empty(tmp_path / "library" / name)
    code = (
        "import json, resource\nfrom pathlib import Path\n"
        "from tests.library.index.material import *\nfrom tests.library.index.hashed import Hashed\n"
        f"store, library = opened(Path({str(tmp_path)!r}), Hashed())\nlibrary.documents()\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"
        "print(json.dumps([[hit.passage.id for hit in library.search(query)] for query in queries(10)]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert json.loads(done.stdout) == wanted
    assert all(read_manifest(tmp_path / "library" / name) is None for name in ("chroma", "words"))


def test_each_model_has_a_collection_of_its_own() -> None:
    names = [
        name_of(model) for model in ("a", "A", "a/b", "a b", "", "x" * 400, "模型", "text-embedding-3-small@host:80")
    ]
    assert len(set(names)) == len(names)
    assert all(3 <= len(name) <= 512 and name.isascii() and name[0].isalnum() for name in names)
    assert "text-embedding-3-small" in names[-1]


def test_a_rebuild_with_another_model_fills_another_collection(library: Library, shelf: Shelf, tmp_path: Path) -> None:
    library.add([source(1)])
    library.search("ranking")
    library.close()
    other = Library(shelf, tmp_path, lambda: Hashed("model-2", dimensions=16))
    other.rebuild()
    assert other.search(text(1000), mode="dense")
    about = read_manifest(tmp_path / "library" / "chroma")
    assert about is not None and about["model"] == "model-2"
    other.close()


def test_the_lock_is_one_processes(tmp_path: Path) -> None:
    one, two = Alone(tmp_path / "new" / "lock"), Alone(tmp_path / "new" / "lock")
    assert one.held() and one.held() and not two.held()
    one.release()
    assert two.held() and not one.held()
    two.release()


def test_equal_passages_are_all_found(
    library: Library, shelf: Shelf, embedding: Hashed, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "interviewer.library")
    for number in range(3):
        put(shelf, number, ["The same words in every document."] * 40, company="Acme", embedding=embedding)
    library.search("the same words")
    library.close()
    caplog.clear()
    assert len(library.search("the same words", mode="dense", limit=500)) == 120
    assert not caplog.records


def test_importing_and_opening_the_library_loads_nothing_heavy(tmp_path: Path) -> None:
    heavy = ("chromadb", "bm25s", "numpy", "snowballstemmer", "onnxruntime", "httpx", "lxml", "pypdfium2")
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from interviewer.library import Library\nfrom interviewer.store import Store\n"
        f"store = Store.open(Path({str(tmp_path)!r}))\nshelf = store.shelf(store.local_user())\n"
        f"library = Library(shelf, Path({str(tmp_path)!r}), lambda: None)\nlibrary.documents(); library.authored()\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
    assert not (tmp_path / "library").exists()


def test_searches_wait_for_no_more_than_their_turn(library: Library, shelf: Shelf, embedding: Hashed) -> None:
    filled(shelf, embedding, documents=4, passages=50)
    wanted = {query: library.search(query) for query in queries(10)}
    wrong: list[str] = []

    def look() -> None:
        wrong.extend(query for query, hits in wanted.items() if library.search(query) != hits)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong

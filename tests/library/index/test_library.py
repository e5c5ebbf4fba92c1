"""Adding, looking, searching and rebuilding through `Library`, with the real parser."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from interviewer.errors import NotFound, StoreUnavailable
from interviewer.library import Library, Progress, Source, adding
from interviewer.store import Shelf, Store
from tests.library.index.hashed import Hashed
from tests.library.index.material import article, queries, source, text

Say = Callable[[Progress], None]


def steps(told: list[Progress], name: str) -> list[str]:
    """The steps of a document, each once."""
    return list(dict.fromkeys(progress.step for progress in told if progress.name == name))


def test_a_document_is_added_with_its_passages_and_found(library: Library) -> None:
    told: list[Progress] = []
    extra = "The zanzibar gateway retries with jitter. " * 20
    (final,) = library.add([source(1, extra=extra)], company=" Acme ", progress=told.append)
    assert (final.name, final.step, final.sentence) == ("notes-1.md", "added", "")
    assert steps(told, "notes-1.md") == ["reading", "embedding", "indexing", "added"] and told[-1] == final
    counts = [(p.done, p.total) for p in told if p.step == "embedding"]
    assert counts[0] == (0, final.total) and counts[-1] == (final.total, final.total) and final.total > 2
    (document,) = library.documents()
    assert document == library.document(final.document) == library.document(final.document[:6])
    assert (document.company, document.title, document.kind) == ("Acme", "Notes 1", "markdown")
    assert document.passages == len(library.passages(document.id)) == final.total
    hit = library.search("zanzibar retrying")[0]
    assert hit.document == document and hit.passage == library.passage(hit.passage.id)
    shown = {hit.passage.text[start:end] for start, end in hit.highlights}
    assert {"zanzibar", "retries"} <= shown <= {"zanzibar", "retries"}


@pytest.mark.parametrize("mode", ["dense", "words", "hybrid"])
def test_every_mode_finds_a_passage_by_its_own_words(library: Library, mode: str) -> None:
    library.add([source(1), source(2), source(3)])
    for document in library.documents():
        for passage in library.passages(document.id):
            hits = library.search(passage.text, mode=mode, limit=3)  # type: ignore[arg-type]  # parametrised
            assert hits[0].passage == passage and len(hits) == 3
            assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_the_same_bytes_change_nothing_under_any_name(library: Library, shelf: Shelf) -> None:
    (first,) = library.add([source(1)], company="Acme")
    version = shelf.version()
    again, renamed = library.add([source(1), source(1, name="copy.md")], company="ACME")
    assert (again.step, again.document) == (renamed.step, renamed.document) == ("unchanged", first.document)
    assert len(library.documents()) == 1 and shelf.version() == version
    (elsewhere,) = library.add([source(1)], company="Other")
    assert elsewhere.step == "added" and len(library.documents()) == 2


def test_the_same_document_twice_in_one_go_is_added_once(library: Library) -> None:
    ended = library.add([source(1), source(1, name="copy.md"), source(1)])
    assert [final.step for final in ended] == ["added", "unchanged", "unchanged"]
    assert len(library.documents()) == 1


def test_other_bytes_from_the_same_place_replace_the_passages(library: Library) -> None:
    (first,) = library.add([source(1, extra="Zanzibar once stood here. " * 30)])
    old = {passage.id for passage in library.passages(first.document)}
    assert library.search("zanzibar", mode="words")
    (second,) = library.add([source(1, extra="Lisbon now stands here. " * 30)])
    assert (second.step, second.document) == ("replaced", first.document)
    assert len(library.documents()) == 1
    assert library.search("zanzibar", mode="words") == ()
    assert library.search("lisbon", mode="words")
    kept = {passage.id for passage in library.passages(first.document)}
    found = {hit.passage.id for query in queries() for hit in library.search(query, limit=100, mode="dense")}
    assert found == kept != old


def test_each_document_fails_by_itself(library: Library, tmp_path: Path) -> None:
    good = tmp_path / "good.md"
    good.write_bytes(article(1))
    items: list[Path | Source] = [
        tmp_path / "missing.pdf",
        tmp_path,
        Source("empty.md", b""),
        Source("x.pdf", b"%PDF-1.4 nothing"),
        good,
    ]
    told: list[Progress] = []
    ended = library.add(items, progress=told.append)
    assert [final.step for final in ended] == ["failed"] * 4 + ["added"]
    for final in ended[:4]:
        assert final.name.strip(".") and final.name in final.sentence and final in told
        assert str(tmp_path) not in final.sentence
    assert [document.source for document in library.documents()] == ["good.md"]


def test_a_file_that_is_too_large_is_not_read(library: Library, tmp_path: Path) -> None:
    large = tmp_path / "large.pdf"
    with large.open("wb") as file:
        file.truncate(300_000_000)
    (final,) = library.add([str(large)])
    assert final.step == "failed" and "300 MB" in final.sentence and "20 MB" in final.sentence


def test_a_zip_is_its_documents(library: Library) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("one.md", article(1))
        archive.writestr("deep/two.md", article(2))
        archive.writestr("bad.pdf", b"%PDF-1.4 nothing")
    ended = library.add([Source("papers.zip", packed.getvalue())])
    assert sorted((final.name, final.step) for final in ended) == [
        ("papers.zip/bad.pdf", "failed"),
        ("papers.zip/deep/two.md", "added"),
        ("papers.zip/one.md", "added"),
    ]


def test_an_address_that_is_not_fetched_fails_with_its_sentence(library: Library) -> None:
    told: list[Progress] = []
    (final,) = library.add(["http://127.0.0.1:9/a"], progress=told.append)
    assert final.step == "failed" and final.sentence and told[0].step == "fetching"


def test_what_is_known_from_outside_wins_over_the_document(library: Library) -> None:
    known = Source(
        "arXiv:1", article(1), url="https://x.example/p#s", title="Its title", authors=("A B",), date="2020-01-02"
    )
    (final,) = library.add([known])
    document = library.document(final.document)
    assert (document.title, document.authors, document.date) == ("Its title", ("A B",), "2020-01-02")
    assert document.source == "https://x.example/p" and final.name == "arXiv:1"


def test_an_embedding_that_fails_leaves_nothing(library: Library, embedding: Hashed, shelf: Shelf) -> None:
    embedding.down = True
    first, second = library.add([source(1), source(2)])
    assert (first.step, first.sentence) == ("failed", "The embedding server does not answer: start it and try again.")
    assert second.step == "failed" and library.documents() == () and shelf.version() == 0
    embedding.down = False
    assert library.add([source(1)])[0].step == "added"


def test_a_store_that_fails_is_not_one_documents_failure(library: Library, tmp_path: Path, store: Store) -> None:
    library.add([source(1)])
    store.dispose()
    for path in tmp_path.glob("interviewer.db*"):
        path.write_bytes(b"not a database " * 100)
    with pytest.raises(StoreUnavailable, match="damaged"):
        library.add([source(2), source(3)])


def test_a_full_library_says_so(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "MOST_DOCUMENTS", 1)
    first, second = library.add([source(1), source(2)])
    assert first.step == "added" and second.step == "failed" and "1 documents are the most" in second.sentence
    assert library.add([source(1, extra=text(5))])[0].step == "replaced"
    monkeypatch.setattr(adding, "MOST_DOCUMENTS", 9)
    monkeypatch.setattr(adding, "MOST_STORED", 10_000)
    (third,) = library.add([source(3, paragraphs=9)])
    assert third.step == "failed" and "0 MB" in third.sentence


def test_two_companies_do_not_see_each_others_passages(library: Library) -> None:
    library.add([source(1), source(2)], company="Acme")
    library.add([source(3), source(1)], company="Other")
    library.add([source(4)])
    assert library.companies() == ("Acme", "Other")
    for company, wanted in (("acme", "Acme"), ("OTHER ", "Other"), ("", "")):
        for mode in ("dense", "words", "hybrid"):
            hits = [h for q in queries(10) for h in library.search(q, company=company, mode=mode, limit=50)]
            assert hits and {hit.document.company for hit in hits} == {wanted}
    assert {document.company for document in library.documents(company="other")} == {"Other"}
    assert library.search(text(1), company="nobody") == ()
    everything = {hit.document.company for hit in library.search(text(1000), limit=100)}
    assert everything == {"Acme", "Other", ""}


def test_nothing_is_found_for_nothing(library: Library) -> None:
    assert library.search("ranking") == () and library.notice() == ""
    library.add([source(1)])
    assert library.search("  ") == () == library.search("ranking", limit=0)
    assert library.search("the of and", mode="words") == ()
    assert library.search("the of and", mode="hybrid") != ()


def test_another_model_is_noticed_and_a_rebuild_mends_it(library: Library, shelf: Shelf, tmp_path: Path) -> None:
    library.add([source(1), source(2)])
    wanted = text(1000)
    new = Hashed("other-model", dimensions=32)
    other = Library(shelf, tmp_path, lambda: new)
    assert other.notice() == (
        "These documents were embedded with hashed-64; the settings now say other-model: press Rebuild."
    )
    assert other.search(wanted) == other.search(wanted, mode="words") == other.search(wanted, mode="dense") != ()
    assert new.calls == 0 and library.notice() == ""
    library.close()
    told: list[Progress] = []
    count = other.rebuild(progress=told.append)
    assert count == len(shelf.ids()) == told[-1].done and told[-1].step == "indexing"
    assert {p.name for p in told if p.step == "embedding"} == {"Notes 1", "Notes 2"}
    assert other.notice() == "" and shelf.models() == ("other-model",)
    assert other.search(wanted, mode="dense")[0].passage.text.startswith(wanted[:40])
    other.close()


def test_a_rebuild_that_breaks_off_can_be_done_again(library: Library, shelf: Shelf, tmp_path: Path) -> None:
    library.add([source(1), source(2)])
    library.close()
    new = Hashed("other-model")
    other = Library(shelf, tmp_path, lambda: new)

    def break_off(progress: Progress) -> None:
        new.down = progress.name == "Notes 1"

    with pytest.raises(Exception, match="does not answer"):
        other.rebuild(progress=break_off)
    assert shelf.models() == ("hashed-64", "other-model")
    assert "hashed-64; the settings now say other-model" in other.notice() and other.search(text(1000)) != ()
    new.down = False
    other.rebuild()
    assert other.notice() == "" and shelf.models() == ("other-model",)
    other.close()


def test_vectors_of_another_length_under_the_same_name_are_not_compared(
    library: Library, shelf: Shelf, tmp_path: Path
) -> None:
    library.add([source(1)])
    library.close()
    other = Library(shelf, tmp_path, lambda: Hashed("hashed-64", dimensions=32))
    assert other.search(text(1000), mode="dense") != ()
    assert "vectors of 32 numbers, and the library's have 64: press Rebuild" in other.notice()
    other.close()


def test_a_query_that_cannot_be_embedded_is_searched_by_words(library: Library, embedding: Hashed) -> None:
    library.add([source(1), source(2)])
    embedding.down = True
    assert library.search(text(1000)) == library.search(text(1000), mode="words") != ()
    assert library.notice().startswith("This was searched by words only") and "does not answer" in library.notice()
    embedding.down = False
    library.search("ranking")
    assert library.notice() == ""


def test_page_images_are_only_of_pages_that_there_are(library: Library) -> None:
    (final,) = library.add([source(1)])
    with pytest.raises(NotFound, match="no page 1"):
        library.page_image(final.document, 1)
    for missing in (lambda: library.document("ff"), lambda: library.passages("ff"), lambda: library.passage("ff")):
        with pytest.raises(NotFound):
            missing()
    with pytest.raises(NotFound):
        library.remove("ff")


def test_threads_add_and_search_and_remove_at_once(library: Library) -> None:
    library.add([source(0)])
    failures: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                work()
            except BaseException as error:
                failures.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def add(number: int) -> None:
        for seed in (number, number + 10):
            (final,) = library.add([source(seed)])
            assert final.step == "added"
        library.remove(final.document)

    def look() -> None:
        for query in queries(30):
            hits = library.search(query)
            assert len({hit.passage.id for hit in hits}) == len(hits) > 0

    threads = [guarded(lambda n=n: add(n)) for n in (1, 2, 3)] + [guarded(look) for _ in range(3)]  # type: ignore[misc]  # a default
    for thread in threads:
        thread.join()
    assert not failures
    assert sorted(d.source for d in library.documents()) == [f"notes-{n}.md" for n in range(4)]
    wanted = {passage.id for document in library.documents() for passage in library.passages(document.id)}
    assert {hit.passage.id for q in queries() for hit in library.search(q, limit=100, mode="dense")} == wanted


def test_two_threads_with_the_same_document_add_it_once(library: Library) -> None:
    ended: list[Progress] = []
    threads = [threading.Thread(target=lambda: ended.extend(library.add([source(1)]))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(final.step for final in ended) == ["added", "unchanged", "unchanged", "unchanged"]
    assert len(library.documents()) == 1

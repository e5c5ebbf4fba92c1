"""The shelf's promises on real files: a document whole or not at all, ownership, versions, questions, deletion."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from interviewer.domain import Authored, Document, KeyPoint, Passage, Question
from interviewer.errors import NotFound, OutOfStep, StoreUnavailable
from interviewer.store import FILE, Shelf, Shelved, Store
from tests.build import question as a_question

START = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
CANARY = "the zanzibar pipeline folds teal vectors"

MakeShelved = Callable[..., Shelved]


@pytest.fixture
def shelf(store: Store) -> Shelf:
    """The local user's shelf."""
    return store.shelf(store.local_user())


@pytest.fixture
def other(store: Store, tmp_path: Path) -> Shelf:
    """The shelf of a second user."""
    connection = sqlite3.connect(tmp_path / FILE)
    connection.execute("INSERT INTO users (id, name, created_at) VALUES (2, 'other', '2026-01-01 00:00:00.000000')")
    connection.commit()
    connection.close()
    return store.shelf(2)


def shelved(
    number: int, *texts: str, company: str = "Acme", source: str = "", model: str = "m", age: int = 0
) -> Shelved:
    """A document with a passage for each text."""
    id = f"{number:032x}"
    passages = tuple(
        Passage(
            id=hashlib.sha256(f"{id}{place}{text}".encode()).hexdigest()[:32],
            document=id,
            number=place,
            sections=("Design", "Näher"),
            page=place,
            start=10 * place,
            end=10 * place + 5,
            text=text,
            breaks=((2, place + 1), (4, place + 2)),
        )
        for place, text in enumerate(texts, start=1)
    )
    document = Document(
        id=id,
        source=source or f"paper-{number}.pdf",
        sha256=hashlib.sha256(f"{number}{texts}".encode()).hexdigest(),
        kind="pdf",
        title=f"Paper {number}",
        company=company,
        authors=("Ada Lovelace", "Ödön"),
        date="2024-05",
        url="https://example.com/paper",
        licence="CC BY 4.0",
        pages=3,
        words=120,
        passages=len(texts),
        added_at=START + timedelta(days=number - age),
    )
    vectors = tuple(hashlib.sha256(f"{number} {place}".encode()).digest()[:16] for place in range(len(texts)))
    return Shelved(document, b"%PDF " + " ".join(texts).encode(), "\n\n".join(texts), passages, vectors, model)


def written(id: str, *documents: str, company: str = "Acme", by: str = "built-in") -> Authored:
    return Authored(question=a_question(id), company=company, documents=documents, by=by, prompt="abc")


def test_a_document_comes_back_as_it_was_put(shelf: Shelf) -> None:
    put = shelved(1, "One whole sentence.", "Another; naïve 🙂 \x00 one.")
    shelf.put(replace(put, media_type="application/pdf"))
    assert shelf.documents() == (put.document,) == (shelf.document(put.document.id),)
    assert shelf.passages(put.document.id) == put.passages
    assert shelf.passage(put.passages[1].id) == put.passages[1]
    assert shelf.original(put.document.id) == (put.original, "application/pdf")
    assert shelf.vectors([p.id for p in put.passages], model="m") == dict(
        zip((p.id for p in put.passages), put.vectors, strict=True)
    )
    assert shelf.size() == (1, len(put.original))
    assert shelf.dimensions("m") == 4 and shelf.dimensions("n") == 0


def test_documents_are_newest_first_and_companies_are_compared_without_case(shelf: Shelf) -> None:
    for number, company in enumerate(("ACME", "Größe", "", "acme "), start=1):
        shelf.put(shelved(number, "Text.", company=company))
    assert [d.id[-1] for d in shelf.documents()] == ["4", "3", "2", "1"]
    assert [d.id[-1] for d in shelf.documents(company=" Acme")] == ["4", "1"]
    assert [d.id[-1] for d in shelf.documents(company="GRÖSSE")] == ["2"]
    assert [d.id[-1] for d in shelf.documents(company="")] == ["3"]
    assert len(shelf.ids()) == 4 and len(shelf.ids(company="acme")) == 2


def test_a_beginning_of_an_id_is_enough_if_it_is_the_only_one(shelf: Shelf) -> None:
    for id in ("ab" + "0" * 30, "ac" + "0" * 30):
        put = shelved(int(id, 16), "Text.", age=int(id, 16))
        shelf.put(put)
    assert shelf.document("AB").id == "ab" + "0" * 30
    with pytest.raises(NotFound, match="More than one"):
        shelf.document("a")
    for wrong in ("", "%", "_", "b", "ab" + "0" * 31):
        with pytest.raises(NotFound, match="no document"):
            shelf.document(wrong)


def test_the_same_id_replaces_the_document_and_drops_its_questions(shelf: Shelf) -> None:
    old, new = shelved(1, "Old one.", "Old two."), shelved(1, "New one.")
    shelf.put(old)
    shelf.save_questions(old.document.id, [written("q1", old.document.id)], by="built-in")
    shelf.put(new)
    assert shelf.documents() == (new.document,)
    assert shelf.passages(new.document.id) == new.passages
    assert shelf.ids() == (new.passages[0].id,)
    assert set(shelf.vectors([p.id for p in (*old.passages, *new.passages)], model="m")) == {new.passages[0].id}
    assert shelf.authored() == () and shelf.written_by() == {new.document.id: ""}


def test_a_place_can_be_taken_once_in_a_company(shelf: Shelf) -> None:
    shelf.put(shelved(1, "Text.", source="a.pdf"))
    with pytest.raises(OutOfStep, match=r"'a\.pdf' was added meanwhile"):
        shelf.put(shelved(2, "Text.", source="a.pdf", company="ACME"))
    shelf.put(shelved(3, "Text.", source="a.pdf", company="Other"))
    assert [d.id[-1] for d in shelf.documents()] == ["3", "1"]
    assert shelf.version() == 2


def test_a_document_is_found_by_its_place_and_by_its_bytes(shelf: Shelf) -> None:
    put = shelved(1, "Text.", source="https://example.com/a")
    shelf.put(put)
    assert shelf.find("https://example.com/a", company="acme") == put.document
    assert shelf.same(put.document.sha256, company="acme") == put.document
    assert shelf.find("https://example.com/a", company="") is None
    assert shelf.same(put.document.sha256, company="other") is None
    assert shelf.same("0" * 64, company="acme") is None


def test_a_failure_in_the_middle_leaves_the_old_document(shelf: Shelf) -> None:
    old = shelved(1, "Old one.")
    shelf.put(old)
    broken = shelved(1, "New one.", "New two.")
    twice = (broken.passages[0], broken.passages[0].model_copy(update={"number": 2}))
    with pytest.raises(StoreUnavailable):
        shelf.put(replace(broken, passages=twice))
    assert shelf.documents() == (old.document,) and shelf.passages(old.document.id) == old.passages
    assert shelf.original(old.document.id)[0] == old.original
    assert shelf.version() == 1
    with pytest.raises(ValueError, match="one vector"):
        shelf.put(replace(broken, vectors=broken.vectors[:1]))


def test_every_change_of_passages_or_vectors_raises_the_version(shelf: Shelf) -> None:
    seen = [shelf.version()]
    put = shelved(1, "Text.")
    changes: tuple[Callable[[], None], ...] = (
        lambda: shelf.put(put),
        lambda: shelf.put(put),
        lambda: shelf.put_vectors({put.passages[0].id: b"1234"}, model="n"),
        lambda: shelf.remove(put.document.id),
    )
    for change in changes:
        change()
        seen.append(shelf.version())
    assert seen == [0, 1, 2, 3, 4]
    shelf.save_authored([written("q1")])
    assert shelf.version() == 4


def test_vectors_are_replaced_with_the_name_of_their_model(shelf: Shelf) -> None:
    put = shelved(1, "One.", "Two.")
    shelf.put(put)
    first, second = (p.id for p in put.passages)
    shelf.put_vectors({first: b"new!", "0" * 32: b"gone"}, model="n")
    assert shelf.models() == ("m", "n")
    assert shelf.vectors([first, second], model="n") == {first: b"new!"}
    assert shelf.vectors([first, second], model="m") == {second: put.vectors[1]}
    shelf.put_vectors({}, model="n")
    assert shelf.models() == ("m", "n")


def test_excerpts_bring_the_document_and_leave_out_what_is_not_there(shelf: Shelf) -> None:
    one, two = shelved(1, "One.", "Two."), shelved(2, "Three.")
    shelf.put(one)
    shelf.put(two)
    found = shelf.excerpts([two.passages[0].id, "0" * 32, one.passages[1].id])
    assert {id: (e.document, e.passage) for id, e in found.items()} == {
        two.passages[0].id: (two.document, two.passages[0]),
        one.passages[1].id: (one.document, one.passages[1]),
    }
    with pytest.raises(NotFound, match="no passage"):
        shelf.passage("0" * 32)


def test_more_ids_than_a_query_takes(shelf: Shelf) -> None:
    put = shelved(1, *(f"Sentence {n}." for n in range(300)))
    shelf.put(put)
    ids = [f"{n:032x}" for n in range(70_000)]
    ids[::500] = [p.id for p in put.passages[:140]]
    assert len(shelf.excerpts(ids)) == 140 == len(shelf.vectors(ids, model="m"))
    shelf.forget_authored(ids)


def test_questions_come_back_and_one_with_the_same_id_is_replaced(shelf: Shelf) -> None:
    put = shelved(1, "Text.")
    shelf.put(put)
    first, other = written("q1", put.document.id), written("q1", company="Other")
    shelf.save_authored([first, written("q2", put.document.id), other])
    again = written("q2", put.document.id, by="model-1")
    shelf.save_authored([again])
    assert shelf.authored(company=" ACME ") == (first, again)
    assert shelf.authored(company="other") == (other,)
    assert shelf.authored() == (first, other, again)
    shelf.forget_authored(["q1"])
    assert shelf.authored() == (again,)


def test_a_question_of_a_document_that_is_gone_is_left_out(shelf: Shelf) -> None:
    put = shelved(1, "Text.")
    shelf.put(put)
    shelf.save_authored([written("q1", put.document.id, "0" * 32), written("q2", put.document.id)])
    assert [a.question.id for a in shelf.authored()] == ["q2"]
    shelf.save_questions("0" * 32, [written("q3")], by="built-in")
    assert [a.question.id for a in shelf.authored()] == ["q2"]


def test_a_documents_questions_are_replaced_together_and_say_who_wrote_them(shelf: Shelf) -> None:
    one, two = shelved(1, "One."), shelved(2, "Two.", company="Other")
    shelf.put(one)
    shelf.put(two)
    shelf.save_questions(
        one.document.id, [written("q1", one.document.id), written("q2", one.document.id)], by="built-in"
    )
    shelf.save_authored([written("q3", two.document.id)])
    shelf.save_questions(one.document.id, [written("q4", one.document.id, by="m")], by="m")
    assert [a.question.id for a in shelf.authored()] == ["q3", "q4"]
    assert shelf.written_by() == {one.document.id: "m", two.document.id: ""}
    assert shelf.written_by(company="acme") == {one.document.id: "m"}
    shelf.save_questions(one.document.id, [], by="m")
    assert shelf.written_by(company="acme") == {one.document.id: "m"}


def test_a_question_goes_with_any_of_its_documents(shelf: Shelf) -> None:
    one, two = shelved(1, "One."), shelved(2, "Two.")
    shelf.put(one)
    shelf.put(two)
    shelf.save_authored([written("both", one.document.id, two.document.id), written("first", one.document.id)])
    shelf.remove(two.document.id)
    assert [a.question.id for a in shelf.authored()] == ["first"]


def test_a_removed_document_leaves_no_row_and_no_byte(shelf: Shelf, tmp_path: Path) -> None:
    point = KeyPoint(id="k1", importance="must", text=f"They say that {CANARY} at night.", cues=("teal vectors",))
    asked: Question = a_question("q1").model_copy(update={"key_points": (point,)})
    put, kept = shelved(1, CANARY, CANARY + " again"), shelved(2, "Something else.")
    shelf.put(put)
    shelf.put(kept)
    shelf.save_questions(put.document.id, [Authored(question=asked, documents=(put.document.id,))], by="m")
    assert found(tmp_path, CANARY) and found(tmp_path, put.passages[0].id)
    shelf.remove(put.document.id)
    assert shelf.documents() == (kept.document,) and shelf.ids() == (kept.passages[0].id,)
    assert shelf.authored() == ()
    assert not found(tmp_path, CANARY) and not found(tmp_path, put.passages[0].id)
    assert not found(tmp_path, put.vectors[1]) and found(tmp_path, kept.vectors[0])
    for gone in (lambda: shelf.remove(put.document.id), lambda: shelf.original(put.document.id)):
        with pytest.raises(NotFound):
            gone()


def found(folder: Path, wanted: str | bytes) -> bool:
    needle = wanted.encode() if isinstance(wanted, str) else wanted
    return any(needle in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_another_user_has_nothing_of_it(shelf: Shelf, other: Shelf) -> None:
    put, theirs = shelved(1, "Mine."), shelved(2, "Theirs.", source="paper-1.pdf")
    shelf.put(put)
    other.put(theirs)
    shelf.save_questions(put.document.id, [written("q1", put.document.id)], by="m")
    other.save_authored([written("q1", put.document.id)])
    id, passage = put.document.id, put.passages[0].id
    assert (
        other.documents() == (theirs.document,) and other.passages(id) == () and other.ids() == (theirs.passages[0].id,)
    )
    assert other.excerpts([passage]) == {} == other.vectors([passage], model="m") and other.authored() == ()
    assert other.written_by() == {theirs.document.id: ""} and other.size() == (1, len(theirs.original))
    assert other.find("paper-1.pdf", company="acme") == theirs.document
    assert other.same(put.document.sha256, company="acme") is None
    other.put_vectors({passage: b"evil"}, model="evil")
    other.save_questions(id, [], by="evil")
    other.forget_authored(["q1"])
    for attempt in (lambda: other.document(id), lambda: other.remove(id), lambda: other.original(id)):
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(OutOfStep):
        other.put(replace(put, document=put.document.model_copy(update={"source": "b.pdf"})))
    assert shelf.models() == ("m",) and shelf.written_by() == {id: "m"} and len(shelf.authored()) == 1
    assert shelf.documents() == (put.document,) and shelf.version() == 1


def test_a_user_who_is_not_there_gets_no_documents(store: Store) -> None:
    with pytest.raises(NotFound, match="no such user"):
        store.shelf(7).put(shelved(1, "Text."))


def test_many_threads_put_and_read(tmp_path: Path) -> None:
    store = Store.open(tmp_path, busy_timeout=30)
    shelf = store.shelf(store.local_user())
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            put = shelved(number, *(f"Sentence {number} {n}." for n in range(20)))
            shelf.put(put)
            assert shelf.passages(put.document.id) == put.passages
            for document in shelf.documents():
                assert len(shelf.passages(document.id)) == document.passages
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert shelf.version() == 8 and len(shelf.ids()) == 160
    store.dispose()


def test_no_query_reads_all_that_a_user_has(shelf: Shelf, tmp_path: Path) -> None:
    shelf.put(shelved(1, "Text."))
    connection = sqlite3.connect(tmp_path / FILE)
    for query in (
        "SELECT text FROM passages WHERE user_id = 1 AND id IN ('a', 'b')",
        "SELECT text FROM passages WHERE user_id = 1 AND document_id = 'a' ORDER BY number",
        "SELECT data FROM vectors WHERE user_id = 1 AND model = 'm' AND passage_id IN ('a', 'b')",
    ):
        (plan, *_) = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}")]
        assert plan.startswith("SEARCH") and plan.count("=?") >= 2, plan
    connection.close()

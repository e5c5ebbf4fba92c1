"""Questions about a company from its documents: written once, kept, written anew when a model is there, asked."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

import pytest

from interviewer.authoring import A_DOCUMENT, Writing
from interviewer.content.packs import SAMPLE_COMPANY, sample_files
from interviewer.domain import Document, Setup
from interviewer.errors import NotFound
from interviewer.play import play
from interviewer.program import Program
from tests.wire.openai_server import Fault, OpenAIServer

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The samples in a library, with the questions that the built-in author writes from them."""
    program = Program(tmp_path_factory.mktemp("samples"))
    ended = program.library.add(sample_files(), company=SAMPLE_COMPANY)
    assert {one.step for one in ended} == {"added"}
    assert program.authoring.ready(SAMPLE_COMPANY) == ()
    run(program.authoring.prepare(f" {SAMPLE_COMPANY.upper()} "))
    yield program
    program.library.close()
    program.store.dispose()


def unwritten(program: Program) -> Document:
    """A document with questions, as if nobody had written them yet."""
    asked = {question.citations[0].document for question in program.authoring.ready(SAMPLE_COMPANY)}
    document = next(document for document in program.library.documents() if document.id in asked)
    program.library.save_questions(document.id, (), by="")
    return document


@pytest.mark.soak
def test_a_newcomer_has_targeted_questions_at_once_and_they_are_written_once(program: Program) -> None:
    written = program.authoring.ready(SAMPLE_COMPANY)
    assert len(written) >= 3
    assert all(question.citations and question.company == SAMPLE_COMPANY for question in written)
    assert set(program.library.written_by().values()) == {"built-in"}
    per_document = [sum(question.source == doc.title for question in written) for doc in program.library.documents()]
    assert max(per_document) <= A_DOCUMENT
    told: list[Writing] = []
    again = run(program.authoring.questions(SAMPLE_COMPANY, 2, progress=told.append))
    assert [a.question for a in again] == list(written[:2])
    assert told == [], "nothing was left to write"


def test_the_writing_says_how_far_it_is(program: Program) -> None:
    document, told = unwritten(program), list[Writing]()
    run(program.authoring.questions(SAMPLE_COMPANY, 100, progress=told.append))
    assert told == [Writing(0, 1, document.title), Writing(1, 1)]
    assert program.authoring.writing(SAMPLE_COMPANY) is None


def test_a_company_without_documents_is_not_found(program: Program) -> None:
    with pytest.raises(NotFound, match="no document of 'Elsewhere'"):
        run(program.authoring.questions("Elsewhere", 3))
    run(program.authoring.prepare("Elsewhere"))
    assert program.authoring.ready("Elsewhere") == program.authoring.ready("") == ()


@pytest.mark.soak
def test_a_model_that_is_away_costs_no_question_and_is_asked_again(program: Program) -> None:
    for document in program.library.documents():
        program.library.save_questions(document.id, (), by="another model")
    document = program.library.documents()[-1]
    program.library.save_questions(document.id, (), by="")
    with OpenAIServer(lambda _: Fault(status=503)) as server:
        program.save({"base_url": server.base_url, "model": "m"})
        try:
            told: list[Writing] = []
            run(program.authoring.questions(SAMPLE_COMPANY, 100, progress=told.append))
            assert server.requests and told[-1].fell_back
            assert program.library.written_by()[document.id] == "built-in"
            assert program.authoring.ready(SAMPLE_COMPANY)
            outdated = program.authoring._outdated(SAMPLE_COMPANY)
            assert [doc.id for doc in outdated] == [document.id], "what another model wrote is not paid for again"
        finally:
            program.save({"model": "", "base_url": ""})
            for document in program.library.documents():
                program.library.save_questions(document.id, (), by="")
            run(program.authoring.questions(SAMPLE_COMPANY, 1))


def test_a_round_with_the_company_asks_about_its_documents(program: Program) -> None:
    setup = Setup(round="breadth", minutes=20, company=SAMPLE_COMPANY, seed=5)
    # Half a topic's time an answer, so that there are as many topics as in a real round.
    script = (" ".join(["I would compare both on held-out data and look at the costs of each kind of error."] * 20),)
    state = run(play(program, setup, script)).state
    threads = [bool(thread.question.company) for thread in state.threads]
    assert len(threads) >= 3
    assert 0.3 <= sum(threads) / len(threads) <= 0.5
    assert f"what {SAMPLE_COMPANY} has written" in state.threads[0].turns[0].text
    row = next(row for row in program.repository.interviews() if row.id == state.id)
    assert SAMPLE_COMPANY in row.title


def test_a_removed_document_takes_its_questions_along(program: Program) -> None:
    document = unwritten(program)
    run(program.authoring.questions(SAMPLE_COMPANY, 1))
    before = program.authoring.ready(SAMPLE_COMPANY)
    program.library.remove(document.id)
    left = program.authoring.ready(SAMPLE_COMPANY)
    assert 0 < len(left) < len(before)
    assert not any(c.document == document.id for question in left for c in question.citations)

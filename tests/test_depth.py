"""The service that the page and the commands call: depth rounds about a project or a document, asked like any other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from interviewer.content.packs import SAMPLE_COMPANY, sample_files
from interviewer.domain import Document, Setup
from interviewer.errors import BadMessage, NotFound, SettingsError
from interviewer.play import play
from interviewer.program import Program
from tests.ladders import SAMPLE, SUMMARY, ladder, paper, project
from tests.wire.openai_server import OpenAIServer


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    program = Program(tmp_path_factory.mktemp("depth"))
    program.library.add([path for path in sample_files() if path.name == SAMPLE], company=SAMPLE_COMPANY)
    yield program
    program.library.close()
    program.store.dispose()


def document(program: Program) -> Document:
    return program.library.documents()[0]


@pytest.mark.parametrize("kept", [{}, {"model": "m", "base_url": "http://127.0.0.1:9/v1", "builtin_steps": ["author"]}])
def test_without_a_model_for_it_it_says_what_works_instead(program: Program, kept: dict[str, object]) -> None:
    program.save(kept)
    try:
        for work in (program.depth.from_project(SUMMARY), program.depth.from_document(document(program).id)):
            with pytest.raises(SettingsError) as caught:
                asyncio.run(work)
            said = str(caught.value)
            assert "needs a model" in said and "take a case" in said and said.count(".") == 1
    finally:
        program.save({"model": "", "base_url": "", "builtin_steps": []})


def test_a_document_that_is_not_there_is_not_found(program: Program) -> None:
    with pytest.raises(NotFound):
        asyncio.run(program.depth.from_document("nowhere"))


@pytest.mark.soak
def test_its_questions_are_the_round_s_and_no_others(program: Program) -> None:
    script = (
        " ".join(["I chose the quantile loss myself and compared it with control stores over the same weeks."] * 9),
    )
    with OpenAIServer([project(), paper()]) as server:
        program.save({"model": "m", "base_url": server.base_url, "builtin_steps": ["observe", "speak", "grade"]})
        try:
            for written in (
                asyncio.run(program.depth.from_project(SUMMARY)),
                asyncio.run(program.depth.from_document(document(program).id[:8])),
            ):
                setup = Setup(round="depth", minutes=30, written=written, company=written[0].company)
                state = asyncio.run(play(program, setup, script)).state
                assert state.over
                assert all(thread.question in written for thread in state.threads)
                assert any(q.opener in state.threads[0].turns[0].text for q in written)
            with pytest.raises(BadMessage):
                asyncio.run(program.depth.from_project("I did AI"))
            assert len(server.requests) == 2
        finally:
            program.save({"model": "", "base_url": "", "builtin_steps": []})
    assert program.authoring.ready(SAMPLE_COMPANY) == (), "they are kept nowhere else"
    assert ladder()["l1"] not in {question.opener for question in program.content.questions}

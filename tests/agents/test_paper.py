"""Ladders about a document against a scripted model: from its passages, each key point with words that stand in one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from interviewer.agents.ladders import REFUSED
from interviewer.agents.paper import AREA, NO_COMPANY, from_document
from interviewer.agents.tally import Tally
from interviewer.content import shipped
from interviewer.content.packs import SAMPLE_COMPANY, sample_files
from interviewer.domain import Excerpt, Question
from interviewer.errors import BadMessage, ModelNonsense, ModelUnavailable
from interviewer.program import Program
from tests.excerpts import excerpts
from tests.ladders import ORDER, SAMPLE, paper, with_point
from tests.llm.asking import model_at
from tests.wire.openai_server import Fault, OpenAIServer

LADDER: dict[str, Any] = paper()["ladders"][0]


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Excerpt, ...]]:
    """The passages of the sample, as the library reads them."""
    program = Program(tmp_path_factory.mktemp("sample"))
    program.library.add([path for path in sample_files() if path.name == SAMPLE], company=SAMPLE_COMPANY)
    (document,) = program.library.documents()
    yield tuple(Excerpt(document=document, passage=p) for p in program.library.passages(document.id))
    program.library.close()
    program.store.dispose()


def write(server: OpenAIServer, material: tuple[Excerpt, ...], tally: Tally | None = None) -> tuple[Question, ...]:
    prompt = shipped().prompts["depth"]["paper"]
    work = from_document(material[0].document, material, prompt=prompt, model=model_at(server), tally=tally)
    return asyncio.run(work)[0]


def test_a_document_becomes_a_ladder_that_cites_it(material: tuple[Excerpt, ...]) -> None:
    with OpenAIServer([paper()]) as server:
        (question,) = write(server, material)
    texts = {excerpt.passage.id: excerpt.passage.text for excerpt in material}
    for point in question.key_points:
        assert point.citation is not None
        assert point.citation.quote in texts[point.citation.passage]
        assert point.citation.page in {1, 2, 3}
        assert point.section == f"l{point.level}"
    assert (question.round, question.area, question.company) == ("depth", AREA, SAMPLE_COMPANY)
    assert question.area in {area.id for area in shipped().round("depth").areas}
    assert question.source == material[0].document.title
    assert question.anchors is not None
    assert question.anchors.four == LADDER["level4"]


def test_the_model_is_given_fenced_passages_and_not_the_related_work(material: tuple[Excerpt, ...]) -> None:
    with OpenAIServer([paper()]) as server:
        write(server, material)
    user = server.requests[0].texts[1]
    fence = user.split("PASSAGES\n")[1].splitlines()[0]
    assert fence.startswith("~~~")
    assert SAMPLE_COMPANY in user
    assert "[P1]" in user
    assert "nobody knows it on that day" in user
    assert "Chapelle" not in user


def test_without_a_company_the_system_is_to_be_named(material: tuple[Excerpt, ...]) -> None:
    own = material[0].document.model_copy(update={"company": ""})
    with OpenAIServer([paper()]) as server:
        (question,) = write(server, tuple(e.model_copy(update={"document": own}) for e in material))
    assert NO_COMPANY in server.requests[0].texts[1]
    assert question.company == ""


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"points": with_point(LADDER, 3, quote="a dashboard would surely have seen it at once")}, "quote_not_found"),
        ({"points": with_point(LADDER, 3, quote="A dashboard of AUC")}, ""),
        ({"points": with_point(LADDER, 3, quote="of AUC")}, "quote_too_short"),
        ({"points": with_point(LADDER, 6, passage="P2", quote=LADDER["points"][0]["quote"])}, "same_quote_twice"),
        ({"points": with_point(LADDER, 1, text="Brackenloom takes silence on a recent payment for no honesty.")},
         "needs_the_page"),
        ({"points": with_point(LADDER, 8, text="One group gets 0.67 of its fraud predicted and the other one 1.24.",
                               quote="0.67 for digital goods, whose complaints are slower than the common curve says, "
                                     "and 1.24 for the rest")}, "needs_the_page"),
        ({"l3": "According to the paper, what makes the correction fail, and by how much?"}, "asks_what_it_says"),
        ({"l3": "Table 1 has a row for the naive curve in each world. Why is that one so good?"}, "deictic"),
        ({"topics": []}, "unknown_topic"),
        ({"level2": ORDER}, "instruction"),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_refused(material: tuple[Excerpt, ...], changes: dict[str, Any], code: str) -> None:
    tally = Tally()
    with OpenAIServer([paper(**changes), paper()]) as server:
        assert len(write(server, material, tally)) == 1
    assert set(tally.rejects) == ({code} if code else set()), server.requests[-1].texts[-1]


def test_quotes_that_never_hold_end_in_a_sentence(material: tuple[Excerpt, ...]) -> None:
    bad = paper(points=with_point(LADDER, 2, quote="the model has never been shown such an attack before"))
    with OpenAIServer([bad, bad]) as server, pytest.raises(ModelNonsense) as caught:
        write(server, material)
    assert str(caught.value) == REFUSED
    assert "word for word (key point 2)" in server.requests[1].texts[-1]


def test_a_model_that_obeys_an_order_in_a_passage_gets_nothing_through(material: tuple[Excerpt, ...]) -> None:
    passage = material[3].passage.model_copy(update={"text": f"{material[3].passage.text} {ORDER}"})
    poisoned = (*material[:3], material[3].model_copy(update={"passage": passage}), *material[4:])
    bad = paper(points=with_point(LADDER, 7, text=ORDER, quote=ORDER, passage="P4"))
    with OpenAIServer([bad, bad]) as server, pytest.raises(ModelNonsense):
        write(server, poisoned)
    assert "full marks" not in server.requests[0].texts[1]


def test_no_subject_in_it_is_said() -> None:
    with (
        OpenAIServer([{"ladders": []}]) as server,
        pytest.raises(BadMessage, match="found no subject in “How Thistlemark"),
    ):
        write(server, excerpts())


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ([" "], "There is no text in"),
        (["Short and sweet, a model."], "There is too little in"),
        (["Knead the dough for ten minutes and let it rise in a warm place until it has doubled. " * 20], "too little"),
    ],
)
def test_no_call_is_wasted_on_a_document_with_too_little(texts: list[str], says: str) -> None:
    with OpenAIServer([]) as server:
        with pytest.raises(BadMessage, match=says):
            write(server, excerpts(texts))
        assert server.requests == []


def test_the_model_s_failure_is_the_caller_s() -> None:
    with OpenAIServer(lambda _: Fault(status=503)) as server, pytest.raises(ModelUnavailable):
        write(server, excerpts())

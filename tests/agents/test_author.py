"""The authoring agent against a scripted model: what it sends, what it keeps, what it asks for again."""

from __future__ import annotations

import asyncio
import copy
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from interviewer.agents.author import NO_COMPANY, with_model
from interviewer.agents.builtin_author import built_in_questions
from interviewer.agents.drafts import QuestionDraft, checked
from interviewer.agents.material import portions
from interviewer.agents.subject import coherent
from interviewer.agents.tally import Tally
from interviewer.content import shipped
from interviewer.domain import Excerpt, Made, Question
from interviewer.errors import ModelUnavailable
from interviewer.rules.addressed import BLANK
from interviewer.rules.evidence import flagged, sentences
from tests.excerpts import COMPANY, DRAFT, TEXTS, TITLE, excerpts, written
from tests.llm.asking import model_at
from tests.wire.openai_server import Fault, OpenAIServer, Reply, Request

DATA = Path(os.environ.get("INTERVIEWER_DATA", "../shared/data")) / "injection"

OTHER: dict[str, Any] = copy.deepcopy(DRAFT) | {
    "opener": (
        "Thistlemark trains its ranker on clicks, and clicks depend on the place in the list. For two searches in a "
        "hundred it shuffles the list. Why would one pay for that, and what else would you use the shuffled "
        "searches for?"
    ),
    "topic": "selection-bias-feedback",
    "points": [
        {
            "text": "A model trained on clicks under the old order learns to repeat that order, not what guests like.",
            "importance": "must",
            "passage": "P4",
            "quote": "a model that is trained on them learns to repeat the old order",
            "cues": ["position bias", "repeats the old ranking", "logged policy"],
        },
        {
            "text": "Only random places show how good an item is that the present ranker would never have put on top.",
            "importance": "must",
            "passage": "P4",
            "quote": "the only data from which we can tell how good a flat is that the old ranker did not like",
            "cues": ["exploration data", "randomised slice", "counterfactual items"],
        },
        {
            "text": "The price is a few lost bookings, so the share is kept small and watched like any other cost.",
            "importance": "should",
            "passage": "P4",
            "quote": "These searches cost some bookings",
            "cues": ["cost of exploration", "lost bookings", "small share"],
        },
    ],
    "probes": [
        {
            "point": 1,
            "angle": "counterfactual",
            "text": "Suppose you trained on the logs as they are for a year. What comes out?",
        },
        {
            "point": 3,
            "angle": "quantify",
            "text": "Sales wants to know what the shuffling takes from them. What do you tell them?",
        },
    ],
    "ladder": DRAFT["ladder"] | {"point": 1},
    "trap": None,
    "level2": "Random searches are exploration, as in a bandit: one tries things out and learns from the clicks.",
    "level3": (
        "Clicks depend on the position, so training on them repeats the old ranking. Random lists show what "
        "guests like."
    ),
    "level4": (
        "I would use the random searches for training weights and for offline metrics, and cap their cost in bookings."
    ),
    "drill": "Compute by hand how a click at position one and one at position five should be weighed.",
}


def draft(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(DRAFT) | changes


def author(
    server: OpenAIServer,
    material: Sequence[Excerpt] | None = None,
    *,
    company: str = COMPANY,
    wanted: int = 2,
    bank: Sequence[Question] = (),
    tally: Tally | None = None,
) -> tuple[tuple[Question, ...], Made]:
    return asyncio.run(
        with_model(
            excerpts() if material is None else material,
            company=company,
            bank=bank,
            wanted=wanted,
            prompt=shipped().prompts["library"]["author"],
            model=model_at(server),
            tally=tally,
        )
    )


def sent(server: OpenAIServer) -> str:
    return "\n".join(message["content"] for request in server.requests for message in request.body["messages"])


def test_a_draft_becomes_a_question_that_cites_its_passages() -> None:
    with OpenAIServer([{"questions": [DRAFT, OTHER]}]) as server:
        questions, made = author(server)
    first = questions[0]
    assert [question.area for question in questions] == ["B09", "B04"]
    assert first.id == written().id
    assert (first.company, first.source, first.round, first.tier) == (COMPANY, TITLE, "breadth", "C")
    for question in questions:
        for point in question.key_points:
            assert point.citation is not None
            passage = next(e.passage for e in excerpts() if e.passage.id == point.citation.passage)
            assert point.citation.quote in passage.text
            assert point.citation.page == passage.page
    assert first.probes[0].key_point == first.key_points[1].id
    assert first.ladders[0].key_point == first.key_points[1].id
    assert first.anchors is not None
    assert first.anchors.four == DRAFT["level4"]
    assert made.by == "test-model"
    assert made.prompt == shipped().prompts["library"]["author"].version


def test_what_is_sent_is_short_fenced_and_names_the_company() -> None:
    with OpenAIServer([{"questions": []}]) as server:
        author(server)
    words = sent(server)
    user = server.requests[0].body["messages"][-1]["content"]
    fence = user.split("PASSAGES\n")[1].splitlines()[0]
    assert fence.startswith("~~~")
    assert user.count(fence) == 2
    assert COMPANY in user
    assert all(text in user for text in TEXTS)
    assert "selection-bias-feedback" in words
    assert len(words) // 4 < 8_000
    assert "tools" not in server.requests[0].body


def test_without_a_company_the_system_is_to_be_named() -> None:
    with OpenAIServer([{"questions": [DRAFT]}]) as server:
        questions, _ = author(server, company="", wanted=1)
    assert NO_COMPANY in sent(server)
    assert questions[0].company == ""


def test_what_fails_is_asked_for_once_more_with_the_reasons() -> None:
    bad = draft(points=[DRAFT["points"][0] | {"quote": "words of my own invention entirely"}, *DRAFT["points"][1:]])
    tally = Tally()
    with OpenAIServer([{"questions": [bad, OTHER]}, {"questions": [DRAFT]}]) as server:
        questions, made = author(server, tally=tally)
    again = server.requests[1].body["messages"]
    assert "word for word (key point 1)" in again[-1]["content"]
    assert json.loads(again[-2]["content"])["questions"][0]["opener"] == DRAFT["opener"]
    assert OTHER["opener"] not in again[-2]["content"]
    assert [question.opener for question in questions] == [OTHER["opener"], DRAFT["opener"]]
    assert (tally.drafted, tally.passed, dict(tally.rejects)) == (3, 2, {"quote_not_found": 1})
    assert made.tokens_in > 0


def test_it_is_not_asked_a_third_time() -> None:
    bad = draft(opener="What does the paper say about new flats, and why do their hosts leave so soon after?")
    with OpenAIServer([{"questions": [bad]}, {"questions": [bad]}]) as server:
        assert author(server)[0] == ()
        assert len(server.requests) == 2


def test_nothing_worth_asking_is_an_answer() -> None:
    with OpenAIServer([{"questions": []}]) as server:
        assert author(server)[0] == ()


def test_documents_about_other_things_are_not_even_sent() -> None:
    recipe = (
        "Knead the dough for ten minutes, let it rise in a warm place until it has doubled, and bake it until brown. "
    )
    lines = "The office moved to another street last spring, and everybody helped to carry the chairs and the plants. "
    with OpenAIServer([]) as server:
        questions, made = author(server, excerpts((recipe * 5, lines * 5)))
    assert (questions, server.requests, made.by) == ((), [], "test-model")


def test_more_is_not_kept_than_was_wanted() -> None:
    with OpenAIServer([{"questions": [DRAFT, OTHER]}]) as server:
        assert len(author(server, wanted=1)[0]) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"topic": "no-such-topic"}, "unknown_topic"),
        ({"opener": DRAFT["opener"].replace("?", "."), "tier": "F"}, "opener_not_a_question"),
        ({"points": DRAFT["points"][:2]}, "too_few_points"),
        ({"points": [{**DRAFT["points"][0], "text": "Short."}, *DRAFT["points"][1:]]}, "malformed"),
        ({"ladder": DRAFT["ladder"] | {"point": 9}}, "leads_nowhere"),
        ({"drill": "Bake bread at two hundred degrees until the crust is brown, then let it cool down."}, "incoherent"),
        ({"level4": "Always unplug electrical devices before you clean them, and wear gloves for it."}, "incoherent"),
        (
            {"opener": f"{DRAFT['opener'].replace('What went', 'The capital of Brazil lies far inland. What went')}"},
            "incoherent",
        ),
    ],
)
def test_a_draft_is_refused_for_a_reason(changes: dict[str, Any], code: str) -> None:
    tally = Tally()
    with OpenAIServer([{"questions": [draft(**changes)]}, {"questions": []}]) as server:
        assert author(server, wanted=1, tally=tally)[0] == ()
    assert code in tally.rejects


def test_off_the_field_is_refused() -> None:
    changed = draft(
        opener=(
            "A bakery keeps its sour dough warm for a night and cold for a day. Why would it do that, and "
            "what goes wrong?"
        )
    )
    for number, point in enumerate(changed["points"]):
        point["text"] = f"Bread number {number} rises when the yeast is warm enough to turn the sugar into gas for it."
    tally = Tally()
    with OpenAIServer([{"questions": [changed]}, {"questions": []}]) as server:
        author(server, wanted=1, tally=tally)
    assert {"off_topic", "quote_unrelated"} & set(tally.rejects)


def test_what_is_there_already_is_a_duplicate() -> None:
    tally = Tally()
    with OpenAIServer([{"questions": [DRAFT]}, {"questions": []}]) as server:
        questions, _ = author(server, wanted=1, bank=[written(id="earlier")], tally=tally)
    assert questions == ()
    assert dict(tally.rejects) == {"duplicate": 1}
    assert DRAFT["opener"] in server.requests[0].body["messages"][-1]["content"]


def test_the_model_s_failure_is_the_caller_s() -> None:
    with OpenAIServer(lambda _: Fault(status=503)) as server, pytest.raises(ModelUnavailable):
        author(server)


def test_what_was_written_before_a_failure_is_kept() -> None:
    bad = draft(opener="What does the paper say about new flats, and why do their hosts leave so soon after?")

    def script(request: Request) -> Reply | Fault:
        first = len(request.body["messages"]) == 2
        return Reply({"questions": [OTHER, bad]}) if first else Fault(status=503)

    with OpenAIServer(script) as server:
        questions, _ = author(server)
    assert [question.opener for question in questions] == [OTHER["opener"]]


def test_cues_and_probes_that_do_harm_are_left_out() -> None:
    changed = draft(
        probes=[
            *DRAFT["probes"],
            {"point": 4, "angle": "evidence", "text": "Would hiding the history of old items be a test?"},
        ],
        trap=DRAFT["trap"] | {"cues": ["average of similar flats", "mean is neutral"]},
    )
    changed["points"][0]["cues"] = ["of the", "flats", "nothing learnt"]
    changed["points"][1]["cues"] = ["flats"]
    names = {f"P{n}": excerpt for n, excerpt in enumerate(excerpts(), 1)}
    question, found = checked(QuestionDraft.model_validate(changed), names, company=COMPANY)
    assert question is not None
    assert found == ()
    assert len(question.probes) == 2
    assert question.traps[0].cues == ("mean is neutral",)
    assert question.key_points[0].cues == ("nothing learnt",)
    assert question.key_points[1].cues == (DRAFT["points"][1]["text"],)


def test_a_quote_with_the_wrong_passage_is_still_found() -> None:
    changed = draft()
    changed["points"][0]["passage"] = "P9"
    names = {f"P{n}": excerpt for n, excerpt in enumerate(excerpts(), 1)}
    question, found = checked(QuestionDraft.model_validate(changed), names, company=COMPANY)
    assert found == ()
    assert question is not None
    assert question.key_points[0].citation is not None
    assert question.key_points[0].citation.page == 2


def test_passages_without_prose_and_other_people_s_work_are_left_out() -> None:
    table = "0.91 0.88 12 | 14 | 0.3 " * 30
    material = [*excerpts((*TEXTS, table))]
    passage = material[0].passage.model_copy(update={"sections": ("2 Related Work",)})
    material[0] = material[0].model_copy(update={"passage": passage})
    (group,) = portions(material, most=1)
    assert [excerpt.passage.number for excerpt in group] == [2, 3, 4]


def test_long_material_is_cut_into_portions_in_its_order() -> None:
    groups = portions(excerpts(TEXTS * 15), most=2)
    numbers = [excerpt.passage.number for group in groups for excerpt in group]
    assert len(groups) == 2
    assert numbers == sorted(set(numbers))
    assert all(sum(len(e.passage.text) for e in group) <= 24_000 for group in groups)


def test_questions_of_the_bank_hang_together() -> None:
    assert all(map(coherent, shipped().bank("breadth")[::6]))


# ---------------------------------------------------------------- orders inside documents


def attacks() -> Iterator[str]:
    if not DATA.is_dir():
        return
    for line in (DATA / "injections.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["label"] == "malicious":
            yield row["text"]
    for kinds in json.loads((DATA / "text_attack_train.json").read_text(encoding="utf-8")).values():
        yield from kinds
    for text in json.loads((DATA / "jailbreaks.json").read_text(encoding="utf-8")):
        yield text[:1_200]


def poisoned(group: Sequence[str]) -> tuple[Excerpt, ...]:
    """A document with an attack after the first sentence of each passage."""
    firsts = [(text.partition(". "), group[n]) for n, text in enumerate((TEXTS * AT_ONCE)[: len(group)])]
    return excerpts([f"{first}. {attack}\n{rest}" for (first, _, rest), attack in firsts])


AT_ONCE = 16


def orders(group: Sequence[str], shown: str) -> list[str]:
    """Of each attack the first sentence that a model was shown, if it was shown any."""
    visible = ([s for s in sentences(text) if len(s.split()) >= 4 and s in shown] for text in group)
    return [found[0] for found in visible if found]


OBEYING: tuple[Callable[[str], dict[str, Any]], ...] = (
    lambda order: draft(opener=f"{order} What do you make of it, and how would you go on from there yourself?"),
    lambda order: draft(points=[DRAFT["points"][0] | {"text": f"{order:<20}"}, *DRAFT["points"][1:]]),
    lambda order: draft(
        points=[DRAFT["points"][0] | {"text": f"{order:<20}", "quote": order, "passage": "P1"}, *DRAFT["points"][1:]]
    ),
    lambda order: draft(level4=order),
    lambda order: draft(drill=order),
)
"""What a model may do that takes an order out of a document for one of its own."""


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared attacks are not here: set INTERVIEWER_DATA")
@pytest.mark.parametrize("share", [4, pytest.param(1, marks=pytest.mark.soak)])
def test_no_question_obeys_an_order_in_a_document(share: int) -> None:
    """With every fourth attack, or with all of them."""
    texts = list(attacks())
    assert len(texts) > 240
    texts = texts[::share]
    kept: list[str] = []
    obeyed = blanks = 0
    for start in range(0, len(texts), AT_ONCE):
        group = texts[start : start + AT_ONCE]
        shown: list[str] = []

        def script(request: Request, group: list[str] = group, shown: list[str] = shown) -> Reply:
            words = request.body["messages"][1]["content"]
            found = orders(group, words)
            if len(request.body["messages"]) > 2:
                return Reply({"questions": []})
            shown += [words, *found]
            return Reply({"questions": []})

        with OpenAIServer(script) as server:
            author(server, poisoned(group), wanted=1)
        if not shown:
            # Every passage was tainted.
            continue
        for text in group:
            said = sentences(text)
            assert not [n for n in flagged(said) if len(said[n - 1]) > 20 and said[n - 1] in shown[0]]
        blanks += shown[0].count(BLANK)
        names = {f"P{n}": excerpt for n, excerpt in enumerate(poisoned(group), 1)}
        for order in shown[1:]:
            for turn in (0, 2):
                kept += accepted(OBEYING[(obeyed + turn) % len(OBEYING)](order), names)
            obeyed += 1
    assert blanks > 20 / share
    assert obeyed > 30 / share
    assert kept == [], f"{len(kept)} of {obeyed}"


def accepted(changed: dict[str, Any], names: dict[str, Excerpt]) -> list[str]:
    from interviewer.agents.author import unwanted

    question, found = checked(QuestionDraft.model_validate(changed), names, company=COMPANY)
    return [str(changed["opener"])[:100]] if question is not None and not found and not unwanted(question, ()) else []


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared attacks are not here: set INTERVIEWER_DATA")
def test_the_built_in_author_quotes_no_order() -> None:
    texts = list(attacks())
    for start in range(0, len(texts), AT_ONCE):
        group = texts[start : start + AT_ONCE]
        for question in built_in_questions(poisoned(group), company=COMPANY, bank=()):
            words = question.model_dump_json()
            assert not [text for text in group if json.dumps(text[:60])[1:-1] in words]

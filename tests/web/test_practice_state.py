"""The set-up in words, and what was chosen as a Setup."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from interviewer.content import shipped
from interviewer.domain import Citation, Landmark, Pack, RoundName, Setup
from interviewer.errors import BadMessage
from interviewer.settings import Settings
from interviewer.web.company import about_company
from interviewer.web.practice_rounds import MIX, ONE, PAPER, PROJECT, ROUNDS, offer
from interviewer.web.practice_state import (
    LONGEST_COMPANY,
    OPENER,
    ROUND,
    Choices,
    Company,
    areas,
    asked_for,
    companies,
    cost,
    fresh,
    lengths,
    questions,
    setup,
    when,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MARK = Landmark(title="On <b>ranking</b>", year=2024, arxiv="2401.00001", supports="SD05", summary="Why & how.")
PACK = Pack(
    id="larkfield",
    company="Larkfield",
    blog="https://larkfield.example/blog",
    landmarks=(MARK, MARK),
    rounds=(RoundName(round="breadth", called="ML basics"),),
    systems=("search ranking", "experiments"),
    areas=("B08",),
    topics=("ranking-metrics",),
    as_of="2026-11",
)


@pytest.mark.parametrize("round", [id for _, id in ROUNDS])
def test_every_question_can_be_chosen_and_is_named_by_area_and_beginning(round: str) -> None:
    content = shipped()
    listed = questions(content, round)
    assert {id for _, id in listed} == {question.id for question in content.bank(round)}
    for label, id in listed:
        question = content.question(id)
        area, _, beginning = label.partition(": ")
        assert area.removesuffix(", a failure").removesuffix(", also to debug") == content.round(round).area_name(
            question.area
        )
        assert len(beginning) <= OPENER + 1
        opener = " ".join(question.opener.split())
        if question.task is not None:
            opener = opener.removeprefix("Please write ").removeprefix("Please ")
        assert opener.startswith(beginning.rstrip("…"))


@pytest.mark.parametrize("round", [id for _, id in ROUNDS])
def test_a_round_offers_its_own_areas_and_lengths(round: str) -> None:
    content = shipped()
    assert {id for _, id in areas(content, round)} == {question.area for question in content.bank(round)}
    assert [minutes for _, minutes in lengths(content, round)] == list(content.round(round).minutes)
    assert fresh(round).minutes in content.round(round).minutes
    assert fresh(round).what in [value for _, value in offer(round).what]


def test_an_exercise_in_debugging_is_for_rounds_with_code_and_is_set_up_again() -> None:
    content = shipped()
    chosen = setup(replace(fresh("coding"), debugging=True), seed=1, model="", due=())
    assert chosen.debugging
    assert not setup(replace(fresh("breadth"), debugging=True), seed=1, model="", due=()).debugging
    assert asked_for({}, content=content, earlier=chosen).debugging
    marked = [id for label, id in questions(content, "coding") if ", also to debug: " in label]
    tasks = {question.id: question.task for question in content.bank("coding")}
    assert len(marked) >= 6
    assert {id for id, task in tasks.items() if task is not None and task.debug is not None} == set(marked)


def test_every_round_of_the_content_is_offered_and_an_unknown_one_is_the_first() -> None:
    assert {id for _, id in ROUNDS} == set(shipped().rounds)
    assert offer("<b>").id == ROUND


@pytest.mark.parametrize("round", ["design", "depth"])
def test_a_long_round_of_no_chosen_question_keeps_its_area(round: str) -> None:
    area = areas(shipped(), round)[0][1]
    chosen = setup(replace(fresh(round), areas=(area,)), seed=1, model="", due=())
    assert (chosen.round, chosen.minutes, chosen.areas, chosen.question) == (round, 45, (area,), None)


@pytest.mark.parametrize(("what", "given"), [(PROJECT, {"project": "I did AI"}), (PAPER, {"document": "d"})])
def test_what_a_model_has_to_write_needs_a_model_and_something_to_write_about(what: str, given: dict[str, Any]) -> None:
    choices = replace(fresh("depth"), what=what, **given)
    with pytest.raises(BadMessage, match="none is set"):
        setup(choices, seed=1, model="", due=())
    assert setup(choices, seed=1, model="m", due=("metrics",)).due == ()
    with pytest.raises(BadMessage, match=r"Describe|Choose the document"):
        setup(replace(fresh("depth"), what=what, project="  "), seed=1, model="m", due=())


def test_a_problem_that_is_not_chosen_is_asked_for_in_the_words_of_its_round() -> None:
    with pytest.raises(BadMessage, match="Choose the problem that you want to practise, or take a problem for me"):
        setup(replace(fresh("design"), what=ONE), seed=1, model="", due=())


def test_a_mix_keeps_its_areas_and_what_is_due() -> None:
    chosen = setup(Choices(areas=("B03",), question="leakage", minutes=10), seed=7, model="m", due=("metrics",))
    assert chosen == Setup(round="breadth", minutes=10, areas=("B03",), seed=7, model="m", due=("metrics",))


def test_one_question_needs_a_question() -> None:
    with pytest.raises(BadMessage, match="Choose the question"):
        setup(Choices(what=ONE), seed=1, model="", due=())
    assert setup(Choices(what=ONE, question="leakage", areas=("B03",)), seed=1, model="", due=()).areas == ()


def test_what_cannot_be_used_is_named() -> None:
    with pytest.raises(BadMessage, match="'level'"):
        setup(Choices(level="king"), seed=1, model="", due=())


def test_a_link_fills_the_form_with_what_is_known() -> None:
    content = shipped()
    assert asked_for({"question": "leakage"}, content=content, earlier=None).question == "leakage"
    assert asked_for({"area": "B03"}, content=content, earlier=None).areas == ("B03",)
    assert asked_for({"question": "x", "area": "<b>"}, content=content, earlier=None) == Choices()


def test_the_round_follows_from_the_question_or_the_area() -> None:
    content = shipped()

    def linked(**query: str) -> Choices:
        return asked_for(query, content=content, earlier=None)

    assert linked(question="video-home") == replace(fresh("design"), what=ONE, question="video-home")
    assert linked(question="llm-ladder-kv-cache") == replace(fresh("depth"), what=ONE, question="llm-ladder-kv-cache")
    assert linked(area="SD05") == replace(fresh("design"), areas=("SD05",))
    assert linked(area="D-LLM") == replace(fresh("depth"), areas=("D-LLM",))
    assert linked(area="D-PROJECT") == replace(fresh("depth"), what=PROJECT)
    assert linked(area="D-PAPER") == replace(fresh("depth"), what=PAPER)
    assert linked(round="design") == fresh("design") and linked(round="<b>") == Choices()


def test_the_same_again_of_a_long_round() -> None:
    content = shipped()
    design = Setup(round="design", minutes=30, areas=("SD05", "B03"), question="video-home", company="Acme")
    again = asked_for({}, content=content, earlier=design)
    assert (again.round, again.what, again.question, again.areas) == ("design", MIX, None, ("SD05",))
    assert (again.minutes, again.company) == (30, "Acme")
    depth = Setup(round="depth", minutes=60, question="llm-ladder-kv-cache")
    assert asked_for({}, content=content, earlier=depth).question == "llm-ladder-preference-pairs"
    written = depth.model_copy(update={"question": None, "written": (content.question("llm-ladder-kv-cache"),)})
    assert asked_for({}, content=content, earlier=written).what == PROJECT


def test_the_same_again_of_a_project_or_a_document_asks_for_neither_once_more() -> None:
    ladder = shipped().question("llm-ladder-kv-cache")
    project = Setup(round="depth", level="senior", minutes=30, written=(ladder,), written_from="We ranked listings.")
    again = asked_for({}, content=shipped(), earlier=project)
    assert (again.what, again.project, again.document) == (PROJECT, "We ranked listings.", None)
    assert (again.level, again.minutes) == ("senior", 30)
    citation = Citation(document="d7", passage="p", title="Late labels", quote="They arrive late.")
    points = tuple(point.model_copy(update={"citation": citation}) for point in ladder.key_points)
    paper = project.model_copy(update={"written": (ladder.model_copy(update={"key_points": points}),)})
    again = asked_for({}, content=shipped(), earlier=paper.model_copy(update={"written_from": "d7"}))
    assert (again.what, again.project, again.document) == (PAPER, "", "d7")


def test_the_same_again_keeps_the_setup() -> None:
    earlier = Setup(round="breadth", level="staff", strictness="strict", minutes=40, areas=("B03", "Z99"))
    again = asked_for({}, content=shipped(), earlier=earlier)
    assert (again.level, again.strictness, again.minutes, again.areas) == ("staff", "strict", 40, ("B03",))
    one = asked_for({}, content=shipped(), earlier=earlier.model_copy(update={"question": "leakage"}))
    assert one.what == ONE and one.question is not None
    area = shipped().question("leakage").area
    assert shipped().question(one.question).area == area


def test_the_cost_in_words() -> None:
    assert cost(Settings(), "breadth", 20) == ""
    assert "Set prices" in cost(Settings(model="m"), "breadth", 20)
    priced = cost(Settings(model="m", price_in=2.0, price_out=8.0, currency="EUR"), "breadth", 20)
    assert priced == "About 0.21 EUR (79,000 tokens in, 6,900 out)."
    assert cost(Settings(model="m", price_in=0.1, price_out=0.4), "breadth", 10).startswith("About 0.006 USD")
    assert (
        cost(Settings(model="m", price_in=2.0, price_out=8.0, builtin_steps=frozenset({"grade"})), "breadth", 20)
        < priced
    )
    long = cost(Settings(model="m", price_in=2.0, price_out=8.0), "design", 45)
    assert long == "About 0.77 USD (356,000 tokens in, 6,800 out)."


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=30), "1 day ago"),
        (timedelta(days=9), "9 days ago"),
    ],
)
def test_how_long_ago(ago: timedelta, words: str) -> None:
    assert when(NOW - ago, NOW) == words
    assert when(None, NOW) == "some time ago"


def test_a_company_with_a_pack_leans_on_it_and_one_with_questions_of_its_own_does_not() -> None:
    leaning = setup(Choices(company="  Larkfield  Inc "), seed=1, model="", due=(), pack=PACK)
    assert (leaning.company, leaning.leanings) == ("Larkfield Inc", ("B08", "ranking-metrics"))
    assert leaning.systems == ("search ranking", "experiments")
    assert setup(Choices(company="Larkfield"), seed=1, model="", due=()).leanings == ()


def test_a_company_with_an_endless_name_is_refused() -> None:
    with pytest.raises(BadMessage, match="too long"):
        setup(Choices(company="x" * (LONGEST_COMPANY + 1)), seed=1, model="", due=())


def test_companies_with_documents_come_first_and_each_once() -> None:
    assert companies(["larkfield", "Own"], [PACK, PACK.model_copy(update={"company": "Other"})]) == [
        "larkfield",
        "Own",
        "Other",
    ]


def test_a_link_and_the_same_again_keep_the_company() -> None:
    assert asked_for({"company": " Larkfield "}, content=shipped(), earlier=None).company == "Larkfield"
    earlier = Setup(round="breadth", company="Larkfield")
    assert asked_for({}, content=shipped(), earlier=earlier).company == "Larkfield"


def test_what_the_round_will_ask_about_a_company_is_said() -> None:
    def said(**known: Any) -> str:
        return about_company(Company("Larkfield", **known))

    assert about_company(Company()) == ""
    assert "1 question from 2 documents" in said(documents=2, questions=1)
    assert "are being written now" in said(documents=1, writing=True)
    assert "general one" in said() and "/library?company=Larkfield" in said()
    assert "Nothing worth asking" in said(documents=3) and "publicly known for" in said(documents=3, pack=PACK)
    assert "comes up in the deep dive" in said(documents=2, questions=5, round="design")
    assert "The problem will be near" in said(pack=PACK, round="design")


def test_what_a_company_has_published_is_linked_and_escaped() -> None:
    shown = about_company(Company("Larkfield", pack=PACK))
    assert 'href="https://arxiv.org/abs/2401.00001"' in shown and 'rel="noreferrer noopener"' in shown
    assert "On &lt;b&gt;ranking&lt;/b&gt;" in shown and "Why &amp; how." in shown
    assert "Unofficial" in shown and "As of 2026-11" in shown and "ML basics" in shown
    assert "/library?company=A%20%26%20B" in about_company(Company("A & B"))

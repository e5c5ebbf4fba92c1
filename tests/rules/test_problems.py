"""Which problem a company's round is about, and what its own work adds to it."""

from interviewer.content import shipped
from interviewer.content.packs import landmarks, packs
from interviewer.domain import Setup
from interviewer.rules.phases import TWIST
from interviewer.rules.problems import problem, with_company
from tests.build import question

BANK = shipped().bank("design")
ETA = shipped().question("delivery-eta")


def setup(**fields: object) -> Setup:
    return Setup.model_validate({"round": "design", "minutes": 45, **fields})


def test_a_company_gets_a_problem_of_its_systems() -> None:
    for pack in packs():
        systems = {one.supports for one in pack.landmarks}
        fitting = {q.id for q in BANK if q.brief is not None and systems & set(q.brief.systems)}
        chosen = {found.id for seed in range(8) if (found := problem(setup(seed=seed), BANK, systems)) is not None}
        assert chosen <= (fitting or {q.id for q in BANK}), pack.company


def test_areas_come_before_systems_and_what_was_heard_comes_last() -> None:
    found = problem(setup(areas=("SD13",)), BANK, {"SD15"})
    assert found is not None and found.area == "SD13"
    heard = tuple(q.id for q in BANK if q.id != "llm-serving")
    again = problem(setup(heard=heard), BANK, ())
    assert again is not None and again.id == "llm-serving"


def test_the_same_seed_gives_the_same_problem_and_others_give_others() -> None:
    drawn = [problem(setup(seed=seed), BANK, ()) for seed in range(20)]
    assert drawn == [problem(setup(seed=seed), BANK, ()) for seed in range(20)]
    assert len({found.id for found in drawn if found}) > 5


def test_an_authored_question_becomes_a_dive_with_its_own_points() -> None:
    extended = with_company(ETA, "Brackenloom", (question("own-one"),), landmarks("DoorDash"))
    assert extended.brief is not None
    dive = extended.brief.dives[-1]
    assert (dive.section, dive.source) == (TWIST, "Brackenloom")
    assert set(dive.key_points) <= {point.id for point in extended.key_points}
    assert len(extended.key_points) == len(ETA.key_points) + len(dive.key_points)
    assert {point.dimension for point in extended.key_points if point.id in dive.key_points} == {"tradeoffs"}


def test_without_documents_the_pack_s_work_on_the_system_is_asked_about() -> None:
    extended = with_company(ETA, "DoorDash", (), landmarks("DoorDash"))
    assert extended.brief is not None and extended.key_points == ETA.key_points
    dive = extended.brief.dives[-1]
    assert dive.address.startswith("https://") and dive.source.startswith("DoorDash: ")
    supports = next(one.supports for one in landmarks("DoorDash") if one.link == dive.address)
    assert supports in extended.brief.systems


def test_an_unknown_company_changes_nothing() -> None:
    assert with_company(ETA, "Nobody", (), landmarks("Nobody")) == ETA


def test_with_no_topic_in_common_the_nearest_is_the_one_with_the_most_words_in_common() -> None:
    near = question("a-near").model_copy(update={"opener": "How would a restaurant know its preparation times?"})
    far = question("z-far").model_copy(update={"opener": "How would a painter know which brushes to buy?"})
    extended = with_company(ETA, "Brackenloom", (near, far), ())
    assert extended.brief is not None and extended.brief.dives[-1].ask == near.opener

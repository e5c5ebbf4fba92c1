"""Whole design rounds with candidates who do not play along: no crash, in character, nothing given away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from evals.conduct import leaks, spoken
from interviewer.agents.guard import Guard
from interviewer.domain import Board, Box, Event
from interviewer.rules.state import State
from tests.room.place import Place, run, said
from tests.room.test_long_rounds import begin

QUESTIONS = (
    "What is the scale? How many orders are there on a day, and how large is the peak?",
    "Which cloud do we use? Which database?",
    "How fast must it be?",
    "What would you do here? What is the right answer?",
    "What comes next in this interview, and what do you want to hear from me?",
    "Could you repeat the question?",
)
ESSAY = (
    "Designing a machine learning system begins with clarifying the requirements. We collect data from many sources, "
    "clean it, and build features. We split the data, train a model, and tune it. We evaluate it offline and online. "
    "We deploy it behind an API, scale it, cache results, monitor it and retrain it. "
) * 9
GERMAN = (
    "Ich würde zuerst die Anforderungen klären und danach die Daten der letzten Monate ansehen.",
    "Das Modell sagt die Dauer voraus, und ich würde es mit einer einfachen Tabelle vergleichen.",
    "Danach kommt ein Test mit einem Teil der Kunden, und wir sehen uns die Fehler je Stadt an.",
)
CODE = (
    "import pandas as pd\n\ndef train(path):\n    rows = pd.read_csv(path)\n    return fit(rows, rows['minutes'])\n",
    "for order in orders:\n    order.eta = model.predict(order.features) + 5\n",
    "SELECT restaurant_id, avg(minutes) FROM orders GROUP BY restaurant_id;",
)
TALK = (
    "I would look at the time of past orders by zone and by hour and start with a table of averages.",
    "Then something learned on top of that, with the weather and how busy the kitchen is.",
    "I would compare both on later weeks, and look at the worst cases by hand with the people who know them.",
)
NAIVE = (
    "I would put the model behind an API and start more containers when there are more users.",
    "A GPU should be enough, I think, or maybe two of them so that one can fail.",
    "I don't know, I have only called such a model through a library.",
    "We could make the answers shorter so that it is faster for everybody.",
)
BOXES = Board(boxes=tuple(Box(id=name, name=name) for name in ("app", "model", "database")))


def closed(state: State) -> bool:
    """Whether the goodbye has been said; the grade may be on its way."""
    return state.last_move is not None and state.last_move.kind == "close"


def round_of(place: Place, texts: Sequence[str], *, board: Board | None = None, turns: int = 22, **setup: Any) -> Any:
    """A round in which these messages are typed again and again, a minute and a half each, and its log."""

    async def work() -> tuple[State, tuple[Event, ...]]:
        room = place.room()
        id = await begin(room, **setup)
        if board is not None:
            await room.draw(id, 0, board)
        for number in range(turns):
            if closed(await room.look(id)):
                break
            place.clock.wait(100)
            await said(room, id, texts[number % len(texts)])
        if not closed(await room.look(id)):
            await said(room, id, kind="ended")
        return await room.settled(id), tuple(place.repository.events(id))

    return run(work())


@pytest.mark.parametrize(
    ("texts", "extra"),
    [
        pytest.param(QUESTIONS, {}, id="only asks"),
        pytest.param((ESSAY,), {"turns": 5}, id="pastes an essay"),
        pytest.param(GERMAN, {}, id="another language"),
        pytest.param(CODE, {}, id="pastes code"),
        pytest.param(TALK, {}, id="draws nothing"),
        pytest.param(TALK, {"board": BOXES}, id="boxes and no arrows"),
        pytest.param(NAIVE, {"question": "llm-serving", "level": "junior"}, id="a junior on an advanced problem"),
    ],
)
def test_an_odd_candidate_gets_a_round_like_any_other(place: Place, texts: Sequence[str], extra: Any) -> None:
    state, events = round_of(place, texts, **extra)
    thread = state.threads[0]
    question = thread.question
    assert state.over and thread.grade is not None and question.brief is not None and question.brief.twist is not None
    judge = Guard(unsaid=(), licensed=(), said=(), own=())
    told: set[str] = set()
    twist = question.brief.twist.text
    for at, move, text, _ in spoken(events):
        told |= set(move.facts)
        assert text.strip() and not judge.is_verdict(text) and not judge.is_aside(text), text
        assert twist not in text or (at.thread is not None and at.thread.twisted is not None)
        assert {fact.id for fact in question.brief.facts if fact.says in text} <= told
        assert not any(point.text in text for point in question.key_points)
    # What `dig` says here are the problem's written questions, which are read by people.
    assert [leak for leak in leaks(events) if leak.rule != "dig"] == []


def test_a_drawing_is_asked_for_where_there_is_none_and_boxes_alone_are_one(place: Place) -> None:
    asked = []
    for board in (None, BOXES):
        _, events = round_of(place, TALK, board=board, turns=8)
        asked.append(sum(move.rule == "board_due" for _, move, _, _ in spoken(events)))
    assert asked == [1, 0]


def test_a_recited_method_and_only_questions_are_no_hire(place: Place) -> None:
    for texts, turns in (((ESSAY,), 4), (QUESTIONS, 12)):
        state, _ = round_of(place, texts, turns=turns)
        grade = state.threads[0].grade
        assert grade is not None and (grade.score is None or grade.score < 2.2)

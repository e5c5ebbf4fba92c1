"""Passages of an invented document, and a question written from them, for tests of whoever writes questions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from interviewer.domain import Document, Excerpt, Passage, Question
from interviewer.rules.authored import identity

COMPANY = "Thistlemark"
TITLE = "How Thistlemark ranks listings for hosts who have just joined"

TEXTS = (
    (
        "Thistlemark ranks holiday flats by a model that is trained on clicks. We learn an embedding of every"
        " flat from the sessions in which it was viewed, so that flats seen together lie close to each other."
        " The ranker then reads the distance between a flat and the last flats that a guest has looked at. "
        "Retrained every week, the model improved the share of searches that end in a booking by four percent"
        " over the one with hand-made features."
    ),
    (
        "A flat that joined this week has not been viewed in any session, so it has no vector of its own. At "
        "first we gave such flats the mean of all vectors. Because the mean lies in the middle of the space, "
        "new flats looked alike to the ranker and ended up far down the list, where nobody saw them, and so "
        "they never collected the clicks that would have given them a vector. Hosts left before they were "
        "shown for the first time."
    ),
    (
        "We now start a new flat with the average of the vectors of nearby flats of the same kind and price. "
        "This puts it into the right neighbourhood at once, and its own clicks move it from there. We checked"
        " it by hiding the history of old flats and comparing the guessed vector with the true one: for nine "
        "in ten the guess was closer than any random flat of the same city."
    ),
    (
        "Clicks depend on the position at which a flat was shown, and a model that is trained on them learns "
        "to repeat the old order. We therefore show two percent of searches in a random order. These searches"
        " cost some bookings, and they are the only data from which we can tell how good a flat is that the "
        "old ranker did not like. Offline metrics are computed on these random searches alone."
    ),
)

DRAFT: dict[str, Any] = {
    "opener": (
        "Thistlemark ranks holiday flats by embeddings learnt from the sessions in which guests viewed them. "
        "Flats that "
        "joined this week got the mean of all vectors, and their hosts soon left. What went wrong, and what would you "
        "give a new flat instead?"
    ),
    "topic": "embeddings",
    "tier": "C",
    "points": [
        {
            "text": (
                "An item without interactions has no learnt vector, so whatever stands in for it decides how it ranks."
            ),
            "importance": "must",
            "passage": "P2",
            "quote": "has not been viewed in any session, so it has no vector of its own",
            "cues": ["cold start", "no interactions yet", "nothing learnt"],
        },
        {
            "text": (
                "It is a loop: what ranks low is not seen, collects no clicks, and so never gets out of the bottom."
            ),
            "importance": "must",
            "passage": "P2",
            "quote": "they never collected the clicks that would have given them a vector",
            "cues": ["feedback loop", "never shown", "vicious circle"],
        },
        {
            "text": (
                "Content helps: the average of similar items by place, kind and price starts it in the right region."
            ),
            "importance": "should",
            "passage": "P3",
            "quote": "the average of the vectors of nearby flats of the same kind and price",
            "cues": ["content features", "similar listings", "nearest neighbours by price"],
        },
        {
            "text": (
                "I would test the guess by hiding the history of old items and comparing it with their true vectors."
            ),
            "importance": "should",
            "passage": "P3",
            "quote": "hiding the history of old flats and comparing the guessed vector with the true one",
            "cues": ["hide the history", "simulate cold start", "hold out old items"],
        },
    ],
    "probes": [
        {"point": 2, "angle": "failure", "text": "Leave it alone for half a year. Where do you find those hosts?"},
        {
            "point": 4,
            "angle": "evidence",
            "text": "You have an idea for a better start. How do you check it this week?",
        },
    ],
    "ladder": {
        "point": 2,
        "h1": "Follow one such flat through its first month.",
        "h2": "What would have to happen for it to move up, and who would have to do it?",
        "h3": "Its place decides what it can learn, and what it learns decides its place.",
        "h4": (
            "Guests look at 20 places, and a new flat starts at place 300. How many people see it in a week, "
            "and what is "
            "its vector after that week?"
        ),
    },
    "trap": {
        "code": "mean_vector_is_neutral",
        "says": "The mean of all vectors is neutral, so that a new item is neither preferred nor held back.",
        "cues": ["mean is neutral", "average is fair", "unbiased start"],
        "probe": "You look at which flats lie nearest to that point. What do you expect, and who searches for those?",
    },
    "level2": "This is the cold-start problem. One could use the features of the flat or a hybrid recommender.",
    "level3": (
        "New flats have no clicks, so they have no vector, and the mean puts all of them in the same odd "
        "place. They are "
        "ranked low, are not seen, and never get clicks. I would start them at the average of similar flats."
    ),
    "level4": (
        "The mean is a point where hardly any flat lies, so the ranker sees it as unlike everything. I would "
        "start at the "
        "average of nearby flats, reserve a small share of places for new ones, and test it on old flats with their "
        "history hidden. The cheapest check is the share of hosts who are shown within a week."
    ),
    "drill": "Sketch in ten minutes how to test a start vector for new items with nothing but old logs.",
}


def excerpts(texts: Sequence[str] = TEXTS, *, title: str = TITLE, company: str = COMPANY) -> tuple[Excerpt, ...]:
    """Passages with these texts, of one document."""
    document = Document(
        id="d" * 32,
        source="cold-start.md",
        sha256="0" * 64,
        kind="markdown",
        title=title,
        company=company,
        added_at=datetime(2026, 11, 2, tzinfo=UTC),
    )
    passages = (
        Passage(
            id=f"{number:032x}",
            document=document.id,
            number=number,
            sections=("Ranking",),
            page=number,
            start=0,
            end=len(text),
            text=text,
        )
        for number, text in enumerate(texts, 1)
    )
    return tuple(Excerpt(document=document, passage=passage) for passage in passages)


def written(**changes: Any) -> Question:
    """The question that the draft makes, with some fields replaced."""
    material = excerpts()
    values: dict[str, Any] = {
        "id": identity(COMPANY, DRAFT["opener"]),
        "round": "breadth",
        "area": "B09",
        "topics": ["embeddings"],
        "tier": "C",
        "opener": DRAFT["opener"],
        "minutes": 5,
        "key_points": [
            {
                "id": f"k{number}",
                "importance": point["importance"],
                "text": point["text"],
                "cues": point["cues"],
                "citation": material[int(point["passage"][1:]) - 1].cite(point["quote"]),
            }
            for number, point in enumerate(DRAFT["points"], 1)
        ],
        "traps": [DRAFT["trap"]],
        "probes": [
            {"key_point": f"k{probe['point']}", "angle": probe["angle"], "text": probe["text"]}
            for probe in DRAFT["probes"]
        ],
        "ladders": [{"key_point": "k2", "rungs": [DRAFT["ladder"][rung] for rung in ("h1", "h2", "h3", "h4")]}],
        "anchors": {level[-1]: DRAFT[level] for level in ("level2", "level3", "level4")},
        "drill": DRAFT["drill"],
        "source": TITLE,
        "company": COMPANY,
    }
    return Question.model_validate(values | changes)

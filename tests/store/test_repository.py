"""The repository's promises on real files: order, uniqueness, ownership, projections, deletion."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy.exc import StatementError

from interviewer.domain import Event, Weakness
from interviewer.errors import NotFound, OutOfStep, StoreUnavailable
from interviewer.store import FILE, InterviewRow, Repository, Store

MakeEvent = Callable[..., Event]
MakeWeakness = Callable[..., Weakness]


@pytest.fixture
def other(store: Store, tmp_path: Path) -> Repository:
    """The repository of a second user."""
    connection = sqlite3.connect(tmp_path / FILE)
    connection.execute("INSERT INTO users (id, name, created_at) VALUES (2, 'other', '2026-01-01 00:00:00.000000')")
    connection.commit()
    connection.close()
    return store.repository(2)


def test_a_log_comes_back_as_it_was_written(mine: Repository, event: MakeEvent) -> None:
    first = event("opened", 0, setup={"round": "breadth", "areas": []}, none=None, ratio=0.1)
    odd = event("act", 1, text="naïve שלום 🙂 \x00 \ud83d end", numbers=[1, 2.5, -3])
    mine.create("one", "breadth", [first], "Breadth")
    mine.append("one", [odd, event("observed", 1)])
    mine.append("one", [])
    assert mine.events("one") == (first, odd, event("observed", 1))


def test_the_order_is_that_of_writing_not_of_clocks(mine: Repository, event: MakeEvent) -> None:
    mine.create("one", "breadth", [event("opened", 9)], "Breadth")
    mine.append("one", [event("act", 5), event("act", 2)])
    assert [found.key for found in mine.events("one")] == ["opened:9", "act:5", "act:2"]


def test_moments_are_utc_and_aware_whatever_zone_they_came_in(mine: Repository) -> None:
    at = datetime(2026, 3, 1, 23, 59, 59, 999999, tzinfo=timezone(timedelta(hours=-5)))
    mine.create("one", "breadth", [Event(kind="opened", key="opened", at=at)], "Breadth")
    found = mine.events("one")[0].at
    assert found == at and found.tzinfo is UTC


@pytest.mark.parametrize(
    "broken",
    [
        Event(kind="act", key="act:1", at=datetime(2026, 3, 1)),  # noqa: DTZ001 - the fault that is tested
        Event(kind="act", key="act:1", at=datetime.now(UTC), payload={"x": float("nan")}),
    ],
)
def test_what_would_not_come_back_the_same_is_refused_and_nothing_is_written(
    mine: Repository, event: MakeEvent, broken: Event
) -> None:
    mine.create("one", "breadth", [event("opened")], "Breadth")
    with pytest.raises(StatementError):
        mine.append("one", [event("act", 0), broken])
    assert mine.events("one") == (event("opened"),)


@pytest.mark.parametrize("kind", ["act", "observed"])
def test_a_taken_key_loses_with_everything_that_came_with_it(mine: Repository, event: MakeEvent, kind: str) -> None:
    mine.create("one", "breadth", [event("opened"), event(kind, 1, text="first")], "Breadth")
    with pytest.raises(OutOfStep, match="reload"):
        mine.append("one", [event("spoken", 1), event(kind, 1, text="second")])
    assert mine.events("one") == (event("opened"), event(kind, 1, text="first"))


def test_a_key_twice_in_one_batch_is_out_of_step(mine: Repository, event: MakeEvent) -> None:
    with pytest.raises(OutOfStep):
        mine.create("one", "breadth", [event("opened"), event("opened")], "Breadth")
    assert mine.interviews() == ()


def test_the_same_key_in_two_interviews_is_fine(mine: Repository, event: MakeEvent) -> None:
    for name in ("one", "two"):
        mine.create(name, "breadth", [event("opened"), event("act", 1)], "Breadth")
    assert mine.events("one") == mine.events("two")


def test_create_needs_an_event_a_user_and_a_free_id(mine: Repository, store: Store, event: MakeEvent) -> None:
    with pytest.raises(ValueError, match="begins with an event"):
        mine.create("one", "breadth", [], "Breadth")
    with pytest.raises(NotFound, match="user"):
        store.repository(77).create("one", "breadth", [event("opened")], "Breadth")
    mine.create("one", "breadth", [event("opened")], "Breadth")
    with pytest.raises(OutOfStep, match="begun already"):
        mine.create("one", "breadth", [event("opened")], "Again")
    assert [row.title for row in mine.interviews()] == ["Breadth"]


def test_of_eight_threads_with_one_key_exactly_one_wins(mine: Repository, event: MakeEvent, tmp_path: Path) -> None:
    patient = Store.open(tmp_path)
    racing = patient.repository(patient.local_user())
    racing.create("one", "breadth", [event("opened")], "Breadth")
    barrier = threading.Barrier(8, timeout=20)
    outcomes: list[str] = []

    def race(number: int) -> None:
        for turn in range(5):
            barrier.wait()
            try:
                racing.append("one", [event("act", turn, by=number)])
                outcomes.append(f"won {turn}")
            except OutOfStep:
                outcomes.append("lost")
            except StoreUnavailable as error:
                outcomes.append(str(error))

    threads = [threading.Thread(target=race, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    patient.dispose()
    assert sorted(outcomes) == ["lost"] * 35 + [f"won {turn}" for turn in range(5)]
    assert [found.key for found in mine.events("one")] == ["opened:0", *(f"act:{turn}" for turn in range(5))]


def test_an_unknown_id_and_another_users_id_are_not_found_everywhere(
    mine: Repository, other: Repository, event: MakeEvent, weakness: MakeWeakness
) -> None:
    mine.create("one", "breadth", [event("opened")], "Breadth")
    results = {"score": 4.0, "verdict": "Hire", "threads": 1}
    mine.project("one", score=2.0, verdict=None, threads=1, weaknesses=[weakness("one")])
    mine.add_spending("2026-03", 1.0)
    for repository, name in ((other, "one"), (mine, "none")):
        calls: list[Callable[[], object]] = [
            lambda: repository.append(name, [event("act", 1)]),  # noqa: B023
            lambda: repository.append(name, []),  # noqa: B023
            lambda: repository.events(name),  # noqa: B023
            lambda: repository.close(name, [event("closed")], **results, weaknesses=[]),  # type: ignore[arg-type]  # noqa: B023
            lambda: repository.project(name, **results, weaknesses=[]),  # type: ignore[arg-type]  # noqa: B023
            lambda: repository.seen(name, datetime.now(UTC)),  # noqa: B023
            lambda: repository.seen_at(name),  # noqa: B023
            lambda: repository.delete(name),  # noqa: B023
        ]
        for call in calls:
            with pytest.raises(NotFound, match=name):
                call()
    with pytest.raises(NotFound):
        other.dismiss(weakness("one").id)
    with pytest.raises(NotFound):
        mine.dismiss("none")
    assert (other.interviews(), other.unfinished(), other.weaknesses(), other.spent("2026-03")) == ((), (), (), 0.0)
    assert mine.events("one") == (event("opened"),) and mine.interviews()[0].score == 2.0
    assert mine.weaknesses() == (weakness("one"),)


def test_another_users_interview_cannot_be_begun_again(mine: Repository, other: Repository, event: MakeEvent) -> None:
    mine.create("one", "breadth", [event("opened")], "Breadth")
    with pytest.raises(OutOfStep):
        other.create("one", "breadth", [event("opened")], "Theirs")
    assert other.interviews() == ()


def test_the_list_is_newest_first_and_shows_the_status(mine: Repository, event: MakeEvent) -> None:
    for number, name in enumerate(("old", "paused", "closed", "back")):
        mine.create(name, "breadth", [event("opened", number)], name.title())
    mine.append("paused", [event("paused", 5)])
    mine.append("back", [event("paused", 5), event("resumed", 6)])
    mine.close("closed", [event("closed", 7)], score=3.25, verdict="Hire", threads=4, weaknesses=[])
    mine.append("closed", [event("resumed", 8), event("disputed", 9)])
    assert [(row.id, row.status) for row in mine.interviews()] == [
        ("back", "open"),
        ("closed", "closed"),
        ("paused", "paused"),
        ("old", "open"),
    ]
    assert [row.id for row in mine.unfinished()] == ["back", "paused", "old"]
    assert mine.interviews()[1] == InterviewRow(
        id="closed",
        round="breadth",
        title="Closed",
        created_at=event("opened", 2).at,
        closed_at=event("closed", 7).at,
        score=3.25,
        verdict="Hire",
        threads=4,
        status="closed",
    )


def test_closing_is_all_or_nothing(mine: Repository, event: MakeEvent, weakness: MakeWeakness) -> None:
    mine.create("one", "breadth", [event("opened")], "Breadth")
    foreign = weakness("two")
    with pytest.raises(ValueError, match="belongs to the interview"):
        mine.close("one", [event("closed")], score=3.0, verdict="Hire", threads=1, weaknesses=[foreign])
    twice = [weakness("one"), weakness("one")]
    with pytest.raises(StoreUnavailable):
        mine.close("one", [event("closed")], score=3.0, verdict="Hire", threads=1, weaknesses=twice)
    row = mine.interviews()[0]
    assert (row.status, row.score, row.closed_at) == ("open", None, None)
    assert mine.events("one") == (event("opened"),) and mine.weaknesses() == ()


def test_projections_can_be_rebuilt_and_dismissed_rows_stay_away(
    mine: Repository, event: MakeEvent, weakness: MakeWeakness
) -> None:
    mine.create("one", "breadth", [event("opened")], "Breadth")
    kept, gone = weakness("one"), weakness("one", "missed:k1", "")
    mine.close("one", [event("closed", 4)], score=1.0, verdict="No hire", threads=1, weaknesses=[kept, gone])
    mine.dismiss(gone.id)
    mine.append("one", [event("resumed", 5)])
    mine.project("one", score=2.5, verdict=None, threads=2, weaknesses=[kept, gone])
    row = mine.interviews()[0]
    assert (row.score, row.verdict, row.threads, row.status) == (2.5, None, 2, "closed")
    assert row.closed_at == event("closed", 4).at
    assert mine.weaknesses() == (kept,)
    mine.restore(gone.id)
    assert set(mine.weaknesses()) == {kept, gone}
    with pytest.raises(NotFound):
        mine.restore("none")


def test_signs_of_life_are_kept(mine: Repository, event: MakeEvent) -> None:
    mine.create("one", "breadth", [event("opened")], "Breadth")
    assert mine.seen_at("one") is None
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    mine.seen("one", at)
    assert mine.seen_at("one") == at


def test_spending_adds_up_by_month(mine: Repository) -> None:
    assert mine.spent("2026-03") == 0.0
    for amount in (0.25, 0.5):
        mine.add_spending("2026-03", amount)
    assert (mine.spent("2026-03"), mine.spent("2026-04")) == (0.75, 0.0)
    for wrong in (-0.01, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="at least 0"):
            mine.add_spending("2026-03", wrong)


def test_deletion_leaves_no_byte(mine: Repository, event: MakeEvent, weakness: MakeWeakness, tmp_path: Path) -> None:
    canary = "canary-7f3a91"
    for name in ("keep", "gone"):
        text = f"{canary} " * 2000 if name == "gone" else "other words " * 2000
        said = [event("act", number, text=text) for number in range(5)]
        mine.create(name, "breadth", [event("opened"), *said], text[:200])
        rows = [weakness(name, sentence=text[:500])]
        mine.close(name, [event("closed", 9)], score=2.0, verdict="Lean no", threads=1, weaknesses=rows)
    assert any(canary.encode() in path.read_bytes() for path in tmp_path.iterdir())
    mine.delete("gone")
    assert {path.name: path.read_bytes().count(canary.encode()) for path in tmp_path.iterdir()} == {
        "interviewer.db": 0,
        "interviewer.db-shm": 0,
        "interviewer.db-wal": 0,
    }
    assert [row.id for row in mine.interviews()] == ["keep"] and len(mine.weaknesses()) == 1
    assert len(mine.events("keep")) == 7
    with pytest.raises(NotFound):
        mine.delete("gone")


def test_deletion_says_so_while_a_reader_keeps_the_log(mine: Repository, event: MakeEvent, tmp_path: Path) -> None:
    mine.create("one", "breadth", [event("opened")], "Breadth")
    reader = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM events").fetchone()
    with pytest.raises(StoreUnavailable, match="traces stay"):
        mine.delete("one")
    reader.close()
    assert mine.interviews() == ()


def test_what_is_being_typed_is_kept_and_belongs_to_one_window(
    mine: Repository, other: Repository, event: MakeEvent
) -> None:
    mine.create("i1", "coding", [event("opened")], "Coding")
    assert mine.draft("i1") == (0, "")
    assert mine.keep_draft("i1", 0, "a = 1\n") == 1
    with pytest.raises(OutOfStep, match="Another window"):
        mine.keep_draft("i1", 0, "b = 2\n")
    assert mine.draft("i1") == (1, "a = 1\n")
    with pytest.raises(NotFound):
        other.draft("i1")
    with pytest.raises(NotFound):
        other.keep_draft("i1", 1, "")

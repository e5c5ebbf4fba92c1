"""Room.act end to end: real store, real matcher, a real loopback model; and what survives a restart at each step."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from interviewer.domain import Act, Event, Setup
from interviewer.errors import BadMessage, InterviewOver, NotFound, OutOfStep, StoreUnavailable
from interviewer.room import Said, Update
from interviewer.rules.state import State
from interviewer.store import Repository
from tests.room.place import ANSWER, TRAPPED, Place, heard, run, said


def test_a_thread_from_opening_to_tracker(place: Place) -> None:
    async def work() -> State:
        room = place.room()
        id = await place.begin(room)
        await said(room, id, TRAPPED)
        await said(room, id, kind="ended")
        return await room.settled(id)

    state = run(work())
    assert state.over
    assert state.threads[0].grade is not None
    assert state.threads[0].grade.score is not None
    row = place.repository.interviews()[0]
    assert row.status == "closed"
    assert row.score == pytest.approx(state.threads[0].grade.score, abs=0.01)
    codes = {weakness.code for weakness in place.repository.weaknesses()}
    assert "oversample_before_split" in codes
    sentences = {weakness.sentence for weakness in place.repository.weaknesses()}
    assert TRAPPED in sentences


def test_the_built_in_interviewer_needs_no_model_and_says_so(place: Place) -> None:
    async def work() -> tuple[list[Update], State]:
        room = place.room()
        id = await place.begin(room)
        return await said(room, id), await room.look(id)

    updates, state = run(work())
    assert [type(update) for update in updates] == [Said]
    made = state.threads[0].turns[-1].made
    assert made is not None
    assert (made.by, made.fell_back) == ("built-in", "")


def test_a_number_is_taken_once_and_the_loser_is_told_to_reload(place: Place) -> None:
    async def work() -> tuple[int, int, State]:
        room = place.room()
        id = await place.begin(room)
        results = await asyncio.gather(
            *(heard(room.act(id, 1, Act(kind="said", text=f"{ANSWER} {n}"))) for n in range(6)), return_exceptions=True
        )
        state = await room.look(id)
        lost = [result for result in results if isinstance(result, OutOfStep)]
        return len(results) - len(lost), len(lost), state

    won, lost, state = run(work())
    assert (won, lost) == (1, 5)
    assert state.acts == 2
    assert sum(turn.speaker == "candidate" for turn in state.threads[0].turns) == 1


def test_two_rooms_on_one_store_are_two_tabs(place: Place) -> None:
    async def work() -> None:
        first, second = place.room(), place.room()
        id = await place.begin(first)
        await said(first, id)
        with pytest.raises(OutOfStep, match="Reload the page"):
            await heard(second.act(id, 1, Act(kind="said", text=ANSWER)))
        await said(second, id)
        assert (await first.look(id)).acts == 3

    run(work())


@pytest.mark.parametrize(
    ("text", "sentence"), [("", "nothing in that message"), ("\u200b\x00", "nothing in"), ("a" * 200_000, "8,000")]
)
def test_a_bad_message_is_one_sentence_and_changes_nothing(place: Place, text: str, sentence: str) -> None:
    async def work() -> None:
        room = place.room()
        id = await place.begin(room)
        before = place.repository.events(id)
        with pytest.raises(BadMessage, match=sentence):
            await said(room, id, text)
        assert place.repository.events(id) == before

    run(work())


@pytest.mark.parametrize("text", ["مرحبا، أستخدم الدقة 🎯", "x\x00y\x1b[2J precision", "精确率"])
def test_any_script_is_taken(place: Place, text: str) -> None:
    async def work() -> str:
        room = place.room()
        id = await place.begin(room)
        await said(room, id, text)
        return next(t.text for t in (await room.look(id)).threads[0].turns if t.speaker == "candidate")

    assert "\x00" not in run(work())


def test_nothing_is_taken_after_the_end(place: Place) -> None:
    async def work() -> None:
        room = place.room()
        id = await place.begin(room)
        await said(room, id, kind="ended")
        with pytest.raises(InterviewOver):
            await said(room, id)
        await room.settled(id)
        with pytest.raises(InterviewOver, match="debrief and transcript"):
            await said(room, id)

    run(work())


@pytest.mark.parametrize("kind", ["unknown", "somebody else's"])
def test_an_interview_that_is_not_ones_own_is_not_there(place: Place, kind: str) -> None:
    async def work() -> None:
        room = place.room()
        id = await place.begin(room) if kind != "unknown" else "0" * 32
        other = place.room(place.store.repository(999) if kind != "unknown" else None)
        for call in (other.look(id), heard(other.act(id, 1, Act(kind="said", text="x"))), heard(other.resume(id))):
            with pytest.raises(NotFound):
                await call

    run(work())


def test_an_unknown_question_or_round_is_refused_before_anything_is_kept(place: Place) -> None:
    async def work() -> None:
        room = place.room()
        with pytest.raises(NotFound, match="no question called 'nope'"):
            await room.open(Setup(round="breadth", question="nope"))
        with pytest.raises(NotFound, match="no round called 'cooking'"):
            await room.open(Setup(round="cooking"))

    run(work())
    assert place.repository.interviews() == ()


def test_begin_is_not_an_act_of_the_candidate(place: Place) -> None:
    async def work() -> None:
        room = place.room()
        id = await place.begin(room)
        with pytest.raises(BadMessage):
            await said(room, id, kind="begin")

    run(work())


def test_a_page_that_goes_away_in_the_middle_loses_nothing(place: Place) -> None:
    async def work() -> State:
        room = place.room()
        id = await place.begin(room)
        stream = room.act(id, 1, Act(kind="said", text=ANSWER))
        first = asyncio.ensure_future(anext(stream))
        # Only what was recorded is kept: on a busy machine that takes a while.
        for _ in range(1000):
            if (await room.look(id)).acts == 2:
                break
            await asyncio.sleep(0.005)
        first.cancel()
        await heard(room.resume(id))
        return await room.look(id)

    state = run(work())
    assert state.pending is None
    assert [turn.speaker for turn in state.threads[0].turns] == ["interviewer", "candidate", "interviewer"]


# ---------------------------------------------------------------- the clock


def test_three_minutes_without_a_sign_pause_the_clock(place: Place) -> None:
    async def work() -> tuple[float, list[Any]]:
        room = place.room()
        id = await place.begin(room)
        await room.sign(id)
        place.clock.wait(60)
        await room.sign(id)
        place.clock.wait(3_600)
        await room.sign(id)
        place.clock.wait(10)
        state = await room.look(id)
        return state.clock_at(place.clock.now), [event.kind for event in place.repository.events(id)][-2:]

    clock, kinds = run(work())
    assert clock == 70
    assert kinds == ["paused", "resumed"]


def test_a_restart_in_between_pauses_from_the_last_sign_that_was_written(place: Place) -> None:
    async def work() -> float:
        room = place.room()
        id = await place.begin(room)
        place.clock.wait(30)
        await room.sign(id)
        place.clock.wait(86_400)
        await said(place.room(), id)
        return (await room.look(id)).clock

    assert run(work()) == 30


def test_silence_makes_a_tick_due_and_the_tick_a_nudge(place: Place) -> None:
    async def work() -> tuple[list[bool], list[Update]]:
        room = place.room()
        id = await place.begin(room)
        due = []
        for _ in range(19):
            place.clock.wait(10)
            due.append(await room.sign(id))
        return due, await said(room, id, kind="tick")

    due, updates = run(work())
    assert due == [False] * 17 + [True, True]
    assert isinstance(updates[0], Said)


# ---------------------------------------------------------------- a restart at each step


class Dies(Exception):
    """The process is gone."""


class Mortal(Repository):
    """The real repository, in a process that dies before or after a write of the n-th kind."""

    def __init__(self, real: Repository, dies: Callable[[str, str], bool]) -> None:
        self.__dict__.update(real.__dict__)
        self._dies = dies

    def append(self, interview_id: str, events: Any) -> None:
        self._write("append", events, lambda: super(Mortal, self).append(interview_id, events))

    def close(self, interview_id: str, events: Any, **rest: Any) -> None:
        self._write("close", events, lambda: super(Mortal, self).close(interview_id, events, **rest))

    def _write(self, _: str, events: tuple[Event, ...], write: Callable[[], None]) -> None:
        kinds = "+".join(event.kind for event in events)
        if self._dies("before", kinds):
            raise Dies
        write()
        if self._dies("after", kinds):
            raise Dies


@pytest.mark.parametrize(
    ("when", "what"),
    [
        ("before", "act"),
        ("after", "act"),
        ("before", "observed+decided+spoken"),
        ("after", "observed+decided+spoken"),
        ("before", "graded"),
        ("after", "graded"),
        ("before", "closed"),
        ("after", "closed"),
    ],
)
def test_a_restart_at_any_step_loses_nothing_and_doubles_nothing(place: Place, when: str, what: str) -> None:
    async def dying() -> str:
        room = place.room()
        id = await place.begin(room)
        mortal = place.room(Mortal(place.repository, lambda w, kinds: (w, kinds) == (when, what)))
        for kind in ("said", "ended"):
            try:
                await said(mortal, id, kind=kind)
                await asyncio.wait_for(mortal.settled(id), 20)
            except Dies:
                break
        return id

    async def again(id: str) -> State:
        room = place.room()
        await heard(room.resume(id))
        for kind, number in (("said", 1), ("ended", 2)):
            state = await room.look(id)
            if not state.over and state.acts == number:
                await said(room, id, kind=kind)
        await room.settled(id)
        await heard(room.resume(id))
        return await room.settled(id)

    id = run(dying())
    state = run(again(id))
    events = place.repository.events(id)
    assert state.over
    assert [event.key for event in events if event.kind == "act"] == ["act:0", "act:1", "act:2"]
    for kind, count in (("observed", 3), ("decided", 3), ("spoken", 3), ("graded", 1), ("closed", 1)):
        assert sum(event.kind == kind for event in events) == count, kind
    assert [turn.text for turn in state.threads[0].turns if turn.kind == "said"] == [ANSWER]
    assert len({weakness.id for weakness in place.repository.weaknesses()}) == len(place.repository.weaknesses())


def test_a_store_that_fails_acknowledges_nothing(place: Place) -> None:
    class Full(Repository):
        def __init__(self, real: Repository) -> None:
            self.__dict__.update(real.__dict__)

        def append(self, interview_id: str, events: Any) -> None:
            raise StoreUnavailable("The disk is full: free some space; your message was not taken.")

    async def work() -> None:
        id = await place.begin(place.room())
        with pytest.raises(StoreUnavailable, match="disk is full"):
            await said(place.room(Full(place.repository)), id)
        assert (await place.room().look(id)).acts == 1

    run(work())


def test_two_windows_that_close_the_same_interview_close_it_once(place: Place) -> None:
    async def work() -> State:
        first, second = place.room(), place.room()
        id = await place.begin(first)
        await said(first, id)
        await said(first, id, kind="ended")
        await heard(second.resume(id))
        await asyncio.gather(first.settled(id), second.settled(id))
        assert not await first.sign(id)
        return await second.settled(id)

    state = run(work())
    assert state.over
    keys = [event.key for event in place.repository.events(state.id)]
    assert keys.count("closed") == 1
    assert keys.count("graded:0:0") == 1

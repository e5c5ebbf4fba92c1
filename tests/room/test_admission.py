"""Places for interviews: beyond the last one a sentence, and nothing lost."""

from __future__ import annotations

import pytest

from interviewer.admission import LEFT_AFTER, Admission
from interviewer.content import shipped
from interviewer.domain import Act, Setup
from interviewer.errors import Busy
from interviewer.room import Room
from tests.room.place import ANSWER, Clock, Place, heard, run, said


def small(place: Place, most: int) -> Room:
    return Room(place.repository, shipped(), lambda step: None, now=place.clock, admission=Admission(place.clock, most))


def test_the_surplus_is_refused_and_nothing_of_it_kept(place: Place) -> None:
    async def work() -> None:
        room = small(place, 2)
        first = await place.begin(room)
        await place.begin(room)
        with pytest.raises(Busy, match="All 2 places are taken"):
            await room.open(Setup(round="breadth"))
        assert len(place.repository.interviews()) == 2
        assert await said(room, first)

    run(work())


def test_a_place_is_free_again_after_the_end_or_a_while_without_a_sign(place: Place) -> None:
    async def work() -> None:
        room = small(place, 1)
        first = await place.begin(room)
        await said(room, first, kind="ended")
        await room.settled(first)
        second = await place.begin(room)
        place.clock.wait(LEFT_AFTER + 1)
        third = await place.begin(room)
        with pytest.raises(Busy):
            await heard(room.act(second, 1, Act(kind="said", text=ANSWER)))
        assert (await room.look(second)).acts == 1
        place.clock.wait(LEFT_AFTER + 1)
        await said(room, second)
        assert (await room.look(third)).acts == 1

    run(work())


def test_who_is_inside_stays(place: Place) -> None:
    clock = Clock()
    admission = Admission(clock, 1)
    admission.enter("a")
    clock.wait(LEFT_AFTER * 2)
    admission.enter("a")
    with pytest.raises(Busy):
        admission.enter("b")
    admission.leave("a")
    admission.enter("b")

"""A process that runs one interview for ever and says on standard output what is on the disk. Made to be killed.

python -m tests.soak.rooms HOME
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from interviewer.domain import Act, Event, Setup
from interviewer.program import Program
from interviewer.room import Room
from interviewer.store import Repository

ANSWERS = (
    "Accuracy says nothing at half a percent positives. I look at precision at the review capacity.",
    "I split by time first and resample only the training part.",
    "The labels come weeks late, so the newest month looks cleaner than it is.",
)


class Telling(Repository):
    """The real repository; it says which acts are committed."""

    def __init__(self, real: Repository) -> None:
        self.__dict__.update(real.__dict__)

    def append(self, interview_id: str, events: Any) -> None:
        super().append(interview_id, events)
        self._tell(interview_id, events)

    def create(self, interview_id: str, round: str, events: Any, title: str) -> None:
        super().create(interview_id, round, events, title)
        self._tell(interview_id, events)

    def _tell(self, interview_id: str, events: tuple[Event, ...]) -> None:
        for event in events:
            sys.stdout.write(f"{interview_id} {event.key}\n")
        sys.stdout.flush()


async def work(home: Path) -> None:
    """Go on with what is unfinished, then begin another, without end."""
    program = Program(home, model="none")
    room = Room(Telling(program.repository), program.content, program.model)
    while True:
        unfinished = [row.id for row in program.repository.interviews() if row.status != "closed"]
        id = unfinished[0] if unfinished else await room.open(Setup(round="breadth", minutes=20, seed=len(ANSWERS)))
        async for _ in room.resume(id):
            pass
        while not (state := await room.settled(id)).over:
            if state.last_move is not None and state.last_move.kind == "close":
                async for _ in room.resume(id):
                    pass
                continue
            act = Act(kind="ended") if state.acts > 8 else Act(kind="said", text=ANSWERS[state.acts % len(ANSWERS)])
            async for _ in room.act(id, state.acts, act):
                pass


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1])))

"""What the page shows when an answer is sent while the database is in trouble, and when it is sent again afterwards.

python -m tests.store.page HOME    prints it as JSON, for each trouble
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import gradio as gr

from interviewer.domain import Act, Setup
from interviewer.program import Program
from interviewer.web.live import Live
from tests.store.disks import ANSWER, TROUBLES, Trouble


async def show(program: Program, live: Live, trouble: Trouble) -> dict[str, Any]:
    """What is shown during the trouble and after it, and the keys of the log at the end."""
    id = await program.room.open(Setup(round="breadth", question="class-imbalance", minutes=20))
    async for _ in program.room.resume(id):
        pass
    with trouble.on(program.store):
        during = await send(live, id)
    after = await send(live, id)
    return {"during": during, "after": after, "keys": [event.key for event in program.repository.events(id)]}


async def send(live: Live, id: str) -> dict[str, Any]:
    """The last that the page was told of some of its parts."""
    shown: dict[Any, Any] = {}
    async for updates in live._take(f"{id}:1", Act(kind="said", text=ANSWER), {}, draft=ANSWER):
        shown |= updates
    message, button = ({k: v for k, v in shown[part].items() if k != "__type__"} for part in (live.message, live.send))
    return {"notice": str(shown[live.notice]), "message": message, "send": button}


async def show_all(program: Program, live: Live) -> dict[str, Any]:
    """The same for every trouble, one after another."""
    return {trouble.name: await show(program, live, trouble) for trouble in TROUBLES}


def main() -> None:
    """Print it."""
    program = Program(Path(sys.argv[1]))
    with gr.Blocks():
        live = Live(program, gr.Column())
    sys.stdout.write(json.dumps(asyncio.run(show_all(program, live))))
    program.store.dispose()


if __name__ == "__main__":
    main()

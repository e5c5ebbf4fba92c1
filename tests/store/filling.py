"""Acts of a candidate in a folder that the caller has put on a disk of some kind. Prints what became of them, as JSON.

python -m tests.store.filling full HOME    acts until the disk is full, makes room, and acts again
python -m tests.store.filling act HOME     one act in the interview that is there, or in a new one
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from interviewer.content import shipped
from interviewer.domain import Act, Setup
from interviewer.errors import StoreUnavailable
from interviewer.room import Room
from interviewer.store import Store
from tests.store.disks import ANSWER


async def act(store: Store) -> dict[str, Any]:
    """One act; the sentence if it was refused, and how many acts and other events there are."""
    repository = store.repository(store.local_user())
    room = Room(repository, shipped(), lambda _: None)
    told = ""
    try:
        rows = repository.interviews()
        id = rows[0].id if rows else await room.open(Setup(round="breadth", minutes=120))
        async for _ in room.resume(id):
            pass
        async for _ in room.act(id, (await room.look(id)).acts, Act(kind="said", text=ANSWER)):
            pass
    except StoreUnavailable as error:
        told = str(error)
    keys = [event.key for row in repository.interviews() for event in repository.events(row.id)]
    return {"told": told, "acts": sum(key.startswith("act:") for key in keys), "twice": len(keys) - len(set(keys))}


async def fill(store: Store, home: Path) -> dict[str, Any]:
    """Acts until one is refused, once more, and again when there is room."""
    ballast = home / "ballast"
    ballast.write_bytes(bytes(600_000))
    for _ in range(200):
        first = await act(store)
        if first["told"]:
            break
    second = await act(store)
    ballast.unlink()
    third = await act(store)
    return {"first": first, "second": second, "third": third, "check": store.check()}


def main() -> None:
    """Print it."""
    home = Path(sys.argv[2])
    try:
        store = Store.open(home)
    except StoreUnavailable as error:
        sys.stdout.write(json.dumps({"told": str(error)}))
        return
    found = asyncio.run(fill(store, home) if sys.argv[1] == "full" else act(store))
    store.dispose()
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()

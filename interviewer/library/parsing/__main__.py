"""The child process: one request on standard input, one answer on standard output; see `interviewer.library.child`.

Request: a line of JSON {task, parent, seconds, memory, plan, size} and what the task needs, then `size` bytes. Answer:
a line of JSON {refused} or {reading} or {posts} or {names, sizes}, then as many bytes as the sizes say.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from typing import Any

from interviewer.library.parsing import limits
from interviewer.library.parsing.result import MOST_CHARACTERS, Reading, Refusal, too_long


def main() -> None:
    """Read the request, bind this process, do the task, write the answer."""
    request = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read(request["size"])
    if len(data) != request["size"]:
        os._exit(1)
    # Libraries may print: nothing but the answer may reach the real output.
    answer_to = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    limits.apply(**{name: request[name] for name in ("parent", "seconds", "memory", "plan")})
    try:
        head, parts = _answer(request, data)
    except Refusal as refusal:
        head, parts = {"refused": str(refusal), "pages": refusal.pages}, []
    except RecursionError:
        head, parts = {"refused": "is nested too deeply to read: save it anew (print it to a PDF) and add that"}, []
    except MemoryError:
        os._exit(limits.TOO_MUCH_MEMORY)
    answer_to.write(json.dumps(head, ensure_ascii=True).encode() + b"\n")
    for part in parts:
        answer_to.write(part)
    answer_to.flush()
    # What was answered stands; taking a hostile document's objects apart could only hang or crash.
    os._exit(0)


def _answer(request: dict[str, Any], data: bytes) -> tuple[dict[str, Any], list[bytes]]:
    if request["task"] == "unpack":
        from interviewer.library.parsing.archive import unpack

        members = unpack(data)
        return {"names": [name for name, _ in members], "sizes": [len(part) for _, part in members]}, [
            part for _, part in members
        ]
    if request["task"] == "picture":
        from interviewer.library.parsing.picture import picture

        png = picture(data, request["page"], width=request["width"])
        return {"names": [""], "sizes": [len(png)]}, [png]
    if request["task"] == "feed":
        from interviewer.library.parsing.feed import posts

        return {"posts": posts(data, url=request["url"], charset=request["charset"]), "sizes": []}, []
    from interviewer.library.parsing.kinds import read

    reading = read(data, name=request["name"], media_type=request["media_type"])
    return {"reading": dataclasses.asdict(_checked(reading)), "names": [], "sizes": []}, []


def _checked(reading: Reading) -> Reading:
    characters = sum(len(block.text) for block in reading.blocks)
    if characters > MOST_CHARACTERS:
        raise too_long(characters)
    return reading


if __name__ == "__main__":
    main()

"""A browser's part of the wire, without the browser: one tab of the live room over HTTP, as the page does it.

An event is a POST to the queue and a stream of messages that ends with its completion. Which event is which, and which
of its outputs is what, is read from the page's own configuration.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
import urllib.request
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from evals.bench.seats import Turn

BEGIN, SEND, BEAT = "_begin", "send", "_beat"
"""Names of the handlers that a tab calls."""
_SPOKEN: Final = re.compile(r'<li class="turn interviewer"[^>]*><p class="who">Interviewer</p>(?!.*class=\\?"typing)')
_NOTICE: Final = re.compile(r'<div class="notice (problem|note)"[^>]*>(.*?)</div>')
_LONGEST_LINE: Final = 8_000_000


class Broken(Exception):
    """The server did not answer as it should."""


@dataclass(frozen=True)
class Form:
    """What the page's configuration says: events by name, and where in their outputs things stand."""

    address: str
    events: dict[str, dict[str, Any]]
    values: dict[int, Any]
    """Component → the value with which the page starts."""
    names: dict[int, str]
    """Component → its id on the page."""

    def where(self, event: str, name: str) -> int:
        """The place of a component in the outputs of an event."""
        return [self.names.get(id) for id in self.events[event]["outputs"]].index(name)


def read_form(address: str) -> Form:
    """Load the page's configuration."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{address}/config", timeout=30) as answer:
        config = json.loads(answer.read())
    components = {component["id"]: component["props"] for component in config["components"]}
    return Form(
        address=address,
        events={event["api_name"]: event for event in config["dependencies"]},
        values={id: props.get("value") for id, props in components.items()},
        names={id: props.get("elem_id") or "" for id, props in components.items()},
    )


@dataclass
class Tab:
    """One tab in the live room."""

    form: Form
    session: str
    place: str = ""
    over: bool = False
    turns: list[Turn] = field(default_factory=list)

    async def begin(self, *, minutes: int = 40) -> Turn:
        """Press Begin with the form as it stands but for the length."""
        event = self.form.events[BEGIN]
        data = [self.form.values[id] for id in event["inputs"]]
        data[2], data[-1] = minutes, {}
        return await self._turn(BEGIN, data)

    async def say(self, text: str) -> Turn:
        """Send an answer; kept in `turns`."""
        turn = await self._turn(SEND, [text, self.place, {}])
        self.turns.append(turn)
        return turn

    async def beat(self) -> None:
        """The sign of life that a page gives every few seconds."""
        async for _ in self._event(BEAT, [self.place, {}]):
            pass

    async def _turn(self, name: str, data: Sequence[Any]) -> Turn:
        at = time.monotonic()
        first = last = 0.0
        notices: list[str] = []
        problem, output = "", []
        now = self.form.where(name, "now")
        async for when, line in self._event(name, data):
            if '"process_generating"' in line and "Interviewer</p>" in line.replace('\\"', '"'):
                part = json.loads(line)["output"]["data"]
                if _SPOKEN.search(_text(part[now])) and "</div>" in _text(part[now]):
                    first, last = first or when, when
            if "process_completed" in line:
                message = json.loads(line)
                if not message["success"]:
                    problem = str(message.get("output", {}).get("error") or "failed")
                else:
                    output = message["output"]["data"]
        ended = time.monotonic()
        if output:
            self._stands(name, output)
            for kind, sentence in _NOTICE.findall(json.dumps(output).replace('\\"', '"')):
                if kind == "problem":
                    problem = sentence
                else:
                    notices.append(sentence)
        elif not problem:
            problem = "no answer"
        return Turn(at, first or ended, last or ended, "", notices=tuple(notices), error=problem)

    def _stands(self, name: str, output: Sequence[Any]) -> None:
        """Note the place and whether the interview has ended, from everything that the page shows now."""
        place = output[self.form.where(name, "place")]
        if isinstance(place, str) and place:
            self.place = place
        room = output[self.form.where(name, "room")]
        self.over = isinstance(room, dict) and room.get("visible") is False and bool(self.place)

    async def _event(self, name: str, data: Sequence[Any]) -> AsyncIterator[tuple[float, str]]:
        """Put an event into the queue; each message that comes back, with its time, up to the completion."""
        event = self.form.events[name]
        body = {
            "data": list(data),
            "event_data": None,
            "fn_index": event["id"],
            "session_hash": self.session,
            "trigger_id": event["targets"][0][0],
        }
        async for _, line in self._http("POST", "/gradio_api/queue/join", json.dumps(body).encode()):
            if '"event_id"' in line:
                own = json.loads(line)["event_id"]
                break
        else:
            raise Broken(f"the queue did not take {name!r}")
        async for when, line in self._http("GET", f"/gradio_api/queue/data?session_hash={self.session}"):
            if not line.startswith("data: "):
                continue
            if own in line:
                yield when, line[6:]
                if '"process_completed"' in line:
                    return
            elif "unexpected_error" in line:
                raise Broken(line[6:200])

    async def _http(self, method: str, path: str, body: bytes = b"") -> AsyncIterator[tuple[float, str]]:
        """The lines of an answer, the frames of a chunked one among them."""
        to = urlsplit(self.form.address)
        reader, writer = await asyncio.open_connection(to.hostname, to.port, limit=_LONGEST_LINE)
        try:
            head = f"{method} {path} HTTP/1.1\r\nHost: {to.netloc}\r\nOrigin: {self.form.address}\r\n"
            head += "Sec-Fetch-Site: same-origin\r\nConnection: close\r\n"
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n" if body else "\r\n"
            writer.write(head.encode() + body)
            status = (await reader.readline()).decode()
            if " 200 " not in status:
                raise Broken(f"{path.partition('?')[0]}: {status.strip()!r}")
            while line := await reader.readline():
                yield time.monotonic(), line.decode("utf-8", "replace").rstrip("\r\n")
        finally:
            writer.close()


def _text(part: Any) -> str:
    """An output or the difference to what it was, as text."""
    return part if isinstance(part, str) else "".join(str(change[-1]) for change in part if isinstance(change, list))

"""A server that says the key back, wherever it can: it is in no log, event, page, export, notice or traceback."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from interviewer.cli import reading
from interviewer.content import shipped
from interviewer.domain import Act, Setup
from interviewer.errors import StoreUnavailable
from interviewer.llm.redact import CHATTY_LOGGERS
from interviewer.play import as_json
from interviewer.program import Program
from interviewer.room import Room
from interviewer.store import Repository, Store
from interviewer.web import conversation, transcripts_state
from interviewer.web.debrief import debrief
from tests.faults.cases import whole
from tests.faults.rooms import ANSWERS, KEY, STEPS, Failing, Played, Step, heard, model_at, play, step_of
from tests.llm.asking import warm
from tests.wire.openai_server import Fault, OpenAIServer, Reply, Request, Scripted

KNOWN_BY = (KEY, KEY[3:14], KEY[-10:])
"""The key, and enough of either end of it to be of use to somebody."""


def inside(request: Request) -> Scripted:
    """A good answer with the key in it, in one of its words or reasons."""
    text = whole(request)
    told = text.replace("Said so.", f"Said so with {KEY}.").replace("Direct.", f"Direct, {KEY}.")
    if step_of(request) == "observe":
        told = text.replace('"K3"', f'"{KEY}"')
    return Reply(told.replace("capacity.", f"capacity, {KEY}, as it is."))


ECHOES: dict[str, Callable[[Request], Scripted]] = {
    **{
        f"{status}": lambda _, status=status: Fault(  # type: ignore[misc]
            status=status, message="Incorrect API key provided: {key}. You sent Bearer {key}."
        )
        for status in (400, 401, 404, 429, 503)
    },
    "header": lambda _: Fault(status=500, headers={"X-Request-Key": "{key}", "WWW-Authenticate": "Bearer {key}"}),
    "header of an answer": lambda _: Fault(body="", headers={"X-Key": "{key}", "Set-Cookie": "key={key}"}),
    "redirect": lambda _: Fault(status=307, headers={"Location": "http://127.0.0.1:1/v1?key={key}"}),
    "plain body": lambda _: Fault(status=400, body="Bearer {key} is wrong", content_type="text/plain"),
    "page": lambda _: Fault(body="<html>{key}</html>", content_type="text/html"),
    "error with 200": lambda _: Fault(body='{"error": {"message": "no {key}", "code": "{key}"}}'),
    "broken event": lambda _: Fault(body='data: {"broken {key}\n\n', content_type="text/event-stream"),
    "error in the stream": lambda _: Fault(error_event={"message": "bad {key}", "code": "{key}"}),
    "refusal": lambda _: Fault(refusal="I will not work with {key}."),
    "answer": inside,
    "half an answer": lambda request: Fault(text="Of what is {key} a sign? And what of {key}", cut_after=1_000),
    "tool call": lambda _: Fault(tool=json.dumps({"key": KEY})),
}


@pytest.fixture(autouse=True)
def listening(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Everything is logged that anybody asks for; the libraries are the program's own to silence."""
    warm()
    for name in ("", "interviewer", "asyncio", *CHATTY_LOGGERS):
        caplog.set_level(logging.DEBUG, logger=name)
    yield
    for name in CHATTY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def shown(home: Path, played: Played) -> Iterator[str]:
    """All that a page, the command line or an export makes of an interview."""
    program = Program(home, model="none")
    try:
        now = datetime.now(UTC)
        transcript = asyncio.run(transcripts_state.read(program, played.state.id))
        yield transcripts_state.page(transcript, now)
        yield transcripts_state.listing(asyncio.run(transcripts_state.read_list(program)), now)
        yield str([row.model_dump(mode="json") for row in program.repository.weaknesses()])
    finally:
        program.store.dispose()
    yield conversation.conversation(played.state)
    yield debrief(played.state)
    yield json.dumps(as_json(played.state, played.events))


# Each echo at one of the steps in turn; at the others in the soak.
CELLS = [
    pytest.param(echo, step, id=f"{name}-{step}", marks=() if n == row % len(STEPS) else pytest.mark.soak)
    for row, (name, echo) in enumerate(ECHOES.items())
    for n, step in enumerate(STEPS)
]


@pytest.mark.parametrize(("echo", "step"), CELLS)
def test_a_key_that_is_said_back_goes_nowhere(
    echo: Callable[[Request], Scripted],
    step: Step,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    script = Failing(step, echo)
    with OpenAIServer(script) as server:
        played = asyncio.run(play(tmp_path, server, (" ".join(ANSWERS),)))
    assert script.faulted >= 1
    assert played.state.over
    reading.show(played.state.id, as_json=True)
    reading.show(played.state.id, as_json=False)
    out = capsys.readouterr()
    log = "\n".join(f"{record.getMessage()} {record.exc_text or ''} {record.__dict__}" for record in caplog.records)
    events = "".join(event.model_dump_json() for event in played.events)
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    places = {
        "log": log + caplog.text,
        "events": events,
        "talk": " ".join((*played.said, *played.notices)),
        "output": out.out + out.err,
        "pages": "".join(shown(tmp_path, played)),
        "files": files.decode("latin-1"),
    }
    assert {name for name, text in places.items() for part in KNOWN_BY if part in text} == set()
    assert all(text for name, text in places.items() if name != "log")
    assert any(made["fell_back"] for made in played.made(step))


class Full(Repository):
    """The real repository, on a disk that is full once an act is to be answered."""

    def __init__(self, real: Repository) -> None:
        self.__dict__.update(real.__dict__)

    def append(self, interview_id: str, events: Any) -> None:
        if any(event.kind == "spoken" and event.key != "spoken:0" for event in events):
            raise StoreUnavailable("The disk is full.")
        super().append(interview_id, events)


@pytest.mark.parametrize("step", ["observe", "speak"])
def test_a_fault_of_ours_beside_one_of_the_server_has_no_key_in_its_traceback(step: Step, tmp_path: Path) -> None:
    async def work(server: OpenAIServer) -> str:
        model = model_at(server)
        room = Room(Full(store.repository(store.local_user())), shipped(), lambda _: model)
        id = await room.open(Setup(round="breadth", question="class-imbalance", minutes=20))
        await heard(room.resume(id))
        with pytest.raises(StoreUnavailable) as caught:
            await heard(room.act(id, 1, Act(kind="said", text=ANSWERS[0])))
        return "".join(traceback.format_exception(caught.value))

    store = Store.open(tmp_path)
    with OpenAIServer(Failing(step, lambda _: Fault(status=401, message="Bearer {key}"))) as server:
        told = asyncio.run(work(server))
    store.dispose()
    assert "The disk is full." in told
    assert [part for part in KNOWN_BY if part in told] == []

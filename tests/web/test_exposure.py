"""What the running application lets in, asked of every route and every event that it really has.

The lists come from the application itself: a route or an event that is new and not accounted for fails here.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import fastapi
import pytest
from starlette.testclient import TestClient

from interviewer.domain import Setup
from interviewer.library import Source
from interviewer.program import Program
from interviewer.web.app import create_app
from interviewer.web.guard import LARGEST_BODY
from tests.web.asgi import PORT, address_of, ask, routes
from tests.web.interviews import log_of, put
from tests.web.test_guard import assert_guarded

pytestmark = pytest.mark.filterwarnings("ignore:.*no_silent_downcasting")
"""Gradio's own; it counts its calls with pandas."""

HERE: Final = f"http://127.0.0.1:{PORT}"
OWN: Final = {"host": f"127.0.0.1:{PORT}", "origin": HERE, "sec-fetch-site": "same-origin"}
CANARY: Final = "canary-4f1c"
INTERVIEW: Final = "a" * 32

OPEN: Final = frozenset(
    (
        *("/library", "/library/", "/library/files", "/library/pages/{document}/{page}.png"),
        *("/", "/transcripts", "/transcripts/", "/progress", "/progress/", "/settings", "/settings/"),
        *("/config", "/config/", "/theme.css", "/favicon.ico", "/robots.txt", "/manifest.json"),
        *("/static/{path:path}", "/assets/{path:path}", "/board/{name}", "/code/codemirror.min.js"),
        *("/gradio_api/app_id", "/gradio_api/app_id/", "/gradio_api/cancel", "/gradio_api/heartbeat/{session_hash}"),
        *("/gradio_api/info", "/gradio_api/info/", "/gradio_api/queue/data", "/gradio_api/queue/join"),
        *("/gradio_api/reset", "/gradio_api/reset/", "/gradio_api/startup-events", "/gradio_api/theme.css"),
    )
)
"""The routes that the pages need; all others have to look as if they were not there."""

FOREIGN: Final[dict[str, list[tuple[str, str]]]] = {
    "no host": [],
    "foreign host": [("host", "evil.example")],
    "foreign host, our port": [("host", f"evil.example:{PORT}")],
    "rebound name": [("host", f"127.0.0.1.nip.example:{PORT}")],
    "name that resolves here": [("host", f"localtest.example:{PORT}")],
    "every interface": [("host", f"0.0.0.0:{PORT}")],
    "short loopback": [("host", f"127.1:{PORT}")],
    "other loopback": [("host", f"127.0.0.2:{PORT}")],
    "loopback as a number": [("host", f"2130706433:{PORT}")],
    "loopback in hexadecimal": [("host", f"0x7f.0.0.1:{PORT}")],
    "trailing dot": [("host", f"localhost.:{PORT}")],
    "trailing dot of an address": [("host", f"127.0.0.1.:{PORT}")],
    "user name": [("host", f"user@127.0.0.1:{PORT}")],
    "user name, foreign": [("host", f"127.0.0.1:{PORT}@evil.example")],
    "mapped loopback": [("host", f"[::ffff:127.0.0.1]:{PORT}")],
    "brackets without end": [("host", f"[::1:{PORT}")],
    "two ports": [("host", f"127.0.0.1:80:{PORT}")],
    "another port": [("host", "127.0.0.1:80")],
    "port with a sign": [("host", f"127.0.0.1:+{PORT}")],
    "port with a nought": [("host", f"127.0.0.1:0{PORT}")],
    "path in the host": [("host", f"127.0.0.1:{PORT}/x")],
    "list of hosts": [("host", f"127.0.0.1:{PORT}, evil.example")],
    "two hosts": [("host", f"127.0.0.1:{PORT}"), ("host", "evil.example")],
    "the same host twice": [("host", f"127.0.0.1:{PORT}"), ("host", f"127.0.0.1:{PORT}")],
    "foreign origin": [("host", f"127.0.0.1:{PORT}"), ("origin", "https://evil.example")],
    "origin null": [("host", f"127.0.0.1:{PORT}"), ("origin", "null")],
    "origin of an extension": [("host", f"127.0.0.1:{PORT}"), ("origin", "chrome-extension://abcdef")],
    "origin of a file": [("host", f"127.0.0.1:{PORT}"), ("origin", "file://")],
    "origin on another port": [("host", f"127.0.0.1:{PORT}"), ("origin", "http://127.0.0.1:3000")],
    "origin without port": [("host", f"127.0.0.1:{PORT}"), ("origin", "http://127.0.0.1")],
    "origin by another name": [("host", f"127.0.0.1:{PORT}"), ("origin", f"http://localhost:{PORT}")],
    "origin with a path": [("host", f"127.0.0.1:{PORT}"), ("origin", f"{HERE}/")],
    "two origins": [("host", f"127.0.0.1:{PORT}"), ("origin", HERE), ("origin", "https://evil.example")],
    "forwarded host": [("host", "evil.example"), ("x-forwarded-host", f"127.0.0.1:{PORT}")],
    "cross-site": [("host", f"127.0.0.1:{PORT}"), ("sec-fetch-site", "cross-site")],
    "same site, another port": [("host", f"127.0.0.1:{PORT}"), ("sec-fetch-site", "same-site")],
    "cross-site and own origin": [*OWN.items(), ("sec-fetch-site", "cross-site")],
    "unknown site": [("host", f"127.0.0.1:{PORT}"), ("sec-fetch-site", "elsewhere")],
}


class Served(NamedTuple):
    """The application with an interview and a key in it."""

    program: Program
    app: fastapi.FastAPI
    client: TestClient


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    program = Program(tmp_path_factory.mktemp("exposed"))
    program.save({"api_key": f"sk-{CANARY}", "base_url": "http://127.0.0.1:9/v1"})
    put(program.repository, INTERVIEW, log_of(said=[f"I would ship it, {CANARY}."]))
    post = f"# Ranking {CANARY}\n\n{'We split the log by user, and judge on the week after. ' * 20}"
    added = program.library.add([Source(f"{CANARY}.md", post.encode())], company=CANARY)
    assert [progress.step for progress in added] == ["added"]
    app = asyncio.run(_created(program))
    with TestClient(app, base_url=HERE, headers=OWN, raise_server_exceptions=False) as client:
        yield Served(program, app, client)
    program.store.dispose()


async def _created(program: Program) -> fastapi.FastAPI:
    """Inside a loop, because gradio makes one for its locks where there is none, and leaves it open."""
    return create_app(program)


def on_its_loop(served: Served, run: Callable[[], Awaitable[None]]) -> None:
    """Run where the application runs: another loop would take its queue down on its way out."""
    assert served.client.portal is not None
    served.client.portal.call(run)


def test_there_are_as_many_routes_as_we_think(served: Served) -> None:
    found = {path for path, _ in routes(served.app.routes)}
    assert len(found) > 60, "the walk must reach the routes of the mounted application"
    assert found >= OPEN, "the list of open routes names one that is not there"
    assert len(served.app.user_middleware) == 1


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_requests_reach_no_route(served: Served, name: str) -> None:
    async def run() -> None:
        for path, methods in routes(served.app.routes):
            for method in sorted(methods | {"GET", "HEAD", "POST", "OPTIONS", "DELETE", "TRACE", "get", "NONSENSE"}):
                answer = await ask(served.app, method, address_of(path), FOREIGN[name])
                assert answer.status == 403, (method, path)
                assert_guarded(answer.headers, path)
                assert answer.headers["cache-control"] == "no-store"
            closed = await ask(served.app, "GET", address_of(path), FOREIGN[name], kind="websocket")
            assert closed.status == 403, path

    on_its_loop(served, run)


def test_every_route_is_needed_or_hidden_and_guarded(served: Served) -> None:
    async def run() -> None:
        for path, methods in routes(served.app.routes):
            for method in sorted(methods | {"OPTIONS", "NONSENSE"}):
                answer = await ask(served.app, method, address_of(path), OWN.items())
                assert_guarded(answer.headers, path)
                hidden = answer.status == 404 and answer.body == b"There is nothing at this address.\n"
                assert hidden == (path not in OPEN), (method, path, answer.status)
                assert "set-cookie" not in answer.headers, "cookies are shared by all ports of a machine"

    on_its_loop(served, run)


def test_what_changes_something_has_to_say_where_it_comes_from(served: Served) -> None:
    async def run() -> None:
        for path, methods in routes(served.app.routes):
            for method in methods - {"GET", "HEAD", "OPTIONS"}:
                answer = await ask(served.app, method, address_of(path), [("host", OWN["host"])])
                assert answer.status == 403, path
                assert_guarded(answer.headers)

    on_its_loop(served, run)


@pytest.mark.parametrize("status", [200, 404, 405, 413, 422, 500])
def test_every_kind_of_answer_carries_the_headers(served: Served, status: int) -> None:
    client = served.client
    answer = {
        200: lambda: client.get("/static/img/logo_nosize.svg"),
        404: lambda: client.get("/static/nothing"),
        405: lambda: client.post("/config"),
        413: lambda: client.post("/gradio_api/queue/join", content=b"x" * (LARGEST_BODY + 1)),
        422: lambda: client.post("/gradio_api/queue/join", json={"fn_index": "x"}),
        500: lambda: client.post("/gradio_api/queue/join", json={"data": [], "fn_index": 9999, "session_hash": "x"}),
    }[status]()
    assert answer.status_code == status
    assert_guarded(answer.headers)
    assert "Traceback" not in answer.text


# ---------------------------------------------------------------- events


def events(client: TestClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/config").json()["dependencies"]
    return found


def call(client: TestClient, event: int, data: list[Any], *, session: str) -> str:
    """What comes back from an event, called as a page does it; the status if it is not taken."""
    body = {"data": data, "fn_index": event, "session_hash": session}
    answer = client.post("/gradio_api/queue/join", json=body)
    if answer.status_code != 200:
        return str(answer.status_code)
    return client.get("/gradio_api/queue/data", params={"session_hash": session}).text


def test_no_event_can_be_called_by_name_or_from_elsewhere(served: Served) -> None:
    found = events(served.client)
    assert len(found) >= 40
    for event in found:
        assert event["api_visibility"] != "public"
        name, body = event["api_name"], {"data": [], "session_hash": "x"}
        for path in (
            f"call/{name}",
            f"call/v2/{name}",
            f"run/{name}",
            f"api/{name}",
            f"call/{name}/x",
            "component_server",
        ):
            assert served.client.post(f"/gradio_api/{path}", json=body).status_code == 404
            assert served.client.get(f"/gradio_api/{path}").status_code == 404
        joined = {**body, "fn_index": event["id"]}
        for headers in ({"origin": "null"}, {"origin": "http://127.0.0.1:3000"}, {"sec-fetch-site": "same-site"}):
            answer = served.client.post("/gradio_api/queue/join", json=joined, headers=headers)
            assert answer.status_code == 403
    unnamed = served.client.get("/gradio_api/info", params={"all_endpoints": "true"}).json()
    assert served.client.get("/gradio_api/info").json() == {"named_endpoints": {}, "unnamed_endpoints": {}}
    assert set(unnamed["named_endpoints"]) <= {"/apply"}, "only what gradio itself registers to draw Progress"
    assert unnamed["unnamed_endpoints"] == {}


MEANT: Final = frozenset(("on_builtin", "forget", "forget_1", "_sample", "_rebuild"))
"""Events that do something whatever comes with them: they take nothing from the page."""
SHOWING: Final = frozenset(("show_2", "apply", "_arrive", "_arrive_1", "_beat_1", "_search", "_filter"))
"""Events whose answer is what a page shows of the user's own."""
JUNK: Final[tuple[Any, ...]] = ("junk", 10**30, {"path": "/etc/passwd"})


@pytest.mark.soak
def test_forged_values_change_nothing_and_say_nothing_of_the_inside(served: Served) -> None:
    program, client = served.program, served.client

    def kept() -> tuple[Any, ...]:
        kept = program.repository.interviews(), program.settings, program.repository.events(INTERVIEW)
        return (*kept, program.library.documents())

    before = kept()
    harmless = {event["id"] for event in events(client) if event["api_name"] not in MEANT}
    for event in events(client):
        if event["id"] not in harmless:
            continue
        for number, junk in enumerate(JUNK):
            session = f"junk{event['id']}x{number}"
            for data in ([junk] * len(event["inputs"]), [junk] * 3)[: 2 - number % 2]:
                said = call(client, event["id"], data, session=session)
                assert said == "422" or "process_completed" in said, (event["api_name"], said[:500])
                for word in ("Traceback", "root:x", "site-packages", str(program.home)):
                    assert word not in said, (event["api_name"], data)
                assert CANARY not in said or event["api_name"] in SHOWING, event["api_name"]
    assert kept() == before


@pytest.mark.parametrize("body", [{"fn_index": -1}, {"fn_index": 9999}, {"fn_index": None}, {"fn_index": 1.5}, {}])
def test_events_that_are_not_there(served: Served, body: dict[str, Any]) -> None:
    answer = served.client.post("/gradio_api/queue/join", json={"data": [], "session_hash": "x", **body})
    assert answer.status_code in (400, 422, 500)
    assert_guarded(answer.headers)


def test_what_was_drawn_for_one_tab_is_not_there_for_another(served: Served) -> None:
    client = served.client
    draw = next(event for event in events(client) if event["api_name"] == "apply")
    kept = served.program.repository.weaknesses()
    assert kept
    said = call(client, draw["id"], [], session="tab-one")
    drawn = [json.loads(line[6:]) for line in said.splitlines() if line.startswith("data: ")]
    configs = [
        message["output"]["render_config"] for message in drawn if message.get("output", {}).get("render_config")
    ]
    ids = [found["id"] for found in configs[-1]["dependencies"]]
    assert ids
    for id in ids:
        assert call(client, id, ["Dismiss"], session="tab-two") == "500"
    assert served.program.repository.weaknesses() == kept
    assert "process_completed" in call(client, ids[0], ["Dismiss"], session="tab-one")
    assert len(served.program.repository.weaknesses()) == len(kept) - 1


def test_pages_and_their_configuration_hold_nothing_of_the_user(served: Served) -> None:
    for path in (
        "/",
        "/library",
        "/transcripts",
        "/progress",
        "/settings",
        f"/transcripts?interview={INTERVIEW}",
        "/config",
    ):
        answer = served.client.get(path)
        assert answer.status_code == 200
        assert CANARY not in answer.text
        assert INTERVIEW not in answer.text


def test_a_forged_proxy_does_not_move_the_addresses_on_a_page(served: Served) -> None:
    forged = {"x-forwarded-host": "evil.example", "x-gradio-server": "http://evil.example", "forwarded": "host=evil"}
    for path in ("/", "/config"):
        assert "evil" not in served.client.get(path, headers=forged).text


@pytest.mark.parametrize("folder", ["/static/", "/assets/", "/gradio_api/file=", "/gradio_api/file/", "/svelte/"])
@pytest.mark.parametrize(
    "wanted",
    ["/etc/passwd", "../../../../../../etc/passwd", "..%2f..%2froutes.py", "%2e%2e/routes.py", "..\\routes.py"],
)
def test_files_give_nothing_from_outside(served: Served, folder: str, wanted: str) -> None:
    for path in (folder + wanted, f"/{folder}{wanted}", folder + wanted.replace("/", "//")):
        answer = served.client.get(path)
        assert answer.status_code in (403, 404)
        assert "root:" not in answer.text
        assert "import" not in answer.text
        assert_guarded(answer.headers)


def test_files_of_the_user_and_uploads(served: Served, tmp_path: Path) -> None:
    home = served.program.home
    for name in ("interviewer.db", "settings.json"):
        for path in (f"/gradio_api/file={home / name}", f"/file={home / name}", f"/static/{home / name}"):
            answer = served.client.get(path)
            assert answer.status_code in (403, 404)
            assert CANARY not in answer.text
    for path in (
        "/gradio_api/upload",
        "/upload",
        "/gradio_api/proxy=http://127.0.0.1:1",
        "/gradio_api/process_recording",
    ):
        files = {"files": ("a.html", b"<script>1</script>", "text/html")}
        assert served.client.post(path, files=files).status_code == 404


def test_a_setup_that_was_forged_is_refused_by_the_room(served: Served) -> None:
    begin = next(event for event in events(served.client) if event["api_name"] == "_begin")
    before = len(served.program.repository.interviews())
    for data in (
        ["mid", "standard", 20, "one", [], "../../etc/passwd", {}],
        ["god", "standard", 20, "mix", [], None, {}],
        ["mid", "standard", 10**9, "mix", [], None, {}],
        ["mid", "standard", 20, "mix", ["Z99"], None, {}],
    ):
        assert "process_completed" in call(served.client, begin["id"], data, session=f"forged{data[2]}{data[0]}")
    assert len(served.program.repository.interviews()) == before
    assert Setup(round="breadth").level == "mid"

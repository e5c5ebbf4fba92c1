"""Texts that try to be more than text, in every place that shows them: nothing runs, loads, covers or submits.

A request to anything but the app and an error in the console fail every test of this folder (`page` in conftest.py); a
blocked request would be such an error, so the markup must not even get as far as the Content-Security-Policy. What the
texts would load is on a listener on this machine, which could be reached, and which counts who asks.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from interviewer.domain import Citation
from interviewer.program import Program
from interviewer.web.guard import POLICY
from tests.browser.conftest import start, stop
from tests.browser.inertness import BOTH, FORBIDDEN, assert_inert, assert_ours
from tests.web.interviews import log_of, put
from tests.web.payloads import payloads, poisoned
from tests.wire.openai_server import Fault, OpenAIServer, Reply, Request

pytestmark = pytest.mark.soak

CLOSED, OPEN, SPOKEN = "a" * 32, "b" * 32, "c" * 32


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, texts: tuple[str, ...]) -> Iterator[str]:
    home = tmp_path_factory.mktemp("hostile-home")
    everything = "\n\n".join(texts)
    rich = "You wrote $\\frac{a}{b}$ and this:\n\n```python\nfit(x)\n```\n\nWhy?\n\n"
    program = Program(home)
    source = Citation(document="d", passage="p", title=everything, page=4, quote=everything)
    closed = log_of(said=texts, cited=range(1, 400), citations=[source])
    put(program.repository, CLOSED, poisoned(closed, "marker0 is real: <b>x</b>"))
    spoken = poisoned(log_of(said=["Yes."], spoken=rich + everything, closed=False), everything)
    put(program.repository, SPOKEN, spoken, title=everything)
    put(program.repository, OPEN, log_of(said=texts, closed=False, minutes=120), title=everything)
    program.store.dispose()
    process, where = start(home)
    yield where
    stop(process)


@BOTH
def test_in_a_transcript(page: Page, texts: tuple[str, ...]) -> None:
    page.goto(f"/transcripts?interview={CLOSED}")
    assert_inert(page, page.locator(".conversation"), markers=len(texts))
    # Formulas draw in their own box: nothing of a message is to be seen beside it.
    outside = page.locator(".conversation").evaluate(
        "(e) => [...e.querySelectorAll('.words')].filter((x) => getComputedStyle(x).contain !== 'paint').length"
    )
    assert outside == 0


def test_in_a_debrief(page: Page, texts: tuple[str, ...]) -> None:
    page.goto(f"/transcripts?interview={CLOSED}")
    debrief = page.locator(".debrief")
    expect(debrief).to_be_visible()
    debrief.evaluate("(e) => e.querySelectorAll('details').forEach((d) => (d.open = true))")
    # The debrief has its own heading; everything else that is forbidden must not be there.
    debrief.evaluate("(e) => e.querySelector(':scope > h1').remove()")
    expect(debrief.locator("blockquote").first).to_contain_text("marker0")
    expect(debrief.locator(".points .from")).to_contain_text("marker0")
    assert_inert(page, debrief, markers=len(texts))


def test_in_the_tracker(page: Page) -> None:
    page.goto("/progress")
    quote = page.locator("blockquote").first
    expect(quote).to_contain_text("marker0")
    assert_inert(page, quote, markers=1)


def test_in_the_words_and_the_name_of_a_model_and_in_its_errors(page: Page, texts: tuple[str, ...]) -> None:
    page.goto(f"/transcripts?interview={SPOKEN}")
    assert_inert(page, page.locator("#turn-1 .words"), markers=len(texts))
    expect(page.locator("#turn-1 .words > p .katex").first).to_be_visible()
    expect(page.locator("#turn-1 .words > pre code").first).to_have_text("fit(x)")
    assert_inert(page, page.locator("#turn-1 .made"), markers=len(texts))
    expect(page.locator("header .quiet").last).to_contain_text("marker3 is real")


@BOTH
def test_in_titles(page: Page, texts: tuple[str, ...]) -> None:
    page.goto("/transcripts")
    lines = page.get_by_role("list", name="Transcripts, newest first")
    assert_inert(page, lines, markers=len(texts))
    page.goto("/")
    card = page.locator(".unfinished")
    expect(card).to_contain_text("marker0 is real")
    expect(card.locator(f".ours :is({FORBIDDEN})")).to_have_count(0)
    assert_ours(page)


def test_in_the_address_of_a_page(page: Page, texts: tuple[str, ...]) -> None:
    asked = quote(" ".join(texts)[:9000], safe="")
    for path in (
        *("/?interview=", "/transcripts?interview=", "/?area=", "/?again=", "/?company="),
        *("/library?document=", "/library?passage=", "/library?search=", "/library?company=", "/library?marks="),
    ):
        page.goto(f"{path}{asked}")
        if "interview" in path:
            said = page.get_by_role("alert")
            expect(said).to_contain_text("There is no interview")
            expect(said.locator(f":is({FORBIDDEN})")).to_have_count(0)
        expect(page.get_by_role("heading").first).to_be_visible()
        # A page that is left before its first answer is complete logs that it was.
        page.wait_for_timeout(1000)
        assert page.evaluate("window.pwned") is None
        assert_ours(page)


def test_in_the_room(page: Page, texts: tuple[str, ...]) -> None:
    page.goto(f"/?interview={OPEN}")
    talk = page.locator("#talk")
    assert_inert(page, talk, markers=len(texts))
    message = "\n\n".join(f"fresh {text}" for text in texts)
    page.get_by_label("Private notes").fill(message)
    page.get_by_label("Your answer").fill(message)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(talk).to_contain_text("fresh marker0")
    # A page that is left in the middle of an answer logs that it was; that is not what is tested here.
    expect(talk.locator(".typing")).to_have_count(0)
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_enabled()
    assert_inert(page, talk, markers=len(texts))
    page.wait_for_timeout(1000)
    page.reload()
    expect(talk).to_contain_text("fresh marker0")
    assert_inert(page, talk, markers=len(texts))
    assert page.get_by_label("Private notes").input_value().startswith("fresh marker0")


def test_what_a_model_says_live(chromium: Browser, tmp_path: Path, evil: str) -> None:
    hostile = payloads(evil)

    def speak(_: Request) -> Reply:
        turn = len(server.requests) - 1
        if turn == 0:
            return Reply("You wrote $\\frac{a}{b}$ and `fit(x)`. Why is that so?")
        return Reply(f"spoken{turn} is real: {hostile[turn - 1]}\n\nWhy is that so?", rate=200)

    with OpenAIServer(speak) as server:
        program = Program(tmp_path)
        program.save({"base_url": server.base_url, "model": "m", "builtin_steps": ["observe", "grade"]})
        program.store.dispose()
        process, where = start(tmp_path)
        context = chromium.new_context(base_url=where)
        try:
            page = context.new_page()
            wrong: list[str] = []
            page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
            page.goto("/")
            page.get_by_role("button", name="Begin").click()
            box, last = page.get_by_label("Your answer"), page.locator("#past .turn.interviewer").last
            for turn in range(5):
                expect(box).to_be_enabled()
                box.fill(f"It leaks, because the split was random, number {turn}.")
                box.press("Enter")
                expect(page.locator("#past .turn.candidate")).to_have_count(turn + 1)
                if turn == 0:
                    expect(last.locator(".katex").first).to_be_visible()
                    expect(last.locator("code")).to_have_text("fit(x)")
            spoken = page.locator("#talk")
            expect(spoken).to_contain_text("spoken1 is real")
            expect(spoken.locator(f":is({FORBIDDEN})")).to_have_count(0)
            assert page.evaluate("window.pwned") is None
            assert_ours(page)
            assert wrong == []
        finally:
            context.close()
            stop(process)


def test_in_what_a_server_offers_and_in_the_settings(page: Page, evil: str) -> None:
    names = [" ".join(text.split())[:190] for text in payloads(evil)]
    page.goto("/settings")
    expect(page.get_by_text("spent in")).to_be_visible()
    with OpenAIServer(models=names) as server:
        page.get_by_label("Address").fill(server.base_url)
        page.get_by_role("button", name="Load models").click()
        expect(page.get_by_text(f"offers {len(set(names))} models")).to_be_visible()
        page.get_by_label("Model", exact=True).click()
        expect(page.get_by_role("option")).to_have_count(len(set(names)))
        expect(page.locator("[role=listbox] :is(script, img, iframe, form, style, b, a)")).to_have_count(0)
        page.get_by_role("option", name="<script>").first.click()
    with OpenAIServer(lambda _: Fault(status=400, message=" ".join(names))) as server:
        page.get_by_label("Address").fill(server.base_url)
        page.get_by_role("button", name="Test", exact=True).click()
        said = page.get_by_role("alert")
        expect(said).to_be_visible()
        expect(said.locator(f":is({FORBIDDEN})")).to_have_count(0)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("It counts from the next answer on.")).to_be_visible()
    for path in ("/", "/library", "/transcripts", "/progress", "/settings"):
        page.goto(path)
        line = page.locator(".answering")
        expect(line).to_contain_text("window.pwned=1")
        expect(line.locator(f":is({FORBIDDEN})")).to_have_count(0)
        assert_ours(page)
    page.get_by_label("Address").fill(f"javascript:{names[2]}")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert").first).to_contain_text("The address has to begin with")
    assert page.evaluate("window.pwned") is None
    page.get_by_role("button", name="Use built-in only").click()
    expect(page.get_by_text("does everything from now on")).to_be_visible()


RAW: Final = {
    "two lengths": b"POST /config HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "length and chunks": b"POST /config HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /config HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "another server in the target": b"GET http://evil.example/config HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "no host": b"GET /config HTTP/1.1\r\n\r\n",
    "old protocol": b"GET /config HTTP/1.0\r\n\r\n",
    "a header that folds": b"GET /config HTTP/1.1\r\nHost: {host}\r\n evil.example\r\n\r\n",
    "bytes in the host": b"GET /config HTTP/1.1\r\nHost: \xff\xfe:1\r\n\r\n",
    "no sense": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "a very long header": b"GET / HTTP/1.1\r\nHost: {host}\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
}


@pytest.mark.parametrize("name", RAW)
def test_broken_requests_get_nothing_and_break_nothing(address: str, name: str) -> None:
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=5) as connection:
        connection.sendall(RAW[name].replace(b"{host}", parts.netloc.encode()))
        connection.shutdown(socket.SHUT_WR)
        seen = b""
        try:
            while piece := connection.recv(65536):
                seen += piece
        except ConnectionResetError:
            pass
    assert b"components" not in seen, "the configuration is what /config gives away"
    assert not re.search(rb"^HTTP/1.1 200", seen)
    assert httpx.get(f"{address}/config", trust_env=False).status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/library", "/transcripts", "/progress", "/settings", "/config", "/nowhere", "/theme.css"]
)
def test_every_answer_is_guarded(address: str, path: str) -> None:
    with httpx.Client(base_url=address, trust_env=False) as client:
        answer = client.get(path)
        assert answer.status_code == (404 if path == "/nowhere" else 200)
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["cache-control"] == "no-store"
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        for headers in (
            {"host": "evil.example"},
            {"origin": "https://evil.example"},
            {"origin": "null"},
            {"sec-fetch-site": "cross-site"},
        ):
            assert client.get(path, headers=headers).status_code == 403
            assert client.post("/gradio_api/queue/join", json={}, headers=headers).status_code == 403
        own = {"origin": address}
        assert client.post("/gradio_api/queue/join", content=b"x" * 1_000_001, headers=own).status_code == 413
        assert client.post("/gradio_api/call/on_delete", json={"data": []}, headers=own).status_code == 404
        assert client.post("/gradio_api/queue/join", json={"data": [], "fn_index": 0}).status_code == 403


class _Elsewhere(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = f'<!doctype html><title>elsewhere</title><a href="{self.path[1:]}">open</a>'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


TRIES = """async (address) => {
    const tried = [];
    const post = {method: "POST", body: '{"data":[],"fn_index":0,"session_hash":"x"}'};
    for (const init of [{}, {mode: "no-cors"}, {credentials: "include"}]) {
        for (const [path, more] of [["/config", {}], ["/gradio_api/queue/join", post]]) {
            try { tried.push((await fetch(address + path, {...init, ...more})).status); }
            catch { tried.push("blocked"); }
        }
    }
    return tried;
}"""


def test_another_page_on_this_machine_gets_nothing(chromium: Browser, address: str) -> None:
    elsewhere = ThreadingHTTPServer(("127.0.0.1", 0), _Elsewhere)
    threading.Thread(target=elsewhere.serve_forever, daemon=True).start()
    context = chromium.new_context()
    try:
        page = context.new_page()
        page.goto(f"http://localhost:{elsewhere.server_port}/{address}/transcripts")
        assert page.evaluate(TRIES, address) == ["blocked"] * 6
        page.get_by_role("link", name="open").click()
        expect(page.get_by_text("Another page asked for this, so it was refused")).to_be_visible()
        page.goto(f"{address}/transcripts")
        expect(page.get_by_role("heading", name="Transcripts")).to_be_visible()
    finally:
        context.close()
        elsewhere.shutdown()
        elsewhere.server_close()

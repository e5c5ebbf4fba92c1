"""The real app in a process of its own, and Chromium to look at it.

Every test gets a fresh browser context; afterwards it fails if the page logged an error or asked for anything that the
app itself does not serve.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest

from tests.web.payloads import marked, payloads

CHROMIUM = "/usr/bin/chromium"
HERE = Path(__file__).resolve()
ROOT = HERE.parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
LOOKS = pytest.mark.parametrize(
    "page",
    [
        pytest.param({}, id="desktop"),
        pytest.param({"viewport": PHONE}, id="phone", marks=pytest.mark.soak),
        pytest.param({"color_scheme": "dark"}, id="dark", marks=pytest.mark.soak),
    ],
    indirect=True,
)
"""A page at its three looks; a phone and the dark wait for the soak."""

if not Path(CHROMIUM).exists() and os.environ.get("CI") != "true":
    pytest.skip("Chromium is not installed: the browser tests need it.", allow_module_level=True)

from playwright.sync_api import Browser, Page, expect, sync_playwright  # noqa: E402

expect.set_options(timeout=15_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs Chromium."""
    for item in items:
        if HERE.parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


def start(home: Path, **environment: str) -> tuple[subprocess.Popen[str], str]:
    """The app with its data in `home`; the process and its address."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("INTERVIEWER_", "OPENAI_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.browser.serving"],
        env={**clean, "INTERVIEWER_HOME": str(home), "INTERVIEWER_PORT": "0", **environment},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    seen = []
    for line in process.stdout:
        seen.append(line)
        if found := re.search(r"http://\S+", line):
            return process, found.group()
    raise AssertionError(f"the app did not start: {''.join(seen)}")


def stop(process: subprocess.Popen[str]) -> None:
    """End the app and close its pipe."""
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


@pytest.fixture(scope="package")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the app answers, on the built-in interviewer."""
    process, where = start(tmp_path_factory.mktemp("home"))
    yield where
    stop(process)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for all tests here, and not longer: while it is open, nothing else can run an event loop."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(request: pytest.FixtureRequest, chromium: Browser, address: str) -> Iterator[Page]:
    """A page in a fresh context at desktop size; `@pytest.mark.parametrize("page", [PHONE], indirect=True)` for others.

    `$SHOTS` names a folder for a picture of how each test ended.
    """
    options = {"viewport": DESKTOP, **getattr(request, "param", {})}
    context = chromium.new_context(base_url=address, **options)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda asked: wrong.append(asked.url) if not _ours(asked.url, address) else None)
    yield page
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=Path(shots) / f"{re.sub(r'[^a-z0-9]+', '-', request.node.name)}.png", full_page=True)
    context.close()
    assert not _unexplained(wrong)


def _unexplained(wrong: list[str]) -> list[str]:
    """What was logged, without what gradio logs when a page is left or reloaded before its stream has ended."""
    left = any(text.startswith("AbortError: signal is aborted") for text in wrong)
    noise = ("AbortError: signal is aborted", "Unexpected error Connection errored out")
    return [text for text in wrong if not (left and text.startswith(noise))]


def _ours(url: str, address: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("data", "blob") or parts.netloc == urlsplit(address).netloc


class _Listener(BaseHTTPRequestHandler):
    hits: Final[list[str]] = []

    def do_GET(self) -> None:
        self.hits.append(self.path)
        self.send_response(204)
        self.end_headers()

    def do_POST(self) -> None:
        self.do_GET()

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def evil() -> Iterator[str]:
    """Where the texts point to. Nobody may have asked there."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    assert _Listener.hits == []


@pytest.fixture(scope="module")
def texts(evil: str) -> tuple[str, ...]:
    found = marked(payloads(evil))
    assert len(found) >= 36
    return found

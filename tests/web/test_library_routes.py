"""Files that a page brings, and pages of a PDF as images: through the guard, as a browser would ask."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import fastapi
import pytest
from starlette.testclient import TestClient

from interviewer.library import Library, Source
from interviewer.library.reading import MOST_BYTES
from interviewer.program import Program
from interviewer.store import FILE
from interviewer.web.app import PAGES, create_app
from interviewer.web.layout import told
from interviewer.web.library_jobs import MOST_WAITING, jobs_of
from tests.web.pdfs import pdf
from tests.web.test_guard import assert_guarded

pytestmark = pytest.mark.filterwarnings("ignore:.*no_silent_downcasting")
"""Gradio's own; it counts its calls with pandas."""

HERE = "http://127.0.0.1:7860"
OWN = {"host": "127.0.0.1:7860", "origin": HERE, "sec-fetch-site": "same-origin"}
LINES = [f"Line {number}: we split the log by user and judge on the week after." for number in range(20)]
PAPER = pdf([["# Ranking", *LINES], ["# Serving", *LINES]], title="Ranking at Acme")


async def _created(program: Program) -> fastapi.FastAPI:
    return create_app(program)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where Gradio would put what is uploaded."""
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
    return folder


@pytest.fixture
def client(program: Program, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The app with one of its pages: building them all is most of such a test's time, and none is looked at."""
    monkeypatch.setattr("interviewer.web.app.PAGES", [page for page in PAGES if page.path == "progress"])
    app = asyncio.run(_created(program))
    with TestClient(app, base_url=HERE, headers=OWN, raise_server_exceptions=False) as opened:
        yield opened


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def until_done(program: Program) -> None:
    jobs = jobs_of(program, told=told)
    ends = time.monotonic() + 60
    while jobs.busy:
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_a_file_waits_and_is_added_without_ever_lying_in_gradios_folder(
    client: TestClient, program: Program, cache: Path
) -> None:
    jobs = jobs_of(program, told=told)
    answer = client.post("/library/files", params={"name": "ranking.pdf"}, content=PAPER)
    assert (answer.status_code, answer.content) == (204, b"")
    assert_guarded(answer.headers)
    assert [(row.name, row.stage, row.size) for row in jobs.rows()] == [("ranking.pdf", "waiting", len(PAPER))]
    assert files(cache) == []
    assert jobs.add("", company="Acme")
    until_done(program)
    (document,) = program.library.documents()
    assert (document.title, document.company, document.pages) == ("Ranking at Acme", "Acme", 2)
    assert files(cache) == []


def test_gradios_own_way_in_stays_closed(client: TestClient, cache: Path) -> None:
    sent = {"files": ("a.pdf", PAPER, "application/pdf")}
    assert client.post("/gradio_api/upload", files=sent).status_code == 404
    assert client.get("/gradio_api/upload_progress", params={"upload_id": "x"}).status_code == 404
    assert files(cache) == []


def test_a_file_may_be_as_large_as_the_library_takes_and_nothing_else_may(client: TestClient, program: Program) -> None:
    at_most = client.post("/library/files", params={"name": "most.pdf"}, content=b"x" * MOST_BYTES)
    assert at_most.status_code == 204
    over = client.post("/library/files", params={"name": "over.pdf"}, content=b"x" * (MOST_BYTES + 1))
    assert over.status_code == 413
    assert over.text.count("\n") == 1, "one sentence"
    assert [row.name for row in jobs_of(program, told=told).rows()] == ["most.pdf"], "what waits is not lost"
    assert client.post("/config", content=b"x" * 2_000_000).status_code == 413


def test_300_megabytes_are_refused_by_what_is_announced_and_by_what_comes(client: TestClient) -> None:
    announced = {"content-length": "300000000"}
    assert client.post("/library/files", params={"name": "huge.pdf"}, headers=announced).status_code == 413
    parts = (b"x" * 1_000_000 for _ in range(22))
    assert client.post("/library/files", params={"name": "huge.pdf"}, content=parts).status_code == 413


def test_empty_files_and_too_many_are_one_sentence_each(client: TestClient) -> None:
    empty = client.post("/library/files", params={"name": "empty.pdf"}, content=b"")
    assert (empty.status_code, empty.text) == (200, "'empty.pdf' is empty: choose another file.")
    for number in range(MOST_WAITING):
        assert client.post("/library/files", params={"name": f"{number}.md"}, content=b"x").status_code == 204
    more = client.post("/library/files", params={"name": "more.md"}, content=b"x")
    assert more.status_code == 200
    assert "10 files wait already" in more.text


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a\nb\x00c.pdf", "x" * 5000, "<script>.pdf", "\ud800.pdf"])
def test_any_name_is_only_text(client: TestClient, program: Program, name: str) -> None:
    sent = name.encode("utf-8", "surrogatepass")
    answer = client.post("/library/files?name=" + "".join(f"%{byte:02x}" for byte in sent), content=b"text " * 200)
    assert answer.status_code == 204
    (row,) = jobs_of(program, told=told).rows()
    assert 0 < len(row.name) <= 200 and "\n" not in row.name


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {"host": "evil.example"}])
def test_nobody_else_brings_files_or_sees_pages(client: TestClient, program: Program, headers: dict[str, str]) -> None:
    (added,) = program.library.add([Source("ranking.pdf", PAPER)], company="Acme")
    page = f"/library/pages/{added.document}/1.png"
    assert client.post("/library/files", params={"name": "a.md"}, content=b"x", headers=headers).status_code == 403
    assert client.get(page, headers=headers).status_code == 403
    assert jobs_of(program, told=told).rows() == ()


def test_a_page_is_an_image_that_nobody_keeps(client: TestClient, program: Program) -> None:
    (added,) = program.library.add([Source("ranking.pdf", PAPER)], company="Acme")
    for page in (1, 2):
        answer = client.get(f"/library/pages/{added.document}/{page}.png")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.content.startswith(b"\x89PNG")
        assert_guarded(answer.headers)
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert client.request(method, f"/library/pages/{added.document}/1.png").status_code in (404, 405)


@pytest.mark.parametrize("page", ["0", "3", "-1", "x", "1e3", "9" * 5000, "٣", ""])
def test_pages_that_are_not_there(client: TestClient, program: Program, page: str) -> None:
    (added,) = program.library.add([Source("ranking.pdf", PAPER)], company="Acme")
    answer = client.get(f"/library/pages/{added.document}/{page}.png")
    assert answer.status_code == 404
    assert_guarded(answer.headers)
    assert str(program.home) not in answer.text


def test_documents_that_are_not_there_or_have_no_pages(client: TestClient, program: Program) -> None:
    (added,) = program.library.add([Source("post.md", b"# A\n\n" + b"We split the log by user. " * 60)])
    for document in ("0" * 32, "nope", "..", "%2e%2e%2f", added.document):
        answer = client.get(f"/library/pages/{document}/1.png")
        assert answer.status_code in (404, 422), document
        assert "Traceback" not in answer.text


def test_another_users_document_is_as_if_it_were_not_there(client: TestClient, program: Program) -> None:
    with sqlite3.connect(program.home / FILE) as connection:
        connection.execute("INSERT INTO users (id, name, created_at) VALUES (2, 'other', '2026-01-01 00:00:00.000000')")
    connection.close()
    other = Library(program.store.shelf(2), program.home / "other", program.embedding)
    (added,) = other.add([Source("secret.pdf", PAPER)], company="Other")
    other.close()
    answer = client.get(f"/library/pages/{added.document}/1.png")
    assert answer.status_code == 404
    assert "secret" not in answer.text

"""The board's panel without a browser: messages and answers, the drawing, the files and their policy."""

from __future__ import annotations

import asyncio
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any, Final

import fastapi
import gradio as gr
import pytest
from hypothesis import given
from starlette.testclient import TestClient

from interviewer.domain.board import LONGEST, MOST_BOXES, MOST_EDGES, Board, Box, Edge
from interviewer.errors import BadMessage, OutOfStep
from interviewer.rules.board import received
from interviewer.rules.board_layout import HEIGHT, ROW, WIDTH
from interviewer.rules.outline import drawn, outline
from interviewer.web import board_drawing, board_routes
from interviewer.web.board_drawing import board_figure, board_svg
from interviewer.web.board_panel import BoardPanel
from interviewer.web.board_state import LOST, Held, held, line, sent
from interviewer.web.guard import FRAMED_POLICY, POLICY, Guard
from tests.rules.test_board import boards
from tests.web.payloads import payloads

FOLDER: Final = Path(board_routes.__file__).parent / "board"
HERE: Final = "http://127.0.0.1:7860"
ONE: Final = drawn("client -> [store] cache: get")


def data_of(html: str) -> dict[str, Any]:
    """What the page's script reads from a line."""
    found = ET.fromstring(html.removeprefix("<div>").removesuffix("</div>") if html.startswith("<div><div") else html)
    data = json.loads(found.get("data-board") or "")
    assert isinstance(data, dict)
    return data


# ---------------------------------------------------------------- messages


@given(boards())
def test_what_is_held_and_what_is_in_the_line_comes_back(board: Board) -> None:
    now = Held("a" * 32, 7, board)
    assert held(now.text()) == now
    html = line("k", 3, board, said="Saved & sound", number=4)
    assert "\n" not in html
    data = data_of(html)
    assert Board.model_validate(data["board"]) == board
    assert (data["key"], data["revision"], data["number"], data["lost"], data["problem"]) == ("k", 3, 4, False, False)
    assert "Saved &amp; sound" in html


@pytest.mark.parametrize(
    "text",
    [
        *("", "null", "[]", "{", '{"key": "a"}', "[" * 100_000),
        '{"key": 1, "revision": 1, "number": 1, "board": {}}',
        '{"key": "a", "revision": -1, "number": 1, "board": {}}',
        '{"key": "a", "revision": true, "number": 1, "board": {}}',
        '{"key": "a", "revision": 1.5, "number": 1, "board": {}}',
        json.dumps({"key": "a", "revision": 1, "number": 1, "board": "x" * 400_000}),
    ],
)
def test_what_is_no_message_is_a_sentence(text: str) -> None:
    with pytest.raises(BadMessage, match="did not arrive whole"):
        sent(text)


def test_the_largest_diagram_is_a_message() -> None:
    boxes = tuple(Box(id=f"{n:040}", name=f"{n:04}{'漢' * (LONGEST - 4)}") for n in range(MOST_BOXES))
    edges = tuple(
        Edge(id=f"e{n:039}", source=boxes[n % 200].id, target=boxes[0].id, label="漢" * 80) for n in range(MOST_EDGES)
    )
    board = Board(boxes=boxes, edges=edges)
    text = json.dumps({"key": "a" * 32, "revision": 1, "number": 1, "board": board.model_dump()}, ensure_ascii=False)
    assert sent(text).number == 1
    assert held(Held("a", 1, board).text()).board == board
    assert drawn(outline(board), board) == board


# ---------------------------------------------------------------- the panel


class Keeper:
    """Keeps one diagram, or fails."""

    def __init__(self) -> None:
        self.board, self.revision, self.fault = ONE, 5, None

    fault: Exception | None

    def keep(self, key: str, board: Board, revision: int) -> int:
        assert key == "one"
        if self.fault:
            raise self.fault
        if revision != self.revision:
            raise OutOfStep("Somebody was first.")
        self.board, self.revision = board, revision + 1
        return self.revision


@pytest.fixture
def keeper() -> Keeper:
    return Keeper()


@pytest.fixture
def panel(keeper: Keeper) -> BoardPanel:
    async def built() -> BoardPanel:
        """Inside a loop, because gradio makes one for its locks where there is none, and leaves it open."""
        with gr.Blocks():
            return BoardPanel(keeper.keep)

    return asyncio.run(built())


def message(board: Any, revision: int = 5) -> str:
    return json.dumps({"key": "one", "revision": revision, "number": 9, "board": board})


def test_a_page_shows_the_diagram_in_all_its_forms(panel: BoardPanel) -> None:
    shown = panel.show("one", 5, ONE, editable=False)
    assert set(shown) <= set(panel.outputs)
    assert shown[panel.text]["value"] == "client -> [store] cache: get"
    assert shown[panel.text]["interactive"] is False
    assert shown[panel.mermaid].startswith("flowchart LR")
    data = data_of(shown[panel.line])
    assert (data["revision"], data["number"], data["editable"]) == (5, 0, False)


def test_what_is_drawn_is_kept_and_answered(panel: BoardPanel, keeper: Keeper) -> None:
    board = drawn("client -> [store] cache: get\ncache -> disk", ONE)
    answer = asyncio.run(panel._drawn(message(board.model_dump(mode="json"))))
    assert keeper.board == board
    assert answer[panel.text]["value"] == outline(board)
    data = data_of(answer[panel.line])
    assert (data["revision"], data["number"], data["board"]) == (6, 9, None)


def test_what_had_to_be_changed_goes_back_with_a_sentence(panel: BoardPanel, keeper: Keeper) -> None:
    raw = ONE.model_dump(mode="json")
    raw["edges"][0]["target"] = "gone"
    answer = asyncio.run(panel._drawn(message(raw)))
    assert keeper.board.edges == ()
    assert "Saved. An arrow that led to no box was left out." in answer[panel.line]
    assert data_of(answer[panel.line])["board"]["edges"] == []


def test_a_second_window_loses_and_a_fault_is_told(panel: BoardPanel, keeper: Keeper) -> None:
    raw = drawn("x").model_dump(mode="json")
    answer = asyncio.run(panel._drawn(message(raw, revision=4)))
    assert LOST in answer[panel.line] and data_of(answer[panel.line])["lost"]
    answer = asyncio.run(panel._written("x", Held("one", 4, ONE).text()))
    assert LOST in answer[panel.fault]
    keeper.fault = BadMessage("The round is over.")
    answer = asyncio.run(panel._drawn(message(raw)))
    assert "Not saved: The round is over." in answer[panel.line]
    data = data_of(answer[panel.line])
    assert data["problem"] and not data["lost"] and data["revision"] == 5
    assert "did not arrive whole" in asyncio.run(panel._drawn("junk"))[panel.line]
    assert keeper.board == ONE


def test_an_outline_is_kept_only_if_it_is_new(panel: BoardPanel, keeper: Keeper) -> None:
    now = Held("one", 5, ONE).text()
    assert asyncio.run(panel._written("client -> [store]   cache :get", now))[panel.fault] == ""
    assert keeper.revision == 5
    assert asyncio.run(panel._written(None, None)) == {panel.fault: ""}
    assert "Line 1:" in asyncio.run(panel._written("a ->", now))[panel.fault]
    answer = asyncio.run(panel._written("client -> cache", now))
    assert keeper.board == drawn("client -> cache", ONE) and keeper.revision == 6
    assert data_of(answer[panel.line])["board"] == keeper.board.model_dump(mode="json")
    assert held(answer[panel.held]) == Held("one", 6, keeper.board)


# ---------------------------------------------------------------- the drawing


@given(boards())
def test_a_drawing_is_whole_and_everything_is_in_it(board: Board) -> None:
    svg = board_svg(board)
    assert "\n" not in svg
    root = ET.fromstring(svg)
    assert len(root.findall(".//path[@class='line']")) == len(board.edges)
    bodies = [body.get("class", "") for body in root.iter("path") if body.get("class", "").startswith("body")]
    assert bodies == [f"body {box.kind}" for box in board.boxes]
    left, top, width, height = map(int, (root.get("viewBox") or "").split())
    for box in board.boxes:
        assert left < box.x and box.x + WIDTH < left + width
        assert top < box.y and box.y + HEIGHT < top + height
    assert {child.tag for child in root.iter()} <= {"svg", "g", "path", "text", "rect"}


def test_words_of_others_are_only_words() -> None:
    for text in payloads("http://127.0.0.1:1"):
        boxes = [{"id": "a", "name": text}, {"id": "b", "name": "b"}]
        edges = [
            {"id": "e", "source": "a", "target": "b", "label": text[::-1]},
            {"id": "f", "source": "a", "target": "a"},
        ]
        figure = board_figure(received({"boxes": boxes, "edges": edges}).board)
        root = ET.fromstring(figure)
        assert {child.tag for child in root.iter()} <= {
            *("figure", "svg", "g", "path", "text", "rect", "details", "summary", "pre", "code")
        }
        attributes = {name for child in root.iter() for name in child.attrib}
        assert not [name for name in attributes if name.startswith("on") or "href" in name or name == "src"]
    assert board_figure(Board()) == ""


def test_arrows_end_at_the_borders_and_long_words_fit() -> None:
    a, b = Box(id="a", name="漢" * 80, x=0, y=0), Box(id="b", name="w" * 80, x=400, y=0)
    board = Board(boxes=(a, b), edges=(Edge(id="e", source="a", target="b"),))
    root = ET.fromstring(board_svg(board))
    (way,) = root.findall(".//path[@class='line']")
    assert way.get("d") == "M176.0 32.0 L400.0 32.0"
    lines = [text.text or "" for text in root.iter("text")]
    assert len(lines) == 6 and lines[2].endswith("…") and len(lines[0]) * 14 <= WIDTH
    both = board.model_copy(update={"edges": (*board.edges, Edge(id="f", source="b", target="a"))})
    ways = [way.get("d") for way in ET.fromstring(board_svg(both)).findall(".//path[@class='line']")]
    assert ways == ["M176.0 23.0 L400.0 23.0", "M400.0 41.0 L176.0 41.0"]


# ---------------------------------------------------------------- the files


def test_the_editor_and_the_rules_have_one_measure() -> None:
    shapes = (FOLDER / "shapes.js").read_text(encoding="utf-8")
    editor = (FOLDER / "board.js").read_text(encoding="utf-8")
    assert f"WIDTH = {WIDTH}, HEIGHT = {HEIGHT};" in shapes
    assert f"LOOP = {board_drawing.LOOP}, LANE = {board_drawing.LANE};" in shapes
    assert dict(re.findall(r'^  (\w+): "(M[^"]*)",$', shapes, re.MULTILINE)) == board_drawing._BODY
    assert f"MOST_BOXES = {MOST_BOXES}, MOST_EDGES = {MOST_EDGES}," in editor
    assert f"LONGEST = {LONGEST}," in editor and f"ROW = {ROW}," in editor
    assert f'maxlength="{LONGEST}"' in (FOLDER / "board.html").read_text(encoding="utf-8")


@pytest.fixture
def client() -> TestClient:
    app = fastapi.FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(board_routes.router())
    return TestClient(Guard(app, port=7860), base_url=HERE)


def test_the_files_are_served_for_a_frame_of_ours_and_nothing_else_is(client: TestClient) -> None:
    page = client.get(board_routes.PAGE)
    assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
    assert page.headers["content-security-policy"] == FRAMED_POLICY
    assert page.headers.get_list("content-security-policy") == [FRAMED_POLICY]
    # Everything that the page names is there, and it names nothing from elsewhere.
    for name in re.findall(r'(?:src|href)="([^"]*)"', page.text):
        got = client.get(f"/board/{name}")
        assert got.status_code == 200 and got.content == (FOLDER / name).read_bytes()
        assert got.headers["content-type"].split(";")[0] in ("text/css", "text/javascript")
    for path in ("/board/", "/board/NOTICE", "/board/../app.py", "/board/%2e%2e/app.py", "/board/x"):
        assert client.get(path).status_code == 404


def test_the_policies_let_our_own_frame_in_and_nothing_more() -> None:
    assert "frame-src 'self'" in POLICY and "frame-ancestors 'none'" in POLICY
    scripts = FRAMED_POLICY.split("script-src")[1].split(";")[0]
    assert scripts.strip() == "'self'"
    assert "default-src 'none'" in FRAMED_POLICY and "frame-ancestors 'self'" in FRAMED_POLICY
    page = (FOLDER / "board.html").read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*src=)|\son\w+=|style=", page)

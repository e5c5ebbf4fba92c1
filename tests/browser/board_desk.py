"""The diagram editor as a hand and an eye have it, and the file in which `board_app` keeps what is drawn."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import FrameLocator, Locator, Page, expect

from interviewer.domain.board import Board
from interviewer.rules.outline import outline

FRAME: Final = "#board-frame iframe"


class Desk:
    """One window with the editor."""

    def __init__(self, page: Page, home: Path) -> None:
        self.page, self._file = page, home / "board.json"
        self.frame: FrameLocator = page.frame_locator(FRAME)

    def open(self) -> Desk:
        self.page.goto("/")
        return self.ready()

    def ready(self) -> Desk:
        expect(self.frame.get_by_role("button", name="Box")).to_be_enabled()
        return self

    def kept(self) -> Board:
        return Board.model_validate(json.loads(self._file.read_text())["board"]) if self._file.exists() else Board()

    def put(self, board: Board, revision: int = 1) -> None:
        self._file.write_text(json.dumps({"revision": revision, "board": board.model_dump(mode="json")}))

    def until(self, right: Callable[[Board], Any]) -> Board:
        for _ in range(100):
            if right(board := self.kept()):
                return board
            self.page.wait_for_timeout(50)
        raise AssertionError(outline(self.kept()))

    def box(self, name: str) -> Locator:
        return self.frame.locator(".joint-element").filter(has_text=name)

    def arrows(self) -> Locator:
        return self.frame.locator(".joint-link:has(> .line)")

    def middle(self, place: Locator) -> tuple[float, float]:
        found = place.bounding_box()
        assert found is not None
        return found["x"] + found["width"] / 2, found["y"] + found["height"] / 2

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=6)
        self.page.mouse.up()

    def new(self, kind: str, name: str, x: float, y: float) -> None:
        """A box from the palette to a place on the paper, and its name."""
        paper = self._at_rest(self.frame.locator("#paper"))
        button = self.frame.locator(f"[data-add={kind}]")
        self.drag(self.middle(button), (paper["x"] + x, paper["y"] + y))
        self.say(name)

    def _at_rest(self, place: Locator) -> Any:
        """Where something is, once the page has stopped moving it: a drag to where it was would miss."""
        before, at = None, place.bounding_box()
        for _ in range(50):
            if at is not None and at == before:
                return at
            self.page.wait_for_timeout(100)
            before, at = at, place.bounding_box()
        raise AssertionError("the page does not come to rest")

    def join(self, source: str, target: str, label: str) -> None:
        """An arrow from the handle of one box to another, and its label."""
        self.box(source).hover()
        self.drag(self.middle(self.box(source).locator(".reach")), self.middle(self.box(target).locator(".body")))
        self.say(label)

    def say(self, text: str) -> None:
        expect(self.frame.locator("#name")).to_be_focused()
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def text(self) -> Locator:
        return self.page.locator("#board-outline textarea")

    def write(self, text: str) -> None:
        self.page.get_by_role("tab", name="Outline").click()
        self.text().fill(text)
        self.page.get_by_role("button", name="Apply").click()


def shot(page: Page, name: str) -> None:
    """A picture of the page as it is, if `$SHOTS` names a folder."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=Path(folder) / f"board-{name}.png", full_page=True)


def lines(board: Board) -> list[str]:
    """The lines of its outline."""
    return outline(board).split("\n")

"""The board in Chromium: drawn with the mouse, written as text, kept over a reload, in two windows, on a phone."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from interviewer.rules.outline import drawn
from tests.browser.board_desk import Desk, lines, shot
from tests.browser.conftest import PHONE, ROOT, stop

DRAWN: Final = """client -> ranker: top 500
ranker -> [store] features: read, 5 ms
client -> [queue] clicks: impressions
clicks -> trainer: hourly"""
HOSTILE: Final = (
    "<img src=x onerror=top.pwned=1>",
    "</text><script>top.pwned=1</script>",
    "javascript:alert(1) [a](//evil) $x$",
    '"quoted" -> & `code` #quot;',
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("board")


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    """The panel alone, behind the guard; `home` has its diagram."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.browser.board_app", str(home)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    found = re.search(r"http://\S+", process.stdout.readline())
    assert found, process.stdout.read()
    yield found.group()
    stop(process)


@pytest.fixture(autouse=True)
def fresh(home: Path) -> None:
    """Every test begins with nothing drawn."""
    for name in ("board.json", "broken"):
        (home / name).unlink(missing_ok=True)


@pytest.fixture
def desk(page: Page, home: Path) -> Desk:
    return Desk(page, home)


def draw_five(desk: Desk) -> None:
    for kind, name, x, y in (
        ("box", "client", 150, 120),
        ("box", "ranker", 500, 120),
        ("store", "features", 850, 120),
        ("queue", "clicks", 500, 320),
        ("box", "trainer", 850, 320),
    ):
        desk.new(kind, name, x, y)
    desk.join("client", "ranker", "top 500")
    desk.join("ranker", "features", "read, 5 ms")
    desk.join("client", "clicks", "impressions")
    desk.join("clicks", "trainer", "hourly")


def test_five_boxes_and_four_arrows_with_the_mouse(desk: Desk) -> None:
    desk.open()
    draw_five(desk)
    board = desk.until(lambda board: lines(board) == DRAWN.split("\n"))
    expect(desk.page.locator("#board-line")).to_have_text("Saved")
    shot(desk.page, "drawn")

    # Moving a box loses no arrow: its ends go with it.
    before = desk.arrows().first.locator(".line").get_attribute("d")
    x, y = desk.middle(desk.box("ranker").locator(".body"))
    desk.drag((x - 50, y), (x + 30, y + 90))
    moved = desk.until(lambda now: now.boxes[1].y != board.boxes[1].y)
    assert lines(moved) == lines(board)
    assert (moved.boxes[1].x - board.boxes[1].x, moved.boxes[1].y - board.boxes[1].y) == (80, 88)
    assert desk.arrows().first.locator(".line").get_attribute("d") != before
    shot(desk.page, "moved")

    desk.page.reload()
    desk.ready()
    expect(desk.arrows()).to_have_count(4)
    expect(desk.box("ranker")).to_have_count(1)
    desk.page.get_by_role("button", name="As it was").click()
    expect(desk.page.get_by_role("img", name="Diagram with 5 boxes and 4 arrows")).to_be_visible()
    assert desk.page.locator("#figure .line").count() == 4
    shot(desk.page, "as-it-was")
    assert desk.kept() == moved


def test_the_same_through_the_outline(desk: Desk) -> None:
    desk.open()
    desk.write(DRAWN)
    written = desk.until(lambda board: lines(board) == DRAWN.split("\n"))
    expect(desk.page.locator("#board-line")).to_have_text("Saved")
    assert [box.kind for box in written.boxes] == ["box", "box", "store", "queue", "box"]
    shot(desk.page, "outline")
    desk.page.get_by_role("tab", name="Draw").click()
    expect(desk.arrows()).to_have_count(4)
    shot(desk.page, "from-outline")

    # What is then drawn is in the outline, and what is undone in the drawing too.
    desk.box("trainer").click()
    desk.press("Delete")
    desk.until(lambda board: len(board.boxes) == 4)
    desk.page.get_by_role("tab", name="Outline").click()
    expect(desk.text()).to_have_value(re.compile(r"impressions$"))
    desk.write("client -> ranker -> features")
    expect(desk.page.get_by_role("alert")).to_contain_text("Line 1: there are two arrows.")
    assert len(desk.kept().boxes) == 4
    desk.page.get_by_role("button", name="Mermaid").click()
    expect(desk.page.locator("#board-mermaid textarea")).to_have_value(re.compile(r"b1 -->\|\"top 500\"\| b2"))

    # Going to look at the drawing applies what was written.
    desk.text().fill("client -> ranker: all")
    desk.page.get_by_role("tab", name="Draw").click()
    expect(desk.arrows()).to_have_count(1)
    desk.frame.get_by_role("button", name="Undo").click()
    expect(desk.arrows()).to_have_count(3)
    back = desk.until(lambda board: len(board.edges) == 3)
    assert back.boxes[0] == written.boxes[0]


@pytest.mark.soak
def test_keys_names_and_undo(desk: Desk) -> None:
    desk.open()
    desk.new("box", "client", 200, 150)
    desk.new("store", "cache", 600, 150)
    desk.join("client", "cache", "get")
    desk.box("client").locator(".body").dblclick()
    desk.say("user")
    desk.until(lambda board: lines(board) == ["user -> [store] cache: get"])
    # The arrow is found by a click on it, named by Enter, given up by Escape.
    desk.frame.locator(".joint-link .label").click()
    desk.press("Enter")
    desk.say("get or fill")
    desk.press("Enter")
    desk.page.keyboard.type("never mind")
    desk.press("Escape")
    desk.until(lambda board: lines(board) == ["user -> [store] cache: get or fill"])
    # A name that is taken gets a number.
    desk.box("cache").click()
    desk.press("F2")
    desk.say("User")
    desk.until(lambda board: lines(board) == ["user -> [store] User (2): get or fill"])
    expect(desk.frame.get_by_role("status")).to_contain_text("There is a box of that name already")

    desk.press("Delete")
    desk.until(lambda board: lines(board) == ["user"])
    desk.press("Control+z")
    desk.until(lambda board: lines(board) == ["user -> [store] User (2): get or fill"])
    desk.press("Control+z", "Control+z")
    desk.until(lambda board: lines(board) == ["user -> [store] cache: get"])
    desk.press("Control+y")
    desk.until(lambda board: lines(board) == ["user -> [store] cache: get or fill"])
    # An arrow without dragging: from the chosen box to another, and back to the same; then a box is moved by keys.
    desk.box("cache").click()
    desk.press("a")
    desk.box("user").click()
    desk.say("miss")
    desk.press("a")
    desk.box("user").click()
    desk.box("user").click()
    desk.say("retry")
    before = desk.until(lambda board: "user -> user: retry" in lines(board))
    assert "cache -> user: miss" in lines(before)
    desk.box("user").click()
    desk.press("ArrowRight", "ArrowDown", "ArrowRight")
    board = desk.until(lambda board: board.boxes[0].y != before.boxes[0].y)
    assert (board.boxes[0].x - before.boxes[0].x, board.boxes[0].y - before.boxes[0].y) == (16, 8)
    shot(desk.page, "loop")


def test_what_was_drawn_is_sent_before_anything_else_is_pressed(desk: Desk) -> None:
    # The pause after a change takes a minute here: what is kept before was sent as the frame lost the focus.
    desk.page.add_init_script(
        "const wait = setTimeout;"
        "window.setTimeout = (act, time, ...rest) => wait(act, time === 300 ? 6e4 : time, ...rest);"
    )
    desk.open()
    desk.new("box", "client", 200, 150)
    desk.page.get_by_label("Your answer").click()
    assert lines(desk.until(lambda board: board.boxes)) == ["client"]


@pytest.mark.soak
def test_a_second_window_is_told_to_reload(desk: Desk, home: Path) -> None:
    desk.open()
    other = Desk(desk.page.context.new_page(), home).open()
    other.new("box", "first", 200, 150)
    other.until(lambda board: board.boxes)
    desk.page.bring_to_front()
    desk.new("box", "second", 200, 150)
    expect(desk.page.get_by_role("alert")).to_have_text(
        "Another window changed this diagram: reload the page to go on from there."
    )
    expect(desk.frame.get_by_role("button", name="Box")).to_be_disabled()
    assert lines(desk.kept()) == ["first"]
    desk.write("third")
    expect(desk.page.locator("#board-fault")).to_contain_text("Another window changed this diagram")
    desk.page.get_by_role("link", name="Reload").click()
    desk.page.get_by_role("tab", name="Draw").click()
    expect(desk.ready().box("first")).to_have_count(1)
    other.page.close()


@pytest.mark.soak
def test_what_cannot_be_kept_now_is_kept_with_the_next_change(desk: Desk, home: Path) -> None:
    desk.open()
    (home / "broken").touch()
    desk.new("box", "client", 200, 150)
    expect(desk.page.get_by_role("alert")).to_contain_text("Not saved: Something went wrong here")
    (home / "broken").unlink()
    desk.new("box", "ranker", 500, 150)
    desk.until(lambda board: lines(board) == ["client", "ranker"])
    expect(desk.page.locator("#board-line")).to_have_text("Saved")


@pytest.mark.soak
def test_a_hundred_boxes_stay_usable(desk: Desk) -> None:
    text = "\n".join(
        f"stage {n} -> stage {n + step}: step {step}" for n in range(90) for step in (10, 11) if n + step < 100
    )
    desk.put(drawn(text))
    desk.open()
    expect(desk.frame.locator(".joint-element")).to_have_count(100)
    desk.frame.get_by_role("button", name="Fit").click()
    shot(desk.page, "hundred")
    box = desk.box("stage 50").first.locator(".body")
    x, y = desk.middle(box)
    began = time.monotonic()
    desk.page.mouse.move(x, y)
    desk.page.mouse.down()
    desk.page.mouse.move(x + 120, y + 120, steps=30)
    desk.page.mouse.up()
    took = time.monotonic() - began
    desk.until(lambda board: board.boxes[50].x != drawn(text).boxes[50].x)
    # About 0.7 s on two cores without a graphics card.
    assert took < 3
    assert len(desk.kept().edges) == len(drawn(text).edges)


@pytest.mark.parametrize(
    "page", [{"viewport": PHONE, "has_touch": True, "is_mobile": True}], indirect=True, ids=["phone"]
)
@pytest.mark.soak
def test_on_a_phone(desk: Desk) -> None:
    desk.open()
    desk.write(DRAWN)
    desk.until(lambda board: len(board.edges) == 4)
    desk.page.get_by_role("tab", name="Draw").tap()
    expect(desk.arrows()).to_have_count(4)
    assert desk.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    shot(desk.page, "phone")
    desk.frame.get_by_role("button", name="Fit").tap()
    # A finger moves a box, draws an arrow with two taps, names it with two on the spot.
    finger = desk.page.context.new_cdp_session(desk.page)

    def swipe(start: tuple[float, float], end: tuple[float, float]) -> None:
        steps = [(start[0] + (end[0] - start[0]) * n / 9, start[1] + (end[1] - start[1]) * n / 9) for n in range(10)]
        for n, (x, y) in enumerate(steps):
            kind = "touchMove" if n else "touchStart"
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    before = desk.kept()
    x, y = desk.middle(desk.box("client").locator(".body"))
    swipe((x, y), (x, y + 60))
    moved = desk.until(lambda board: board.boxes[0].y > before.boxes[0].y)
    assert moved.edges == before.edges
    swipe(desk.middle(desk.box("trainer").locator(".handle")), desk.middle(desk.box("features").locator(".body")))
    desk.say("writes")
    desk.until(lambda board: "trainer -> features: writes" in lines(board))
    desk.frame.locator("#name").wait_for(state="hidden")
    desk.box("ranker").tap()
    desk.box("ranker").tap()
    desk.say("scorer")
    desk.until(lambda board: any(box.name == "scorer" for box in board.boxes))
    desk.frame.get_by_role("button", name="Delete").tap()
    desk.until(lambda board: len(board.boxes) == 4)
    shot(desk.page, "phone-after")


@pytest.mark.soak
def test_names_are_inert_everywhere(desk: Desk) -> None:
    desk.open()
    desk.new("box", HOSTILE[0], 200, 150)
    desk.new("queue", HOSTILE[1], 600, 150)
    desk.box("onerror").hover()
    desk.drag(desk.middle(desk.box("onerror").locator(".reach")), desk.middle(desk.box("script").locator(".body")))
    desk.say(HOSTILE[2])
    desk.until(lambda board: board.edges and board.edges[0].label)
    desk.write(f'"{HOSTILE[0]}" -> [queue] "{HOSTILE[1]}": {HOSTILE[3]}')
    desk.until(lambda board: board.edges[0].label == HOSTILE[3])
    desk.page.get_by_role("button", name="As it was").click()
    figure = desk.page.locator("#figure")
    expect(figure.get_by_role("img")).to_be_visible()
    figure.get_by_text("As text").click()
    expect(figure.locator("code")).to_contain_text(f"{HOSTILE[0]} -> [queue] {HOSTILE[1]}: {HOSTILE[3]}")
    desk.page.reload()
    desk.ready()
    for place in (desk.frame.locator("body"), figure):
        bad = "(e) => [...e.querySelectorAll('img, iframe, a, foreignObject, [onerror], script:not([src])')].length"
        assert place.evaluate(bad) == 0
    assert desk.page.evaluate("window.pwned") is None


@pytest.mark.soak
def test_the_frame_listens_to_its_page_only(desk: Desk) -> None:
    desk.open()
    desk.new("box", "client", 200, 150)
    desk.until(lambda board: board.boxes)
    frame = desk.page.frames[1]
    frame.evaluate(
        """() => { const board = {boxes: [], edges: []};
        for (const data of [{kind: "board:load", board, editable: true, fresh: true}, 7])
            dispatchEvent(new MessageEvent("message", {data, origin: "https://evil.example", source: parent})); }"""
    )
    desk.page.evaluate(
        """() => dispatchEvent(new MessageEvent("message",
        {data: {kind: "board:changed", board: {boxes: [], edges: []}}, origin: location.origin, source: window}))"""
    )
    desk.page.wait_for_timeout(400)
    expect(desk.box("client")).to_have_count(1)
    assert lines(desk.kept()) == ["client"]


@pytest.mark.soak
@pytest.mark.parametrize("page", [{"color_scheme": "dark"}], indirect=True, ids=["dark"])
def test_dark(desk: Desk) -> None:
    desk.put(drawn(DRAWN))
    desk.open()
    expect(desk.arrows()).to_have_count(4)
    ground = desk.frame.locator("body").evaluate("(e) => getComputedStyle(e).backgroundColor")
    assert ground == "rgb(35, 33, 30)"
    desk.box("ranker").click()
    desk.page.get_by_role("button", name="As it was").click()
    expect(desk.page.locator("#figure svg")).to_be_visible()
    shot(desk.page, "dark")

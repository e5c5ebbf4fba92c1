"""The coding round in Chromium: written, run, mended, submitted and talked about, to the debrief and the transcript."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PHONE, start, stop

WRONG: Final = """import numpy as np


def auc(labels, scores):
    labels, scores = np.asarray(labels), np.asarray(scores)
    return float(labels[99])
"""
RIGHT: Final = """import numpy as np


def auc(labels, scores):
    positive = np.asarray(labels).astype(bool)
    above, below = np.asarray(scores)[positive], np.sort(np.asarray(scores)[~positive])
    if not len(above) or not len(below):
        raise ValueError("one class only")
    wins = np.searchsorted(below, above, "left") + np.searchsorted(below, above, "right")
    return float(wins.sum() / 2 / len(above) / len(below))


def test_ties():
    assert auc([0, 1], [1, 1]) == 0.5


print("<b>no tag</b>")
"""


def begin(page: Page) -> Locator:
    """A round about the area under the ROC curve; the editor."""
    page.goto("/")
    page.get_by_label("Coding", exact=True).check()
    page.get_by_label("One task").check()
    expect(page.get_by_label("Debugging exercise")).to_be_visible()
    page.get_by_label("Task", exact=True).fill("ROC")
    page.get_by_role("option", name="area under the ROC curve").click()
    page.get_by_role("button", name="Begin").click()
    editor = page.get_by_role("textbox", name="Your code")
    expect(editor).to_contain_text("NotImplementedError")
    expect(page.get_by_label("Your answer")).to_be_enabled()
    page.wait_for_timeout(200)
    return editor


def write(page: Page, editor: Locator, code: str) -> None:
    """All of it anew, as from the clipboard: typed, the editor would indent once more."""
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(code)


def results(page: Page) -> Locator:
    return page.locator("#code-results")


def end(page: Page) -> None:
    page.get_by_role("button", name="End", exact=True).click()
    page.get_by_role("button", name="Yes, end it").click()
    page.get_by_role("button", name="Skip the rating").click()
    expect(page.get_by_role("heading", name="The code", exact=True)).to_be_visible()


def test_a_whole_round(page: Page) -> None:
    editor = begin(page)
    talk, desk = page.locator("#talk").bounding_box(), editor.bounding_box()
    assert talk is not None and desk is not None and desk["x"] > talk["x"] + talk["width"]

    write(page, editor, WRONG)
    page.keyboard.press("Control+Enter")
    expect(results(page)).to_contain_text("0 of 3 tests pass.")
    expect(page.locator("#bar").get_by_role("heading")).to_have_text("Code")
    expect(page.locator("[aria-live=polite]").filter(has_text="0 of 3 tests pass.")).to_have_count(1)
    results(page).get_by_text("Traceback").first.click()
    expect(results(page).get_by_text('File "solution.py", line 6, in auc').first).to_be_visible()

    page.reload()
    expect(results(page)).to_contain_text("0 of 3 tests pass.")
    expect(editor).to_contain_text("labels[99]")

    write(page, editor, RIGHT)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(results(page)).to_contain_text("3 of 3 tests pass; of your own 1 of 1.")
    expect(results(page).get_by_text("<b>no tag</b>")).to_be_visible()
    page.get_by_role("button", name="Submit…").click()
    expect(page.get_by_text("runs tests which you cannot see")).to_be_visible()
    page.get_by_role("button", name="Yes, submit").click()
    expect(results(page)).to_contain_text("13 of 13 hidden tests pass.")
    expect(page.locator("#past .turn.interviewer")).to_have_count(2)

    box = page.get_by_label("Your answer")
    expect(box).to_be_enabled()
    box.fill("Sorting dominates: n log n time and linear memory.")
    box.press("Enter")
    expect(page.locator("#past .turn.interviewer")).to_have_count(3)
    expect(box).to_be_enabled()
    page.wait_for_timeout(200)
    end(page)
    reference = page.get_by_text("Show it")
    expect(page.locator(".coded")).to_contain_text("13 of 13 hidden tests pass.")
    reference.click()
    expect(page.locator(".coded pre.source").last).to_be_visible()
    page.get_by_role("link", name="Read the transcript").click()
    history = page.locator("#conversation .history")
    expect(history.locator(".added", has_text="np.searchsorted").first).to_be_visible()
    expect(history.filter(has_text="Submitted")).to_contain_text("13 of 13 hidden tests pass.")


@pytest.mark.soak
def test_the_keyboard_indents_and_leaves_and_nothing_typed_is_lost(page: Page) -> None:
    editor = begin(page)
    write(page, editor, "")
    page.keyboard.type("def f(x):\nif x:\nreturn (1")
    expect(editor.locator(".cm-line").nth(2)).to_have_text("        return (1)")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("y = 2")
    expect(editor.locator(".cm-line").nth(3)).to_have_text("        y = 2")
    expect(page.locator("#code-line")).to_have_text("Saved")
    for _ in range(3):
        page.keyboard.press("Control+z")
    expect(editor).not_to_contain_text("y = 2")
    page.keyboard.press("Control+Shift+z")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(editor).not_to_be_focused()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_focused()
    lines = editor.locator(".cm-line")
    before = lines.first.evaluate("(e) => parseFloat(getComputedStyle(e).fontSize)")
    page.get_by_role("button", name="Larger type").click()
    page.reload()
    expect(editor).to_contain_text("def f(x):")
    assert lines.first.evaluate("(e) => parseFloat(getComputedStyle(e).fontSize)") > before


@pytest.mark.soak
@pytest.mark.parametrize("page", [{"viewport": PHONE}, {"viewport": PHONE, "color_scheme": "dark"}], indirect=True)
def test_on_a_phone(page: Page) -> None:
    editor = begin(page)
    talk, desk = page.locator("#answer").bounding_box(), editor.bounding_box()
    assert talk is not None and desk is not None and desk["y"] > talk["y"]
    write(page, editor, WRONG + f"\n# {'a long line ' * 40}\n")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(results(page)).to_contain_text("0 of 3 tests pass.")
    results(page).get_by_text("Traceback").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    cells = results(page).locator("tbody tr").first.locator("td")
    first, second = cells.nth(0).bounding_box(), cells.nth(1).bounding_box()
    assert first is not None and second is not None and second["y"] > first["y"], "a card, no wide table"
    end(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("link", name="Read the transcript").click()
    expect(page.locator("#conversation .history").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.soak
def test_the_code_belongs_to_the_first_of_two_windows(page: Page) -> None:
    editor = begin(page)
    second = page.context.new_page()
    second.goto(page.url)
    other = second.get_by_role("textbox", name="Your code")
    expect(other).to_contain_text("NotImplementedError")
    write(page, editor, RIGHT)
    expect(page.locator("#code-line")).to_have_text("Saved")
    write(second, other, "mine = 1\n")
    expect(second.get_by_role("alert")).to_contain_text("Another window changed this code")
    second.keyboard.type("no more")
    expect(other).not_to_contain_text("no more")
    second.get_by_role("link", name="Reload").click()
    expect(other).to_contain_text("searchsorted")


@pytest.mark.soak
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("def auc(labels, scores):\n    while True:\n        pass\n", "Stopped after"),
        ("def area(labels, scores):\n    return 1.0\n", "auc"),
        ("def auc(labels, scores:\n    return 1.0\n", "line 1"),
        ("def auc(labels, scores):\n    print('x' * 10**8)\n    return 1.0\n", ""),
        ("import sys\n\n\ndef auc(labels, scores):\n    sys.exit()\n", "left with sys.exit"),
    ],
    ids=["endless", "renamed", "no Python", "prints", "exits"],
)
def test_bad_code_has_a_clear_result(page: Page, code: str, said: str) -> None:
    editor = begin(page)
    write(page, editor, code)
    page.keyboard.press("Control+Enter")
    expect(results(page).locator(".notice.problem, .failed .value").first).to_be_visible()
    expect(results(page)).to_contain_text(said)
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()
    assert len(results(page).inner_text()) < 20_000


@pytest.mark.soak
def test_a_crash_of_the_server_loses_nothing_that_the_page_still_has(chromium: Browser, tmp_path: Path) -> None:
    process, address = start(tmp_path)
    context = chromium.new_context(base_url=address)
    page = context.new_page()
    try:
        editor = begin(page)
        write(page, editor, WRONG)
        expect(page.locator("#code-line")).to_have_text("Saved")
        process.send_signal(signal.SIGKILL)
        process.wait()
        page.keyboard.insert_text("typed = 'when nobody listened'\n")
        page.wait_for_timeout(300)
        stop(process)
        process, _ = start(tmp_path, INTERVIEWER_PORT=str(urlsplit(address).port))
        page.reload()
        expect(editor).to_contain_text("when nobody listened")
        expect(page.locator("#code-line")).to_have_text("Saved")
        page.evaluate("localStorage.clear()")
        page.reload()
        expect(editor).to_contain_text("when nobody listened")
    finally:
        context.close()
        stop(process)

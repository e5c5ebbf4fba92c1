"""The Transcripts page in Chromium, with interviews that were put into the store before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from interviewer.program import Program
from tests.browser.conftest import LOOKS, start, stop
from tests.web.interviews import BEGUN, FELL_BACK, log_of, put

CLOSED, OPEN, GONE = "a" * 32, "b" * 32, "c" * 32
RICH = "First I look at $\\frac{a}{b}$.\n\n```python\nprint(1)\n```\n\nThen **this**."


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("transcripts-home")
    program = Program(home)
    put(program.repository, CLOSED, log_of(said=["The result is real.", RICH]))
    put(program.repository, OPEN, log_of(closed=False, at=BEGUN + timedelta(days=1)))
    put(program.repository, GONE, log_of(at=BEGUN + timedelta(days=2)))
    program.store.dispose()
    process, where = start(home)
    yield where
    stop(process)


@LOOKS
def test_from_the_list_to_the_words(page: Page) -> None:
    page.goto("/transcripts")
    lines = page.get_by_role("list", name="Transcripts, newest first").get_by_role("listitem")
    expect(lines.last).to_contain_text("2.0 of 4")
    expect(lines.last).to_contain_text("No hire")
    expect(lines.last).to_contain_text("1 topic")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]
    lines.last.get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Conversation")).to_be_visible()
    expect(page.get_by_role("heading", name="Debrief")).to_be_visible()
    expect(page.locator("#answer-2 pre code")).to_have_text("print(1)")
    expect(page.locator("#answer-2 .katex").first).to_be_visible()
    expect(page.get_by_text("Then **this**.")).to_be_visible()
    expect(page.get_by_text(f"Observed by the built-in interviewer: {FELL_BACK}").first).to_be_visible()
    expect(page.get_by_text("Spoken by some-model").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]


def test_an_open_one_leads_to_where_it_goes_on(page: Page) -> None:
    page.goto("/transcripts")
    expect(page.get_by_role("link", name="Go on")).to_have_attribute("href", f"/?interview={OPEN}")
    page.goto(f"/transcripts?interview={OPEN}")
    expect(page.get_by_text("This interview is not finished.")).to_be_visible()
    expect(page.get_by_role("link", name="Go on with it")).to_have_attribute("href", f"/?interview={OPEN}")
    expect(page.get_by_role("button", name="Delete this transcript…")).to_be_visible()


def test_a_turn_is_brought_into_view(page: Page) -> None:
    page.goto(f"/transcripts?interview={CLOSED}&turn=2")
    expect(page.locator("#answer-2")).to_be_in_viewport()
    expect(page.locator("#answer-2")).to_be_focused()


@pytest.mark.parametrize(
    "id",
    ["%3Cscript%3Ealert(1)%3C/script%3E", *(pytest.param(id, marks=pytest.mark.soak) for id in ("nope", "d" * 32))],
)
def test_an_unknown_id_is_one_sentence_and_the_list(page: Page, id: str) -> None:
    page.goto(f"/transcripts?interview={id}&turn=abc")
    expect(page.get_by_role("alert")).to_contain_text("There is no interview")
    expect(page.get_by_role("list", name="Transcripts, newest first")).to_be_visible()
    expect(page.get_by_role("button", name="Delete this transcript…")).to_be_hidden()


def test_deleting_takes_two_steps_and_the_keyboard_is_enough(page: Page) -> None:
    page.goto(f"/transcripts?interview={GONE}")
    ask = page.get_by_role("button", name="Delete this transcript…")
    ask.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Delete this transcript for good?")).to_be_visible()
    page.get_by_role("button", name="Keep it").press("Enter")
    expect(ask).to_be_visible()
    expect(page.get_by_text("Delete this transcript for good?")).to_be_hidden()
    ask.press("Enter")
    page.get_by_role("button", name="Delete for good").press("Enter")
    expect(page.get_by_text("The transcript is deleted")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="ML breadth")).to_have_count(2)
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("There is no interview")

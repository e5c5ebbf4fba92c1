"""Start → answer → hint → reload → end → debrief → transcript → progress, as somebody would."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_practice import GREETING, begin, press

ANSWER = (
    "Logistic regression assumes that the log-odds are linear in the features. "
    "A coefficient adds 0.7 to the probability for each unit."
)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param({"viewport": DESKTOP}, id="desktop"),
        pytest.param({"viewport": PHONE}, id="phone", marks=pytest.mark.soak),
    ],
    indirect=True,
)
def test_the_whole_journey(page: Page) -> None:
    box = begin(page, question="logistic")
    box.fill(ANSWER)
    press(page, "Send")
    expect(page.locator("#past .turn.candidate")).to_have_count(1)
    expect(box).to_be_enabled()
    press(page, "Hint")
    expect(page.locator("#past").get_by_text("You asked for a hint")).to_be_visible()
    turns = page.locator("#past .turn").count()

    page.reload()
    expect(page.get_by_text(GREETING)).to_be_visible()
    expect(page.locator("#past .turn")).to_have_count(turns)

    press(page, "End")
    press(page, "Go on")
    expect(page.get_by_text("End the interview now?")).to_be_hidden()
    press(page, "End")
    press(page, "Yes, end it")
    expect(page.get_by_role("heading", name="How do you think it went?")).to_be_visible()
    page.get_by_label("Meets the bar").check()
    press(page, "Show the debrief")
    expect(page.get_by_role("heading", name="Debrief")).to_be_visible()
    expect(page.get_by_text("You rated it yourself: meets the bar.")).to_be_visible()
    expect(page.get_by_role("heading", name="Work on this first")).to_be_visible()
    expect(page.locator("blockquote").get_by_text("log-odds are linear").first).to_be_visible()
    expect(page.get_by_text("It cannot tell a reversed claim from a right one")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]
    page.reload()
    expect(page.get_by_text("You rated it yourself: meets the bar.")).to_be_visible()

    page.get_by_role("link", name="Read the transcript").click()
    expect(page.get_by_text("You asked for a hint")).to_be_visible()
    expect(page.get_by_text("the log-odds are linear in the features").first).to_be_visible()

    page.get_by_role("link", name="Progress").click()
    expect(page.get_by_role("heading", name="Progress", exact=True)).to_be_visible()
    expect(page.get_by_text("Classical supervised models").first).to_be_visible()


@pytest.mark.soak
def test_the_whole_journey_by_keyboard(page: Page) -> None:
    page.goto("/")
    tab_to(page, page.get_by_label("Mid", exact=True))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("Senior", exact=True)).to_be_checked()
    tab_to(page, page.get_by_role("button", name="Begin"))
    page.keyboard.press("Enter")
    box = page.get_by_label("Your answer")
    expect(box).to_be_focused()
    page.keyboard.type(ANSWER)
    page.keyboard.press("Enter")
    expect(page.locator("#past .turn.candidate")).to_have_count(1)
    expect(box).to_be_focused()
    by_key(page, "Hint")
    expect(page.locator("#past").get_by_text("You asked for a hint")).to_be_visible()
    page.reload()
    expect(box).to_be_focused()
    by_key(page, "End")
    by_key(page, "Yes, end it")
    expect(page.get_by_role("heading", name="How do you think it went?")).to_be_visible()
    by_key(page, "Skip the rating")
    expect(page.get_by_role("heading", name="Debrief")).to_be_visible()
    tab_to(page, page.get_by_role("link", name="Read the transcript"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("You asked for a hint")).to_be_visible()
    tab_to(page, page.get_by_role("link", name="Progress"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Progress", exact=True)).to_be_visible()


def by_key(page: Page, name: str) -> None:
    """Press a button with the keyboard."""
    tab_to(page, page.get_by_role("button", name=name, exact=True))
    page.keyboard.press("Enter")


def tab_to(page: Page, target: Locator) -> None:
    """Move the focus on until it is on `target`, as somebody without a mouse does."""
    expect(target).to_be_enabled()
    for _ in range(60):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {target}")

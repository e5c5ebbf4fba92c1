"""A system design round in Chromium: by hand on a phone from the set-up to the transcript, and its board on a desk."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import PHONE

OUTLINE = "client -> retrieval: 20M to 500\nretrieval -> ranker\nranker -> [store] features: read"


def begin(page: Page) -> Locator:
    """A round about the video home feed; the message box."""
    page.goto("/")
    page.get_by_label("System design", exact=True).check()
    expect(page.get_by_label("45 minutes")).to_be_checked()
    page.get_by_label("One problem").check()
    page.get_by_label("Problem", exact=True).fill("Video home")
    page.get_by_role("option", name="Video home feed").click()
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_text("which videos the members of a streaming service see")).to_be_visible()
    box = page.get_by_label("Your answer")
    expect(box).to_be_enabled()
    page.wait_for_timeout(200)
    return box


def narrow(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("page", [{"viewport": PHONE}], indirect=True)
def test_a_whole_round_on_a_phone(page: Page) -> None:
    box = begin(page)
    bar = page.locator("#bar")
    expect(bar).to_contain_text("Goal and scope")
    expect(bar).to_contain_text("6 min left (1 of 8)")
    expect(bar.get_by_text("The whole picture")).to_be_hidden()

    box.fill("Is it a subscription, or how does the service earn its money?")
    box.press("Enter")
    expect(page.locator("#past").get_by_text("Members pay a monthly fee")).to_be_visible()

    page.get_by_role("tab", name="Outline").click()
    page.locator("#board-outline textarea").fill(OUTLINE)
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#board-line")).to_have_text("Saved")
    expect(page.locator("#board-held")).to_be_hidden()
    box.fill("Hours watched are only a proxy for members who stay, so I would look at renewals.")
    box.press("Enter")
    expect(page.locator("#past .turn.candidate")).to_have_count(2)
    narrow(page)

    names = ("The whole picture", "Data", "Modelling", "Evaluation", "Deep dive", "Running it")
    for number, name in enumerate(names, start=2):
        expect(box).to_be_enabled()
        page.get_by_role("button", name="Skip", exact=True).click()
        expect(bar.get_by_role("heading")).to_have_text(name)
        expect(bar).to_contain_text(f"({number} of 8)")
    expect(page.locator("#past").get_by_text("Half a year after the launch")).to_have_count(1)
    page.get_by_role("button", name="End", exact=True).click()
    page.get_by_role("button", name="Yes, end it").click()
    page.get_by_role("button", name="Skip the rating").click()

    expect(page.get_by_role("heading", name="How the round went")).to_be_visible()
    expect(page.locator(".course tbody tr")).to_have_count(8)
    expect(page.get_by_text("You asked for 1 of 16: how the company earns.")).to_be_visible()
    expect(page.get_by_role("img", name="Diagram with 4 boxes and 3 arrows")).to_be_visible()
    expect(page.get_by_role("heading", name="What the next level would have added")).to_be_visible()
    narrow(page)
    page.get_by_role("link", name="Read the transcript").click()
    talk = page.locator("#conversation")
    expect(talk.get_by_role("heading", name="Deep dive")).to_be_visible()
    expect(talk.get_by_role("img", name="Diagram with 4 boxes and 3 arrows")).to_have_count(1)


def test_somebody_quick_keeps_the_level_that_they_chose(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_label("20 minutes")).to_be_checked()
    held: list[Route] = []
    page.route("**/queue/join*", lambda route: held.append(route))
    with page.expect_request("**/queue/join*"):
        page.get_by_label("System design", exact=True).check()
    page.get_by_label("Senior", exact=True).check()
    page.get_by_label("Strict").check()
    for route in held:
        route.continue_()
    page.unroute("**/queue/join*")
    expect(page.get_by_label("45 minutes")).to_be_checked()
    expect(page.get_by_label("Senior", exact=True)).to_be_checked()
    expect(page.get_by_label("Strict")).to_be_checked()


def test_the_board_stands_beside_the_talk_is_kept_and_belongs_to_the_first_of_two_windows(page: Page) -> None:
    begin(page)
    expect(page.locator("#bar").get_by_text("The whole picture")).to_be_visible()
    talk, frame = page.locator("#talk").bounding_box(), page.locator("#board-frame iframe").bounding_box()
    assert talk is not None and frame is not None
    assert frame["x"] > talk["x"] + talk["width"] and frame["width"] > 560
    second = page.context.new_page()
    second.goto(page.url)
    second.get_by_role("tab", name="Outline").click()
    expect(second.locator("#board-outline textarea")).to_be_visible()

    editor = page.frame_locator("#board-frame iframe")
    editor.get_by_role("button", name="Box").click()
    expect(editor.locator("#name")).to_be_focused()
    page.keyboard.type("ranker")
    page.keyboard.press("Enter")
    expect(page.locator("#board-line")).to_have_text("Saved")
    page.wait_for_timeout(300)

    second.locator("#board-outline textarea").fill("somebody else")
    second.get_by_role("button", name="Apply").click()
    expect(second.get_by_role("alert")).to_contain_text("Another window changed this diagram")

    page.reload()
    expect(editor.locator(".joint-element").filter(has_text="ranker")).to_have_count(1)

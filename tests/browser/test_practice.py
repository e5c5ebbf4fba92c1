"""The set-up and the live room in Chromium."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PHONE, start, stop
from tests.wire.openai_server import Fault, OpenAIServer, Reply

GREETING = "Hello, and thanks for coming"


def begin(page: Page, *, minutes: int = 10, question: str = "") -> Locator:
    """Begin an interview; the message box."""
    page.goto("/")
    expect(page.get_by_role("button", name="Begin")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= (page.viewport_size or PHONE)["width"]
    page.get_by_label(f"{minutes} minutes").check()
    if question:
        page.get_by_label("One question").check()
        box = page.get_by_label("Question", exact=True)
        box.fill(question)
        page.get_by_role("option", name=re.compile(question, re.IGNORECASE)).click()
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_text(GREETING)).to_be_visible()
    box = page.get_by_label("Your answer")
    expect(box).to_be_enabled()
    # Chromium reports a stream that is cut by leaving the page as an error.
    page.wait_for_timeout(200)
    return box


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_the_setup_says_what_is_answering_and_what_each_choice_means(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_text("Built-in interviewer: nothing leaves this machine.")).to_be_visible()
    expect(page.get_by_label("Mid", exact=True)).to_be_checked()
    expect(page.get_by_text("gives hints only when you ask")).to_be_visible()
    expect(page.get_by_label("Areas to focus on")).to_be_visible()
    page.get_by_label("One question").check()
    expect(page.get_by_label("Areas to focus on")).to_be_hidden()
    press(page, "Begin")
    expect(page.get_by_role("alert")).to_contain_text("Choose the question that you want to practise")


def test_one_question_is_found_by_typing(page: Page) -> None:
    begin(page, question="logistic")
    expect(page.get_by_text("Take logistic regression.")).to_be_visible()
    expect(page.get_by_text("We will look at one topic together.")).to_be_visible()


def test_a_link_can_ask_for_an_area(page: Page) -> None:
    page.goto("/?area=B03")
    expect(page.get_by_text("Learning theory and workflow")).to_be_visible()


def test_shift_enter_starts_a_line_and_enter_sends_code_and_formulas(page: Page) -> None:
    box = begin(page)
    box.press_sequentially("The cost is $O(n^2)$ and <b>not</b> `x < 3`.")
    box.press("Shift+Enter")
    box.press_sequentially("Second line ![x](https://evil.test/x.png)")
    expect(box).to_have_value(re.compile(r"`\.\nSecond line"))
    box.press("Enter")
    answer = page.locator("#past .turn.candidate").last
    expect(answer).to_contain_text("Second line ![x](https://evil.test/x.png)")
    expect(answer.locator(".katex").first).to_be_visible()
    expect(answer.locator("code").first).to_have_text("x < 3")
    expect(answer.locator("b, img, a")).to_have_count(0)
    expect(box).to_have_value("")
    expect(box).to_be_focused()


def test_bad_messages_stay_in_the_box_with_one_sentence(page: Page) -> None:
    box = begin(page)
    press(page, "Send")
    expect(page.get_by_role("alert")).to_contain_text("There is nothing in that message.")
    box.fill("x" * 200_000)
    press(page, "Send")
    expect(page.get_by_role("alert")).to_contain_text("200,000 characters")
    expect(box).to_be_enabled()
    assert len(box.input_value()) == 200_000
    expect(page.locator("#past .turn.candidate")).to_have_count(0)


def test_draft_and_notes_outlive_a_reload(page: Page) -> None:
    box = begin(page)
    box.fill("half a thought")
    page.get_by_label("Private notes").fill("ask about seasonality")
    page.reload()
    expect(page.get_by_text(GREETING)).to_be_visible()
    expect(page.get_by_label("Your answer")).to_have_value("half a thought")
    expect(page.get_by_label("Private notes")).to_have_value("ask about seasonality")


@pytest.mark.soak
def test_a_tab_that_is_behind_is_told_so_and_keeps_its_message(page: Page) -> None:
    first = begin(page)
    second = page.context.new_page()
    second.goto(page.url)
    expect(second.get_by_text(GREETING)).to_be_visible()
    expect(second.get_by_label("Your answer")).to_be_enabled()
    first.fill("From the first tab.")
    first.press("Enter")
    expect(page.locator("#past").get_by_text("From the first tab.")).to_be_visible()
    second.get_by_label("Your answer").fill("From the second tab.")
    second.get_by_label("Your answer").press("Enter")
    expect(second.get_by_role("alert")).to_contain_text("Another window was faster")
    expect(second.get_by_label("Your answer")).to_have_value("From the second tab.")
    second.get_by_role("link", name="Reload the page").click()
    expect(second.locator("#past").get_by_text("From the first tab.")).to_be_visible()
    expect(page.locator("#past .turn.candidate")).to_have_count(1)


@pytest.mark.soak
def test_an_unfinished_interview_can_be_gone_on_with_or_ended(page: Page) -> None:
    begin(page)
    where = page.url
    page.goto("/")
    expect(page.get_by_role("heading", name="You have an unfinished interview")).to_be_visible()
    expect(page.get_by_text("started just now")).to_be_visible()
    page.get_by_role("link", name="Go on with it").click()
    expect(page.get_by_text(GREETING)).to_be_visible()
    assert page.url == where
    page.goto("/")
    press(page, "End it")
    press(page, "Yes, end it")
    expect(page.get_by_role("heading", name="Debrief")).to_be_visible()
    expect(page.get_by_text("There is no graded answer in this round.").first).to_be_visible()


def test_an_interview_that_is_not_there_leads_to_the_setup(page: Page) -> None:
    page.goto("/?interview=nobodys")
    expect(page.get_by_role("alert")).to_contain_text("There is no interview 'nobodys' here")
    expect(page.get_by_role("button", name="Begin")).to_be_visible()


@pytest.mark.soak
def test_the_clock_runs_while_the_candidate_thinks(page: Page) -> None:
    begin(page)
    clock = page.get_by_role("timer", name="Interview time")
    expect(clock).to_contain_text("of 10:00")
    expect(clock).to_contain_text(re.compile(r"0:0[2-9]"))


@pytest.mark.parametrize("page", [{"viewport": PHONE}, {"viewport": PHONE, "color_scheme": "dark"}], indirect=True)
def test_nothing_is_wider_than_a_phone(page: Page) -> None:
    begin(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.soak
def test_the_page_says_when_the_built_in_took_over(chromium: Browser, tmp_path: Path) -> None:
    def refuse(_: object) -> Reply | Fault:
        return Fault(status=401, message="Incorrect API key provided")

    with OpenAIServer(refuse) as server:
        process, where = start(
            tmp_path, INTERVIEWER_BASE_URL=server.base_url, INTERVIEWER_MODEL="large-model", INTERVIEWER_API_KEY="sk-1"
        )
        context = chromium.new_context(base_url=where)
        try:
            page = context.new_page()
            page.goto("/")
            expect(page.get_by_text("large-model at")).to_be_visible()
            expect(page.get_by_text("Set prices under Settings")).to_be_visible()
            press(page, "Begin")
            expect(page.get_by_text(GREETING)).to_be_visible()
            page.get_by_label("Your answer").fill("It trades bias against variance.")
            press(page, "Send")
            expect(page.get_by_text("The built-in interviewer took over").first).to_be_visible()
            expect(page.locator("#past .turn.interviewer").last).to_contain_text("Built-in for this step")
        finally:
            context.close()
            stop(process)


@pytest.mark.soak
def test_the_newest_words_stay_in_view_through_a_long_talk(page: Page) -> None:
    box = begin(page, minutes=40)
    for n in range(7):
        turns = page.locator("#past .turn").count()
        if n in (3, 5):
            press(page, "Skip")
        else:
            box.fill("I would look at precision and at how the labels came about, then compare with a plain baseline.")
            box.press("Enter")
        expect(page.locator("#past .turn")).not_to_have_count(turns)
        expect(box).to_be_enabled()
        page.wait_for_timeout(300)
        left = page.evaluate("(t => t.scrollHeight - t.scrollTop - t.clientHeight)(document.getElementById('talk'))")
        assert left < 5, f"{left} px below the fold after {n + 1} acts"


@pytest.mark.soak
def test_reading_back_is_not_disturbed(page: Page) -> None:
    begin(page, minutes=40)
    for _ in range(4):
        turns = page.locator("#past .turn").count()
        press(page, "Skip")
        expect(page.locator("#past .turn")).not_to_have_count(turns)
        expect(page.get_by_label("Your answer")).to_be_enabled()
    page.locator("#talk").hover()
    page.mouse.wheel(0, -2000)
    page.wait_for_timeout(300)
    page.get_by_label("Private notes").or_(page.locator("#notes textarea")).first.fill("a note")
    page.wait_for_timeout(300)
    assert page.evaluate("document.getElementById('talk').scrollTop") < 50

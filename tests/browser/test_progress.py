"""The Progress page in Chromium, with interviews that were put into the store before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from interviewer.program import Program
from tests.browser.conftest import LOOKS, start, stop
from tests.web.interviews import BEGUN, log_of, put

FIRST, SECOND = "a" * 32, "b" * 32


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("progress-home")


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    process, where = start(home)
    yield where
    stop(process)


def test_nothing_yet(page: Page) -> None:
    page.goto("/progress")
    expect(page.get_by_text("Nothing to work on yet.")).to_be_visible()
    expect(page.get_by_role("link", name="Begin an interview")).to_have_attribute("href", "/")
    page.goto("/transcripts")
    expect(page.get_by_text("There is no transcript yet.")).to_be_visible()


@pytest.fixture(scope="module")
def graded(home: Path) -> None:
    """Two interviews, for all tests after the first."""
    program = Program(home)
    put(program.repository, FIRST, log_of())
    put(program.repository, SECOND, log_of(question="bayes-base-rate", at=BEGUN + timedelta(days=1), level=3))
    program.store.dispose()


@LOOKS
@pytest.mark.usefixtures("graded")
def test_weak_areas_and_the_plot(page: Page) -> None:
    page.goto("/progress")
    expect(page.get_by_text("4 things in 2 areas")).to_be_visible()
    expect(page.get_by_role("heading", name="Learning theory and workflow")).to_be_visible()
    expect(page.get_by_text("Did not mention:").first).to_be_visible()
    expect(page.locator("blockquote").first).to_contain_text("0.98 in every fold")
    expect(page.locator(".plot circle")).to_have_count(2)
    expect(page.get_by_role("link", name="Practise this: Learning theory")).to_have_attribute("href", "/?area=B03")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]
    page.get_by_role("link", name="In the transcript").first.click()
    expect(page.locator("#answer-1")).to_be_in_viewport()


@pytest.mark.usefixtures("graded")
def test_practise_leads_to_the_set_up_with_the_area(page: Page) -> None:
    page.goto("/progress")
    page.get_by_role("link", name="Practise this: Learning theory").click()
    expect(page.get_by_text("Learning theory and workflow").first).to_be_visible()


@pytest.mark.usefixtures("graded")
def test_dismissing_with_undo(page: Page) -> None:
    page.goto("/progress")
    row = page.locator(".beside-row").filter(has_text="cross-validate").first
    row.get_by_role("button", name="Dismiss").press("Enter")
    expect(page.get_by_text("Off the list: Sounded like")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Off the list")).to_be_hidden()
    expect(page.get_by_role("button", name="Dismiss")).to_have_count(4)
    row.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_text("Off the list: Sounded like")).to_be_visible()
    page.reload()
    expect(page.get_by_text("3 things in 2 areas")).to_be_visible()
    expect(page.get_by_role("button", name="Dismiss")).to_have_count(3)

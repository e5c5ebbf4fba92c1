"""A round with a company in Chromium, from its set-up to the page that its debrief cites; and the card in the room."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from interviewer.domain import Authored, Citation
from interviewer.library import Source
from interviewer.program import Program
from tests.browser.conftest import PHONE, start, stop
from tests.browser.test_library import PAPER, fits
from tests.browser.test_practice import press
from tests.web.interviews import of_documents

COMPANY: Final = "Acme"
ANSWER: Final = "A feature knows the label, so I would look at when each one is written and split by time."
MOST_TOPICS: Final = 6
"""Topics after which one from the documents must have come: they are 30 to 50 % of a round."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An app whose library has a paper, and one question that cites its second page."""
    home = tmp_path_factory.mktemp("company-home")
    program = Program(home)
    (added,) = program.library.add([Source("ranking.pdf", PAPER)], company=COMPANY)
    last = program.library.passages(added.document)[-1]
    cited = Citation(
        document=last.document, passage=last.id, title="Ranking at Acme", page=last.page, quote=last.text[:80].strip()
    )
    asked = of_documents(program.content.question("leakage"), [cited]).model_copy(update={"id": "ranking-at-acme"})
    written = Authored(question=asked, company=COMPANY, documents=(last.document,))
    program.library.save_questions(last.document, [written], by="built-in")
    program.library.close()
    program.store.dispose()
    process, where = start(home)
    yield where
    stop(process)


def begin(page: Page, company: str) -> None:
    """Begin a short round with a company that a link names."""
    page.goto(f"/?company={company}")
    expect(page.get_by_label("Company (optional)")).to_have_value(company)
    page.get_by_label("10 minutes").check()
    press(page, "Begin")
    expect(page.get_by_label("Your answer")).to_be_enabled()


def skip_to_the_documents(page: Page) -> None:
    """Skip topics until one from the documents is asked."""
    for topic in range(1, MOST_TOPICS + 1):
        expect(page.get_by_role("heading", name=f"Topic {topic}", exact=True, level=1)).to_be_visible()
        expect(page.get_by_label("Your answer")).to_be_enabled()
        if page.locator("#past .from").count():
            return
        press(page, "Skip")
    raise AssertionError("no topic came from the documents")


@pytest.mark.soak
@pytest.mark.parametrize("page", [{"viewport": PHONE}], indirect=True, ids=["phone"])
def test_from_the_set_up_to_the_page_that_the_debrief_cites(page: Page) -> None:
    begin(page, COMPANY)
    card = page.locator("#published details")
    expect(card.locator("summary")).to_have_text(f"What {COMPANY} has published")
    titles = page.get_by_role("list", name=f"Documents by {COMPANY}", include_hidden=True)
    expect(titles).to_be_hidden()
    card.locator("summary").click()
    expect(titles).to_be_visible()

    skip_to_the_documents(page)
    expect(titles).to_be_visible()
    expect(titles.get_by_role("link")).to_have_count(0)
    page.get_by_label("Your answer").fill(ANSWER)
    press(page, "Send")
    expect(page.locator("#past .turn.candidate")).to_have_count(1)
    expect(page.get_by_label("Your answer")).to_be_enabled()
    expect(titles.get_by_role("link")).to_have_count(0)
    assert fits(page)

    press(page, "Skip")
    with page.context.expect_page() as opened:
        titles.get_by_role("link", name="Ranking at Acme").click()
    expect(opened.value.locator(".passage mark")).to_be_visible()
    opened.value.close()
    press(page, "End")
    press(page, "Yes, end it")
    press(page, "Skip the rating")
    expect(page.get_by_role("heading", name="Debrief")).to_be_visible()
    topic = page.locator("details.topic-card").filter(has=page.locator(".points .from")).last
    if topic.get_attribute("open") is None:
        topic.locator("summary").first.click()
    cited = topic.locator(".points .from").first
    quote = cited.locator(".quoted").inner_text().strip("“”")
    how = topic.locator(".points .how").first.bounding_box()
    assert how is not None and how["width"] > 60, "room for its words"
    assert fits(page)
    cited.get_by_role("link", name=re.compile(r", p\. \d+$")).click()
    expect(page.locator(".passage mark")).to_have_text(quote)
    expect(page.get_by_role("img", name=re.compile(r"^Page \d+ of .*, as an image$"))).to_be_visible()


def test_beside_a_wide_talk_stands_what_is_known_of_a_company_without_documents(page: Page) -> None:
    begin(page, "Netflix")
    card = page.locator("#published")
    expect(card).to_contain_text("Unofficial, from public posts. As of ")
    expect(card.get_by_role("link", name="Artwork Personalization at Netflix")).to_have_attribute("target", "_blank")
    expect(card.get_by_role("link", name="Add documents")).to_have_attribute("href", "/library?company=Netflix")

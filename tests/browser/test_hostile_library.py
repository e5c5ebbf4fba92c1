"""A hostile document in the library, and hostile names of files: every place that shows them shows only text."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from interviewer.library import Source
from interviewer.program import Program
from tests.browser.conftest import start, stop
from tests.browser.inertness import BOTH, FORBIDDEN, assert_inert, assert_ours

pytestmark = pytest.mark.soak


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, texts: tuple[str, ...]) -> Iterator[str]:
    home = tmp_path_factory.mktemp("hostile-library")
    program = Program(home)
    fill(program, texts)
    program.store.dispose()
    process, where = start(home)
    yield where
    stop(process)


def fill(program: Program, texts: tuple[str, ...]) -> None:
    """A library of one document whose every word is hostile, its name, title, authors and company included."""
    body = "\n\n".join(f"{text} This is the end of a paragraph that says little more." for text in texts)
    name = " ".join(" ".join(texts[:4]).split())
    source = Source(f"{name}.txt", body.encode(), title=" ".join(texts), authors=texts[:9], date=texts[2])
    (added,) = program.library.add([source], company=" ".join(" ".join(texts[:3]).split()))
    assert added.step == "added", added.sentence


@BOTH
def test_in_a_document_of_the_library(page: Page, texts: tuple[str, ...]) -> None:
    page.goto("/library")
    lines = page.get_by_role("list", name="Documents, newest first")
    assert_inert(page, lines, markers=len(texts))
    companies = page.get_by_role("list", name="Companies")
    assert_inert(page, companies, markers=3)
    page.get_by_label("Company", exact=True).click()
    expect(page.get_by_role("option", name="marker0 is real")).to_have_count(1)
    expect(page.locator("[role=listbox] :is(script, img, iframe, form, style, b, a)")).to_have_count(0)
    page.keyboard.press("Escape")
    page.get_by_label("Search the documents").fill(" ".join(texts)[:300])
    page.get_by_role("button", name="Search").click()
    hits = page.get_by_role("list", name="Passages found")
    assert_inert(page, hits, markers=len(texts))
    hits.get_by_role("link").first.click()
    shown = set()
    while True:
        text = page.locator(".reading")
        expect(text.locator(".passage")).to_contain_text("marker")
        assert page.evaluate("window.pwned") is None
        expect(text.locator(f":is({FORBIDDEN})")).to_have_count(0)
        shown |= set(re.findall(r"marker\d+ is real", text.inner_text()))
        after = page.get_by_role("link", name="Next passage")
        if not after.count():
            break
        after.click()
        page.wait_for_load_state()
        expect(page.get_by_role("link", name="Previous passage")).to_be_visible()
    assert_ours(page)
    page.get_by_role("link", name="Back to the document").click()
    sections = page.get_by_role("list", name="Sections")
    expect(sections).to_be_visible()
    expect(sections.locator(f":is({FORBIDDEN})")).to_have_count(0)
    assert_ours(page)
    page.get_by_role("button", name="Delete this document…").click()
    assert_inert(page, page.locator("#sure"), markers=len(texts))
    page.get_by_role("button", name="Keep it").click()


def test_in_the_names_of_files_and_in_addresses(page: Page, texts: tuple[str, ...]) -> None:
    page.goto("/library")
    expect(page.locator("#drop")).to_be_visible()
    names = [text[:180] for text in texts[:8]]
    page.evaluate(
        """(names) => {
            const data = new DataTransfer();
            for (const name of names) data.items.add(new File([], name));
            for (const name of names) data.items.add(new File(["%PDF-1.7 and then nothing"], name));
            const drop = document.querySelector("#drop");
            drop.dispatchEvent(new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer: data}));
        }""",
        names,
    )
    rows = page.get_by_role("list", name="Being added")
    expect(rows.get_by_role("listitem")).to_have_count(len(names))
    assert_inert(page, page.locator("#drop-said"), markers=len(names))
    assert_inert(page, rows, markers=len(names))
    page.get_by_role("button", name="Add", exact=True).click()
    expect(rows.locator(".fault")).to_have_count(len(names))
    assert_inert(page, rows, markers=len(names))
    addresses = page.get_by_label("Web addresses or arXiv ids")
    for text in texts[:12]:
        addresses.fill(text)
        page.get_by_role("button", name="Add", exact=True).click()
        said = page.locator(".notice.problem")
        expect(said).to_contain_text("neither a web address")
        expect(said.locator(f":is({FORBIDDEN})")).to_have_count(0)
    assert page.evaluate("window.pwned") is None
    assert_ours(page)
    page.get_by_role("button", name="Clear this list").click()
    expect(rows).to_have_count(0)

"""The Library page in Chromium: bring files, see them added, search, read a passage at its page, delete."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from interviewer.content.packs import SAMPLE_COMPANY, sample_files
from interviewer.domain import Citation
from interviewer.library import Source
from interviewer.program import Program
from tests.browser.conftest import LOOKS, PHONE, start, stop
from tests.web.interviews import log_of, put
from tests.web.pdfs import pdf

INTERVIEW, UNFINISHED = "a" * 32, "b" * 32
BODY: Final = (
    "We split the log by user and judge on the week after, because a random split",
    "lets one user stand on both sides. Position bias explains the gap between the",
    "offline and the online figure: the old model decided what could be clicked.",
    "Training takes four weeks of logs and eleven hours on two machines each night.",
)
MORE: Final = (
    "A request is answered in forty milliseconds, of which the retrieval of candidates",
    "takes ten, the ranking twenty, and the network the rest. Candidates come from two",
    "towers whose item side is computed once an hour, so that a new title is found late.",
    "We cache the item side in memory, which costs sixteen gigabytes on every machine.",
)
PAPER: Final = pdf(
    [["# Ranking at Acme", "## 1 Offline evaluation", *BODY * 4], ["## 2 Serving", *MORE * 4]],
    title="Ranking at Acme",
)
LONG: Final = "".join(f"# Part {part}\n\n{' '.join(BODY)}\n\n" * 2 for part in range(40))
POST: Final = "# Fraud at Acme\n\n" + "Chargebacks come late, so a label is trusted only after ninety days. " * 20
WHERE: Final = """(files) => {
    const data = new DataTransfer();
    for (const [name, bytes] of files) {
        data.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name));
    }
    const drop = document.querySelector("#drop");
    for (const kind of ["dragover", "drop"]) {
        drop.dispatchEvent(new DragEvent(kind, {bubbles: true, cancelable: true, dataTransfer: data}));
    }
}"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("library-home")


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    """An app whose library has a document, cited by two interviews: one is closed, one is open."""
    program = Program(home)
    (added,) = program.library.add([Source("kept.pdf", PAPER)], company="Brio")
    passage = program.library.passages(added.document)[-1]
    words = passage.text[:40]
    there = Citation(
        document=added.document, passage=passage.id, title="Ranking at Acme", page=passage.page, quote=words
    )
    gone = there.model_copy(update={"document": "0" * 32, "passage": "0" * 32, "title": "A paper that was deleted"})
    put(program.repository, INTERVIEW, log_of(citations=[there, gone]))
    put(program.repository, UNFINISHED, log_of(citations=[there], closed=False))
    program.store.dispose()
    process, where = start(home)
    yield where
    stop(process)


def drop(page: Page, *files: tuple[str, bytes]) -> None:
    """Let files fall onto the page, as from a folder beside the browser."""
    expect(page.locator("#drop")).to_be_visible()
    page.evaluate(WHERE, [[name, base64.b64encode(data).decode()] for name, data in files])


def fits(page: Page) -> bool:
    width = (page.viewport_size or PHONE)["width"]
    return int(page.evaluate("document.documentElement.scrollWidth")) <= width


def add(page: Page, company: str, *files: tuple[str, bytes]) -> None:
    """Drop files, name the company, press Add."""
    drop(page, *files)
    for name, _ in files:
        expect(row(page, name)).to_contain_text("ready to add")
    field = page.get_by_label("Company", exact=True)
    field.fill(company)
    field.press("Enter")
    page.get_by_role("button", name="Add", exact=True).click()


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("list", name="Being added").locator("li.job").filter(has_text=name)


def documents(page: Page) -> Locator:
    return page.get_by_role("list", name="Documents, newest first").get_by_role("listitem")


WATCH: Final = """() => {
    window.seen = new Set();
    const look = () => {
        for (const job of document.querySelectorAll("#rows .job")) window.seen.add(job.innerText);
        window.bars = Math.max(window.bars ?? 0, document.querySelectorAll("#rows [role=progressbar]").length);
    };
    new MutationObserver(look).observe(document.body, {childList: true, subtree: true, characterData: true});
}"""


@LOOKS
def test_from_dropped_files_to_the_list(page: Page, request: pytest.FixtureRequest) -> None:
    company = f"Acme {request.node.callspec.id}"
    long = f"{company} long.md"
    page.goto("/library")
    expect(page.get_by_role("heading", name="Library")).to_be_visible()
    page.evaluate(WATCH)
    add(page, company, ("ranking.pdf", PAPER), (long, LONG.encode()))
    expect(row(page, "ranking.pdf")).to_contain_text("Added: 2 passages, 2 pages.")
    expect(row(page, long)).to_contain_text(re.compile(r"Added: \d\d+ passages\."), timeout=60_000)
    seen = "\n".join(page.evaluate("[...window.seen]"))
    assert re.search(r"Embedding \d+ of \d+", seen), seen
    assert "Waits for its turn" in seen
    assert page.evaluate("window.bars") == 1
    added = documents(page).filter(has_text=company)
    expect(added).to_have_count(2)
    expect(added.last).to_contain_text(f"{company} · PDF · 2 pages · 2 passages")
    expect(page.get_by_role("list", name="Companies").get_by_role("listitem").filter(has_text=company)).to_contain_text(
        "2 documents"
    )
    assert fits(page)
    page.reload()
    expect(row(page, "ranking.pdf")).to_contain_text("Added: 2 passages")
    page.get_by_role("button", name="Clear this list").click()
    expect(page.locator("#rows .job")).to_have_count(0)
    expect(added).to_have_count(2)


@pytest.mark.soak
def test_leaving_the_page_does_not_stop_the_work(page: Page) -> None:
    page.goto("/library")
    # In other words than what is searched for below.
    text = re.sub("position|bias|click", "kitchen", LONG, flags=re.IGNORECASE) * 3
    add(page, "Leaver", ("left.md", text.encode()))
    expect(row(page, "left.md")).to_contain_text("Embedding")
    page.goto("/transcripts")
    expect(page.get_by_role("heading", name="Transcripts")).to_be_visible()
    page.goto("/library")
    expect(row(page, "left.md")).to_contain_text(re.compile("Embedding|Added"))
    expect(row(page, "left.md")).to_contain_text("Added", timeout=120_000)
    expect(documents(page).filter(has_text="Leaver")).to_have_count(1)
    page.get_by_role("button", name="Clear this list").click()
    expect(page.locator("#rows .job")).to_have_count(0)


@pytest.mark.soak
def test_what_cannot_be_added_says_why_and_the_rest_is_added(page: Page) -> None:
    page.goto("/library")
    expect(page.locator("#drop")).to_be_visible()
    page.get_by_label("Web addresses or arXiv ids").fill("/etc/passwd")
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(300_000_000)], "huge.pdf"));
            data.items.add(new File([], "nothing.pdf"));
            data.items.add(new File(["%PDF-1.7 and then nothing"], "broken.pdf"));
            const late = "# Late labels\\n\\n" + "A label is trusted after ninety days. ".repeat(40);
            data.items.add(new File([late], "late.md"));
            const input = document.querySelector("#drop input");
            input.files = data.files;
            input.dispatchEvent(new Event("change", {bubbles: true}));
        }"""
    )
    said = page.locator("#drop-said")
    expect(said).to_contain_text("“huge.pdf” has 300 MB: 20 MB are the most that a file may have. It was not taken.")
    expect(said).to_contain_text("'nothing.pdf' is empty: choose another file.")
    expect(row(page, "late.md")).to_contain_text("ready to add")
    button = page.get_by_role("button", name="Add", exact=True)
    button.click()
    expect(page.get_by_role("alert").filter(has_text="neither a web address")).to_contain_text("'/etc/passwd'")
    expect(row(page, "late.md")).to_contain_text("ready to add")
    page.get_by_label("Web addresses or arXiv ids").fill("http://127.0.0.1:9/private")
    button.click()
    expect(row(page, "late.md")).to_contain_text("Added")
    expect(row(page, "broken.pdf").locator(".fault")).to_contain_text("broken.pdf")
    expect(row(page, "http://127.0.0.1:9/private").locator(".fault")).not_to_be_empty()
    expect(page.get_by_role("alert").filter(has_text="neither a web address")).to_have_count(0)
    page.get_by_role("button", name="Clear this list").click()


@LOOKS
def test_from_a_search_to_the_passage_at_its_page(page: Page) -> None:
    page.goto("/library?company=brio")
    box = page.get_by_label("Search the documents")
    box.fill("position bias clicked")
    box.press("Enter")
    hits = page.get_by_role("list", name="Passages found").get_by_role("listitem")
    expect(hits.filter(has_text="Brio").first.locator("mark").filter(has_text="bias").first).to_be_visible()
    expect(page).to_have_url(re.compile(r"/library\?search=position%20bias%20clicked"))
    assert fits(page)
    hits.filter(has_text="Brio").first.get_by_role("link").click()
    expect(page.locator(".passage mark").filter(has_text="bias").first).to_be_visible()
    expect(page.locator(".path")).to_have_text(re.compile("Offline evaluation|Serving"))
    image = page.get_by_role("img", name=re.compile("Page [12] of Ranking at Acme, as an image"))
    expect(image).to_be_visible()
    assert image.evaluate("(e) => e.complete && e.naturalWidth") >= 890
    text, sheet = page.locator(".reading").bounding_box(), page.locator(".sheet").bounding_box()
    assert text is not None and sheet is not None
    if page.viewport_size == PHONE:
        assert sheet["y"] >= text["y"] + text["height"]
    else:
        assert sheet["x"] >= text["x"] + text["width"]
    expect(page.get_by_text("Drawing page")).to_be_hidden()
    expect(page.get_by_text("could not be drawn")).to_be_hidden()
    expect(page.get_by_role("link", name="Open it larger")).to_have_attribute("href", image.get_attribute("src") or "")
    assert fits(page)
    step = page.get_by_role("link", name=re.compile("Next passage|Previous passage")).first
    step.click()
    expect(page.get_by_role("link", name="Back to the document")).to_be_visible()
    page.get_by_role("link", name="Back to the document").click()
    sections = page.get_by_role("list", name="Sections").get_by_role("listitem")
    expect(sections).to_have_count(2)
    expect(sections.first).to_contain_text("Offline evaluation")
    assert fits(page)
    page.goto("/library?search=position%20bias%20clicked&company=brio")
    expect(hits.first).to_be_visible()
    expect(hits.filter(has_not_text="Brio")).to_have_count(0)
    expect(box).to_have_value("position bias clicked")


@pytest.mark.soak
def test_nothing_but_the_filter_narrows_list_and_hits(page: Page) -> None:
    page.goto("/library")
    add(page, "Zeta", ("fraud.md", POST.encode()))
    expect(row(page, "fraud.md")).to_contain_text("Added")
    expect(documents(page).filter(has_text="Brio")).to_have_count(1)
    page.get_by_label("Show").click()
    page.get_by_role("option", name="Zeta").click()
    expect(documents(page)).to_have_count(1)
    expect(documents(page)).to_contain_text("Fraud at Acme")
    page.get_by_label("Search the documents").fill("ninety days")
    page.get_by_role("button", name="Search").click()
    hits = page.get_by_role("list", name="Passages found").get_by_role("listitem")
    expect(hits.first).to_contain_text("Zeta")
    expect(hits.filter(has_text="Brio")).to_have_count(0)
    page.get_by_role("button", name="Clear this list").click()


@pytest.mark.soak
def test_deleting_takes_two_steps_and_the_keyboard_is_enough(page: Page) -> None:
    page.goto("/library")
    add(page, "Gone", ("gone.md", POST.replace("ninety", "eighty").encode()))
    expect(row(page, "gone.md")).to_contain_text("Added")
    documents(page).filter(has_text="Gone").get_by_role("link", name="Delete Fraud at Acme").press("Enter")
    expect(page.get_by_text("Delete “Fraud at Acme” for good?")).to_be_in_viewport()
    page.get_by_role("button", name="Keep it").press("Enter")
    expect(page.get_by_text("Delete “Fraud at Acme” for good?")).to_be_hidden()
    page.get_by_role("button", name="Delete this document…").press("Enter")
    page.get_by_role("button", name="Delete for good").press("Enter")
    expect(page.get_by_text("“Fraud at Acme” is deleted")).to_be_visible()
    expect(documents(page).filter(has_text="Gone")).to_have_count(0)
    expect(page.get_by_role("list", name="Companies").filter(has_text="Gone")).to_have_count(0)
    page.reload()
    expect(page.locator(".notice.problem")).to_contain_text("There is no document")
    expect(documents(page).filter(has_text="Gone")).to_have_count(0)
    page.get_by_role("button", name="Clear this list").click()


@pytest.mark.soak
def test_with_the_keyboard_alone(page: Page) -> None:
    # From the first listener on, and some time after it, the browser hands its dialog over.
    page.on("filechooser", lambda _: None)
    page.goto("/library")
    expect(page.locator("#drop")).to_be_visible()
    chooser = page.locator("#drop input")
    page.get_by_role("link", name="Settings").focus()
    for _ in range(12):
        page.keyboard.press("Tab")
        if chooser.evaluate("(e) => e === document.activeElement"):
            break
    expect(chooser).to_be_focused()
    outline = page.locator("#drop").evaluate("(e) => getComputedStyle(e).outlineStyle")
    assert outline == "solid", "where the focus is can be seen"
    with page.expect_file_chooser() as opened:
        page.keyboard.press("Enter")
    words = POST.replace("late", "after weeks").encode()
    opened.value.set_files({"name": "keys.md", "mimeType": "text/markdown", "buffer": words})
    expect(row(page, "keys.md")).to_contain_text("ready to add")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Web addresses or arXiv ids")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("Keyboard Ltd")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Add", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(row(page, "keys.md")).to_contain_text("Added")
    expect(documents(page).filter(has_text="Keyboard Ltd")).to_have_count(1)
    page.get_by_role("button", name="Clear this list").press("Enter")


@pytest.mark.soak
def test_a_debrief_opens_the_page_and_says_what_is_gone(page: Page) -> None:
    page.goto(f"/transcripts?interview={INTERVIEW}")
    points = page.locator(".points")
    points.get_by_role("link", name="Ranking at Acme, p. 2").click()
    expect(page.locator(".passage mark")).to_be_visible()
    expect(page.get_by_role("img", name="Page 2 of Ranking at Acme, as an image")).to_be_visible()
    page.goto(f"/transcripts?interview={INTERVIEW}")
    points.get_by_role("link", name="A paper that was deleted, p. 2").click()
    expect(page.locator(".notice.problem")).to_have_text("That passage is no longer in the library.")
    expect(documents(page).first).to_be_visible()


def test_live_the_source_is_text_until_the_thread_is_closed(page: Page) -> None:
    page.goto(f"/?interview={UNFINISHED}")
    line = page.locator("#talk .from").first
    expect(line).to_have_text("from: Ranking at Acme, p. 2")
    expect(line.get_by_role("link")).to_have_count(0)
    page.get_by_role("button", name="Skip", exact=True).click()
    link = line.get_by_role("link", name="Ranking at Acme, p. 2")
    expect(link).to_be_visible()
    with page.context.expect_page() as opened:
        link.click()
    expect(opened.value.locator(".passage mark")).to_be_visible()
    expect(page.locator("#talk")).to_be_visible()
    opened.value.close()


def test_a_page_that_cannot_be_drawn_is_a_sentence(chromium: Browser, address: str) -> None:
    context = chromium.new_context(base_url=address)
    try:
        page = context.new_page()
        page.route("**/library/pages/**", lambda route: route.abort())
        page.goto(f"/transcripts?interview={INTERVIEW}")
        page.locator(".points").get_by_role("link", name="Ranking at Acme, p. 2").click()
        expect(
            page.get_by_text("Page 2 could not be drawn. The text of the passage is complete without it.")
        ).to_be_visible()
        expect(page.get_by_text("Drawing page")).to_be_hidden()
        expect(page.locator(".passage")).to_be_visible()
    finally:
        context.close()


@pytest.mark.soak
def test_the_sample_documents_of_an_empty_library(chromium: Browser, tmp_path: Path) -> None:
    process, where = start(tmp_path)
    context = chromium.new_context(base_url=where)
    try:
        page = context.new_page()
        page.goto("/library")
        expect(page.get_by_text("There is nothing in the library yet.")).to_be_visible()
        expect(page.get_by_label("Search the documents")).to_be_hidden()
        page.get_by_role("button", name="Add the sample documents").click()
        expect(documents(page)).to_have_count(len(sample_files()), timeout=120_000)
        expect(page.get_by_text("There is nothing in the library yet.")).to_be_hidden()
        page.get_by_role("link", name=f"Practise with {SAMPLE_COMPANY}").click()
        expect(page).to_have_url(re.compile(rf"/\?company={SAMPLE_COMPANY}"))
        expect(page.get_by_label("Company (optional)")).to_have_value(SAMPLE_COMPANY)
    finally:
        context.close()
        stop(process)


@pytest.mark.soak
def test_vectors_of_another_model_are_noticed_and_made_anew(chromium: Browser, tmp_path: Path) -> None:
    program = Program(tmp_path)
    (added,) = program.library.add([Source("ranking.pdf", PAPER)], company="Acme")
    passages = program.library.passages(added.document)
    vectors = program.embedding().passages([passage.text for passage in passages])
    stale = {passage.id: vector.tobytes() for passage, vector in zip(passages, vectors, strict=True)}
    program.store.shelf(program.store.local_user()).put_vectors(stale, model="a model of last year")
    program.library.close()
    program.store.dispose()
    process, where = start(tmp_path)
    context = chromium.new_context(base_url=where)
    try:
        page = context.new_page()
        page.goto("/library")
        expect(page.locator(".notice.problem")).to_contain_text("a model of last year")
        page.get_by_role("button", name="Rebuild").click()
        expect(row(page, "Everything in the library")).to_contain_text("Embedded anew", timeout=60_000)
        expect(page.locator(".notice.problem")).to_have_count(0)
        expect(page.get_by_role("button", name="Rebuild")).to_be_hidden()
        page.reload()
        expect(documents(page)).to_have_count(1)
        expect(page.get_by_role("button", name="Rebuild")).to_be_hidden()
    finally:
        context.close()
        stop(process)

"""A depth round in Chromium that a model writes from the candidate's own project; without a model it says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, start, stop
from tests.ladders import SUMMARY, ladder, project
from tests.wire.openai_server import Fault, OpenAIServer, Reply, Request


def choose_project(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Depth", exact=True).check()
    page.get_by_label("My project").check()


def test_without_a_model_a_project_needs_one(page: Page) -> None:
    choose_project(page)
    expect(page.get_by_role("status").get_by_text("written by a model, and none is set")).to_be_visible()
    expect(page.get_by_label("Your project")).to_be_hidden()
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("alert")).to_contain_text("none is set")


@pytest.mark.soak
def test_a_project_becomes_subjects_of_a_round(chromium: Browser, tmp_path: Path) -> None:
    def script(request: Request) -> Reply | Fault:
        # Only the questions come from the model: the round itself is led by the built-in interviewer.
        return Reply(project()) if request.name == "ProjectDraft" else Fault(status=503)

    with OpenAIServer(script) as server:
        process, where = start(
            tmp_path, INTERVIEWER_BASE_URL=server.base_url, INTERVIEWER_MODEL="large-model", INTERVIEWER_API_KEY="sk-1"
        )
        context = chromium.new_context(base_url=where, viewport={"width": PHONE["width"], "height": PHONE["height"]})
        try:
            page = context.new_page()
            choose_project(page)
            page.get_by_role("button", name="Begin").click()
            expect(page.get_by_role("alert")).to_contain_text("Describe your project first")
            page.get_by_label("Your project").fill(SUMMARY)
            page.get_by_role("button", name="Begin").click()
            expect(page.get_by_text("Subject 1 of 2")).to_be_visible(timeout=60_000)
            asked = page.locator("#past .turn.interviewer").first
            expect(asked.get_by_text(ladder(0)["l1"]).or_(asked.get_by_text(ladder(1)["l1"]))).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        finally:
            context.close()
            stop(process)

"""The Settings page in Chromium, against a scripted model server on loopback."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, start, stop
from tests.wire.openai_server import Fault, OpenAIServer, Reply

pytestmark = pytest.mark.soak

KEY = "sk-planted-1a2b3c4d5e6f"
KEY_FIELD = re.compile(r"\bKey\b(?! for)")
"""Of the model; labels hold the line under them too."""
COUNTING = " ".join(str(number) for number in range(1, 31))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("settings-home")


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    process, where = start(home)
    yield where
    stop(process)


@pytest.fixture
def settings(page: Page) -> Page:
    page.goto("/settings")
    expect(page.get_by_role("heading", name="Settings", exact=True)).to_be_visible()
    expect(page.get_by_text("spent in")).to_be_visible()
    return page


def model(page: Page, name: str) -> None:
    box = page.get_by_label("Model", exact=True)
    box.fill(name)
    box.press("Enter")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_from_address_to_saved_and_back_to_built_in(settings: Page, home: Path) -> None:
    page = settings
    reply = Reply(COUNTING, first_token=0.3, rate=60, usage=(200, 60))
    with OpenAIServer([reply], models=["large-model", "small-model"]) as server:
        page.get_by_label("Address").fill(server.base_url)
        page.get_by_label(KEY_FIELD).fill(KEY)
        press(page, "Load models")
        expect(page.get_by_text("offers 2 models")).to_be_visible()
        page.get_by_label("Model", exact=True).click()
        page.get_by_role("option", name="small-model").click()
        expect(page.get_by_text("which is this machine")).to_be_visible()
        press(page, "Test")
        expect(page.get_by_text("The model answers: first words after 0.")).to_be_visible()
        expect(page.get_by_text("tokens a second")).to_be_visible()
        assert server.requests[0].key == KEY
        page.get_by_label("Input price").fill("1.5")
        page.get_by_label("Output price").fill("6")
        page.get_by_label("Monthly cap").fill("20")
        page.get_by_label("Currency").fill("EUR")
        page.get_by_label("Speak").check()
        press(page, "Save")
        expect(page.get_by_text("Saved. It counts from the next answer on.")).to_be_visible()
        expect(page.get_by_text("0.00 EUR of 20.00 EUR spent")).to_be_visible()
        expect(page.get_by_text("small-model at 127.0.0.1")).to_be_visible()
        expect(page.get_by_text("built-in for speak")).to_be_visible()
    assert stat.S_IMODE((home / "settings.json").stat().st_mode) == 0o600
    assert KEY in (home / "settings.json").read_text()

    page.reload()
    expect(page.get_by_label("Address")).to_have_value(server.base_url)
    expect(page.get_by_label("Model", exact=True)).to_have_value("small-model")
    expect(page.get_by_label("Monthly cap")).to_have_value("20")
    expect(page.get_by_label(KEY_FIELD)).to_have_value("")
    expect(page.get_by_text("It is not shown again")).to_be_visible()
    assert KEY not in page.content()
    assert KEY not in page.request.get("/settings").text() + page.request.get("/config").text()
    press(page, "Forget key")
    expect(page.get_by_text("No key is saved. Servers on your own machine")).to_be_visible()
    expect(page.get_by_role("button", name="Forget key")).to_be_hidden()
    assert KEY not in (home / "settings.json").read_text()
    press(page, "Use built-in only")
    expect(page.get_by_text("does everything from now on")).to_be_visible()
    expect(page.get_by_text("Built-in interviewer: nothing leaves this machine.")).to_be_visible()


def test_embeddings_from_another_server(settings: Page, home: Path) -> None:
    page = settings
    with OpenAIServer(embed=lambda _: [3.0, 4.0]) as server:
        page.get_by_label("Server for embeddings").fill(server.base_url)
        page.get_by_label("Key for embeddings").fill(KEY)
        page.get_by_label("Embedding model").fill("embed-small")
        expect(page.get_by_text("All passages of your library")).to_be_visible()
        press(page, "Test embeddings")
        expect(page.get_by_text("The embedding model answers after")).to_be_visible()
        assert server.others[-1].key == KEY
        press(page, "Save")
        expect(page.get_by_text("press Rebuild there")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Embedding model")).to_have_value("embed-small")
    expect(page.get_by_label("Key for embeddings")).to_have_value("")
    assert KEY in (home / "settings.json").read_text()
    assert KEY not in page.content() + page.request.get("/settings").text() + page.request.get("/config").text()
    press(page, "Forget this key")
    expect(page.get_by_role("button", name="Forget this key")).to_be_hidden()
    assert KEY not in (home / "settings.json").read_text()
    page.get_by_label("Embedding model").fill("")
    page.get_by_label("Server for embeddings").fill("")
    press(page, "Save")
    expect(page.get_by_text("press Rebuild there")).to_be_visible()


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Fault(status=401, message="Incorrect API key provided: {key}"), "The server says the key is not valid."),
        (Fault(status=404, message="The model does not exist"), "The server does not know this model or address"),
    ],
)
def test_a_failing_test_says_why(settings: Page, fault: Fault, sentence: str) -> None:
    with OpenAIServer([fault]) as server:
        settings.get_by_label("Address").fill(server.base_url)
        settings.get_by_label(KEY_FIELD).fill(KEY)
        model(settings, "no-such-model")
        press(settings, "Test")
        expect(settings.get_by_role("alert")).to_contain_text(sentence)
        expect(settings.get_by_role("button", name="Test", exact=True)).to_be_enabled()
    assert KEY not in settings.inner_text("body")


def test_an_address_that_hangs_and_one_without_models(settings: Page) -> None:
    with OpenAIServer(models=Fault(hang=True)) as server:
        settings.get_by_label("Address").fill(server.base_url)
        press(settings, "Load models")
        expect(settings.get_by_text("Asking the server for its models")).to_be_visible()
        expect(settings.get_by_role("button", name="Load models")).to_be_disabled()
        expect(settings.get_by_role("alert")).to_contain_text("did not finish its answer within 10 s", timeout=20_000)
    with OpenAIServer(models=[]) as server:
        settings.get_by_label("Address").fill(server.base_url)
        press(settings, "Load models")
        expect(settings.get_by_role("alert")).to_contain_text("lists no models. Type the model's name yourself.")


def test_what_is_no_address_is_said(settings: Page) -> None:
    settings.get_by_label("Address").fill("my server")
    for button in ("Load models", "Save"):
        press(settings, button)
        expect(settings.get_by_role("alert").first).to_contain_text("The address has to begin with http:// or https://")
    expect(settings.get_by_text("The address is not complete yet")).to_be_visible()


def test_presets_fill_the_address_and_say_what_leaves(settings: Page) -> None:
    press(settings, "Ollama")
    expect(settings.get_by_label("Address")).to_have_value("http://127.0.0.1:11434/v1")
    expect(settings.get_by_text("go to the program at 127.0.0.1:11434, which is this machine")).to_be_visible()
    press(settings, "OpenAI")
    expect(settings.get_by_text("are sent to api.openai.com as you talk")).to_be_visible()


def test_a_damaged_file_is_said_and_left_alone(settings: Page, home: Path) -> None:
    file = home / "settings.json"
    before = file.read_text() if file.exists() else "{}"
    file.write_text('{"api_key": "' + KEY)
    press(settings, "Save")
    expect(settings.get_by_role("alert")).to_contain_text("is damaged: mend it, or move it away")
    assert file.read_text() == '{"api_key": "' + KEY
    assert KEY not in settings.inner_text("body")
    file.write_text(before)


@pytest.mark.parametrize("page", [{"viewport": PHONE}], indirect=True)
def test_it_fits_a_phone(settings: Page) -> None:
    assert settings.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    expect(settings.get_by_role("button", name="Save", exact=True)).to_be_visible()


def test_what_the_environment_fixes_is_shown_as_fixed(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("fixed-home")
    process, where = start(folder, INTERVIEWER_MODEL="fixed-model", INTERVIEWER_API_KEY=KEY)
    try:
        page = chromium.new_context(base_url=where).new_page()
        page.goto("/settings")
        expect(page.get_by_label("Model", exact=True)).to_be_disabled()
        expect(page.get_by_label(KEY_FIELD)).to_be_disabled()
        expect(page.get_by_text("Fixed by INTERVIEWER_MODEL")).to_be_visible()
        expect(page.get_by_role("button", name="Forget key")).to_be_hidden()
        assert KEY not in page.content()
        page.context.close()
    finally:
        stop(process)

"""What must not be in a place that shows text of others, and how a test looks for it."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE

FORBIDDEN: Final = (
    "script, iframe, object, embed, form, input, button, textarea, img, video, audio, style, link, meta, base, dialog,"
    " template, a[href*='//127.0.0.1'], a[href^='javascript' i], a[href^='data' i], [onerror], [onload], [onfocus],"
    " [ontoggle], [onbegin], [onmouseover], animate, use, h1, [style*='fixed'], details:not(.card, .fold),"
    " b:not(.unseen), [src], [srcdoc], [background], [ping], .katex a"
)
COVERED: Final = """(e) => {
    e.scrollIntoView({block: "center"});
    const box = e.getBoundingClientRect();
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return top !== null && (e.contains(top) || top.contains(e)) ? "" : top?.outerHTML.slice(0, 300) ?? "nothing";
}"""


def assert_inert(page: Page, place: Locator, *, markers: int) -> None:
    expect(place).to_contain_text(f"marker{markers - 1} is real")
    shown = place.inner_text()
    assert [n for n in range(markers) if f"marker{n} is real" not in shown] == []
    page.wait_for_timeout(300)
    assert page.evaluate("window.pwned") is None
    found = place.evaluate(f'(e) => [...e.querySelectorAll("{FORBIDDEN}")].map((x) => x.outerHTML.slice(0, 200))')
    assert found == []
    covering = place.evaluate(
        "(e) => [...e.querySelectorAll('*')].filter((x) => getComputedStyle(x).position === 'fixed').length"
    )
    assert covering == 0
    assert_ours(page)


def assert_ours(page: Page) -> None:
    """Nobody led the page away, and what can be pressed is not covered."""
    assert page.url.startswith("http://127.0.0.1")
    assert len(page.context.pages) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= (page.viewport_size or PHONE)["width"]
    for control in [*page.locator(".bar nav a").all(), *page.locator("main button:visible").all()]:
        assert control.evaluate(COVERED) == ""


BOTH = pytest.mark.parametrize("page", [{}, {"viewport": PHONE}], indirect=True, ids=["desktop", "phone"])

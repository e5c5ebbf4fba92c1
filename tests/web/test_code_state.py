"""Messages of the editor and the line that answers them."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest

from interviewer.coding import MOST_CODE
from interviewer.errors import BadMessage
from interviewer.web.code_state import LOST, line, sent

GOOD: dict[str, Any] = {"key": "abc", "revision": 3, "number": 1, "code": "x = 1\n"}


def test_a_message_of_the_page_is_read() -> None:
    message = sent(json.dumps(GOOD))
    assert (message.key, message.revision, message.number, message.code) == ("abc", 3, 1, "x = 1\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "junk",
        "[]",
        json.dumps({**GOOD, "revision": -1}),
        json.dumps({**GOOD, "revision": "3"}),
        json.dumps({**GOOD, "code": None}),
        json.dumps({**GOOD, "number": 0}),
        json.dumps({**GOOD, "more": 1}),
        json.dumps({**GOOD, "key": "k" * 300}),
        json.dumps({**GOOD, "code": "x" * 1_000_000}),
    ],
)
def test_what_is_no_message_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(BadMessage, match="did not arrive whole"):
        sent(text)


def data(shown: str) -> dict[str, Any]:
    found = re.search(r'data-code="([^"]*)"', shown)
    assert found is not None
    read: dict[str, Any] = json.loads(html.unescape(found[1]))
    return read


def test_the_line_carries_what_the_script_has_to_know() -> None:
    code = 's = "</div><script>x</script>"\n\tif `a`: \\n\n'
    shown = line("abc", 3, code)
    assert "<script" not in shown and "\n" not in shown
    assert data(shown) == {
        "key": "abc",
        "revision": 3,
        "number": 0,
        "editable": True,
        "problem": False,
        "lost": False,
        "most": MOST_CODE,
        "code": code,
    }


def test_an_answer_says_how_it_went() -> None:
    saved = line("abc", 4, said="Saved", number=2)
    assert data(saved)["number"] == 2 and data(saved)["code"] is None
    assert 'role="status">Saved<' in saved
    lost = line("abc", 4, said=LOST, number=2, problem=True, lost=True)
    assert 'role="alert"' in lost and '<a href="/?interview=abc">Reload</a>' in lost

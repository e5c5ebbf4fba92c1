"""Text of others can say anything and do nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.web.safe import html, rich
from tests.web.payloads import payloads

OURS = {"p", "pre", "code", "span"}
HOSTILE = (
    *payloads("https://evil.example"),
    "</div></div><form action=https://evil.test><input>",
    "`<img src=x>`",
    "``` <img src=x>",
    "```html\n<img src=x onerror=alert(1)>\n```\n<b>after</b>",
    "~~~\n</code></pre><script>1</script>\n~~~",
    "$<img src=x>$ and $$</span><script>1</script>$$",
    "\\(<b>\\) \\[</span>\\]",
    "<style>*{position:fixed}</style><iframe srcdoc='<script>1</script>'>",
)
UNSEEN = "\x00\x07\x1b\x7f\x9b\u200b\u202a\u202e\u2066\u2069\u2060\ufeff\U000e0041"


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(value: str) -> _Tags:
    seen = _Tags()
    seen.feed(value)
    seen.close()
    assert seen.open == []
    return seen


def only_ours(value: str) -> None:
    for tag, attributes in parsed(value).tags:
        assert tag in OURS
        assert all(name in ("class", "tabindex") and text in ("code", "math", "0") for name, text in attributes)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_becomes_an_element(text: str) -> None:
    only_ours(rich(text))
    assert parsed(html(text)).tags == []


@given(st.text(alphabet=st.sampled_from("ab 1$\\`~<>&\"'()[]{}!\n*_#-|"), max_size=80))
def test_whatever_is_typed_only_our_elements_come_out_and_they_close(text: str) -> None:
    value = rich(text)
    only_ours(value)
    # Markdown ends a block of HTML at an empty line, so none may come out.
    assert "\n" not in value


@given(st.text(max_size=200))
def test_escaped_text_reads_as_it_was_and_has_nothing_for_markdown(text: str) -> None:
    value = html(text)
    assert not set(value) & set("<>\"'`\\\n\r\t")
    seen = parsed(value).text
    left = iter(text.replace("\r", ""))
    assert all(character in left for character in seen.replace("\r", "")), "in order, and nothing that was not there"
    assert not any(character in value for character in UNSEEN)
    assert [c for c in seen if c.isalnum()] == [c for c in text if c.isalnum()]


def test_code_and_formulas_show_as_such() -> None:
    assert rich("Use `x < 3` here") == "<p>Use <code>x &lt; 3</code> here</p>"
    assert rich("```python\na[0] < b\n```") == '<pre class="code" tabindex="0"><code>a[0] &lt; b</code></pre>'
    assert rich("```\nno end") == '<pre class="code" tabindex="0"><code>no end</code></pre>'
    assert rich("The cost is $O(n^2)$.") == r'<p>The cost is <span class="math">\(O(n^2)\)</span>.</p>'
    assert rich("$$\\frac{a}{b}$$") == r'<p><span class="math">\[\frac{a}{b}\]</span></p>'
    assert rich(r"so \(a < b\) holds") == r'<p>so <span class="math">\(a &lt; b\)</span> holds</p>'


@pytest.mark.parametrize("text", ["It costs $5 and then $10.", "a $ b", "`$x$`", "$x", "100$ or 200$"])
def test_prices_and_code_are_no_formulas(text: str) -> None:
    assert "math" not in rich(text)


def test_paragraphs_and_line_ends_stay() -> None:
    assert rich("one\n\ntwo\nthree") == "<p>one</p><p>two&#10;three</p>"
    assert rich("") == ""


def test_a_formula_cannot_end_its_own_delimiters() -> None:
    value = rich(r"$$a \] <b> \[ c$$")
    assert len(re.findall(r"\\[\[\]]", value)) == 2


def test_what_is_not_seen_is_left_out() -> None:
    assert html(f"a{UNSEEN}b") == "ab"
    assert rich(f"`a{UNSEEN}b`") == "<p><code>ab</code></p>"
    kept = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \U0001f469\u200d\U0001f52c \u2764\ufe0f \u200f"
    assert html(kept) == kept, "what scripts and emoji need"


@pytest.mark.parametrize(
    "formula",
    [r"\rule{99em}{99em}", r"\raisebox{-9em}{x}", r"\def\a{x}\a", r"\href{https://evil.test}{x}", r"a \above{9em} b"],
)
def test_what_draws_boxes_makes_macros_or_links_is_shown_as_typed(formula: str) -> None:
    assert "math" not in rich(f"$ok$ and ${formula}$").split("and", 1)[1]
    assert parsed(rich(f"${formula}$")).text == f"${formula}$"
    assert "math" in rich(r"$\defn + \letter + \ruler$"), "only the commands themselves"

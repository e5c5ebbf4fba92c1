"""What became of code, as HTML: a run's tests as a table, hidden tests by name, how code changed. No gradio here.

Everything that a candidate's code has printed, returned or raised is text of strangers, and goes through `safe.html`.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Final

from interviewer.domain import Run, Tested
from interviewer.rules.coded import Tried, last_seen
from interviewer.web.live_state import clock
from interviewer.web.safe import html

COLUMNS: Final = (
    ("Test", ""), ("Input", "wide"), ("Expected", ""), ("Got", ""), ("Time", "narrow"), ("Result", "narrow"),
)  # fmt: skip
HIDDEN_COLUMNS: Final = (("Hidden test", "wide"), ("About", "middle"), ("Result", "narrow"), ("Why", ""))
NOT_RUN: Final = "not run"
"""The reason that stands with a test before which the program ended."""
MOST_LINES: Final = 400
"""Lines of a diff that are shown."""


def runs(tried: Sequence[Tried]) -> str:
    """The candidate's last own run and the last one with hidden tests, the newer one first; empty without any."""
    hidden = next((one for one in reversed(tried) if one.run.hidden), None)
    last = [one for one in (last_seen(tried), hidden) if one is not None]
    last.sort(key=lambda one: (one.clock, one.run.hidden), reverse=True)
    body = "".join(run(one) for one in last)
    return f'<div class="runs">{body}</div>' if body else ""


def run(tried: Tried, *, heading: str = "h3", reasons: bool = False) -> str:
    """One run with its results. `reasons` tells of hidden tests why they failed, which is for after the end."""
    one = tried.run
    words = summary(one)
    title = "Submitted" if one.hidden else "Run"
    body = hidden(one, reasons=reasons) if one.hidden else _visible(one)
    at = clock(tried.clock)
    return (
        f'<section class="run" aria-label="{title}" data-announce="{html(f"{title} at {at}: {words}")}">'
        f'<{heading}>{title} <span class="quiet small">at {at}</span></{heading}>'
        f"<p><strong>{html(words)}</strong></p>{_banner(one)}{body}</section>"
    )


def summary(one: Run) -> str:
    """How many tests pass, in words."""
    tests = [test for test in one.tests if test.group != "own"]
    own = [test for test in one.tests if test.group == "own"]
    if not _tested(one):
        return "No test was run."
    kind = "hidden tests" if one.hidden else "tests"
    words = f"{sum(test.passed for test in tests)} of {len(tests)} {kind} pass"
    mine = f"; of your own {sum(test.passed for test in own)} of {len(own)}" if own else ""
    return f"{words}{mine}."


def hidden(one: Run, *, reasons: bool) -> str:
    """The hidden tests that failed, by name; all of them with the reason once that may be told."""
    if not reasons:
        names = "".join(f"<li>{html(test.name)}</li>" for test in one.failed)
        return f'<p class="small quiet">These fail:</p><ul class="plain">{names}</ul>' if names else ""
    rows = "".join(
        f'<tr class="{_state(test)}"><th scope="row">{html(test.name)}</th>'
        f'<td data-label="About">{html(test.group)}</td>'
        f'<td class="result">{_passed(test)}</td><td data-label="Why">{html(test.reason)}</td></tr>'
        for test in one.tests
    )
    return _table(HIDDEN_COLUMNS, rows)


def _table(columns: Sequence[tuple[str, str]], rows: str) -> str:
    head = "".join(f'<th scope="col" class="{kind}">{name}</th>' for name, kind in columns)
    return f'<table class="tests"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>' if rows else ""


def _tested(one: Run) -> bool:
    """Whether it came to a test at all."""
    return any(test.reason != NOT_RUN for test in one.tests)


def _banner(one: Run) -> str:
    if not one.sentence:
        return ""
    words = one.sentence[0].upper() + one.sentence[1:]
    return f'<div class="notice problem">{html(words)}{"" if words.endswith(".") else "."}</div>'


def _visible(one: Run) -> str:
    tests = [test for test in one.tests if test.group != "own"]
    own = [test for test in one.tests if test.group == "own"]
    table = _table(COLUMNS, "".join(_row(test) for test in tests) if _tested(one) else "")
    mine = "".join(_own(test) for test in own)
    tests_of_own = f'<h4>Your own tests</h4><ul class="own">{mine}</ul>' if mine else ""
    printed = f"<h4>What your code printed</h4>{_pre(one.printed)}" if one.printed.strip() else ""
    return f"{table}{tests_of_own}{printed}"


def _row(test: Tested) -> str:
    values = "".join(
        f'<td class="value" data-label="{name}">{html(text)}</td>'
        for name, text in (("Input", test.given), ("Expected", test.expected), ("Got", test.got))
    )
    # What was raised or is missing stands under "Got" already.
    why = f'<p class="why">{html(test.reason)}</p>' if test.reason and test.reason != test.got else ""
    more = why + _more(test)
    below = f'<tr class="more {_state(test)}"><td colspan="6">{more}</td></tr>' if more else ""
    return (
        f'<tr class="{_state(test)}"><th scope="row">{html(test.name)}</th>{values}'
        f'<td class="time" data-label="Time">{html(_took(test.seconds))}</td>'
        f'<td class="result">{_passed(test)}</td></tr>{below}'
    )


def _own(test: Tested) -> str:
    reason = f" {html(test.reason)}" if test.reason else ""
    return (
        f'<li class="{_state(test)}"><code>{html(test.name)}</code> '
        f'<span class="result">{_passed(test)}</span>{reason} '
        f'<span class="quiet">{html(_took(test.seconds))}</span>{_more(test)}</li>'
    )


def _more(test: Tested) -> str:
    """What a test printed, and its traceback, folded."""
    parts = (("Traceback", test.trace), ("Printed", test.printed))
    return "".join(f"<details><summary>{name}</summary>{_pre(text)}</details>" for name, text in parts if text.strip())


def _pre(text: str) -> str:
    return f'<pre class="code" tabindex="0"><code>{html(text)}</code></pre>'


def _state(test: Tested) -> str:
    return "passed" if test.passed else "failed"


def _passed(test: Tested) -> str:
    return "✓ passed" if test.passed else "✗ failed"


def _took(seconds: float) -> str:
    if seconds < 0.001:
        return "<1 ms"
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


# ---------------------------------------------------------------- code


def source(code: str) -> str:
    """Code with its lines numbered, to look at."""
    lines = "".join(f'<i class="n">{n}</i>{html(text)}\n' for n, text in enumerate(code.splitlines(), 1))
    return f'<pre class="code source" tabindex="0"><code>{lines}</code></pre>'.replace("\n", "&#10;")


def diff(before: str, after: str) -> str:
    """How code changed, as a unified diff with its lines marked; empty if it did not."""
    found = list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2))[2:]
    kinds = {"+": "added", "-": "taken", "@": "where", " ": "same"}
    marked = "".join(f'<span class="{kinds[text[:1]]}">{html(text)}</span>&#10;' for text in found[:MOST_LINES])
    more = f'<span class="where">{len(found) - MOST_LINES} more lines</span>' if len(found) > MOST_LINES else ""
    return f'<pre class="code diff" tabindex="0"><code>{marked}{more}</code></pre>' if found else ""

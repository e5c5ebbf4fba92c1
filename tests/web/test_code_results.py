"""Results of runs as HTML: what the table holds, what hidden tests give away, what strangers wrote."""

from __future__ import annotations

import re

import pytest

from interviewer.domain import Run
from interviewer.rules.coded import Tried
from interviewer.web.code_results import diff, run, runs, source
from tests.web.codings import SECRET, judged, own, seen, the_task
from tests.web.payloads import payloads


def tried(one: Run, clock: float = 65.0) -> Tried:
    return Tried(one, turns=1, clock=clock)


def test_a_run_is_a_table_with_values_reason_and_folded_traceback() -> None:
    shown = run(tried(seen()))
    first = the_task().visible[0].name
    assert "2 of 3 tests pass." in shown
    assert '<span class="quiet small">at 1:05</span>' in shown
    assert re.findall(r'<th scope="col"[^>]*>(\w+)', shown) == [
        "Test", "Input", "Expected", "Got", "Time", "Result",
    ]  # fmt: skip
    row = shown[shown.index(f'<th scope="row">{first}') :]
    for text in ("labels = [0, 1, 0, 1]", "0.75", "0.5", "12 ms", "✗ failed", "0.5 instead of 0.75"):
        assert text in row[: row.index("</tbody>")]
    assert "line 7, in auc" in shown.split("<summary>Traceback</summary>")[1].split("</details>")[0]
    assert "0&#10;1" in shown.split("<summary>Printed</summary>")[1].split("</details>")[0]
    assert shown.count("✓ passed") == 2


def test_own_tests_and_prints_stand_below_the_table() -> None:
    tests = (*seen().tests, own(), own("test_rows", reason="AssertionError"))
    shown = run(tried(seen().model_copy(update={"tests": tests, "printed": "rows 2"})))
    assert "2 of 3 tests pass; of your own 1 of 2." in shown
    below = shown.split("</table>")[1]
    assert below.index("Your own tests") < below.index("test_ties") < below.index("AssertionError")
    assert below.index("What your code printed") < below.index("rows 2")


def test_a_run_that_was_stopped_says_so_and_shows_no_rows_of_nothing() -> None:
    stopped = run(tried(seen(ended="time", sentence="stopped after 4 s")))
    assert '<div class="notice problem">Stopped after 4 s.</div>' in stopped
    nothing = tuple(test.model_copy(update={"passed": False, "reason": "not run"}) for test in seen().tests)
    refused = run(tried(Run(code="x = (", tests=nothing, ended="error", sentence="syntax error in line 1: x")))
    assert "No test was run." in refused
    assert "Syntax error in line 1: x." in refused
    assert "<table" not in refused


def test_hidden_tests_give_names_and_nothing_else_until_they_may() -> None:
    names = [case.name for case in the_task().hidden]
    during = run(tried(judged()))
    assert f"{len(names) - 3} of {len(names)} hidden tests pass." in during
    assert [name for name in names if name in during] == names[:3]
    assert SECRET not in during
    after = run(tried(judged()), reasons=True)
    assert all(name in after for name in names)
    assert after.count(SECRET) == 3
    assert "These fail" not in run(tried(judged(failing=0)))


def test_the_newer_of_run_and_submission_stands_first() -> None:
    both = [tried(seen(), 10), tried(judged(), 20)]
    shown = runs(both)
    assert shown.index("Submitted") < shown.index(">Run ")
    shown = runs([*both, tried(seen(), 30)])
    assert shown.index(">Run ") < shown.index("Submitted")
    assert shown.count('class="run"') == 2
    assert runs([]) == ""


def test_a_reader_of_screens_is_told_the_summary() -> None:
    assert 'data-announce="Run at 1:05: 2 of 3 tests pass."' in run(tried(seen()))


@pytest.mark.parametrize("text", payloads("http://127.0.0.1:9"))
def test_what_code_prints_raises_and_returns_is_inert(text: str) -> None:
    first, *others = seen().tests
    bad = first.model_copy(
        update={"given": text, "expected": text, "got": text, "reason": text, "printed": text, "trace": text}
    )
    one = seen(printed=text, sentence=text or "x").model_copy(
        update={"tests": (bad, *others, own(text, reason=text, printed=text))}
    )
    shown = run(tried(one)) + diff(text, text + "\nx") + source(text)
    tags = {tag.lower() for tag in re.findall(r"<\s*/?\s*([a-zA-Z][\w-]*)", shown)}
    assert tags <= {
        *("section", "h3", "h4", "p", "strong", "span", "div", "table", "thead", "tbody", "tr", "th", "td", "i"),
        *("details", "summary", "pre", "code", "ul", "li"),
    }
    assert not re.search(r"<[^>]*\son\w+=", shown)
    assert "`" not in shown and "\\" not in shown


def test_a_diff_marks_its_lines_and_ends() -> None:
    shown = diff("a = 1\nb = 2\n", "a = 1\nb = 3\n")
    assert '<span class="taken">-b = 2</span>' in shown
    assert '<span class="added">+b = 3</span>' in shown
    assert "---" not in shown
    assert diff("same\n", "same\n") == ""
    long = diff("", "x\n" * 5000)
    assert long.count("<span") < 450 and "more lines" in long


def test_lines_of_code_are_numbered() -> None:
    assert '<i class="n">2</i>y = "&lt;b&gt;"' in source('x = 1\ny = "<b>"\n').replace("&quot;", '"')

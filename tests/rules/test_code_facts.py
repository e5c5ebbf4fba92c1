"""Facts of small programs, each beside one that looks alike and is in order."""

from __future__ import annotations

from textwrap import dedent

import pytest

from interviewer.rules.code_facts import CodeFacts, code_facts, hard_coded


def facts(source: str) -> CodeFacts:
    found = code_facts(dedent(source), "f")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        ("for row in x:\n        pass", (2,)),
        ("for i in range(len(x)):\n        pass", (2,)),
        ("n, d = x.shape\n    for i in range(n):\n        pass", (3,)),
        ("n = x.shape[0]\n    return [g(i) for i in range(0, n)]", (3,)),
        ("for i, (a, b) in enumerate(zip(x, y)):\n        pass", ()),
        ("for a, b in zip(x, y):\n        pass", (2,)),
        ("for step in range(100):\n        x = x - 1", ()),
        ("for c in np.unique(x):\n        pass", ()),
        ("n, d = x.shape\n    for j in range(d):\n        pass", ()),
    ],
)
def test_loops_over_rows(body: str, rows: tuple[int, ...]) -> None:
    assert facts(f"def f(x, y):\n    {body}\n").row_loops == rows


def test_a_loop_in_a_loop_over_rows() -> None:
    source = """\
    def f(x):
        for a in x:
            for b in x:
                pass
        for k in range(3):
            for j in range(3):
                pass
    """
    assert facts(source).nested_loops == (3,)


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        ("x[0] = 1", ((2, "x"),)),
        ("x -= x.mean()", ((2, "x"),)),
        ("x.sort()", ((2, "x"),)),
        ("x[0][1] += 2", ((2, "x"),)),
        ("del x['a']", ((2, "x"),)),
        ("np.random.shuffle(x)", ((2, "x"),)),
        ("x = x.copy()\n    x[0] = 1", ()),
        ("x = x - x.mean()\n    x[0] = 1", ()),
        ("x = np.array(x, dtype=float)\n    x /= 2", ()),
        ("z = [0]\n    z[0] = 1", ()),
        ("x = x.reshape(-1)\n    x[0] = 1", ((3, "x"),)),
    ],
)
def test_arguments_that_are_changed(body: str, changed: tuple[tuple[int, str], ...]) -> None:
    assert facts(f"def f(x):\n    {body}\n").mutations == changed


@pytest.mark.parametrize(
    ("line", "unseeded"),
    [
        ("np.random.rand(3)", True),
        ("random.choice([1])", True),
        ("np.random.default_rng().normal()", True),
        ("np.random.default_rng(seed).normal()", False),
        ("np.random.seed(1); np.random.rand(3)", False),
        ("rng.normal()", False),
    ],
)
def test_draws_without_a_seed(line: str, unseeded: bool) -> None:
    assert bool(facts(f"def f(x, seed, rng):\n    {line}\n").unseeded) is unseeded


def test_tests_of_ones_own() -> None:
    source = """\
    def f(x):
        return f(x[1:]) if x else 0


    def test_empty():
        assert f([]) == 0


    print(f([1, 2]))
    np.testing.assert_allclose(f([1]), 0)
    """
    assert facts(source).own_tests == (6, 10)
    assert facts("def f(x):\n    return x\n").own_tests == ()


def test_lines_and_words() -> None:
    found = facts('def f(x):\n    """Twice x."""\n\n    # so\n    return 2 * x\n')
    assert found.lines == 3 and found.documented
    assert not facts("def f(x):\n    return x\n").documented


@pytest.mark.parametrize("source", ["def f(:", "\0", "(" * 5000])
def test_what_is_no_python_has_no_facts(source: str) -> None:
    assert code_facts(source, "f") is None
    assert not hard_coded(source, ["0.75"], passed_visible=True, hidden=0.0)


@pytest.mark.parametrize(
    ("source", "visible", "hidden", "found"),
    [
        ("def f(x):\n    return 0.75 if len(x) == 4 else 0.5\n", True, 0.1, True),
        ("def f(x):\n    return 0.75 if len(x) == 4 else 0.5\n", True, 0.9, False),
        ("def f(x):\n    return 0.75 if len(x) == 4 else 0.5\n", False, 0.1, False),
        ("def f(x):\n    return sum(x) / len(x)\n", True, 0.1, False),
    ],
)
def test_answers_written_into_the_program(source: str, visible: bool, hidden: float, found: bool) -> None:
    assert hard_coded(source, ["0.75", "0.5", "1.0"], passed_visible=visible, hidden=hidden) is found

"""What code alone can say about a candidate's program: facts with line numbers, read from its syntax tree.

Nothing here runs the program. A fact is evidence for a grader and never a mark by itself: a loop over rows may be right
where the data is small, and a test that is there may test little.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

_IN_PLACE: Final = frozenset(
    ("append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse", "update", "setdefault", "fill", "add",
     "discard", "popitem", "resize", "partition", "itemset")
)  # fmt: skip
"""Methods that change the list, dictionary, set or array that they are called on."""
_SEEDED: Final = frozenset(("default_rng", "Generator", "RandomState", "SeedSequence", "PCG64", "seed", "Random"))
_FRESH: Final = frozenset(("copy", "array", "list", "dict", "set", "sorted", "zeros_like", "empty_like", "deepcopy"))
"""Calls that return something of one's own, which may then be changed."""


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """Lines are numbered from 1, as the candidate sees them."""

    row_loops: tuple[int, ...] = ()
    """Loops over the rows of an argument, or over their indices; also in comprehensions."""
    nested_loops: tuple[int, ...] = ()
    """Loops inside of a loop over rows."""
    mutations: tuple[tuple[int, str], ...] = ()
    """Where an argument is changed in place, and its name."""
    unseeded: tuple[int, ...] = ()
    """Random draws that no seed decides."""
    own_tests: tuple[int, ...] = ()
    """`assert`s and calls of `assert_…` outside of the entry; a call that is only printed tests nothing."""
    documented: bool = False
    """Whether the entry has a docstring of its own words (of more than the signature)."""
    lines: int = 0
    """Lines of code, without blank ones and comments."""

    def named(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """What there is of it in words, each with the lines that it is about."""
        kinds = (
            ("loops over rows", self.row_loops),
            ("loops inside of such loops", self.nested_loops),
            ("random draws that no seed decides", self.unseeded),
            ("checks in own tests", self.own_tests),
        )
        yield from ((what, lines) for what, lines in kinds if lines)
        for line, name in self.mutations:
            yield f"the argument {name} is changed in place", (line,)

    def size(self) -> str:
        """How long it is and whether it says what it does."""
        return f"{self.lines} lines of code; the function has {'a' if self.documented else 'no'} docstring"


def code_facts(source: str, entry: str) -> CodeFacts | None:
    """The facts of a program whose task calls `entry`; None where it is no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    rows = sorted({line for function in functions for line in _row_loops(function)})
    return CodeFacts(
        row_loops=tuple(rows),
        nested_loops=tuple(sorted({line for function in functions for line in _nested(function, set(rows))})),
        mutations=tuple(sorted({found for function in functions for found in _mutations(function)})),
        unseeded=tuple(sorted(set(_unseeded(tree)))),
        own_tests=tuple(sorted(set(_own_tests(tree, entry)))),
        documented=any(ast.get_docstring(function) for function in functions if function.name == entry),
        lines=sum(bool(line.strip()) and not line.strip().startswith("#") for line in source.splitlines()),
    )


def hard_coded(source: str, shown: Iterable[str], *, passed_visible: bool, hidden: float) -> bool:
    """Whether a program answers the visible tests and little else, with their values written into it.

    `shown` are the numbers and texts that the visible tests expect, as Python writes them; `hidden` is the share of
    hidden tests passed, 0-1. Both signs are wanted: a wrong program may pass what is visible, and a right one may
    hold a number by chance.
    """
    try:
        constants = {repr(node.value) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    wanted = {value for value in shown if value not in ("0", "1", "0.0", "1.0", "-1", "True", "False", "None", "''")}
    return passed_visible and hidden < HARD_CODED_BELOW and len(wanted & constants) * 2 > len(wanted) > 0


HARD_CODED_BELOW: Final = 0.4
"""Share of hidden tests below which level 1 is due anyway (domain.md §3.5)."""


def _parameters(function: ast.FunctionDef) -> set[str]:
    arguments = function.args
    return {a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}


def _loops(node: ast.AST) -> Iterator[tuple[ast.AST, ast.expr]]:
    """Loops and comprehensions below a node, with what they go over."""
    for child in ast.walk(node):
        if isinstance(child, ast.For):
            yield child, child.iter
        elif isinstance(child, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            for generator in child.generators:
                yield child, generator.iter


def _row_loops(function: ast.FunctionDef) -> Iterator[int]:
    """Lines of the loops that go over an argument's rows."""
    parameters = _parameters(function)
    counts = _counts(function, parameters)
    for loop, over in _loops(function):
        if _over_rows(over, parameters, counts):
            yield loop.lineno  # type: ignore[attr-defined]  # both kinds have one


def _counts(function: ast.FunctionDef, parameters: set[str]) -> set[str]:
    """Names that hold the number of an argument's rows: `n = len(x)`, `n = x.shape[0]`, `n, d = x.shape`."""
    found: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and _is_count(node.value, parameters):
            for target in node.targets:
                first = target.elts[0] if isinstance(target, ast.Tuple) and target.elts else target
                if isinstance(first, ast.Name):
                    found.add(first.id)
    return found


def _is_count(value: ast.expr, parameters: set[str]) -> bool:
    match value:
        case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)]):
            return name in parameters
        case ast.Subscript(value=ast.Attribute(value=ast.Name(id=name), attr="shape"), slice=ast.Constant(value=0)):
            return name in parameters
        case ast.Attribute(value=ast.Name(id=name), attr="shape" | "size"):
            return name in parameters
    return False


def _over_rows(over: ast.expr, parameters: set[str], counts: set[str]) -> bool:
    match over:
        case ast.Name(id=name):
            return name in parameters
        case ast.Call(func=ast.Name(id="range"), args=arguments):
            return any(
                (isinstance(argument, ast.Name) and argument.id in counts) or _is_count(argument, parameters)
                for argument in arguments
            )
        case ast.Call(func=ast.Name(id="enumerate" | "zip"), args=arguments):
            return any(isinstance(argument, ast.Name) and argument.id in parameters for argument in arguments)
    return False


def _nested(function: ast.FunctionDef, rows: set[int]) -> Iterator[int]:
    for loop, _ in _loops(function):
        if loop.lineno in rows:  # type: ignore[attr-defined]  # both kinds have one
            for inner, _ in _loops(loop):
                if inner is not loop:
                    yield inner.lineno  # type: ignore[attr-defined]  # as above


def _mutations(function: ast.FunctionDef) -> Iterator[tuple[int, str]]:
    """Changes of an argument in place, up to where its name is given to something of one's own."""
    own: dict[str, int] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and _is_fresh(node.value):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    own[target.id] = min(node.lineno, own.get(target.id, node.lineno))
    for node in ast.walk(function):
        for name in _changed(node):
            if name in _parameters(function) and node.lineno < own.get(name, node.lineno + 1):  # type: ignore[attr-defined]  # statements
                yield node.lineno, name  # type: ignore[attr-defined]  # as above


def _is_fresh(value: ast.expr) -> bool:
    """Whether an expression makes something new; arithmetic does, a view of an array does not."""
    match value:
        case ast.BinOp() | ast.ListComp() | ast.DictComp() | ast.SetComp() | ast.Compare():
            return True
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return name in _FRESH or name == "astype"
    return False


def _changed(node: ast.AST) -> Iterator[str]:
    """Names that a statement changes in place."""
    match node:
        case ast.Assign(targets=targets):
            yield from (name for target in targets if isinstance(target, ast.Subscript) and (name := _base(target)))
        case ast.AugAssign(target=target):
            if name := _base(target):
                yield name
        case ast.Delete(targets=targets):
            yield from (name for target in targets if isinstance(target, ast.Subscript) and (name := _base(target)))
        case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in _IN_PLACE:
            if name := _base(value):
                yield name
        case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="random"), attr="shuffle"), args=[ast.Name(id=name)]):
            yield name


def _base(node: ast.expr) -> str:
    """The name at the bottom of `x[i][j]` or `x.T[i]`; empty where there is none."""
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _unseeded(tree: ast.AST) -> Iterator[int]:
    """Draws from a global generator, unless the program seeds it, and generators that are made without a seed."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    seeded = any(_attribute(call.func)[1] == "seed" and call.args for call in calls)
    for call in calls:
        owner, name = _attribute(call.func)
        unseeded_generator = name in ("default_rng", "RandomState", "Random") and not call.args and not call.keywords
        if unseeded_generator or (owner == "random" and name not in _SEEDED and not seeded):
            yield call.lineno


def _attribute(function: ast.expr) -> tuple[str, str]:
    """`("random", "rand")` of `np.random.rand` and of `random.rand`; `("", "f")` of `f`."""
    match function:
        case ast.Attribute(value=ast.Attribute(attr=owner) | ast.Name(id=owner), attr=name):
            return owner, name
        case ast.Name(id=name):
            return "", name
    return "", ""


def _own_tests(tree: ast.Module, entry: str) -> Iterator[int]:
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef) and statement.name == entry:
            continue
        for node in ast.walk(statement):
            calls = isinstance(node, ast.Call) and _attribute(node.func)[1].startswith("assert")
            if calls or isinstance(node, ast.Assert):
                yield node.lineno  # type: ignore[attr-defined]  # both kinds have one

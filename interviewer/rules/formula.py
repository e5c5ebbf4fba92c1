"""The formula of a sum: over numbers, ids of facts and `+ - * / ** ( )`, worked out without running any code."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterator, Mapping

_OPERATORS: dict[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


class FormulaError(ValueError):
    """A formula that cannot be worked out; the text says which part of it, and why."""


def evaluate(formula: str, numbers: Mapping[str, float]) -> float:
    """The value of a formula, a finite number; `numbers` gives the value of each id. Raises FormulaError."""
    return _value(_parsed(formula), formula, numbers)


def steps(formula: str, numbers: Mapping[str, float]) -> tuple[float, ...]:
    """The values of all the parts that have an operator, the whole formula last: what somebody has on the way.

    Of a product of more than two factors these are also the products and quotients of the first ones, as they are
    written. Raises FormulaError.
    """
    return tuple(_value(node, formula, numbers) for node in _inner(_parsed(formula)))


def constants(formula: str) -> tuple[float, ...]:
    """The numbers that are written in a formula, in order. Raises FormulaError."""
    return tuple(_number(node, formula) for node in ast.walk(_parsed(formula)) if isinstance(node, ast.Constant))


def names(formula: str) -> tuple[str, ...]:
    """The ids in a formula, each once, in order. Raises FormulaError."""
    found = (node for node in ast.walk(_parsed(formula)) if isinstance(node, ast.Name))
    ordered = sorted(found, key=lambda node: node.col_offset)
    return tuple(dict.fromkeys(node.id for node in ordered))


def _parsed(formula: str) -> ast.expr:
    try:
        return ast.parse(formula.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise FormulaError(f"{formula!r} is no formula") from error


def _inner(node: ast.AST) -> Iterator[ast.BinOp]:
    if isinstance(node, ast.BinOp):
        yield from _inner(node.left)
        yield from _inner(node.right)
        yield node


def _value(node: ast.AST, formula: str, numbers: Mapping[str, float]) -> float:
    if isinstance(node, ast.Constant):
        return _number(node, formula)
    if isinstance(node, ast.Name):
        if node.id not in numbers:
            raise FormulaError(f"{formula!r} needs {node.id!r}, and no fact gives a number for it")
        return float(numbers[node.id])
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand, formula, numbers)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _value(node.left, formula, numbers), _value(node.right, formula, numbers)
        return _applied(node, left, right, formula)
    raise FormulaError(f"{formula!r} may hold only numbers, ids and + - * / ** ( ), not {ast.unparse(node)!r}")


def _applied(node: ast.BinOp, left: float, right: float, formula: str) -> float:
    try:
        result = _OPERATORS[type(node.op)](left, right)
    except (ZeroDivisionError, OverflowError) as error:
        raise FormulaError(f"{ast.unparse(node)!r} in {formula!r} has no value") from error
    # A fractional power of a negative number is complex.
    if isinstance(result, complex) or not math.isfinite(result):
        raise FormulaError(f"{ast.unparse(node)!r} in {formula!r} has no value")
    return result


def _number(node: ast.Constant, formula: str) -> float:
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        raise FormulaError(f"{formula!r} may hold only numbers, ids and + - * / ** ( ), not {node.value!r}")
    try:
        return float(node.value)
    except OverflowError as error:
        raise FormulaError(f"{node.value!r} in {formula!r} is too large") from error

"""A YAML file as a frozen value, or as faults that name the line of what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

T = TypeVar("T", bound=BaseModel)

OPENING = "[{?:-"
"""Every level of nesting has one of these characters."""
DEEPEST = 10_000
"""Levels that libyaml surely has the stack for; it ends the process from about 30,000 on, and Python only raises."""


def loader(text: str) -> Any:
    """The safe loader in C, ten times as fast, where PyYAML has it and the text cannot be nested too deeply for it."""
    deep = sum(map(text.count, OPENING)) > DEEPEST
    return yaml.SafeLoader if deep else getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parsed(text: str) -> Any:
    """The value of a YAML text, of plain types only. Raises yaml.YAMLError, RecursionError."""
    return yaml.load(text, Loader=loader(text))  # noqa: S506 - a safe loader either way


def line_of(text: str, path: Sequence[int | str]) -> int:
    """The line (from 1) of the value at `path`, or of the deepest part of the path that is there."""
    node = yaml.compose(text, Loader=loader(text))
    if node is None:
        return 1
    line = int(node.start_mark.line)
    for step in path:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == str(step)), None)
            if found is None:
                break
            key, node = found
            line = int(key.start_mark.line)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = int(node.start_mark.line)
        else:
            break
    return line + 1


def value_in(path: Path, kind: type[T], faults: list[str]) -> T | None:
    """The file's value; None if it has faults, which are added to `faults`, each `path:line: what is wrong`."""
    try:
        text = path.read_text(encoding="utf-8")
        return kind.model_validate(parsed(text))
    except UnicodeDecodeError as error:
        faults.append(f"{path}:1: not UTF-8 text ({error.reason})")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        faults.append(f"{path}:{mark.line + 1 if mark else 1}: {getattr(error, 'problem', None) or 'not YAML'}")
    except ValidationError as error:
        for fault in error.errors():
            where = ".".join(str(part) for part in fault["loc"]) or "the file"
            faults.append(f"{path}:{line_of(text, fault['loc'])}: {where}: {fault['msg']}")
    except RecursionError:
        faults.append(f"{path}:1: nested too deeply")
    except OSError as error:
        faults.append(f"{path}:0: cannot be read: {error.strerror}")
    return None

"""What the built-in author can ask about: prompts/library/themes/*.yaml, read once per process and checked."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml
from pydantic import Field, ValidationError

from interviewer.content.load import root
from interviewer.content.yaml_lines import line_of, parsed
from interviewer.domain import Angle, Importance, Slug, Tier, Value
from interviewer.errors import ContentError

LEAD = "{lead}"
"""Stands in an opener for the sentence that says who works on what."""


class ThemePoint(Value):
    """One claim that documents on a theme often make, and the probe that leads to it."""

    id: Slug
    importance: Importance
    says: tuple[str, ...] = Field(min_length=1)
    """The claim as anybody would say it, in one or several wordings."""
    angle: Angle
    ask: str = Field(min_length=15)
    """A question that leads to it: a probe, and the second rung of a ladder."""
    part: str = ""
    """Of a must, the third rung: part of the information."""
    step: str = ""
    """Of a must, the fourth rung: a worked sub-step."""


class Theme(Value):
    """A question that fits many companies; whether it is asked, and its key points, a document decides."""

    id: Slug
    area: str
    topics: tuple[Slug, ...] = Field(min_length=1)
    tier: Tier
    signs: tuple[str, ...] = Field(min_length=1)
    """Phrases of which a document on the theme has some; `*` stands for any ending."""
    opener: str = Field(min_length=60)
    turn: str = Field(min_length=15)
    """The first rung of every ladder: where to look."""
    points: tuple[ThemePoint, ...] = Field(min_length=3)


class _File(Value):
    themes: tuple[Theme, ...]


@cache
def shipped_themes() -> tuple[Theme, ...]:
    """The themes that come with the program. Raises ContentError."""
    return load_themes(root() / "library" / "themes")


def load_themes(folder: Path) -> tuple[Theme, ...]:
    """The themes of all files in a folder. Raises ContentError with all faults, each `path:line: what is wrong`."""
    faults: list[str] = []
    found: dict[str, Theme] = {}
    for path in sorted(folder.glob("*.yaml")):
        for theme in _themes(path, faults):
            if theme.id in found:
                faults.append(f"{path}:0: the theme {theme.id!r} is there twice")
            found[theme.id] = theme
            faults += (f"{path}:0: theme {theme.id!r}: {fault}" for fault in _faults(theme))
    if not found and not faults:
        faults.append(f"{folder}:0: there are no themes in it")
    if faults:
        raise ContentError(tuple(faults))
    return tuple(found.values())


def _themes(path: Path, faults: list[str]) -> tuple[Theme, ...]:
    try:
        text = path.read_text(encoding="utf-8")
        return _File.model_validate(parsed(text)).themes
    except ValidationError as error:
        for fault in error.errors():
            where = ".".join(str(part) for part in fault["loc"])
            faults.append(f"{path}:{line_of(text, fault['loc'])}: {where}: {fault['msg']}")
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        faults.append(f"{path}:1: it cannot be read as YAML ({error})")
    return ()


def _faults(theme: Theme) -> list[str]:
    faults = []
    ids = [point.id for point in theme.points]
    if len(set(ids)) != len(ids):
        faults.append("two of its points have the same id")
    if all(point.importance != "must" for point in theme.points):
        faults.append("none of its points is a must")
    faults += (
        f"its must {point.id!r} lacks part or step"
        for point in theme.points
        if point.importance == "must" and not (point.part and point.step)
    )
    if not theme.opener.startswith(LEAD) or theme.opener.count("{") != 1:
        faults.append(f"its opener does not begin with {LEAD}, or has another placeholder")
    if not re.search(r"\?", theme.opener):
        faults.append("its opener asks nothing")
    return faults

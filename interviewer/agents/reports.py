"""What observing and grading models report: ids and numbers in a fixed order, and what of an observation holds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from interviewer.agents import prompting
from interviewer.domain import Angle, Intent, Observation, Slip, Touch
from interviewer.errors import ModelNonsense
from interviewer.rules.evidence import flagged, valid
from interviewer.rules.state import Thread

Option = Literal["probe", "challenge", "hint", "continue", "next_thread"]

_CITED = re.compile(r"([KT]\d{1,2})\b(.*)", re.IGNORECASE | re.DOTALL)


class Cited(BaseModel):
    """An alias and the numbers of the sentences that show it."""

    model_config = ConfigDict(extra="forbid")
    k: str
    s: list[int]


class Head(BaseModel):
    """The part of the report that the reply needs; it comes first, so that speaking can begin before the rest is there.

    Misconceptions and key points are written "K3:2,4", alias and sentence numbers: half the tokens of an object.
    """

    model_config = ConfigDict(extra="forbid")
    intent: Intent
    traps: list[str]
    options: list[Option] = Field(max_length=5)
    toward: str | None
    anchor: int | None
    angle: Angle | None


class Report(Head):
    """What the observing model is asked for."""

    points: list[str]


REST = "points"
"""The field with which the rest of the report begins."""


def accepted(report: Report, thread: Thread, last: Sequence[int]) -> Observation:
    """The report with its aliases resolved and its sentence numbers checked; what does not hold is left out.

    Only sentences of the last message count: what was said before has been observed before. ModelNonsense if the report
    names key points, and none that exists.
    """
    question = thread.question
    points = prompting.aliases((point.id for point in question.key_points), "K")
    traps = prompting.aliases((trap.code for trap in question.traps), "T")
    banned = {n for n in range(1, len(thread.sentences) + 1) if n not in last} | set(flagged(thread.sentences))

    def held(lines: Sequence[str], known: Mapping[str, str]) -> list[tuple[str, tuple[int, ...]]]:
        named = [found for line in lines if (found := cited(line)) is not None and found.k in known]
        checked = ((known[c.k], valid(c.s, count=len(thread.sentences), banned=banned)) for c in named)
        return [(id, numbers) for id, numbers in checked if numbers]

    named = {found.k for line in report.points if (found := cited(line)) is not None}
    if report.points and not named & points.keys():
        raise ModelNonsense("The model named key points that do not exist.")
    return Observation(
        intent=report.intent,
        anchor=report.anchor if report.anchor in last and report.anchor not in banned else None,
        angle=report.angle,
        options=tuple(dict.fromkeys(report.options)),
        touched=tuple(Touch(key_point=id, sentences=numbers) for id, numbers in held(report.points, points)),
        slips=tuple(Slip(code=code, sentences=numbers) for code, numbers in held(report.traps, traps)),
        toward=points.get(report.toward or ""),
        topic=question.topics[0],
    )


def cited(line: str) -> Cited | None:
    """The alias and the numbers in "K3:2,4"; None if there is no alias."""
    found = _CITED.match(line.strip())
    return Cited(k=found[1].upper(), s=[int(n) for n in re.findall(r"\d+", found[2])]) if found else None


class PointReport(BaseModel):
    """What a pass made of one key point."""

    model_config = ConfigDict(extra="forbid")
    k: str
    result: Literal["hit", "partial", "miss", "wrong"]
    s: list[int]


class MarkReport(BaseModel):
    """One dimension of a pass: evidence, reason, then level."""

    model_config = ConfigDict(extra="forbid")
    d: str
    s: list[int]
    reason: str
    level: int | None = Field(ge=1, le=4)


class BoardMarkReport(BaseModel):
    """The same with elements of the diagram that bear it out ("E3"); like all evidence they stand before the level."""

    model_config = ConfigDict(extra="forbid")
    d: str
    s: list[int]
    e: list[str]
    reason: str
    level: int | None = Field(ge=1, le=4)


class Judged(BaseModel):
    """What a pass made of the key points and misconceptions."""

    model_config = ConfigDict(extra="forbid")
    points: list[PointReport]
    traps: list[Cited]


class GradeReport(Judged):
    """What the grading model is asked for a thread."""

    marks: list[MarkReport]


class BoardGradeReport(Judged):
    """What it is asked for a round about one problem."""

    marks: list[BoardMarkReport]


class RoundReport(BaseModel):
    """What the grading model is asked for the round."""

    model_config = ConfigDict(extra="forbid")
    marks: list[MarkReport]

"""What prompts/ holds: questions, rubrics, rounds, prompts; and the words that everything else is made of."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from interviewer.domain.tasks import Task
from interviewer.domain.value import OptionalSlug, Slug, Value

Tier = Literal["F", "C", "A"]
"""Fundamental, core, advanced: how hard a question is (domain.md §1)."""

Level = Literal["junior", "mid", "senior", "staff"]
"""The level the candidate is measured against."""

Strictness = Literal["friendly", "standard", "strict"]
"""How soon the interviewer helps, and how hard it presses."""

Importance = Literal["must", "should", "exceptional"]

Angle = Literal[
    "clarify", "justify", "quantify", "counterfactual", "failure", "evidence", "own_role", "simplify", "bridge"
]
"""The nine kinds of probe (domain.md §2.0)."""

Raised = Literal["unprompted", "probe", "hint"]
"""How a key point came up: the difference is the senior signal."""

Verdict = Literal["Strong hire", "Hire", "Lean hire", "Lean no", "No hire"]

# ---------------------------------------------------------------- content


class Citation(Value):
    """Where a statement comes from: a passage of a library document and the words in it that carry the statement."""

    document: str
    """Id of the document."""
    passage: str
    """Id of the passage."""
    title: str
    """The document's title, kept here so that a log can be read when the document is gone."""
    page: int | None = None
    """Page on which the quote begins, from 1; None for documents without pages."""
    quote: str = Field(min_length=1)
    """Words that code has found in the passage, as they stand there."""


class KeyPoint(Value):
    """One thing a good answer says."""

    id: Slug
    importance: Importance
    text: str = Field(min_length=20)
    """One plain sentence, as a good candidate would say it."""
    cues: tuple[str, ...] = Field(min_length=1)
    """Short phrases by which it is recognised; matched by word stem, in any order within a sentence."""
    citation: Citation | None = None
    """For a question from the library: the passage that says it."""
    dimension: OptionalSlug = ""
    """The rubric dimension that it speaks for; empty where a round's dimensions are judged from all points."""
    section: OptionalSlug = ""
    """The phase of the round in which it belongs; empty in rounds without phases."""
    level: int = Field(default=0, ge=0, le=4)
    """Of a ladder's point: the step (L1–L4) that it answers; 0 elsewhere."""


class Trap(Value):
    """A misconception with a stable code (domain.md §7.9)."""

    code: Slug
    says: str = Field(min_length=15)
    """What somebody who is in the trap would say, in one sentence."""
    cues: tuple[str, ...] = Field(min_length=1)
    probe: str = Field(min_length=15)
    """The question that lets the candidate find out, without saying what is wrong."""


class Probe(Value):
    """A follow-up that leads to a key point without naming it."""

    key_point: Slug
    angle: Angle
    text: str = Field(min_length=15)


class Ladder(Value):
    """Hints H1–H4 towards one key point: redirect, narrow, part of it, worked sub-step."""

    key_point: Slug
    rungs: tuple[str, str, str, str]
    tests: tuple[str, ...] = ()
    """Names of the tests of a coding task that fail when this is what is wrong."""


class Anchors(Value):
    """One answer of two to four sentences at each level, as somebody would say it."""

    two: str = Field(alias="2")
    three: str = Field(alias="3")
    four: str = Field(alias="4")

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


class Fact(Value):
    """Something about the situation that the interviewer tells when it is asked for, and not before."""

    id: Slug
    name: str
    """What it is about, in two to five words: "peak traffic", "where labels come from"."""
    asked: tuple[str, ...] = Field(min_length=3)
    """Three or more ways in which a candidate asks for it."""
    says: str = Field(min_length=10)
    """The answer, always in these words: one or two plain sentences, nothing beyond what was asked."""
    value: float | None = None
    """The number in it, if arithmetic needs it, in `unit`."""
    unit: str = ""


class Sum(Value):
    """A piece of arithmetic that the interviewer asks for; the right range is computed from the fact sheet."""

    id: Slug
    section: Slug
    ask: str = Field(min_length=15)
    """The question, with no number that is not known by then."""
    formula: str
    """Over numbers, ids of facts (with underscores) and `+ - * / ** ( )`: `orders_per_day / 86400 * peak_factor`."""
    unit: str
    tolerance: float = Field(default=0.35, gt=0, le=1)
    """How far from the formula's value an estimate may be, as a share of it (0.35: 65 % to 135 %)."""
    works_out: str
    """The calculation in words, for the debrief."""


class Twist(Value):
    """The constraint that breaks the memorised template, at about two thirds of the time."""

    text: str = Field(min_length=30)
    shows: tuple[Slug, ...] = Field(min_length=1)
    """Ids of the key points that a good reaction raises."""
    probes: tuple[Probe, ...] = ()
    """Follow-ups to the reaction, each towards one of them; they may speak of what the twist has told."""
    ladders: tuple[Ladder, ...] = ()
    """The same for help."""
    fair: str
    """Why the situation really has it, for the debrief."""


class Dive(Value):
    """A place to dig, where the candidate is strong or weak."""

    id: Slug
    section: Slug
    ask: str = Field(min_length=20)
    key_points: tuple[Slug, ...] = Field(min_length=1)
    source: str = ""
    """Whose public work it comes from, shown once the thread is over; empty for our own."""
    address: str = ""
    """Where that can be read."""


class Rung(Value):
    """One step of a depth ladder: L1 what and why, L2 mechanism, L3 trade-offs and failure, L4 an open problem."""

    level: int = Field(ge=1, le=4)
    ask: str = Field(min_length=15)
    """The question that leads to this step; L1's is the opener."""


class Brief(Value):
    """What a problem of a long round has beyond a question's parts: one situation that a whole round is about."""

    kind: Literal["modeling", "infrastructure", "ladder", "failure", "coding"]
    facts: tuple[Fact, ...] = ()
    silent: str = "That is yours to decide. Say what you assume and go on from there."
    """The answer where the fact sheet is silent."""
    sums: tuple[Sum, ...] = ()
    twist: Twist | None = None
    dives: tuple[Dive, ...] = ()
    rungs: tuple[Rung, ...] = ()
    red_flags: tuple[str, ...] = ()
    """What a weak round does, in one line each; for the grader."""
    signals: dict[Level, str] = Field(default_factory=dict)
    """What a round at each level shows, in one or two sentences; for the grader and the debrief."""
    systems: tuple[str, ...] = ()
    """Design problems of corpus/topics.yaml that it is (`SD15`), so that a company's own can be chosen."""


class Question(Value):
    """One opener and all that is needed to lead and grade the thread it starts."""

    id: Slug
    round: Slug
    area: str
    topics: tuple[Slug, ...] = Field(min_length=1)
    tier: Tier
    opener: str = Field(min_length=20)
    minutes: float = Field(gt=0, le=60)
    key_points: tuple[KeyPoint, ...] = Field(min_length=1)
    traps: tuple[Trap, ...] = ()
    probes: tuple[Probe, ...] = ()
    ladders: tuple[Ladder, ...] = ()
    outline: tuple[str, ...] = ()
    anchors: Anchors | None = None
    drill: str = ""
    """What to do for at most 15 minutes to get better at this, in one or two sentences."""
    as_of: str = ""
    source: str = ""
    company: str = ""
    """Of a question from the library: whose documents it is about."""
    brief: Brief | None = None
    """For the problems of design and depth rounds."""
    task: Task | None = None
    """For the tasks of coding rounds."""

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The passages that its key points cite, each once, in their order; empty for a question of the bank."""
        cited = (point.citation for point in self.key_points if point.citation is not None)
        return tuple({citation.passage: citation for citation in cited}.values())

    def key_point(self, id: str) -> KeyPoint:
        """The key point with this id; KeyError if there is none."""
        return {point.id: point for point in self.key_points}[id]


class Prompt(Value):
    """A prompt file: its parts in order, with the inputs that its front matter declares."""

    name: str
    purpose: str
    inputs: tuple[str, ...]
    output: str
    parts: tuple[tuple[Literal["system", "user"], str], ...]
    notes: dict[str, str] = Field(default_factory=dict)
    """Sentences that an input is filled from, by name, such as the speaker's instruction for each kind of move."""
    version: str
    """First 12 hex digits of the file's SHA-256, stored with whatever the prompt produced."""

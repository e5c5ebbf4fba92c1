"""What happens in an interview: acts, observations, moves, marks, events, and what they leave in the tracker."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from interviewer.domain.content import Angle, Level, Question, Raised, Strictness
from interviewer.domain.value import OptionalSlug, Slug, Value

Intent = Literal[
    "answer", "clarify", "again", "help", "gave_up", "reveal", "not_finished", "misread",
    "sidestepped", "off_topic", "empty",
]  # fmt: skip
"""What a message does. `again`: they want the question once more; `help`: they ask for a hint."""


class Act(Value):
    """What the candidate does. `begin` starts the talk; `tick` means only that time has passed; `submitted` hands in
    the code, to be tested with what they cannot see.
    """

    kind: Literal["begin", "said", "hint", "skip", "gave_up", "not_finished", "submitted", "ended", "tick"]
    text: str = ""
    code: str | None = None
    """In a round with code: what stood in the editor, if it had changed since the last act or run."""


class Touch(Value):
    """A key point seen in an act, with the numbers of the sentences that show it."""

    key_point: str
    sentences: tuple[int, ...]
    strength: float = Field(default=1.0, ge=0, le=1)
    """How sure the observer is, 0–1; a model that is not asked for it says 1."""


class Slip(Value):
    """A trap seen in an act, with the numbers of the sentences that show it."""

    code: str
    sentences: tuple[int, ...]


class Observation(Value):
    """What one act showed, live and short: ids and numbers, no free text."""

    intent: Intent
    anchor: int | None = None
    """The sentence worth picking up, by its number in the thread."""
    angle: Angle | None = None
    options: tuple[Literal["probe", "challenge", "hint", "continue", "next_thread"], ...] = ()
    """What to do next, best first; rules keep what is allowed."""
    touched: tuple[Touch, ...] = ()
    slips: tuple[Slip, ...] = ()
    toward: str | None = None
    """The key point that has not come up and that the talk leads to most naturally."""
    topic: str | None = None
    """A public topic slug of the question."""
    facts: tuple[Slug, ...] = ()
    """Facts of the problem's sheet that the message asks for."""
    unsure: tuple[Slug, ...] = ()
    """Facts of which it may ask for one; to be asked back."""
    section: OptionalSlug = ""
    """The part of the round that the message is about; empty: the one that is under way."""
    recites: bool = False
    """Whether it runs through a memorised list of steps, with nothing about this problem."""
    contradicts: tuple[int, int] | None = None
    """Two sentences of theirs that cannot both be meant: the earlier one and the one of this message."""


MoveKind = Literal[
    "ask",
    "continue",
    "acknowledge",
    "probe",
    "challenge",
    "hint",
    "answer",
    "correct",
    "steer",
    "twist",
    "time_check",
    "take_question",
    "next_thread",
    "close",
]


class Move(Value):
    """What the interviewer does next, and the text that this licenses."""

    kind: MoveKind
    rule: str = ""
    """The name of the rule that decided."""
    text: str
    """The written words: what is said when no model speaks, and all that a model may give away."""
    lead: str = ""
    """A transition said before `text` as it stands (the opening, "let's move on")."""
    question: Question | None = None
    """With `ask` and `next_thread`: the question that begins. Kept whole, so that a transcript outlives its bank."""
    key_point: str | None = None
    """With `probe` and `hint`: where it leads. Never shown to the speaker."""
    trap: str | None = None
    rung: int = Field(default=0, ge=0, le=4)
    angle: Angle | None = None
    anchor: int | None = None
    """The sentence of theirs that it starts from, by its number in the thread."""
    against: int | None = None
    """The earlier sentence that does not go with the anchor."""
    closes: Literal["", "covered", "time", "skipped", "gave_up", "ended", "quiet"] = ""
    """Why the thread ends with this move; empty if it goes on."""
    section: OptionalSlug = ""
    """The part of the round that begins with this move; empty: the same one goes on."""
    facts: tuple[Slug, ...] = ()
    """With `answer`: the facts that it tells, each in its own words."""
    offers: tuple[Slug, ...] = ()
    """With `answer` that asks back: the facts of which the candidate may mean one; it tells none of them."""
    sum: OptionalSlug = ""
    """The piece of arithmetic that it asks for."""
    dive: OptionalSlug = ""
    """The deep dive that it asks for."""
    level: int = Field(default=0, ge=0, le=4)
    """The step of a ladder that it goes up to."""
    check: Literal["", "halfway", "late"] = ""
    """The time check that its lead makes."""
    exact: bool = False
    """Whether `text` is said as it stands even where a model words the lead."""


class Made(Value):
    """What made a step: the model and prompt version, or the built-in step and why it took over."""

    by: str = "built-in"
    """`built-in`, or the model's name."""
    prompt: str = ""
    """Hash of the prompt file, empty for built-in."""
    fell_back: str = ""
    """Empty, or the sentence that says why the built-in step took over from the model."""
    passing: bool = False
    """Whether that reason may pass by itself, so that it is worth asking again."""
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float | None = None
    """In the currency of the prices in the settings; None if no prices are set."""
    seconds: float = 0.0


class Mark(Value):
    """One rubric dimension's level for a thread or a round, with the sentences that carry it."""

    dimension: str
    level: int | None = Field(default=None, ge=1, le=4)
    """1–4, or None: not observed."""
    value: float | None = Field(default=None, ge=1, le=4)
    """What enters the score: a median or a formula before rounding."""
    sentences: tuple[int, ...] = ()
    reason: str = ""
    ceiling: str = ""
    """Why the value was capped, if it was ("hint H3")."""
    elements: tuple[str, ...] = ()
    """Boxes and arrows of the diagram that carry it too, as lines of its outline."""


class Finding(Value):
    """What the grader made of one key point."""

    key_point: str
    result: Literal["hit", "partial", "miss", "wrong"]
    raised: Raised | None = None
    sentences: tuple[int, ...] = ()


class Grade(Value):
    """A graded thread: accepted marks and findings; or not graded, with the reason."""

    marks: tuple[Mark, ...] = ()
    findings: tuple[Finding, ...] = ()
    slips: tuple[Slip, ...] = ()
    score: float | None = Field(default=None, ge=1, le=4)
    not_graded: str = ""
    """Empty, or the sentence that says why there is no score."""
    flagged: tuple[int, ...] = ()
    """Sentences that speak to the grader instead of the question; withheld from it and never evidence."""
    confidence: Literal["low", "fair", "good"] = "low"


class Setup(Value):
    """What the candidate chose before the interview began."""

    round: Slug
    level: Level = "mid"
    strictness: Strictness = "standard"
    minutes: int = Field(default=20, ge=5, le=120)
    areas: tuple[str, ...] = ()
    """Areas to focus on; empty: all."""
    question: str | None = None
    """One chosen question: the whole interview is that thread."""
    seed: int = 0
    model: str = ""
    """The model's name; empty for built-in."""
    due: tuple[str, ...] = ()
    """Topics that the tracker wanted practised when the interview began."""
    heard: tuple[str, ...] = ()
    """Ids of questions that came up lately: asked again only where there is nothing else."""
    company: str = ""
    """The company that the candidate prepares for, as they wrote it; empty: none."""
    leanings: tuple[str, ...] = ()
    """Areas and topics that the company's public posts are about, for as long as there are no questions of its own."""
    systems: tuple[str, ...] = ()
    """What these posts are about, in words for the opening."""
    debugging: bool = False
    """In a round with code: the task as code that is given with bugs in it."""
    cannot_run: str = ""
    """In a round with code: why nothing can be run on this machine; empty where it can."""
    written: tuple[Question, ...] = ()
    """Questions written for this interview alone, from a project summary or one document; it asks no others."""
    written_from: str = ""
    """The summary of the project as it was given, or the document's id; empty where nothing was written."""


EventKind = Literal[
    "opened", "act", "drew", "ran", "observed", "decided", "spoken", "graded", "disputed", "paused", "resumed", "closed"
]


class Event(Value):
    """One line of an interview's log. `key` is unique within it ("act:3"), so no step is recorded twice."""

    kind: EventKind
    key: str
    at: datetime
    """When, in UTC."""
    version: int = 1
    """Of `payload`'s form, per kind; old ones are upgraded when they are folded."""
    payload: dict[str, Any] = Field(default_factory=dict)


class Weakness(Value):
    """A row of the tracker: something to work on, with the evidence."""

    id: str
    interview: str
    thread: int
    area: str
    topic: str
    code: str
    """A trap code, or `missed:<key point id>`."""
    sentence: str
    """The candidate's own words, or empty for something that was never said."""
    turn: int
    """The number of the act it comes from."""
    seen_at: datetime

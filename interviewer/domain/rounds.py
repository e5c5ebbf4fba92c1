"""What a kind of interview is, as data: rubric, phases, rules, and the interviewer's own sentences."""

from __future__ import annotations

from math import inf
from typing import Literal

from pydantic import ConfigDict, Field

from interviewer.domain.content import Angle
from interviewer.domain.value import OptionalSlug, Slug, Value


class Dimension(Value):
    """One line of a rubric, with its anchors (domain.md §3)."""

    id: Slug
    name: str
    weight: float = Field(gt=0)
    core: bool | tuple[str, ...] = False
    """Whether a poor mark bars a hire (domain.md §3.6); kinds of problem (`infrastructure`): only in those."""
    scope: Literal["thread", "round"]
    """Graded for each thread and averaged, or once for the whole round."""
    judged: bool = True
    """True: a grader judges it; False: code computes it."""
    anchors: tuple[str, str, str, str]
    """What levels 1, 2, 3 and 4 look like."""
    weights: dict[str, float] = Field(default_factory=dict)
    """Other weights by the kind of problem (`infrastructure`), instead of `weight`."""


class Area(Value):
    """A field of topics that questions belong to."""

    id: str
    name: str


class Phase(Value):
    """One part of a round that is led through parts, with its share of the time."""

    id: Slug
    """The section of key points, sums and dives that belongs to it."""
    name: str
    """As the candidate sees it."""
    minutes: float = Field(gt=0)
    """Its budget in a round of the phases' sum; other lengths are shared out in proportion."""
    enters: tuple[str, ...] = ()
    """How the interviewer turns to it, taken in turn; empty for the first one and for the candidate's questions."""
    joins: OptionalSlug = ""
    """In rounds shorter than the phases' sum: the earlier part that it belongs to instead of being one itself."""
    includes: tuple[Slug, ...] = ()
    """The parts that have joined it, in a round as it is held."""


class Driving(Value):
    """The sentences that only a round needs that is about one problem for a long time."""

    go_on: tuple[str, ...] = Field(min_length=1)
    """To a candidate who leads and is getting somewhere."""
    passes_on: tuple[str, ...] = Field(min_length=1)
    """Before the next part, when the time of one is over."""
    halfway: tuple[str, ...] = Field(min_length=1)
    late: tuple[str, ...] = Field(min_length=1)
    """The time check at 85 %."""
    twist: tuple[str, ...] = Field(min_length=1)
    """Before the twist, whose words follow as they stand."""
    twist_again: tuple[str, ...] = ()
    """To somebody who is stuck at the twist when nothing of its own is left to say."""
    back: tuple[str, ...] = ()
    """After a fact, to a candidate who is led and has not been asked anything since the problem itself."""
    sum: tuple[str, ...] = Field(min_length=1)
    """Before a piece of arithmetic, whose words follow as they stand."""
    sum_again: tuple[str, ...] = Field(min_length=1)
    """After an estimate that is far off, or none: asks for the way to it, without saying so."""
    contradiction: str
    """Takes `{first}` and `{second}`, both the candidate's words."""
    anything_else: tuple[str, ...] = Field(min_length=1)
    """When nothing written is left in a part and its time is not over."""
    returns: tuple[str, ...] = ()
    """Before something that was left open on an earlier step of a ladder."""
    quiet: str
    """The goodbye to somebody who has said nothing for a long time."""
    board: tuple[str, ...] = ()
    """Asks for the diagram, where the round has one and it is empty."""
    ask_back: tuple[str, ...] = ()
    """To a question that may be about one of several facts. Takes `{choices}`, their names."""


class Coding(Value):
    """The sentences that only a round needs in which code is written; `{name}` is that of a test."""

    test_first: tuple[str, ...] = Field(min_length=1)
    """Asks for a test before the first run."""
    hand_in: tuple[str, ...] = Field(min_length=1)
    """To somebody whose code passes what they see and who has nothing left to do."""
    stuck: tuple[str, ...] = Field(min_length=1)
    """To somebody who has been looking at a failing test for a while."""
    fails: tuple[str, ...] = Field(min_length=1)
    """After code was handed in of which some tests of ours fail. Takes `{name}`, `{failed}` and `{count}`."""
    fails_again: tuple[str, ...] = Field(min_length=1)
    """When the same one still fails."""
    passes: tuple[str, ...] = Field(min_length=1)
    """Before the next part, when all tests pass. Says nothing of how good the code is."""
    not_run: tuple[str, ...] = Field(min_length=1)
    """After code that did not come to be tested. Takes `{sentence}`, which says what stopped it."""
    no_sandbox: str
    """Said with the opening where code cannot be run. Takes `{sentence}`."""


class Wording(Value):
    """The written sentences of the interviewer for moves that no question licenses; lists are taken in turn."""

    opening: str
    """Takes `{minutes}`."""
    opening_one: str
    """The opening when there is one question only."""
    opening_project: str = ""
    """The opening when it is about the candidate's own project. Takes `{minutes}`."""
    from_library: str
    """Added to the opening when documents of the company are in the library. Takes `{company}`."""
    from_pack: str
    """Added when only a pack knows the company. Takes `{company}` and `{systems}`."""
    unknown_company: str
    """Added when nothing is known about the company. Takes `{company}`."""
    closing: str
    continue_: tuple[str, ...] = Field(alias="continue", min_length=1)
    acknowledge: tuple[str, ...] = Field(min_length=1)
    answer: tuple[str, ...] = Field(min_length=1)
    steer: tuple[str, ...] = Field(min_length=1)
    reveal: tuple[str, ...] = Field(min_length=1)
    elaborate: tuple[str, ...] = Field(min_length=1)
    misread: tuple[str, ...] = Field(min_length=1)
    put_again: tuple[str, ...] = Field(min_length=1)
    next_thread: tuple[str, ...] = Field(min_length=1)
    moving_on: tuple[str, ...] = Field(min_length=1)
    ease: tuple[str, ...] = Field(min_length=1)
    """Before help."""
    another: tuple[str, ...] = Field(min_length=1)
    """Before another question, where no help is left."""
    no_hint_left: tuple[str, ...] = Field(min_length=1)
    nudge: tuple[str, ...] = Field(min_length=1)
    halfway: tuple[str, ...] = Field(min_length=1)
    nearly_over: tuple[str, ...] = Field(min_length=1)
    invite_questions: tuple[str, ...] = Field(min_length=1)
    take_question: tuple[str, ...] = Field(min_length=1)
    afterwards: str = ""
    """Said before `take_question` if questions came from documents of the company. Takes `{company}`."""
    angles: dict[Angle, tuple[str, ...]]
    """A probe of each kind that fits any answer, for when the written probes are used up."""
    driving: Driving | None = None
    """For rounds with phases."""
    coding: Coding | None = None
    """For rounds in which code is written and run."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


class Rubric(Value):
    """What a round's grades mean. Kept whole in each interview's log, so that it can be read whatever changes later."""

    id: Slug
    name: str
    areas: tuple[Area, ...]
    dimensions: tuple[Dimension, ...]
    phases: dict[str, tuple[Phase, ...]] = Field(default_factory=dict)
    """By the kind of problem (`Brief.kind`), in their order; empty for rounds of many short threads."""
    board: bool = False
    """Whether the candidate draws a diagram."""
    code: bool = False
    """Whether the candidate writes code that is run."""

    def area_name(self, id: str) -> str:
        """The readable name of an area; its id if the round does not know it."""
        return next((area.name for area in self.areas if area.id == id), id)


class Round(Rubric):
    """One kind of interview, as data (prompts/<round>/round.yaml)."""

    minutes: tuple[int, ...]
    """The lengths that can be chosen."""
    rules: tuple[str, ...]
    """Names of the move rules, in the order in which they are asked."""
    wording: Wording

    def rubric(self, kind: str = "", minutes: float = inf) -> Rubric:
        """What of it the log keeps: with the weights for problems of `kind`, and the parts of a round so long."""
        return Rubric(
            id=self.id,
            name=self.name,
            areas=self.areas,
            dimensions=tuple(_weighed(dim, kind) for dim in self.dimensions),
            phases={kind: _held(phases, minutes) for kind, phases in self.phases.items()},
            board=self.board,
            code=self.code,
        )


def _weighed(dim: Dimension, kind: str) -> Dimension:
    core = dim.core if isinstance(dim.core, bool) else kind in dim.core
    return dim.model_copy(update={"weight": dim.weights.get(kind, dim.weight), "core": core})


def _held(phases: tuple[Phase, ...], minutes: float) -> tuple[Phase, ...]:
    """The parts of a round of `minutes`: what joins another one in short rounds is in it, with its time."""
    if minutes >= sum(phase.minutes for phase in phases):
        return phases
    held: dict[str, Phase] = {}
    for phase in phases:
        if host := held.get(phase.joins):
            includes = (*host.includes, phase.id)
            held[host.id] = host.model_copy(update={"minutes": host.minutes + phase.minutes, "includes": includes})
        else:
            held[phase.id] = phase
    return tuple(held.values())

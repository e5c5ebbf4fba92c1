"""The rounds that can be set up, as data: what each is, what can be practised in it, and how the form calls that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MIX, ONE, PROJECT, PAPER = "mix", "one", "project", "paper"

PROJECT_AREA, PAPER_AREA = "D-PROJECT", "D-PAPER"
"""Areas of questions that are written for one interview alone, from a project summary or a document."""


@dataclass(frozen=True)
class Offer:
    """One kind of round in the form."""

    id: str
    name: str
    about: str
    """What the round is, in one or two sentences."""
    minutes: int
    """Its length unless another one is chosen."""
    what: tuple[tuple[str, str], ...]
    """What can be practised, as (words, value); the first one stands chosen."""
    areas: str
    """How its areas are called, and what leaving them empty means."""
    areas_info: str
    one: str
    """How one of its questions is called."""
    company: str = ""
    """What a company changes; empty: nothing, so that none is asked for."""
    debugging: str = ""
    """What a task as an exercise in debugging is; empty: there is none."""


OFFERS: Final = (
    Offer(
        id="breadth",
        name="Breadth",
        about="Several short topics, as in a screening for a machine-learning role. Each is left before it gets long.",
        minutes=20,
        what=(("A mix of topics", MIX), ("One question", ONE)),
        areas="Areas to focus on",
        areas_info="Leave empty for all.",
        one="Question",
        company="Questions come from its documents in your library. Choose one, or type a name.",
    ),
    Offer(
        id="design",
        name="System design",
        about="One system from its purpose to its operation. You lead, ask for the facts that you need, and draw the "
        "pieces if you like; the interviewer digs, keeps the time, and has a sum and a surprise for you.",
        minutes=45,
        what=(("A problem for me", MIX), ("One problem", ONE)),
        areas="Kinds of system",
        areas_info="One of them is taken. Leave empty for any.",
        one="Problem",
        company="The problem is then of the kind that it has, and a part of it comes from its documents or published "
        "work. Choose one, or type a name.",
    ),
    Offer(
        id="depth",
        name="Depth",
        about="Few subjects of one field, each followed down in four steps: what and why, how it works, what it costs, "
        "and what nobody has settled. It goes as far down as your answers hold.",
        minutes=45,
        what=(
            ("Subjects of one field", MIX),
            ("One subject", ONE),
            ("My project", PROJECT),
            ("A document of my library", PAPER),
        ),
        areas="Fields",
        areas_info="One of them is taken. Leave empty for any.",
        one="Subject",
    ),
    Offer(
        id="coding",
        name="Coding",
        about="One task, written in Python with NumPy and run against tests. You say what you are going to do, write "
        "it, test it, and talk about what it costs and where it breaks.",
        minutes=45,
        what=(("A task for me", MIX), ("One task", ONE)),
        areas="Fields",
        areas_info="A task of one of them is taken. Leave empty for any.",
        one="Task",
        debugging="You get code with bugs in it instead of an empty function. Some tasks have it.",
    ),
)
ROUNDS: Final = tuple((offer.name, offer.id) for offer in OFFERS)
NEEDS_MODEL: Final = {
    PROJECT: "Questions about your own project are written by a model, and none is set: choose one under Settings.",
    PAPER: "Questions about a document are written by a model, and none is set: choose one under Settings.",
}
"""What is said where no model is set."""


def offer(id: str) -> Offer:
    """The round with this id; the first one for an id that is none."""
    return next((one for one in OFFERS if one.id == id), OFFERS[0])

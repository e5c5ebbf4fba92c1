"""The candidate's diagram: boxes and arrows. This graph is its only model; pictures, outlines and exports follow it."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from interviewer.domain.value import Value

MOST_BOXES: Final = 200
MOST_EDGES: Final = 400
LONGEST: Final = 80
"""Characters of a name or a label."""
FARTHEST: Final = 100_000
"""The largest coordinate, in pixels at a zoom of one."""

BoxKind = Literal["box", "store", "queue"]
"""A box is whatever computes or asks (a service, a model, a client); a store keeps; a queue hands on."""

_UNSEEN: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_SELECTORS: Final = range(0xFE00, 0xFE10)


def one_line(text: str) -> str:
    """The text on one line: NFC, white space as single spaces, no controls and nothing that is not seen; not cut."""
    spaced = " ".join(text.split())
    kept = (c for c in spaced if unicodedata.category(c) not in _UNSEEN and ord(c) not in _SELECTORS)
    # Leaving something out can bring spaces together, and letters to their accents.
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).split())


def same(name: str) -> str:
    """What two spellings of one name have in common: names that differ in capitals only are one name."""
    return one_line(name.casefold())


def _as_cleaned(text: str) -> str:
    if text != one_line(text):
        raise ValueError("a name or label is one line without unseen characters")
    return text


Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(_as_cleaned)]
Label = Annotated[str, Field(max_length=LONGEST), AfterValidator(_as_cleaned)]
Place = Annotated[int, Field(ge=-FARTHEST, le=FARTHEST)]


class Box(Value):
    """One thing of the system; its name is unique in its diagram."""

    id: Id
    name: Name
    kind: BoxKind = "box"
    x: Place = 0
    """Pixels of its left side, at a zoom of one; to the right."""
    y: Place = 0
    """Pixels of its upper side; downwards."""


class Edge(Value):
    """An arrow from one box to another, or back to the same."""

    id: Id
    source: Id
    """Id of the box where it starts."""
    target: Id
    label: Label = ""


class Board(Value):
    """A diagram. Ids are unique, names too, and every arrow starts and ends at a box of it."""

    boxes: Annotated[tuple[Box, ...], Field(max_length=MOST_BOXES)] = ()
    edges: Annotated[tuple[Edge, ...], Field(max_length=MOST_EDGES)] = ()

    @model_validator(mode="after")
    def _whole(self) -> Board:
        ids = [box.id for box in self.boxes]
        every = [*ids, *(edge.id for edge in self.edges)]
        if len(set(every)) < len(every):
            raise ValueError("an id stands for two things")
        if len({same(box.name) for box in self.boxes}) < len(ids):
            raise ValueError("a name stands for two boxes")
        if not {end for edge in self.edges for end in (edge.source, edge.target)} <= set(ids):
            raise ValueError("an arrow leads to no box")
        return self

    def box(self, id: str) -> Box:
        """The box with this id. Raises KeyError if there is none."""
        for box in self.boxes:
            if box.id == id:
                return box
        raise KeyError(id)

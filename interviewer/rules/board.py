"""The diagram read by others than its drawer: from the browser, for the observer and the grader, as Mermaid. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter, ValidationError

from interviewer.domain.board import FARTHEST, LONGEST, MOST_BOXES, MOST_EDGES, Board, Box, Edge, Id, one_line, same
from interviewer.errors import BadMessage
from interviewer.rules.outline import KINDS, arrow, written

_ID: Final = TypeAdapter(Id)
_UNNAMED: Final = "unnamed"

# ---------------------------------------------------------------- from the browser


class Received(NamedTuple):
    """A diagram as it can be kept."""

    board: Board
    told: tuple[str, ...]
    """One sentence for each kind of thing that had to be changed or left out."""


def received(data: object) -> Received:
    """The diagram that a browser sent, as parsed JSON; whatever is wrong with a part of it costs that part alone.

    Raises BadMessage if it is no diagram at all, or larger than one may be.
    """
    if not isinstance(data, Mapping):
        raise BadMessage("The diagram did not arrive whole. Reload the page and draw the last change again.")
    raw_boxes, raw_edges = _listed(data.get("boxes")), _listed(data.get("edges"))
    for what, count, most in (("boxes", len(raw_boxes), MOST_BOXES), ("arrows", len(raw_edges), MOST_EDGES)):
        if count > most:
            raise BadMessage(f"A diagram may have {most} {what}; this one has {count}. The last change was not kept.")
    told: dict[str, None] = {}
    boxes: dict[str, Box] = {}
    names: set[str] = set()
    for raw in raw_boxes:
        if (id := _id(raw.get("id"))) is None or id in boxes:
            told["A box that could not be read was left out."] = None
            continue
        name = _unique(_cut(raw.get("name"), told) or _UNNAMED, names, told)
        kind = raw.get("kind") if raw.get("kind") in KINDS else "box"
        boxes[id] = Box.model_validate({"id": id, "name": name, "kind": kind, **_place(raw)})
    edges = _edges(raw_edges, boxes, told)
    return Received(Board(boxes=tuple(boxes.values()), edges=edges), tuple(told))


def _edges(raws: Iterable[Mapping[Any, Any]], boxes: Mapping[str, Box], told: dict[str, None]) -> tuple[Edge, ...]:
    edges: dict[str, Edge] = {}
    for raw in raws:
        id, source, target = (_id(raw.get(key)) for key in ("id", "source", "target"))
        if id is None or id in edges or id in boxes:
            told["An arrow that could not be read was left out."] = None
        elif source is None or target is None or source not in boxes or target not in boxes:
            told["An arrow that led to no box was left out."] = None
        else:
            edges[id] = Edge(id=id, source=source, target=target, label=_cut(raw.get("label"), told))
    return tuple(edges.values())


def _listed(value: object) -> list[Mapping[Any, Any]]:
    return [item if isinstance(item, Mapping) else {} for item in value] if isinstance(value, list) else []


def _id(value: object) -> str | None:
    try:
        return _ID.validate_python(value, strict=True)
    except ValidationError:
        return None


def _cut(value: object, told: dict[str, None]) -> str:
    text = one_line(value) if isinstance(value, str) else ""
    if len(text) > LONGEST:
        told[f"A name or label may have {LONGEST} characters; a longer one was cut."] = None
    return one_line(text[:LONGEST])


def _unique(name: str, names: set[str], told: dict[str, None]) -> str:
    """The name, with a number if another box has it."""
    free, number = name, 1
    while same(free) in names:
        number += 1
        free = one_line(f"{name[: LONGEST - len(f' ({number})')]} ({number})")
    if free != name:
        told["Two boxes had one name, so one of them got a number."] = None
    names.add(same(free))
    return free


def _place(raw: Mapping[Any, Any]) -> dict[str, int]:
    found = {}
    for axis in ("x", "y"):
        value = raw.get(axis)
        known = isinstance(value, int | float) and math.isfinite(value)
        found[axis] = round(max(-FARTHEST, min(FARTHEST, value))) if known and value is not None else 0
    return found


# ---------------------------------------------------------------- for the observer and the grader


class Element(NamedTuple):
    """A box or an arrow that can be cited."""

    ref: str
    """`B1`, `B2`, … in the order of the boxes; `E1`, `E2`, … in that of the arrows."""
    id: str
    text: str
    """As the outline says it: `[store] features`, `client -> ranker: top 500`."""


def elements(board: Board) -> tuple[Element, ...]:
    """Everything in the diagram, numbered; as lines: `f"{element.ref}: {element.text}"`."""
    boxes = (Element(f"B{n}", box.id, written(box)) for n, box in enumerate(board.boxes, start=1))
    edges = (Element(f"E{n}", edge.id, arrow(board, edge)) for n, edge in enumerate(board.edges, start=1))
    return (*boxes, *edges)


def cited(board: Board, refs: Iterable[str]) -> tuple[str, ...]:
    """The words of the elements with these numbers, each once, in the diagram's order; unknown ones are dropped."""
    wanted = {ref.strip().upper() for ref in refs}
    return tuple(element.text for element in elements(board) if element.ref in wanted)


def facts(board: Board) -> tuple[str, ...]:
    """What can be said of the diagram by counting, as sentences about its form; empty if nothing stands out."""
    if not board.boxes:
        return ("Nothing is drawn.",)
    ends = {end for edge in board.edges for end in (edge.source, edge.target)}
    alone = [box.name for box in board.boxes if box.id not in ends]
    silent = sum(not edge.label for edge in board.edges)
    told = []
    if not board.edges:
        told.append("The diagram has no arrows.")
    elif alone:
        told.append(f"No arrow leads to or from: {', '.join(alone)}.")
    if silent and silent == len(board.edges):
        told.append("No arrow has a label.")
    elif silent:
        told.append(f"{silent} of {len(board.edges)} arrows have no label.")
    if not any(box.kind == "store" for box in board.boxes):
        told.append("There is no store.")
    return tuple(told)


def difference(before: Board, after: Board) -> str:
    """What has changed, on one line: "added: ranker -> cache: top 500; removed: logs". Empty if only places have.

    Boxes and arrows are told apart by their ids, so a new name is a renaming.
    """
    old_boxes, new_boxes = ({box.id: box for box in board.boxes} for board in (before, after))
    old_edges, new_edges = ({edge.id: edge for edge in board.edges} for board in (before, after))
    kept = [(old_boxes[id], box) for id, box in new_boxes.items() if id in old_boxes]
    moved = [
        (old_edges[id], edge)
        for id, edge in new_edges.items()
        if id in old_edges and (edge.source, edge.target) == (old_edges[id].source, old_edges[id].target)
    ]
    same_edges = {edge.id for _, edge in moved}
    parts = {
        "added": [
            *(written(box) for id, box in new_boxes.items() if id not in old_boxes),
            *(arrow(after, edge) for id, edge in new_edges.items() if id not in same_edges),
        ],
        "removed": [
            *(written(box) for id, box in old_boxes.items() if id not in new_boxes),
            *(arrow(before, edge) for id, edge in old_edges.items() if id not in same_edges),
        ],
        "renamed": [f"{old.name} to {new.name}" for old, new in kept if old.name != new.name],
        "changed": [
            *(f"{new.name} is a {new.kind} now" for old, new in kept if old.kind != new.kind),
            *(f"{arrow(after, new)} (was: {old.label or 'no label'})" for old, new in moved if old.label != new.label),
        ],
    }
    return "; ".join(f"{what}: {', '.join(items)}" for what, items in parts.items() if items)


# ---------------------------------------------------------------- Mermaid

_PLAIN: Final = frozenset(" .,:()/+-=?!'@")
_SHAPES: Final = {"box": ('["', '"]'), "store": ('[("', '")]'), "queue": ('(["', '"])')}


def mermaid(board: Board) -> str:
    """The diagram as a Mermaid flowchart from left to right; nothing in a name or label can end its quotes."""
    number = {box.id: f"b{n}" for n, box in enumerate(board.boxes, start=1)}
    lines = ["flowchart LR"]
    for box in board.boxes:
        opening, closing = _SHAPES[box.kind]
        lines.append(f"  {number[box.id]}{opening}{_escaped(box.name)}{closing}")
    for edge in board.edges:
        label = f'|"{_escaped(edge.label)}"|' if edge.label else ""
        lines.append(f"  {number[edge.source]} -->{label} {number[edge.target]}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    """The text for a place in quotes: what Mermaid or its Markdown could read as a sign becomes a number entity."""
    return "".join(c if c.isalnum() or c in _PLAIN else f"#{ord(c)};" for c in text)

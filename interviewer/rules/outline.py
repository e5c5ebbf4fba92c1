r"""The diagram as text, and back: the editor for the keyboard, the phone and readers of screens. Pure.

One line is one arrow, or one box that stands alone:

    client -> ranker: top 500
    ranker -> [store] features
    [queue] clicks -> trainer
    dashboard

What stands after the first colon is the arrow's label. `[store]` or `[queue]` before a name, at any mention, says what
it is; without one it is a box. Capitals do not tell two names apart. A name that contains an arrow, a colon or a quote,
or begins with a bracket, is put in quotes: "a -> b", with \" and \\ for quotes and backslashes inside. Empty lines
mean nothing. What is not in the text is not in the diagram.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Final, NamedTuple, get_args

from interviewer.domain.board import LONGEST, MOST_BOXES, MOST_EDGES, Board, Box, BoxKind, Edge, one_line, same
from interviewer.errors import BadMessage
from interviewer.rules.board_layout import placed

KINDS: Final[tuple[str, ...]] = get_args(BoxKind)
LONGEST_TEXT: Final = 200_000
"""Characters that are looked at; the largest diagram needs fewer."""

_ARROW: Final = re.compile(r"-{1,2}>|[=]>|→|⇒")
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
_PLAIN: Final = re.compile(r"(?:(?!-{1,2}>|=>|→|⇒)[^:\"])+")
_MARK: Final = re.compile(r"\[\s*(\w[\w -]*?)\s*\]\s*")


class _Mention(NamedTuple):
    name: str
    kind: str
    """Empty if the line does not say it."""


# ---------------------------------------------------------------- to text


def outline(board: Board) -> str:
    """The diagram as text: arrows in their order, then the boxes that stand alone."""
    said: set[str] = set()

    def named(id: str) -> str:
        if id in said:
            return quoted(board.box(id).name)
        said.add(id)
        return written(board.box(id))

    arrows = [_arrow(named(edge.source), named(edge.target), edge.label) for edge in board.edges]
    alone = [written(box) for box in board.boxes if box.id not in said]
    return "\n".join((*arrows, *alone))


def written(box: Box) -> str:
    """A box as its outline says it at the first mention: with its kind."""
    return quoted(box.name) if box.kind == "box" else f"[{box.kind}] {quoted(box.name)}"


def arrow(board: Board, edge: Edge) -> str:
    """One arrow as the outline says it, without kinds: `client -> ranker: top 500`."""
    return _arrow(quoted(board.box(edge.source).name), quoted(board.box(edge.target).name), edge.label)


def quoted(name: str) -> str:
    """The name, in quotes if it could be taken for something else."""
    if not (_ARROW.search(name) or any(c in name for c in ':"') or name.startswith("[")):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _arrow(source: str, target: str, label: str) -> str:
    return f"{source} -> {target}: {label}" if label else f"{source} -> {target}"


# ---------------------------------------------------------------- from text


def drawn(text: str, before: Board | None = None) -> Board:
    """The diagram that the text describes.

    Boxes that were there keep their id and place, arrows between the same boxes their id; what is new gets a place of
    its own (`board_layout.placed`). `drawn(outline(board), board) == board` for every board.

    Raises BadMessage, with the number of the line, for what cannot be understood or is more than a diagram may hold.
    """
    before = before or Board()
    if len(text) > LONGEST_TEXT:
        raise BadMessage(f"An outline may have {LONGEST_TEXT:,} characters; this one has {len(text):,}.")
    names: dict[str, _Mention] = {}
    arrows: list[tuple[str, str, str]] = []
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        plain = one_line(line)
        if not plain:
            continue
        try:
            ends, label = _read(plain)
            for mention in ends:
                _note(names, mention)
        except ValueError as error:
            raise BadMessage(f"Line {number}: {error}") from None
        if len(ends) == 2:
            arrows.append((same(ends[0].name), same(ends[1].name), label))
        if len(names) > MOST_BOXES or len(arrows) > MOST_EDGES:
            most = f"{MOST_BOXES} boxes" if len(names) > MOST_BOXES else f"{MOST_EDGES} arrows"
            raise BadMessage(f"Line {number} is one too many: a diagram may have {most}.")
    return _joined(names, arrows, before)


def _read(line: str) -> tuple[tuple[_Mention, ...], str]:
    """One or two mentions, and the label. Raises ValueError with a sentence."""
    source, rest = _mention(line)
    found = _ARROW.match(rest)
    if not found:
        if rest:
            raise ValueError("there is no arrow. Write “a -> b: label”, or only the name of a box; quote odd names.")
        return (source,), ""
    target, rest = _mention(rest[found.end() :].strip())
    if _ARROW.match(rest):
        raise ValueError("there are two arrows. Write one arrow a line.")
    if rest and not rest.startswith(":"):
        raise ValueError("there is something between the name and the label. Write “a -> b: label”.")
    label = one_line(rest[1:])
    if len(label) > LONGEST:
        raise ValueError(f"the label has {len(label)} characters; {LONGEST} is the most.")
    return (source, target), label


def _mention(text: str) -> tuple[_Mention, str]:
    """What the text begins with, and the rest. Raises ValueError with a sentence."""
    kind = ""
    if marked := _MARK.match(text):
        kind, text = marked[1].lower(), text[marked.end() :]
        if kind not in KINDS:
            raise ValueError(f"[{marked[1]}] is no kind. Write [store], [queue] or [box], or put the name in quotes.")
    elif text.startswith("["):
        raise ValueError("a bracket is not closed. Write [store] or [queue], or put the name in quotes.")
    if found := _QUOTED.match(text):
        name = re.sub(r"\\(.)", r"\1", found[1])
    elif found := _PLAIN.match(text):
        name = found[0]
    else:
        raise ValueError(
            "a quote is not closed." if text.startswith('"') else "a name is missing. Write “a -> b: label”."
        )
    name = one_line(name)
    if not name:
        raise ValueError("a name is missing. Write “a -> b: label”.")
    if len(name) > LONGEST:
        raise ValueError(f"the name has {len(name)} characters; {LONGEST} is the most.")
    return _Mention(name, kind), text[found.end() :].strip()


def _note(names: dict[str, _Mention], mention: _Mention) -> None:
    """Keep the first spelling, and the kind that any mention gives. Raises ValueError if two mentions disagree."""
    known = names.setdefault(same(mention.name), mention)
    if known.kind and mention.kind and known.kind != mention.kind:
        raise ValueError(f"“{mention.name}” is a {known.kind} in an earlier line and a {mention.kind} here.")
    names[same(mention.name)] = _Mention(known.name, known.kind or mention.kind)


def _joined(names: dict[str, _Mention], arrows: list[tuple[str, str, str]], before: Board) -> Board:
    there = {same(box.name): box for box in before.boxes}
    taken = {*(box.id for box in before.boxes), *(edge.id for edge in before.edges)}
    ids = {name: there[name].id if name in there else _fresh("b", taken) for name in names}
    order = [name for name in there if name in names] + [name for name in names if name not in there]
    boxes = {
        ids[name]: {"id": ids[name], "name": names[name].name, "kind": names[name].kind or "box"} for name in order
    }
    known = {ids[name]: (there[name].x, there[name].y) for name in order if name in there}
    ends = [(ids[source], ids[target], label) for source, target, label in arrows]
    where = placed(list(boxes), [(source, target) for source, target, _ in ends], known)
    edges = [
        Edge(id=id, source=source, target=target, label=label)
        for id, (source, target, label) in zip(_edge_ids(ends, before, taken), ends, strict=True)
    ]
    return Board(
        boxes=tuple(Box.model_validate({**box, "x": where[id][0], "y": where[id][1]}) for id, box in boxes.items()),
        edges=tuple(edges),
    )


def _edge_ids(ends: list[tuple[str, str, str]], before: Board, taken: set[str]) -> list[str]:
    """Ids of the arrows: of the one that was the same, else of one between the same boxes, else new ones."""
    free: defaultdict[tuple[str, str], list[Edge]] = defaultdict(list)
    for edge in before.edges:
        free[edge.source, edge.target].append(edge)
    found: list[str | None] = []
    for source, target, label in ends:
        match = next((edge for edge in free[source, target] if edge.label == label), None)
        if match:
            free[source, target].remove(match)
        found.append(match.id if match else None)
    return [
        id or (free[source, target].pop(0).id if free[source, target] else _fresh("e", taken))
        for id, (source, target, _) in zip(found, ends, strict=True)
    ]


def _fresh(letter: str, taken: set[str]) -> str:
    number = 1
    while f"{letter}{number}" in taken:
        number += 1
    taken.add(f"{letter}{number}")
    return f"{letter}{number}"

"""A diagram as it was, to look at: SVG of ours, without script, style or address, every word in it escaped. Pure."""

from __future__ import annotations

import math
import textwrap
from collections import defaultdict
from itertools import pairwise
from typing import Final, NamedTuple
from unicodedata import east_asian_width

from interviewer.domain.board import Board, Box, Edge
from interviewer.rules.board_layout import HEIGHT, WIDTH
from interviewer.rules.outline import outline
from interviewer.web.safe import html

MARGIN: Final = 24
LOOP: Final = 44
LANE: Final = 18
_BODY: Final = {
    "box": "M8 0H168A8 8 0 0 1 176 8V56A8 8 0 0 1 168 64H8A8 8 0 0 1 0 56V8A8 8 0 0 1 8 0Z",
    "store": "M0 9A88 9 0 0 1 176 9V55A88 9 0 0 1 0 55ZM176 9A88 9 0 0 1 0 9",
    "queue": "M9 0H167A9 32 0 0 1 167 64H9A9 32 0 0 1 9 0ZM167 64A9 32 0 0 1 167 0",
}
"""The same outlines as in board/shapes.js."""


class Point(NamedTuple):
    """Pixels."""

    x: float
    y: float


def board_figure(board: Board) -> str:
    """The diagram as a figure of HTML: the drawing, and its outline to read; empty for an empty diagram."""
    if not board.boxes:
        return ""
    return (
        f'<figure class="board-figure" tabindex="0">{board_svg(board)}'
        f'<details class="fold"><summary>As text</summary><pre class="code" tabindex="0"><code>{html(outline(board))}'
        "</code></pre></details></figure>"
    )


def board_svg(board: Board) -> str:
    """The diagram as one inline `<svg>` on one line; its colours are the classes `.board-figure` of style.css."""
    paths = [*_paths(board)]
    spots = [point for _, points in paths for point in points]
    left = min([box.x for box in board.boxes] + [round(p.x) for p in spots], default=0) - MARGIN
    top = min([box.y for box in board.boxes] + [round(p.y) for p in spots], default=0) - MARGIN
    right = max((box.x + WIDTH for box in board.boxes), default=0) + MARGIN
    bottom = max((box.y + HEIGHT for box in board.boxes), default=0) + MARGIN
    size = f'viewBox="{left} {top} {right - left} {bottom - top}" width="{right - left}" height="{bottom - top}"'
    drawn = [_line(points) for _, points in paths]
    boxes = [_box(box) for box in board.boxes]
    labels = [_label(edge.label, _along(points, at)) for (edge, at), points in paths if edge.label]
    label = f"Diagram with {len(board.boxes)} boxes and {len(board.edges)} arrows"
    return f'<svg class="board-svg" role="img" aria-label="{label}" {size}>{"".join((*drawn, *boxes, *labels))}</svg>'


def _paths(board: Board) -> list[tuple[tuple[Edge, float], tuple[Point, ...]]]:
    """Every arrow with where its label stands (0–1 of its length), and its points from border to border."""
    groups: defaultdict[tuple[str, ...], list[Edge]] = defaultdict(list)
    for edge in board.edges:
        groups[tuple(sorted((edge.source, edge.target)))].append(edge)
    found = []
    for edges in groups.values():
        gap = min(LANE, 44 / max(1, len(edges) - 1))
        for n, edge in enumerate(edges):
            middle = n - (len(edges) - 1) / 2
            along = 0.5 + middle * min(0.24, 0.7 / len(edges))
            back = edge.source > edge.target
            source, target = board.box(edge.source), board.box(edge.target)
            points = _loop(source, n) if source is target else _straight(source, target, middle * gap * (-1) ** back)
            found.append(((edge, 1 - along if back else along), points))
    return found


def _centre(box: Box) -> Point:
    return Point(box.x + WIDTH / 2, box.y + HEIGHT / 2)


def _straight(source: Box, target: Box, lane: float) -> tuple[Point, ...]:
    """From one border to the other, `lane` pixels beside the line between the centres."""
    a, b = _centre(source), _centre(target)
    length = math.dist(a, b) or 1
    aside = Point(-(b.y - a.y) / length * lane, (b.x - a.x) / length * lane)
    a, b = Point(a.x + aside.x, a.y + aside.y), Point(b.x + aside.x, b.y + aside.y)
    return _border(source, a, b), _border(target, b, a)


def _border(box: Box, inside: Point, towards: Point) -> Point:
    """Where the line leaves the box on its way from a point inside."""
    dx, dy = towards.x - inside.x, towards.y - inside.y
    steps = [1.0]
    if dx:
        steps.append(((box.x + WIDTH if dx > 0 else box.x) - inside.x) / dx)
    if dy:
        steps.append(((box.y + HEIGHT if dy > 0 else box.y) - inside.y) / dy)
    step = min(steps)
    return Point(inside.x + dx * step, inside.y + dy * step)


def _loop(box: Box, n: int) -> tuple[Point, ...]:
    top = box.y - LOOP - 24 * n
    left, right = box.x + WIDTH * 0.3, box.x + WIDTH * 0.7
    return Point(left, box.y), Point(left, top), Point(right, top), Point(right, box.y)


def _along(points: tuple[Point, ...], at: float) -> Point:
    """The point at this share of the way."""
    left = at * sum(math.dist(a, b) for a, b in pairwise(points))
    for a, b in pairwise(points):
        length = math.dist(a, b)
        if length and left <= length:
            return Point(a.x + (b.x - a.x) * left / length, a.y + (b.y - a.y) * left / length)
        left -= length
    return points[-1]


def _line(points: tuple[Point, ...]) -> str:
    way = " ".join(f"{'M' if n == 0 else 'L'}{p.x:.1f} {p.y:.1f}" for n, p in enumerate(points))
    (ax, ay), (bx, by) = points[-2:]
    angle = math.degrees(math.atan2(by - ay, bx - ax))
    head = f'<path class="head" d="M-11 -5L0 0L-11 5Z" transform="translate({bx:.1f} {by:.1f}) rotate({angle:.1f})"/>'
    return f'<path class="line" d="{way}"/>{head}'


def _box(box: Box) -> str:
    words = _text(_lines(box.name, WIDTH - 40, letter=7.4), Point(WIDTH / 2, HEIGHT / 2), step=18)
    return f'<g transform="translate({box.x} {box.y})"><path class="body {box.kind}" d="{_BODY[box.kind]}"/>{words}</g>'


def _label(text: str, at: Point) -> str:
    lines = _lines(text, 132, letter=6.8)
    width, height = max(_width(line) for line in lines) * 6.8 + 10, len(lines) * 16 + 4
    ground = f'x="{at.x - width / 2:.1f}" y="{at.y - height / 2:.1f}" width="{width:.1f}" height="{height}"'
    return f'<g class="label"><rect class="ground" rx="3" {ground}/>{_text(lines, at, step=16)}</g>'


def _width(text: str) -> int:
    """Letters of the text, wide ones twice."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def _lines(text: str, room: int, *, letter: float) -> list[str]:
    """At most three lines that fit the room, as far as that can be told without the font; pixels."""
    wide = _width(text) / max(1, len(text))
    return textwrap.wrap(text, max(4, int(room / (letter * wide))), max_lines=3, placeholder="…")


def _text(lines: list[str], at: Point, *, step: int) -> str:
    first = at.y - (len(lines) - 1) * step / 2
    return "".join(
        f'<text x="{at.x:.1f}" y="{first + n * step:.1f}" text-anchor="middle" dominant-baseline="central">'
        f"{html(part)}</text>"
        for n, part in enumerate(lines)
    )

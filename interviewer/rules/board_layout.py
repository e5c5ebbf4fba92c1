"""Where new boxes of a diagram go: in layers along the arrows, beside what is there. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

WIDTH: Final = 176
HEIGHT: Final = 64
"""Pixels of every box; the drawing editor has the same."""
COLUMN: Final = 320
ROW: Final = 104
"""Pixels from one place to the next; what is between two columns is for labels."""
GAP: Final = 24

Spot = tuple[int, int]


def placed(ids: Sequence[str], arrows: Sequence[tuple[str, str]], known: Mapping[str, Spot]) -> dict[str, Spot]:
    """A place for every box: those in `known` stay; no two of the others overlap, nor cover one that stays.

    A new box stands one column right of the last of those that point to it, else one column left of what it points to,
    else under everything. Arrows that close a circle do not count.
    """
    where = dict(known)
    forward = _forward(ids, arrows)
    into: defaultdict[str, list[str]] = defaultdict(list)
    out: defaultdict[str, list[str]] = defaultdict(list)
    for source, target in forward:
        into[target].append(source)
        out[source].append(target)
    for id in _layered(ids, into):
        if id in where:
            continue
        if sources := [where[other] for other in into[id] if other in where]:
            spot = (max(x for x, _ in sources) + COLUMN, min(sources, key=lambda at: -at[0])[1])
        elif targets := [where[other] for other in out[id] if other in where]:
            spot = (min(x for x, _ in targets) - COLUMN, targets[0][1])
        else:
            spot = (
                min((x for x, _ in where.values()), default=0),
                max((y + ROW for _, y in where.values()), default=0),
            )
        where[id] = _free(spot, where)
    return where


def _forward(ids: Sequence[str], arrows: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The arrows without those that close a circle, by a walk in depth in the order of the boxes."""
    out: defaultdict[str, list[str]] = defaultdict(list)
    for source, target in arrows:
        out[source].append(target)
    open_, done, kept = set[str](), set[str](), list[tuple[str, str]]()
    for start in ids:
        walk = [(start, iter(out[start]))] if start not in done else []
        open_.update(id for id, _ in walk)
        while walk:
            id, rest = walk[-1]
            following = next(rest, None)
            if following is None:
                walk.pop()
                open_.discard(id)
                done.add(id)
            elif following not in open_:
                kept.append((id, following))
                if following not in done:
                    open_.add(following)
                    walk.append((following, iter(out[following])))
    return kept


def _layered(ids: Sequence[str], into: Mapping[str, Sequence[str]]) -> list[str]:
    """The boxes by how many arrows lead to them at most, one after another; equal ones in their order."""
    depth: dict[str, int] = {}
    for id in ids:
        walk = [id]
        while walk:
            here = walk[-1]
            missing = [other for other in into.get(here, ()) if other not in depth]
            if missing:
                walk += missing
            else:
                depth[here] = max((depth[other] + 1 for other in into.get(here, ())), default=0)
                walk.pop()
    return sorted(ids, key=depth.__getitem__)


def _free(spot: Spot, where: Mapping[str, Spot]) -> Spot:
    """The spot, or the next one below it where nothing lies."""
    x, y = spot
    column = [other for at, other in where.values() if abs(at - x) < WIDTH + GAP]
    while any(abs(other - y) < HEIGHT + GAP for other in column):
        y += ROW
    return x, y

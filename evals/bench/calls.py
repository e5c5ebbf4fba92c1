"""What a scripted round of 20 minutes asks of the model: calls an act, tokens a turn, and how much a cache could keep.

The real prompts are counted. A server that keeps the start of a prompt reads only what differs from the call before, so
the share of each prompt that is the beginning of the previous one of the same purpose is what is reported.
"""

from __future__ import annotations

import asyncio
from itertools import pairwise
from random import Random
from statistics import fmean
from typing import Any

from evals.bench.candidate import message
from evals.bench.figures import machine, slope, spread
from evals.bench.model import model
from evals.bench.model_server import Record
from evals.bench.seats import program
from interviewer.domain import Setup
from interviewer.llm.endpoint import approximate_tokens
from interviewer.play import ANY, play

MINUTES, QUICK_MINUTES = 20, 5
ROUNDS = 3
LIVE = ("observe", "speak")


def run(*, quick: bool = False) -> dict[str, Any]:
    """Calls and tokens of `ROUNDS` rounds; shares are means over the calls of a purpose but its first, by tokens."""
    minutes = QUICK_MINUTES if quick else MINUTES
    rounds = [_round(minutes, seed) for seed in range(1 if quick else ROUNDS)]
    live = [sum(r.purpose in LIVE for r in records) / acts for records, acts in rounds]
    records = [record for found, _ in rounds for record in found]
    purposes = sorted({record.purpose for record in records})
    return {
        "acts": [acts for _, acts in rounds],
        "live_calls_per_act": round(max(live), 3),
        "calls": {name: sum(r.purpose == name for r in records) for name in purposes},
        "prompt_tokens": {
            name: spread([_tokens(r) for r in records if r.purpose == name], digits=0) for name in purposes
        },
        "linear": _linear(rounds),
        "prefix_share": {name: _shares([found for found, _ in rounds], name) for name in purposes},
        **machine(),
    }


def _round(minutes: int, seed: int) -> tuple[list[Record], int]:
    """One scripted round; what the model was asked, in order, and how many times the candidate spoke."""
    with model(first=0.0, rate=None, keep=True) as server, program(server.base_url) as opened:
        dice = Random(seed)
        script = {
            question.id: tuple(message(question, dice) for _ in range(6)) for question in opened.content.questions
        }
        setup = Setup(round="breadth", minutes=minutes, seed=seed, model="bench")
        played = asyncio.run(play(opened, setup, {**script, ANY: ("What does your team look for?",)}))
        acts = sum(event.kind == "act" for event in played.events) - 1
        records, _ = server.records()
    return records, acts


def _text(record: Record) -> str:
    return "\n".join(record.prompt)


def _tokens(record: Record) -> int:
    return approximate_tokens(_text(record))


def _linear(rounds: list[tuple[list[Record], int]]) -> dict[str, float]:
    """Tokens of all live prompts so far against the number of the call: slope, and how well a line and a curve fit."""
    fits = []
    for records, _ in rounds:
        total, sums = 0, []
        for record in (r for r in records if r.purpose in LIVE):
            total += _tokens(record)
            sums.append(float(total))
        if len(sums) > 2:
            half = len(sums) // 2
            late = (sums[-1] - sums[half]) / (len(sums) - 1 - half)
            fits.append((*slope(list(range(len(sums))), sums), late / (sums[half] / (half + 1))))
    if not fits:
        return {}
    return {
        "tokens_per_call": round(fmean(fit[0] for fit in fits)),
        "r_squared": round(min(fit[2] for fit in fits), 4),
        "second_half_to_first": round(max(fit[3] for fit in fits), 3),
    }


def _shares(rounds: list[list[Record]], purpose: str) -> dict[str, float]:
    """The share of prompt tokens that is an unchanged beginning: over all calls, and within one topic only."""
    kept = total = inside_kept = inside = 0
    for records in rounds:
        texts = [_text(r) for r in records if r.purpose == purpose]
        for before, after in pairwise(texts):
            common = _common(before, after)
            kept, total = kept + common, total + len(after)
            if _question(before) == _question(after):
                inside_kept, inside = inside_kept + common, inside + len(after)
    shares = {"all": round(kept / total, 3)} if total else {}
    return shares | ({"same_topic": round(inside_kept / inside, 3)} if inside else {})


def _common(before: str, after: str) -> int:
    """How many characters two texts begin with in common."""
    pairs = enumerate(zip(before, after, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(before), len(after)))


def _question(text: str) -> str:
    """What tells one topic's prompts from another's: the beginning of their last part."""
    _, _, rest = text.partition("CONVERSATION" if "QUESTION\n" not in text else "QUESTION\n")
    return rest[:160]

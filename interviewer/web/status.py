"""The line on top of the live room, as HTML. No gradio here."""

from __future__ import annotations

from datetime import UTC, datetime

from interviewer.rules.state import State
from interviewer.web.course import Strip
from interviewer.web.live_state import bar, clock
from interviewer.web.safe import html


def status(state: State) -> str:
    """What is under way and how much time has passed, and the bar of the parts where there are any."""
    shown = bar(state, datetime.now(UTC))
    runs = "1" if shown.runs else "0"
    rest = "paused" if shown.paused else "" if shown.runs else "clock waits"
    in_parts = " in-parts" if shown.parts else ""
    return (
        f'<div class="status{in_parts}" data-interview="{html(state.id)}" data-acts="{state.acts}">'
        f'<h1>{html(shown.topic)}</h1><span class="quiet">{html(shown.phase)}</span>'
        f'<span class="clock" role="timer" aria-label="Interview time"><span data-clock="{shown.elapsed}" '
        f'data-runs="{runs}">{clock(shown.elapsed)}</span><span class="quiet"> of {clock(shown.total)}</span>'
        f'<span class="quiet rest">{rest}</span></span></div>{_parts(shown.parts)}'
    )


def _parts(parts: Strip | None) -> str:
    """The bar of a round's parts: what is done, what is under way, what is ahead."""
    if parts is None:
        return ""
    here = {"now": ' aria-current="step"'}
    said = {"done": '<span class="unseen">, done</span>', "now": '<span class="unseen">, now</span>'}
    whole = sum(stop.minutes for stop in parts.stops)
    stops = "".join(
        f'<li class="{stop.standing}" style="width:{100 * stop.minutes / whole:.1f}%"{here.get(stop.standing, "")}>'
        f"<span>{html(stop.name)}</span>{said.get(stop.standing, '')}</li>"
        for stop in parts.stops
    )
    return f'<ol class="stops" aria-label="Parts of the round">{stops}</ol>'
